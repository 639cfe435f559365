"""Tokens: shown once, kept as a hash, bound by scope, end and revocation."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.test import APIRequestFactory

from coding.lib.refusals import BadInput
from coding.people import rules
from coding.people.models import Token
from coding.people.tokens import TokenAuthentication
from tests import factory


@pytest.fixture
def ann(db):
    return factory.user("ann")


def authenticate(text, method="get"):
    request = getattr(APIRequestFactory(), method)("/", HTTP_AUTHORIZATION=text)
    return TokenAuthentication().authenticate(request)


def test_the_text_is_shown_once_and_only_its_hash_is_kept(client, ann):
    client.force_login(ann)
    page = client.post("/account/tokens/", {"name": "export", "scope": "read"})
    text, token = page.context["text"], Token.objects.get()
    assert text.startswith("loam_")
    assert text in page.content.decode()
    assert token.token_hash == rules.token_hash(text)
    assert text not in {str(value) for value in Token.objects.values().get().values()}
    assert text not in client.get("/account/").content.decode()


def test_a_token_names_its_user(ann):
    token, text = rules.issue_token(ann, "export", "read")
    assert authenticate(f"Bearer {text}") == (ann, token)
    assert authenticate(f"bearer {text}") == (ann, token)


@pytest.mark.parametrize("header", ["", "Basic abc", "Token abc"])
def test_another_kind_of_authorization_is_left_to_others(ann, header):
    assert authenticate(header) is None


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer loam_wrong", "Bearer \xff\xfe"])
def test_a_wrong_token_is_refused(ann, header):
    with pytest.raises(AuthenticationFailed):
        authenticate(header)


def test_a_revoked_token_is_refused_at_once(client, ann):
    token, text = rules.issue_token(ann, "export", "read")
    client.force_login(ann)
    assert client.post(f"/account/tokens/{token.uid}/revoke/").url == "/account/"
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {text}")


def test_a_token_works_until_its_end_and_not_after(ann):
    now = timezone.now()
    _, still = rules.issue_token(ann, "still", "read", expires_at=now + timedelta(minutes=1))
    _, over = rules.issue_token(ann, "over", "read", expires_at=now - timedelta(seconds=1))
    assert authenticate(f"Bearer {still}")
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {over}")


def test_a_closed_accounts_token_is_refused(ann):
    _, text = rules.issue_token(ann, "export", "read")
    ann.is_active = False
    ann.save()
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {text}")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_token_to_read_does_not_write(ann, method):
    _, reading = rules.issue_token(ann, "r", "read")
    _, writing = rules.issue_token(ann, "w", "write")
    with pytest.raises(PermissionDenied):
        authenticate(f"Bearer {reading}", method)
    assert authenticate(f"Bearer {writing}", method)


def test_a_token_needs_a_name(ann):
    with pytest.raises(BadInput):
        rules.issue_token(ann, "  ", "read")


def test_a_token_is_bound_to_own_projects_only(client, ann, stranger):
    project = factory.project(ann)
    client.force_login(stranger)
    answer = client.post("/account/tokens/", {"name": "x", "scope": "read", "project": project.pk})
    assert answer.status_code == 400
    assert project.name not in answer.content.decode()
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    "data",
    [{}, {"name": "x"}, {"name": "x", "scope": "all"}, {"name": "x", "scope": "read", "expires_on": "soon"},
     {"name": "x", "scope": "read", "expires_on": "2001-01-01"}],
)  # fmt: skip
def test_a_wrong_form_makes_no_token(client, ann, data):
    client.force_login(ann)
    assert client.post("/account/tokens/", data).status_code == 400
    assert not Token.objects.exists()


def test_a_token_holds_to_the_end_of_its_day(client, ann):
    client.force_login(ann)
    day = timezone.now().date() + timedelta(days=3)
    client.post("/account/tokens/", {"name": "x", "scope": "read", "expires_on": day.isoformat()})
    assert Token.objects.get().expires_at.date() == day


def test_nobody_revokes_anothers_token(client, ann, stranger):
    token, _ = rules.issue_token(ann, "export", "read")
    client.force_login(stranger)
    assert client.post(f"/account/tokens/{token.uid}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_the_doors_take_posts_of_signed_in_people_only(client, ann):
    assert client.post("/account/tokens/").status_code == 302
    client.force_login(ann)
    assert client.get("/account/tokens/").status_code == 405
