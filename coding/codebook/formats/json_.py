"""The codebook as JSON, for programs: everything, with the hash of the document's canonical text.

To verify: write the value of `document` as canonical JSON (RFC 8785) and hash its UTF-8 bytes with SHA-256.
"""

import json
from pathlib import Path
from typing import Any

from coding.codebook.formats.written import Written, scope
from coding.codebook.queries import iso
from coding.codebook.rules import Handout

NAME, VERSION = "loam-codebook", 1
SCHEMA = Path(__file__).with_name("codebook.schema.json")


def write(handout: Handout) -> Written:
    """Wrap the document in its format's name, version and hash."""
    body = {
        "format": NAME, "version": VERSION, "sha256": handout.sha256,
        "published": published_row(handout), "document": json.loads(handout.text),
    }  # fmt: skip
    return Written((json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode(), scope(handout))


def published_row(handout: Handout) -> dict[str, Any] | None:
    """Say when and by whom it was handed out; None for what was not."""
    one = handout.publication
    if one is None:
        return None
    return {"uid": str(one.uid), "at": iso(one.at), "by": one.by.name, "note": one.note}
