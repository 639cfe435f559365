"""Sign in and out: by address, throttled, with a new session, and back only to our own pages."""

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.urls import reverse

from tests import factory

SIGN_IN = "/sign-in/"
PASSWORD = "correct horse"


@pytest.fixture
def ann(db):
    return factory.user("ann")


def try_to(client, email="ann@example.org", password=PASSWORD, path=SIGN_IN, **more):
    return client.post(path, {"username": email, "password": password, **more})


def is_in(client):
    return "_auth_user_id" in client.session


def test_the_right_password_signs_in_and_leads_home(client, ann):
    answer = try_to(client)
    assert (answer.status_code, answer.url) == (302, reverse("desk:home"))
    assert is_in(client)


def test_capitals_and_spaces_around_the_address_do_not_matter(client, ann):
    try_to(client, "  Ann@Example.ORG ")
    assert is_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [("ann@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("", ""), ("a\x00b", "c\x00d")],
)
def test_anything_else_stays_out(client, ann, email, password):
    answer = try_to(client, email, password)
    assert answer.status_code == 200
    assert not is_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(client, ann):
    known = try_to(client, password="wrong").context["form"].non_field_errors()
    unknown = try_to(client, "nobody@example.org").context["form"].non_field_errors()
    assert known == unknown


def test_a_closed_account_stays_out(client, ann):
    ann.is_active = False
    ann.save()
    try_to(client)
    assert not is_in(client)


def test_the_session_is_a_new_one_after_sign_in(client, ann):
    client.get(SIGN_IN)
    client.session.save()
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    try_to(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != session.session_key


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, ann):
    cookie = try_to(client).cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("path", ["/account/", "/p/some-project/incidents/?q=a"])
def test_next_leads_to_our_own_pages(client, ann, path):
    assert try_to(client, next=path).url == path


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/", "//evil.example/", "http:///evil.example", "javascript:alert(1)", "\\\\evil.example"],
)
def test_next_never_leads_elsewhere(client, ann, url):
    assert try_to(client, next=url).url == reverse("desk:home")


def test_who_is_signed_in_already_is_led_on(client, ann):
    client.force_login(ann)
    assert client.get(SIGN_IN).url == reverse("desk:home")


def test_signing_out_ends_the_session_and_needs_a_post(client, ann):
    client.force_login(ann)
    assert client.get("/sign-out/").status_code == 405
    assert is_in(client)
    assert client.post("/sign-out/").url == SIGN_IN
    assert not is_in(client)


def fail(client, times=10, email="ann@example.org", path=SIGN_IN, **more):
    return [try_to(client, email, "wrong", path, **more) for _ in range(times)]


def test_ten_failures_lock_the_account_from_this_address(client, ann):
    answers = fail(client)
    assert [answer.status_code for answer in answers[:9]] == [200] * 9
    refused = try_to(client)
    assert refused.status_code == 429
    assert "Too many tries" in refused.content.decode()
    assert not is_in(client)


def test_nine_failures_lock_nothing(client, ann):
    fail(client, 9)
    try_to(client)
    assert is_in(client)


def test_the_lock_counts_an_address_once_whatever_its_capitals(client, ann):
    for email in ["ann@example.org", "Ann@example.org", "ANN@example.org", "aNN@EXAMPLE.ORG", "annX@example.org"]:
        fail(client, 3, email.replace("X", ""))
    assert try_to(client).status_code == 429


def test_the_administrators_door_counts_alike(client, db):
    factory.user("root", is_staff=True, is_superuser=True)
    for email in ["root@example.org", "Root@example.org", "ROOT@example.org", "rOOt@example.org"]:
        fail(client, 3, email, "/admin/login/")
    assert try_to(client, "root@example.org", path="/admin/login/").status_code == 429


def test_the_lock_is_for_one_account_and_one_address(client, ann):
    factory.user("bea")
    fail(client)
    try_to(client, "bea@example.org")
    assert is_in(client)
    client.logout()
    client.post(SIGN_IN, {"username": ann.email, "password": PASSWORD}, REMOTE_ADDR="10.0.0.9")
    assert is_in(client)


def test_no_password_stands_in_the_record_of_failures(client, ann):
    fail(client, 2)
    assert "wrong" not in str(list(AccessAttempt.objects.values()))


def test_a_sign_in_starts_the_count_anew(client, ann):
    fail(client, 9)
    try_to(client)
    client.logout()
    fail(client, 9)
    try_to(client)
    assert is_in(client)
