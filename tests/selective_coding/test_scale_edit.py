"""The lead's pages that change a scale: what points to it is shown before; nobody else gets there."""

from uuid import uuid4

import pytest
from django.urls import reverse

from coding.codes.models import ScaleCategory
from coding.codes.rules import create_category, map_category
from coding.codes.scale_edits import add_category
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from tests import factory
from tests.selective_coding.factory import rate


@pytest.fixture
def scale(project):
    return project.scales.get()


@pytest.fixture
def seventh(scale):
    return ScaleCategory.objects.get(layer__scale=scale, number=7)


@pytest.fixture
def url(project, scale):
    return reverse("selective_coding:scale_edit", args=[project.slug, scale.uid])


@pytest.fixture
def part_url(project, scale, seventh):
    return reverse("selective_coding:scale_part", args=[project.slug, scale.uid, seventh.uid])


@pytest.fixture
def browser(sign_in, lead):
    return sign_in(lead)


def test_what_points_to_a_category_is_shown_before_it_changes(browser, part_url, project, lead, ada, bo, seventh):
    factory.incidents(project, 2)
    rated = factory.round_of(project, [ada, bo], Round.Stage.RATING)
    for one in rated.assignments.all():
        rate(one, 7)
    map_category(lead, create_category(lead, project, "Made up"), seventh.layer.scale, seventh, "x")
    assert "1 mapping and 0 released ratings in 0 rounds point here and stay" in browser.get(part_url).content.decode()
    release_round(lead, rated)
    assert "1 mapping and 4 released ratings in 1 round point here and stay" in browser.get(part_url).content.decode()


def test_the_page_rewords_and_open_rounds_keep_their_words(browser, part_url, url, project, ada, bo, seventh, sign_in):
    factory.incidents(project, 1)
    work = factory.assignment(factory.round_of(project, [ada, bo], Round.Stage.RATING), ada)
    answer = browser.post(part_url, {"name": "Falsehoods", "definition": "d", "reason": "Shorter."})
    assert answer["Location"] == f"{url}#part-{seventh.uid}"
    assert "Falsehoods" in browser.get(url).content.decode()
    page = sign_in(ada).get(reverse("selective_coding:rate", args=[work.uid])).content.decode()
    assert ("Falsehoods" in page, "Misinformation and Factual Hallucinations" in page) == (False, True)


def test_a_refused_wording_stays_on_the_page(browser, part_url):
    page = browser.post(part_url, {"name": "Falsehoods", "reason": ""})
    assert (page.status_code, 'value="Falsehoods"' in page.content.decode()) == (400, True)


def test_a_stale_page_gets_409(browser, part_url):
    assert browser.post(part_url, {"name": "x", "reason": "x", "version": "old"}).status_code == 409


def test_the_page_moves_and_adds(browser, url, scale, seventh):
    browser.post(url, {"action": "up", "part": seventh.uid})
    browser.post(url, {"action": "add_category", "layer": seventh.layer.uid, "name": "Waste", "reason": "Came up."})
    browser.post(url, {"action": "add_layer", "name": "Environment", "reason": "Came up."})
    rows = ScaleCategory.objects.filter(layer__scale=scale).order_by("layer__position", "position")
    assert list(rows.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 7, 6, 8, 9, 10, 13, 11, 12]
    assert list(scale.layers.values_list("name", flat=True))[-1] == "Environment"


@pytest.mark.parametrize(("sent", "status"), [
    ({}, 400), ({"action": "sideways"}, 400), ({"action": "up", "part": "x"}, 400), ({"action": "up", "part": str(uuid4())}, 404),
    ({"action": "add_category", "name": "x", "reason": "x"}, 400), ({"action": "add_layer", "name": "", "reason": "x"}, 400),
    ({"action": "add_layer", "name": "Universal Alignment and Integrity Layer", "reason": "x"}, 409),
])  # fmt: skip
def test_what_can_not_be_done_is_said(browser, url, sent, status):
    assert browser.post(url, sent).status_code == status


def test_others_get_there_neither_to_read_nor_to_write(sign_in, url, part_url, ada):
    browser = sign_in(ada)
    answers = [browser.get(url), browser.get(part_url), browser.post(url, {}), browser.post(part_url, {"name": "x"})]
    assert [answer.status_code for answer in answers] == [403] * 4
    stranger = sign_in(factory.user("stranger"))
    assert [stranger.get(one).status_code for one in (url, part_url)] == [404, 404]


def test_the_cost_of_the_page_does_not_grow_with_the_scale(browser, url, lead, seventh, django_assert_num_queries):
    browser.get(url)
    for count in (0, 40):
        for number in range(count):
            add_category(lead, seventh.layer, {"name": f"Place {number}"}, "x")
        with django_assert_num_queries(11):
            browser.get(url)
