"""What the pages ask of the rooms above, each in a fixed number of queries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q
from django.urls import reverse

from coding.codes.content import adopted_categories
from coding.codes.models import Category, Layer, Mapping, Scale, ScaleCategory, Storyline
from coding.lib.paragraphs import paragraphs, render
from coding.people.models import Project, User
from coding.rounds.models import Assignment, Round
from coding.selective_coding.anchors import Anchor, anchors_of
from coding.selective_coding.coverage import UNUSED, Use, uses
from coding.selective_coding.forms import NO_FIT, Place
from coding.selective_coding.own_codings import Quote
from coding.selective_coding.rules import Reading, scale_of
from coding.selective_coding.standing import COUNTED

# The keys of the scale's categories by number, as places on the keyboard (event.code): cap and code.
KEYS = {number: (str(number % 10), f"Digit{number % 10}") for number in range(1, 11)} | {
    11: ("-", "Minus"),
    12: ("=", "Equal"),
}
LAYER_MARKS = 6
SIGNS = ((-1, "−1", "goes against it"), (0, "0", "does not touch it"), (1, "+1", "promotes it"))


@dataclass(frozen=True)
class Row:
    """A scale category on the rating page, worded as in the round's edition."""

    uid: str
    number: int
    name: str
    definition: str
    use_when: str
    avoid_when: str
    cap: str
    code: str
    is_chosen: bool
    is_primary: bool
    stance: int | None = None
    quotes: tuple[tuple[Quote, bool], ...] = ()
    anchors: tuple[Anchor, ...] = ()

    @property
    def shown(self) -> list[Quote]:
        """The quotes that are shown for it."""
        return [quote for quote, is_shown in self.quotes if is_shown]

    @property
    def keys(self) -> list[tuple[int, str, str, bool]]:
        """The three stances of a value: as sent, as written, in words, and whether it is the one chosen."""
        return [(value, sign, words, self.is_chosen and self.stance == value) for value, sign, words in SIGNS]


@dataclass(frozen=True)
class LayerRows:
    name: str
    mark: int | None
    rows: list[Row]


def rating_rows(assignment: Assignment, reading: Reading, quotes: Sequence[Quote] = ()) -> list[LayerRows]:
    """Give the round's scale, layer by layer, with what is chosen and the quotes that can be shown for it."""
    anchors = anchors_of(assignment)
    return [
        LayerRows(layer["name"], mark_of(layer["position"]),
                  [rating_row(row, reading, quotes, anchors.get(row["uid"], ())) for row in layer["categories"]])
        for layer in scale_of(assignment.round)["layers"]
    ]  # fmt: skip


def rating_row(row: dict[str, Any], reading: Reading, quotes: Sequence[Quote], anchors: Sequence[Anchor]) -> Row:
    cap, code = KEYS.get(row["number"], ("", ""))
    wording = {name: row[name] for name in ("uid", "number", "name", "definition", "use_when", "avoid_when")}
    uid = UUID(row["uid"])
    shown = reading.evidence.get(uid, ())
    return Row(**wording, cap=cap, code=code, is_chosen=uid in reading.chosen, is_primary=uid == reading.primary,
               stance=reading.stances.get(uid), quotes=tuple((one, one.uid in shown) for one in quotes),
               anchors=tuple(anchors))  # fmt: skip


def mark_of(position: int) -> int | None:
    """Six layers have a mark of their own; a scale with more shows the rest without."""
    return position if position <= LAYER_MARKS else None


def words_of(assignment: Assignment) -> list[str]:
    """Render the incident's text by paragraph, without highlights."""
    text = assignment.incident.text if assignment.incident else ""
    return [render(text, part, [], names=False) for part in paragraphs(text)]


def names_chosen(assignment: Assignment, reading: Reading) -> str:
    """Say a rating in words, for somebody who has to choose between two states of it."""
    if reading.none_applies:
        return "None applies"
    rows = [row for layer in rating_rows(assignment, reading) for row in layer.rows if row.is_chosen]
    if any(row.stance is not None for row in rows):
        return stances_said(rows)
    names = [f"{row.number} {row.name}{' (primary)' if row.is_primary else ''}" for row in rows]
    return "; ".join(names) or "nothing chosen"


def stances_said(rows: list[Row]) -> str:
    """Say stances in words: the values that are touched, and how many got 0."""
    sign = {value: said for value, said, _ in SIGNS}
    touched = [f"{sign[row.stance]} {row.name}" for row in rows if row.stance]
    zeros = sum(row.stance == 0 for row in rows)
    return "; ".join([*touched, f"0 on {zeros} value{'' if zeros == 1 else 's'}"] if zeros else touched)


@dataclass(frozen=True)
class Way:
    """A coder's own way through a round: where this assignment stands, and what lies before and after it."""

    number: int
    total: int
    submitted: int
    previous: str
    next: str


def way_of(assignment: Assignment) -> Way:
    """Look along the coder's own assignments of the round; `next` is the next unsubmitted one, round the corner too."""
    own = Assignment.objects.filter(round=assignment.round_id, coder=assignment.coder_id).in_round_order()
    held = list(own.values_list("pk", "uid", "state"))
    at = next(index for index, (pk, _, _) in enumerate(held) if pk == assignment.pk)
    ahead = [*held[at + 1 :], *held[:at]]
    waiting = [uid for _, uid, state in ahead if state != Assignment.State.SUBMITTED]
    submitted = sum(state == Assignment.State.SUBMITTED for _, _, state in held)
    return Way(
        at + 1, len(held), submitted,
        rate_url(held[at - 1][1]) if at else "", rate_url(waiting[0]) if waiting else "",
    )  # fmt: skip


def rate_url(uid: UUID) -> str:
    return reverse("selective_coding:rate", args=[uid])


@dataclass
class Placing:
    """A category's row on the page that integrates: where it stands, and what was posted but refused."""

    category: Category
    mapping: Mapping | None
    draft: Place | None = None
    refusal: str = ""

    @property
    def choice(self) -> str:
        if self.draft:
            return self.draft.choice
        if self.mapping is None:
            return ""
        return str(self.mapping.scale_category.uid) if self.mapping.scale_category else NO_FIT

    @property
    def rationale(self) -> str:
        if self.draft:
            return self.draft.rationale
        return self.mapping.rationale if self.mapping else ""

    @property
    def place(self) -> UUID | None:
        """The scale category's public id, as it is stored."""
        stands = self.mapping.scale_category if self.mapping else None
        return stands.uid if stands else None

    @property
    def does_not_fit(self) -> bool:
        return self.mapping is not None and self.mapping.scale_category_id is None

    @property
    def state(self) -> str:
        if self.mapping is None:
            return "missing"
        return "done" if self.mapping.scale_category_id else "retired"


@dataclass
class Integration:
    """The categories beside one scale: what has a place, what has none, and which places are empty."""

    scale: Scale
    layers: list[Layer]
    placings: list[Placing]
    standing: dict[int, list[Category]] = field(default_factory=dict)
    used: dict[int, Use] = field(default_factory=dict)

    @property
    def unmapped(self) -> list[Category]:
        return [one.category for one in self.placings if one.mapping is None]

    @property
    def unfit(self) -> list[Category]:
        return [one.category for one in self.placings if one.mapping and one.mapping.scale_category_id is None]

    @property
    def coverage(self) -> Iterator[tuple[Layer, list[tuple[ScaleCategory, list[Category], Use]]]]:
        for layer in self.layers:
            rows = layer.categories.all()
            yield layer, [(row, self.standing.get(row.pk, []), self.used.get(row.pk, UNUSED)) for row in rows]

    @property
    def empty_places(self) -> int:
        return sum(not self.standing.get(row.pk) for layer in self.layers for row in layer.categories.all())

    @property
    def places(self) -> int:
        return sum(len(layer.categories.all()) for layer in self.layers)

    @property
    def core(self) -> Category | None:
        return next((one.category for one in self.placings if one.category.is_core), None)

    def placing(self, category: Category) -> Placing:
        return next(one for one in self.placings if one.category.pk == category.pk)


def integration(scale: Scale) -> Integration:
    """Collect adopted categories with their places in the scale, unmapped ones first."""
    living = Q(codes__retired_at=None, codes__merged_into=None, codes__adopted_at__isnull=False)
    categories = list(adopted_categories(scale.project).annotate(code_count=Count("codes", filter=living)))
    mappings = Mapping.objects.filter(scale=scale).select_related("scale_category__layer")
    by_category = {mapping.category_id: mapping for mapping in mappings}
    placings = [Placing(category, by_category.get(category.pk)) for category in categories]
    placings.sort(key=lambda one: one.mapping is not None)
    standing: dict[int, list[Category]] = {}
    for one in placings:
        if one.mapping and one.mapping.scale_category_id:
            standing.setdefault(one.mapping.scale_category_id, []).append(one.category)
    return Integration(scale, layers_of(scale), placings, standing, uses(scale))


def layers_of(scale: Scale) -> list[Layer]:
    """Give the layers in use, with their categories in use."""
    rows = Prefetch("categories", queryset=ScaleCategory.objects.living().order_by("position"))
    return list(Layer.objects.filter(scale=scale).living().order_by("position").prefetch_related(rows))


def retired_in(scale: Scale) -> tuple[list[Layer], list[ScaleCategory]]:
    """Give the layers and categories of a scale that are out of use, so that a number can still be looked up."""
    layers = Layer.objects.filter(scale=scale, retired_at__isnull=False).order_by("position")
    places = ScaleCategory.objects.filter(layer__scale=scale, retired_at__isnull=False)
    return list(layers), list(places.select_related("layer", "merged_into").order_by("number"))


def scales_of(user: User, project: Project) -> list[Scale]:
    return list(Scale.objects.visible_to(user).filter(project=project).select_related("project").order_by("pk"))


def has_vectors(scale: Scale) -> bool:
    """Can value vectors leave, of a released round on this scale that counts?"""
    counted = Round.objects.filter(scale=scale, purpose__in=COUNTED).released()
    return scale.rating_kind == Scale.RatingKind.STANCE and counted.exists()


def storyline_of(project: Project) -> Storyline:
    """Give the storyline, or an empty one that is not stored yet."""
    return Storyline.objects.filter(project=project).first() or Storyline(project=project, version=0)
