"""The scales that ship, and reading a scale from its plain form."""

import json
from pathlib import Path
from typing import Any

from coding.lib.refusals import BadInput

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "codes"
SHIPPED = {"gvs": "gvs_scale.json", "schwartz": "schwartz.json"}
LABELS = {"gvs": "GVS-Scale: 12 categories in 3 layers", "schwartz": "Schwartz basic values: 10 values in 4 groups"}
EMPTY = "empty"


def shipped(key: str) -> dict[str, Any]:
    """Read a shipped scale: name, rating_kind, source, layers with their categories."""
    if key not in SHIPPED:
        raise BadInput(f"There is no shipped scale “{key}”. Choose one of: {', '.join(SHIPPED)}.")
    content: dict[str, Any] = json.loads((FIXTURES / SHIPPED[key]).read_text())
    return content
