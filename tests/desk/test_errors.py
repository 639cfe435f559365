"""Error pages: a sentence, a way on, and no need of anything that may be broken."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import clear_url_caches, path, set_urlconf

from coding import urls
from coding.desk import views
from coding.lib.refusals import Refusal
from tests import factory


def fall(request):
    raise ZeroDivisionError


def refuse(request):
    raise Refusal("The kettle is empty. Fill it.")


class Extended:
    """The front door with two more pages: one falls, one refuses."""

    urlpatterns = [*urls.urlpatterns, path("fall/", fall), path("refuse/", refuse)]


@pytest.fixture
def more_pages(settings):
    settings.ROOT_URLCONF = Extended
    clear_url_caches()
    yield
    set_urlconf(None)
    clear_url_caches()


@pytest.mark.parametrize("page", ["403.html", "404.html", "405.html", "500.html", "403_csrf.html"])
def test_an_error_page_needs_no_context(db, page):
    body = render_to_string(page)
    assert "<h1>" in body
    assert 'href="/"' in body


def test_a_page_that_is_not_there(client, db):
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert "There is no such page here" in answer.content.decode()
    assert "nothing/here" not in answer.content.decode()


def test_an_address_that_only_takes_forms_says_so(client, lead):
    client.force_login(lead)
    answer = client.get("/sign-out/")
    assert answer.status_code == 405
    assert "POST" in answer["Allow"]
    assert "There is nothing to show at this address" in answer.content.decode()


def test_a_page_that_falls(more_pages):
    client = Client(raise_request_exception=False)
    answer = client.get("/fall/")
    assert answer.status_code == 500
    assert "Something went wrong on the server" in answer.content.decode()
    assert "ZeroDivision" not in answer.content.decode()


def test_a_form_without_its_token(db, lead):
    client = Client(enforce_csrf_checks=True)
    client.force_login(lead)
    answer = client.post("/account/", {"name": "X"})
    assert answer.status_code == 403
    assert "This form can no longer be sent" in answer.content.decode()
    lead.refresh_from_db()
    assert lead.name == "Lead"


def test_the_page_of_a_failed_token_asks_nothing_of_the_request(db):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert views.csrf_failure(request).status_code == 403


def test_a_refusal_is_a_page_with_the_way_back(more_pages, client, db):
    answer = client.get("/refuse/", HTTP_REFERER="http://testserver/account/")
    assert answer.status_code == 409
    assert "The kettle is empty. Fill it." in answer.content.decode()
    assert 'href="http://testserver/account/"' in answer.content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "javascript:alert(1)", "", "//evil.example"])
def test_a_refusal_never_leads_elsewhere(more_pages, client, db, back):
    body = client.get("/refuse/", HTTP_REFERER=back).content.decode()
    assert "evil" not in body
    assert "javascript:" not in body
    assert '<a class="button primary" href="/">Go back</a>' in body


def test_a_refusal_is_plain_text_for_htmx(more_pages, client, db):
    answer = client.get("/refuse/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content.decode()) == (409, "The kettle is empty. Fill it.")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["HX-Reswap"] == "none"


def test_every_answer_carries_the_content_security_policy(more_pages, db):
    client = Client(raise_request_exception=False)
    client.force_login(factory.user("ann"))
    for page in ("/", "/nothing/", "/refuse/", "/fall/", "/account/"):
        policy = client.get(page)["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
