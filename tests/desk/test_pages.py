"""Home, a project's way, activity, an incident with its readings: each for whom it is."""

import re
from datetime import UTC, date, datetime

import pytest

from coding.people.models import Membership
from coding.people.rules import record
from coding.rounds import rules
from coding.rounds.models import Assignment, Round
from tests import factory
from tests.kept import kept


@kept
def held(project):
    return factory.incidents(project, 3)


def release(of):
    Round.objects.filter(pk=of.pk).update(state="released", released_at=datetime(2026, 5, 1, tzinfo=UTC))
    rules.shield(of.project)
    of.refresh_from_db()


def body(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


# Home


def test_home_offers_the_next_assignment(project, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    page = sign_in(ada).get("/")
    first = factory.assignment(of, ada)
    assert page.context["next"]["assignment"] == first
    assert page.context["next"]["url"] == f"/a/{first.uid}/" or str(first.uid) in page.context["next"]["url"]
    assert "0 of 3 submitted" in page.content.decode()


def test_what_was_begun_comes_first(project, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    begun = factory.assignment(of, ada, held[2])
    factory.code(begun, "late fee", "a")
    page = sign_in(ada).get("/")
    assert page.context["next"]["assignment"] == begun
    assert "Go on" in page.content.decode()


def test_what_is_submitted_is_not_next(project, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    for expected in [held[1], held[2], None]:
        one = sign_in(ada).get("/").context["next"]["assignment"]
        factory.code(one, "late fee", "a")
        factory.hand_in(one)
        coming = sign_in(ada).get("/").context["next"]
        assert (coming["assignment"].incident if coming else None) == expected
    assert "Nothing waits for you to code." in body(sign_in(ada), "/")
    assert of.assignments.by(ada).submitted().count() == 3


def test_a_round_that_is_due_comes_before_one_that_is_not(project, ada, held, sign_in):
    factory.round_of(project, [ada], incidents=held[:1])
    due = factory.round_of(project, [ada], incidents=held[1:2], due_on=date(2027, 1, 1))
    sooner = factory.round_of(project, [ada], incidents=held[2:], due_on=date(2026, 12, 1))
    assert sign_in(ada).get("/").context["next"]["assignment"].round == sooner
    release(sooner)
    assert sign_in(ada).get("/").context["next"]["assignment"].round == due


def test_drafts_and_released_rounds_offer_nothing(project, ada, held, sign_in):
    of = factory.round_of(project, [ada], opened=False)
    assert sign_in(ada).get("/").context["next"] is None
    rules.open_round(factory.lead_of(project), of)
    release(of)
    assert sign_in(ada).get("/").context["next"] is None


def test_archived_projects_stay_away(project, ada, held, sign_in):
    factory.round_of(project, [ada])
    project.archived_at = datetime(2026, 5, 1, tzinfo=UTC)
    project.save()
    page = sign_in(ada).get("/")
    assert (page.context["next"], page.context["projects"]) == (None, [])


def test_a_newcomer_is_told_how_to_begin(stranger, sign_in):
    page = body(sign_in(stranger), "/")
    assert "No project yet" in page
    assert "Start a project" in page


def test_home_is_for_signed_in_people_and_takes_no_post(client, lead, sign_in):
    assert client.get("/").url == "/sign-in/?next=/"
    assert sign_in(lead).post("/").status_code == 405


def grow(project, ada, bo, size):
    held = factory.incidents(project, size)[-size:]
    of = factory.round_of(project, [ada, bo], name=f"of {size}", incidents=held)
    for one in of.assignments.by(ada)[:size]:
        factory.code(one, "late fee", f"code {one.pk}")


@pytest.mark.parametrize("who", ["lead", "ada", "cy"])
def test_pages_cost_the_same_for_3_and_for_30(project, lead, ada, bo, sign_in, django_assert_max_num_queries, who):
    """A lead, a shielded coder, and a coder who is in no round."""
    person = {"lead": lead, "ada": ada, "cy": factory.member(project, "cy")}[who]
    client, costs = sign_in(person), []
    for size in (3, 30):
        grow(project, ada, bo, size)
        cost = []
        for path in ("/", f"/p/{project.slug}/", f"/p/{project.slug}/activity/", f"/p/{project.slug}/incidents/1/"):
            with django_assert_max_num_queries(20) as queries:
                client.get(path)
            cost.append(len(queries))
        costs.append(cost)
    assert costs[0] == costs[1]


@pytest.mark.parametrize("blind", [True, False])
def test_home_costs_the_same_for_one_project_and_for_five(lead, sign_in, django_assert_max_num_queries, blind):
    ada, costs = factory.user("ada"), []
    for count in (1, 4):
        for number in range(count):
            project = factory.project(lead, f"P{count}{number}")
            Membership.objects.create(project=project, user=ada, role="coder")
            factory.incidents(project, 1)
            if blind:
                factory.round_of(project, [ada])
        client = sign_in(ada)
        with django_assert_max_num_queries(20) as queries:
            page = client.get("/")
        costs.append(len(queries))
    assert len(page.context["projects"]) == 5
    assert costs[0] == costs[1]


# The way


def steps(page):
    return {step.name: (step.count, step.state, step.action) for step in page.context["steps"]}


def test_the_way_begins_with_the_import(project, lead, sign_in):
    page = sign_in(lead).get(f"/p/{project.slug}/")
    assert steps(page)["Incidents"] == ("0 reports", "current", "Import incidents")
    assert [state for _, state, _ in steps(page).values()] == ["current"] + ["waiting"] * 6
    assert page.content.decode().count('class="button primary"') == 1


def test_the_way_goes_on_step_by_step(project, lead, ada, bo, held, sign_in):
    client, path = sign_in(lead), f"/p/{project.slug}/"
    assert steps(client.get(path))["Open"] == ("0 codes", "current", "Plan an open-coding round")
    of = factory.round_of(project, [ada, bo])
    assert steps(client.get(path))["Open"] == ("0 codes", "current", "See how the round goes")
    factory.code(factory.assignment(of, ada), "late fee", "a")
    assert steps(client.get(path))["Open"][0] == "0 codes"
    release(of)
    assert steps(client.get(path))["Axial"][1:] == ("current", "Group codes into categories")


def test_who_is_no_lead_gets_no_action(project, ada, sign_in):
    page = sign_in(ada).get(f"/p/{project.slug}/")
    assert {action for _, _, action in steps(page).values()} == {""}
    assert page.context["next_step"] is None


def test_each_project_on_the_home_page_has_its_own_counts(lead, sign_in):
    for name, count in (("One", 1), ("Two", 2)):
        factory.incidents(factory.project(lead, name), count)
    shown = {project.name: way[0].count for project, way in sign_in(lead).get("/").context["projects"]}
    assert shown == {"One": "1 report", "Two": "2 reports"}


def test_a_shielded_coder_sees_own_counts_only(project, lead, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    path, client = f"/p/{project.slug}/", sign_in(ada)
    before = masked(client.get(path))
    other = factory.assignment(of, bo)
    factory.code(other, "late fee", "bo's code")
    factory.hand_in(other)
    rules.reopen(lead, other, "A slip.")
    page = client.get(path)
    assert masked(page) == before
    assert steps(page) == {"Incidents": ("3 reports", "done", ""), "Your round": ("0 of 3", "current", "")}
    assert "Lately" not in page.content.decode()
    own = factory.assignment(of, ada)
    factory.code(own, "late fee", "a")
    factory.hand_in(own)
    assert steps(client.get(path))["Your round"][0] == "1 of 3"


def masked(answer):
    return re.sub(rb'(csrfmiddlewaretoken" value="|x-csrftoken": ")\w+', b"", answer.content)


# Activity


def test_everybody_reads_what_is_released(project, lead, ada, held, sign_in):
    for person in (lead, ada):
        assert "imported" in body(sign_in(person), f"/p/{project.slug}/activity/") or "started the project" in body(
            sign_in(person), f"/p/{project.slug}/activity/"
        )


def test_a_shielded_coder_reads_own_events_only(project, lead, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    client, path = sign_in(ada), f"/p/{project.slug}/activity/"
    before = masked(client.get(path))
    factory.code(factory.assignment(of, bo), "late fee", "b")
    record(project, lead, "describe_project", project, after={"name": "X"})
    assert masked(client.get(path)) == before
    assert "Nothing has happened yet." in before.decode()
    factory.code(factory.assignment(of, ada), "late fee", "a")
    page = masked(client.get(path)).decode()
    assert "Ada coded a segment" in page
    assert "Lead" not in page
    assert "Bo" not in page


def test_the_lead_does_not_read_open_blind_work(project, lead, ada, bo, held, sign_in):
    factory.code(factory.assignment(factory.round_of(project, [ada, bo]), ada), "late fee", "a")
    page = body(sign_in(lead), f"/p/{project.slug}/activity/")
    assert "coded a segment" not in page
    assert "opened a round against edition 1" in page


def test_an_answer_that_is_kept_for_a_retry_is_nothing_that_happened(project, lead, sign_in):
    record(project, lead, "answer_request", "answer:1", answer="{}", private=True)
    assert "answer" not in body(sign_in(lead), f"/p/{project.slug}/activity/")


def test_reasons_and_names_are_inert(project, lead, sign_in):
    record(project, lead, "draft_round", project, after={"name": "<script>x</script>"}, reason="<b>why</b>")
    page = body(sign_in(lead), f"/p/{project.slug}/activity/")
    assert "<script>x" not in page
    assert "<b>why" not in page
    assert "planned the round “&lt;script&gt;x&lt;/script&gt;”" in page


@pytest.mark.parametrize("page", ["", "activity/", "incidents/1/"])
def test_strangers_find_nothing_and_nobody_posts(project, held, lead, stranger, sign_in, page):
    path = f"/p/{project.slug}/{page}"
    assert sign_in(stranger).get(path).status_code == 404
    assert sign_in(lead).post(path).status_code == 405
    assert sign_in(factory.member(project, "olga", "observer")).get(path).status_code == 200


# An incident


def test_an_incident_is_read_with_its_text_and_attributes(project, lead, held, sign_in):
    one = held[0]
    one.attributes, one.source_url, one.source_name = (
        {"severity": "<i>high</i>"},
        "https://example.org/a?b=1&c=2",
        "Daily",
    )
    one.save()
    page = body(sign_in(lead), f"/p/{project.slug}/incidents/1/")
    assert "had been waived. It had not." in page
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">Daily</a>' in page
    assert "&lt;i&gt;high&lt;/i&gt;" in page
    assert 'tabindex="0" role="button"' not in page


def test_html_in_a_text_is_inert(project, lead, sign_in):
    factory.incidents(project, 1, "<script>alert(1)</script> & <b>bold</b>")
    page = body(sign_in(lead), f"/p/{project.slug}/incidents/1/")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold" in page


@pytest.mark.parametrize("number", ["0", "4", "99999999999999999999", "2147483648", "x", "-1", "1/x"])
def test_an_incident_that_is_not_there_is_not_found(project, lead, held, sign_in, number):
    assert sign_in(lead).get(f"/p/{project.slug}/incidents/{number}/").status_code == 404


def test_readings_show_after_release_to_who_opened_them(project, lead, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    for coder, name in ((ada, "inventing a rule"), (bo, "false promise")):
        factory.code(factory.assignment(of, coder), "late fee", name)
    path = f"/p/{project.slug}/incidents/1/"
    before = {person: body(sign_in(person), path) for person in (lead, ada, bo)}
    assert "Readings" not in before[lead]
    assert "inventing a rule" in before[ada]
    assert "false promise" not in before[ada]
    release(of)
    assert "Readings" not in body(sign_in(lead), path)
    assert "false promise" not in body(sign_in(ada), path)
    rules.open_readings(lead, of)
    rules.open_readings(ada, of)
    for person in (lead, ada):
        page = body(sign_in(person), path)
        assert "inventing a rule" in page
        assert "false promise" in page
    assert "inventing a rule" not in body(sign_in(bo), path)


def test_a_coder_who_reads_it_blind_again_sees_no_earlier_reading_of_others(project, lead, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    factory.code(factory.assignment(of, bo), "late fee", "false promise")
    release(of)
    rules.open_readings(ada, of)
    factory.round_of(project, [ada], "rating", incidents=held[:1])
    assert "false promise" not in body(sign_in(ada), f"/p/{project.slug}/incidents/1/")


def test_readings_cost_the_same_for_two_coders_and_for_eight(project, lead, sign_in, django_assert_max_num_queries):
    factory.incidents(project, 1)
    client, costs = sign_in(lead), []
    for count in (2, 8):
        coders = [factory.member(project, f"c{count}x{number}") for number in range(count)]
        of = factory.round_of(project, coders)
        for coder in coders:
            for quote in ("late fee", "guest", "manager"):
                factory.code(factory.assignment(of, coder), quote, f"{coder.name} {quote}", "other")
        release(of)
        rules.open_readings(lead, of)
        with django_assert_max_num_queries(20) as queries:
            client.get(f"/p/{project.slug}/incidents/1/")
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert Assignment.objects.count() == 10


def test_who_leads_is_offered_the_next_step_where_nothing_is_to_be_coded(project, lead, ada, sign_in):
    page = sign_in(lead).get("/")
    assert page.context["next"] is None
    assert [(one, step.action) for one, step in page.context["leading"]] == [(project, "Import incidents")]
    assert "Import incidents" in page.content.decode()
    assert sign_in(ada).get("/").context["leading"] == []


def test_what_waits_to_be_coded_comes_before_the_way(project, lead, held, sign_in):
    factory.round_of(project, [lead])
    page = sign_in(lead).get("/")
    assert page.context["next"]
    assert page.context["leading"] == []


def test_an_event_names_what_it_was_about(project, lead, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    told = body(sign_in(lead), f"/p/{project.slug}/activity/")
    assert f'<a href="/p/{project.slug}/rounds/{of.uid}/">“{of.name}”</a>' in told
    first = factory.assignment(of, ada)
    factory.hand_in(first)
    assert "submitted an incident: <a" in body(sign_in(ada), f"/p/{project.slug}/activity/")
    assert "submitted an incident" not in body(sign_in(bo), f"/p/{project.slug}/activity/")


def test_a_coder_is_led_to_no_page_that_is_closed_to_the_role(project, lead, ada, held, sign_in):
    for path in ("/", f"/p/{project.slug}/"):
        assert f"/p/{project.slug}/reconcile/" not in body(sign_in(ada), path)
    assert f"/p/{project.slug}/reconcile/" in body(sign_in(lead), f"/p/{project.slug}/")
