"""Invitations: a link that works once, for the role it names."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from coding.people import rules
from coding.people.models import Event, Invitation, Membership, User
from coding.reconciliation.rules import release_round
from tests import factory

PASSWORD = "a longer secret 77"


@pytest.fixture
def link(project, lead):
    _, token = rules.invite(lead, project, "new@example.org", "coder")
    return f"/invitation/{token}/"


def join(client, link, **more):
    return client.post(link, {"name": "Newton", "password1": PASSWORD, "password2": PASSWORD, **more})


def masked(answer):
    return re.sub(rb'x-csrftoken": "\w+', b"", answer.content)


def role_of(project, email):
    return project.memberships.filter(user__email=email).values_list("role", flat=True).first()


def test_a_lead_makes_a_link_that_is_shown_once(project, lead, sign_in):
    page = sign_in(lead).post(f"/p/{project.slug}/team/invite/", {"email": "New@example.org", "role": "observer"})
    link = page.context["link"]
    assert link.startswith("http://testserver/invitation/")
    assert link in page.content.decode()
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("new@example.org", "observer")
    assert invitation.token_hash == rules.token_hash(link.split("/")[-2])
    again = sign_in(lead).get(f"/p/{project.slug}/team/").content.decode()
    assert "new@example.org" in again
    assert "/invitation/" not in again


@pytest.mark.parametrize("data", [{}, {"email": "no address", "role": "coder"}, {"email": "a@b.org", "role": "king"}])
def test_a_wrong_form_makes_none(project, lead, sign_in, data):
    assert sign_in(lead).post(f"/p/{project.slug}/team/invite/", data).status_code == 400
    assert not Invitation.objects.exists()


def test_a_member_is_not_invited_again(project, lead, ada, sign_in):
    answer = sign_in(lead).post(f"/p/{project.slug}/team/invite/", {"email": ada.email.upper(), "role": "coder"})
    assert answer.status_code == 409
    assert "member of the project already" in answer.content.decode()


def test_a_newcomer_gets_an_account_and_the_role(client, project, link):
    page = client.get(link)
    assert page.status_code == 200
    assert "new@example.org" in page.content.decode()
    assert join(client, link).url == f"/p/{project.slug}/"
    person = User.objects.get(email="new@example.org")
    assert (person.name, person.check_password(PASSWORD), role_of(project, person.email)) == ("Newton", True, "coder")
    assert client.get(f"/p/{project.slug}/").status_code == 200


@pytest.mark.parametrize("more", [{"name": ""}, {"password2": "other"}, {"password1": "123", "password2": "123"}])
def test_a_wrong_form_makes_no_account(client, project, link, more):
    answer = join(client, link, **more)
    assert answer.status_code == 400
    assert answer.context["form"].errors
    assert not User.objects.filter(email="new@example.org").exists()
    assert Invitation.objects.still_open().exists()


def test_who_is_signed_in_joins_with_one_click(project, link, stranger, sign_in):
    client = sign_in(stranger)
    assert client.get(link).status_code == 200
    assert role_of(project, stranger.email) is None
    assert client.post(link).url == f"/p/{project.slug}/"
    assert role_of(project, stranger.email) == "coder"


def test_a_link_works_once(client, project, link, stranger, sign_in):
    sign_in(stranger).post(link)
    for answer in (client.get(link), join(client, link)):
        assert answer.status_code == 409
        assert "was used or has expired" in answer.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_member_who_clicks_does_not_use_it_up(project, link, ada, sign_in):
    assert sign_in(ada).post(link).status_code == 409
    assert Invitation.objects.still_open().exists()


def test_a_link_expires(client, project, link):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(link).status_code == 409
    assert join(client, link).status_code == 409
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_wrong_link_gets_the_same_words_as_a_used_one(client, project, link, stranger, sign_in):
    wrong = client.get("/invitation/nonsense/")
    sign_in(stranger).post(link)
    used = client.get(link)
    assert wrong.status_code == used.status_code == 409
    assert masked(wrong) == masked(used)


def test_a_new_invitation_replaces_the_earlier_one(client, project, lead, link):
    rules.invite(lead, project, "new@example.org", "observer")
    assert client.get(link).status_code == 409
    assert Invitation.objects.count() == 1


def test_an_address_with_an_account_signs_in_first(client, project, link):
    factory.user("new")
    answer = join(client, link)
    assert answer.status_code == 409
    assert "has an account already" in answer.content.decode()
    assert Invitation.objects.still_open().exists()


def test_two_invitations_to_a_new_address_make_one_account(client, project, link, monkeypatch):
    """Another project's is accepted between the look for an account and its making."""
    made = User.objects.create_user

    def late(email, *more):
        made(email, *more)
        return made(email, *more)

    monkeypatch.setattr(User.objects, "create_user", late)
    answer = join(client, link)
    assert answer.status_code == 409
    assert "has an account already" in answer.content.decode()
    assert Invitation.objects.still_open().exists()


def test_joining_is_recorded(project, link, stranger, sign_in):
    sign_in(stranger).post(link)
    event = Event.objects.get(verb="accept_invitation")
    assert (event.actor, event.after) == (stranger, '{"role":"coder"}')


def test_only_a_lead_invites(project, ada, stranger, sign_in, client):
    data, door = {"email": "a@b.org", "role": "lead"}, f"/p/{project.slug}/team/invite/"
    watcher = factory.member(project, "olga", "observer")
    assert sign_in(ada).post(door, data).status_code == 403
    assert sign_in(watcher).post(door, data).status_code == 403
    assert sign_in(stranger).post(door, data).status_code == 404
    assert client.post(door, data).status_code == 302
    assert sign_in(ada).get(door).status_code == 405
    assert not Invitation.objects.exists()


def test_the_team_page_shows_open_invitations_to_leads_only(project, lead, ada, link, sign_in):
    door = f"/p/{project.slug}/team/"
    assert "new@example.org" in sign_in(lead).get(door).content.decode()
    assert "new@example.org" not in sign_in(ada).get(door).content.decode()


def test_a_coder_of_an_open_blind_round_who_leaves_and_returns_stays_shielded(project, lead, ada, bo):
    factory.incidents(project)
    factory.round_of(project, [ada, bo])
    rules.remove_member(lead, Membership.objects.get(user=ada))
    _, token = rules.invite(lead, project, ada.email, "coder")
    assert rules.accept(token, ada).is_shielded


def left_blind(project, lead, ada, bo):
    """Two open blind rounds, out of which Ada is removed."""
    factory.incidents(project)
    rounds = [factory.round_of(project, [ada, bo], name=name) for name in ("first", "second")]
    rules.remove_member(lead, Membership.objects.get(user=ada))
    return rounds


def returns(project, lead, ada, way):
    if way == "added":
        return rules.add_member(lead, project, ada, "coder")
    return rules.accept(rules.invite(lead, project, ada.email, "coder")[1], ada)


@pytest.mark.parametrize("way", ["added", "invited"])
def test_who_returns_after_the_release_of_their_blind_rounds_is_shielded_no_more(project, lead, ada, bo, way):
    for one in left_blind(project, lead, ada, bo):
        release_round(lead, one, "For the test.")
    assert Event.objects.filter(verb="lift_shield").count() == 1
    assert not returns(project, lead, ada, way).is_shielded


@pytest.mark.parametrize("way", ["added", "invited"])
def test_who_returns_while_one_of_their_blind_rounds_is_open_stays_shielded(project, lead, ada, bo, way):
    first, _ = left_blind(project, lead, ada, bo)
    release_round(lead, first, "For the test.")
    assert returns(project, lead, ada, way).is_shielded


def test_who_leaves_blind_once_more_is_shielded_once_more(project, lead, ada, bo):
    for one in left_blind(project, lead, ada, bo):
        release_round(lead, one, "For the test.")
    rules.add_member(lead, project, ada, "coder")
    factory.round_of(project, [ada, bo], name="third")
    rules.remove_member(lead, Membership.objects.get(user=ada))
    assert rules.add_member(lead, project, ada, "coder").is_shielded
