"""The state of a project's words as plain data: what an edition freezes and what its readers read.

Order is by stored keys and positions, never by database id, so that equal states give equal text.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q

from coding.codes.models import Category, Code, Edition, Mapping, Relation, Scale, Storyline
from coding.lib.collation import in_order
from coding.people.models import Project


def content_of(project: Project) -> dict[str, Any]:
    """Collect adopted codes and categories, their relations, mappings, the scales and the storyline."""
    story = Storyline.objects.filter(project=project).first()
    return {
        "codes": [code_row(code) for code in adopted_codes(project)],
        "categories": [category_row(category) for category in adopted_categories(project)],
        "relations": relation_rows(project),
        "scales": [scale_row(scale) for scale in Scale.objects.filter(project=project).order_by("pk")],
        "mappings": mapping_rows(project),
        "storyline": story.text if story else "",
    }


def adopted_codes(project: Project) -> Any:
    return (
        Code.objects.filter(project=project).adopted().select_related("category")
        .prefetch_related("merged_from").order_by(in_order("name_key"), "pk")
    )  # fmt: skip


def adopted_categories(project: Project) -> Any:
    return Category.objects.filter(project=project).adopted().order_by(in_order("name_key"), "pk")


def code_row(code: Code) -> dict[str, Any]:
    category = code.category if code.category and code.category.adopted_at and not code.category.retired_at else None
    return {
        "uid": str(code.uid), **code.wording(), "in_vivo": code.in_vivo, "hue": code.hue,
        "category": str(category.uid) if category else None,
        "merged_from": sorted(str(other.uid) for other in code.merged_from.all()),
    }  # fmt: skip


def category_row(category: Category) -> dict[str, Any]:
    return {
        "uid": str(category.uid), **category.wording(), "properties": category.properties,
        "is_core": category.is_core, "is_exclusive": category.is_exclusive,
    }  # fmt: skip


def relation_rows(project: Project) -> list[dict[str, Any]]:
    rows = [
        {
            "uid": str(relation.uid), "phenomenon": str(relation.phenomenon.uid), "role": relation.role,
            "filler": relation.filler.ref() if relation.filler else "", "rationale": relation.rationale,
        }
        for relation in standing_relations(project)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["phenomenon"], row["role"], row["filler"]))


def standing_relations(project: Project) -> Any:
    """Give the relations whose both ends are in use; those of retired words rest, and are not shown."""
    filler = Q(filler_category__in=Category.objects.adopted()) | Q(filler_code__in=Code.objects.adopted())
    found = Relation.objects.filter(filler, phenomenon__project=project, phenomenon__in=Category.objects.adopted())
    return found.select_related("phenomenon", "filler_category", "filler_code")


def mapping_rows(project: Project) -> list[dict[str, Any]]:
    mappings = Mapping.objects.filter(category__project=project, category__in=Category.objects.adopted())
    rows = [
        {
            "category": str(mapping.category.uid), "scale": str(mapping.scale.uid),
            "scale_category": str(mapping.scale_category.uid) if mapping.scale_category else None,
            "rationale": mapping.rationale,
        }
        for mapping in mappings.select_related("category", "scale", "scale_category")
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["category"] or "", row["scale"] or ""))


def scale_row(scale: Scale) -> dict[str, Any]:
    return {
        "uid": str(scale.uid), "name": scale.name, "source": scale.source, "rating_kind": scale.rating_kind,
        "layers": [
            {
                "uid": str(layer.uid), "position": layer.position, "name": layer.name, "definition": layer.definition,
                "categories": [
                    {
                        "uid": str(row.uid), "number": row.number, "name": row.name, "definition": row.definition,
                        "use_when": row.use_when, "avoid_when": row.avoid_when,
                    }
                    for row in layer.categories.all()
                ],
            }
            for layer in scale.layers.prefetch_related("categories")
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class Frozen:
    """An edition's content, read once, with the look-ups that pages need."""

    edition: Edition

    @cached_property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.edition.content)
        return content

    @cached_property
    def codes(self) -> dict[str, dict[str, Any]]:
        """The edition's codes by public id."""
        return {row["uid"]: row for row in self.content["codes"]}

    @cached_property
    def categories(self) -> dict[str, dict[str, Any]]:
        return {row["uid"]: row for row in self.content["categories"]}

    def scale(self, uid: object) -> dict[str, Any] | None:
        """One of the edition's scales."""
        return next((row for row in self.content["scales"] if row["uid"] == str(uid)), None)


def reading_of(frozen: Frozen) -> dict[str, Any]:
    """Nest an edition's content as a reader follows it: layer, scale category, mapped categories; category, codes."""
    content, categories = frozen.content, frozen.categories
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
