"""What tests of stance scales need: a project on Schwartz's values, and ratings written as "+9 -5" (the rest is 0)."""

from coding.codes.models import ScaleCategory
from coding.codes.rules import add_scale
from coding.codes.scales import shipped
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from coding.rounds.rules import open_round
from coding.selective_coding import rules
from coding.selective_coding.rules import Choice, Reading, Standing
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


def second_scale(project, lead, coder):
    """A released round on the values, in a project that has a presence scale; nothing stands yet."""
    held = factory.round_of(project, [coder], Round.Stage.RATING, name="Values", is_blind=False, opened=False)
    held.scale = add_scale(lead, project, shipped("schwartz"))
    held.save(update_fields=["scale"])
    return release_round(lead, open_round(lead, held), "Settled at once.").round


def stands(rated, incident, text, plural=()):
    """Write "+9 -5" as what stands for an incident; the values in `plural` keep their readings."""
    held, said = values(rated.project), vector(text)
    rows = [
        Standing(held[number], is_plural=True) if number in plural else Standing(held[number], stance=stance)
        for number, stance in said.items()
    ]
    rules.write_consensus(rated, incident, rows, "decision")
