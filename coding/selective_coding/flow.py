"""The map of the whole, without a database: uses of codes gathered along incident, code, category, place, layer.

A use is a code that stands for an incident; it counts once. Each code leads to one category, that to one place in the
scale, that to one layer, so the way of a use is the way of its code: the columns form a tree, whose leaves are codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

CODE, CATEGORY, PLACE, LAYER = "code", "category", "place", "layer"
LEVELS = (LAYER, PLACE, CATEGORY, CODE)  # from the root to the leaves
MOST = {CODE: 20, CATEGORY: 12, PLACE: 24, LAYER: 12}  # of each that are shown by name; the rest are gathered
MOST_GROUPS = 8
OTHERS = "others"
PLURALS = {CODE: "codes", CATEGORY: "categories", PLACE: "scale categories", LAYER: "layers"}


@dataclass(frozen=True)
class End:
    """Something that a code leads to. `order` sorts it among its like, `layer` is the position of its layer.

    Where the way ends early, its last end says so: not in a category, does not fit, no place yet.
    """

    key: str
    level: str
    name: str
    order: tuple[int, ...] = ()
    layer: int = 0
    is_open: bool = False


@dataclass(frozen=True)
class Way:
    """A code, and where it leads: category, place and layer, as far as it goes."""

    code: End
    ends: tuple[End, ...]

    @property
    def down(self) -> tuple[End, ...]:
        """The same from the last end to the code."""
        return (*reversed(self.ends), self.code)


@dataclass
class Node:
    """A part of the map: something with a name, or several gathered. `codes` are the keys of all codes under it."""

    end: End
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    gathered: int = 0
    cells: Counter[str] = field(default_factory=Counter)
    incidents: int = 0

    @property
    def uses(self) -> int:
        return self.cells.total()

    @property
    def key(self) -> str:
        return self.end.key

    @property
    def name(self) -> str:
        return self.end.name

    @property
    def level(self) -> str:
        return self.end.level

    @property
    def depth(self) -> int:
        return self.parent.depth + 1 if self.parent else 0

    def walk(self) -> Iterable[Node]:
        """Give this node and all below it, each before what is under it."""
        yield self
        for one in self.children:
            yield from one.walk()


@dataclass(frozen=True)
class Label:
    """The group that an incident is in; without `order` the largest come first, `is_last` comes after all others."""

    key: str
    name: str
    short: str = ""
    order: tuple[int, ...] = ()
    is_last: bool = False


@dataclass(frozen=True)
class Group:
    """Some incidents: those with one value of an attribute, one incident alone, or several groups gathered."""

    label: Label
    incidents: int
    uses: int
    gathered: int = 0

    @property
    def key(self) -> str:
        return self.label.key

    @property
    def name(self) -> str:
        return self.label.name

    @property
    def short(self) -> str:
        return self.label.short or self.label.name


@dataclass(frozen=True)
class Flow:
    """The map: groups of incidents on one side, the roots of the tree on the other."""

    groups: list[Group]
    roots: list[Node]
    group_of: dict[int, str]
    incidents: int

    @property
    def nodes(self) -> list[Node]:
        return [node for root in self.roots for node in root.walk()]

    @property
    def uses(self) -> int:
        return sum(root.uses for root in self.roots)

    def node(self, key: str) -> Node | None:
        return next((node for node in self.nodes if node.key == key), None)


Held = Mapping[int, Collection[str]]
"""The codes (keys) that stand for each incident."""


def flow(
    held: Held, ways: Mapping[str, Way], labels: Mapping[int, Label], *, most_codes: int = MOST[CODE],
    most_groups: int = MOST_GROUPS, whole: bool = False,
) -> Flow:  # fmt: skip
    """Gather the uses of these codes by the group of each incident and by where each code leads.

    `whole` gathers nothing: everything is shown by its name.
    """
    by_code: dict[str, list[int]] = {}
    for incident, codes in held.items():
        for code in codes:
            if code in ways:
                by_code.setdefault(code, []).append(incident)
    uses = Counter(one for found in by_code.values() for one in found)
    groups, group_of = grouped({one: labels[one] for one in uses}, uses, None if whole else most_groups)
    sizes = {code: len(found) for code, found in by_code.items()}
    roots = tree([ways[code] for code in by_code], sizes, None if whole else {**MOST, CODE: most_codes})
    for root in roots:
        count(root, by_code, group_of)
    sort(roots)
    return Flow(groups, roots, group_of, len(uses))


def grouped(
    labels: Mapping[int, Label], uses: Mapping[int, int], most: int | None
) -> tuple[list[Group], dict[int, str]]:
    """Group incidents; beyond the most, the smallest groups are counted together."""
    sizes, weights = Counter(labels.values()), Counter[Label]()
    for one, label in labels.items():
        weights[label] += uses[one]
    ranked = sorted(sizes, key=lambda label: (label.is_last, -weights[label], label.name, label.key))
    free = [label for label in ranked if not label.is_last]
    rest = [] if most is None or len(free) <= most + 1 else free[most:]
    kept = [label for label in ranked if label not in rest]
    kept.sort(key=lambda label: (label.is_last, label.order, -weights[label], label.name, label.key))
    groups = [Group(label, sizes[label], weights[label]) for label in kept]
    if rest:
        others = Label(OTHERS, f"{len(rest)} others")
        groups.append(
            Group(others, sum(sizes[one] for one in rest), sum(weights[one] for one in rest), len(rest))
        )  # fmt: skip
    hidden = set(rest)
    return groups, {one: OTHERS if label in hidden else label.key for one, label in labels.items()}


def tree(ways: Sequence[Way], sizes: Mapping[str, int], most: Mapping[str, int] | None) -> list[Node]:
    """Put codes under what they lead to; what is beyond the most of its kind is gathered under its parent."""
    kept = shown(ways, sizes, most) if most else None
    nodes: dict[str, Node] = {}
    roots: list[Node] = []
    for way in ways:
        parent: Node | None = None
        for end in way.down:
            at = place_of(end, parent, kept)
            node = nodes.get(at.key)
            if node is None:
                node = nodes[at.key] = Node(at, parent)
                (parent.children if parent else roots).append(node)
            node.codes.append(way.code.key)
            parent = node
    for node in nodes.values():
        gather(node, ways)
    return roots


def shown(ways: Iterable[Way], sizes: Mapping[str, int], most: Mapping[str, int]) -> set[str]:
    """Choose what is shown by name: the largest of each kind, and whatever says that a way ends early."""
    found: dict[str, Counter[str]] = {level: Counter() for level in LEVELS}
    names: dict[str, str] = {}
    kept: set[str] = set()
    for way in ways:
        for end in way.down:
            names[end.key] = end.name
            if end.is_open:
                kept.add(end.key)
            else:
                found[end.level][end.key] += sizes[way.code.key]
    for level, counts in found.items():
        ranked = sorted(counts, key=lambda key: (-counts[key], names[key], key))
        kept.update(ranked[: most[level]])
    return alone_too(ways, kept)


def alone_too(ways: Iterable[Way], kept: set[str]) -> set[str]:
    """Keep also what would be gathered alone: "1 other code" takes the room of its name."""
    piles: dict[str, set[str]] = {}
    for way in ways:
        parent = None
        for end in way.down:
            at = place_of(end, parent, kept)
            if at is not end:
                piles.setdefault(at.key, set()).add(end.key)
            parent = Node(at)
    return kept | {key for pile in piles.values() if len(pile) == 1 for key in pile}


def place_of(end: End, parent: Node | None, kept: set[str] | None) -> End:
    """Give an end itself, or what stands for it and its like under the same parent."""
    if kept is None or end.key in kept:
        return end
    above = parent.key if parent else ""
    return End(f"{OTHERS}:{end.level}:{above}", end.level, "", (10**9,), end.layer)


def gather(node: Node, ways: Sequence[Way]) -> None:
    """Count what a gathered node stands for, and call it so."""
    if not node.key.startswith(f"{OTHERS}:"):
        return
    inside = set(node.codes)
    node.gathered = len({
        end.key for way in ways if way.code.key in inside for end in way.down if end.level == node.level
    })  # fmt: skip
    named = f"{node.gathered} other {PLURALS[node.level]}"
    node.end = End(node.key, node.level, named, node.end.order, node.end.layer)


def count(node: Node, by_code: Mapping[str, Sequence[int]], group_of: Mapping[int, str]) -> set[int]:
    """Count the uses of each group under a node and all below it, and its incidents; give these."""
    if not node.children:
        found = {one for code in node.codes for one in by_code[code]}
        node.cells = Counter(group_of[one] for code in node.codes for one in by_code[code])
    else:
        found = set()
        for child in node.children:
            found |= count(child, by_code, group_of)
            node.cells.update(child.cells)
    node.incidents = len(found)
    return found


def sort(nodes: list[Node]) -> None:
    """Put siblings in the order of the scale, else the largest first; ends of a broken way and the gathered last."""
    nodes.sort(key=lambda node: (node.end.is_open, node.end.order, -node.uses, node.name, node.key))
    for node in nodes:
        sort(node.children)
