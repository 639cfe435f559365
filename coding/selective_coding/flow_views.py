"""Pages: the map of the whole, and the quotes behind each of its bands."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from coding.people.access import MemberRequest, project_page
from coding.people.models import Project, Role
from coding.selective_coding import queries
from coding.selective_coding.flow import CODE, Node
from coding.selective_coding.flow_picture import picture
from coding.selective_coding.flow_queries import BY, Behind, Map, behind, whole_map, with_quotes
from coding.selective_coding.views import chosen_scale

PER_PAGE = 25
KINDS = {"layer": "Layer", "place": "Scale category", "category": "Category", "code": "Code"}

ENDED = {"unsorted": "in no category", "unfit": "in categories that do not fit",
         "unplaced": "in categories without a place yet"}  # fmt: skip


class Cell(NamedTuple):
    """A number of the table, what it is of, and where it leads."""

    uses: int
    of: str
    address: str


class Line(NamedTuple):
    """A row of the table: a part of the map with its uses in each group of incidents."""

    node: Node
    kind: str
    address: str
    behind: str
    cells: list[Cell]
    depth: int


class Addresses:
    """Where the parts of a map lead; each kind of address is resolved once."""

    def __init__(self, project: Project, found: Map, by: str = "") -> None:
        self.page = reverse("selective_coding:flow", args=[project.slug])
        self.quotes = reverse("selective_coding:flow_quotes", args=[project.slug])
        self.scale = {"scale": found.scale.uid} if found.scale else {}
        self.chosen = self.scale | ({"by": by} if by in BY else {})
        self.settings = urlencode(
            self.scale | {"by": found.by} | ({"within": found.within.key} if found.within else {})
        )

    def behind(self, at: str, group: str = "") -> str:
        """Lead to the quotes behind a part, or behind the band from a group to it."""
        return f"{self.quotes}?{self.settings}&at={quote(at)}" + (f"&group={quote(group, safe='')}" if group else "")

    def of(self, node: Node) -> str:
        """Lead to a part looked at alone; a code has nothing under it but its quotes."""
        if node.gathered:
            return self.narrowed(node.parent.key) if node.parent else ""
        return self.behind(node.key) if node.level == CODE else self.narrowed(node.key)

    def narrowed(self, key: str, **more: str) -> str:
        return f"{self.page}?{urlencode(self.chosen | more | ({'within': key} if key else {}))}"


def map_asked(request: MemberRequest, project: Project) -> tuple[list[Any], Map]:
    """Draw the map that the address asks for; 404 where it names a part that is not there."""
    scales = queries.scales_of(request.user, project)
    scale = chosen_scale(scales, request.GET.get("scale", ""))
    by = request.GET.get("by", "")
    found = whole_map(request.user, project, scale, by if by in BY else "", request.GET.get("within", ""))
    if found is None:
        raise Http404("There is no such part of the map.")
    return scales, found


@require_safe
@project_page(shared=True)
def flow(request: MemberRequest, project: Project) -> HttpResponse:
    """From incidents to layers, as a picture and as a table; both lead to the quotes."""
    scales, found = map_asked(request, project)
    addresses = Addresses(project, found, request.GET.get("by", ""))
    drawn = picture(found.flow)
    nodes = {node.key: node for node in found.flow.nodes}
    context = {
        "scales": scales, "scale": found.scale, "map": found, "flow": found.flow, "at": "flow", "picture": drawn,
        "is_lead": request.membership.role == Role.LEAD, "lines": lines(found, addresses),
        "bands": [(band, addresses.behind(band.at, band.group)) for band in drawn.bands] if drawn else [],
        "bars": [
            (bar, addresses.behind("", bar.key) if bar.end else addresses.of(nodes[bar.key])) for bar in drawn.bars
        ] if drawn else [],
        "groups": [(one, addresses.behind("", one.key)) for one in found.flow.groups],
        "divided": [(key, label, by_address(addresses, found, key)) for key, label in BY.items()],
        "whole": addresses.narrowed(""), "ends": ends(found, addresses),
        "codes": len({code for root in found.flow.roots for code in root.codes}),
    }  # fmt: skip
    return render(request, "selective_coding/flow.html", context)


def ends(found: Map, addresses: Addresses) -> list[tuple[int, str, str]]:
    """Say how many uses end before the scale, where, and which address shows them alone."""
    return [(node.uses, ENDED[node.key], addresses.narrowed(node.key)) for node in found.flow.nodes if node.end.is_open]


def by_address(addresses: Addresses, found: Map, key: str) -> str:
    return addresses.narrowed(found.within.key if found.within else "", by=key)


def lines(found: Map, addresses: Addresses) -> list[Line]:
    """Write the map as rows: each layer, what stands under it, and so on down to the codes."""
    return [
        Line(node, KINDS[node.level], addresses.of(node), addresses.behind(node.key), cells(found, node, addresses),
             node.depth)
        for node in found.flow.nodes
    ]  # fmt: skip


def cells(found: Map, node: Node, addresses: Addresses) -> list[Cell]:
    """Write a row's numbers, group by group, in words that a template need not put together for each."""
    row = []
    for one in found.flow.groups:
        uses = node.cells[one.key]
        of = f" {'use' if uses == 1 else 'uses'}: {node.name}, {one.name}"
        row.append(Cell(uses, of, addresses.behind(node.key, one.key) if uses else ""))
    return row


@require_safe
@project_page(shared=True)
def flow_quotes(request: MemberRequest, project: Project) -> HttpResponse:
    """The words behind a part of the map or a band, incident by incident."""
    _, found = map_asked(request, project)
    held = behind(found, request.GET.get("at", ""), request.GET.get("group", ""))
    if held is None:
        raise Http404("There is no such part of the map.")
    page = Paginator(held.uses, PER_PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "held": held, "map": found, "page": page, "uses": with_quotes(project, found, page.object_list),
        "asked": asked.urlencode(), "back": f"{reverse('selective_coding:flow', args=[project.slug])}?"
        f"{Addresses(project, found).settings}", "is_lead": request.membership.role == Role.LEAD,
        "name": name_of(found, held),
    }  # fmt: skip
    return render(request, "selective_coding/flow_quotes.html", context)


def name_of(found: Map, held: Behind) -> str:
    """Say whose quotes these are: the part of the map, and of which incidents."""
    group = f"{BY[found.by].lower()}: {held.group}" if held.group else ""
    if held.node is None:
        return group[:1].upper() + group[1:]
    under = f" under {held.node.parent.name}" if held.node.gathered and held.node.parent else ""
    return f"{held.node.name}{under}" + (f", {group}" if group else "")
