"""The map of the whole from what stands: which codes each incident holds, where they lead, and the quotes behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Least, Substr

from coding.axial_coding.queries import released_codings
from coding.codes.content import adopted_categories
from coding.codes.models import Mapping, Scale
from coding.incidents.models import Incident
from coding.open_coding.models import ConsensusCoding
from coding.people.models import Project, User
from coding.rounds.models import Assignment
from coding.selective_coding.flow import (
    CATEGORY,
    CODE,
    LAYER,
    MOST,
    MOST_GROUPS,
    PLACE,
    End,
    Flow,
    Label,
    Node,
    Way,
    flow,
)
from coding.selective_coding.queries import layers_of
from coding.selective_coding.results import DIVIDED
from coding.selective_coding.saturation_queries import Coded, Named, Opened, codes_of, in_coding_order

UNSORTED = End("unsorted", CATEGORY, "In no category", is_open=True)
UNFIT = End("unfit", PLACE, "Does not fit", is_open=True)
UNPLACED = End("unplaced", PLACE, "No place yet", is_open=True)
CLOSED = Label("closed", "not opened by you", is_last=True)
BY_INCIDENT = "incident"
BY = {**{key: label for key, (label, _) in DIVIDED.items()}, BY_INCIDENT: "Incident"}
FEW = 12  # incidents of which each can have a line of its own
NARROWED = 60  # codes shown by name where a part of the map is looked at alone
QUOTE_LENGTH = 280


@dataclass(frozen=True)
class Map:
    """The map with what it was made of. `within` is the part that is looked at alone; `unused` codes stand nowhere."""

    scale: Scale | None
    by: str
    within: End | None
    flow: Flow
    coded: list[Coded] = field(repr=False)
    codes: dict[str, Named] = field(repr=False)
    held: dict[int, list[str]] = field(repr=False)
    pks: dict[str, int] = field(repr=False)
    opened: Opened = field(repr=False)
    unused: int = 0

    @property
    def closed(self) -> int:
        """How many incidents are not told apart, since this person has not opened their readings."""
        return next((one.incidents for one in self.flow.groups if one.key == CLOSED.key), 0)

    @property
    def settled(self) -> int:
        return sum(one.is_settled for one in self.coded if one.incident in self.flow.group_of)

    @property
    def gathered(self) -> bool:
        return any(node.gathered for node in self.flow.nodes)


def whole_map(
    user: User, project: Project, scale: Scale | None, by: str = "", within: str = "", *, whole: bool = False
) -> Map | None:
    """Draw the map as this person may read it; None where `within` names no part of it."""
    codes, opened = codes_of(project, None), Opened(user)
    coded = in_coding_order(project, codes)
    named = {f"{CODE}:{one.uid}": one for one in codes.values()}
    keys = {pk: f"{CODE}:{one.uid}" for pk, one in codes.items()}
    ways = ways_of(project, scale, named)
    part = next((end for way in ways.values() for end in way.ends if end.key == within), None)
    if within and part is None:
        return None
    if part:
        ways = {key: way for key, way in ways.items() if part in way.ends}
    held = {one.incident: [keys[pk] for pk in sorted(one.codes) if keys[pk] in ways] for one in coded}
    inside = [one for one in coded if held[one.incident]]
    by = by or (BY_INCIDENT if len(inside) <= FEW else "modality")
    found = flow(
        held, ways, labels_of(project, inside, by, opened), most_codes=NARROWED if part else MOST[CODE],
        most_groups=FEW if by == BY_INCIDENT else MOST_GROUPS, whole=whole,
    )  # fmt: skip
    used = {key for codes_held in held.values() for key in codes_held}
    return Map(
        scale,
        by,
        part,
        found,
        inside,
        named,
        held,
        {key: pk for pk, key in keys.items()},
        opened,
        len(ways) - len(used),
    )


def ways_of(project: Project, scale: Scale | None, codes: dict[str, Named]) -> dict[str, Way]:
    """Say of each code where it leads: its adopted category, the place of that on the scale, its layer."""
    categories = {
        one.pk: End(f"{CATEGORY}:{one.uid}", CATEGORY, one.name)
        for one in adopted_categories(project).only("pk", "uid", "name")
    }
    further = places_of(scale) if scale else {}
    mapped = dict(Mapping.objects.filter(scale=scale).values_list("category", "scale_category")) if scale else {}
    ways = {}
    for key, code in codes.items():
        ends: tuple[End, ...] = (UNSORTED,)
        if code.category in categories:
            at = (UNPLACED,) if code.category not in mapped else further.get(mapped[code.category], (UNFIT,))
            ends = (categories[code.category], *(at if scale else ()))
        ways[key] = Way(End(key, CODE, code.name, layer=ends[-1].layer), with_layer(ends))
    return ways


def with_layer(ends: tuple[End, ...]) -> tuple[End, ...]:
    """Let every end know the layer that the way leads to: it is drawn in its colour."""
    layer = ends[-1].layer
    return tuple(End(one.key, one.level, one.name, one.order, layer, one.is_open) for one in ends)


def places_of(scale: Scale) -> dict[int | None, tuple[End, ...]]:
    """Give the place and layer of each category of a scale."""
    return {
        place.pk: (
            End(f"{PLACE}:{place.uid}", PLACE, f"{place.number} {place.name}", (place.number,), layer.position),
            End(f"{LAYER}:{layer.uid}", LAYER, layer.name, (layer.position,), layer.position),
        )
        for layer in layers_of(scale) for place in layer.categories.all()
    }  # fmt: skip


def labels_of(project: Project, coded: Sequence[Coded], by: str, opened: Opened) -> dict[int, Label]:
    """Put incidents into groups; those whose readings are closed to this person into one, whatever they are."""
    if by == BY_INCIDENT:
        own = {
            one.incident: Label(f"no:{one.number}", f"{one.number} {one.title}", f"no. {one.number}", (one.number,))
            for one in coded
        }
    else:
        column = "occurred_on" if by == "year" else by
        rows = Incident.objects.filter(project=project).values_list("pk", column)
        own = {pk: label_of(by, value) for pk, value in rows}
    return {one.incident: own[one.incident] if opened.holds(one) else CLOSED for one in coded}


def label_of(by: str, value: Any) -> Label:
    """Name the group of a value; years stand in their order."""
    if not value:
        return Label("is:", DIVIDED[by][1], is_last=True)
    if by == "year":
        return Label(f"is:{value.year}", str(value.year), order=(value.year,))
    return Label(f"is:{value}", str(value))


class Quote(NamedTuple):
    """Words of an incident under a code; without coders they are the consensus."""

    words: str
    coders: tuple[str, ...]
    span: tuple[int, int]


@dataclass(frozen=True)
class Use:
    """A code that stands for an incident, with the words that it stands on."""

    one: Coded
    code: Named
    quotes: list[Quote]


@dataclass(frozen=True)
class Behind:
    """What is behind a band or a part: its uses in the order of incidents, as far as this person may read them."""

    node: Node | None
    group: str
    uses: list[tuple[Coded, str]]
    closed: int

    @property
    def all(self) -> int:
        return len(self.uses) + self.closed


def behind(found: Map, at: str, group: str) -> Behind | None:
    """Give the uses behind a part of the map, of all incidents or of one group; None where there is no such part."""
    node = found.flow.node(at) if at else None
    known = {one.key: one.name for one in found.flow.groups}
    if (at and node is None) or (group and group not in known) or not (at or group):
        return None
    codes = set(node.codes) if node else set(found.codes)
    uses = [
        (one, key)
        for one in found.coded if not group or found.flow.group_of[one.incident] == group
        for key in found.held[one.incident] if key in codes
    ]  # fmt: skip
    may = [(one, key) for one, key in uses if found.opened.holds(one)]
    may.sort(key=lambda use: (use[0].number, found.codes[use[1]].name.casefold(), use[1]))
    return Behind(node, known.get(group, ""), may, len(uses) - len(may))


def with_quotes(project: Project, found: Map, uses: Iterable[tuple[Coded, str]]) -> list[Use]:
    """Read the words behind uses: of the consensus where it is settled, else of every human coder."""
    wanted = list(uses)
    codes = {found.pks[key]: key for _, key in wanted}
    agreed = of_consensus(project, [one for one, _ in wanted if one.is_settled], codes)
    said = of_coders(project, [one for one, _ in wanted if not one.is_settled], codes)
    return [
        Use(one, found.codes[key], (agreed if one.is_settled else said)[one.incident, one.round, found.pks[key]])
        for one, key in wanted
    ]


Found = defaultdict[tuple[int, int, int], list[Quote]]


def of_coders(project: Project, coded: Sequence[Coded], codes: Collection[int]) -> Found:
    """Read the segments of human coders under these codes, in text order."""
    at = "segment__assignment"
    rows = released_codings(project).filter(
        segment__assignment__incident__in={one.incident for one in coded},
        segment__assignment__round__in={one.round for one in coded}, stands__in=list(codes),
        segment__assignment__state=Assignment.State.SUBMITTED, segment__assignment__uncodable_because="",
        segment__assignment__coder__is_machine=False,
    ).annotate(words=words_of(f"{at}__incident__text", "segment__start", "segment__end"))  # fmt: skip
    order = ("segment__start", "segment__end", f"{at}__coder", "pk")
    read = rows.order_by(*order).values_list(
        f"{at}__incident", f"{at}__round", "stands", "words", "segment__start", "segment__end", f"{at}__coder__name"
    )
    found: Found = defaultdict(list)
    for incident, round_, code, words, start, end, coder in read:
        put(found[incident, round_, code], words, (start, end), coder)
    return found


def of_consensus(project: Project, coded: Sequence[Coded], codes: Collection[int]) -> Found:
    """Read what stands for settled rounds under these codes, in text order; merged codes under what they became."""
    rows = ConsensusCoding.objects.filter(
        round__project=project, incident__in={one.incident for one in coded}, round__in={one.round for one in coded}
    ).annotate(stands=Coalesce("code__merged_into", "code"), words=words_of("incident__text", "start", "end"))
    read = rows.filter(stands__in=list(codes)).order_by("start", "end", "pk")
    found: Found = defaultdict(list)
    for incident, round_, code, words, start, end in read.values_list(
        "incident", "round", "stands", "words", "start", "end"
    ):
        put(found[incident, round_, code], words, (start, end))
    return found


def words_of(text: str, start: str, end: str) -> Substr:
    return Substr(text, F(start) + 1, Least(F(end) - F(start), Value(QUOTE_LENGTH)))


def put(quotes: list[Quote], words: str, span: tuple[int, int], *coder: str) -> None:
    """Add words to quotes; coders who coded the same words stand beside each other on one line."""
    if quotes and quotes[-1].span == span:
        coder = tuple(dict.fromkeys((*quotes.pop().coders, *coder)))
    cut = "…" if span[1] - span[0] > QUOTE_LENGTH else ""
    quotes.append(Quote(words + cut, coder, span))
