"""What somebody who means it would try, across the rooms."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from coding.codes import rules as code_rules
from coding.codes.models import Code, Mapping, ScaleCategory
from coding.incidents.models import Incident
from coding.lib.refusals import BadInput
from coding.open_coding.naming import Naming
from coding.open_coding.rules import code_segment
from coding.people import rules as people
from coding.people.models import Event, Membership, Project
from coding.reconciliation.rules import CodesItBlind, release_round, settle
from coding.rounds import rules as round_rules
from coding.selective_coding.rules import Choice, Reading
from coding.selective_coding.rules import submit as submit_rating
from tests import factory
from tests.door import Door
from tests.kept import kept

WORDS = "the late fee"


@kept
def coded(project, ada, bo):
    """An open blind round; Ada has begun."""
    factory.incidents(project, 2)
    opened = factory.round_of(project, [ada, bo])
    factory.code(factory.assignment(opened, ada), WORDS, "a promise")
    return opened


@kept
def rated(project, ada, bo):
    factory.incidents(project, 2)
    return factory.round_of(project, [ada, bo], "rating")


def member_of(project, user):
    return Membership.objects.get(project=project, user=user)


def become(project, user, role):
    people.change_role(factory.lead_of(project), member_of(project, user), role)


def span(assignment):
    start = assignment.incident.text.index(WORDS)
    return {"start": start, "end": start + len(WORDS), "quote": WORDS}


# Roles that change while a blind round is open.


def test_a_coder_made_an_observer_codes_nothing_more_by_any_door(coded, project, ada, sign_in):
    here = factory.assignment(coded, ada)
    segment, code = here.segments.get(), Code.objects.get(coined_by=ada)
    become(project, ada, "observer")
    client, before = sign_in(ada), Event.objects.count()
    for name, args, data in [
        ("code_segment", [], {**span(here), "name": "another"}),
        ("delete_segment", [segment.uid], {}),
        ("remove_code", [segment.uid, code.uid], {}),
        ("define", [code.uid], {"definition": "mine", "version": 1}),
        ("undo", [], {}),
        ("submit", [], {}),
    ]:
        assert client.post(reverse(f"open_coding:{name}", args=[here.uid, *args]), data).status_code == 403, name
    assert Door(ada).post(f"assignments/{here.uid}/segments/undo/").status_code == 403
    assert Event.objects.count() == before


def test_a_coder_made_an_observer_rates_nothing_more(rated, project, ada, sign_in):
    here = factory.assignment(rated, ada)
    become(project, ada, "observer")
    answer = sign_in(ada).post(reverse("selective_coding:rate", args=[here.uid]), {"none_applies": "1"})
    assert answer.status_code == 403


def test_a_coder_made_an_observer_stays_shielded_until_release(coded, project, ada, lead, sign_in):
    become(project, ada, "observer")
    for page in ("axial_coding:board", "agreement:overview", "reconciliation:queue", "codebook:document"):
        assert sign_in(ada).get(reverse(page, args=[project.slug])).status_code == 403, page
    release = people.record(project, lead, "tell_storyline", project, after={"text": "others' work"})
    assert release not in Event.objects.visible_to(ada)
    code_rules.create_code(lead, project, "a word of the lead")
    assert not Code.objects.visible_to(ada).exclude(coined_by=ada).exists()


@pytest.mark.parametrize("leave", [lambda by, held: people.remove_member(by, held),
                                   lambda by, held: people.change_role(by, held, "observer")], ids=["left", "observer"])  # fmt: skip
def test_a_round_does_not_open_for_who_codes_no_more(project, ada, bo, lead, leave):
    """Their return would find them coding blind with no shield on their membership."""
    factory.incidents(project, 1)
    drafted = factory.round_of(project, [ada, bo], opened=False)
    leave(lead, member_of(project, ada))
    with pytest.raises(round_rules.NoCoder, match="Ada is no coder"):
        round_rules.open_round(lead, drafted)


def test_a_round_is_not_planned_for_strangers_or_observers(project, ada, stranger):
    factory.incidents(project, 1)
    for one in (stranger, factory.member(project, "olga", "observer")):
        with pytest.raises(BadInput, match="is no coder of this project"):
            factory.round_of(project, [ada, one])


def test_a_lead_who_codes_an_incident_blind_reads_no_decision_on_it(project, lead, ada, bo, sign_in):
    """Agreed before, reopened for another round: what was decided stays closed to who judges it anew."""
    incident = factory.incidents(project, 1)[0]
    first = factory.round_of(project, [ada, bo], "rating")
    categories = list(ScaleCategory.objects.filter(layer__scale=first.scale).order_by("number")[:2])
    for coder, category in zip((ada, bo), categories, strict=True):
        choice = Reading((Choice(category.uid),), category.uid)
        submit_rating(coder, factory.assignment(first, coder), reading=choice)
    second = factory.round_of(project, [lead, bo], "rating", opened=False)
    round_rules.open_round(lead, second)
    release_round(lead, first)
    first.refresh_from_db()
    found = first.disagreements.get()
    with pytest.raises(CodesItBlind):
        settle(lead, found, "one", [categories[0]], categories[0], "slip", "The words of the decision.")
    other = factory.member(project, "lee", "lead")
    round_rules.open_readings(other, first)
    settle(other, found, "one", [categories[0]], categories[0], "slip", "The words of the decision.")
    url = reverse("reconciliation:unit", args=[project.slug, first.uid, incident.number])
    assert "The words of the decision." in sign_in(other).get(url).content.decode()
    assert "The words of the decision." not in sign_in(lead).get(url).content.decode()


def test_who_is_removed_takes_the_blindness_of_that_moment_along(project, ada, bo, lead):
    """The membership was read before the round opened; what counts is what stands under the lock."""
    stale = member_of(project, ada)
    factory.incidents(project, 1)
    factory.round_of(project, [ada, bo])
    people.remove_member(lead, stale)
    assert people.add_member(lead, project, ada, "coder").is_blind


def test_two_leads_remove_a_member_once(project, ada, lead):
    first, second, third = (member_of(project, ada) for _ in range(3))
    people.remove_member(lead, first)
    with pytest.raises(people.NoMember):
        people.remove_member(lead, second)
    with pytest.raises(people.NoMember):
        people.change_role(lead, third, "observer")
    assert Event.objects.filter(verb="remove_member").count() == 1


def test_two_leads_take_a_place_in_the_scale_back_once(project, lead):
    scale, category = project.scales.get(), code_rules.create_category(lead, project, "Promises")
    mapping = code_rules.map_category(lead, category, scale, None, "It does not fit.")
    code_rules.unmap(lead, Mapping.objects.get(pk=mapping.pk))
    with pytest.raises(code_rules.NotLiving):
        code_rules.unmap(lead, mapping)
    assert Event.objects.filter(verb="unmap").count() == 1


# The administrator's pages.


@pytest.fixture
def office(project, sign_in):
    return sign_in(factory.user("admin", is_staff=True, is_superuser=True))


def membership_form(project, *rows, initial=0):
    form = {"name": project.name, "slug": project.slug, "archived_at_0": "", "archived_at_1": "",
            "memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": initial}  # fmt: skip
    for number, row in enumerate(rows):
        form |= {f"memberships-{number}-{name}": value for name, value in {"project": project.pk, **row}.items()}
    return form


def test_an_administrator_deletes_no_project_and_no_account(office, coded, project, ada):
    """Asking first, that page would list every segment and code of an open blind round."""
    for kind, row in (("project", project), ("user", ada)):
        for answer in (office.get(f"/admin/people/{kind}/{row.pk}/delete/"),
                       office.post(f"/admin/people/{kind}/", {"action": "delete_selected", "_selected_action": row.pk})):  # fmt: skip
            assert "a promise" not in answer.content.decode()
            assert "coded" not in answer.content.decode().replace("next_uncoded", "")
        assert office.get(f"/admin/people/{kind}/{row.pk}/delete/").status_code == 403


def test_an_administrator_changes_memberships_by_the_verbs(office, coded, project, ada, bo):
    url = f"/admin/people/project/{project.pk}/change/"
    rows = [{"id": one.pk, "user": one.user_id, "role": one.role} for one in project.memberships.order_by("pk")]
    rows[1] |= {"DELETE": "on"}
    rows[2] |= {"role": "observer"}
    assert office.post(url, membership_form(project, *rows, initial=3)).status_code == 302
    assert sorted(Event.objects.order_by("-pk").values_list("verb", flat=True)[:2]) == ["change_role", "remove_member"]
    again = [rows[0], rows[2], {"id": "", "user": ada.pk, "role": "coder"}]
    assert office.post(url, membership_form(project, *again, initial=2)).status_code == 302
    assert member_of(project, ada).is_blind  # who is taken out and put in again codes as blind as before


def test_an_administrator_leaves_a_project_its_lead(office, project, lead):
    url = f"/admin/people/project/{project.pk}/change/"
    row = {"id": member_of(project, lead).pk, "user": lead.pk, "role": "observer"}
    assert office.post(url, membership_form(project, row, initial=1)).status_code == 409
    assert member_of(project, lead).role == "lead"


def test_the_administrators_pages_hold_to_the_policy_too(office, project):
    for path in (
        "/admin/",
        "/admin/people/user/",
        f"/admin/people/project/{project.pk}/change/",
        "/admin/people/user/add/",
    ):
        answer = office.get(path)
        assert answer.status_code == 200
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert not re.search(
            r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[^>]*>[^<]", answer.content.decode()
        )


def test_the_administrators_pages_are_closed_to_others(project, lead, sign_in):
    for path in ("/admin/", "/admin/people/project/", f"/admin/people/project/{project.pk}/change/"):
        assert sign_in(lead).get(path).status_code == 302


# Ids, characters, numbers.


def test_no_form_gives_database_ids(project, ada, lead, sign_in):
    code_rules.freeze(lead, project)
    for page in (reverse("rounds:new", args=[project.slug]), reverse("people:account")):
        body = sign_in(lead).get(page).content.decode()
        values = re.findall(
            r'<(?:option|input)[^>]* name="(?:coders|scale|edition|project)"[^>]* value="([^"]*)"', body
        )
        values += re.findall(r'<option value="([^"]*)"', body)
        assert values
        assert not [value for value in values if value.isdigit()]


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\ufffe"])
def test_no_form_takes_a_character_that_no_text_may_hold(project, lead, coded, ada, sign_in, character):
    text, slug = f"a{character}b", project.slug
    theirs = factory.assignment(coded, ada)
    factory.hand_in(theirs)
    second = factory.assignment(coded, ada, Incident.objects.get(project=project, number=2))
    plan = {"stage": "open", "purpose": "main", "sampling": "all", "coders": ada.uid, "coders_per_incident": 1}
    for user, name, args, data in [
        (lead, "people:settings", [slug], {"name": text}),
        (lead, "people:account", [], {"name": text, "theme": ""}),
        (lead, "people:issue_token", [], {"name": text, "scope": "read"}),
        (lead, "rounds:new", [slug], {**plan, "name": "A plan", "instructions": text}),
        (lead, "rounds:reopen", [slug, coded.uid], {"assignment": theirs.uid, "reason": text}),
        (ada, "open_coding:code_segment", [second.uid], {**span(second), "name": "x", "definition": text}),
    ]:
        before = Event.objects.count()
        answer = sign_in(user).post(reverse(name, args=args), data)
        assert answer.status_code == 400, name
        assert re.search("at position 2|Null characters are not allowed", answer.content.decode()), name
        assert Event.objects.count() == before


def test_a_definition_given_with_a_name_is_read_like_any_other(coded, bo):
    here = factory.assignment(coded, bo)
    for definition in ("a\x00b", "x" * 20_001):
        with pytest.raises(BadInput, match="Definition"):
            code_segment(bo, here, *span(here).values(), [Naming("named", definition=definition)])


def test_a_number_of_five_thousand_digits_is_no_choice(project, lead, ada, bo, sign_in):
    factory.incidents(project, 1)
    first = factory.round_of(project, [ada, bo], "rating")
    category = ScaleCategory.objects.filter(layer__scale=first.scale).first()
    submit_rating(ada, factory.assignment(first, ada), reading=Reading((Choice(category.uid),), category.uid))
    submit_rating(bo, factory.assignment(first, bo), reading=Reading(none_applies=True))
    release_round(lead, first)
    url = reverse("reconciliation:unit", args=[project.slug, first.uid, 1])
    for field in ("category", "primary"):
        assert sign_in(lead).post(url, {"outcome": "recode", field: "9" * 5_000}).status_code == 400


@pytest.mark.parametrize("words", ["%", "_", "\\", "100%_", "a\\%"])
def test_a_search_takes_wildcards_as_they_are(project, words, lead):
    factory.incidents(project, 2)
    factory.incidents(factory.project(lead, "Other"), 1, text=f"before {words} after")
    found = Incident.objects.matching(words)
    assert [one.project.name for one in found] == ["Other"]


# Two clicks.


@pytest.mark.django_db(transaction=True)
def test_two_clicks_start_one_project():
    """The page's key names the request; the second answer leads to the same project."""
    lead = factory.user("lead")
    client = Client()
    client.force_login(lead)
    key = re.search(r'name="key" value="([^"]+)"', client.get(reverse("codes:start")).content.decode())[1]
    data = {"name": "Once", "question": "", "scale": "gvs", "key": key}
    answers = at_once(lead, reverse("codes:start"), data)
    assert {(answer.status_code, answer.url) for answer in answers} == {
        (302, reverse("desk:project", args=[Project.objects.get().slug]))
    }


@pytest.mark.django_db(transaction=True)
def test_two_clicks_leave_one_open_invitation():
    project = factory.project(factory.user("lead"))
    url = reverse("people:invite", args=[project.slug])
    answers = at_once(factory.lead_of(project), url, {"email": "eve@example.org", "role": "coder"})
    assert [answer.status_code for answer in answers] == [200, 200]
    assert project.invitations.count() == 1


def at_once(user, url, data):
    """Send the same form twice at the same moment, from one person's browser."""
    start = threading.Barrier(2)

    def send(_):
        client = Client()
        client.force_login(user)
        try:
            start.wait()
            return client.post(url, data)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(send, range(2)))


def test_a_form_larger_than_five_megabytes_is_answered_by_a_page(project, lead, sign_in):
    url = reverse("people:settings", args=[project.slug])
    answer = sign_in(lead).post(url, {"name": "N", "question": "x" * (5 * 2**20)})
    assert answer.status_code == 400
    assert "nothing was saved" in answer.content.decode()
    assert "script-src 'self'" in answer["Content-Security-Policy"]
