"""The doors of the words: start a project, word a code or category, read an edition."""

import pytest
from django.urls import reverse

from coding.codes import rules
from coding.codes.models import Category, Code
from coding.people.models import Project
from tests import factory
from tests.axial_coding.factory import release
from tests.kept import kept


@kept
def code(project, lead):
    return rules.create_code(lead, project, "alpha", definition="As it was.")


@kept
def trust(project, lead):
    return rules.create_category(lead, project, "Trust")


def page(word):
    return reverse(f"codes:{word._meta.model_name}", args=[word.project.slug, word.uid])


def wording(word, **changes):
    return {"name": word.name, "definition": word.definition, "version": word.version, **changes}


def test_who_starts_a_study_leads_it_and_finds_the_scale_there(sign_in, stranger):
    data = {"name": "Hotel bots", "question": "Why\r\ntrust?", "scale": "gvs"}
    answer = sign_in(stranger).post(reverse("codes:start"), data)
    started = Project.objects.get(name="Hotel bots")
    assert answer.url == reverse("desk:project", args=[started.slug])
    assert (factory.lead_of(started), started.scales.get().layers.count()) == (stranger, 3)
    assert started.question == "Why\ntrust?"


@pytest.mark.parametrize(
    "data", [{"name": "   "}, {"name": "a\x01b"}, {"name": "a\x00b"}, {"name": "x" * 10_000}, {"scale": "?"}]
)
def test_a_study_is_not_started_from_bad_input(sign_in, stranger, data):
    answer = sign_in(stranger).post(reverse("codes:start"), {"name": "Fine", "scale": "gvs"} | data)
    assert (answer.status_code, Project.objects.count()) == (400, 0)


def test_nobody_starts_a_study_without_signing_in(client, db):
    assert reverse("people:sign_in") in client.get(reverse("codes:start")).url


@pytest.mark.parametrize("word", ["code", "trust"])
def test_a_lead_rewords(request, sign_in, lead, word):
    word = request.getfixturevalue(word)
    answer = sign_in(lead).post(page(word), wording(word, name="Better", use_when="Always."))
    word.refresh_from_db()
    assert (answer.status_code, word.name, word.use_when, word.version) == (302, "Better", "Always.", 2)


@pytest.mark.parametrize("role", ["coder", "observer"])
def test_other_members_read_and_change_nothing(sign_in, project, code, role):
    browser = sign_in(factory.member(project, "eva", role))
    answer = browser.get(page(code))
    assert (answer.status_code, b"As it was." in answer.content, b"<textarea" in answer.content) == (200, True, False)
    assert browser.post(page(code), wording(code, name="Mine")).status_code == 403


def test_a_stranger_learns_nothing(sign_in, stranger, code):
    browser = sign_in(stranger)
    assert browser.get(page(code)).status_code == 404
    assert browser.get(page(code).replace(str(code.uid), "00000000-0000-4000-8000-000000000000")).status_code == 404


def test_a_stale_save_keeps_the_draft_and_shows_what_stands(sign_in, lead, code):
    rules.reword(lead, code, 1, definition="Newer.")
    answer = sign_in(lead).post(page(code), wording(code, definition="My draft."))
    assert answer.status_code == 409
    assert b"Newer." in answer.content
    assert b"My draft." in answer.content
    code.refresh_from_db()
    assert code.definition == "Newer."
    again = {"name": "alpha", "definition": "My draft.", "version": answer.context["form"]["version"].value()}
    assert sign_in(lead).post(page(code), again).status_code == 302


def test_a_taken_name_is_said_at_the_field(sign_in, project, lead, code):
    rules.create_code(lead, project, "beta")
    answer = sign_in(lead).post(page(code), wording(code, name="Beta"))
    assert (answer.status_code, "name" in answer.context["form"].errors) == (409, True)


@pytest.mark.parametrize(
    "bad", [{"name": " "}, {"name": "x" * 201}, {"definition": "\x07"}, {"version": "x"}, {"version": "9" * 30}]
)
def test_bad_wording_is_refused(sign_in, lead, code, bad):
    assert sign_in(lead).post(page(code), wording(code, **bad)).status_code == 400


def test_a_lead_retires_with_a_reason(sign_in, lead, code):
    browser = sign_in(lead)
    assert browser.post(page(code), {"do": "retire", "reason": ""}).status_code == 400
    assert browser.post(page(code), {"do": "retire", "reason": "Never used."}).status_code == 302
    assert Code.objects.get().retired_at is not None
    assert browser.post(page(code), {"do": "retire", "reason": "Never used."}).status_code == 409


def test_a_lead_chooses_the_core_category_and_takes_it_back(sign_in, lead, trust):
    browser = sign_in(lead)
    browser.post(page(trust), {"do": "core"})
    assert Category.objects.get().is_core
    browser.post(page(trust), {"do": "no_core"})
    assert not Category.objects.get().is_core


def test_what_no_button_does_is_refused(sign_in, lead, code):
    assert sign_in(lead).post(page(code), {"do": "core"}).status_code == 400
    assert sign_in(lead).post(page(code), {"do": "dance"}).status_code == 400


def test_the_words_are_closed_to_a_coder_of_an_open_blind_round(sign_in, project, lead, ada, code, trust):
    factory.incidents(project, 1)
    opened = factory.round_of(project, [ada])
    browser = sign_in(ada)
    assert [browser.get(page(word)).status_code for word in (code, trust)] == [403, 403]
    release(opened, lead)
    assert browser.get(page(code)).status_code == 200


def test_an_edition_reads_as_a_document(sign_in, project, lead, code, trust):
    rules.place(lead, code, trust)
    edition = rules.freeze(lead, project, "For the pilot.")
    answer = sign_in(lead).get(reverse("codes:edition", args=[project.slug, edition.number]))
    text = answer.content.decode()
    for words in (
        "Edition 1",
        "For the pilot.",
        "Life Safety and Physical Harm",
        "Trust",
        "alpha",
        "As it was.",
        edition.sha256,
    ):
        assert words in text


def test_a_coder_of_an_open_blind_round_reads_the_edition_of_that_round_only(sign_in, project, lead, ada, code):
    rules.freeze(lead, project)
    rules.create_code(lead, project, "beta")
    factory.incidents(project, 1)
    factory.round_of(project, [ada])
    rules.create_code(lead, project, "gamma")
    rules.freeze(lead, project)
    browser = sign_in(ada)
    answers = [browser.get(reverse("codes:edition", args=[project.slug, number])).status_code for number in (1, 2, 3)]
    assert answers == [404, 200, 404]


def test_an_edition_is_for_members_and_for_reading(sign_in, project, lead, stranger):
    url = reverse("codes:edition", args=[project.slug, rules.freeze(lead, project).number])
    assert sign_in(stranger).get(url).status_code == 404
    assert sign_in(lead).post(url).status_code == 405


@pytest.mark.parametrize("count", [3, 30])
def test_a_category_page_costs_the_same_whatever_it_holds(
    sign_in, project, lead, trust, count, django_assert_num_queries
):
    for number in range(count):
        rules.place(lead, rules.create_code(lead, project, f"code {number}"), trust)
    browser = sign_in(lead)
    with django_assert_num_queries(5):
        browser.get(page(trust))
