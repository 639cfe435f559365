"""What the page of a mapping round shows its coder: each category of the edition beside the scale."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from coding.codes.content import Frozen
from coding.rounds.models import Assignment
from coding.selective_coding.forms import NO_FIT
from coding.selective_coding.mapping import NOTHING, Said, categories_of, places_of, said_by, scale_of
from coding.selective_coding.queries import KEYS, mark_of


@dataclass(frozen=True)
class CategoryRow:
    """A category to map, worded as in the round's edition, with what its coder says of it."""

    uid: str
    number: int
    name: str
    definition: str
    codes: list[str]
    said: Said
    refusal: str = ""
    version: str = ""

    @property
    def choice(self) -> str:
        return NO_FIT if self.said.does_not_fit else str(self.said.place or "")


@dataclass(frozen=True)
class PlaceRow:
    uid: str
    number: int
    name: str
    definition: str
    use_when: str
    avoid_when: str
    cap: str
    code: str


@dataclass(frozen=True)
class LayerPlaces:
    name: str
    mark: int | None
    places: list[PlaceRow]


def layers(assignment: Assignment) -> list[LayerPlaces]:
    """Give the round's scale, layer by layer, with the key of each category."""
    return [
        LayerPlaces(one["name"], mark_of(one["position"]), [place_row(row) for row in one["categories"]])
        for one in scale_of(assignment.round)["layers"]
    ]


def place_row(row: dict[str, Any]) -> PlaceRow:
    cap, code = KEYS.get(row["number"], ("", ""))
    wording = {name: row[name] for name in ("uid", "number", "name", "definition", "use_when", "avoid_when")}
    return PlaceRow(**wording, cap=cap, code=code)


def category_rows(assignment: Assignment, refused: Mapping[UUID, tuple[Said, str]] | None = None) -> list[CategoryRow]:
    """Give the round's categories; those in `refused` show what was sent, with the sentence."""
    stands, refused = said_by(assignment), refused or {}
    names, rows = codes_by_category(assignment), []
    for number, (key, row) in enumerate(categories_of(assignment.round).items(), 1):
        uid = UUID(key)
        said = stands.get(uid, NOTHING)
        shown, sentence = refused.get(uid, (said, ""))
        rows.append(CategoryRow(key, number, row["name"], row["definition"], names.get(key, []), shown, sentence,
                                said.version))  # fmt: skip
    return rows


def codes_by_category(assignment: Assignment) -> dict[str, list[str]]:
    """Name the codes under each category, as the edition has them."""
    names: dict[str, list[str]] = {}
    if assignment.round.edition:
        for row in Frozen.of(assignment.round.edition).codes.values():
            names.setdefault(row["category"] or "", []).append(row["name"])
    return names


def names_said(assignment: Assignment, said: Said) -> str:
    """Say a choice in words, for somebody who has to choose between two states of it."""
    if not said.is_said:
        return "no place yet"
    place = places_of(assignment.round).get(str(said.place))
    words = f"{place['number']} {place['name']}" if place else "does not fit"
    return f"{words}; {said.rationale}" if said.rationale else words
