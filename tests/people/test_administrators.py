"""The first administrator by prompt, and accounts and projects in the admin pages."""

import builtins
import getpass
import io
import sys

import pytest
from django.core.management import CommandError, call_command

from coding.people.models import Membership, User
from tests import factory


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def answers(monkeypatch):
    """Answer the prompts of a command, one after the other."""
    said = []
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(builtins, "input", lambda prompt="": said.pop(0))
    monkeypatch.setattr(getpass, "getpass", lambda prompt="": said.pop(0))
    return said


def create(answers, *lines):
    answers.extend(lines)
    errors = io.StringIO()
    call_command("createsuperuser", stdin=Terminal(), stdout=io.StringIO(), stderr=errors)
    return errors.getvalue()


def test_the_first_administrator_is_made_by_prompt(db, answers):
    create(answers, "Root@Example.org", "Root", "a longer secret 77", "a longer secret 77")
    root = User.objects.get()
    assert (root.email, root.name, root.is_staff, root.is_superuser) == ("root@example.org", "Root", True, True)
    assert root.check_password("a longer secret 77")


def test_the_prompt_asks_again_for_what_is_wrong(db, answers):
    factory.user("taken")
    wrong, good = ["no address", "taken@example.org"], ["other secret 77"] * 2
    errors = create(answers, *wrong, "root@example.org", "Root", "123", "123", "n", *good)
    assert "valid email" in errors.lower()
    assert "already taken" in errors
    assert User.objects.get(is_superuser=True).email == "root@example.org"


def test_the_prompt_knows_an_address_in_other_capitals(db, answers):
    factory.user("taken")
    errors = create(answers, "TAKEN@example.org", "root@example.org", "Root", "other secret 77", "other secret 77")
    assert "already taken" in errors


def test_an_administrator_is_made_without_a_terminal(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a longer secret 77")
    call_command("createsuperuser", email="root@example.org", name="Root", interactive=False, stdout=io.StringIO())
    assert User.objects.get().check_password("a longer secret 77")
    with pytest.raises(CommandError):
        call_command("createsuperuser", interactive=False)


@pytest.fixture
def office(db, sign_in):
    return sign_in(factory.user("root", is_staff=True, is_superuser=True))


ROLES = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-0-role": "lead"}


def test_the_office_is_closed_to_everybody_else(client, project, lead, sign_in):
    assert client.get("/admin/people/user/").status_code == 302
    assert sign_in(lead).get("/admin/people/user/").status_code == 302


def test_the_office_offers_accounts_and_projects_and_no_coded_work(office, project):
    page = office.get("/admin/").content.decode()
    assert "/admin/people/user/" in page
    assert "/admin/people/project/" in page
    assert "coding" not in page.replace("open_coding", "coding").split("<body", 1)[1]
    assert office.get(f"/admin/people/project/{project.pk}/change/").status_code == 200


def test_an_account_made_in_the_office_can_be_used(office, client, mailoutbox):
    office.post("/admin/people/user/add/", {"email": "Ada@Example.org", "name": "Ada", "is_active": "on"})
    ada = User.objects.get(name="Ada")
    assert ada.email == "ada@example.org"
    client.post("/password/reset/", {"email": "ada@example.org"})
    assert len(mailoutbox) == 1


def test_a_member_is_given_a_role_in_the_office(office, project, stranger):
    data = {"slug": project.slug, "name": project.name, **ROLES, "memberships-0-user": stranger.pk,
            "memberships-0-project": project.pk}  # fmt: skip
    office.post(f"/admin/people/project/{project.pk}/change/", data)
    assert Membership.objects.get(user=stranger).role == "lead"
