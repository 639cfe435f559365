"""The lead's judgement that a category is theoretically saturated; each stays, the latest stands."""

from datetime import datetime

from django.db import transaction

from coding.codes.checks import NotLiving, worded
from coding.codes.models import Category
from coding.lib import clock
from coding.lib.refusals import BadInput
from coding.people.models import User
from coding.people.rules import lock_project_stream, record
from coding.selective_coding.models import SaturationJudgement


@transaction.atomic
def judge_saturation(
    by: User, category: Category, reached: bool, rationale: str, at: datetime | None = None
) -> SaturationJudgement:
    """Record whether a category is theoretically saturated, and why. Raises BadInput without rationale, NotLiving."""
    rationale = worded({"rationale": rationale})["rationale"]
    if not rationale:
        raise BadInput("Write the rationale: what is filled, and what was sought and not found.")
    lock_project_stream(category.project)
    fresh = Category.objects.get(pk=category.pk)
    if fresh.retired_at or fresh.adopted_at is None:
        raise NotLiving(f"“{fresh}” is not in use, so there is nothing to judge. Choose another category.")
    judged = SaturationJudgement.objects.create(
        category=fresh, reached=reached, rationale=rationale, by=by, at=at or clock.now()
    )
    said = {"name": fresh.name, "says": "saturated" if reached else "not saturated", "rationale": rationale}
    record(category.project, by, "judge_saturation", fresh, after=said, at=judged.at)
    return judged
