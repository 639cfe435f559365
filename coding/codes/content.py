"""The state of a project's words as plain data: what an edition freezes and what its readers read.

Order is by stored keys and positions, never by database id, so that equal states give equal text.
"""

import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Substr

from coding.codes.models import (
    Category,
    Code,
    Edition,
    Example,
    Layer,
    Mapping,
    Relation,
    Scale,
    ScaleCategory,
    Storyline,
)
from coding.lib.collation import in_order
from coding.lib.prepared import Prepared, Slot, number
from coding.lib.text import name_key
from coding.people.models import Project


def content_of(project: Project) -> dict[str, Any]:
    """Collect adopted codes and categories, their relations, mappings, the scales and the storyline."""
    story = Storyline.objects.filter(project=project).first()
    return {
        "codes": code_rows(project),
        "categories": [category_row(category) for category in CATEGORIES(project=project.pk)],
        "relations": relation_rows(project),
        "scales": scale_rows(project),
        "mappings": mapping_rows(project),
        "storyline": story.text if story else "",
    }


def adopted_categories(project: Project | Slot) -> Any:
    return Category.objects.filter(project=project).adopted().order_by(in_order("name_key"), "pk")


def code_rows(project: Project) -> list[dict[str, Any]]:
    merged: dict[int, list[str]] = {}
    for uid, into in MERGED(project=project.pk):
        merged.setdefault(into, []).append(str(uid))
    return [code_row(code, sorted(merged.get(code.pk, []))) for code in CODES(project=project.pk)]


def code_row(code: Code, merged_from: list[str]) -> dict[str, Any]:
    category = code.category if code.category and code.category.adopted_at and not code.category.retired_at else None
    return {
        "uid": str(code.uid), **code.wording(), "in_vivo": code.in_vivo, "hue": code.hue,
        "category": str(category.uid) if category else None, "merged_from": merged_from,
    }  # fmt: skip


def category_row(category: Category) -> dict[str, Any]:
    """Lay a category out. One without in-vivo label has no such entry, so that editions from before there were any
    stay equal."""
    return {
        "uid": str(category.uid), **category.wording(), "properties": category.properties,
        "is_core": category.is_core, "is_exclusive": category.is_exclusive,
        **({"in_vivo_label": category.in_vivo_label} if category.in_vivo_label else {}),
    }  # fmt: skip


def relation_rows(project: Project) -> list[dict[str, Any]]:
    rows = [
        {
            "uid": str(relation.uid), "phenomenon": str(relation.phenomenon.uid), "role": relation.role,
            "filler": relation.filler.ref() if relation.filler else "", "rationale": relation.rationale,
        }
        for relation in RELATIONS(project=project.pk)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["phenomenon"], row["role"], row["filler"]))


def standing_relations(project: Project | Slot) -> Any:
    """Give the relations whose both ends are in use; those of retired words rest, and are not shown."""
    filler = Q(filler_category__in=Category.objects.adopted()) | Q(filler_code__in=Code.objects.adopted())
    found = Relation.objects.filter(filler, phenomenon__project=project, phenomenon__in=Category.objects.adopted())
    return found.select_related("phenomenon", "filler_category", "filler_code")


def mapping_rows(project: Project) -> list[dict[str, Any]]:
    rows = [
        {
            "category": str(mapping.category.uid), "scale": str(mapping.scale.uid),
            "scale_category": str(mapping.scale_category.uid) if mapping.scale_category else None,
            "rationale": mapping.rationale,
        }
        for mapping in MAPPINGS(project=project.pk)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["category"] or "", row["scale"] or ""))


def scale_rows(project: Project) -> list[dict[str, Any]]:
    """Nest each scale of a project: layers in use in their order, with their categories in theirs."""
    layers: dict[int, list[dict[str, Any]]] = {}
    places: dict[int, list[dict[str, Any]]] = {}
    anchors = anchors_of(project)
    for scale in (scales := SCALES(project=project.pk)):
        layers[scale.pk] = []
    for layer in LAYERS(project=project.pk):
        row = {"uid": str(layer.uid), "position": layer.position, "name": layer.name, "definition": layer.definition}
        layers[layer.scale_id].append({**row, "categories": places.setdefault(layer.pk, [])})
    for place in PLACES(project=project.pk):
        places[place.layer_id].append({
            "uid": str(place.uid), "number": place.number, "name": place.name, "definition": place.definition,
            "use_when": place.use_when, "avoid_when": place.avoid_when,
            **({"examples": anchors[place.pk]} if place.pk in anchors else {}),
        })  # fmt: skip
    return [
        {
            "uid": str(scale.uid), "name": scale.name, "source": scale.source, "rating_kind": scale.rating_kind,
            "layers": layers[scale.pk],
        }
        for scale in scales
    ]  # fmt: skip


def anchors_of(project: Project) -> dict[int, list[dict[str, Any]]]:
    """Give the anchor examples of scale categories by their key, with the words themselves; typical ones first.

    A category without examples has no such entry in an edition, so that editions from before there were any stay equal.
    """
    found: dict[int, list[dict[str, Any]]] = {}
    for row in ANCHORS(project=project.pk):
        found.setdefault(row.pop("scale_category"), []).append(row)
    rank = list(Example.Kind.values)
    return {place: sorted(rows, key=lambda row: rank.index(row["kind"])) for place, rows in found.items()}


def words_at(text: str) -> Substr:
    """Cut a row's span out of the incident's text in the database; `start` counts code points from 0."""
    return Substr(text, F("start") + 1, F("end") - F("start"))


# A codebook asks all of these for one page; building their text would take longer than their answers.
IN_PROJECT = number("project")
CODES = Prepared(
    lambda: Code.objects.filter(project=IN_PROJECT).adopted().select_related("category")
    .order_by(in_order("name_key"), "pk")
)  # fmt: skip
MERGED = Prepared(
    lambda: Code.objects.filter(project=IN_PROJECT, merged_into__isnull=False).values_list("uid", "merged_into")
)
CATEGORIES = Prepared(lambda: adopted_categories(IN_PROJECT))
RELATIONS = Prepared(lambda: standing_relations(IN_PROJECT))
MAPPINGS = Prepared(
    lambda: Mapping.objects.filter(category__project=IN_PROJECT, category__in=Category.objects.adopted())
    .select_related("category", "scale", "scale_category")
)  # fmt: skip
SCALES = Prepared(lambda: Scale.objects.filter(project=IN_PROJECT).order_by("pk"))
LAYERS = Prepared(lambda: Layer.objects.filter(scale__project=IN_PROJECT).living().order_by("scale", "position"))
PLACES = Prepared(
    lambda: ScaleCategory.objects.filter(layer__scale__project=IN_PROJECT).living()
    .order_by("layer__scale", "layer__position", "position")
)  # fmt: skip
ANCHORS = Prepared(
    lambda: Example.objects.filter(scale_category__layer__scale__project=IN_PROJECT, incident__withdrawn_because="")
    .annotate(quote=words_at("incident__text"), number=F("incident__number"), title=F("incident__title"))
    .order_by("incident__number", "start", "end", "kind", "pk")
    .values("scale_category", "kind", "quote", "number", "title")
)  # fmt: skip


@dataclass(frozen=True)
class Frozen:
    """An edition's content as its text says, with the look-ups that pages need; for reading only, requests share it."""

    text: str

    @staticmethod
    def of(edition: Edition) -> "Frozen":
        """Read an edition; its text never changes, so the last few stay read, and nobody asks for it again."""
        return _read(_Sealed(edition.sha256, edition))

    @cached_property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.text)
        return content

    @cached_property
    def codes(self) -> dict[str, dict[str, Any]]:
        """The edition's codes by public id."""
        return {row["uid"]: row for row in self.content["codes"]}

    @cached_property
    def keys(self) -> dict[str, str]:
        """The codes' public ids by the key of their name."""
        return {name_key(row["name"]): uid for uid, row in self.codes.items()}

    @cached_property
    def merged(self) -> dict[str, dict[str, Any]]:
        """The edition's codes, also under the ids of those that were merged into them."""
        return {old: row for row in self.codes.values() for old in row["merged_from"]} | self.codes

    @cached_property
    def exclusive(self) -> dict[str, str]:
        """The codes of categories that were declared exclusive: the category's public id by the code's."""
        groups = {uid for uid, row in self.categories.items() if row["is_exclusive"]}
        return {uid: row["category"] for uid, row in self.codes.items() if row["category"] in groups}

    @cached_property
    def categories(self) -> dict[str, dict[str, Any]]:
        return {row["uid"]: row for row in self.content["categories"]}

    def scale(self, uid: object) -> dict[str, Any] | None:
        """One of the edition's scales."""
        return next((row for row in self.content["scales"] if row["uid"] == str(uid)), None)


@dataclass(frozen=True)
class _Sealed:
    """An edition, told from others by the hash of its text, which a query may have left out."""

    sha256: str
    edition: Edition = field(compare=False)


@lru_cache(maxsize=16)
def _read(sealed: _Sealed) -> Frozen:
    return Frozen(sealed.edition.content)


def in_reading_order(content: dict[str, Any]) -> dict[str, Any]:
    """Put mappings and relations, which an edition keeps by public id, where their categories stand; roles as in the
    paradigm."""
    rows = (*content["categories"], *content["codes"], *content["scales"])
    at = {row["uid"]: place for place, row in enumerate(rows)}
    roles = Relation.Role.values

    def place(uid: str) -> int:
        return at.get(uid.partition(":")[2] or uid, len(at))

    return {
        **content,
        "mappings": sorted(content["mappings"], key=lambda row: (place(row["category"]), place(row["scale"]))),
        "relations": sorted(content["relations"], key=lambda row: (
            place(row["phenomenon"]), roles.index(row["role"]), place(row["filler"]))),
    }  # fmt: skip


def reading_of(frozen: Frozen) -> dict[str, Any]:
    """Nest an edition's content as a reader follows it: layer, scale category, mapped categories; category, codes."""
    content, categories = in_reading_order(frozen.content), frozen.categories
    names = {f"category:{uid}": row["name"] for uid, row in categories.items()}
    names |= {f"code:{uid}": row["name"] for uid, row in frozen.codes.items()}
    mapped: dict[str | None, list[dict[str, Any]]] = {}
    for row in content["mappings"]:
        found = {**categories[row["category"]], "rationale": row["rationale"]}
        mapped.setdefault(row["scale_category"], []).append(found)
    return {
        "scales": [with_mapped(scale, mapped) for scale in content["scales"]],
        "not_fitting": mapped.get(None, []),
        "categories": [
            {
                **row,
                "codes": [code for code in content["codes"] if code["category"] == uid],
                "relations": [
                    {**one, "role": Relation.Role(one["role"]).label, "filler": names.get(one["filler"], "")}
                    for one in content["relations"] if one["phenomenon"] == uid
                ],
            }
            for uid, row in categories.items()
        ],
        "unsorted": [code for code in content["codes"] if code["category"] is None],
        "storyline": content["storyline"],
        "counts": {key: len(content[key]) for key in ("codes", "categories", "relations", "mappings")},
    }  # fmt: skip


def with_mapped(scale: dict[str, Any], mapped: dict[str | None, list[dict[str, Any]]]) -> dict[str, Any]:
    """Put the mapped categories under each scale category."""
    layers = [
        {**layer, "categories": [{**row, "mapped": mapped.get(row["uid"], [])} for row in layer["categories"]]}
        for layer in scale["layers"]
    ]
    return {**scale, "layers": layers}
