"""The lead's pages that change a scale: what points to it is shown before; nobody else gets there."""

from uuid import uuid4

import pytest
from django.urls import reverse

from coding.codes.models import ScaleCategory
from coding.codes.rules import create_category, map_category
from coding.codes.scale_edits import add_category
from coding.codes.scale_regroup import retire
from coding.people.models import Event
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from tests import factory
from tests.kept import kept
from tests.selective_coding.factory import categories, rate


@kept
def scale(project):
    return project.scales.get()


@kept
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


def test_the_page_names_what_moves_before_it_merges_and_says_so_after(
    browser, part_url, url, lead, project, scale, seventh
):
    word = create_category(lead, project, "Made up")
    map_category(lead, word, scale, seventh, "x")
    page = browser.get(part_url).content.decode()
    assert page.count("Made up") == 4  # what stays with it, goes over, may move, loses its place
    sixth = categories(project)[6]
    answer = browser.post(part_url, {"do": "merge", "into": sixth.uid, "reason": "One thing."})
    assert answer["Location"] == f"{url}#part-{sixth.uid}"
    assert word.mappings.get().scale_category == sixth
    page = browser.get(url).content.decode()
    assert f"{seventh.number} {seventh.name} (merged into 6)" in page
    assert f"Merged “{seventh}” into “{sixth}”" in page


def test_the_page_splits_with_the_words_of_both_and_the_chosen_mappings(
    browser, part_url, lead, project, scale, seventh
):
    words = [create_category(lead, project, name) for name in ("Slip", "Lie")]
    for word in words:
        map_category(lead, word, scale, seventh, "x")
    sent = {"do": "split", "name": "Slips", "new_name": "Lies", "new_definition": "Meant.", "going": [words[1].uid]}
    assert browser.post(part_url, {**sent, "reason": "Two things."}).status_code == 302
    held = categories(project)
    assert [word.mappings.get().scale_category.name for word in words] == ["Slips", "Lies"]
    assert (held[7].name, held[13].definition) == ("Slips", "Meant.")


def test_a_retired_category_offers_only_its_return(browser, part_url, url, seventh, project):
    assert browser.post(part_url, {"do": "retire", "reason": "Not used."})["Location"] == f"{url}#retired"
    page = browser.get(part_url).content.decode()
    offered = {do: f'value="{do}"' in page for do in ("reword", "retire", "merge", "split", "bring_back")}
    assert [do for do, is_there in offered.items() if is_there] == ["bring_back"]
    assert browser.post(part_url, {"do": "bring_back", "reason": "Needed."}).status_code == 302
    assert categories(project)[7].retired_at is None


def test_a_layer_names_the_categories_that_retire_with_it(browser, project, scale, seventh):
    url = reverse("selective_coding:scale_part", args=[project.slug, scale.uid, seventh.layer.uid])
    page = browser.get(url).content.decode()
    assert "Misinformation and Factual Hallucinations" in page
    assert "Merge it into another category" not in page
    assert browser.post(url, {"do": "retire", "reason": "Not used."}).status_code == 302
    assert scale.layers.living().count() == 2


def test_what_was_done_is_undone_from_its_list(browser, part_url, url, project):
    browser.post(part_url, {"do": "retire", "reason": "Not used."})
    event = Event.objects.get(verb="retire_scalecategory")
    assert "Reason: Not used." in browser.get(url).content.decode()
    assert browser.post(url, {"action": "undo", "event": event.uid, "reason": ""}).status_code == 400
    sent = {"action": "undo", "event": event.uid, "reason": "Used after all."}
    assert browser.post(url, sent)["Location"] == f"{url}#done"
    assert categories(project)[7].retired_at is None
    assert browser.post(url, sent).status_code == 409
    assert browser.post(url, {**sent, "event": uuid4()}).status_code == 404


def test_the_page_moves_a_category_to_another_layer_and_says_before_what_keeps_the_old_one(
    browser, part_url, url, lead, project, scale, seventh, ada, bo
):
    factory.incidents(project, 1)
    factory.round_of(project, [ada, bo], Round.Stage.RATING, name="Autumn")
    factory.round_of(project, [ada, bo], name="Coded without the scale")
    map_category(lead, create_category(lead, project, "Made up"), scale, seventh, "x")
    page = browser.get(part_url).content.decode()
    assert 'it stands in 1 edition, and there it is read in “<span dir="auto">Autumn</span>”' in page
    assert page.count("Made up") == 4  # what stays with it, goes over, may move, loses its place
    assert "Coded without the scale" not in page
    assert "retires with the move" not in page
    into = categories(project)[12].layer
    answer = browser.post(part_url, {"do": "move_to_layer", "layer": into.uid, "reason": "Belongs there."})
    assert answer["Location"] == f"{url}#part-{seventh.uid}"
    seventh.refresh_from_db()
    assert seventh.layer == into
    page = browser.get(url).content.decode()
    assert f"Moved “{seventh}” to the layer “{into}”" in page
    assert f"“{seventh}” stands in “{into}” now." in page


def test_the_last_of_a_layer_is_moved_by_saying_that_its_layer_retires(browser, project, scale, lead, seventh):
    retire(lead, categories(project)[11], "Not used.")
    url = reverse("selective_coding:scale_part", args=[project.slug, scale.uid, categories(project)[12].uid])
    assert "retires with the move" in browser.get(url).content.decode()
    sent = {"do": "move_to_layer", "layer": seventh.layer.uid, "reason": "One layer less."}
    page = browser.post(url, sent)
    assert (page.status_code, "Let the layer retire with the move" in page.content.decode()) == (409, True)
    assert 'value="One layer less."' in page.content.decode()
    assert browser.post(url, {**sent, "retiring": "yes"}).status_code == 302
    assert scale.layers.living().count() == 2


@pytest.mark.parametrize("act", ["up", "add_category", "add_layer"])
def test_moves_and_additions_are_undone_from_the_list(browser, url, scale, seventh, act):
    rows = ScaleCategory.objects.filter(layer__scale=scale).order_by("layer__position", "position")
    before = list(rows.values_list("uid", flat=True)), scale.layers.count()
    sent = {"part": seventh.uid, "layer": seventh.layer.uid, "name": "Waste", "reason": "Came up."}
    assert browser.post(url, {"action": act, **sent}).status_code == 302
    assert (list(rows.values_list("uid", flat=True)), scale.layers.count()) != before
    event = Event.objects.order_by("-pk").first()
    assert str(event.uid) in browser.get(url).content.decode()
    undo = {"action": "undo", "event": event.uid, "reason": "Not after all."}
    assert browser.post(url, undo).status_code == 302
    assert (list(rows.values_list("uid", flat=True)), scale.layers.count()) == before
    said = "is as it was" if act == "up" else "“Waste” is no longer in the scale"
    assert said in browser.get(url).content.decode()
    assert browser.post(url, undo).status_code == 409


@pytest.mark.parametrize(("sent", "status"), [
    ({"do": "move_to_layer"}, 400), ({"do": "move_to_layer", "layer": "x"}, 400), ({"do": "sideways"}, 400), ({"do": "merge", "into": "x"}, 400), ({"do": "merge", "into": str(uuid4())}, 400),
    ({"do": "retire", "reason": ""}, 400), ({"do": "bring_back"}, 409), ({"do": "split", "name": "a", "new_name": "A"}, 409),
    ({"do": "split", "name": "a", "new_name": ""}, 400), ({"do": "split", "name": "a", "new_name": "b", "going": "x"}, 400),
])  # fmt: skip
def test_what_can_not_be_regrouped_is_said_with_what_was_written(browser, part_url, seventh, sent, status):
    page = browser.post(part_url, {"reason": "Because so.", **sent})
    assert (page.status_code, 'role="alert"' in page.content.decode()) == (status, True)
    if sent.get("do") in {"merge", "split"}:
        assert 'value="Because so."' in page.content.decode()
    seventh.refresh_from_db()
    assert (seventh.name, seventh.retired_at) == ("Misinformation and Factual Hallucinations", None)


def test_a_category_is_not_mapped_to_a_retired_one_from_an_older_page(browser, lead, project, scale, seventh):
    word = create_category(lead, project, "Made up")
    retire(lead, seventh, "Not used.")
    url = reverse("selective_coding:place", args=[project.slug, scale.uid, word.uid])
    page = browser.post(url, {"place": seventh.uid, "rationale": "My reason."})
    assert (page.status_code, word.mappings.count()) == (409, 0)
    assert "was retired. Bring it back first, or choose another." in page.content.decode()
    assert "My reason." in page.content.decode()


def test_the_pages_cost_does_not_grow_with_what_points_to_a_category(
    browser, part_url, lead, project, scale, seventh, django_assert_num_queries
):
    browser.get(part_url)
    for count in (0, 30):
        for at in range(count):
            map_category(lead, create_category(lead, project, f"word {at}"), scale, seventh, "x")
        with django_assert_num_queries(13):
            browser.get(part_url)
