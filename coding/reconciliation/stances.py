"""What a decision on a stance scale may say: a stance for every value, and where it has to come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coding.codes.models import ScaleCategory
from coding.lib.refusals import BadInput
from coding.reconciliation.models import Decision
from coding.reconciliation.unanimity import Reading
from coding.selective_coding.readings import STANCES
from coding.selective_coding.rules import Standing


def rows_by_stance(
    outcome: str, chosen: Mapping[ScaleCategory, int], readings: Sequence[Reading], places: Sequence[ScaleCategory]
) -> list[Standing]:
    """Turn an outcome into the rows that stand, one for each value; refuse one that is not what it says."""
    if outcome not in Decision.Outcome.values:
        raise BadInput("Choose an outcome: one side, merged, recoded, or kept plural.")
    if outcome == Decision.Outcome.PLURAL:
        return plural_stances(readings, places)
    refuse_gaps(chosen, places)
    said = frozenset(chosen.items())
    if outcome == Decision.Outcome.ONE and said not in {one.stances for one in readings}:
        raise BadInput("No coder read it so. Take one coder's reading as it is, or choose merge or recode.")
    if outcome == Decision.Outcome.MERGE and not said <= frozenset().union(*(one.stances for one in readings)):
        raise BadInput("A merge takes for each value a stance that a coder gave it. For anything else, recode.")
    return [Standing(place, stance=chosen[place]) for place in places]


def refuse_gaps(chosen: Mapping[ScaleCategory, int], places: Sequence[ScaleCategory]) -> None:
    if set(chosen) - set(places):
        raise BadInput("A value of another scale can't stand in this round.")
    if any(stance not in STANCES for stance in chosen.values()):
        raise BadInput("A stance is −1, 0 or +1.")
    if without := [place.name for place in places if place not in chosen]:
        raise BadInput(f"Choose a stance for every value. Still without one: {', '.join(without)}.")


def plural_stances(readings: Sequence[Reading], places: Sequence[ScaleCategory]) -> list[Standing]:
    """Keep every reading: where all gave one stance it stands; the other values stand as plural, without one."""
    said = {place: {dict(one.stances).get(place) for one in readings} for place in places}
    if all(len(stances) < 2 for stances in said.values()):
        raise BadInput("There is only one reading, so there is nothing to keep plural.")
    return [
        Standing(place, stance=next(iter(stances))) if len(stances) == 1 else Standing(place, is_plural=True)
        for place, stances in said.items()
    ]
