"""What the coder of a rating has coded in its incident: quotes to show for the rating.

Only work of released rounds: that stands, so nothing a rating points to can go away, and it is the coder's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from coding.codes.content import Frozen
from coding.lib.prepared import Prepared, Slot, number
from coding.lib.refusals import BadInput
from coding.open_coding.models import Segment, SegmentQuerySet
from coding.people.models import User
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import Rating, RatingEvidence
from coding.selective_coding.readings import Reading

COLUMNS = ("uid", "start", "end", "codings__code__uid")


def own_segments(coder: int | Slot, incident: int | Slot) -> SegmentQuerySet:
    """Give the segments that a coder coded in an incident, of released rounds of open coding."""
    return Segment.objects.filter(
        assignment__coder=coder, assignment__incident=incident,
        assignment__round__stage=Round.Stage.OPEN, assignment__round__state__in=Round.RELEASED,
    )  # fmt: skip


CODED = Prepared(
    lambda: own_segments(number("coder"), number("incident"))
    .order_by("start", "-end", "uid", "codings__pk").values_list(*COLUMNS)
)  # fmt: skip
EVIDENCE = Prepared(
    lambda: RatingEvidence.objects.filter(rating__assignment=number("assignment"))
    .values_list("pk", "rating", "segment__uid")
)  # fmt: skip


@dataclass
class Quote:
    """A segment of the coder's own, with its codes as the round's edition names them."""

    uid: UUID
    start: int
    end: int
    words: str
    codes: list[str] = field(default_factory=list)


def own_quotes(assignment: Assignment, reader: User) -> list[Quote]:
    """Give the quotes that this reader may see beside the rating, in the order of the text.

    A round that shows no earlier work offers none.
    """
    if assignment.round.hides_earlier or assignment.incident is None:
        return []
    text, names = assignment.incident.text, edition_names(assignment.round)
    quotes: dict[UUID, Quote] = {}
    for uid, start, end, code in coded(assignment, reader):
        quote = quotes.setdefault(uid, Quote(uid, start, end, text[start:end]))
        if (name := names.get(str(code))) and name not in quote.codes:
            quote.codes.append(name)
    return list(quotes.values())


def coded(assignment: Assignment, reader: User) -> Iterable[tuple[Any, ...]]:
    """Read the coder's segments with their codes; others see those of rounds whose readings they may open."""
    if reader.pk == assignment.coder_id:
        return CODED(coder=assignment.coder_id, incident=assignment.incident_id)
    segments = own_segments(assignment.coder_id, assignment.incident_id or 0).visible_to(reader)
    return segments.order_by("start", "-end", "uid", "codings__pk").values_list(*COLUMNS)


def edition_names(rated: Round) -> dict[str, str]:
    """Name codes as the round's edition does: what has been renamed or merged since is others' work."""
    return {uid: row["name"] for uid, row in Frozen.of(rated.edition).merged.items()} if rated.edition else {}


def evidence_of(assignment: Assignment) -> dict[int, frozenset[UUID]]:
    """Give the segments shown for each rating row, by the row's key."""
    shown: dict[int, set[UUID]] = {}
    for _, rating, segment in EVIDENCE(assignment=assignment.pk):
        shown.setdefault(rating, set()).add(segment)
    return {rating: frozenset(segments) for rating, segments in shown.items()}


def refuse_foreign(assignment: Assignment, reading: Reading) -> None:
    """Refuse evidence that is not the coder's own coding of this incident, whoever's it is. Raises BadInput."""
    shown = reading.shown
    if not shown:
        return
    if assignment.round.hides_earlier:
        raise BadInput("This round shows no earlier work, so no quote can be given for a rating. Leave the quotes out.")
    own = own_segments(assignment.coder_id, assignment.incident_id or 0)
    if shown - set(own.filter(uid__in=shown).values_list("uid", flat=True)):
        raise BadInput("There is no such quote among your own codings of this incident. Choose one from the list.")


def show_evidence(locked: Assignment, after: Reading) -> None:
    """Bring the evidence rows to what the rating shows now; what stays shown keeps its row."""
    uids = dict(Rating.objects.filter(assignment=locked).values_list("scale_category__uid", "pk"))
    wanted = {(uids[one.scale_category], segment) for one in after.choices for segment in one.evidence}
    standing = {(rating, segment): pk for pk, rating, segment in EVIDENCE(assignment=locked.pk)}
    gone = [pk for pair, pk in standing.items() if pair not in wanted]
    RatingEvidence.objects.filter(pk__in=gone).delete()
    keys = dict(Segment.objects.filter(uid__in=after.shown).values_list("uid", "pk"))
    added = sorted(wanted - standing.keys())
    RatingEvidence.objects.bulk_create(
        RatingEvidence(rating_id=rating, segment_id=keys[segment]) for rating, segment in added
    )
