"""The relation map: where boxes and lines stand. Plain values in, a drawing out; no chance in it.

NetworkX's spring layout (Fruchterman & Reingold 1991) places each connected part, beginning from a circle in order of
names, so that the same relations give the same map. Then boxes that overlap are pushed apart, and the parts are set
beside each other, the largest first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from unicodedata import east_asian_width

WIDE, HIGH = 172, 48  # a box
APART = 48  # at least between two boxes
SPREAD = 190  # about the length of a line
BOW = 30  # between lines of one pair
MARK = 12  # from the middle of a mark to its edge
ROW = 1300  # parts beside each other, about
MARGIN = 24
LETTERS = 22  # of a line in a box
ROUNDS = 200

Key = Hashable
Spot = tuple[float, float]


@dataclass(frozen=True)
class Node:
    """A category or code; `name` puts it in order."""

    key: Key
    name: str


@dataclass(frozen=True)
class Edge:
    """A relation: the arrow goes from `start` to `end`."""

    key: Key
    start: Key
    end: Key


@dataclass(frozen=True)
class Box:
    """Where a node stands: its middle, and its name in up to two lines."""

    x: int
    y: int
    lines: list[str]

    @property
    def left(self) -> int:
        return self.x - WIDE // 2

    @property
    def top(self) -> int:
        return self.y - HIGH // 2


@dataclass(frozen=True)
class Line:
    """Where an edge runs: from border to border, and the point on it that bears its mark."""

    path: str
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    boxes: dict[Key, Box]
    lines: dict[Key, Line]


def draw(nodes: Iterable[Node], edges: Sequence[Edge]) -> Drawing:
    """Lay out a map; edges join given nodes, and several may join the same two."""
    ordered = sorted(nodes, key=lambda node: (node.name, str(node.key)))
    spots, width, height = set_beside([placed(part, edges) for part in parts(ordered, edges)], edges)
    boxes = {node.key: boxed(node, spots[node.key]) for node in ordered}
    return Drawing(width, height, boxes, dict(lines(edges, boxes)))


def boxed(node: Node, spot: Spot) -> Box:
    return Box(round(spot[0]), round(spot[1]), in_lines(node.name))


def graph(nodes: Sequence[Node], edges: Iterable[Edge]) -> Any:
    import networkx as nx  # only this page needs it

    held = nx.Graph()
    held.add_nodes_from(node.key for node in nodes)
    order = {node.key: at for at, node in enumerate(nodes)}
    inside = [one for one in edges if one.start in order]
    held.add_edges_from(sorted(((one.start, one.end) for one in inside), key=lambda two: [order[key] for key in two]))
    return held


def parts(nodes: Sequence[Node], edges: Iterable[Edge]) -> list[list[Node]]:
    """Give the connected parts, the largest first, each in order of names."""
    import networkx as nx

    found = [[node for node in nodes if node.key in keys] for keys in nx.connected_components(graph(nodes, edges))]
    return sorted(found, key=lambda part: (-len(part), part[0].name, str(part[0].key)))


def placed(part: Sequence[Node], edges: Iterable[Edge]) -> dict[Key, Spot]:
    """Place one connected part, around nothing in particular."""
    import networkx as nx

    held = graph(part, edges)
    spots = nx.circular_layout(held)
    if len(part) > 2:
        spots = nx.spring_layout(held, pos=spots, iterations=ROUNDS, seed=0)
    size = SPREAD * max(0.55, math.sqrt(len(part)) / 1.6)
    return pushed({key: (float(x) * size * 1.35, float(y) * size) for key, (x, y) in spots.items()})


def pushed(spots: dict[Key, Spot]) -> dict[Key, Spot]:
    """Push boxes apart that overlap, each pair along the way that is shorter, until none does."""
    at = dict(spots)
    for _ in range(ROUNDS):
        moved = False
        for one, other in combinations(at, 2):
            (x, y), (to_x, to_y) = at[one], at[other]
            lack_x, lack_y = WIDE + APART - abs(to_x - x), HIGH + APART - abs(to_y - y)
            if lack_x <= 0.5 or lack_y <= 0.5:
                continue
            moved = True
            by_x, by_y = (lack_x / 2, 0.0) if lack_x < lack_y else (0.0, lack_y / 2)
            to_the_right, below = (1 if to_x >= x else -1), (1 if to_y >= y else -1)
            at[one] = x - by_x * to_the_right, y - by_y * below
            at[other] = to_x + by_x * to_the_right, to_y + by_y * below
        if not moved:
            break
    return at


def set_beside(found: Iterable[dict[Key, Spot]], edges: Sequence[Edge]) -> tuple[dict[Key, Spot], int, int]:
    """Set parts in rows; gives all spots, and the width and height that they need."""
    spots: dict[Key, Spot] = {}
    left = top = MARGIN
    row = width = 0
    for part in found:
        (from_x, from_y), (to_x, to_y) = corners(part, edges)
        wide, high = to_x - from_x, to_y - from_y
        if left > MARGIN and left + wide > ROW:
            left, top, row = MARGIN, top + row + 2 * APART, 0
        spots |= {key: (x + left - from_x, y + top - from_y) for key, (x, y) in part.items()}
        left, row, width = left + wide + 2 * APART, max(row, high), max(width, left + wide)
    return spots, width + MARGIN, top + row + MARGIN


def corners(part: dict[Key, Spot], edges: Iterable[Edge]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Give the upper left and lower right corner of a part: its boxes, and the marks of lines that bow out of it."""
    boxes = {key: Box(round(x), round(y), []) for key, (x, y) in part.items()}
    marks = [one for _, one in lines([edge for edge in edges if edge.start in part], boxes)]
    held = [(box.left, box.top, box.left + WIDE, box.top + HIGH) for box in boxes.values()]
    held += [(one.x - MARK, one.y - MARK, one.x + MARK, one.y + MARK) for one in marks]
    lefts, tops, rights, bottoms = zip(*held, strict=True)
    return (min(lefts), min(tops)), (max(rights), max(bottoms))


def lines(edges: Sequence[Edge], boxes: dict[Key, Box]) -> Iterator[tuple[Key, Line]]:
    """Draw each edge; those that join the same two bow apart."""
    several = Counter(frozenset((one.start, one.end)) for one in edges)
    so_far = Counter[frozenset[Key]]()
    for one in edges:
        two = frozenset((one.start, one.end))
        bow = (so_far[two] - (several[two] - 1) / 2) * BOW
        so_far[two] += 1
        # A bow is to one side of the pair, whichever way its arrow goes.
        ahead = (boxes[one.start].x, boxes[one.start].y) <= (boxes[one.end].x, boxes[one.end].y)
        yield one.key, line(boxes[one.start], boxes[one.end], bow if ahead else -bow)


def line(start: Box, end: Box, bow: float) -> Line:
    length = math.hypot(end.x - start.x, end.y - start.y) or 1.0
    over_x, over_y = -(end.y - start.y) / length * bow, (end.x - start.x) / length * bow
    mid_x, mid_y = (start.x + end.x) / 2 + over_x, (start.y + end.y) / 2 + over_y
    (x, y), (to_x, to_y) = border(start, mid_x, mid_y, 2), border(end, mid_x, mid_y, 8)
    if not bow:
        return Line(f"M{x:.0f} {y:.0f}L{to_x:.0f} {to_y:.0f}", round((x + to_x) / 2), round((y + to_y) / 2))
    # A quadratic curve passes its middle at a quarter, a half and a quarter of its three points.
    on_x, on_y = 2 * mid_x - (x + to_x) / 2, 2 * mid_y - (y + to_y) / 2
    return Line(f"M{x:.0f} {y:.0f}Q{on_x:.0f} {on_y:.0f} {to_x:.0f} {to_y:.0f}", round(mid_x), round(mid_y))


def border(box: Box, x: float, y: float, gap: int) -> Spot:
    """Give where the way from a box's middle to a point leaves the box, and a gap more."""
    over_x, over_y = x - box.x, y - box.y
    reach_x = (WIDE / 2 + gap) / abs(over_x) if over_x else math.inf
    reach_y = (HIGH / 2 + gap) / abs(over_y) if over_y else math.inf
    reach = min(reach_x, reach_y, 1.0)
    return box.x + over_x * reach, box.y + over_y * reach


def in_lines(name: str) -> list[str]:
    """Write a name in up to two lines; what does not fit is left out, and an ellipsis says so."""
    rest, found = name.split(), list[str]()
    for last in (False, True):
        said = ""
        while rest and wide(f"{said} {rest[0]}".strip()) <= LETTERS:
            said = f"{said} {rest.pop(0)}".strip()
        if rest and (last or not said):
            said, rest = cut(" ".join([said, *rest]).strip()), []
        if said:
            found.append(said)
    return found


def cut(words: str) -> str:
    while wide(words) >= LETTERS:
        words = words[:-1]
    return words.rstrip() + "…"


def wide(words: str) -> int:
    """Count letters, those of double width twice."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in words)
