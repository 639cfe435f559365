"""A small study, made through the verbs, from the first segment to a settled rating round."""

from types import SimpleNamespace

from coding.codes import rules as words
from coding.codes.models import Code
from coding.reconciliation.models import Disagreement
from coding.reconciliation.rules import release_round, settle
from coding.rounds.models import Round
from tests import factory
from tests.selective_coding.factory import categories, rate

CLAIM = "the late fee had been waived"
NOBODY = "nobody knew of such a rule"
PAID = "The fee was paid back a week later."


def open_coding(project, coders, **plan):
    """Both coders name the claim differently, and Ada two more stretches, in every incident; then release."""
    ada, bo = coders
    opened = factory.round_of(project, coders, shows_earlier="none", **plan)
    for assignment in opened.assignments.filter(coder=ada).order_by("position"):
        factory.code(assignment, CLAIM, "invented rule")
        factory.code(assignment, NOBODY, "left to the desk")
        factory.hand_in(assignment)
    for assignment in opened.assignments.filter(coder=bo).order_by("position"):
        factory.code(assignment, CLAIM, "made-up rule")
        factory.hand_in(assignment)
    release_round(factory.lead_of(project), opened)
    opened.refresh_from_db()
    return opened


def rating(project, coders, readings=(((7,), (7,)), ((6, 7), (7,)), ((), ())), **plan):
    """Rate each incident as told, one tuple of category numbers for each coder; () says none applies."""
    rated = factory.round_of(project, coders, Round.Stage.RATING, shows_earlier="none", **plan)
    for assignment in rated.assignments.order_by("position", "pk"):
        numbers = readings[assignment.position - 1][coders.index(assignment.coder)]
        rate(assignment, *numbers, none=not numbers)
    release_round(factory.lead_of(project), rated)
    rated.refresh_from_db()
    return rated


def settle_all(project, *numbers, rationale="The invented rule was stated as a fact."):
    """Settle every disagreement by these categories, the first as primary."""
    held, lead = categories(project), factory.lead_of(project)
    for disagreement in Disagreement.objects.filter(round__project=project).unsettled():
        chosen = [held[number] for number in numbers]
        settle(lead, disagreement, "one", chosen, chosen[0], "guideline_gap", rationale)


def group(project):
    """Merge the two names of one idea, put it into a category, map that, and tell the story."""
    lead, scale = factory.lead_of(project), project.scales.get()
    invented, made_up, desk = (Code.objects.get(project=project, name=name)
                               for name in ("invented rule", "made-up rule", "left to the desk"))  # fmt: skip
    words.merge_codes(lead, made_up, invented, "Two names of one idea.")
    fabricated = words.create_category(lead, project, "Fabricated content", definition="Stated as fact, not so.",
                                       properties=[{"name": "stake", "from": "a fee", "to": "a life"}])  # fmt: skip
    duty = words.create_category(lead, project, "Duty left open", definition="Who answers for it stays open.")
    words.place(lead, invented, fabricated)
    words.place(lead, desk, duty)
    words.reword(lead, Code.objects.get(pk=invented.pk), 1, definition="A rule that does not exist is given as one.")
    relation = words.relate(lead, fabricated, "consequence", duty, "Somebody has to make it good.")
    words.map_category(lead, fabricated, scale, categories(project)[7], "Stated as fact, and nobody meant to deceive.")
    words.map_category(lead, duty, scale, None, "It names what people do, not what an output does.")
    words.choose_core(lead, fabricated)
    words.tell(lead, project, "An assistant promises what its house never said.", 0)
    return SimpleNamespace(invented=invented, made_up=made_up, desk=desk, fabricated=fabricated, duty=duty,
                           relation=relation)  # fmt: skip


def study(project, ada, bo, incidents=3):
    """The whole way: incidents, open coding, grouping, rating, reconciliation; nothing is frozen by hand."""
    rows = factory.incidents(project, incidents)
    opened = open_coding(project, [ada, bo])
    made = group(project)
    readings = (((7,), (7,)), ((6, 7), (7,)), ((), ())) * (incidents // 3 + 1)
    rated = rating(project, [ada, bo], readings)
    settle_all(project, 7)
    return SimpleNamespace(incidents=rows, opened=opened, rated=rated, **vars(made))
