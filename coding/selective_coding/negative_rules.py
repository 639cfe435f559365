"""What became of a negative case: noted by the lead, each note kept, the latest stands."""

from datetime import datetime

from django.db import transaction

from coding.axial_coding.models import Evidence
from coding.codes.checks import NotLiving, worded
from coding.codes.models import Category, Relation
from coding.lib import clock
from coding.lib.refusals import BadInput
from coding.open_coding.models import Segment
from coding.people.models import User
from coding.people.rules import lock_project_stream, record
from coding.selective_coding.models import CaseNote

Changed = CaseNote.Changed


class NoCase(NotLiving):
    sentence = "This segment does not speak against it any more. Look at the cases as they stand."


@transaction.atomic
def note_case(
    by: User,
    category: Category,
    changed: str,
    why: str,
    segment: Segment | None = None,
    relation: Relation | None = None,
    at: datetime | None = None,
) -> CaseNote:
    """Note what was changed because a segment speaks against a category or a relation around it.

    Without segment it says that a case was sought and none found.

    Raises BadInput without a reason or for another change, NotLiving, NoCase.
    """
    why = worded({"why": why})["why"]
    if changed not in Changed.values or (changed == Changed.NONE_FOUND) != (segment is None):
        raise BadInput("Say what was changed: the definition, a new category, a boundary, or nothing.")
    if not why:
        raise BadInput("Say what was changed and why; if nothing was changed, say why nothing had to be.")
    lock_project_stream(category.project)
    fresh = Category.objects.get(pk=category.pk)
    if segment is None and (fresh.retired_at or fresh.adopted_at is None):
        raise NotLiving(f"“{fresh}” is not in use, so there is nothing to seek against it.")
    if segment is not None and not speaks_against(segment, fresh, relation):
        raise NoCase
    note = CaseNote.objects.create(
        category=fresh, relation=relation, segment=segment, changed=changed, why=why, by=by, at=at or clock.now()
    )
    said = {"name": fresh.name, "says": note.get_changed_display().lower(), "why": why}
    record(category.project, by, "note_case", segment or fresh, after=said, at=note.at)
    return note


def speaks_against(segment: Segment, category: Category, relation: Relation | None) -> bool:
    """Does the segment speak against the category, or against this relation around it?"""
    if relation is None:
        return Segment.objects.filter(pk=segment.pk, speaks_against=category).exists()
    held = Evidence.objects.filter(segment=segment, relation=relation, speaks=Evidence.Speaks.AGAINST)
    return held.filter(relation__phenomenon=category).exists()
