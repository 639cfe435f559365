"""One figure as it was computed, on its way into a Measurement; and what figures of all stages say alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from coding.agreement.alpha import Figure
from coding.agreement.targets import Label

RESAMPLES = 1000
ALPHA, MASI, JACCARD, ORDINAL = "alpha", "alpha_masi", "alpha_jaccard", "alpha_ordinal"
SPANS, CU, KU, RAND = "bar_u_alpha", "cu_alpha", "ku_alpha", "adjusted_rand"
COEFFICIENTS = {
    ALPHA: "nominal", MASI: "MASI (Passonneau 2006)", JACCARD: "Jaccard (Jaccard 1912)", ORDINAL: "ordinal",
    SPANS: "lengths of text", CU: "lengths of text", KU: "lengths of text", RAND: "pairs of codes",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure with what was compared.

    `about`: the thing it is about, as plain data with `uid` and `name`; None for all. `because`: why there is no
    number, in the round's own words; '' where there is one. `compared`: what was judged, as plain data, to be hashed.
    `beside`: what explains the figure; `left_out`: counts with their reasons; `method`: what is this figure's own.
    """

    coefficient: str
    level: str
    found: Figure
    compared: Any
    about: dict[str, Any] | None = None
    because: str = ""
    beside: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, Any] = field(default_factory=dict)
    method: dict[str, Any] = field(default_factory=dict)


def about(label: Label) -> dict[str, Any]:
    """Write a scale category or layer as what a figure is about."""
    return {"uid": label.uid, "name": label.name, "number": label.number, "layer": label.layer}


def counted(count: int, words: str, noun: str) -> dict[str, Any]:
    """Write one count of what was left out; `words` has a place for the number with its noun."""
    return {"count": count, "because": words.format(numbered(count, noun))}


def numbered(count: int, noun: str) -> str:
    """Write a count with its noun: "1 code", "2 categories"."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


def particulars(coefficient: str, definition: str, found: Figure) -> dict[str, Any]:
    """Say how a figure was computed."""
    return {
        "distance": COEFFICIENTS[coefficient], "definition": definition, "closeness": found.closeness,
        "events": found.events, "resamples": found.resamples, "dropped": found.dropped,
    }  # fmt: skip
