"""Static files under names that carry their hash, compressed, with the imports of our modules rewritten."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedCompressedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise is untyped
    """Rewrite `import` paths in ES modules too, so that each module may be cached for ever."""

    support_js_module_import_aggregation = True
