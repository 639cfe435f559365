"""What becomes of a released word: adopted, placed, merged, retired. Each keeps in its event what an undo needs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from coding.codes.checks import (
    MergeCycle,
    lock_codes,
    refuse_not_living,
    refuse_reword,
    refuse_taken,
    refuse_too_many,
    usable,
)
from coding.codes.models import Category, Code, Relation, Word
from coding.lib import clock
from coding.lib.refusals import BadInput
from coding.people.models import User
from coding.people.rules import lock_project_stream, record


@transaction.atomic
def adopt(by: User, code: Code) -> Code:
    """Take a released code into the shared codebook."""
    (code,) = lock_codes(code.project, code)
    refuse_not_living(code)
    if code.adopted_at is None:
        refuse_taken(code)
        refuse_too_many(code.project)
        code.adopted_at = clock.now()
        code.save(update_fields=["adopted_at"])
        record(code.project, by, "adopt_code", code, after={"name": code.name})
    return code


@transaction.atomic
def place(by: User, code: Code, category: Category | None) -> Code:
    """Put a released code into a category, which adopts it; None takes it out."""
    (code,) = lock_codes(code.project, code)
    refuse_not_living(code)
    before, adopted = code.category, iso(code.adopted_at)
    if category is not None:
        if category.project_id != code.project_id:
            raise BadInput("The code and the category belong to different projects.")
        category = usable(category)
        code = adopt(by, code)
    if before == category:
        return code
    code.category = category
    code.save(update_fields=["category"])
    record(code.project, by, "place_code", code,
           before={"category": before and before.name, "category_uid": uid_of(before), "adopted_at": adopted},
           after={"category": category and category.name, "category_uid": uid_of(category), "name": code.name},
           )  # fmt: skip
    return code


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
    word = type(word).objects.select_for_update(no_key=True).get(pk=word.pk)  # type: ignore[attr-defined]  # every Word has it
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
