"""What the pages show: the queue, and one disagreement with a lane for each coder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q

from coding.agreement.pictures import coefficient
from coding.agreement.targets import Label, Target
from coding.codes.models import ScaleCategory
from coding.people.models import Event, User
from coding.reconciliation import unanimity
from coding.reconciliation.models import Decision, Disagreement, DisagreementQuerySet
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import Rating
from coding.selective_coding.rules import RATE
from coding.selective_coding.second_thoughts import SECOND_THOUGHT

KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "=")
CODES = (*(f"Digit{digit}" for digit in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)), "Minus", "Equal")
SIGNS = {-1: "−1", 0: "0", 1: "+1"}
STATES = {"open": Q(settled_at=None), "settled": Q(settled_at__isnull=False), "all": Q()}


def queue(found: DisagreementQuerySet) -> DisagreementQuerySet:
    """Disagreements for the list, worst first, with their decisions."""
    decisions = Decision.objects.select_related("by").order_by("-pk")
    listed = found.select_related("round", "incident").defer("incident__text", "incident__search_text")
    return listed.prefetch_related(Prefetch("decisions", decisions)).worst_first()


@dataclass(frozen=True)
class Line:
    """A line of the queue: the disagreement, its rise in words, and its latest decision."""

    found: Disagreement
    rise: str
    decision: Decision | None


def lines(found: Iterable[Disagreement]) -> list[Line]:
    """Write disagreements as the list shows them; they come from `queue`."""
    return [
        Line(
            one,
            "" if one.rise is None else coefficient(one.rise, 3),
            next(iter(one.decisions.all()), None),
        )
        for one in found
    ]


def count(found: DisagreementQuerySet) -> dict[str, int]:
    """Count disagreements: all, settled, open."""
    counts = found.aggregate(total=Count("pk"), settled=Count("settled_at"))
    return {**counts, "open": counts["total"] - counts["settled"]}


def waiting_by_round(found: DisagreementQuerySet) -> list[tuple[Round, int]]:
    """Count the open disagreements of each round that has some."""
    numbers = dict(found.unsettled().order_by().values_list("round").annotate(number=Count("pk")))
    rounds = Round.objects.filter(pk__in=numbers).order_by("released_at", "pk")
    return [(one, numbers[one.pk]) for one in rounds]


def neighbours(found: Disagreement, around: DisagreementQuerySet) -> tuple[int | None, int | None]:
    """Give the incident numbers of the open disagreements before and after one, worst first, around the corner."""
    waiting = around | Disagreement.objects.filter(pk=found.pk)
    rows = waiting.worst_first().values_list("pk", "settled_at", "incident__number")
    order = [(pk, number) for pk, settled_at, number in rows if settled_at is None or pk == found.pk]
    at = [pk for pk, _ in order].index(found.pk)
    others = [number for _, number in order[at + 1 :] + order[:at]]
    return (others[-1], others[0]) if others else (None, None)


@dataclass(frozen=True)
class Lane:
    """One coder's assignment on the incident, and what it says where it may be read and was submitted."""

    assignment: Assignment
    reading: unanimity.Reading | None
    labels: tuple[tuple[int, str, bool], ...]
    confidence: str
    note: str
    thoughts: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the form sends to take this reading."""
        return f"one:{self.assignment.coder.uid}"

    @property
    def is_machine(self) -> bool:
        return self.assignment.coder.is_machine

    @property
    def numbers(self) -> str:
        """The category numbers, for the page's script."""
        return " ".join(str(number) for number in sorted(row.number for row in self._categories))

    @property
    def primary(self) -> int | str:
        return self.reading.primary.number if self.reading and self.reading.primary else ""

    @property
    def stances(self) -> dict[int, int]:
        """What was said of each value of a stance scale, by number."""
        return (
            {row.number: stance for row, stance in sorted(self.reading.stances, key=_by_number)} if self.reading else {}
        )

    @property
    def signed(self) -> str:
        """The stances, for the page's script."""
        return " ".join(f"{number}:{stance}" for number, stance in self.stances.items())

    @property
    def words(self) -> str:
        """Say why there is no reading."""
        if self.reading is not None:
            return ""
        if self.assignment.state != Assignment.State.SUBMITTED:
            return "Not submitted at release: missing."
        return f"Uncodable: {self.assignment.uncodable_because}"

    @property
    def _categories(self) -> frozenset[ScaleCategory]:
        return self.reading.categories if self.reading else frozenset()


def lanes(user: User, found: Disagreement, target: Target) -> list[Lane]:
    """Give a lane for each coder of the incident whose work this person may read, people before machines."""
    visible = Assignment.objects.visible_to(user).filter(round=found.round_id, incident=found.incident_id)
    held = list(visible.select_related("coder").order_by("coder__is_machine", "coder__name", "pk"))
    judged = [one for one in held if one.state == Assignment.State.SUBMITTED and not one.uncodable_because]
    readings, remarks = unanimity.readings(judged, target), _remarks(judged)
    return [_lane(one, readings.get(one.pk), remarks.get(one.pk, {}), target) for one in held]


def is_hidden(found: Disagreement, shown: Sequence[Lane]) -> bool:
    """Is somebody's reading of this incident kept from the person just now?"""
    return Assignment.objects.filter(round=found.round_id, incident=found.incident_id).count() > len(shown)


def _lane(one: Assignment, reading: unanimity.Reading | None, remark: dict[str, Any], target: Target) -> Lane:
    numbers = {row.number for row in reading.categories} if reading else set()
    primary = reading.primary.number if reading and reading.primary else None
    signs = {row.number: SIGNS[stance] for row, stance in reading.stances} if reading else {}
    labels = tuple(
        (row.layer, f"{signs.get(row.number, str(row.number))} {row.name}", row.number == primary)
        for row in target.categories
        if row.number in numbers
    )
    confidence = Rating.Confidence(remark.get("confidence", ""))
    return Lane(one, reading, labels, confidence.label.lower() if confidence else "", remark.get("note", ""),
                tuple(remark.get("thoughts", ())))  # fmt: skip


def _remarks(judged: Sequence[Assignment]) -> dict[int, dict[str, Any]]:
    """Give confidence, note and second thoughts by assignment, from the events that wrote them.

    Of the rating's own events the last counts ("none" has no row).
    """
    by_stream = {one.stream: one.pk for one in judged}
    written = Event.objects.filter(stream__in=list(by_stream), verb__in=[RATE, SECOND_THOUGHT]).order_by("position")
    found: dict[int, dict[str, Any]] = {pk: {"thoughts": []} for pk in by_stream.values()}
    for stream, verb, after in written.values_list("stream", "verb", "after"):
        said, remark = json.loads(after or "{}"), found[by_stream[stream]]
        if verb == SECOND_THOUGHT:
            remark["thoughts"].append(said["note"])
        else:
            remark.update(said)
    return found


@dataclass(frozen=True)
class Choice:
    """A scale category as the form offers it, named as the round's edition names it."""

    number: int
    name: str
    key: str
    code: str


def offered(target: Target) -> list[tuple[int, str, list[Choice]]]:
    """List the scale's categories by layer, with the keys of the first twelve."""
    return [
        (
            layer.number,
            layer.name,
            [Choice(row.number, row.name, _at(KEYS, row.number), _at(CODES, row.number))
             for row in target.categories if row.layer == layer.number],
        )
        for layer in target.layers
    ]  # fmt: skip


def _at(keys: Sequence[str], number: int) -> str:
    return keys[number - 1] if number <= len(keys) else ""


@dataclass(frozen=True)
class Value:
    """A value of a stance scale as the form offers it: what each coder said of it, and what is chosen."""

    number: int
    name: str
    layer: int
    said: tuple[tuple[str, str], ...]
    is_disputed: bool
    keys: tuple[tuple[int, str, bool], ...]


def values(target: Target, shown: Sequence[Lane], sent: Mapping[str, str]) -> list[Value]:
    """List the values, those first that people read differently; what people agree on is chosen already."""
    found = [_value(row, shown, sent) for row in target.categories]
    return sorted(found, key=lambda one: (not one.is_disputed, one.number))


def _value(row: Label, shown: Sequence[Lane], sent: Mapping[str, str]) -> Value:
    said = [(lane, lane.stances[row.number]) for lane in shown if row.number in lane.stances]
    people = {stance for lane, stance in said if not lane.is_machine}
    chosen = sent.get(f"stance-{row.number}", str(next(iter(people))) if len(people) == 1 else "")
    return Value(
        row.number, row.name, row.layer,
        tuple((lane.assignment.coder.name, SIGNS[stance]) for lane, stance in said), len(people) > 1,
        tuple((stance, sign, str(stance) == chosen) for stance, sign in SIGNS.items()),
    )  # fmt: skip


def _by_number(said: tuple[ScaleCategory, int]) -> int:
    return said[0].number
