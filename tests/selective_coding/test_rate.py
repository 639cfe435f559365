"""The rating page: its coder rates, with or without script; nobody else learns of it before release."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from coding.lib.canonical import sha256
from coding.people.models import Event
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import open_readings
from coding.selective_coding.rules import reading_of
from tests import factory
from tests.kept import kept
from tests.selective_coding.factory import posted, rate, save, uid


@kept
def rated(project, ada, bo):
    factory.incidents(project, 3)
    return factory.round_of(project, [ada, bo], Round.Stage.RATING, instructions="Rate what the report says.")


@kept
def work(rated, ada):
    return factory.assignment(rated, ada)


@pytest.fixture
def url(work):
    return rate_url(work)


@pytest.fixture
def browser(sign_in, ada):
    return sign_in(ada)


def rate_url(work):
    return reverse("selective_coding:rate", args=[work.uid])


def numbers(work):
    return list(work.ratings.order_by("scale_category__number").values_list("scale_category__number", flat=True))


def by_script(browser, url, data, key=None):
    return browser.post(url, data, headers={"HX-Request": "true", "Idempotency-Key": key or str(uuid4())})


def released(rated):
    Round.objects.filter(pk=rated.pk).update(state=Round.State.RELEASED, released_at=rated.opened_at)


# Reading


def test_the_page_shows_the_incident_beside_the_scale(browser, url):
    page = browser.get(url)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store, private"
    for words in ("Report 1", "booking assistant", "Misinformation and Factual Hallucinations", "incident 1 of 3"):
        assert words in page.content.decode()


def test_the_page_names_what_comes_next_and_looking_at_that_begins_nothing(browser, url, work, rated, ada):
    second = rated.assignments.filter(coder=ada).order_by("position")[1]
    assert f'data-next="{rate_url(second)}"' in browser.get(url).content.decode()
    events = Event.objects.count()
    ahead = browser.get(rate_url(second))
    second.refresh_from_db()
    assert (second.state, Event.objects.count()) == (Assignment.State.TO_DO, events)
    assert "Not rated yet" in ahead.content.decode()


def test_a_page_that_can_not_be_worked_on_fetches_nothing_ahead(browser, url, work):
    rate(work, 7)
    assert "data-next" not in browser.get(url).content.decode()


def test_the_scale_is_read_from_the_rounds_edition(browser, url, project):
    project.scales.get().layers.first().categories.update(name="Renamed meanwhile", definition="Reworded meanwhile")
    page = browser.get(url).content.decode()
    assert "meanwhile" not in page
    assert "Life Safety and Physical Harm" in page


def test_what_was_chosen_comes_back(browser, url, work):
    save(work, 7, 6, confidence="low", note="A note.")
    context = browser.get(url).context
    chosen = {row.number: row.is_primary for layer in context["layers"] for row in layer.rows if row.is_chosen}
    assert chosen == {6: False, 7: True}
    assert (context["reading"].confidence, context["reading"].note) == ("low", "A note.")


def test_a_round_whose_edition_lacks_the_scale_says_so(browser, url, rated):
    Round.objects.filter(pk=rated.pk).update(edition=edition_without_scale(rated))
    page = browser.get(url)
    assert page.status_code == 200
    assert "does not hold its scale" in page.content.decode()


def edition_without_scale(rated):
    old = rated.edition
    content = json.loads(old.content) | {"scales": []}
    text = json.dumps(content)
    return type(old).objects.create(
        project=rated.project, number=99, content=text, sha256=sha256(text), by=old.by, at=old.at
    )


def test_keys_are_shown_only_to_those_who_use_them(browser, url, ada):
    assert " data-single-keys>" in browser.get(url).content.decode()
    ada.single_keys = False
    ada.save()
    page = browser.get(url).content.decode()
    assert " data-single-keys>" not in page
    assert 'data-single-keys="off"' in page
    assert "<kbd" not in page.split('id="rating"')[1].split("</form>")[0]


def test_the_cost_of_the_page_does_not_grow(browser, project, ada, bo, django_assert_num_queries):
    for count, name in ((1, "few"), (12, "many")):
        factory.incidents(project, count)
        work = factory.assignment(factory.round_of(project, [ada, bo], Round.Stage.RATING, name=name), ada)
        save(work, *range(1, count + 1))
        with django_assert_num_queries(8):
            browser.get(rate_url(work))


# Saving


def test_a_plain_form_saves_and_comes_back(browser, url, work, project):
    answer = browser.post(url, posted(project, 7, 6, primary=7, action="save"))
    assert (answer.status_code, answer.url) == (302, url)
    assert numbers(work) == [6, 7]


def test_the_only_category_of_a_form_is_the_primary_one(browser, url, work, project):
    browser.post(url, posted(project, 7, action="save"))
    assert reading_of(work).primary == uid(project, 7)


def test_a_radio_left_on_a_category_that_was_unticked_means_no_primary(browser, url, work, project):
    browser.post(url, posted(project, 7, 6, primary=1, action="save"))
    assert reading_of(work).primary is None


def test_a_plain_form_submits_and_goes_on(browser, url, work, rated, ada, project):
    answer = browser.post(url, posted(project, 7, action="submit"))
    second = rated.assignments.filter(coder=ada).order_by("position")[1]
    assert (answer.status_code, answer.url) == (302, rate_url(second))
    work.refresh_from_db()
    assert work.state == Assignment.State.SUBMITTED


def test_after_the_last_incident_comes_one_that_was_skipped(browser, rated, ada, project):
    first, second, third = rated.assignments.filter(coder=ada).order_by("position")
    rate(second, 7)
    assert browser.post(rate_url(third), posted(project, 7, action="submit")).url == rate_url(first)


def test_after_all_incidents_comes_the_round(browser, rated, ada, project):
    first, second, third = rated.assignments.filter(coder=ada).order_by("position")
    rate(first, 7)
    rate(second, 7)
    answer = browser.post(rate_url(third), posted(project, 7, action="submit"))
    assert answer.url == reverse("rounds:round", args=[project.slug, rated.uid])


def test_submitted_work_is_read_only_and_names_the_next(browser, url, work, rated, ada):
    rate(work, 7)
    page = browser.get(url)
    assert "Submitted. You will see the others' work when the lead releases the round." in page.content.decode()
    assert rate_url(rated.assignments.filter(coder=ada).order_by("position")[1]) in page.content.decode()
    assert not page.context["may_rate"]


def test_an_incomplete_submission_keeps_the_draft_on_the_page(browser, url, work, project):
    page = browser.post(url, posted(project, 7, 6, action="submit", note="My draft."))
    assert page.status_code == 409
    assert "primary one" in page.content.decode()
    assert page.context["reading"].note == "My draft."
    assert numbers(work) == []


def test_a_double_click_on_submit_has_one_effect(browser, url, project, work):
    data = posted(project, 7, action="submit", key=str(uuid4()))
    assert browser.post(url, data).status_code == 302
    assert browser.post(url, data).status_code == 302
    assert Event.objects.stream(work.stream).filter(verb="submit").count() == 1


def test_a_stale_form_shows_both_versions(browser, url, work, project):
    version = reading_of(work).version
    save(work, 1)
    page = browser.post(url, posted(project, 7, action="save", version=version))
    assert page.status_code == 409
    assert "Saved there: 1 Life Safety and Physical Harm (primary)" in page.content.decode()
    assert page.context["reading"].primary == uid(project, 7)
    assert numbers(work) == [1]


# By script


def test_a_script_learns_the_version_that_stands(browser, url, work, project):
    answer = by_script(browser, url, posted(project, 7, action="save"))
    assert answer.status_code == 200
    assert answer.json()["version"] == reading_of(work).version


def test_a_script_learns_where_to_go_after_submitting(browser, url, rated, ada, project):
    answer = by_script(browser, url, posted(project, 7, action="submit"))
    second = rated.assignments.filter(coder=ada).order_by("position")[1]
    assert answer.json() == {"next": rate_url(second), "submitted": 1}


def test_a_retry_with_the_same_key_has_one_effect(browser, url, work, project):
    first = by_script(browser, url, posted(project, 7, action="save"), "k1")
    again = by_script(browser, url, posted(project, 7, action="save"), "k1")
    assert first.json() == again.json()
    assert Event.objects.stream(work.stream).count() == 1


def test_the_same_key_with_another_body_is_422(browser, url, project):
    by_script(browser, url, posted(project, 7, action="save"), "k1")
    assert by_script(browser, url, posted(project, 7, 6, action="save"), "k1").status_code == 422


def test_the_same_key_on_another_incident_is_422(browser, url, rated, ada, project):
    by_script(browser, url, posted(project, 7, action="save"), "k1")
    other = rated.assignments.filter(coder=ada).order_by("position")[1]
    assert by_script(browser, rate_url(other), posted(project, 7, action="save"), "k1").status_code == 422


def test_a_stale_script_gets_what_stands(browser, url, work, project):
    version = reading_of(work).version
    save(work, 1)
    answer = by_script(browser, url, posted(project, 7, action="save", version=version))
    assert answer.status_code == 409
    assert answer.json()["stands"] == {
        "version": reading_of(work).version, "says": "1 Life Safety and Physical Harm (primary)",
    }  # fmt: skip


def test_a_save_after_submit_is_409_with_a_sentence(browser, url, work, project):
    rate(work, 7)
    answer = by_script(browser, url, posted(project, 6, action="save"))
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith("text/plain")
    assert "rating stands" in answer.content.decode()


# Bad input


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"category": [str(uuid4())]}, "no such category"),
        ({"category": ["7"]}, "no such category"),
        ({"category": ["\x00"]}, "no such category"),
        ({"primary": [str(uuid4()), str(uuid4())]}, "Only one category"),
        ({"confidence": "certain"}, "Confidence"),
        ({"note": "x" * 1_000_000}, "longer than 20,000"),
        ({"note": "a\x00b"}, "NUL"),
        ({"key": "k" * 81}, "idempotency key"),
        ({"key": "a\x00b"}, "idempotency key"),
    ],
)
def test_bad_input_is_400_with_a_sentence_by_both_ways(browser, url, work, project, fields, why):
    data = {**posted(project, action="save"), **fields}
    page = browser.post(url, data)
    assert (page.status_code, why in page.content.decode()) == (400, True)
    answer = browser.post(url, data, headers={"HX-Request": "true"})
    assert (answer.status_code, why in answer.content.decode()) == (400, True)
    assert Event.objects.stream(work.stream).count() == 0


def test_none_beside_a_category_is_400(browser, url, project):
    assert browser.post(url, posted(project, 7, none_applies="on", action="save")).status_code == 400


def test_a_note_that_is_a_script_is_only_text(browser, url, work, project):
    browser.post(url, posted(project, 7, action="save", note="<script>alert(1)</script>"))
    page = browser.get(url).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_405(browser, url, method):
    assert getattr(browser, method)(url).status_code == 405


def test_a_form_without_its_token_is_refused(url, ada, work, project):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert strict.post(url, posted(project, 7, action="save")).status_code == 403
    assert numbers(work) == []


# Who may


def test_nobody_reads_without_signing_in(url):
    assert reverse("people:sign_in") in Client().get(url).url


def test_a_stranger_gets_404(sign_in, stranger, url, project):
    browser = sign_in(stranger)
    assert browser.get(url).status_code == 404
    assert browser.post(url, posted(project, 7)).status_code == 404


def test_an_unknown_assignment_is_404(browser):
    assert browser.get(reverse("selective_coding:rate", args=[uuid4()])).status_code == 404


def test_an_assignment_of_another_stage_is_404(browser, project, ada, rated):
    opened = factory.round_of(project, [ada], name="open coding")
    assert browser.get(rate_url(factory.assignment(opened, ada))).status_code == 404


@pytest.mark.parametrize("who", ["bo", "lead", "eve"])
def test_an_open_rating_is_its_coders_alone(sign_in, request, project, url, work, who):
    reader = factory.member(project, "eve", "observer") if who == "eve" else request.getfixturevalue(who)
    save(work, 7, note="Mine alone.")
    browser = sign_in(reader)
    assert browser.get(url).status_code == 404
    assert browser.post(url, posted(project, 6)).status_code == 404


def test_a_coder_gets_anothers_rating_by_no_address_of_the_room(sign_in, project, rated, work, bo, lead):
    save(work, 7, note="Mine alone.", confidence="low")
    browser = sign_in(bo)
    own = factory.assignment(rated, bo)
    scale = project.scales.get()
    for address in (
        rate_url(own), rate_url(work), reverse("selective_coding:integrate", args=[project.slug]),
        reverse("selective_coding:scale", args=[project.slug, scale.uid]),
    ):  # fmt: skip
        page = browser.get(address)
        assert b"Mine alone." not in page.content
        assert str(work.uid).encode() not in page.content


def test_others_work_leaves_ones_own_page_as_it_is(sign_in, rated, work, bo):
    browser, own = sign_in(bo), factory.assignment(rated, bo)
    before = browser.get(rate_url(own)).context
    rate(work, 7)
    after = browser.get(rate_url(own)).context
    assert all(before[name] == after[name] for name in ("way", "version", "reading"))


def test_after_release_who_opened_the_readings_reads_but_does_not_write(sign_in, rated, work, bo, url, project):
    rate(work, 7)
    released(rated)
    rated.refresh_from_db()
    browser = sign_in(bo)
    assert browser.get(url).status_code == 404
    open_readings(bo, rated)
    assert "This is Ada's rating" in browser.get(url).content.decode()
    assert browser.post(url, posted(project, 6)).status_code == 403


def test_a_coder_who_became_an_observer_no_longer_writes(browser, url, project, ada):
    project.memberships.filter(user=ada).update(role="observer")
    assert browser.post(url, posted(project, 7)).status_code == 403


def test_a_coder_who_left_the_project_gets_404(browser, url, project, ada):
    project.memberships.filter(user=ada).delete()
    assert browser.get(url).status_code == 404


def test_a_round_closed_early_is_read_only(browser, url, rated, project):
    released(rated)
    assert "nothing in it changes" in browser.get(url).content.decode()
    assert browser.post(url, posted(project, 7)).status_code == 409
