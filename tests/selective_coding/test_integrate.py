"""Integrate: the lead gives categories their places and tells the storyline; others read, blind coders do not."""

import pytest
from django.urls import reverse

from coding.codes.models import Category, Mapping, Storyline
from coding.codes.rules import add_scale, create_category, map_category, retire, tell
from coding.codes.scales import EMPTY, shipped
from coding.people.models import Event
from coding.rounds.models import Round
from tests import factory
from tests.kept import kept
from tests.selective_coding.factory import categories

UNKNOWN = "8f14e45f-ceea-467f-a8d6-0000000000aa"  # an id that nobody has, the same in every process


@kept
def scale(project):
    return project.scales.get()


@kept
def borrowed(project, lead):
    return create_category(lead, project, "Borrowed authority")


@kept
def made_up(project, lead):
    return create_category(lead, project, "Fabricated content")


@pytest.fixture
def browser(sign_in, lead):
    return sign_in(lead)


@pytest.fixture
def url(project):
    return reverse("selective_coding:integrate", args=[project.slug])


def place_url(project, scale, category):
    return reverse("selective_coding:place", args=[project.slug, scale.uid, category.uid])


def place(browser, category, choice, rationale="", **headers):
    scale = category.project.scales.first()
    chosen = str(categories(category.project)[choice].uid) if isinstance(choice, int) else choice
    return browser.post(
        place_url(category.project, scale, category), {"place": chosen, "rationale": rationale}, headers=headers
    )


# The page


def test_categories_without_a_place_come_first_and_are_counted(browser, url, scale, lead, borrowed, made_up):
    map_category(lead, borrowed, scale, categories(scale.project)[6], "")
    page = browser.get(url)
    assert [one.category for one in page.context["integration"].placings] == [made_up, borrowed]
    assert "1 of 2 without a place" in page.content.decode()


def test_coverage_is_shown_both_ways(browser, url, scale, lead, borrowed, made_up):
    map_category(lead, borrowed, scale, None, "Cuts across.")
    found = browser.get(url).context["integration"]
    assert (found.unmapped, found.unfit, found.empty_places) == ([made_up], [borrowed], 12)


def test_a_retired_category_is_gone(browser, url, lead, borrowed):
    retire(lead, borrowed)
    assert "No categories to integrate yet" in browser.get(url).content.decode()


def test_a_project_without_scale_says_so(sign_in, db):
    other = factory.project(factory.user("solo"), "Bare", EMPTY)
    page = sign_in(factory.lead_of(other)).get(reverse("selective_coding:integrate", args=[other.slug]))
    assert "This project has no scale" in page.content.decode()


def test_the_scale_can_be_chosen(browser, url, project, lead, scale, borrowed):
    second = add_scale(lead, project, {**shipped("gvs"), "name": "A second scale"})
    assert browser.get(url).context["scale"] == scale
    assert browser.get(url, {"scale": str(second.uid)}).context["scale"] == second
    assert browser.get(url, {"scale": "\x00nothing"}).context["scale"] == scale


def test_the_cost_does_not_grow_with_the_categories(browser, url, project, lead, django_assert_num_queries):
    for count in (2, 20):
        for number in range(count):
            one = create_category(lead, project, f"Category {count}.{number}")
            map_category(lead, one, project.scales.get(), categories(project)[number % 12 + 1], "")
        with django_assert_num_queries(13):
            browser.get(url)


def test_the_scale_is_shown_with_its_definitions(browser, project, scale):
    page = browser.get(reverse("selective_coding:scale", args=[project.slug, scale.uid])).content.decode()
    assert "12 Political Leanings, Ideology, and Biased Guidance" in page
    assert categories(project)[7].definition[:40] in page


# Places


def test_a_lead_places_a_category(browser, borrowed):
    answer = place(browser, borrowed, 6, "A name used so that it is believed.")
    assert answer.status_code == 302
    assert answer.url.endswith(f"#place-{borrowed.uid}")
    mapping = Mapping.objects.get()
    assert (mapping.scale_category.number, mapping.rationale) == (6, "A name used so that it is believed.")


def test_what_does_not_fit_needs_a_rationale(browser, borrowed):
    page = place(browser, borrowed, "no-fit")
    assert page.status_code == 400
    assert "Say why it does not fit" in page.content.decode()
    assert not Mapping.objects.exists()
    place(browser, borrowed, "no-fit", "Cuts across 6 and 7.")
    assert Mapping.objects.get().scale_category is None


def test_a_place_can_be_taken_back(browser, borrowed):
    place(browser, borrowed, 6)
    place(browser, borrowed, "")
    assert not Mapping.objects.exists()


def test_htmx_gets_the_row_and_the_counts(browser, borrowed, made_up):
    answer = place(browser, borrowed, 6, **{"HX-Request": "true"})
    text = answer.content.decode()
    # A row can't stand beside other elements in a fragment, so it comes inside a template.
    assert text.lstrip().startswith(f'<template><tr id="place-{borrowed.uid}" hx-swap-oob="true"')
    assert "1 of 2 without a place" in text
    assert "<html" not in text
    assert "stands under" in answer["HX-Trigger"]


def test_htmx_gets_a_refusal_as_a_sentence(browser, borrowed):
    answer = place(browser, borrowed, "no-fit", **{"HX-Request": "true"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")


@pytest.mark.parametrize("choice", [UNKNOWN, "seven", "\x00"])
def test_an_unknown_place_is_400(browser, borrowed, choice):
    assert place(browser, borrowed, choice).status_code == 400


@pytest.mark.parametrize(("rationale", "why"), [("x" * 1_000_000, "longer"), ("a\x00b", "NUL")])
def test_a_rationale_that_no_text_may_hold_is_400(browser, borrowed, rationale, why):
    page = place(browser, borrowed, 6, rationale)
    assert (page.status_code, why in page.content.decode()) == (400, True)


def test_a_rationale_that_is_a_script_is_only_text(browser, borrowed, url):
    place(browser, borrowed, 6, "<script>alert(1)</script>")
    assert "<script>alert(1)" not in browser.get(url).content.decode()


def test_the_scale_of_another_project_is_404(browser, project, borrowed):
    other = factory.project(factory.user("other"), "Other")
    assert browser.post(place_url(project, other.scales.get(), borrowed), {"place": ""}).status_code == 404


def test_a_category_of_another_project_is_404(browser, project, scale):
    owner = factory.user("other")
    foreign = create_category(owner, factory.project(owner, "Other"), "Foreign")
    assert browser.post(place_url(project, scale, foreign), {"place": ""}).status_code == 404


@pytest.mark.parametrize("choice", [6, ""])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_retired_category_is_409_and_keeps_its_place(browser, lead, borrowed, choice, headers):
    place(browser, borrowed, 7)
    retire(lead, borrowed)
    before = list(Mapping.objects.values())
    answer = place(browser, borrowed, choice, **headers)
    assert answer.status_code == 409
    assert "is not in use any more" in answer.content.decode()
    assert list(Mapping.objects.values()) == before


# The storyline


def tell_by(browser, project, text, version):
    return browser.post(reverse("selective_coding:storyline", args=[project.slug]), {"text": text, "version": version})


def test_a_lead_tells_the_storyline(browser, project):
    assert tell_by(browser, project, "It seems right,\r\nso it is trusted.", 0).status_code == 302
    assert Storyline.objects.get().text == "It seems right,\nso it is trusted."


def test_a_stale_storyline_shows_both_texts(browser, project, lead):
    tell(lead, project, "First.", 0)
    version = Storyline.objects.get().version
    tell(lead, project, "Second.", version)
    page = tell_by(browser, project, "Third.", version)
    assert page.status_code == 409
    assert "Second." in page.content.decode()
    assert "Third." in page.content.decode()
    assert Storyline.objects.get().text == "Second."


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "٣"])
def test_a_storyline_without_a_version_is_400(browser, project, version):
    assert tell_by(browser, project, "Text.", version).status_code == 400


def test_a_storyline_of_a_megabyte_is_400(browser, project):
    assert tell_by(browser, project, "x" * 1_000_000, 0).status_code == 400


# Who may


def addresses(project, scale, category):
    return {
        "integrate": reverse("selective_coding:integrate", args=[project.slug]),
        "scale": reverse("selective_coding:scale", args=[project.slug, scale.uid]),
        "place": place_url(project, scale, category),
        "storyline": reverse("selective_coding:storyline", args=[project.slug]),
    }


def test_a_stranger_gets_404_everywhere(sign_in, stranger, project, scale, borrowed):
    browser, where = sign_in(stranger), addresses(project, scale, borrowed)
    assert {browser.get(where[name]).status_code for name in ("integrate", "scale")} == {404}
    assert {browser.post(where[name]).status_code for name in ("place", "storyline")} == {404}


@pytest.mark.parametrize("role", ["coder", "observer"])
def test_others_read_and_do_not_write(sign_in, project, scale, borrowed, role):
    browser, where = sign_in(factory.member(project, "eve", role)), addresses(project, scale, borrowed)
    page = browser.get(where["integrate"])
    assert page.status_code == 200
    assert "<textarea" not in page.content.decode()
    assert {browser.post(where[name]).status_code for name in ("place", "storyline")} == {403}
    assert not Event.objects.filter(verb="map_category").exists()


def test_a_coder_of_an_open_blind_round_does_not_read(sign_in, project, scale, borrowed, ada):
    factory.incidents(project, 1)
    factory.round_of(project, [ada], Round.Stage.RATING)
    browser, where = sign_in(ada), addresses(project, scale, borrowed)
    assert {browser.get(where[name]).status_code for name in ("integrate", "scale")} == {403}


def test_wrong_methods_are_405(browser, project, scale, borrowed):
    where = addresses(project, scale, borrowed)
    assert {browser.post(where[name]).status_code for name in ("integrate", "scale")} == {405}
    assert {browser.get(where[name]).status_code for name in ("place", "storyline")} == {405}


def test_the_core_category_is_shown(browser, url, borrowed):
    Category.objects.filter(pk=borrowed.pk).update(is_core=True)
    assert "The core category is" in browser.get(url).content.decode()
