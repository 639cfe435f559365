"""Stances as files write them: vectors, mappings, and labels such as "benevolence: +1"; what is unclear is refused."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from coding.lib.text import name_key

STANCE = {"-1": -1, "−1": -1, "0": 0, "+0": 0, "-0": 0, "1": 1, "+1": 1}
NAMED_TWICE = "it names a category twice."
MOST_SHOWN = 60


class NotSaid(Exception):
    """A row says nothing that can be taken; the reasons are parts of sentences after "Row 3: "."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__(*reasons)


def stances_in(given: object, names: Mapping[str, str], scale: str) -> tuple[dict[str, int], bool]:
    """Read stances by the key of their value, and whether values that were not named are to be 0.

    `names`: the scale's values by key, in its order. A bare list of numbers has one for each. Raises NotSaid.
    """
    if isinstance(given, str):
        given = unfolded(given)
    if isinstance(given, list) and given and not any(isinstance(one, str) for one in given):
        if len(given) != len(names):
            raise NotSaid(f"its vector has {len(given):,} numbers; {scale} has {len(names)} values.")
        given = dict(zip(names.values(), given, strict=True))
    if not isinstance(given, list | dict):
        raise NotSaid(f"“{shown(given)}” is no vector of stances.")
    said: dict[str, int] = {}
    reasons = []
    for name, label in pairs(given):
        key, stance = name_key(name), stance_of(label)
        if key not in names:
            reasons.append(f"“{shown(name)}” is none of the values of {scale}.")
        elif stance is None:
            reasons.append(f"“{shown(label)}” is no stance on {names[key]}; a stance is −1, 0 or +1.")
        elif said.setdefault(key, stance) != stance:
            reasons.append(f"{names[key]} is given two stances, {said[key]:+d} and {stance:+d}.")
    if reasons:
        raise NotSaid(*reasons)
    return said, len(said) < len(names)


def pairs(given: list[Any] | dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Take labels apart at their last colon."""
    if isinstance(given, dict):
        yield from ((str(name), label) for name, label in given.items())
        return
    for one in given:
        name, _, label = str(one).rpartition(":")
        yield (name or str(one)), label


def unfolded(text: str) -> object:
    """Read a cell: JSON, or labels separated by semicolons."""
    if text.lstrip().startswith(("[", "{")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return [part for part in text.split(";") if part.strip()]


def stance_of(label: object) -> int | None:
    """Read one stance; None for anything that is not plainly one of the three."""
    if isinstance(label, bool):
        return None
    if isinstance(label, int | float):
        return int(label) if label in (-1, 0, 1) else None
    return STANCE.get(str(label).strip())


def shown(what: object) -> str:
    """Quote what stood there, not more of it than helps to find it."""
    text = str(what).strip()
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
