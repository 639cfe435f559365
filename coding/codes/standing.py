"""What becomes of a released word: adopted, placed, merged, retired. Each keeps in its event what an undo needs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from coding.codes.checks import (
    MergeCycle,
    anew,
    batched,
    lock_codes,
    refuse_any_taken,
    refuse_not_living,
    refuse_reword,
    refuse_too_many,
    usable,
)
from coding.codes.models import Category, Code, Relation, Word
from coding.lib import clock
from coding.lib.refusals import BadInput
from coding.people.models import Project, User
from coding.people.rules import lock_project_stream, record, record_each


def adopt(by: User, code: Code) -> Code:
    """Take a released code into the shared codebook."""
    (code,) = adopt_codes(by, code.project, [code])
    return code


@transaction.atomic
def adopt_codes(by: User, project: Project, codes: Sequence[Code]) -> list[Code]:
    """The same for many; all or none, in a number of queries that hardly grows with them."""
    rows = lock_codes(project, *codes)
    for code in rows:
        refuse_not_living(code)
    new = [code for code in dict.fromkeys(rows) if code.adopted_at is None]
    if new:
        refuse_any_taken(project, new)
        refuse_too_many(project, len(new))
        change(new, "adopted_at", clock.now())
        record_each(project, by, "adopt_code", [(code, None, {"name": code.name}) for code in new])
    return rows


def place(by: User, code: Code, category: Category | None) -> Code:
    """Put a released code into a category, which adopts it; None takes it out."""
    (code,) = place_codes(by, code.project, [code], category)
    return code


@transaction.atomic
def place_codes(by: User, project: Project, codes: Sequence[Code], category: Category | None) -> list[Code]:
    """The same for many; all or none, in a number of queries that hardly grows with them."""
    rows = lock_codes(project, *codes)
    for code in rows:
        refuse_not_living(code)
    adopted = {code.pk: iso(code.adopted_at) for code in rows}
    if category is not None:
        if category.project_id != project.pk or any(code.project_id != project.pk for code in rows):
            raise BadInput("The code and the category belong to different projects.")
        category = usable(category)
        rows = adopt_codes(by, project, rows)
    moved = [code for code in dict.fromkeys(rows) if code.category_id != (category.pk if category else None)]
    stood = Category.objects.in_bulk({code.category_id for code in moved if code.category_id})
    told = [(code, {**placed(stood.get(code.category_id or 0)), "adopted_at": adopted[code.pk]},
             {**placed(category), "name": code.name}) for code in moved]  # fmt: skip
    if moved:
        change(moved, "category", category)
        record_each(project, by, "place_code", told)
    return rows


def placed(category: Category | None) -> dict[str, Any]:
    return {"category": category and category.name, "category_uid": uid_of(category)}


def change(codes: Sequence[Code], field: str, value: Any) -> None:
    """Set one field of many codes, on the rows and in memory."""
    for code in codes:
        setattr(code, field, value)
    for some in batched([code.pk for code in codes]):
        Code.objects.filter(pk__in=some).update(**{field: value})


@transaction.atomic
def merge_codes(by: User, source: Code, target: Code, reason: str = "") -> Code:
    """Merge one released code into another; codings keep the code that the coder gave, readers follow the merge.

    Relations follow too, and a target without category takes the source's. Raises MergeCycle, NotLiving.
    """
    if source.pk == target.pk:
        raise MergeCycle
    if source.project_id != target.project_id:
        raise BadInput("The two codes belong to different projects.")
    source, target = lock_codes(source.project, source, target)
    refuse_not_living(source)
    refuse_not_living(target)
    was_adopted, source.adopted_at = source.adopted_at, None
    source.merged_into = target
    source.save(update_fields=["merged_into", "adopted_at"])
    followers = Code.objects.filter(merged_into=source).order_by("pk")
    before: dict[str, Any] = {
        "adopted": bool(was_adopted), "adopted_at": iso(was_adopted), "followers": uids_of(followers),
        "category": uid_of(target.category), "target_adopted_at": iso(target.adopted_at),
    }  # fmt: skip
    followers.update(merged_into=target)
    before["relations"] = carry_relations(source, target)
    takes = target.category_id is None and source.category is not None and source.category.retired_at is None
    into = source.category if takes else target.category
    record(source.project, by, "merge_codes", source, before=before,
           after={"into": target.ref(), "name": target.name, "category": uid_of(into)}, reason=reason)  # fmt: skip
    return place(by, target, into) if takes else adopt(by, target)


def carry_relations(source: Code, target: Code) -> list[str]:
    """Let the slots that the source filled be filled by the target; where it stands already, once is enough.

    Gives the relations that were carried.
    """
    there = set(Relation.objects.filter(filler_code=target).values_list("phenomenon", "role"))
    carried = []
    for relation in Relation.objects.filter(filler_code=source).order_by("pk"):
        if (relation.phenomenon_id, relation.role) in there:
            continue
        relation.filler_code = target
        relation.save(update_fields=["filler_code"])
        carried.append(str(relation.uid))
    return carried


def uids_of(codes: Iterable[Code]) -> list[str]:
    return [str(code.uid) for code in codes]


def uid_of(category: Category | None) -> str | None:
    return str(category.uid) if category else None


def iso(at: datetime | None) -> str | None:
    """Write a time as events keep it, to the microsecond."""
    return at.isoformat() if at else None


@transaction.atomic
def retire(by: User, word: Word, reason: str = "") -> None:
    """Take a code or category out of use; what was coded with it stays."""
    lock_project_stream(word.project)
    word = anew(word)
    refuse_reword(word, private=False)
    word.retired_at = clock.now()
    word.save(update_fields=["retired_at"])
    before = None
    if isinstance(word, Category):
        held = Code.objects.filter(category=word).order_by("pk")
        before = {"codes": uids_of(held)}
        held.update(category=None)
    record(word.project, by, f"retire_{word._meta.model_name}", word, before=before, after={"name": word.name},
           reason=reason)  # fmt: skip
