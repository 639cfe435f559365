"""Rated rounds for agreement and reconciliation.

What a coder said is written as "7 6" (the first is primary), "-" for none applies, "" for not submitted.
"""

from django.db import transaction

from coding.codes.models import ScaleCategory
from coding.reconciliation.rules import release_round
from coding.selective_coding.rules import Choice, submit
from coding.selective_coding.rules import Reading as Rated
from tests import factory

# Units x coders (ada, bo): equal, none and none, one within the other, none against one, primary differs, apart.
SMALL = [("7", "7"), ("-", "-"), ("7", "7 6"), ("-", "7"), ("6 7", "7 6"), ("1", "11")]


def category(project, number):
    return ScaleCategory.objects.get(layer__scale__project=project, number=number)


def rated(project, text):
    said = {"confidence": "high", "note": "As the text says."}
    if text == "-":
        return Rated(none_applies=True, **said)
    uids = [category(project, int(number)).uid for number in text.split()]
    return Rated(tuple(map(Choice, uids)), uids[0], **said)


def rate(of, coder, incident, text):
    """Rate and submit; "" leaves the assignment as it is."""
    if text:
        submit(coder, factory.assignment(of, coder, incident), reading=rated(of.project, text))


@transaction.atomic
def rated_round(project, coders, rows=SMALL, **plan):
    """An open rating round in which each incident has a row of what the coders said."""
    incidents = factory.incidents(project, len(rows)) if not project.incidents.exists() else None
    incidents = incidents or list(project.incidents.order_by("number"))[: len(rows)]
    of = factory.round_of(project, coders, "rating", incidents=incidents, **plan)
    for incident, row in zip(incidents, rows, strict=True):
        for coder, text in zip(coders, row, strict=True):
            rate(of, coder, incident, text)
    return of


def released_round(project, coders, rows=SMALL, reason="", **plan):
    of = rated_round(project, coders, rows, **plan)
    return release_round(factory.lead_of(project), of, reason).round


def many(count):
    """Rows of a believable round: mostly the same, some differ, every few none."""
    said = ["7", "6", "7 6", "-", "1", "5 11", "7", "9"]
    return [(said[n % 8], said[n % 8] if n % 5 else said[(n + 3) % 8]) for n in range(count)]
