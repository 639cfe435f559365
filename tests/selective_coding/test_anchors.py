"""Anchor examples on the rating page: those of the round's edition, two a category, none that would say an answer."""

import pytest
from django.urls import reverse

from coding.codes.models import Example
from coding.incidents.models import Incident
from coding.rounds.models import Round
from coding.selective_coding.anchors import anchors_of
from tests import factory
from tests.kept import kept
from tests.selective_coding.factory import categories, uid


@kept
def reports(project):
    return factory.incidents(project, 6)


def example(project, incident, number=7, kind="typical", start=0, end=9):
    place = categories(project)[number]
    return Example.objects.create(scale_category=place, incident=incident, start=start, end=end, kind=kind)


def rated(project, coders, incidents, **plan):
    return factory.round_of(project, coders, Round.Stage.RATING, incidents=incidents, **plan)


def shown(work, number=7):
    found = anchors_of(work).get(str(uid(work.round.project, number)), [])
    return [(one.called, one.title) for one in found]


def test_at_most_two_are_shown_and_typical_ones_first(project, ada, reports):
    for report, kind in zip(reports[1:5], ("counter", "borderline", "typical", "typical"), strict=True):
        example(project, report, kind=kind)
    work = factory.assignment(rated(project, [ada], reports[:1]), ada)
    assert shown(work) == [("Example", "Report 4"), ("Example", "Report 5")]
    assert shown(work, 6) == []


@pytest.mark.parametrize(("kind", "called"), [("borderline", "Borderline"), ("counter", "Not this")])
def test_an_example_says_what_it_is_one_of(project, ada, reports, kind, called):
    example(project, reports[1], kind=kind)
    assert shown(factory.assignment(rated(project, [ada], reports[:1]), ada)) == [(called, "Report 2")]


def test_an_incident_that_the_coder_judges_in_a_blind_round_lends_none(project, ada, bo, reports):
    for report in reports[:3]:
        example(project, report)
    assert shown(factory.assignment(rated(project, [ada, bo], reports[:2]), ada)) == [("Example", "Report 3")]


@pytest.mark.parametrize("is_blind", [True, False])
def test_an_incident_of_another_open_blind_round_of_the_coder_lends_none(project, ada, bo, reports, is_blind):
    for report in reports[2:5]:
        example(project, report)
    rated(project, [ada, bo], reports[2:3], name="Rating elsewhere")
    rated(project, [bo], reports[3:4], name="Rating of the other")
    here = rated(project, [ada, bo], reports[:1], name="Rating here", is_blind=is_blind)
    assert shown(factory.assignment(here, ada)) == [("Example", "Report 4"), ("Example", "Report 5")]
    assert shown(factory.assignment(here, bo)) == [("Example", "Report 5")]


def test_in_a_round_that_works_together_only_the_incident_on_the_page_lends_none(project, ada, reports):
    for report in reports[:2]:
        example(project, report)
    work = factory.assignment(rated(project, [ada], reports[:2], is_blind=False), ada)
    assert shown(work) == [("Example", "Report 2")]


def test_an_example_chosen_after_the_round_opened_is_not_shown(project, ada, reports):
    work = factory.assignment(rated(project, [ada], reports[:1], name="Before"), ada)
    example(project, reports[1])
    assert shown(work) == []
    assert shown(factory.assignment(rated(project, [ada], reports[:1], name="After"), ada)) == [("Example", "Report 2")]


def test_an_example_taken_back_stays_in_the_editions_that_hold_it(project, ada, reports):
    made = example(project, reports[1])
    work = factory.assignment(rated(project, [ada], reports[:1]), ada)
    made.delete()
    assert shown(work) == [("Example", "Report 2")]


def test_a_withdrawn_incident_lends_none_to_new_editions(project, ada, reports):
    example(project, reports[1])
    Incident.objects.filter(pk=reports[1].pk).update(withdrawn_because="It was invented.")
    assert shown(factory.assignment(rated(project, [ada], reports[:1]), ada)) == []


def test_the_page_quotes_the_words_with_the_title_of_their_incident(sign_in, project, ada, reports):
    text = reports[1].text
    start = text.index("“sometimes")
    example(project, reports[1], start=start, end=start + 24)
    work = factory.assignment(rated(project, [ada], reports[:1]), ada)
    page = sign_in(ada).get(reverse("selective_coding:rate", args=[work.uid])).content.decode()
    assert '<q dir="auto">“sometimes makes things </q>' in page
    assert "Report 2</cite>" in page
    assert page.count('class="anchor"') == 1


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_costs_one_query_more_however_many_there_are(
    sign_in, project, ada, reports, count, django_assert_num_queries
):
    for number in range(1, count + 1):
        for report in reports[1:]:
            example(project, report, number)
    work = factory.assignment(rated(project, [ada], reports[:1]), ada)
    browser, url = sign_in(ada), reverse("selective_coding:rate", args=[work.uid])
    browser.get(url)
    with django_assert_num_queries(8):
        browser.get(url)
