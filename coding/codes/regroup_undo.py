"""Take back a merge or a split of categories, exactly or not at all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Model

from coding.codes.checks import refuse_taken
from coding.codes.models import Category, Code, Edition, Mapping, Relation, Word
from coding.codes.undo import Said, Ways, give_back, refuse_unless
from coding.people.models import Project


def category(project: Project, uid: UUID | str) -> Category:
    found: Category = Category.objects.select_for_update(no_key=True).get(project=project, uid=uid)
    return found


def held(project: Project, uids: list[str], there: Category) -> Any:
    """Give these codes, all of which must still stand in this category; merged ones do as well."""
    codes = Code.objects.select_for_update(no_key=True).filter(project=project, uid__in=uids)
    refuse_unless(len(codes) == len(uids), there)
    refuse_unless(all(one.category_id == there.pk for one in codes), there)
    return Code.objects.filter(pk__in=[one.pk for one in codes])


def unmerge_categories(project: Project, uid: UUID, before: Said, after: Said) -> str:
    """Let the source stand again with its codes, relations, places in scales, label, and as the core if it was."""
    source, target = category(project, uid), category(project, after["into"].partition(":")[2])
    refuse_unless(bool(source.retired_at), source)
    refuse_unless(not target.retired_at, target)
    refuse_unless(target.is_core == (before["was_core"] or before["target_was_core"]), target)
    took = before.get("takes_label", False)  # a merge from before there were labels says nothing of them
    refuse_unless(not took or target.in_vivo_label == source.in_vivo_label, target)
    codes = held(project, before["codes"], target)
    mappings = Mapping.objects.filter(category=target, uid__in=before["mappings"])
    refuse_unless(mappings.count() == len(before["mappings"]), target)
    refuse_taken(source)
    for end in ("phenomenon", "filler_category"):
        uids = [one for one, which in before["relations"] if which == end]
        relations = Relation.objects.filter(uid__in=uids, **{end: target})
        refuse_unless(relations.count() == len(uids), target)
        give_back(relations, end, source)
    codes.update(category=source)
    give_back(mappings, "category", source)
    if took:
        target.in_vivo_label = ""
    restore(target, before["target_was_core"], before["target_adopted_at"])
    source.retired_at = None
    source.save(update_fields=["retired_at"])
    restore(source, before["was_core"], before["adopted_at"])
    return str(source.name)


def restore(one: Category, is_core: bool, adopted_at: str | None) -> None:
    """Give back what the merge changed; an adoption stays where something else stands on it by now."""
    one.is_core = is_core
    if not adopted_at and not (one.codes.exists() or one.relations.exists() or one.fills.exists()):
        one.adopted_at = None
    one.save(update_fields=["is_core", "adopted_at", "in_vivo_label"])


def unsplit_category(project: Project, uid: UUID, before: Said, after: Said) -> str:
    """Bring the codes back; the new category is gone, unless anything else came to stand on it."""
    source, made = category(project, uid), category(project, after["into"].partition(":")[2])
    refuse_unless(not source.retired_at, source)
    refuse_unless(not made.retired_at and made.wording() == after["wording"] and not made.is_core, made)
    codes = held(project, before["codes"], made)
    refuse_unless(Code.objects.filter(category=made).count() == len(before["codes"]), made)
    codes.update(category=source)
    refuse_unless(not made.properties and not made.in_vivo_label and not is_used(made), made)
    made.delete()
    return str(source.name)


def is_used(made: Word, *, but: type[Model] | None = None) -> bool:
    """Does anything hold a word: a relation, a place, a sort, a memo, an edition? Rows of `but` do not count."""
    held = [one for one in made._meta.related_objects if one.related_model is not but]
    rows: Any = ((one.related_model, one.field.name) for one in held)
    if any(model._base_manager.filter(**{field: made}).exists() for model, field in rows):
        return True
    return Edition.objects.filter(project=made.project, content__contains=str(made.uid)).exists()


WAYS: Ways = {"merge_categories": unmerge_categories, "split_category": unsplit_category}
