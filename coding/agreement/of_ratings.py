"""The figures of a rating round (method.md, Agreement): scales on which a category is present, and stance scales."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coding.agreement import beside
from coding.agreement.alpha import NO_DISTANCE, NO_PAIRS, NO_VARIATION, Figure
from coding.agreement.bootstrap import with_intervals
from coding.agreement.distances import Distance, Placed, jaccard, masi, nominal
from coding.agreement.held import NOT_SUBMITTED, UNCODABLE
from coding.agreement.metrics import ordinal
from coding.agreement.results import ALPHA, JACCARD, MASI, ORDINAL, RESAMPLES, Result, about, counted, particulars
from coding.agreement.second_opinion import CONFIRMED, confirm
from coding.agreement.targets import Label
from coding.agreement.units import NONE_APPLIES, Judgements

DISTANCES: dict[str, Distance[Any] | Placed[Any]] = {ALPHA: nominal, MASI: masi, JACCARD: jaccard, ORDINAL: ordinal}
CATEGORY, TOUCHED, WHICH, LAYER_SET, SETS, PRIMARY = "category", "touched", "which", "layer_set", "sets", "primary"
STANCE, VALUE, DIRECTION = "stance", "value", "direction"
DEFINITIONS = {
    CATEGORY: "Is this category among those that the coder gave the incident?",
    TOUCHED: "Did the coder give the incident any category of this layer?",
    WHICH: "Which categories of this layer, for incidents where at least two coders touched it, and those coders only.",
    LAYER_SET: "The set of layers that the coder touched; none applies is the empty set.",
    SETS: "The set of all categories that the coder gave; none applies is the empty set.",
    PRIMARY: "The one primary category, with “none applies” as a value of its own.",
    STANCE: "Does the text go against this value, not touch it, or promote it? 0 is “not touched”, not in between.",
    VALUE: "Does the text touch this value at all, whichever way?",
    DIRECTION: "For or against, where at least two coders touched this value, and those coders only.",
}
CONDITIONAL = {
    WHICH: ("no incident has two coders who both touched this layer",
            "{} where fewer than two coders touched this layer"),
    DIRECTION: ("no incident has two coders who both touched this value",
                "{} where fewer than two coders touched this value"),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One figure to compute: coefficient, level, what about, its table (units x coders), machines' columns last.

    `scale`: the values that could be used, where the other coefficients stand beside it.
    """

    coefficient: str
    level: str
    about: Label | None
    say: Callable[[Judgements], list[list[Any]]]
    scale: Sequence[Any] | None = None


def asked_of(said: Judgements) -> list[Asked]:
    """List the figures of a rating round, in the order of its scale."""
    target = said.target
    if target.rating_kind == "stance":
        return [one for value in target.categories for one in _of_value(value)]
    values = [NONE_APPLIES, *(str(one.number) for one in target.categories)]
    return [
        *(_present(CATEGORY, one, lambda found, at: found.category(at)) for one in target.categories),
        *(_present(TOUCHED, one, lambda found, at: found.touched(at)) for one in target.layers),
        *(Asked(MASI, WHICH, one, _at(one, lambda found, at: found.which(at))) for one in target.layers),
        Asked(MASI, LAYER_SET, None, lambda found: found.layer_sets()),
        Asked(MASI, SETS, None, lambda found: found.sets()),
        Asked(JACCARD, SETS, None, lambda found: found.sets()),
        Asked(ALPHA, PRIMARY, None, lambda found: found.primaries(), values),
    ]


def _of_value(value: Label) -> list[Asked]:
    return [
        Asked(ORDINAL, STANCE, value, _at(value, lambda found, at: found.stances(at)), [-1, 0, 1]),
        _present(VALUE, value, lambda found, at: found.category(at)),
        Asked(ALPHA, DIRECTION, value, _at(value, lambda found, at: found.directions(at)), [-1, 1]),
    ]


def _present(level: str, label: Label, say: Callable[[Judgements, int], list[list[Any]]]) -> Asked:
    return Asked(ALPHA, level, label, _at(label, say), [False, True])


def _at(label: Label, say: Callable[[Judgements, int], list[list[Any]]]) -> Callable[[Judgements], list[list[Any]]]:
    return lambda found: say(found, label.number)


def results(
    said: Judgements, seed: int, group_of: Mapping[str, Mapping[int, str]], machines: Sequence[dict[str, Any]]
) -> list[Result]:
    """Compute all figures. `group_of`: attribute -> place of a coder -> group; `machines`: what is known of each."""
    asked = asked_of(said)
    tables = [one.say(said) for one in asked]
    apart = said.with_machines() if said.machines else None
    return [
        Result(
            coefficient=one.coefficient, level=one.level, found=found, compared=compared(said, table),
            about=about(one.about) if one.about else None, because=undefined(found, one.level),
            left_out=left_out(said, found, one.level), method=method(one, table, found) | names(one, said),
            beside=company(one, table, said, group_of)
            | ({"machines": beside.machines(one.say(apart), DISTANCES[one.coefficient], len(said.coders), machines)}
               if apart else {}),
        )
        for one, table, found in zip(asked, tables, figures(said, asked, tables, seed), strict=True)
    ]  # fmt: skip


def figures(said: Judgements, asked: Sequence[Asked], tables: Sequence[Any], seed: int) -> list[Figure]:
    """Compute each figure with its interval; those of one distance share their draws."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(asked):
        places[one.coefficient].append(at)
    found: dict[int, Figure] = {}
    for coefficient, here in places.items():
        same = with_intervals([tables[at] for at in here], DISTANCES[coefficient], said.events, seed=seed,
                              resamples=RESAMPLES)  # fmt: skip
        found |= dict(zip(here, same, strict=True))
    return [found[at] for at in range(len(asked))]


def company(
    asked: Asked, table: list[list[Any]], said: Judgements, group_of: Mapping[str, Mapping[int, str]]
) -> dict[str, Any]:
    """Collect what stands beside a figure between people."""
    distance, is_ordered = DISTANCES[asked.coefficient], asked.coefficient == ORDINAL
    found = {"pairs": beside.pairs(table, distance, asked.scale, is_ordered=is_ordered)}
    if asked.scale is not None:
        # Where a figure is conditional, a coder who does not count is no coder whose judgement is missing.
        shared = [row for row in table if len(row) - row.count(None) > 1] if asked.level in CONDITIONAL else table
        found["coefficients"] = beside.others(shared, asked.scale, is_ordered=is_ordered)
    if grouped := beside.groups(table, distance, group_of):
        found["groups"] = grouped
    if asked.level in (PRIMARY, STANCE) and asked.scale is not None:
        return {**found, "confusion": beside.confusion(table, asked.scale)}
    return found


def undefined(found: Figure, level: str) -> str:
    """Say in a sentence of this figure why there is no number; '' where there is one."""
    because = {
        "": "", NO_PAIRS: CONDITIONAL[level][0] if level in CONDITIONAL else "no incident was judged by two people",
        NO_VARIATION: "every coder used the same value", NO_DISTANCE: "the distance between all the values used is 0",
    }[found.undefined_because]  # fmt: skip
    return f"Not defined, because {because}." if because else ""


def left_out(said: Judgements, found: Figure, level: str) -> dict[str, Any]:
    """Count what is not in the figure, each with its reason in words."""
    few = CONDITIONAL[level][1] if level in CONDITIONAL else "{} judged by fewer than two human coders"
    counts = {
        "not_submitted": (said.lacking(NOT_SUBMITTED), "{} not submitted at release: missing, never a “no”"),
        "uncodable": (said.lacking(UNCODABLE), "{} marked uncodable: missing"),
        "machine": (said.machine_work, "{} of machine coders: never part of a figure between people"),
        "few": (found.left_out, few),
    }
    return {
        key: counted(count, words, "incident" if key == "few" else "assignment")
        for key, (count, words) in counts.items()
        if count
    }


def method(asked: Asked, table: list[list[Any]], found: Figure) -> dict[str, Any]:
    """Say what is this figure's own; a nominal alpha is computed a second time by the published package."""
    is_nominal = asked.coefficient == ALPHA and found.value is not None
    if is_nominal and found.value is not None:
        confirm(table, found.value)
    return {
        **particulars(asked.coefficient, DEFINITIONS[asked.level], found),
        "confirmed_by": CONFIRMED if is_nominal else "",
    }  # fmt: skip


def names(asked: Asked, said: Judgements) -> dict[str, Any]:
    """Name the values of a figure that has a confusion matrix."""
    if asked.level == STANCE:
        return {"names": {"-1": "against", "0": "not touched", "1": "for"}}
    if asked.level == PRIMARY:
        return {"names": {str(one.number): f"{one.number} {one.name}" for one in said.target.categories}}
    return {}


def compared(said: Judgements, table: list[list[Any]]) -> dict[str, Any]:
    """Give the figure's table with the names of its rows and columns."""
    return {
        "units": [unit.uid for unit in said.units], "events": said.events,
        "coders": [coder.uid for coder in said.coders],
        "values": [[sorted(cell) if isinstance(cell, frozenset) else cell for cell in row] for row in table],
    }  # fmt: skip
