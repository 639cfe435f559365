"""Anchor examples are chosen by quoting an incident and taken back with a reason; editions keep what they froze."""

import json

import pytest
from django.urls import reverse

from coding.codes.content import Frozen
from coding.codes.examples import ExampleTaken, choose_example, drop_example
from coding.codes.models import Example
from coding.codes.rules import freeze, is_frozen
from coding.codes.scale_edits import PartRetired
from coding.codes.scale_regroup import retire
from coding.incidents.models import Incident
from coding.lib.refusals import BadInput
from coding.people.models import Event
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.selective_coding.factory import categories

QUOTE = "the late fee had been waived"


@kept
def report(project):
    return factory.incidents(project, 2)[0]


@kept
def place(project):
    return categories(project)[7]


@pytest.fixture
def url(project):
    return reverse("codes:examples", args=[project.slug, project.scales.get().uid])


def choose(lead, place, report, quote=QUOTE, kind="typical", reason="It says so."):
    return choose_example(lead, place, report, quote, kind, reason)


def frozen(lead, project, number=7):
    scale = Frozen.of(freeze(lead, project)).content["scales"][0]
    return next(row for layer in scale["layers"] for row in layer["categories"] if row["number"] == number)


# The verbs


def test_an_example_is_the_words_themselves_and_locks_the_text(lead, place, report):
    made = choose(lead, place, report)
    report.refresh_from_db()
    assert report.text[made.start : made.end] == QUOTE
    assert report.text_locked_at is not None


def test_a_retired_category_takes_no_example_and_keeps_those_it_has(lead, place, report):
    held = choose(lead, place, report)
    retire(lead, place, "Nobody used it.")
    with pytest.raises(PartRetired):
        choose(lead, place, report, quote="sometimes makes things up")
    assert Example.objects.get() == held


def test_who_chose_it_and_why_is_kept(lead, project, place, report):
    made = choose(lead, place, report)
    drop_example(lead, made, "A better one was found.")
    chosen, dropped = Event.objects.filter(project=project, verb__endswith="_example").order_by("position")
    assert (chosen.actor, chosen.reason, json.loads(chosen.after)["quote"]) == (lead, "It says so.", QUOTE)
    assert (dropped.actor, dropped.reason) == (lead, "A better one was found.")
    assert not Example.objects.exists()


def test_an_edition_keeps_what_it_froze(lead, project, place, report):
    first = freeze(lead, project)
    made = choose(lead, place, report)
    assert not is_frozen(project)
    (held,) = frozen(lead, project)["examples"]
    assert held == {"kind": "typical", "quote": QUOTE, "number": 1, "title": "Report 1"}
    assert "examples" not in frozen(lead, project, 6)
    drop_example(lead, made, "It misleads.")
    assert freeze(lead, project).sha256 == first.sha256


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"quote": ""}, "Quote the words"),
        ({"quote": "  \n "}, "Quote the words"),
        ({"quote": "words of another report"}, "does not say this"),
        ({"quote": "x" * 1_001}, "at a glance"),
        ({"quote": "a\x00b"}, "NUL"),
        ({"kind": "perfect"}, "Choose one of the three"),
        ({"reason": " "}, "Say why"),
    ],
)
def test_what_can_not_be_an_example_is_refused(lead, place, report, said, why):
    with pytest.raises(BadInput, match=why):
        choose(lead, place, report, **said)
    assert not Example.objects.exists()
    assert Incident.objects.get(pk=report.pk).text_locked_at is None


def test_the_same_words_are_an_example_once(lead, place, report):
    choose(lead, place, report)
    with pytest.raises(ExampleTaken):
        choose(lead, place, report, kind="borderline")


def test_a_withdrawn_incident_is_not_quoted(lead, place, report):
    Incident.objects.filter(pk=report.pk).update(withdrawn_because="Invented.")
    with pytest.raises(BadInput, match="withdrawn"):
        choose(lead, place, report)


def test_a_reason_is_asked_for_when_one_is_taken_back(lead, place, report):
    made = choose(lead, place, report)
    with pytest.raises(BadInput, match="Say why"):
        drop_example(lead, made)
    assert Example.objects.exists()


# The page


def form(place, **more):
    return {"category": place.uid, "incident": "1", "quote": QUOTE, "kind": "typical", "reason": "It says so.", **more}


def test_the_page_chooses_and_takes_back(sign_in, lead, url, place, report):
    browser = sign_in(lead)
    assert browser.post(url, form(place)).status_code == 302
    page = browser.get(url).content.decode()
    assert QUOTE in page
    assert "Incident 1, Report 1" in page
    browser.post(url, {"example": Example.objects.get().uid, "reason": "A better one."})
    assert not Example.objects.exists()


@pytest.mark.parametrize(
    ("more", "status", "why"),
    [
        ({"category": ""}, 400, "Choose the category"),
        ({"incident": "99"}, 400, "no incident of this number"),
        ({"incident": "½"}, 400, "no incident of this number"),
        ({"incident": "9" * 30}, 400, "no incident of this number"),
        ({"quote": "other words"}, 400, "does not say this"),
        ({"example": "x"}, 404, ""),
    ],
)
def test_a_refused_form_keeps_what_was_written(sign_in, lead, url, place, report, more, status, why):
    page = sign_in(lead).post(url, form(place, **more))
    assert page.status_code == status
    assert why in page.content.decode()
    assert status == 404 or "It says so." in page.content.decode()
    assert not Example.objects.exists()


def test_only_the_lead_chooses_and_strangers_find_nothing(sign_in, url, ada, stranger, place, report):
    assert sign_in(ada).post(url, form(place)).status_code == 403
    assert sign_in(stranger).get(url).status_code == 404


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_costs_the_same_for_few_and_many(
    sign_in, lead, url, project, report, count, django_assert_max_num_queries
):
    for place in list(categories(project).values())[:count]:
        choose(lead, place, report)
    browser = sign_in(lead)
    with django_assert_max_num_queries(8):
        browser.get(url)


# The second door


def test_a_program_chooses_lists_and_takes_back(lead, project, place, report):
    door, at = Door(lead), f"projects/{project.uid}/examples/"
    body = {"scale_category": str(place.uid), "incident": str(report.uid), "quote": QUOTE, "reason": "It says so."}
    made = door.post(at, body)
    assert (made.status_code, made.json()["quote"], made.json()["kind"]) == (201, QUOTE, "typical")
    assert door.get(at).json()["results"] == [made.json()]
    assert is_problem(door.post(at, body), 409)
    assert is_problem(door.post(at, {**body, "quote": "other words"}), 400)
    assert is_problem(door.post(at, {**body, "incident": str(place.uid)}), 404)
    back = f"{at}{made.json()['uid']}/take-back/"
    assert is_problem(door.post(back, {}), 400)
    assert door.post(back, {"reason": "A better one."}).status_code == 204
    assert door.get(at).json()["results"] == []


def test_a_coder_of_an_open_blind_round_learns_no_living_example(project, ada, lead, place, report):
    choose(lead, place, report)
    door = Door(ada)
    assert door.get(f"projects/{project.uid}/examples/").status_code == 200
    factory.round_of(project, [ada])
    assert is_problem(door.get(f"projects/{project.uid}/examples/"), 403)
