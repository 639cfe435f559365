"""The map of the whole as a picture: five columns of bars, and bands between them as thick as their uses are many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from coding.selective_coding.flow import CATEGORY, CODE, LAYER, PLACE, Flow, Group, Node
from coding.selective_coding.marks import cut, marked

WIDTH, BAR, TOP = 1184, 8, 34
COLUMNS = {"group": 132, CODE: 262, CATEGORY: 508, PLACE: 754, LAYER: 1016}  # where the bars of each begin
HEADS = {"group": "Incidents", CODE: "Codes", CATEGORY: "Categories", PLACE: "Scale categories", LAYER: "Layers"}
LETTERS = {"group": 19, CODE: 33, CATEGORY: 33, PLACE: 35, LAYER: 22}  # of a name on one line
LINES = {LAYER: 3, PLACE: 2, CATEGORY: 2}
LINE = 15  # from one line of a name to the next
SLOT, GAP, LEAST = 19, 3, 1.5  # a bar's room, the gap after it, its least height
TALL, THICKEST = 420, 24  # the height of all uses together, and of one where there are few


@dataclass(frozen=True)
class Bar:
    """A bar with its name beside it; `lines` are the name as written, `end` says that it stands before the bar."""

    key: str
    level: str
    name: str
    lines: list[tuple[float, str]]
    x: float
    y: float
    height: float
    text_x: float
    layer: int
    uses: int
    incidents: int
    is_open: bool
    is_gathered: bool

    @property
    def end(self) -> bool:
        return self.level == "group"

    @property
    def says(self) -> str:
        """Say in words what the bar shows."""
        return f"{self.name}: {used(self.uses)} in {self.incidents:,} incident{'' if self.incidents == 1 else 's'}"


@dataclass(frozen=True)
class Band:
    """Uses that lead from one bar to the next; `at` and `group` name what is behind."""

    path: str
    says: str
    uses: int
    layer: int
    at: str
    group: str
    column: int


@dataclass(frozen=True)
class Picture:
    """A drawing of `WIDTH` x `height`; the table beside it says the same."""

    height: int
    heads: list[tuple[int, str, bool]]
    bars: list[Bar]
    bands: list[Band]
    width: int = WIDTH
    bar: int = BAR


def picture(found: Flow) -> Picture | None:
    """Draw a map that holds at least one use; None for another."""
    if not found.uses:
        return None
    unit = min(TALL / found.uses, THICKEST)
    columns = {level: [node for node in found.nodes if node.level == level] for level in (CODE, CATEGORY, PLACE, LAYER)}
    rooms = [max(SLOT, one.uses * unit) + GAP for one in found.groups]
    tall = max(sum(rooms), *(total(column, unit) for column in columns.values()))
    tops = stacked([height_of(node, unit) for node in columns[CODE]], TOP, tall)
    at = {node.key: centred(y, height_of(node, unit), node.uses * unit)
          for node, y in zip(columns[CODE], tops, strict=True)}  # fmt: skip
    for level in (CATEGORY, PLACE, LAYER):
        at |= beside_children(columns[level], at, unit, tall)
    groups = stacked(rooms, TOP, tall)
    starts = {one.key: centred(y, room, one.uses * unit)
              for one, y, room in zip(found.groups, groups, rooms, strict=True)}  # fmt: skip
    bars = [group_bar(one, *starts[one.key]) for one in found.groups]
    bars += [node_bar(node, *at[node.key]) for column in columns.values() for node in column]
    bands = [*from_groups(found.groups, columns[CODE], starts, at, unit), *between(found.nodes, at, unit)]
    shown = [level for level in COLUMNS if level == "group" or columns[level]]
    heads = [(COLUMNS[level] + (BAR if level == "group" else 0), HEADS[level], level == "group") for level in shown]
    return Picture(round(TOP + tall + 8), heads, bars, bands)


def used(uses: int) -> str:
    return "1 use" if uses == 1 else f"{uses:,} uses"


def lines_of(level: str, name: str) -> list[str]:
    """Break a name into the lines that its column has room for; what is over is cut."""
    most, letters = LINES.get(level, 1), LETTERS[level]
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= letters or not lines[-1]:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = longer
            break
    return [cut(one, letters) for one in lines]


def height_of(node: Node, unit: float) -> float:
    lines = len(lines_of(node.level, node.name))
    return max(SLOT + (lines - 1) * LINE, node.uses * unit) + GAP


def total(nodes: Sequence[Node], unit: float) -> float:
    return sum(height_of(node, unit) for node in nodes)


def centred(y: float, room: float, height: float) -> tuple[float, float]:
    """Put a bar into the middle of the room that its name takes; give where it begins, and its height."""
    return y + max(0.0, room - GAP - height) / 2, height


def stacked(heights: Sequence[float], top: float, tall: float) -> list[float]:
    """Put bars one below the other, in the middle of a column so tall."""
    y, found = top + max(0.0, tall - sum(heights)) / 2, []
    for height in heights:
        found.append(y)
        y += height
    return found


def beside_children(
    nodes: Sequence[Node], at: dict[str, tuple[float, float]], unit: float, tall: float
) -> dict[str, tuple[float, float]]:
    """Put bars as near to the middle of what leads to them as their order and their names allow."""
    heights = [height_of(node, unit) for node in nodes]
    ys: list[float] = []
    low = float(TOP)
    for node, height in zip(nodes, heights, strict=True):
        low = max(low, middle(node, at) - height / 2)
        ys.append(low)
        low += height
    high = TOP + tall
    for index in reversed(range(len(ys))):
        ys[index] = min(ys[index], high - heights[index])
        high = ys[index]
    return {node.key: centred(y, height, node.uses * unit) for node, y, height in zip(nodes, ys, heights, strict=True)}


def middle(node: Node, at: dict[str, tuple[float, float]]) -> float:
    held = [at[one.key] for one in node.children if one.key in at]
    return (held[0][0] + held[-1][0] + held[-1][1]) / 2 if held else TOP


def group_bar(one: Group, y: float, height: float) -> Bar:
    x = COLUMNS["group"]
    lines = [(round(y + height / 2, 1), cut(one.name, LETTERS["group"]))]
    return Bar(one.key, "group", one.name, lines, x, round(y, 1), max(LEAST, round(height, 1)), x - 6, 0,
               one.uses, one.incidents, False, bool(one.gathered))  # fmt: skip


def node_bar(node: Node, y: float, height: float) -> Bar:
    x, words = COLUMNS[node.level], lines_of(node.level, node.name)
    if node.level == LAYER:
        words[0] = marked(node.end.layer, words[0])
    first = y + height / 2 - (len(words) - 1) * LINE / 2
    lines = [(round(first + number * LINE, 1), line) for number, line in enumerate(words)]
    return Bar(node.key, node.level, node.name, lines, x, round(y, 1), max(LEAST, round(height, 1)), x + BAR + 6,
               node.end.layer, node.uses, node.incidents, node.end.is_open, bool(node.gathered))  # fmt: skip


def from_groups(
    groups: Sequence[Group], codes: Sequence[Node], starts: dict[str, tuple[float, float]],
    at: dict[str, tuple[float, float]], unit: float,
) -> list[Band]:  # fmt: skip
    """Lead each group to the codes that stand for its incidents, in the order of both columns."""
    found, left, right = [], defaultdict[str, float](float), defaultdict[str, float](float)
    for one in groups:
        for node in codes:
            if uses := node.cells[one.key]:
                ends = starts[one.key][0] + left[one.key], at[node.key][0] + right[node.key]
                left[one.key] += uses * unit
                right[node.key] += uses * unit
                path = ribbon(COLUMNS["group"] + BAR, ends[0], COLUMNS[CODE], ends[1], uses * unit)
                says = f"{one.name} to {node.name}: {used(uses)}"
                found.append(Band(path, says, uses, node.end.layer, node.key, one.key, 0))
    return found


def between(nodes: Sequence[Node], at: dict[str, tuple[float, float]], unit: float) -> list[Band]:
    """Lead everything to what it stands under."""
    found, taken = [], defaultdict[str, float](float)
    levels = list(COLUMNS)
    for node in nodes:
        if node.parent:
            y = at[node.parent.key][0] + taken[node.parent.key]
            taken[node.parent.key] += node.uses * unit
            path = ribbon(COLUMNS[node.level] + BAR, at[node.key][0], COLUMNS[node.parent.level], y, node.uses * unit)
            says, column = f"{node.name} to {node.parent.name}: {used(node.uses)}", levels.index(node.level)
            found.append(Band(path, says, node.uses, node.end.layer, node.key, "", column))
    return sorted(found, key=lambda band: band.column)


def ribbon(x1: float, y1: float, x2: float, y2: float, thick: float) -> str:
    """Write a band between two bars that leaves and arrives level."""
    mid, thick = (x1 + x2) / 2, max(thick, 0.8)
    return (
        f"M{x1:.0f} {y1:.1f}C{mid:.0f} {y1:.1f} {mid:.0f} {y2:.1f} {x2:.0f} {y2:.1f}V{y2 + thick:.1f}"
        f"C{mid:.0f} {y2 + thick:.1f} {mid:.0f} {y1 + thick:.1f} {x1:.0f} {y1 + thick:.1f}Z"
    )
