"""A request's idempotency key: a retry of the same request has one effect."""

import hashlib
import re

from django.http import HttpRequest

from coding.lib.refusals import BadInput
from coding.people.rules import Key

KEY_LENGTH = 80
PLAIN = re.compile("[!-~]+")
# Fields that say how a request is sent, not what it asks: a retry may differ in them.
CARRIERS = {"key", "csrfmiddlewaretoken"}


def key_of(request: HttpRequest) -> Key | None:
    """Take the key of a page's request, with the hash of what it asks and where. Raises BadInput."""
    text = request.headers.get("Idempotency-Key") or request.POST.get("key", "")
    if not text:
        return None
    if len(text) > KEY_LENGTH or not PLAIN.fullmatch(text):
        raise BadInput(f"An idempotency key is at most {KEY_LENGTH} letters, digits or signs of ASCII, without spaces.")
    asked = sorted((name, values) for name, values in request.POST.lists() if name not in CARRIERS)
    body = repr((request.path, asked)).encode("utf-8", "surrogatepass")
    return Key(text, hashlib.sha256(body).hexdigest())


def is_queued(request: HttpRequest) -> bool:
    """Does this come from a device's line of changes? It takes a sentence for an answer where a form takes a page."""
    return "Idempotency-Key" in request.headers
