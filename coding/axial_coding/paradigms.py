"""The paradigm model's page: each phenomenon with its five slots (Strauss & Corbin 1990)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, Q

from coding.axial_coding.models import Evidence
from coding.axial_coding.queries import board_categories
from coding.codes.content import standing_relations
from coding.codes.models import Category, Relation
from coding.people.models import Project, User

# Title of the slot, and what its emptiness is called.
SLOTS = {
    Relation.Role.CAUSAL_CONDITION: ("Causal conditions", "No causal condition yet"),
    Relation.Role.CONTEXT: ("Context", "No context yet"),
    Relation.Role.INTERVENING_CONDITION: ("Intervening conditions", "No intervening condition yet"),
    Relation.Role.ACTION: ("Action/interaction", "No action or interaction yet"),
    Relation.Role.CONSEQUENCE: ("Consequences", "No consequence yet"),
}


@dataclass(frozen=True)
class Link:
    """One relation with the segments that speak for and against it; without any it is a conjecture."""

    relation: Relation
    speaks_for: int
    speaks_against: int

    @property
    def is_conjecture(self) -> bool:
        return not (self.speaks_for or self.speaks_against)


@dataclass
class Slot:
    """One slot of a phenomenon."""

    role: str
    title: str
    gap: str
    links: list[Link] = field(default_factory=list)


@dataclass
class Paradigm:
    """A phenomenon with its five slots."""

    phenomenon: Category
    slots: list[Slot]


def empty_paradigm(phenomenon: Category) -> Paradigm:
    return Paradigm(phenomenon, [Slot(role, title, gap) for role, (title, gap) in SLOTS.items()])


def paradigms(user: User, project: Project, chosen: str = "") -> tuple[list[Paradigm], list[Category]]:
    """Give the phenomena with relations (and the chosen one), and the categories without any."""
    categories = list(board_categories(user, project))
    by_pk = {category.pk: empty_paradigm(category) for category in categories}
    began = {category.pk for category in categories if str(category.uid) == chosen}
    for link in links(project):
        began.add(link.relation.phenomenon_id)
        slots = by_pk[link.relation.phenomenon_id].slots
        next(slot for slot in slots if slot.role == link.relation.role).links.append(link)
    return [by_pk[c.pk] for c in categories if c.pk in began], [c for c in categories if c.pk not in began]


def links(project: Project) -> list[Link]:
    relations = list(standing_relations(project).order_by("pk"))
    speaking = Evidence.objects.filter(relation__phenomenon__project=project).values("relation").annotate(
        for_=Count("pk", Q(speaks=Evidence.Speaks.FOR)), against=Count("pk", Q(speaks=Evidence.Speaks.AGAINST))
    )  # fmt: skip
    counts = {row["relation"]: (row["for_"], row["against"]) for row in speaking}
    return [Link(relation, *counts.get(relation.pk, (0, 0))) for relation in relations]
