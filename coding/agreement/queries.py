"""What pages show over rounds: each round's latest figures in brief, the headline, and the trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery

from coding.agreement import of_occasions, of_ratings, of_sorts, of_texts
from coding.agreement.models import Measurement, MeasurementQuerySet
from coding.agreement.pictures import Axis
from coding.agreement.rows import Row, about_of, axis_of, row_of
from coding.people.models import Project, User
from coding.rounds.models import Assignment, Opening, Round, blind_incidents
from coding.rounds.rules import has_opened

OWN = of_occasions.OWN
BRIEF = {
    Round.Stage.RATING: (of_ratings.TOUCHED, of_ratings.STANCE, f"{OWN}{of_ratings.SETS}"),
    Round.Stage.OPEN: (of_texts.CODED, of_texts.LAYER, f"{OWN}{of_texts.CODED}"),
    Round.Stage.AXIAL: (of_sorts.PLACEMENT, of_sorts.PILES),
    Round.Stage.MAPPING: (of_sorts.MAPPING, of_sorts.MAPPING_LAYER),
}
IN_BRIEF = [level for levels in BRIEF.values() for level in levels]


@dataclass(frozen=True)
class Headline:
    """What is shown of one round in brief; for a rating round agreement per layer *touched*."""

    rated: Round
    axis: Axis
    rows: list[Row]

    @property
    def is_closed(self) -> bool:
        return is_closed(self.rated)

    @property
    def has_layers(self) -> bool:
        """Is it about layers touched?"""
        return any(row.found.level == of_ratings.TOUCHED for row in self.rows)


def latest(measurements: MeasurementQuerySet) -> MeasurementQuerySet:
    """Keep each round's latest batch; older ones stay in the database, not on the page."""
    last = Measurement.objects.filter(round=OuterRef("round")).values("round").annotate(last=Max("batch"))
    return measurements.filter(batch=Subquery(last.values("last")))


def released(rounds: QuerySet[Round]) -> QuerySet[Round]:
    """Rounds that are released, the latest first."""
    found = rounds.filter(state__in=Round.RELEASED)
    return found.select_related("released_by", "edition").defer("edition__content").order_by("-released_at", "-pk")


FEW = 5  # incidents; the figures of fewer tell what each coder said of them


def readable(user: User, project: Project) -> QuerySet[Round]:
    """The released rounds that a person may read, with what `is_closed` needs to know of them."""
    opened = Opening.objects.filter(user=user, round=OuterRef("pk"))
    blind = Assignment.objects.filter(round=OuterRef("pk"), incident__in=blind_incidents(user))
    return released(Round.objects.visible_to(user).filter(project=project)).annotate(
        incidents=Count("assignments__incident", distinct=True), is_opened=Exists(opened), codes_blind=Exists(blind)
    )


def is_closed(measured: Round) -> bool:
    """Would its figures tell a reading that this person may not see just now? Ask it of what `readable` gave."""
    is_kept = not measured.is_opened or measured.codes_blind  # type: ignore[attr-defined]  # annotated there
    return bool(is_kept and 0 < measured.incidents < FEW)  # type: ignore[attr-defined]  # annotated there


def reads_all(user: User, measured: Round) -> bool:
    """Has this person opened all readings of a round, and is none of them kept from them just now?"""
    if not has_opened(user, measured):
        return False
    shown = Assignment.objects.visible_to(user).filter(round=measured).values("pk")
    return not measured.assignments.exclude(pk__in=shown).exists()


def headline(user: User, project: Project) -> Headline | None:
    """Give the agreement per layer of the latest main rating round, in two queries; None while there is none.

    Only rounds in which coders had seen no earlier ratings count, and whose figures are open to this person. Not for a
    shielded coder: ask before you show it.
    """
    measured = Measurement.objects.filter(round=OuterRef("pk"), level=of_ratings.TOUCHED, method__seen="")
    mine = readable(user, project).filter(purpose=Round.Purpose.MAIN, stage=Round.Stage.RATING)
    rated = next((one for one in mine.filter(Exists(measured)) if not is_closed(one)), None)
    return summaries([rated])[0] if rated else None


def summaries(rounds: Sequence[Round]) -> list[Headline]:
    """Give each round's figures in brief, in one query; those without figures have no rows."""
    found: dict[int, list[Measurement]] = {rated.pk: [] for rated in rounds}
    for one in latest(Measurement.objects.filter(round__in=rounds, level__in=IN_BRIEF)).order_by("pk"):
        found[one.round_id].append(one)
    return [in_brief(rated, found[rated.pk]) for rated in rounds]


def in_brief(rated: Round, found: Sequence[Measurement]) -> Headline:
    axis = axis_of(found)
    return Headline(rated, axis, [row_of(one, axis, brief_name(one)) for one in found])


def brief_name(one: Measurement) -> str:
    """Name a figure in brief: the layer, the value, the coder, or what is compared."""
    return "" if one.level in (of_sorts.MAPPING, of_sorts.MAPPING_LAYER) else about_of(one).get("name", "")
