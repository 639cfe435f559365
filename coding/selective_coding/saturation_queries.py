"""What saturation is counted from: what stands for each incident in coding order, and what its pages show of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from coding.axial_coding.models import Evidence, Position
from coding.axial_coding.queries import released_codings
from coding.codes.content import standing_relations
from coding.codes.models import Category, Code, Layer, Mapping, Scale, ScaleCategory
from coding.open_coding.models import ConsensusCoding
from coding.people.models import Project, User
from coding.rounds.models import Assignment, Opening, Round, blind_incidents
from coding.selective_coding.queries import layers_of
from coding.selective_coding.saturation import (
    Run,
    Saturation,
    Setting,
    counted,
    first_places,
    per_cent,
    saturation,
    sentence,
    with_band,
)

SEED = 1
NOT_COUNTED = (Round.Purpose.TRAINING, Round.Purpose.STABILITY)  # keyed, or the same coder's second look


@dataclass(frozen=True)
class Coded:
    """An openly coded incident with the living codes that stand for it (database ids), at its place in coding order."""

    incident: int
    number: int
    title: str
    round: int
    is_settled: bool
    codes: frozenset[int]


@dataclass(frozen=True)
class Named:
    """A code as the pages name it, with its category and the place of that in the scale (database ids)."""

    uid: Any
    name: str
    category: int | None
    place: int | None


def codes_of(project: Project, scale: Scale | None) -> dict[int, Named]:
    """Give the released codes that live, by id."""
    places: dict[int, int | None] = {}
    if scale:
        places = dict(Mapping.objects.filter(scale=scale).values_list("category", "scale_category"))
    rows = Code.objects.filter(project=project).released().living().values_list("pk", "uid", "name", "category")
    return {pk: Named(uid, name, category, places.get(category)) for pk, uid, name, category in rows}


def in_coding_order(project: Project, living: Iterable[int]) -> list[Coded]:
    """Give the incidents of released open rounds as they were coded: by round, then as the round gave them out.

    What stands for an incident: the consensus of its latest settled round; where no round is settled yet, every code
    that a human coder gave it in its latest released round. Merged codes count once, retired ones not at all.
    """
    judged = judged_in(project)
    chosen = {incident: last_of(rows) for incident, rows in judged.items()}
    alive, held = frozenset(living), standing_codes(project)
    numbers = {rows[0][2]: rows[0] for rows in judged.values()}
    return [
        Coded(pk, numbers[pk][3], numbers[pk][4], round_, settled, frozenset(held[settled, round_, pk] & alive))
        for pk, (round_, settled) in chosen.items()
    ]


Judged = tuple[int, str, int, int, str]


def judged_in(project: Project) -> dict[int, list[Judged]]:
    """Give each incident's rounds, earliest first; incidents stand in the order in which they were first coded."""
    found = (
        Assignment.objects.submitted().human()
        .filter(
            round__project=project, round__stage=Round.Stage.OPEN, round__state__in=Round.RELEASED,
            uncodable_because="", incident__withdrawn_because="",
        )
        .exclude(round__purpose__in=NOT_COUNTED)
        .order_by("round__opened_at", "round", "position", "incident")
    )  # fmt: skip
    judged: dict[int, list[Judged]] = {}
    for row in found.values_list("round", "round__state", "incident", "incident__number", "incident__title").distinct():
        judged.setdefault(row[2], []).append(row)
    return judged


def last_of(rows: Sequence[Judged]) -> tuple[int, bool]:
    """Choose the round that speaks for an incident: the latest settled one, else the latest."""
    settled = [row for row in rows if row[1] == Round.State.SETTLED]
    return (settled or rows)[-1][0], bool(settled)


def standing_codes(project: Project) -> defaultdict[tuple[bool, int, int], set[int]]:
    """Give the codes by (settled, round, incident): of the consensus, and of all human coders."""
    held: defaultdict[tuple[bool, int, int], set[int]] = defaultdict(set)
    of_all = released_codings(project).filter(
        segment__assignment__round__stage=Round.Stage.OPEN, segment__assignment__state=Assignment.State.SUBMITTED,
        segment__assignment__coder__is_machine=False, segment__assignment__uncodable_because="",
    )  # fmt: skip
    where = ("segment__assignment__round", "segment__assignment__incident", "stands")
    for round_, incident, code in of_all.order_by().values_list(*where).distinct():
        held[False, round_, incident].add(code)
    agreed = ConsensusCoding.objects.filter(round__project=project, round__state=Round.State.SETTLED)
    for round_, incident, code, into in agreed.values_list("round", "incident", "code", "code__merged_into").distinct():
        held[True, round_, incident].add(into or code)
    return held


def relations_in(project: Project, coded: Sequence[Coded]) -> list[set[int]]:
    """Give for each incident the relations that a segment of it speaks for."""
    rows = Evidence.objects.filter(
        relation__in=standing_relations(project), speaks=Evidence.Speaks.FOR,
        segment__assignment__round__state__in=Round.RELEASED,
    )  # fmt: skip
    held: defaultdict[int, set[int]] = defaultdict(set)
    for relation, incident in rows.values_list("relation", F("segment__assignment__incident")):
        held[incident].add(relation)
    return [held[one.incident] for one in coded]


def properties_in(project: Project, coded: Sequence[Coded]) -> list[set[tuple[int, str]]]:
    """Give for each incident the properties of categories on whose range it lies."""
    rows = Position.objects.filter(category__in=Category.objects.filter(project=project).adopted())
    held: defaultdict[int, set[tuple[int, str]]] = defaultdict(set)
    for category, name, incident in rows.values_list("category", "property", "incident"):
        held[incident].add((category, name))
    return [held[one.incident] for one in coded]


@dataclass(frozen=True)
class Line:
    """A run as the table shows it: its incidents by number, what came, the share beside the band."""

    run: Run
    says: str
    numbers: list[tuple[int, str]]
    codes: list[Named]
    closed: int
    share: str
    band: str
    properties: int
    relations: int
    is_stop: bool


@dataclass(frozen=True)
class OfPlace:
    """Saturation of one scale category, over the incidents that hold a code that leads there."""

    place: ScaleCategory
    found: Saturation

    @property
    def last(self) -> str:
        """Say what the last run brought."""
        if not self.found.runs or self.found.undefined_because:
            return ""
        run, of = self.found.runs[-1], self.found.in_base
        return f"{len(run.new)} of {of} ({per_cent(run.share or 0)})"


@dataclass(frozen=True)
class Report:
    """Everything that the page of saturation says."""

    coded: list[Coded]
    found: Saturation
    properties: list[int]
    relations: list[int]
    codes: dict[int, Named]
    layers: list[tuple[Layer, list[OfPlace]]]

    @property
    def settled(self) -> int:
        return sum(one.is_settled for one in self.coded)

    @property
    def basis(self) -> str:
        """Say what counts as a code of an incident."""
        if not self.coded:
            return ""
        rest = len(self.coded) - self.settled
        of_all = (
            "no consensus stands yet, so every code that a human coder gave it counts: "
            "codes that one coder alone saw count too, and saturation looks later than it is"
        )
        if not rest:
            return "What counts are the consensus codes of each incident’s latest settled round."
        if not self.settled:
            return f"For {'its one incident' if rest == 1 else f'all {rest:,} incidents'} {of_all}."
        return f"For {counted(self.settled, 'incident')} the consensus codes count; for {rest:,} {of_all}."


def report(project: Project, scale: Scale | None, setting: Setting) -> Report:
    """Count saturation of a project's codes, properties and relations, and for each scale category."""
    codes = codes_of(project, scale)
    coded = in_coding_order(project, codes)
    found = with_band([one.codes for one in coded], setting, seed=SEED)
    related, varied = (saturation(held(project, coded), setting) for held in (relations_in, properties_in))
    layers = [(layer, [of_place(place, coded, codes, setting) for place in layer.categories.all()])
              for layer in (layers_of(scale) if scale else [])]  # fmt: skip
    return Report(coded, found, new_in(varied), new_in(related), codes, layers)


def new_in(found: Saturation) -> list[int]:
    return [len(run.new) for run in found.runs]


def of_place(place: ScaleCategory, coded: Sequence[Coded], codes: dict[int, Named], setting: Setting) -> OfPlace:
    held = ({code for code in one.codes if codes[code].place == place.pk} for one in coded)
    return OfPlace(place, saturation([here for here in held if here], setting))


class Opened:
    """What this person may read of incidents: rounds whose readings they opened, but none that they code blind now."""

    def __init__(self, user: User) -> None:
        self.rounds = frozenset(Opening.objects.filter(user=user).values_list("round", flat=True))
        self.blind = frozenset(blind_incidents(user).values_list("pk", flat=True))

    def holds(self, one: Coded) -> bool:
        return one.round in self.rounds and one.incident not in self.blind


def lines(found: Report, runs: Iterable[int], opened: Opened) -> list[Line]:
    """Write runs (positions in the report's) as lines of the table."""
    came = first_places([one.codes for one in found.coded])
    return [line(found, at, came, opened) for at in runs]


def line(found: Report, at: int, came: dict[Any, int], opened: Opened) -> Line:
    run = found.found.runs[at]
    named = [code for code in run.new if opened.holds(found.coded[came[code]])]
    here = found.coded[run.first - 1 : run.last]
    return Line(
        run, sentence(run, found.found.in_base), [(one.number, one.title) for one in here],
        sorted((found.codes[code] for code in named), key=lambda one: one.name.casefold()),  # type: ignore[index]  # our own keys
        len(run.new) - len(named), per_cent(run.share or 0, 1),
        "" if run.low is None or run.high is None else f"{per_cent(run.low, 1)} to {per_cent(run.high, 1)}",
        found.properties[at], found.relations[at], bool(found.found.stop and found.found.stop.first == run.first),
    )  # fmt: skip
