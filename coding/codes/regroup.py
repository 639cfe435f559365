"""Merge two categories, or let some codes of one go into a new one; each with what an undo needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from coding.codes.checks import (
    CRITERIA,
    MergeCycle,
    lock_codes,
    named,
    refuse_taken,
    usable,
    worded,
)
from coding.codes.models import Category, Code, Mapping, Relation
from coding.codes.standing import iso, uids_of
from coding.lib import clock
from coding.lib.refusals import BadInput
from coding.people.models import User
from coding.people.rules import lock_project_stream, record


@transaction.atomic
def merge_categories(by: User, source: Category, target: Category, reason: str) -> Category:
    """Move the codes and relations of one category to another and retire it.

    The target keeps its own wording, in-vivo label and places in scales; a label or place that only the source has
    goes over, and so does the choice as core category. Raises MergeCycle, NotLiving, BadInput.
    """
    if source.pk == target.pk:
        raise MergeCycle("A category can't be merged into itself. Choose another.")
    if source.project_id != target.project_id:
        raise BadInput("The two categories belong to different projects.")
    reason = reasoned(reason, "Say why they are merged; the reason is kept in the audit trail.")
    lock_project_stream(source.project)
    was = {one.pk: iso(one.adopted_at) for one in Category.objects.filter(pk__in=[source.pk, target.pk])}
    source, target = usable(source), usable(target)
    codes = Code.objects.select_for_update(no_key=True).filter(category=source).order_by("pk")
    takes_label = bool(source.in_vivo_label and not target.in_vivo_label)
    before: dict[str, Any] = {
        "codes": uids_of(codes), "was_core": source.is_core, "target_was_core": target.is_core,
        "adopted_at": was[source.pk], "target_adopted_at": was[target.pk],
        "relations": carry(source, target), "mappings": carry_mappings(source, target),
        "takes_label": takes_label,
    }  # fmt: skip
    codes.update(category=target)
    takes_core, source.is_core, source.retired_at = source.is_core, False, clock.now()
    source.save(update_fields=["is_core", "retired_at"])
    target.is_core = target.is_core or takes_core
    if takes_label:
        target.in_vivo_label = source.in_vivo_label
    target.save(update_fields=["is_core", "in_vivo_label"])
    record(source.project, by, "merge_categories", source, before=before, reason=reason,
           after={"into": target.ref(), "name": target.name})  # fmt: skip
    return target


def reasoned(reason: str, sentence: str) -> str:
    reason = worded({"reason": reason})["reason"]
    if not reason:
        raise BadInput(sentence)
    return reason


def carry(source: Category, target: Category) -> list[list[str]]:
    """Let the target stand where the source stood; a relation of the two, or one that is there already, rests.

    Gives (relation, end) of those that were carried.
    """
    carried = []
    ends = Relation.objects.filter(phenomenon=source) | Relation.objects.filter(filler_category=source)
    for relation in ends.order_by("pk"):
        end = "phenomenon" if relation.phenomenon_id == source.pk else "filler_category"
        setattr(relation, end, target)
        twin = Relation.objects.filter(
            phenomenon=relation.phenomenon_id, role=relation.role, filler_category=relation.filler_category_id,
            filler_code=relation.filler_code_id,
        )  # fmt: skip
        if relation.phenomenon_id == relation.filler_category_id or twin.exists():
            continue
        relation.save(update_fields=[end])
        carried.append([str(relation.uid), end])
    return carried


def carry_mappings(source: Category, target: Category) -> list[str]:
    """Give the target the source's places in those scales in which it has none."""
    there = Mapping.objects.filter(category=target).values("scale")
    free = Mapping.objects.filter(category=source).exclude(scale__in=there).order_by("pk")
    uids = [str(uid) for uid in free.values_list("uid", flat=True)]
    Mapping.objects.filter(uid__in=uids).update(category=target)
    return uids


@transaction.atomic
def split_category(
    by: User, category: Category, name: str, codes: Sequence[Code], reason: str, **texts: str
) -> Category:
    """Let some codes of a category go into a new one. Relations, places in scales and label stay with the old one.

    Raises NotLiving, NameTaken, BadInput.
    """
    reason = reasoned(reason, "Say why it is split; the reason is kept in the audit trail.")
    lock_project_stream(category.project)
    category = usable(category)
    chosen = lock_codes(category.project, *codes)
    if not chosen:
        raise BadInput("Choose at least one code that goes into the new category.")
    if any(code.category_id != category.pk or code.merged_into_id or code.retired_at for code in chosen):
        raise BadInput(f"One of the codes is not in “{category}” any more. Look at what stands there now.")
    if len(chosen) == Code.objects.living().filter(category=category).count():
        raise BadInput(f"All codes go, so nothing is left in “{category}”. Rename it instead.")
    now = clock.now()
    said = worded({field: texts.get(field, "") for field in CRITERIA})
    made = Category(project=category.project, coined_by=by, released_at=now, adopted_at=now, **said)
    made.call(named(name))
    refuse_taken(made)
    made.save(force_insert=True)
    Code.objects.filter(pk__in=[code.pk for code in chosen]).update(category=made)
    record(category.project, by, "split_category", category, before={"codes": uids_of(chosen)}, reason=reason,
           after={"into": made.ref(), "name": made.name, "wording": made.wording()})  # fmt: skip
    return made
