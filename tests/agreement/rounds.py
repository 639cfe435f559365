"""Open, axial, mapping and stability rounds for agreement: what coders marked is given as short words of a text."""

from datetime import timedelta

from django.db import transaction

from coding.agreement.models import Measurement
from coding.axial_coding.models import Placement
from coding.codes.models import Category, Code, ScaleCategory
from coding.codes.rules import create_category, create_code, map_category, place
from coding.lib import clock
from coding.reconciliation.rules import release_round
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import MappingChoice, Rating
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


STANCES = [(1, 1), (1, 0), (-1, -1), (0, 0), (0, 0), (1, -1), (0, 1), (1, 1)]


def hand_in(assignment):
    assignment.state, assignment.submitted_at = "submitted", clock.now()
    assignment.save()


def sorted_round(project, sorts):
    """An axial round: `sorts` is {coder: {code: category}}; None did not submit."""
    of = factory.round_of(project, list(sorts), "axial")
    for coder, piles in sorts.items():
        held = of.assignments.get(coder=coder)
        for code, name in (piles or {}).items():
            category = Category.objects.get(project=project, name=name)
            Placement.objects.create(assignment=held, code=Code.objects.get(name=code), category=category)
        if piles is not None:
            hand_in(held)
    return release_round(factory.lead_of(project), of, "For the test.").round


def mapped_round(project, choices):
    """A mapping round: `choices` is {coder: {category: number or None for "does not fit"}}."""
    of = factory.round_of(project, list(choices), "mapping", scale=project.scales.get())
    places = categories(project)
    for coder, said in choices.items():
        held = of.assignments.get(coder=coder)
        for name, number in said.items():
            MappingChoice.objects.create(
                assignment=held, category=Category.objects.get(project=project, name=name),
                scale_category=places.get(number), does_not_fit=number is None,
            )  # fmt: skip
        hand_in(held)
    return release_round(factory.lead_of(project), of, "For the test.").round


def stance_round(lead, rows):
    """A round on the ten values in which two coders said a stance on the first of them."""
    project = factory.project(lead, scale="schwartz")
    coders = factory.member(project, "ada"), factory.member(project, "bo")
    factory.incidents(project, len(rows))
    of = factory.round_of(project, list(coders), "rating", shows_earlier="none")
    values = list(ScaleCategory.objects.filter(layer__scale=of.scale).order_by("number"))
    for incident, row in zip(project.incidents.order_by("number"), rows, strict=True):
        for coder, stance in zip(coders, row, strict=True):
            held = factory.assignment(of, coder, incident)
            said = [stance, *[0] * (len(values) - 1)]
            Rating.objects.bulk_create(
                Rating(assignment=held, scale_category=v, stance=s) for v, s in zip(values, said, strict=True)
            )
            hand_in(held)
    return release_round(lead, of).round
