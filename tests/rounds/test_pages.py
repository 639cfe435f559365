"""The pages of rounds: plan one in a form, look at it, open it, follow it."""

from datetime import UTC, datetime

import pytest
from django.forms import ValidationError
from django.urls import reverse

from coding.codes.rules import create_code
from coding.incidents.models import Incident
from coding.people.models import Membership
from coding.rounds import rules
from coding.rounds.forms import numbers_in
from coding.rounds.models import Assignment, Opening, Round
from tests import factory
from tests.kept import kept


@kept
def held(project):
    return factory.incidents(project, 8)


@pytest.fixture
def new(project):
    return f"/p/{project.slug}/rounds/new/"


def data(*coders, **more):
    return {
        "name": "First", "stage": "open", "purpose": "main", "sampling": "all", "coders": [one.uid for one in coders],
        "coders_per_incident": 2, "is_blind": "on", **more,
    }  # fmt: skip


def numbers_of(of):
    return sorted(set(of.assignments.values_list("incident__number", flat=True)))


def test_a_lead_plans_a_round_and_looks_at_it(project, lead, ada, bo, held, new, sign_in):
    client = sign_in(lead)
    assert client.get(new).status_code == 200
    answer = client.post(new, data(ada, bo, instructions="Read twice.", due_on="2027-01-31"))
    drafted = Round.objects.get()
    assert answer.url == f"/p/{project.slug}/rounds/{drafted.uid}/"
    assert (drafted.state, drafted.is_blind, drafted.due_on.isoformat()) == ("draft", True, "2027-01-31")
    page = client.get(answer.url).content.decode()
    assert "8 incidents, 2 coders, 16 assignments." in page
    assert "Read twice." in page


@pytest.mark.parametrize(
    ("more", "numbers"),
    [({"sampling": "filter", "words": "(3)"}, [3]), ({"sampling": "filter", "words": "HOTEL (7)"}, [7]),
     ({"sampling": "by_hand", "numbers": "1-3, 7", "sampling_note": "Typical."}, [1, 2, 3, 7]),
     ({"sampling": "by_hand", "numbers": "7;1–2,7", "sampling_note": "Typical."}, [1, 2, 7]),
     ({"sampling": "by_hand", "numbers": "6-50000", "sampling_note": "The last."}, [6, 7, 8])],
)  # fmt: skip
def test_incidents_are_chosen_as_the_form_says(project, lead, ada, bo, held, new, sign_in, more, numbers):
    assert sign_in(lead).post(new, data(ada, bo, **more)).status_code == 302
    assert numbers_of(Round.objects.get()) == numbers


def test_a_random_sample_is_the_same_for_the_same_seed(project, lead, ada, bo, held, new, sign_in):
    for name in ("A", "B"):
        sign_in(lead).post(new, data(ada, bo, name=name, sampling="random", size=3, seed=11))
    first, second = Round.objects.order_by("pk")
    assert len(numbers_of(first)) == 3
    assert numbers_of(first) == numbers_of(second)
    assert first.seed == 11


def test_withdrawn_incidents_are_left_out(project, lead, ada, bo, held, new, sign_in):
    Incident.objects.filter(number=2).update(withdrawn_because="A hoax.")
    sign_in(lead).post(new, data(ada, bo))
    assert 2 not in numbers_of(Round.objects.get())


@pytest.mark.parametrize(
    ("more", "sentence"),
    [({"sampling": "by_hand", "numbers": "1-3, 7"}, "Say why these incidents"),
     ({"sampling": "by_hand", "sampling_note": "x"}, "Write the numbers of the incidents"),
     ({"sampling": "by_hand", "sampling_note": "x", "numbers": "1, x"}, "“x” is no incident number."),
     ({"sampling": "by_hand", "sampling_note": "x", "numbers": "9-4"}, "“9-4” runs backwards."),
     ({"sampling": "by_hand", "sampling_note": "x", "numbers": "1-9999999"}, "longer than 100,000 incidents"),
     ({"sampling": "by_hand", "sampling_note": "x", "numbers": "900"}, "No incident is in this choice."),
     ({"sampling": "by_hand", "sampling_note": "x", "numbers": "1," * 9000}, "at most 10000 characters"),
     ({"sampling": "filter"}, "Write the words to search for."),
     ({"sampling": "filter", "words": "zebra"}, "No incident is in this choice."),
     ({"sampling": "filter", "words": "w" * 60_000}, "at most 200 characters"),
     ({"sampling": "random"}, "Say how many incidents to draw."),
     ({"sampling": "random", "size": "0"}, "greater than or equal to 1"),
     ({"sampling": "random", "size": "2", "seed": "-1"}, "greater than or equal to 0"),
     ({"sampling": "theoretical", "sampling_note": "x"}, "Write the numbers of the incidents"), ({"sampling": "chance"}, "Select a valid choice"),
     ({"stage": "rating"}, "Choose the scale to rate on."),
     ({"stage": "mapping"}, "Choose the scale to map to."),
     ({"coders": []}, "This field is required."),
     ({"coders": ["8f14e45f-ceea-467f-a8d6-0000000000aa"]}, "is not one of the available choices"),
     ({"name": ""}, "This field is required."),
     ({"name": "x" * 121}, "at most 120 characters"),
     ({"name": "a\x00b"}, "Null characters are not allowed."),
     ({"due_on": "soon"}, "Enter a valid date.")],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_in_words(project, lead, ada, bo, held, new, sign_in, more, sentence):
    answer = sign_in(lead).post(new, data(ada, bo, **more))
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Round.objects.exists()


def test_a_name_that_is_taken_is_said(project, lead, ada, bo, held, new, sign_in):
    client = sign_in(lead)
    client.post(new, data(ada, bo))
    answer = client.post(new, data(ada, bo))
    assert answer.status_code == 400
    assert "There is a round “First” already." in answer.content.decode()


@pytest.mark.parametrize(("text", "numbers"), [("", set()), ("3", {3}), (" 1 - 3 ,, 7 ", {1, 2, 3, 7}), ("5-5", {5})])
def test_numbers_are_read(text, numbers):
    assert numbers_in(text) == numbers


@pytest.mark.parametrize("text", ["a", "1-2-3", "-1", "1.5", "٣", "12345678", "2-1", "1-100000, 100001-200000, 1-3"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValidationError):
        numbers_in(text)


def test_the_coders_offered_are_the_projects_and_who_observes_elsewhere_counts(project, lead, ada, held, new, sign_in):
    factory.member(project, "olga", "observer")
    Membership.objects.create(project=factory.project(lead, "Other"), user=ada, role="observer")
    factory.member(factory.project(lead, "Third"), "foreign")
    offered = sign_in(lead).get(new).context["form"].fields["coders"].queryset
    assert [person.name for person in offered] == ["Ada", "Lead"]


def test_a_draft_is_opened_and_its_coders_find_it(project, lead, ada, bo, held, sign_in):
    drafted = factory.round_of(project, [ada, bo], opened=False)
    door = f"/p/{project.slug}/rounds/{drafted.uid}/"
    answer = sign_in(lead).post(f"{door}open/", follow=True)
    assert "is open. Its coders find it on their home page." in answer.content.decode()
    page = sign_in(ada).get(door).content.decode()
    assert "0 of 8 submitted" in page
    assert "Report 8" in page


def test_a_draft_is_discarded(project, lead, ada, bo, held, sign_in):
    drafted = factory.round_of(project, [ada, bo], opened=False)
    answer = sign_in(lead).post(f"/p/{project.slug}/rounds/{drafted.uid}/discard/", follow=True)
    assert "is gone." in answer.content.decode()
    assert not Round.objects.exists()


def test_an_open_round_is_not_discarded(project, lead, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    assert sign_in(lead).post(f"/p/{project.slug}/rounds/{of.uid}/discard/").status_code == 409
    assert Round.objects.exists()


@pytest.mark.parametrize("what", ["open", "discard"])
def test_only_a_lead_of_this_project_opens_or_discards(project, lead, ada, bo, held, stranger, sign_in, what):
    drafted = factory.round_of(project, [ada, bo], opened=False)
    path = f"/p/{project.slug}/rounds/{drafted.uid}/{what}/"
    foreign = path.replace(project.slug, factory.project(stranger, "Other").slug)
    assert sign_in(ada).post(path).status_code == 403
    assert sign_in(factory.member(project, "olga", "observer")).post(path).status_code == 403
    assert sign_in(stranger).post(path).status_code == 404
    assert sign_in(stranger).post(foreign).status_code == 404
    assert sign_in(lead).get(path).status_code == 405
    drafted.refresh_from_db()
    assert drafted.state == "draft"


def test_the_pages_that_only_show_take_no_post(project, lead, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    for path in (f"/p/{project.slug}/rounds/", f"/p/{project.slug}/rounds/{of.uid}/"):
        assert sign_in(lead).post(path).status_code == 405


def test_drafts_stand_first_and_then_what_opened_last(project, lead, ada, held, sign_in):
    for name in ("one", "two"):
        factory.round_of(project, [ada], name=name, incidents=held[:1])
    factory.round_of(project, [ada], name="three", incidents=held[1:], opened=False)
    listed = sign_in(lead).get(f"/p/{project.slug}/rounds/").context["rounds"]
    assert [of.name for of in listed] == ["three", "two", "one"]


def test_the_matrix_shows_states_and_never_codings(project, lead, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    factory.code(factory.assignment(of, ada), "late fee", "inventing a rule")
    page = sign_in(lead).get(f"/p/{project.slug}/rounds/{of.uid}/")
    body = page.content.decode()
    assert "1 in progress, 15 to do" in body
    assert body.count('<td data-state="in_progress">') == 1
    assert "inventing" not in body
    assert "late fee" not in body


def numbers_shown(page):
    return [incident.number for incident, _ in page.context["matrix"]]


def test_the_matrix_shows_fifty_incidents_at_a_time_and_its_totals_count_all(project, lead, ada, bo, sign_in):
    of = factory.round_of(project, [ada, bo], incidents=factory.incidents(project, 51))
    of.assignments.filter(coder=bo, incident__number=51).update(
        state="submitted", submitted_at=datetime(2026, 5, 1, tzinfo=UTC)
    )
    client, path = sign_in(lead), f"/p/{project.slug}/rounds/{of.uid}/"
    first, second = client.get(path), client.get(f"{path}?page=2")
    assert (numbers_shown(first), numbers_shown(second)) == (list(range(1, 51)), [51])
    assert [cell.state for cell in second.context["matrix"][0][1]] == ["to_do", "submitted"]
    for page, shown in ((first, "Incidents 1 to 50 of 51"), (second, "Incidents 51 to 51 of 51")):
        assert shown in page.content.decode()
        assert "1 submitted, 0 in progress, 101 to do." in page.content.decode()
    assert [row.incident.number for row in second.context["submitted"]] == [51]
    assert numbers_shown(client.get(f"{path}?page=nonsense")) == numbers_shown(first)
    assert numbers_shown(client.get(f"{path}?page=99")) == [51]


def test_a_draft_counts_all_its_incidents_whichever_are_shown(project, lead, ada, bo, sign_in):
    coders = [ada, bo, factory.member(project, "cy")]
    held = factory.incidents(project, 51)
    of = factory.round_of(project, coders, incidents=held, opened=False, coders_per_incident=1)
    body = sign_in(lead).get(f"/p/{project.slug}/rounds/{of.uid}/?page=2").content.decode()
    assert "51 incidents, 3 coders, 51 assignments." in body
    assert body.count(">Not assigned<") == 2


def test_a_round_without_incidents_has_one_row_for_all(project, lead, ada, bo, sign_in):
    for name in ("one code", "another"):
        create_code(lead, project, name)
    of = factory.round_of(project, [ada, bo], "axial")
    page = sign_in(lead).get(f"/p/{project.slug}/rounds/{of.uid}/")
    assert '<th scope="row" dir="auto">All</th>' in page.content.decode()
    assert [(incident, len(cells)) for incident, cells in page.context["matrix"]] == [(None, 2)]


def test_a_coder_sees_own_states_only(project, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo])
    factory.code(factory.assignment(of, bo), "late fee", "inventing a rule")
    page = sign_in(ada).get(f"/p/{project.slug}/rounds/{of.uid}/")
    assert ">Bo<" not in page.content.decode()
    assert not any(name in page.context for name in ("matrix", "progress", "coders", "page"))
    assert 'data-state="in_progress"' not in page.content.decode()


def test_readings_are_opened_from_the_page_after_release(project, ada, bo, held, stranger, sign_in):
    of = factory.round_of(project, [ada, bo])
    path = f"/p/{project.slug}/rounds/{of.uid}/"
    client = sign_in(ada)
    assert client.post(f"{path}readings/").status_code == 409
    Round.objects.update(state="released", released_at=datetime(2026, 5, 1, tzinfo=UTC), released_by=ada)
    rules.shield(project)
    assert "Open the others&#x27; readings" in client.get(path).content.decode().replace("'", "&#x27;")
    assert client.post(f"{path}readings/").url == path
    assert Opening.objects.get().user == ada
    assert "readings/" not in client.get(path).content.decode()
    assert sign_in(stranger).post(f"{path}readings/").status_code == 404
    assert client.get(f"{path}readings/").status_code == 405


def test_html_in_names_is_inert(project, lead, ada, bo, held, sign_in):
    of = factory.round_of(project, [ada, bo], name="<img src=x>", instructions="<b>Read</b>\ntwice")
    for path in (f"/p/{project.slug}/rounds/", f"/p/{project.slug}/rounds/{of.uid}/"):
        body = sign_in(lead).get(path).content.decode()
        assert "<img src=x>" not in body
        assert "<b>" not in body


def test_an_empty_project_leads_to_the_import_first(project, lead, ada, sign_in):
    path = f"/p/{project.slug}/rounds/"
    assert "Import some incidents first." in sign_in(lead).get(path).content.decode()
    assert "No round for you yet" in sign_in(ada).get(path).content.decode()
    factory.incidents(project, 1)
    assert "Plan a round" in sign_in(lead).get(path).content.decode()


def grown(project, ada, bo, size):
    held = factory.incidents(project, size)[-size:]
    return factory.round_of(project, [ada, bo], name=f"of {size}", incidents=held, is_blind=True)


@pytest.mark.parametrize(("who", "most"), [("lead", 9), ("ada", 5)])
def test_a_round_costs_the_same_for_10_and_for_200_incidents(
    project, lead, ada, bo, sign_in, who, most, django_assert_max_num_queries
):
    client, counts = sign_in(lead if who == "lead" else ada), set()
    for size in (10, 200):
        of = grown(project, ada, bo, size)
        Assignment.objects.filter(round=of, coder=bo).update(
            state="submitted", submitted_at=datetime(2026, 5, 1, tzinfo=UTC)
        )
        for path in (f"/p/{project.slug}/rounds/{of.uid}/", f"/p/{project.slug}/rounds/"):
            with django_assert_max_num_queries(most) as held:
                client.get(path)
            counts.add((path.endswith("/rounds/"), len(held)))
            assert not any('"incidents_incident"."text"' in query["sql"] for query in held.captured_queries)
    assert len(counts) == 2


def test_planning_costs_the_same_for_10_and_for_200(
    project, lead, ada, bo, new, sign_in, django_assert_max_num_queries
):
    client, costs = sign_in(lead), []
    for size in (10, 200):
        factory.incidents(project, size)
        with django_assert_max_num_queries(12) as held:
            client.get(new)
        costs.append(len(held))
    assert costs[0] == costs[1]


def test_a_lead_sees_who_asks_for_an_incident_back_and_gives_it(project, lead, ada, bo, sign_in):
    factory.incidents(project, 2)
    opened = factory.round_of(project, [ada, bo])
    held = factory.hand_in(factory.assignment(opened, ada))
    rules.ask_reopening(ada, held, "I took two sentences for one.")
    path = reverse("rounds:round", args=[project.slug, opened.uid])
    assert "I took two sentences for one." in sign_in(lead).get(path).content.decode()
    assert "I took two sentences for one." not in sign_in(bo).get(path).content.decode()
    reason = {"assignment": str(held.uid), "reason": "I took two sentences for one."}
    sign_in(lead).post(reverse("rounds:reopen", args=[project.slug, opened.uid]), reason)
    held.refresh_from_db()
    assert (held.state, held.reopening_asked) == ("in_progress", "")
    assert "Asked back" not in sign_in(lead).get(path).content.decode()
