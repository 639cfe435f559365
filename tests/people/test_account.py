"""One's own account: name, look, keys."""

import pytest

from tests import factory


@pytest.fixture
def ann(client, db):
    person = factory.user("ann")
    client.force_login(person)
    return person


def test_name_and_look_are_kept(client, ann):
    assert client.post("/account/", {"name": "Ann B.", "theme": "dark"}).url == "/account/"
    ann.refresh_from_db()
    assert (ann.name, ann.theme, ann.single_keys) == ("Ann B.", "dark", False)
    assert 'data-theme="dark"' in client.get("/account/").content.decode()


@pytest.mark.parametrize(
    "data", [{"name": ""}, {"name": "x" * 151}, {"name": "a\x00b"}, {"name": "a", "theme": "pink"}]
)
def test_a_wrong_form_changes_nothing_and_says_so(client, ann, data):
    answer = client.post("/account/", data)
    assert answer.status_code == 400
    assert answer.context["form"].errors
    ann.refresh_from_db()
    assert (ann.name, ann.theme) == ("Ann", "")


def test_a_wrong_form_leaves_the_name_in_the_pages_head(client, ann):
    page = client.post("/account/", {"name": "A\x00"}).content.decode()
    assert '<a href="/account/">Ann</a>' in page


def test_nobody_makes_themselves_an_administrator(client, ann):
    client.post("/account/", {"name": "Ann", "theme": "", "is_staff": "on", "is_superuser": "on", "email": "x@y.org"})
    ann.refresh_from_db()
    assert (ann.is_staff, ann.is_superuser, ann.email) == (False, False, "ann@example.org")


def test_html_in_a_name_is_inert(client, ann):
    client.post("/account/", {"name": "<img src=x>", "theme": ""})
    assert b"<img src=x>" not in client.get("/account/").content


def test_who_is_signed_in_gets_pages_that_no_cache_keeps(client, ann):
    assert client.get("/account/")["Cache-Control"] == "no-store, private"


def test_the_health_page_says_nothing_else(client, db):
    answer = client.get("/health/")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
