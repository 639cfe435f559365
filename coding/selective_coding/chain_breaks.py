"""Chain breaks: an incident's consensus rating contradicts where the categories of its codes stand in the scale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coding.codes.models import Scale, ScaleCategory
from coding.people.models import Project, User
from coding.selective_coding.saturation_queries import Coded, Named, Opened, codes_of, in_coding_order
from coding.selective_coding.standing import Row, standing, touches

APART, NONE_SAID, PRIMARY, PART = "apart", "none_said", "primary", "part"
WORDS = {
    APART: "Rating and codes name no category in common",
    NONE_SAID: "None applies, and yet its codes lead into the scale",
    PRIMARY: "No code leads to the primary category",
    PART: "They agree in part",
}


@dataclass(frozen=True)
class Rated:
    """What stands for an incident: scale categories (database ids), the primary ones, and whether it is kept plural.

    On a stance scale: the values that are touched, none of them primary.
    """

    categories: frozenset[int]
    primary: frozenset[int]
    is_plural: bool = False


@dataclass(frozen=True)
class Break:
    """An incident whose rating and codes do not lead to the same places."""

    one: Coded
    kind: str
    rated: list[ScaleCategory]
    mapped: list[tuple[ScaleCategory, list[Named]]]

    @property
    def words(self) -> str:
        return WORDS[self.kind]

    @property
    def without_code(self) -> list[ScaleCategory]:
        led = {place.pk for place, _ in self.mapped}
        return [place for place in self.rated if place.pk not in led]

    @property
    def unrated(self) -> list[tuple[ScaleCategory, list[Named]]]:
        rated = {place.pk for place in self.rated}
        return [(place, codes) for place, codes in self.mapped if place.pk not in rated]


@dataclass(frozen=True)
class Breaks:
    """All breaks, the worst first; how many incidents could be compared, and how many could not and why."""

    found: list[Break]
    compared: int
    unmapped: int
    unrated: int
    closed: int

    @property
    def hard(self) -> list[Break]:
        return [one for one in self.found if one.kind != PART]

    @property
    def partly(self) -> list[Break]:
        return [one for one in self.found if one.kind == PART]


def kind_of(rated: Rated, mapped: frozenset[int]) -> str:
    """Say how a rating contradicts the places of an incident's codes ("" for not); `mapped` holds at least one.

    A plural consensus keeps several readings: it contradicts where none of its categories is led to.
    """
    if not rated.categories:
        return NONE_SAID
    if not rated.categories & mapped:
        return APART
    if rated.is_plural:
        return ""
    if rated.primary and not rated.primary & mapped:  # none: the primary one is retired, or it is a stance scale
        return PRIMARY
    return "" if rated.categories == mapped else PART


def chain_breaks(user: User, project: Project, scale: Scale) -> Breaks:
    """Compare the consensus rating of every incident that this person may read with where its codes lead."""
    codes, opened = codes_of(project, scale), Opened(user)
    ratings, places = ratings_of(scale, opened), {one.pk: one for one in places_of(scale)}
    found: list[Break] = []
    counts = {"compared": 0, "unmapped": 0, "unrated": 0, "closed": 0}
    for one in in_coding_order(project, codes):
        led = led_to(one, codes)
        reason = why_not(one, opened, ratings, led)
        counts[reason or "compared"] += 1
        if not reason and (kind := kind_of(ratings[one.incident], frozenset(led))):
            rated = sorted((places[pk] for pk in ratings[one.incident].categories), key=lambda place: place.number)
            mapped = sorted(((places[pk], held) for pk, held in led.items()), key=lambda pair: pair[0].number)
            found.append(Break(one, kind, rated, mapped))
    rank = list(WORDS)
    found.sort(key=lambda one: (rank.index(one.kind), one.one.number))
    return Breaks(found, **counts)


def why_not(one: Coded, opened: Opened, ratings: dict[int, Rated], led: dict[int, list[Named]]) -> str:
    if not opened.holds(one):
        return "closed"
    if one.incident not in ratings:
        return "unrated"
    return "" if led else "unmapped"


def led_to(one: Coded, codes: dict[int, Named]) -> dict[int, list[Named]]:
    """Give the scale categories that an incident's codes lead to, each with these codes."""
    led: defaultdict[int, list[Named]] = defaultdict(list)
    for code in sorted((codes[pk] for pk in one.codes), key=lambda code: code.name.casefold()):
        if code.place:
            led[code.place].append(code)
    return dict(led)


def places_of(scale: Scale) -> Iterable[ScaleCategory]:
    return ScaleCategory.objects.filter(layer__scale=scale).living().select_related("layer")


def ratings_of(scale: Scale, opened: Opened) -> dict[int, Rated]:
    """Give what stands for each incident, where this person has opened the readings of the round that it stands by.

    Codes lead to categories in use, so a merged one is read as the one that took it over, a retired one not at all.
    """
    stands, held = ScaleCategory.objects.filter(layer__scale=scale).survivors(), standing(scale)
    mine = {pk: rows for pk, rows in held.rows.items() if held.reports[pk].rounds <= opened.rounds}
    found = {pk: rated_in(rows, stands) for pk, rows in mine.items()}
    return {pk: one for pk, one in found.items() if one is not None}


def rated_in(held: Sequence[Row], stands: dict[int, int | None]) -> Rated | None:
    """Read the rows of one consensus; None where it names categories, but all of them are retired.

    A value kept plural has no stance of its own, but at least one of its readings touches it.
    """
    named = [(row.category, row.is_primary) for row in held if row.category and touches(row)]
    kept = [(at, is_primary) for pk, is_primary in named if (at := stands[pk])]
    if named and not kept:
        return None
    primary = frozenset(at for at, is_primary in kept if is_primary)
    return Rated(frozenset(at for at, _ in kept), primary, any(row.is_plural for row in held))
