"""The real settings with what a test run needs: a secret, plain HTTP, and a SQLite file (memory has no WAL)."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("LOAM_SECRET_KEY", "only-for-tests-" + "x" * 50)
os.environ.setdefault("LOAM_PLAIN_HTTP", "1")
os.environ.setdefault("LOAM_HOME", tempfile.mkdtemp(prefix="loam-tests-"))

Path(os.environ["LOAM_HOME"], "static").mkdir(parents=True, exist_ok=True)

from coding.settings import *  # noqa: F403, E402
from coding.settings import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(os.environ["LOAM_HOME"]) / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
