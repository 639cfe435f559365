"""Open, axial, mapping and stability rounds for agreement: what coders marked is given as short words of a text."""

from datetime import timedelta

from django.db import transaction

from coding.agreement.models import Measurement
from coding.codes.models import Category
from coding.codes.rules import create_category, create_code, map_category, place
from coding.reconciliation.rules import release_round
from coding.rounds.models import Assignment, Round
from tests import factory
from tests.selective_coding.factory import categories

TEXT = "abcdefghijklmnopqrst"  # 20 code points, and the factory adds " (1)"


def word(project, name, category=None, number=None):
    """An adopted code, in a category that is mapped to a scale category by its number."""
    lead = factory.lead_of(project)
    code = create_code(lead, project, name)
    if category:
        held = Category.objects.filter(project=project, name=category).first() or create_category(
            lead, project, category
        )
        place(lead, code, held)
        if number:
            map_category(lead, held, project.scales.get(), categories(project)[number], "It fits.")
    return code


@transaction.atomic
def open_round(project, said, text=TEXT, *, rest="nothing_here", **plan):
    """Open a round and hand it in: `said` is a list (incidents) of {coder: {quote: names}}; None is not submitted."""
    if not project.incidents.exists():
        factory.incidents(project, len(said), text)
    incidents = plan.pop("incidents", None) or list(project.incidents.order_by("number"))[: len(said)]
    of = factory.round_of(project, list(said[0]), incidents=incidents, shows_earlier="none", **plan)
    for incident, row in zip(incidents, said, strict=True):
        for coder, quotes in row.items():
            held = factory.assignment(of, coder, incident)
            for quote, names in (quotes or {}).items():
                factory.code(held, quote, *names.split("+"))
            if quotes is not None:
                factory.hand_in(held, rest)
    return of


def released(project, said, text=TEXT, **plan):
    of = open_round(project, said, text, **plan)
    return release_round(factory.lead_of(project), of, "For the test.").round


def figure(of, level, name="", batch=1, coefficient=None):
    found = Measurement.objects.filter(round=of, level=level, batch=batch)
    found = found.filter(coefficient=coefficient) if coefficient else found
    return found.get(method__about__name=name) if name else found.get()


def weeks_ago(of, weeks):
    """Put a round's readings into the past."""
    for one in Assignment.objects.filter(round=of, submitted_at__isnull=False):
        Assignment.objects.filter(pk=one.pk).update(submitted_at=one.submitted_at - timedelta(weeks=weeks))
    return Round.objects.get(pk=of.pk)
