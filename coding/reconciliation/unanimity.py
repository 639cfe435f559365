"""What all human coders agree on becomes consensus at release, recorded as such; the rest becomes disagreements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coding.agreement.distances import masi
from coding.agreement.held import UNCODABLE
from coding.agreement.influence import rises
from coding.agreement.targets import Target, target_of
from coding.agreement.units import Judgement, judgements
from coding.axial_coding.models import Placement
from coding.axial_coding.sorting import write_consensus
from coding.codes.models import Scale, ScaleCategory
from coding.incidents.models import Incident
from coding.open_coding.models import Coding, ConsensusCoding, Mark, SettledBy
from coding.reconciliation.mappings import write_mappings
from coding.reconciliation.models import Disagreement
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import Rating
from coding.selective_coding.rules import Standing, write_consensus_of_all

Span = tuple[int, int]


@dataclass(frozen=True)
class Reading:
    """What a coder said of an incident, in rows of the scale; no category means that none applies.

    On a stance scale `stances` hold what was said of every value, and the categories are the values that were touched.
    The rows bear the numbers of the round's edition, whatever became of the living scale.
    """

    categories: frozenset[ScaleCategory]
    primary: ScaleCategory | None
    stances: frozenset[tuple[ScaleCategory, int]] = frozenset()


def write(locked: Round) -> tuple[int, int, int, int]:
    """Write a released round's unanimous consensus and open its disagreements.

    Returns how many incidents (open coding: spans; axial: codes; mapping: categories) are unanimous, how many
    disagreements there are, and how many one person alone, and nobody, judged.
    """
    if locked.stage == Round.Stage.RATING:
        return write_ratings(locked)
    if locked.stage == Round.Stage.OPEN:
        return write_spans(locked), 0, 0, 0
    if locked.stage == Round.Stage.AXIAL:
        return write_placements(locked), 0, 0, 0
    if locked.stage == Round.Stage.MAPPING:
        return write_mappings(locked)
    return 0, 0, 0, 0


def write_ratings(locked: Round) -> tuple[int, int, int, int]:
    """Sort a rating round's incidents into unanimous, disagreed, judged by one alone, and judged by nobody."""
    found = judgements(locked)
    weights = rises(found.table(signed), masi) if locked.is_blind else [None] * len(found.units)
    agreed: dict[int, Judgement] = {}
    opened, alone, unread = [], 0, 0
    for unit, cells, missing, rise in zip(found.units, found.cells, found.missing, weights, strict=True):
        said = [cell for cell in cells if cell is not None]
        if not said:
            unread += 1
        elif len(set(said)) > 1 or UNCODABLE in missing:
            opened.append(Disagreement(round=locked, unit=f"incident:{unit.uid}", incident_id=unit.pk, rise=rise))
        elif len(said) == 1:
            alone += 1
        else:
            agreed[unit.pk] = said[0]
    write_consensus_of_all(locked, standing(locked, agreed), SettledBy.UNANIMITY)
    Disagreement.objects.bulk_create(opened, batch_size=1000)
    return len(agreed), len(opened), alone, unread


def signed(one: Judgement) -> frozenset[int]:
    """The set by which units are weighed: categories, or on a stance scale the values touched with their direction."""
    return frozenset(-number if number in one.against else number for number in one.categories)


def standing(locked: Round, agreed: dict[int, Judgement]) -> dict[Incident, list[Standing]]:
    """Turn what all said, in category numbers, into the rows that stand, by incident."""
    target = target_of(locked)
    category = {row.number: row for row in places_of(locked, target)}
    incidents = Incident.objects.light().in_bulk(list(agreed))
    if target.rating_kind == Scale.RatingKind.STANCE:
        return {incidents[pk]: [Standing(row, stance=said.stance(number)) for number, row in category.items()]
                for pk, said in agreed.items()}  # fmt: skip
    return {
        incidents[pk]: [Standing(category[number], number == said.primary) for number in sorted(said.categories)]
        or [Standing(None)]
        for pk, said in agreed.items()
    }


def places_of(rated: Round, target: Target) -> list[ScaleCategory]:
    """Give the scale's rows that the round's edition holds, in its order and with its numbers."""
    rows = ScaleCategory.objects.filter(layer__scale=rated.scale_id)
    held = [numbered(row, target) for row in rows if str(row.uid) in target.number_of]
    return sorted(held, key=lambda row: row.number)


def numbered(row: ScaleCategory, target: Target) -> ScaleCategory:
    """Give a row the number that it had in the edition; it is for reading only."""
    row.number = target.number_of.get(str(row.uid), row.number)
    return row


def write_spans(locked: Round) -> int:
    """Write the codings of an open round that every human coder who judged the stretch made: same span, same code.

    Same code means the same row; codes that coders coined for themselves differ, whatever their names.
    """
    held = Assignment.objects.filter(round=locked).submitted().human().filter(uncodable_because="")
    incidents: defaultdict[int, set[int]] = defaultdict(set)
    for coder, incident in held.values_list("coder_id", "incident_id"):
        incidents[incident].add(coder)
    skipped = _left_out(locked)
    made: defaultdict[tuple[int, int, int, int], set[int]] = defaultdict(set)
    codings = Coding.objects.filter(segment__assignment__in=held)
    for incident, coder, start, end, code in codings.values_list(
        "segment__assignment__incident_id", "segment__assignment__coder_id", "segment__start", "segment__end", "code_id"
    ):
        made[incident, start, end, code].add(coder)
    rows = []
    for (incident, start, end, code), coders in sorted(made.items()):
        judges = {one for one in incidents[incident] if not _touches(skipped[incident, one], start, end)}
        if len(coders) > 1 and coders >= judges:
            rows.append(ConsensusCoding(round=locked, incident_id=incident, start=start, end=end, code_id=code,
                                        settled_by=SettledBy.UNANIMITY))  # fmt: skip
    return len(ConsensusCoding.objects.bulk_create(rows, batch_size=1000))


def write_placements(locked: Round) -> int:
    """Write the category of each code that every human coder who sorted put into the same one, two at least.

    Same category means the same row, so it is one of those given, or one that coders already shared.
    """
    held = Assignment.objects.filter(round=locked, incident=None).submitted().human()
    sorters, said = held.count(), defaultdict[int, list[int]](list)
    for code, category in Placement.objects.filter(assignment__in=held).values_list("code_id", "category_id"):
        said[code].append(category)
    if sorters < 2:
        return 0
    agreed = {code: into[0] for code, into in said.items() if len(into) == sorters and len(set(into)) == 1}
    return len(write_consensus(locked, agreed, SettledBy.UNANIMITY))


def _left_out(locked: Round) -> defaultdict[tuple[int, int], list[Span]]:
    """Give the stretches that each coder left out of each incident."""
    marks = Mark.objects.filter(assignment__round=locked, kind=Mark.Kind.LEFT_OUT)
    found: defaultdict[tuple[int, int], list[Span]] = defaultdict(list)
    for incident, coder, *span in marks.values_list("assignment__incident_id", "assignment__coder_id", "start", "end"):
        found[incident, coder].append((span[0], span[1]))
    return found


def _touches(spans: Iterable[Span], start: int, end: int) -> bool:
    return any(first < end and last > start for first, last in spans)


def readings_of(locked: Round, incident: Incident | None) -> list[Reading]:
    """Give the readings of the human coders who judged an incident."""
    held = Assignment.objects.filter(round=locked, incident=incident).submitted().human().filter(uncodable_because="")
    return list(readings(list(held), target_of(locked)).values())


def readings(held: Sequence[Assignment], target: Target) -> dict[int, Reading]:
    """Give what submitted assignments say, by their keys, in one query."""
    rows = Rating.objects.filter(assignment__in=held).select_related("scale_category")
    by_assignment: dict[int, list[Rating]] = {one.pk: [] for one in held}
    for row in rows:
        row.scale_category = numbered(row.scale_category, target)
        by_assignment[row.assignment_id].append(row)
    return {
        pk: Reading(
            frozenset(row.scale_category for row in said if row.stance != 0),
            next((row.scale_category for row in said if row.is_primary), None),
            frozenset((row.scale_category, row.stance) for row in said if row.stance is not None),
        )
        for pk, said in by_assignment.items()
    }
