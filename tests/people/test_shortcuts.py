"""One's own keys: the one list, what a person changes in it, and the tour of the coding page."""

import json
import re

import pytest

from coding.people import shortcuts
from coding.people.models import User
from coding.people.shortcuts import CAPS, SHORTCUTS
from tests import factory

DEFAULTS = {one.action: one.code for one in SHORTCUTS}


@pytest.fixture
def ann(client, db):
    person = factory.user("ann")
    client.force_login(person)
    return person


def own_keys(person):
    person.refresh_from_db()
    return person.keys


def choose(client, **chosen):
    return client.post("/account/keys/", {**DEFAULTS, **chosen})


def said(answer):
    return {name: list(errors) for name, errors in answer.context["form"].errors.items()}


def test_each_action_has_a_key_that_can_be_chosen():
    assert all(one.code in CAPS and not shortcuts.why_not(one.group, one.code) for one in SHORTCUTS)
    assert len(DEFAULTS) == len(SHORTCUTS)
    assert {one.group for one in SHORTCUTS} <= set(shortcuts.GROUPS)


def test_no_two_actions_of_a_group_begin_on_the_same_key():
    assert shortcuts.doubles(DEFAULTS) == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [("KeyB", "KeyB"), ("keyb", "KeyB"), (" b ", "KeyB"), ("7", "Digit7"), ("-", "Minus"), ("slash", "Slash")],
)
def test_a_key_is_read_by_its_code_or_its_cap(typed, code):
    assert shortcuts.read_code(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "Enter", "F5", "Key", "KeyÄ", "ä", "??", "ControlLeft", "ArrowLeft", "Space", "x" * 10_000]
)
def test_what_is_no_key_to_choose_reads_as_none(typed):
    assert shortcuts.read_code(typed) == ""


def test_own_keys_stand_over_the_defaults():
    assert shortcuts.resolved({"in_vivo": "KeyB"}) == {**DEFAULTS, "in_vivo": "KeyB"}


def test_what_is_no_action_or_no_key_any_more_changes_nothing():
    assert shortcuts.resolved({"gone": "KeyB", "compare": "Enter"}) == DEFAULTS


def test_a_chosen_key_is_kept_and_given_to_every_page(client, ann):
    assert choose(client, in_vivo="KeyB").url == "/account/keys/"
    assert own_keys(ann) == {"in_vivo": "KeyB"}
    body = client.get("/account/").content.decode()
    given = json.loads(re.search(r'data-keys="([^"]+)"', body)[1].replace("&quot;", '"'))
    assert given == {**DEFAULTS, "in_vivo": "KeyB"}
    assert 'data-single-keys="on"' in body


def test_pages_say_where_single_letter_keys_are_off(client, ann):
    User.objects.filter(pk=ann.pk).update(single_keys=False)
    assert 'data-single-keys="off"' in client.get("/account/").content.decode()


def test_nobody_signed_in_is_given_no_keys(client, db):
    assert "data-keys" not in client.get("/sign-in/").content.decode()


def test_two_actions_of_a_group_do_not_share_a_key(client, ann):
    answer = choose(client, in_vivo="KeyC")
    assert answer.status_code == 400
    assert said(answer) == {
        "in_vivo": ["C also stands for “Compare all segments under this code”. Choose another key for one of them."],
        "compare": ["C also stands for “In vivo: the words themselves are the code”. Choose another key for one of them."],
    }  # fmt: skip
    assert own_keys(ann) == {}


def test_two_actions_may_exchange_their_keys(client, ann):
    choose(client, in_vivo="KeyC", compare="KeyV")
    assert own_keys(ann) == {"in_vivo": "KeyC", "compare": "KeyV"}


def test_actions_of_two_groups_may_share_a_key(client, ann):
    choose(client, move="KeyV")
    assert own_keys(ann) == {"move": "KeyV"}


@pytest.mark.parametrize("number", [1, 9])
def test_the_keys_of_the_last_codes_stay_theirs(client, ann, number):
    answer = choose(client, memo=f"Digit{number}")
    assert said(answer) == {"memo": ["The keys 1 to 9 apply the codes last used. Choose another key."]}
    assert own_keys(ann) == {}


@pytest.mark.parametrize("chosen", [{"memo": "Digit0"}, {"move": "Digit1"}], ids=["zero", "elsewhere"])
def test_other_digits_are_free(client, ann, chosen):
    choose(client, **chosen)
    assert own_keys(ann) == chosen


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "Press a key, or type its name, such as B or KeyB."),
        ("Enter", "This key can't be chosen. Choose a letter, a digit or a punctuation key, such as B, 0 or Slash."),
        ("x" * 10_000, "This key can't be chosen. Choose a letter, a digit or a punctuation key, such as B, 0 or Slash."),
        ("<script>", "This key can't be chosen. Choose a letter, a digit or a punctuation key, such as B, 0 or Slash."),
        ("Key\x00", "Null characters are not allowed."),
    ],
    ids=["empty", "enter", "long", "markup", "nul"],
)  # fmt: skip
def test_what_is_no_key_gets_a_sentence_and_nothing_is_stored(client, ann, code, sentence):
    answer = choose(client, memo="KeyB", search=code)
    assert (answer.status_code, said(answer)) == (400, {"search": [sentence]})
    assert own_keys(ann) == {}
    assert b"<script>&" not in answer.content


def test_an_empty_form_changes_nothing(client, ann):
    User.objects.filter(pk=ann.pk).update(keys={"in_vivo": "KeyB"})
    answer = client.post("/account/keys/", {})
    assert answer.status_code == 400
    assert set(said(answer)) == set(DEFAULTS)
    assert own_keys(ann) == {"in_vivo": "KeyB"}


def test_back_to_the_defaults_keeps_no_change(client, ann):
    User.objects.filter(pk=ann.pk).update(keys={"in_vivo": "KeyB"})
    answer = client.post("/account/keys/", {**DEFAULTS, "in_vivo": "KeyQ", "defaults": "yes"}, follow=True)
    assert own_keys(ann) == {}
    assert "every action has its default key" in answer.content.decode()


def test_the_list_shows_own_keys_as_caps(client, ann):
    choose(client, in_vivo="Minus")
    body = client.get("/keys/").content.decode()
    assert '<dt><kbd data-code="Minus">-</kbd> </dt><dd>In vivo' in body
    assert '<kbd data-code="KeyV">' not in body
    assert all(group in body for group in shortcuts.GROUPS)


def test_the_list_leaves_out_keys_that_are_switched_off(client, ann):
    User.objects.filter(pk=ann.pk).update(single_keys=False)
    body = client.get("/keys/").content.decode()
    assert "Single-letter keys are switched off" in body
    assert "In vivo" not in body
    assert "<kbd>?</kbd>" not in body
    assert "<kbd>Tab</kbd>" in body


def test_for_htmx_the_list_is_the_dialog_alone(client, ann):
    body = client.get("/keys/", headers={"HX-Request": "true"}).content.decode()
    assert body.strip().startswith("<dialog")
    assert "<html" not in body


@pytest.mark.parametrize("path", ["/keys/", "/account/keys/"])
def test_nobody_signed_in_is_led_to_sign_in(client, db, path):
    assert client.get(path).url == f"/sign-in/?next={path}"


def test_the_tour_is_put_away_for_good(client, ann):
    answer = client.post("/account/toured/", headers={"Referer": "http://testserver/code/x/"})
    assert answer.url == "http://testserver/code/x/"
    assert client.post("/account/toured/", headers={"Referer": "https://evil.example/"}).url == "/keys/"
    ann.refresh_from_db()
    assert ann.has_toured


def test_putting_the_tour_away_leaves_the_rest_of_the_account(client, ann):
    choose(client, in_vivo="KeyB")
    answer = client.post("/account/toured/", headers={"HX-Request": "true"})
    assert 'id="tour"' in answer.content.decode()
    assert own_keys(ann) == {"in_vivo": "KeyB"}


def test_a_link_does_not_put_the_tour_away(client, ann):
    assert client.get("/account/toured/").status_code == 405
    ann.refresh_from_db()
    assert not ann.has_toured


@pytest.mark.parametrize("has_toured", [False, True])
def test_the_tour_is_five_sentences_for_who_has_not_seen_it(rf, ann, has_toured):
    from django.template.loader import render_to_string

    ann.has_toured = has_toured
    request = rf.get("/")
    request.user = ann
    body = render_to_string("open_coding/_tour.html", request=request)
    assert body.count("<li>") == (0 if has_toured else 5)
    assert ('action="/account/toured/"' in body) is not has_toured
