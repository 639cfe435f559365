"""The team: roles, the last lead, and who may change them."""

import re

import pytest

from coding.lib.refusals import BadInput
from coding.people import rules
from coding.people.models import Event, Membership, Project
from coding.people.rules import AlreadyMember, LastLead
from tests import factory


def membership(project, user):
    return Membership.objects.get(project=project, user=user)


def door(project, user, what):
    return f"/p/{project.slug}/team/{membership(project, user).uid}/{what}/"


def test_a_lead_changes_a_role(project, lead, ada, sign_in):
    answer = sign_in(lead).post(door(project, ada, "role"), {"role": "observer"}, follow=True)
    assert "Ada is now observer." in answer.content.decode()
    assert membership(project, ada).role == "observer"
    event = Event.objects.get(verb="change_role")
    assert (event.target, event.before, event.after) == (ada.ref(), '{"role":"coder"}', '{"role":"observer"}')


def test_a_role_counts_from_the_next_request(project, lead, ada, sign_in):
    client = sign_in(ada)
    assert client.get(f"/p/{project.slug}/settings/").status_code == 403
    rules.change_role(lead, membership(project, ada), "lead")
    assert client.get(f"/p/{project.slug}/settings/").status_code == 200


@pytest.mark.parametrize("data", [{}, {"role": "king"}])
def test_an_unknown_role_changes_nothing(project, lead, ada, sign_in, data):
    answer = sign_in(lead).post(door(project, ada, "role"), data, follow=True)
    assert "Choose one of the roles." in answer.content.decode()
    assert membership(project, ada).role == "coder"


def test_a_member_is_removed_and_gets_404_from_then_on(project, lead, ada, sign_in):
    client = sign_in(ada)
    sign_in(lead).post(door(project, ada, "remove"))
    assert client.get(f"/p/{project.slug}/").status_code == 404
    assert Event.objects.filter(verb="remove_member", target=ada.ref()).exists()


def test_what_a_removed_member_coded_stays(project, lead, ada, bo, sign_in):
    factory.incidents(project)
    factory.round_of(project, [ada, bo])
    assignment = factory.assignment(project.rounds.get(), ada)
    factory.code(assignment, "late fee", "a")
    rules.remove_member(lead, membership(project, ada))
    assert assignment.segments.count() == 1


def test_the_last_lead_stays(project, lead, sign_in):
    client = sign_in(lead)
    assert client.post(door(project, lead, "role"), {"role": "coder"}).status_code == 409
    assert client.post(door(project, lead, "remove")).status_code == 409
    assert membership(project, lead).role == "lead"


def test_a_lead_may_go_when_another_is_there(project, lead, ada, sign_in):
    rules.change_role(lead, membership(project, ada), "lead")
    rules.remove_member(ada, membership(project, lead))
    with pytest.raises(LastLead):
        rules.change_role(ada, membership(project, ada), "coder")


def test_a_member_is_added_once(project, lead, stranger):
    rules.add_member(lead, project, stranger, "coder")
    with pytest.raises(AlreadyMember):
        rules.add_member(lead, project, stranger, "lead")
    assert membership(project, stranger).role == "coder"


@pytest.mark.parametrize("what", ["role", "remove"])
def test_only_a_lead_of_this_project_changes_its_team(project, ada, bo, stranger, sign_in, client, what):
    path, data = door(project, bo, what), {"role": "lead"}
    assert sign_in(ada).post(path, data).status_code == 403
    assert sign_in(stranger).post(path, data).status_code == 404
    assert client.post(path, data).status_code == 302
    assert sign_in(ada).get(path).status_code == 405
    assert membership(project, bo).role == "coder"


@pytest.mark.parametrize("what", ["role", "remove"])
def test_a_lead_of_another_project_does_not_reach_into_this_one(project, ada, stranger, sign_in, what):
    other = factory.project(stranger, "Other")
    path = door(project, ada, what).replace(project.slug, other.slug)
    assert sign_in(stranger).post(path, {"role": "lead"}).status_code == 404
    assert membership(project, ada).role == "coder"


def test_everybody_in_the_project_reads_the_team(project, lead, ada, stranger, sign_in):
    path = f"/p/{project.slug}/team/"
    assert "Make the link" in sign_in(lead).get(path).content.decode()
    page = sign_in(ada).get(path)
    assert page.status_code == 200
    assert "Make the link" not in page.content.decode()
    assert sign_in(stranger).get(path).status_code == 404
    assert sign_in(lead).post(path).status_code == 405


def test_the_page_costs_the_same_for_two_and_for_twenty(project, lead, sign_in, django_assert_num_queries):
    client, path = sign_in(lead), f"/p/{project.slug}/team/"
    for size in (2, 20):
        for number in range(size):
            factory.member(project, f"m{size}x{number}")
            rules.invite(lead, project, f"i{size}x{number}@example.org", "coder")
        with django_assert_num_queries(5):
            client.get(path)


def test_members_stand_in_the_same_order_on_both_databases(project, lead, sign_in):
    for name in ["zoe", "Änne", "_b", "Alf"]:
        person = factory.member(project, name)
        person.name = name
        person.save()
    names = [member.user.name for member, _ in sign_in(lead).get(f"/p/{project.slug}/team/").context["rows"]]
    assert names == ["Alf", "_b", "zoe", "Änne", "Lead"]


def test_a_lead_describes_the_project(project, lead, sign_in):
    data = {"name": "Reports II", "question": "Why?", "method_note": ""}
    slug = project.slug
    sign_in(lead).post(f"/p/{slug}/settings/", data)
    project.refresh_from_db()
    assert (project.name, project.question, project.slug) == ("Reports II", "Why?", slug)
    event = Event.objects.get(verb="describe_project")
    assert event.before == '{"name":"Reports","question":""}'


def test_a_description_that_says_nothing_new_writes_no_event(project, lead, sign_in):
    sign_in(lead).post(f"/p/{project.slug}/settings/", {"name": project.name, "question": "", "method_note": ""})
    assert not Event.objects.filter(verb="describe_project").exists()


def test_a_project_without_a_name_is_refused_and_keeps_its_own(project, lead, sign_in):
    answer = sign_in(lead).post(f"/p/{project.slug}/settings/", {"name": ""})
    assert answer.status_code == 400
    assert "<title>Settings of this project · Reports · Loam</title>" in answer.content.decode()
    project.refresh_from_db()
    assert project.name == "Reports"


def test_only_a_lead_reads_and_writes_the_settings(project, ada, stranger, sign_in):
    path = f"/p/{project.slug}/settings/"
    assert sign_in(ada).get(path).status_code == 403
    assert sign_in(ada).post(path, {"name": "x"}).status_code == 403
    assert sign_in(stranger).get(path).status_code == 404


@pytest.mark.parametrize(("name", "slug"), [("Reports", "reports"), ("データ", "project"), ("a" * 200, "a" * 50)])
def test_a_project_gets_a_slug(lead, name, slug):
    made = rules.create_project(lead, name).slug
    assert re.fullmatch(rf"{slug}-[0-9a-f]{{6}}", made)


def test_a_slug_does_not_tell_whether_another_project_has_the_name(lead):
    first, second = (rules.create_project(lead, "Reports").slug for _ in range(2))
    assert len(first) == len(second)
    assert first != second


def test_two_projects_of_one_name_get_two_slugs(lead):
    slugs = {rules.create_project(lead, "Reports").slug for _ in range(3)}
    assert len(slugs) == 3
    assert Project.objects.count() == 3


def test_a_lead_puts_a_member_into_a_group(project, lead, ada, sign_in):
    answer = sign_in(lead).post(door(project, ada, "group"), {"group": "  the   clinic "}, follow=True)
    assert "Ada is in the group" in answer.content.decode()
    assert membership(project, ada).attributes == {"group": "the clinic"}
    assert Event.objects.get(verb="put_in_group").after == '{"group":"the clinic"}'


def test_other_attributes_stay_and_a_member_leaves_a_group(project, lead, ada, sign_in):
    Membership.objects.filter(user=ada).update(attributes={"group": "clinic", "language": "Hausa"})
    assert "Ada is in no group." in sign_in(lead).post(door(project, ada, "group"), {}, follow=True).content.decode()
    assert membership(project, ada).attributes == {"group": "", "language": "Hausa"}


@pytest.mark.parametrize(
    ("group", "why"),
    [("x" * 61, "at most 60 characters"), ("a\x00b", "a NUL character"), ("\ud800", "a lone surrogate")],
)
def test_what_is_no_name_of_a_group_changes_nothing(project, lead, ada, group, why):
    with pytest.raises(BadInput, match=why):
        rules.put_in_group(lead, membership(project, ada), group)
    assert membership(project, ada).attributes == {}


def test_only_a_lead_puts_members_into_groups(project, ada, bo, sign_in):
    assert sign_in(ada).post(door(project, bo, "group"), {"group": "x"}).status_code == 403
