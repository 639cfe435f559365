"""The document as markup, kept while its data stays the same: printing it takes longer than the rest of its page."""

import json
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from coding.codebook.outline import Row, outline
from coding.codebook.rules import Handout

PAGES = 8  # printed documents that a process keeps


@dataclass(frozen=True)
class Printed:
    """A document nested for reading, and the markup of it, which says nothing about its reader."""

    book: Row
    markup: SafeString


def printed(handed: Handout, *, quotes: bool, blind: frozenset[int | None] = frozenset()) -> Printed:
    """Print a codebook, with the quotes of coded segments or without; none of the `blind` decisions."""
    publication_hash = handed.sha256 if handed.publication else ""
    return _printed(json.dumps(handed.document), quotes, blind, handed.project.slug, publication_hash)


@lru_cache(PAGES)
def _printed(document: str, quotes: bool, blind: frozenset[int | None], slug: str, publication_hash: str) -> Printed:
    """Depends on nothing but what it is called with, so what is kept can't be of another state."""
    book = outline(json.loads(document), quotes=quotes, blind=blind)
    incident_url = reverse("desk:incident", args=[slug, 0]).removesuffix("0/")  # hundreds: resolved once
    context = {"book": book, "slug": slug, "incident_url": incident_url, "publication_hash": publication_hash}
    return Printed(book, render_to_string("codebook/_book.html", context))
