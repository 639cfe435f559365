"""Relations: the five slots of the paradigm model."""

import pytest
from django.urls import reverse

from coding.axial_coding.models import Evidence
from coding.axial_coding.paradigms import paradigms
from coding.codes.models import Relation
from coding.codes.rules import create_code, relate, retire
from coding.open_coding.models import Segment
from tests import factory
from tests.axial_coding.factory import category, coded
from tests.kept import kept


@kept
def two(project):
    return category(project, "Trust"), category(project, "Repair")


def url(project, door="relations", *more):
    return reverse(f"axial_coding:{door}", args=[project.slug, *more])


def fields(one, other, **changes):
    return {"phenomenon": one.uid, "role": "consequence", "filler": other.ref(), "rationale": "It costs."} | changes


def test_each_phenomenon_has_five_slots_and_empty_ones_are_named(sign_in, project, lead, two):
    relate(lead, two[0], "consequence", two[1])
    text = sign_in(lead).get(url(project)).content.decode()
    gaps = ["No causal condition yet", "No context yet", "No intervening condition yet", "No action or interaction yet"]
    assert [gap in text for gap in [*gaps, "No consequence yet"]] == [True, True, True, True, False]


def test_a_relation_is_a_conjecture_until_a_segment_speaks_to_it(project, lead, ada, two):
    relation = relate(lead, two[0], "consequence", two[1])
    ((paradigm,), _) = paradigms(lead, project)
    assert paradigm.slots[-1].links[0].is_conjecture
    coded(project, [ada], {"The fee was paid back": ["fee"]})
    Evidence.objects.create(relation=relation, segment=Segment.objects.first(), speaks=Evidence.Speaks.AGAINST)
    ((paradigm,), _) = paradigms(lead, project)
    link = paradigm.slots[-1].links[0]
    assert (link.is_conjecture, link.speaks_for, link.speaks_against) == (False, 0, 1)


@pytest.mark.parametrize("kind", ["category", "code"])
def test_a_lead_relates_and_takes_back(sign_in, project, lead, two, kind):
    filler = two[1] if kind == "category" else create_code(lead, project, "alpha")
    browser = sign_in(lead)
    answer = browser.post(url(project), fields(two[0], filler))
    relation = Relation.objects.get()
    assert (answer.url, relation.filler) == (f"{url(project)}#phenomenon-{two[0].uid}", filler)
    browser.post(url(project, "unrelate", relation.uid))
    assert not Relation.objects.exists()
    assert browser.post(url(project, "unrelate", relation.uid)).status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"role": "friend"}, {"filler": "category:1"}, {"filler": ""}, {"phenomenon": "x"}, {"rationale": "\x07"}],
)
def test_a_relation_from_bad_input_is_refused_and_the_draft_kept(sign_in, project, lead, two, change):
    answer = sign_in(lead).post(url(project), fields(*two, **change))
    assert (answer.status_code, Relation.objects.exists(), b"error-summary" in answer.content) == (400, False, True)


def test_a_refusal_is_said_on_the_form(sign_in, project, lead, two):
    browser = sign_in(lead)
    assert browser.post(url(project), fields(two[0], two[0])).status_code == 400
    browser.post(url(project), fields(*two))
    answer = browser.post(url(project), fields(*two))
    assert (answer.status_code, b"this slot already" in answer.content, b"It costs." in answer.content) == (
        409,
        True,
        True,
    )


def test_retired_words_leave_the_paradigm(project, lead, two):
    relate(lead, two[0], "consequence", two[1])
    retire(lead, two[1], "Two in one.")
    assert paradigms(lead, project) == ([], [two[0]])


def test_others_read_and_change_nothing(sign_in, project, lead, ada, stranger, two):
    relation = relate(lead, *two[:1], "consequence", two[1], "It costs.")
    remove = url(project, "unrelate", relation.uid)
    coder = sign_in(ada)
    answer = coder.get(url(project))
    assert (b"It costs." in answer.content, b"Add the relation" in answer.content) == (True, False)
    assert (coder.post(url(project), fields(*two)).status_code, coder.post(remove).status_code) == (403, 403)
    assert sign_in(stranger).post(remove).status_code == 404
    assert sign_in(lead).get(remove).status_code == 405


def test_a_relation_of_another_project_is_not_there(sign_in, project, lead, two):
    other = factory.project(lead, "Other")
    relation = relate(lead, category(other, "Far"), "context", category(other, "Away"))
    assert sign_in(lead).post(url(project, "unrelate", relation.uid)).status_code == 404


@pytest.mark.parametrize("count", [2, 20])
def test_the_page_costs_the_same_for_few_and_many_relations(
    sign_in, project, lead, two, count, django_assert_num_queries
):
    for number in range(count):
        relate(lead, two[0], "context", create_code(lead, project, f"code {number}"))
    browser = sign_in(lead)
    with django_assert_num_queries(9):
        browser.get(url(project))
