"""Take back what became of a word: a merge, an adoption, a place, a retirement, a wording; exactly, or not at all.

An undo is a new event that names the one it undoes. Where its target moved on since, it is refused (409).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from coding.codes.checks import MovedOn, lock_codes, refuse_not_living, refuse_taken, refuse_too_many, worded
from coding.codes.models import Category, Code, Relation, Word
from coding.codes.standing import uid_of
from coding.lib.refusals import BadInput, Refusal
from coding.people.models import Event, EventQuerySet, Project, User
from coding.people.rules import lock_project_stream, record

UNDONE = "undo_"
GONE = "A code or category of this act is gone by now, so it can't be undone. Change what stands by hand instead."
Said = dict[str, Any]
Ways = dict[str, Callable[[Project, UUID, Said, Said], str]]


class AlreadyUndone(Refusal):
    sentence = "This was undone already."


class NothingToUndo(Refusal):
    sentence = "Nothing was done here that can be undone."


class TooOld(Refusal):
    sentence = "This was done before Loam kept what an undo needs. Change it by hand instead."


@transaction.atomic
def undo(by: User, project: Project, event: Event, reason: str = "", ways: Ways | None = None) -> Event:
    """Undo one event about a code or category; rooms downstream bring the `ways` of their own verbs along.

    Raises BadInput, AlreadyUndone, TooOld, MovedOn, NameTaken, NotLiving.
    """
    reason = worded({"reason": reason})["reason"]
    lock_project_stream(project)
    take_back = (ways or WAYS).get(event.verb)
    if event.project_id != project.pk or event.stream != project.ref() or take_back is None:
        raise BadInput("This can't be undone here. Choose something that was done to a code or category.")
    if Event.objects.filter(undoes=event).exists():
        raise AlreadyUndone
    before, after = json.loads(event.before or "{}"), json.loads(event.after or "{}")
    try:
        name = take_back(project, UUID(event.target.partition(":")[2]), before, after)
    except KeyError as gap:
        raise TooOld from gap
    except ObjectDoesNotExist as gone:  # an undone split took it along
        raise MovedOn(GONE) from gone
    return record(project, by, UNDONE + event.verb, event.target, before=after, after={**before, "name": name},
                  reason=reason, undoes=event)  # fmt: skip


def undoable(project: Project, ways: Ways | None = None) -> EventQuerySet:
    """What was done to the words of a project and is not undone, the latest first."""
    return standing_acts(project).filter(verb__in=ways or WAYS)


def standing_acts(project: Project) -> EventQuerySet:
    undone = Event.objects.filter(undoes=OuterRef("pk"))
    found: EventQuerySet = Event.objects.filter(project=project, stream=project.ref(), undoes=None)
    return found.exclude(Exists(undone)).select_related("actor").order_by("-position")


def undo_last(by: User, word: Word, reason: str = "") -> Event:
    """Undo what was last done to a code or category. Raises NothingToUndo, and whatever `undo` raises."""
    event = standing_acts(word.project).filter(target=word.ref()).first()
    if event is None:
        raise NothingToUndo(f"Nothing was done to “{word}” that can be undone.")
    if event.verb not in WAYS:  # a room downstream may know the way; what came before it must not go first
        raise NothingToUndo(f"What was done last to “{word}” can't be undone here. A split is undone on the page “What "
                            "was done to the codes”, or by program under “acts”; a code that was only created can be "
                            "retired.")  # fmt: skip
    return undo(by, word.project, event, reason)


def unmerge(project: Project, uid: UUID, before: Said, after: Said) -> str:
    """Let the source stand again, with its followers and relations; the target is as it was."""
    source, target = locked(project, uid), locked(project, UUID(after["into"].partition(":")[2]))
    followers = list(Code.objects.filter(project=project, uid__in=before["followers"]))
    relations = list(Relation.objects.filter(phenomenon__project=project, uid__in=before["relations"]))
    refuse_unless(source.merged_into_id == target.pk, source)
    refuse_unless(all(one.merged_into_id == target.pk for one in followers), source)
    refuse_unless(len(relations) == len(before["relations"]), source)
    refuse_unless(all(one.filler_code_id == target.pk for one in relations), source)
    restore_target(project, target, before, after)
    source.merged_into, source.adopted_at = None, when(before["adopted_at"])
    if source.adopted_at:
        refuse_taken(source)
        refuse_too_many(project)
    source.save(update_fields=["merged_into", "adopted_at"])
    Code.objects.filter(pk__in=[one.pk for one in followers]).update(merged_into=source)
    give_back(Relation.objects.filter(pk__in=[one.pk for one in relations]), "filler_code", source)
    return source.name


def give_back(rows: QuerySet[Any], field: str, source: Word) -> None:
    """Let relations or places in scales be the source's again, unless one of its own says the same by now."""
    try:
        with transaction.atomic():
            rows.update(**{field: source})
    except IntegrityError as twin:
        raise moved_on(source) from twin


def restore_target(project: Project, target: Code, before: Said, after: Said) -> None:
    """Take back what the merge gave its target: a category, and the adoption; what it left alone may change since."""
    refuse_not_living(target)
    if after["category"] != before["category"]:
        given = Category.objects.get(project=project, uid=after["category"])
        # The target's place may have been undone before; but the undo of a retirement would put it back there.
        refuse_unless(target.category_id in {given.pk, None} and not given.retired_at, target)
        target.category = category_of(project, before["category"])
    filled = Relation.objects.filter(filler_code=target).exclude(uid__in=before["relations"])
    if not before["target_adopted_at"]:
        refuse_unless(target.category is None, target)  # a later place stands on this adoption
        target.adopted_at = target.adopted_at if filled.exists() else None
    target.save(update_fields=["category", "adopted_at"])


def unplace(project: Project, uid: UUID, before: Said, after: Said) -> str:
    code = locked(project, uid)
    refuse_not_living(code)
    refuse_unless(uid_of(code.category) == after["category_uid"], code)
    code.category = category_of(project, before["category_uid"])
    if not before["adopted_at"] and not Relation.objects.filter(filler_code=code).exists():
        code.adopted_at = None
    code.save(update_fields=["category", "adopted_at"])
    return code.name


def unadopt(project: Project, uid: UUID, before: Said, after: Said) -> str:
    code = locked(project, uid)
    refuse_not_living(code)
    in_use = code.category_id or Relation.objects.filter(filler_code=code).exists()
    refuse_unless(bool(code.adopted_at) and not in_use, code)
    code.adopted_at = None
    code.save(update_fields=["adopted_at"])
    return code.name


def unretire_code(project: Project, uid: UUID, before: Said, after: Said) -> str:
    code = locked(project, uid)
    refuse_unless(bool(code.retired_at) and not code.merged_into_id, code)
    if code.adopted_at:
        refuse_taken(code)
        refuse_too_many(project)
    code.retired_at = None
    code.save(update_fields=["retired_at"])
    return code.name


def unretire_category(project: Project, uid: UUID, before: Said, after: Said) -> str:
    """Let the category stand again, with the codes that it held, merged ones too, where they are still unsorted."""
    category = Category.objects.select_for_update(no_key=True).get(project=project, uid=uid)
    codes = list(Code.objects.select_for_update(no_key=True).filter(project=project, uid__in=before["codes"]))
    refuse_unless(bool(category.retired_at), category)
    refuse_unless(all(one.category_id is None for one in codes), category)
    if category.adopted_at:
        refuse_taken(category)
    others = Category.objects.filter(project=project, is_core=True, retired_at=None)
    refuse_unless(not category.is_core or not others.exists(), category)
    category.retired_at = None
    category.save(update_fields=["retired_at"])
    Code.objects.filter(pk__in=[one.pk for one in codes]).update(category=category)
    return str(category.name)


def unword(project: Project, uid: UUID, before: Said, after: Said, model: type[Word] = Code) -> str:
    """Bring the former wording back, where the word still reads as the event left it."""
    words: Any = model
    word: Word = words.objects.select_for_update(no_key=True).get(project=project, uid=uid)
    refuse_unless(word.wording() == after and not word.retired_at and not getattr(word, "merged_into_id", None), word)
    for field, text in before.items():
        setattr(word, field, text)
    word.call(before["name"])
    if word.adopted_at:
        refuse_taken(word)
    word.version += 1
    word.save(update_fields=[*before, "name_key", "version"])
    return word.name


def unword_category(project: Project, uid: UUID, before: Said, after: Said) -> str:
    return unword(project, uid, before, after, Category)


WAYS: Ways = {
    "merge_codes": unmerge, "place_code": unplace, "adopt_code": unadopt, "retire_code": unretire_code,
    "retire_category": unretire_category, "reword_code": unword, "reword_category": unword_category,
}  # fmt: skip


def locked(project: Project, uid: UUID) -> Code:
    [code] = lock_codes(project, Code.objects.get(project=project, uid=uid))
    return code


def refuse_unless(stands: bool, word: Word) -> None:
    if not stands:
        raise moved_on(word)


def moved_on(word: Word) -> MovedOn:
    return MovedOn(f"“{word}” moved on since, so this can't be undone. Undo what came later first.")


def category_of(project: Project, uid: str | None) -> Category | None:
    """Find the category where a code was; a retired one refuses the undo."""
    if uid is None:
        return None
    found = Category.objects.get(project=project, uid=uid)
    refuse_unless(not found.retired_at, found)
    return found


def when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
