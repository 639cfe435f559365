"""What tests of stance scales need: a project on Schwartz's values, and ratings written as "+9 -5" (the rest is 0)."""

from coding.codes.models import ScaleCategory
from coding.rounds.models import Round
from coding.selective_coding import rules
from coding.selective_coding.rules import Choice, Reading
from tests import factory


def project(lead):
    return factory.project(lead, "Values", "schwartz")


def values(project):
    """The values by number."""
    found = ScaleCategory.objects.filter(layer__scale__project=project, layer__scale__rating_kind="stance")
    return {row.number: row for row in found.order_by("number")}


def vector(text):
    """Read "+9 -5" as a stance for each of the ten values."""
    said = {abs(int(part)): 1 if int(part) > 0 else -1 for part in text.split()}
    return {number: said.get(number, 0) for number in range(1, 11)}


def reading(project, text, **said):
    held = values(project)
    return Reading(tuple(Choice(held[number].uid, stance) for number, stance in vector(text).items()), **said)


def posted(project, stances, **fields):
    held = values(project)
    return {f"stance-{held[number].uid}": str(stance) for number, stance in stances.items()} | {"note": "", **fields}


def rated_round(project, coders, rows, **plan):
    """An open round on the values in which each incident has a row of what coders said; "" is not submitted."""
    incidents = factory.incidents(project, len(rows))
    of = factory.round_of(project, coders, Round.Stage.RATING, incidents=incidents, **plan)
    for incident, row in zip(incidents, rows, strict=True):
        for coder, text in zip(coders, row, strict=True):
            if text:
                rules.submit(coder, factory.assignment(of, coder, incident), reading=reading(project, text))
    return of
