"""The theoretical-sampling queue: which gaps a project has, and which uncoded incidents might fill them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from coding.codes.content import adopted_categories
from coding.codes.models import Category, Scale
from coding.incidents.models import Incident
from coding.lib.text import fold
from coding.people.models import Project, User
from coding.rounds.models import Assignment, Round
from coding.selective_coding.chain_breaks import places_of, ratings_of
from coding.selective_coding.sampling import ATTRIBUTE, RATED, WORDED, Gap, Proposal, Reason, propose
from coding.selective_coding.saturation import counted
from coding.selective_coding.saturation_queries import Coded, Named, Opened, codes_of, in_coding_order

ENOUGH = 3  # coded incidents under a category before it is no gap any more
MOST, MOST_CATEGORIES, MOST_WORDS, LEAST_LETTERS, LEAST_WORDS = 12, 8, 10, 5, 2
LEAST_SHARED = 2  # a value that one incident alone has is no ground for a comparison
MOST_VALUES = 20  # an attribute with more different values is a text, not a ground for a comparison
COLUMNS = {
    "modality": "Modality",
    "lifecycle_stage": "Life-cycle stage",
    "language": "Language",
    "source_name": "Source",
}

Candidates = defaultdict[int, dict[Hashable, Reason]]


@dataclass(frozen=True)
class Proposed:
    """A proposal with its incident."""

    incident: Incident
    proposal: Proposal


@dataclass(frozen=True)
class Queue:
    """The next incidents, the gaps that nothing waiting seems to fill, and how many incidents wait."""

    shown: list[Proposed]
    unfilled: list[Gap]
    waiting: int
    coded: int

    @property
    def note(self) -> str:
        """Say why these, as the reason of a round."""
        gaps = dict.fromkeys(gap.says.rpartition(": ")[0] for one in self.shown for gap, _ in one.proposal.reasons)
        return "Chosen to fill gaps: " + "; ".join(gaps) + "." if gaps else ""


def sampling_queue(user: User, project: Project, scale: Scale | None) -> Queue:
    """Propose the next incidents among those that no round of open coding has taken."""
    codes = codes_of(project, scale)
    coded = in_coding_order(project, codes)
    incidents = Incident.objects.filter(project=project).in_use().light().order_by("number")
    every, taken = list(incidents), taken_in(project)
    waiting = {one.pk: one for one in every if one.pk not in taken}
    gaps: dict[Hashable, Gap] = {}
    candidates: Candidates = defaultdict(dict)
    if coded:
        attributes(every, {one.incident for one in coded}, waiting, gaps, candidates)
        thin_categories(project, coded, codes, waiting, gaps, candidates)
        if scale:
            thin_places(user, scale, coded, codes, waiting, gaps, candidates)
    proposals = propose(candidates, gaps, MOST)
    numbers = {one.number: one for one in waiting.values()}
    filled = {gap for one in candidates.values() for gap in one}
    unfilled = [gap for key, gap in gaps.items() if key not in filled]
    return Queue([Proposed(numbers[one.number], one) for one in proposals], unfilled, len(waiting), len(coded))


def taken_in(project: Project) -> set[int]:
    """Give the incidents that a round of open coding holds, a draft too."""
    held = Assignment.objects.filter(round__project=project, round__stage=Round.Stage.OPEN, incident__isnull=False)
    return {pk for pk in held.values_list("incident", flat=True).distinct() if pk}


def attributes(
    every: Sequence[Incident], coded: set[int], waiting: dict[int, Incident], gaps: dict[Hashable, Gap],
    candidates: Candidates,
) -> None:  # fmt: skip
    """Find values of attributes that several incidents have, and no coded one."""
    values = {one.pk: values_of(one) for one in every}
    different: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for held in values.values():
        for name, value in held.items():
            different[name][value] += 1
    covered = {pair for pk in coded if pk in values for pair in values[pk].items()}
    for one in waiting.values():
        for name, value in values[one.pk].items():
            shared = different[name][value] >= LEAST_SHARED and len(different[name]) <= MOST_VALUES
            if shared and (name, value) not in covered:
                gaps[name, value] = Gap(f"{name} “{value}”: no coded incident", 1)
                candidates[one.number][name, value] = Reason("this one has it", ATTRIBUTE)


def values_of(one: Incident) -> dict[str, str]:
    """Give an incident's attributes by name, those that are stated."""
    said = {label: str(getattr(one, column)) for column, label in COLUMNS.items()}
    said["Year"] = str(one.occurred_on.year) if one.occurred_on else ""
    own = one.attributes if isinstance(one.attributes, dict) else {}
    said |= {str(name): str(value) for name, value in own.items()}
    return {name: value.strip() for name, value in said.items() if value.strip()}


def thin_categories(
    project: Project, coded: Sequence[Coded], codes: dict[int, Named], waiting: dict[int, Incident],
    gaps: dict[Hashable, Gap], candidates: Candidates,
) -> None:  # fmt: skip
    """Find the categories with the fewest coded incidents, and waiting reports that hold words of theirs."""
    held: Counter[int | None] = Counter()
    for one in coded:
        held.update({codes[code].category for code in one.codes})
    categories: list[Category] = sorted(adopted_categories(project), key=lambda one: held[one.pk])
    for category in [one for one in categories if held[one.pk] < ENOUGH][:MOST_CATEGORIES]:
        key = ("category", category.pk)
        says = f"category “{category}”: {counted(held[category.pk], 'coded incident')}"
        gaps[key] = Gap(says, ENOUGH - held[category.pk])
        words = words_of(category, codes.values())
        for pk, found in holding(project, words):
            if pk in waiting:
                said = f"a guess from words: its report holds {found} of {', '.join(words)}"
                candidates[waiting[pk].number][key] = Reason(said, WORDED)


def words_of(category: Category, codes: Iterable[Named]) -> list[str]:
    """Give the long words of a category's and its codes' names, folded as reports are for search."""
    names = [category.name, *sorted(one.name for one in codes if one.category == category.pk)]
    words = dict.fromkeys(word.strip(".,;:!?“”\"'()") for name in names for word in fold(name).split())
    return [word for word in words if len(word) >= LEAST_LETTERS][:MOST_WORDS]


def holding(project: Project, words: Sequence[str]) -> list[tuple[int, int]]:
    """Give the incidents whose reports hold at least two of these words, with how many."""
    if len(words) < LEAST_WORDS:
        return []
    found: Any = Value(0)
    for word in words:
        held = When(search_text__contains=word, then=Value(1))
        found = found + Case(held, default=Value(0), output_field=IntegerField())
    rows = Incident.objects.filter(project=project).annotate(found=found).filter(found__gte=LEAST_WORDS)
    return list(rows.order_by("pk").values_list("pk", "found"))


def thin_places(
    user: User, scale: Scale, coded: Sequence[Coded], codes: dict[int, Named], waiting: dict[int, Incident],
    gaps: dict[Hashable, Gap], candidates: Candidates,
) -> None:  # fmt: skip
    """Find scale categories with few coded incidents, and waiting ones whose consensus rating names them."""
    held: Counter[int | None] = Counter()
    for one in coded:
        held.update({codes[code].place for code in one.codes})
    opened = Opened(user)
    ratings = ratings_of(scale, opened)
    for place in sorted(places_of(scale), key=lambda one: one.number):
        if held[place.pk] >= ENOUGH:
            continue
        key = ("place", place.pk)
        says = f"{place.number} {place.name}: codes of {counted(held[place.pk], 'incident')} lead there"
        gaps[key] = Gap(says, ENOUGH - held[place.pk])
        for pk, rated in ratings.items():
            if place.pk in rated.categories and pk in waiting and pk not in opened.blind:
                who = "a reading that the consensus keeps" if rated.is_plural else "the consensus"
                candidates[waiting[pk].number][key] = Reason(f"{who} rates this one there", RATED)
