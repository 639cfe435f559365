"""A scale as an edition froze it: what figures are about, by numbers that are the same in any database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from coding.codes.content import Frozen
from coding.lib.refusals import Refusal
from coding.rounds.models import Round


class ScaleNotFrozen(Refusal):
    sentence = "This round's edition does not hold its scale, so nothing in it can be measured or settled."


@dataclass(frozen=True)
class Label:
    """A category or layer of the frozen scale. `layer` is the position of its layer, `number` its own."""

    uid: str
    number: int
    name: str
    layer: int


@dataclass(frozen=True)
class Target:
    """A round's scale as its edition froze it."""

    uid: str
    name: str
    rating_kind: str
    layers: tuple[Label, ...]
    categories: tuple[Label, ...]

    @cached_property
    def number_of(self) -> dict[str, int]:
        """Category numbers by public id."""
        return {one.uid: one.number for one in self.categories}

    @cached_property
    def layer_of(self) -> dict[int, int]:
        """Layer positions by category number."""
        return {one.number: one.layer for one in self.categories}

    def within(self, layer: int) -> frozenset[int]:
        """The numbers of a layer's categories."""
        return frozenset(one.number for one in self.categories if one.layer == layer)


def target_of(rated: Round) -> Target:
    """Read the round's scale from its edition, never from the living scale. Raises ScaleNotFrozen."""
    if rated.edition is None or rated.scale is None:
        raise ValueError(f"{rated} has no edition or no scale: only an open or released rating round can be measured.")
    scale = Frozen.of(rated.edition).scale(rated.scale.uid)
    if scale is None:
        raise ScaleNotFrozen
    return target_from(scale)


def target_from(scale: dict[str, Any]) -> Target:
    """Read one scale of an edition's content."""
    layers, categories = [], []
    for layer in scale["layers"]:
        at = layer["position"]
        layers.append(Label(layer["uid"], at, layer["name"], at))
        categories += [Label(row["uid"], row["number"], row["name"], at) for row in layer["categories"]]
    return Target(scale["uid"], scale["name"], scale["rating_kind"], tuple(layers), tuple(categories))
