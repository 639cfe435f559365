"""The agreement pages: who may open them, what they say, what they cost."""

import pytest
from django.urls import reverse

from coding.agreement.models import Measurement
from coding.rounds.rules import open_readings
from tests import factory
from tests.kept import kept
from tests.reconciliation.factory import many, released_round

pytestmark = pytest.mark.django_db


@kept
def observer(project):
    return factory.member(project, "olu", "observer")


def overview(project):
    return reverse("agreement:overview", args=[project.slug])


def page(of):
    return reverse("agreement:round", args=[of.project.slug, of.uid])


def units(of, level="sets", number=None, coefficient="alpha_masi"):
    found = Measurement.objects.filter(round=of, level=level)
    one = found.get(method__about__number=number) if number else found.get(coefficient=coefficient)
    return reverse("agreement:units", args=[of.project.slug, of.uid, one.uid])


def pages(of):
    return [overview(of.project), page(of), units(of)]


def test_members_read_agreement(sign_in, project, ada, bo, observer):
    of = released_round(project, [ada, bo])
    for person in (factory.lead_of(project), ada, observer):
        assert [sign_in(person).get(url).status_code for url in pages(of)] == [200, 200, 200]


def test_a_stranger_finds_nothing(sign_in, project, ada, bo, stranger):
    of = released_round(project, [ada, bo])
    assert [sign_in(stranger).get(url).status_code for url in pages(of)] == [404, 404, 404]


def test_a_coder_of_an_open_blind_round_is_kept_out(sign_in, project, ada, bo):
    of = released_round(project, [ada, bo])
    cy = factory.member(project, "cy")
    factory.round_of(project, [cy], "rating")
    assert [sign_in(cy).get(url).status_code for url in pages(of)] == [403, 403, 403]


def test_pages_are_only_read(sign_in, project, ada, bo):
    of = released_round(project, [ada, bo])
    client = sign_in(factory.lead_of(project))
    assert [client.post(url).status_code for url in pages(of)] == [405, 405, 405]


def test_an_open_round_has_no_page(sign_in, project, ada, bo, lead):
    factory.incidents(project)
    of = factory.round_of(project, [ada, bo], "rating")
    assert sign_in(lead).get(page(of)).status_code == 404


def test_a_figure_of_another_round_is_not_found(sign_in, project, ada, bo, lead):
    one, other = released_round(project, [ada, bo]), released_round(project, [ada, bo])
    wrong = units(one).replace(str(one.uid), str(other.uid))
    assert sign_in(lead).get(wrong).status_code == 404


def test_the_page_says_why_there_is_no_number(sign_in, project, ada, bo, lead):
    body = sign_in(lead).get(page(released_round(project, [ada, bo]))).content.decode()
    assert "not defined, because every coder used the same value" in body
    assert "no interval: 6 events, and at least 10 are needed" in body
    assert "style=" not in body


def test_a_round_coded_together_says_that_nothing_is_reported(sign_in, project, ada, bo, lead):
    body = sign_in(lead).get(page(released_round(project, [ada, bo], is_blind=False))).content.decode()
    assert "No agreement is reported" in body


def test_coders_values_open_only_to_who_opened_the_readings(sign_in, project, ada, bo, observer):
    of = released_round(project, [ada, bo])
    closed = sign_in(observer).get(units(of))
    assert "Open the others’ readings" in closed.content.decode()
    assert "page" not in closed.context
    assert "Report 1" not in closed.content.decode()
    open_readings(observer, of)
    shown = sign_in(observer).get(units(of)).content.decode()
    assert "Report 1" in shown
    assert "Ada" in shown


def test_the_incidents_behind_a_figure_begin_with_the_disagreements(sign_in, project, ada, bo, lead):
    of = released_round(project, [ada, bo])
    lines = sign_in(lead).get(units(of, "category", 7)).context["lines"]
    assert [line.number for line in lines] == [4, 1, 2, 3, 5, 6]
    assert [line.differs for line in lines] == [True, False, False, False, False, False]


def test_fifty_incidents_are_written_at_a_time_and_the_disagreements_of_all_are_counted(
    sign_in, project, ada, bo, lead
):
    of = released_round(project, [ada, bo], [("7", "7")] * 50 + [("7", "6")])
    first, second = (sign_in(lead).get(f"{units(of)}?page={number}") for number in (1, 2))
    assert [line.number for line in first.context["lines"]] == [51, *range(1, 50)]
    assert [line.number for line in second.context["lines"]] == [50]
    assert "1 of 51 read differently" in second.content.decode()


def test_only_a_lead_is_sent_to_reconcile(sign_in, project, ada, bo, lead, observer):
    of = released_round(project, [ada, bo])
    open_readings(observer, of)
    link = reverse("reconciliation:unit", args=[project.slug, of.uid, 4])
    assert link in sign_in(lead).get(units(of)).content.decode()
    assert link not in sign_in(observer).get(units(of)).content.decode()


def test_a_lead_who_codes_an_incident_blind_does_not_read_others_on_it(sign_in, project, ada, bo, lead):
    of = released_round(project, [ada, bo])
    second = factory.member(project, "second")
    third = project.incidents.get(number=3)
    factory.round_of(project, [second, ada], "rating", incidents=[third])
    project.memberships.filter(user=second).update(role="lead")
    open_readings(second, of)
    shown = sign_in(second).get(units(of))
    line = next(line for line in shown.context["lines"] if line.number == 3)
    assert {cell.words for cell in line.cells} == {"not shown to you now"}
    assert "Some readings are not shown" in shown.content.decode()


@pytest.mark.parametrize("size", [6, 40])
def test_the_cost_of_pages_does_not_grow(sign_in, project, ada, bo, lead, size, django_assert_num_queries):
    of = released_round(project, [ada, bo], many(size))
    client = sign_in(lead)
    with django_assert_num_queries(5):
        client.get(overview(project))
    with django_assert_num_queries(7):
        client.get(page(of))
    with django_assert_num_queries(9):
        client.get(units(of))


def test_more_rounds_cost_the_overview_nothing(sign_in, project, ada, bo, lead, django_assert_num_queries):
    for _ in range(4):
        released_round(project, [ada, bo])
    client = sign_in(lead)
    with django_assert_num_queries(5):
        client.get(overview(project))


def test_an_empty_overview_offers_the_first_step(sign_in, project, lead):
    assert "Plan a round" in sign_in(lead).get(overview(project)).content.decode()
