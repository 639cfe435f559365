"""A released axial round: the sorts side by side, codes x coders, and the groups that most coders put together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coding.axial_coding.groups import groups
from coding.axial_coding.models import Placement
from coding.axial_coding.queries import board_categories, board_codes
from coding.codes.content import Frozen
from coding.codes.models import Category, Code
from coding.people.models import User
from coding.rounds.models import Assignment, Round


@dataclass(frozen=True)
class Line:
    """One code as the edition names it, with the category that each coder put it into; None was left aside."""

    uid: str
    hue: int
    name: str
    said: list[Category | None]

    @property
    def agrees(self) -> bool:
        """Did all who are shown put it into the very same category?"""
        return len(self.said) > 1 and None not in self.said and len({one.pk for one in self.said if one}) == 1


@dataclass(frozen=True)
class Group:
    """Codes that most coders put together; `category` is where most of these placements went, `codes` can be moved."""

    lines: list[Line]
    share: float
    category: Category
    codes: list[Code]
    there: int

    @property
    def percent(self) -> str:
        return f"{self.share:.0%}".replace("%", " %")


@dataclass(frozen=True)
class Sorts:
    """All of it; `sorters` are the shown assignments, humans first."""

    sorters: list[Assignment]
    lines: list[Line]
    groups: list[Group]
    categories: list[Category]

    @property
    def agreed(self) -> int:
        return sum(line.agrees for line in self.lines)


def side_by_side(reader: User, of: Round) -> Sorts:
    """Lay out the submitted sorts that this person may open; groups are of human coders only."""
    held = Assignment.objects.visible_to(reader).filter(round=of, incident=None).submitted().select_related("coder")
    sorters = sorted(held, key=lambda one: (one.coder.is_machine, one.coder.name, one.pk))
    rows = Placement.objects.filter(assignment__in=[one.pk for one in sorters]).select_related("category", "code")
    said = {(one.assignment_id, str(one.code.uid)): one.category for one in rows}
    frozen = Frozen.of(of.edition).codes if of.edition else {}
    lines = [
        Line(uid, row["hue"], row["name"], [said.get((one.pk, uid)) for one in sorters]) for uid, row in frozen.items()
    ]
    categories = list(board_categories(reader, of.project))
    humans = sum(not one.coder.is_machine for one in sorters)
    found = proposed(reader, of, lines, humans, categories)
    extra = {group.category.pk: group.category for group in found if group.category not in categories}
    return Sorts(sorters, lines, found, [*categories, *extra.values()])


def proposed(
    reader: User, of: Round, lines: Sequence[Line], humans: int, categories: Sequence[Category]
) -> list[Group]:  # fmt: skip
    """Propose groups of codes, each with the category that it went into most often, where that is in use still."""
    if humans < 2:
        return []
    piles = [[str(one.pk) if one else None for one in line.said[:humans]] for line in lines]
    living = {str(code.uid): code for code in board_codes(reader, of.project)}
    by_name = {category.name_key: category for category in categories}
    found = []
    for places, share in groups(piles):
        inside = [lines[at] for at in places]
        category = most_named(inside, humans)
        category = by_name.get(category.name_key, category)
        codes = [living[line.uid] for line in inside if line.uid in living]
        there = sum(code.category_id == category.pk for code in codes)
        found.append(Group(inside, share, category, [c for c in codes if c.category_id != category.pk], there))
    return found


def most_named(lines: Iterable[Line], humans: int) -> Category:
    """Give the category into which most placements of these codes went; equal names count together."""
    names, rows = Counter[str](), defaultdict[str, list[Category]](list)
    for line in lines:
        for one in line.said[:humans]:
            if one is not None:
                names[one.name_key] += 1
                rows[one.name_key].append(one)
    key = min(names, key=lambda name: (-names[name], name))
    return min(rows[key], key=lambda one: (one.retired_at is not None, one.adopted_at is None, one.pk))
