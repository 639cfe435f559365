"""What tests of selective coding need beside the common factory."""

from uuid import UUID

from coding.codes.models import ScaleCategory
from coding.selective_coding import rules
from coding.selective_coding.rules import Choice


def categories(project):
    """The scale's categories by number."""
    found = ScaleCategory.objects.filter(layer__scale=project.scales.get()).order_by("number")
    return {row.number: row for row in found}


def uid(project, number) -> UUID:
    return categories(project)[number].uid


def save(assignment, *numbers, primary=None, none=False, confidence="", note="", coder=None, evidence=None, **fields):
    """Save a rating by category numbers; the first is primary unless another is named (0 for none).

    `evidence` gives the public ids of segments by number.
    """
    held, shown = categories(assignment.round.project), evidence or {}
    chosen = [Choice(held[number].uid, evidence=frozenset(shown.get(number, ()))) for number in numbers]
    first = primary if primary is not None else (numbers[0] if numbers else 0)
    named = held[first].uid if first else None
    return rules.save_ratings(coder or assignment.coder, assignment, chosen, named, none, confidence, note, **fields)


def rate(assignment, *numbers, **fields):
    """Save a rating and submit it."""
    save(assignment, *numbers, **fields)
    return rules.submit(assignment.coder, assignment)


def posted(project, *numbers, primary=None, **fields):
    """The fields that a browser posts for these categories."""
    held = categories(project)
    data = {"category": [str(held[number].uid) for number in numbers], "note": "", **fields}
    if primary:
        data["primary"] = str(held[primary].uid)
    return data
