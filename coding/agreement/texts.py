"""Rows to continua: what each coder marked in each incident of an open round.

A submitted incident is judged from end to end, except the paragraphs that were left out (missing for that coder);
text without a segment is a gap, which is a judgement. Uncodable is missing. Labels of spans are public ids of codes.
Reading costs four queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models.functions import Length

from coding.agreement.continua import Continuum, Span, Stretch
from coding.agreement.held import OCCASIONS, Held, Judge, Unit, coders_of, earlier_of, held_in, lacking, units_of
from coding.codes.models import Code
from coding.incidents.models import Incident
from coding.open_coding.models import Coding, Mark
from coding.rounds.models import AssignmentQuerySet, Round

Place = tuple[int, int]


class Word(NamedTuple):
    """A code that somebody used: its name, who coined it, and the code that it was merged into, with its name."""

    uid: str
    name: str
    coined_by: str
    merged_into: str
    stands_as: str


@dataclass(frozen=True)
class Texts:
    """What was marked. Units stand by number, coders by name; spans and judges of a continuum are coders' public ids.

    `continua`: people alone; `with_machines`: everybody, where the round has machines, otherwise the same.
    `missing[unit][coder]`: why there is no judgement, in words ('' where there is one, or no assignment).
    """

    units: tuple[Unit, ...]
    coders: tuple[Judge, ...]
    machines: tuple[Judge, ...]
    continua: tuple[Continuum, ...]
    with_machines: tuple[Continuum, ...]
    words: dict[str, Word]
    missing: tuple[tuple[str, ...], ...]
    held: tuple[Held, ...]

    @property
    def events(self) -> list[str]:
        """What happened in the world, for each unit."""
        return [unit.event for unit in self.units]

    def lacking(self, why: str) -> int:
        return lacking(self.held, why)

    def used(self) -> set[str]:
        """The codes that people used."""
        return {str(span.label) for one in self.continua for span in one.spans}


def texts(coded: Round, assignments: AssignmentQuerySet | None = None) -> Texts:
    """Read an open round's submitted work.

    `assignments`: for a page those that a person may see; others' work is not shown.
    """
    held = held_in(coded, assignments)
    units, coders, machines = units_of(held), coders_of(held), coders_of(held, machines=True)
    length, (spans, words), left = _length(coded), _spans([coded.pk]), _left_out([coded.pk])
    judged: defaultdict[int, list[Held]] = defaultdict(list)
    for one in held:
        if one.is_judged:
            judged[one.incident].append(one)

    def continuum(unit: Unit, everybody: bool) -> Continuum:
        here = [one for one in judged[unit.pk] if everybody or not one.is_machine]
        said = [_of_coder(str(UUID(one.coder_key)), spans[one.pk], left[one.pk]) for one in here]
        return _continuum(length[unit.pk], said)

    people = tuple(continuum(unit, everybody=False) for unit in units)
    all_of_them = tuple(continuum(unit, everybody=True) for unit in units) if machines else people
    place = {(one.incident, one.coder): one.why_missing for one in held}
    missing = tuple(tuple(place.get((unit.pk, coder.pk), "") for coder in coders) for unit in units)
    return Texts(units, coders, machines, people, all_of_them, words, missing, tuple(held))


def occasions(again: Round) -> list[tuple[Judge, Texts]]:
    """Give for each human coder of a stability round the incidents read twice: the judges are the two occasions."""
    held, earlier = held_in(again), earlier_of(again)
    rounds = {one.round for one in (*held, *earlier)}
    length, (spans, words), left = _length(again), _spans(rounds), _left_out(rounds)
    twice = []
    for coder in coders_of(held):
        own = [one for one in held if one.coder == coder.pk]
        units, now = units_of(own), {one.incident: one for one in own}
        before = {one.incident: one for one in earlier if one.coder == coder.pk}
        continua = []
        for unit in units:
            both = [(OCCASIONS[at].uid, one) for at, one in enumerate((before.get(unit.pk), now[unit.pk]))
                    if one and one.is_judged]  # fmt: skip
            said = [_of_coder(name, spans[one.pk], left[one.pk]) for name, one in both]
            continua.append(_continuum(length[unit.pk], said))
        found = tuple(continua)
        twice.append((coder, Texts(units, OCCASIONS, (), found, found, words, (("", ""),) * len(units), tuple(own))))
    return twice


def _continuum(length: int, said: Sequence[tuple[str, list[Span], list[Stretch]]]) -> Continuum:
    return Continuum(
        length, sorted(coder for coder, _, _ in said),
        [span for _, marked, _ in said for span in marked], [gap for _, _, gaps in said for gap in gaps],
    )  # fmt: skip


def _of_coder(
    coder: str, spans: Iterable[tuple[int, int, str]], left: Iterable[Place]
) -> tuple[str, list[Span], list[Stretch]]:
    marked = [Span(coder, start, end, code) for start, end, code in spans]
    # What a coder marked was judged, whatever a mark says: a figure must not depend on who wrote first.
    gaps = [Stretch(coder, *part) for gap in left for part in without(gap, [(one.start, one.end) for one in marked])]
    return coder, marked, gaps


def without(whole: Place, parts: Iterable[Place]) -> list[Place]:
    """Return what is left of a stretch when others are taken from it."""
    left, (begin, end) = [], whole
    for first, last in sorted(parts):
        if begin < min(first, end):
            left.append((begin, min(first, end)))
        begin = max(begin, last)
    return [*left, (begin, end)] if begin < end else left


def _length(coded: Round) -> dict[int, int]:
    """Give the length of each incident's text, in code points."""
    rows = Incident.objects.filter(assignments__round=coded).distinct()
    return dict(rows.annotate(size=Length("text")).values_list("pk", "size"))


def _spans(rounds: Collection[int]) -> tuple[defaultdict[int, list[tuple[int, int, str]]], dict[str, Word]]:
    """Give the spans of each assignment with their codes, and the codes."""
    codings = Coding.objects.filter(segment__assignment__round__in=rounds)
    found: defaultdict[int, list[tuple[int, int, str]]] = defaultdict(list)
    codes = Code.objects.filter(pk__in=codings.values("code"))
    columns = ("pk", "uid", "name", "coined_by__name", "merged_into__uid", "merged_into__name")
    words = {
        pk: Word(str(uid), name, by or "", str(into or ""), as_name or name)
        for pk, uid, name, by, into, as_name in codes.values_list(*columns)
    }
    for pk, start, end, code in codings.values_list(
        "segment__assignment_id", "segment__start", "segment__end", "code_id"
    ):
        found[pk].append((start, end, words[code].uid))
    return found, {word.uid: word for word in words.values()}


def _left_out(rounds: Collection[int]) -> defaultdict[int, list[Place]]:
    marks = Mark.objects.filter(assignment__round__in=rounds, kind=Mark.Kind.LEFT_OUT)
    found: defaultdict[int, list[Place]] = defaultdict(list)
    for pk, start, end in marks.values_list("assignment_id", "start", "end"):
        found[pk].append((start, end))
    return found


def roots(words: Mapping[str, Word]) -> dict[str, str]:
    """Give for each code the one that it stands for now: itself, or the one it was merged into."""
    return {uid: word.merged_into or uid for uid, word in words.items()}
