"""The figures of axial and mapping rounds, with a permutation test and a leave-one-out range instead of a bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from coding.agreement import beside
from coding.agreement.alpha import Figure, alpha
from coding.agreement.card_sorts import CardSorts, adjusted_rand
from coding.agreement.distances import nominal
from coding.agreement.permuted import permuted
from coding.agreement.results import ALPHA, RAND, Result, counted, particulars
from coding.agreement.second_opinion import CONFIRMED, confirm
from coding.agreement.sorts import NO_FIT, UNPLACED, Sorts
from coding.agreement.targets import Target
from coding.codes.content import Frozen

PLACEMENT, PILES, MAPPING, MAPPING_LAYER = "placement", "piles", "mapping", "mapping_layer"
DEFINITIONS = {
    PLACEMENT: "Into which of the given categories did the coder put the code? “Unplaced” is a value.",
    PILES: "Did the coder put the two codes of a pair into one category? Over the codes that both coders placed.",
    MAPPING: "To which scale category did the coder map the category? “Does not fit” is a value.",
    MAPPING_LAYER: "Into which layer did the coder map the category? “Does not fit” is a value.",
}
NO_BOOTSTRAP = (
    "No interval: drawing codes again would make random sorts look agreed, because a code and its copy share a place. "
    "The permutation test and the range without one at a time stand here instead."
)
NO_PAIRS = "Not defined, because nothing was judged by two people."


def of_placements(said: Sorts, frozen: Frozen, seed: int) -> list[Result]:
    """Give nominal alpha where all used given categories, otherwise the adjusted Rand index."""
    used = {cell for row in said.table(lambda cell: cell or "") for cell in row if cell}
    if used <= frozen.categories.keys():
        values = [UNPLACED, *frozen.categories]
        return [_nominal(said, said.table(lambda cell: cell or UNPLACED), PLACEMENT, values, seed, said.names)]
    return [_piles(said, seed)]


def of_mappings(said: Sorts, target: Target, seed: int) -> list[Result]:
    """Give nominal alpha over scale categories, and over layers."""
    layer = {one.uid: str(one.layer) for one in target.categories}
    values = [NO_FIT, *(one.uid for one in target.categories)]
    layers = [NO_FIT, *(str(one.number) for one in target.layers)]
    names = {str(one.number): one.name for one in target.layers}
    by_layer = said.table(lambda cell: layer.get(cell, NO_FIT) if cell else None)
    return [
        _nominal(said, said.table(lambda cell: cell), MAPPING, values, seed, said.names),
        _nominal(said, by_layer, MAPPING_LAYER, layers, seed, names),
    ]


def _nominal(
    said: Sorts, table: list[list[Any]], level: str, values: Sequence[str], seed: int, names: dict[str, str]
) -> Result:
    found = alpha(table)
    if found.value is not None:
        confirm(table, found.value)
    company = {
        "pairs": beside.pairs(table, nominal, values), "coefficients": beside.others(table, values),
        "confusion": beside.confusion(table, values), "permuted": asdict(permuted(table, seed=seed)),
    }  # fmt: skip
    own = {"confirmed_by": CONFIRMED if found.value is not None else "", "names": names}
    return _result(said, table, ALPHA, level, found, company, own)


def _piles(said: Sorts, seed: int) -> Result:
    table = said.table(lambda cell: cell)
    sorts = adjusted_rand(table, seed=seed)
    sorters = sum(not why for why in said.missing)
    placed = [sum(pile is not None for pile in piles) for piles in table]
    found = Figure(
        value=sorts.value, undefined_because=sorts.undefined_because, agreement=None, closeness=None,
        units=sorts.codes, coders=sorters, pairable=sum(count for count in placed if count > 1),
        left_out=sorts.left_out, seed=seed,
    )  # fmt: skip
    pairs = [sorts] if len(sorts.coders) == 2 else list(sorts.pairs)
    company: dict[str, Any] = {
        "pairs": [_pair(one) for one in pairs],
        "permuted": {"p": sorts.p, "p_because": sorts.p_because, "least": sorts.least, "greatest": sorts.greatest,
                     "range_because": sorts.range_because, "shuffles": sorts.shuffles, "seed": seed},
    }  # fmt: skip
    if spread := sorts.range_of_pairs:
        company["range_of_pairs"] = list(spread)
    return _result(said, table, RAND, PILES, found, company, {"names": said.names})


def _pair(one: CardSorts) -> dict[str, Any]:
    return {
        "coders": list(one.coders), "value": one.value, "undefined_because": one.undefined_because,
        "agreement": None, "units": one.codes, "p": one.p,
    }  # fmt: skip


def _result(
    said: Sorts, table: list[list[Any]], coefficient: str, level: str, found: Figure, company: dict[str, Any],
    own: dict[str, Any],
) -> Result:  # fmt: skip
    because = found.undefined_because
    if because and found.units == 0 and coefficient == ALPHA:
        because = NO_PAIRS
    counts = {
        "not_submitted": (said.lacking(), "{} not submitted at release: missing", "assignment"),
        "machine": (said.machine_work, "{} of machine coders: never part of a figure between people", "assignment"),
        "few": (found.left_out, "{} placed by fewer than two human coders", said.noun),
    }
    return Result(
        coefficient=coefficient, level=level, found=found, because=because, beside=company,
        compared={"units": [card.uid for card in said.cards], "coders": [one.uid for one in said.coders],
                  "values": table},
        left_out={key: counted(count, words, noun) for key, (count, words, noun) in counts.items() if count},
        method={**particulars(coefficient, DEFINITIONS[level], found), **own, "interval_because": NO_BOOTSTRAP},
    )  # fmt: skip
