"""What the relation map shows of a project: its relations that stand, with what speaks for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from coding.axial_coding.paradigms import SLOTS, Link, links
from coding.axial_coding.queries import board_categories
from coding.axial_coding.relation_map import Box, Drawing, Edge, Line, Node, draw
from coding.codes.models import Category, Code, Relation
from coding.people.models import Project, User

MOST_BOXES = 80
# Conditions lead to the phenomenon; what is done about it and what follows lead from it (Strauss & Corbin 1990).
FROM_PHENOMENON = {Relation.Role.ACTION, Relation.Role.CONSEQUENCE}
NUMBERS = {role: number for number, role in enumerate(SLOTS, 1)}

Word = Code | Category


@dataclass(frozen=True)
class Drawn:
    """A relation as the map draws it."""

    link: Link
    number: int
    line: Line

    @property
    def says(self) -> str:
        return f"{self.link.relation}; {evidence_in_words(self.link)}"


@dataclass(frozen=True)
class Boxed:
    """A category or code as the map draws it."""

    word: Word
    box: Box
    is_code: bool

    @property
    def detail(self) -> str:
        return "codes:code" if self.is_code else "codes:category"


@dataclass(frozen=True)
class RelationMap:
    """The map and its table; `left_out` relations are in the table only."""

    drawing: Drawing
    boxes: list[Boxed]
    drawn: list[Drawn]
    rows: list[tuple[int, Link]]
    phenomena: list[Category]
    about: Category | None
    unrelated: list[Category]

    @property
    def left_out(self) -> int:
        return len(self.rows) - len(self.drawn)

    @property
    def start(self) -> Box | None:
        """Where a small screen begins: the box with most lines."""
        return self.boxes[0].box if self.boxes else None


def evidence_in_words(link: Link) -> str:
    if link.is_conjecture:
        return "no evidence yet"
    return f"evidence: {link.speaks_for} for, {link.speaks_against} against"


def relation_map(user: User, project: Project, about: UUID | None = None) -> RelationMap:
    """Draw the relations of a project, or those in which one category stands."""
    categories = list(board_categories(user, project))
    shown = {category.pk for category in categories}
    all_links = [link for link in links(project) if link.relation.phenomenon_id in shown]
    one = next((category for category in categories if category.uid == about), None)
    held = [link for link in all_links if one in (None, *ends(link))]
    held.sort(key=in_table)
    words = most_related(held)
    kept = [link for link in held if set(ends(link)) <= set(words)]
    drawing = draw([Node(key(word), word.name) for word in words], [edge(link) for link in kept])
    related = {word for link in all_links for word in ends(link)}
    return RelationMap(
        drawing, [Boxed(word, drawing.boxes[key(word)], isinstance(word, Code)) for word in words],
        [Drawn(link, NUMBERS[role_of(link)], drawing.lines[link.relation.pk]) for link in kept],
        [(NUMBERS[role_of(link)], link) for link in held],
        [category for category in categories if category in related], one,
        [category for category in categories if category not in related],
    )  # fmt: skip


def ends(link: Link) -> tuple[Word, Word]:
    filler = link.relation.filler
    assert filler is not None
    return link.relation.phenomenon, filler


def role_of(link: Link) -> Relation.Role:
    return Relation.Role(link.relation.role)


def in_table(link: Link) -> tuple[str, int, str, int]:
    phenomenon, filler = ends(link)
    return phenomenon.name_key, NUMBERS[role_of(link)], filler.name_key, link.relation.pk


def most_related(held: list[Link]) -> list[Word]:
    """Give the words that stand in most relations, as many as a map can hold."""
    sums = Counter(word for link in held for word in ends(link))
    return sorted(sums, key=lambda word: (-sums[word], word.name_key, key(word)))[:MOST_BOXES]


def key(word: Word) -> str:
    return f"{'code' if isinstance(word, Code) else 'category'}-{word.pk}"


def edge(link: Link) -> Edge:
    phenomenon, filler = map(key, ends(link))
    out = role_of(link) in FROM_PHENOMENON
    return Edge(link.relation.pk, phenomenon if out else filler, filler if out else phenomenon)
