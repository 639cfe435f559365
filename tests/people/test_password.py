"""Passwords: change, and reset by mail, with the same answer for unknown addresses."""

import re

import pytest
from django.core import mail

from tests import factory

NEW = "a longer secret 77"


@pytest.fixture
def ann(db):
    return factory.user("ann")


def link_in(message):
    return re.search(r"http://testserver(/\S+)", message.body)[1]


def ask(client, email="ann@example.org"):
    return client.post("/password/reset/", {"email": email})


def reset(client, password=NEW):
    ask(client)
    form = client.get(link_in(mail.outbox[-1]), follow=True)
    return client.post(form.redirect_chain[-1][0], {"new_password1": password, "new_password2": password})


def test_a_password_is_changed_with_the_present_one(client, ann):
    client.force_login(ann)
    data = {"old_password": "correct horse", "new_password1": NEW, "new_password2": NEW}
    assert client.post("/password/", data).url == "/account/"
    ann.refresh_from_db()
    assert ann.check_password(NEW)


@pytest.mark.parametrize(
    "data",
    [
        {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW},
        {"old_password": "correct horse", "new_password1": NEW, "new_password2": NEW + "x"},
        {"old_password": "correct horse", "new_password1": "12345678", "new_password2": "12345678"},
        {},
    ],
)
def test_a_password_stays_when_the_form_is_wrong(client, ann, data):
    client.force_login(ann)
    assert client.post("/password/", data).context["form"].errors
    ann.refresh_from_db()
    assert ann.check_password("correct horse")


def test_a_new_password_ends_the_other_sessions(client, ann, sign_in):
    other = sign_in(ann)
    client.force_login(ann)
    client.post("/password/", {"old_password": "correct horse", "new_password1": NEW, "new_password2": NEW})
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_the_change_needs_a_signed_in_person(client, db):
    assert client.get("/password/").url == "/sign-in/?next=/password/"


def test_a_link_comes_by_mail(client, ann):
    assert ask(client, "Ann@Example.org").url == "/password/reset/sent/"
    assert [message.to for message in mail.outbox] == [["ann@example.org"]]
    assert mail.outbox[0].subject == "A new password for Loam"
    assert "\n\n\n" not in mail.outbox[0].body


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, ann):
    known, unknown = ask(client), ask(client, "nobody@example.org")
    assert (known.status_code, known.url, known.content) == (unknown.status_code, unknown.url, unknown.content)
    assert len(mail.outbox) == 1


def test_a_closed_account_gets_no_mail(client, ann):
    ann.is_active = False
    ann.save()
    ask(client)
    assert mail.outbox == []


def test_the_link_sets_a_new_password_once(client, ann):
    assert reset(client).url == "/sign-in/"
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    again = client.get(link_in(mail.outbox[0]), follow=True)
    assert "was used before" in again.content.decode()


def test_a_weak_password_is_refused_with_a_reason(client, ann):
    answer = reset(client, "password")
    assert answer.context["form"].errors["new_password2"]
    ann.refresh_from_db()
    assert ann.check_password("correct horse")


@pytest.mark.parametrize("link", ["MQ/abc-def", "%00/x", "zzzz/set-password"])
def test_a_wrong_link_says_so(client, ann, link):
    assert "was used before" in client.get(f"/password/reset/{link}/").content.decode()


def test_a_new_password_lifts_the_lock_as_the_page_promises(client, ann):
    for _ in range(10):
        client.post("/sign-in/", {"username": ann.email, "password": "wrong"})
    reset(client)
    client.post("/sign-in/", {"username": ann.email, "password": NEW})
    assert "_auth_user_id" in client.session
