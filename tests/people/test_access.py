"""The getter of a project: strangers learn nothing, members without the right get a sentence."""

import re
from urllib.parse import quote

import pytest

from coding.people.models import Membership
from coding.people.rules import create_project
from tests import factory

PAGES = ["", "incidents/", "incidents/import/", "rounds/", "rounds/new/", "team/", "settings/", "activity/"]


def plain(answer):
    """An answer's bytes and headers without what is new at each request."""
    body = re.sub(rb'(csrfmiddlewaretoken" value="|x-csrftoken": ")[^"]+', rb"\1", answer.content)
    headers = {name: value for name, value in answer.headers.items() if name not in {"Content-Length"}}
    return answer.status_code, body, headers


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_cannot_tell_a_closed_project_from_none(project, stranger, sign_in, page):
    client = sign_in(stranger)
    there, nowhere = client.get(f"/p/{project.slug}/{page}"), client.get(f"/p/nothing/{page}")
    assert there.status_code == 404
    assert plain(there) == plain(nowhere)


@pytest.mark.parametrize("page", ["rounds/new/", "settings/", "incidents/import/", "team/invite/"])
def test_a_strangers_post_learns_no_more(project, stranger, sign_in, page):
    client = sign_in(stranger)
    there, nowhere = client.post(f"/p/{project.slug}/{page}"), client.post(f"/p/nothing/{page}")
    assert there.status_code == 404
    assert plain(there) == plain(nowhere)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_signed_in_is_led_to_sign_in_either_way(project, client, page):
    there, nowhere = client.get(f"/p/{project.slug}/{page}"), client.get(f"/p/nothing/{page}")
    assert there.url == f"/sign-in/?next=/p/{project.slug}/{page}"
    assert nowhere.url == f"/sign-in/?next=/p/nothing/{page}"
    assert there.content == nowhere.content == b""


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(project, client):
    """A form's address answers no GET: who signs in is to stand where the form was."""
    page = f"http://testserver/p/{project.slug}/team/"
    answer = client.post(f"/p/{project.slug}/team/invite/", {}, HTTP_REFERER=page)
    assert answer.url == f"/sign-in/?next={quote(page)}"
    elsewhere = client.post(f"/p/{project.slug}/team/invite/", {}, HTTP_REFERER="https://evil.example/")
    assert elsewhere.url == "/sign-in/?next=/"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("slug", ["there", "nothing"])
def test_script_is_told_of_the_ended_session_and_led_nowhere(project, client, method, slug):
    """It would put the page of sign-in in the place of the words that it was sending."""
    slug = project.slug if slug == "there" else slug
    answer = getattr(client, method)(f"/p/{slug}/memos/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["Content-Type"]) == (401, "text/plain; charset=utf-8")
    assert answer.content.decode().startswith("You were signed out, so this was not done.")


@pytest.mark.parametrize("role", ["coder", "observer"])
@pytest.mark.parametrize("page", ["incidents/import/", "rounds/new/", "settings/"])
def test_a_member_without_the_right_is_told_whose_it_is(project, sign_in, role, page):
    answer = sign_in(factory.member(project, "mia", role)).get(f"/p/{project.slug}/{page}")
    assert answer.status_code == 403
    assert f"Only a lead researcher can do this here. Your role is {role}." in answer.content.decode()


def test_a_former_member_is_a_stranger(project, ada, sign_in):
    client = sign_in(ada)
    Membership.objects.filter(user=ada).delete()
    assert plain(client.get(f"/p/{project.slug}/")) == plain(client.get("/p/nothing/"))


def test_a_closed_account_is_signed_out(project, ada, sign_in):
    client = sign_in(ada)
    ada.is_active = False
    ada.save()
    assert client.get(f"/p/{project.slug}/").status_code == 302


def test_a_superuser_is_a_stranger_to_the_coded_work(project, db, sign_in):
    root = factory.user("root", is_staff=True, is_superuser=True)
    assert sign_in(root).get(f"/p/{project.slug}/").status_code == 404


def test_a_page_that_others_change_is_closed_to_a_shielded_coder(project, ada, bo, lead, sign_in):
    factory.incidents(project)
    factory.round_of(project, [ada, bo])
    answer = sign_in(ada).get(f"/p/{project.slug}/axial/")
    assert answer.status_code == 403
    assert "while you code blind" in answer.content.decode()
    assert sign_in(lead).get(f"/p/{project.slug}/axial/").status_code == 200


def test_own_projects_stand_on_the_home_page_and_no_others(lead, stranger, sign_in):
    create_project(lead, "Mine")
    create_project(stranger, "Theirs")
    page = sign_in(lead).get("/").content.decode()
    assert "Mine" in page
    assert "Theirs" not in page
