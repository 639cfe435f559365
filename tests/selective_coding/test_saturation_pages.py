"""Saturation of a project: what is counted, who reads it, and the lead's judgements."""

import pytest
from django.urls import reverse

from coding.axial_coding.properties import locate, set_property
from coding.codes.models import Code
from coding.codes.rules import create_category, map_category, merge_codes, place, retire
from coding.open_coding.models import ConsensusCoding
from coding.people.models import Event
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from coding.selective_coding.models import SaturationJudgement
from coding.selective_coding.saturation import Setting
from coding.selective_coding.saturation_queries import codes_of, in_coding_order, report
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.selective_coding.factory import categories

UNKNOWN = "8f14e45f-ceea-467f-a8d6-0000000000aa"
QUOTES = ["late fee", "The guest", "the chat", "The manager", "a week later"]


@kept
def coded(project, lead, ada, bo):
    """Seven incidents; Ada gives the first three incidents two codes each, the later ones an old code, Bo one code."""
    factory.incidents(project, 7)
    coded = factory.round_of(project, [ada, bo], name="Coded")
    for number, one in enumerate(coded.assignments.filter(coder=ada).order_by("position")):
        factory.code(one, "late fee", "fee")
        if number < 3:
            factory.code(one, QUOTES[number + 1], f"code {number}")
        factory.hand_in(one)
    for one in coded.assignments.filter(coder=bo):
        factory.code(one, "late fee", "Fee")
        factory.hand_in(one)
    release_round(lead, coded)
    return coded


@kept
def fees(project, coded):
    """The two codes that say fee: Ada's and Bo's."""
    return list(Code.objects.filter(project=project, name_key="fee").order_by("coined_by"))


@kept
def trust(project, lead):
    return create_category(lead, project, "Trust")


@pytest.fixture
def url(project):
    return reverse("selective_coding:saturation", args=[project.slug])


def order(project):
    return in_coding_order(project, codes_of(project, None))


def sizes(project):
    return [len(one.codes) for one in order(project)]


# What is counted


def test_without_a_settled_round_every_human_coders_codes_count(project, coded):
    assert [one.number for one in order(project)] == [1, 2, 3, 4, 5, 6, 7]
    assert sizes(project) == [3, 3, 3, 2, 2, 2, 2]


def test_merged_codes_count_once_and_retired_ones_not(project, lead, fees):
    merge_codes(lead, fees[1], fees[0])
    assert sizes(project) == [2, 2, 2, 1, 1, 1, 1]
    retire(lead, Code.objects.get(name="code 0"))
    assert sizes(project) == [1, 2, 2, 1, 1, 1, 1]


def test_a_settled_rounds_consensus_stands_instead(project, coded, fees):
    Round.objects.filter(pk=coded.pk).update(state=Round.State.SETTLED)
    first = order(project)[0]
    ConsensusCoding.objects.create(
        round=coded, incident_id=first.incident, start=0, end=5, code=fees[0], settled_by="decision"
    )
    assert sizes(project) == [1, 0, 0, 0, 0, 0, 0]
    assert all(one.is_settled for one in order(project))


def test_an_open_round_counts_nothing(project, ada, bo, coded):
    before = order(project)
    again = factory.round_of(project, [ada, bo], name="Again", purpose="recoding")
    factory.code(factory.assignment(again, bo), "The manager", "a new one")
    assert order(project) == before


def test_a_property_is_new_with_the_first_incident_on_its_range(sign_in, lead, url, project, coded, trust):
    for name, steps in (("Stake", {6: 1}), ("Tone", {1: 2, 6: 3}), ("Length", {})):
        set_property(lead, trust, name, "", "")
        locate(lead, trust, name, steps)
    gone = create_category(lead, project, "Gone")
    set_property(lead, gone, "Colour", "", "")
    locate(lead, gone, "Colour", {5: 1})
    retire(lead, gone, "Empty.")
    found = report(project, None, Setting(base=4, run=1))
    assert [(run.first, new) for run, new in zip(found.found.runs, found.properties, strict=True)] == [
        (5, 0),
        (6, 1),
        (7, 0),
    ]
    assert 'data-label="New properties">1<' in sign_in(lead).get(f"{url}?run=1").content.decode()


def test_machines_and_the_uncodable_count_nothing(project, coded, bo):
    bo.is_machine = True
    bo.save()
    assert sizes(project) == [2, 2, 2, 1, 1, 1, 1]
    coded.assignments.filter(position=1).update(uncodable_because="No text.")
    assert [one.number for one in order(project)] == [2, 3, 4, 5, 6, 7]


# The page


def test_the_page_says_it_in_words_and_in_a_table(sign_in, lead, url, coded):
    page = sign_in(lead).get(url).content.decode()
    assert "Incidents 6 and 7 brought no new codes: 0 of 5 (0 %)." in page
    assert "one would have stopped after incident 6" in page
    assert "no consensus stands yet" in page
    assert "<svg" in page


def test_the_settings_stand_in_the_address(sign_in, lead, url, coded):
    page = sign_in(lead).get(url, {"base": 1, "run": 1, "threshold": 10})
    assert [(run.first, len(run.new)) for run in page.context["found"].runs[:3]] == [(2, 1), (3, 1), (4, 0)]
    assert page.context["found"].stop.first == 4


@pytest.mark.parametrize(("name", "value"), [("base", "0"), ("run", "x"), ("threshold", "101"), ("base", "\x00"), ("run", "101")])  # fmt: skip
def test_a_setting_that_can_not_be_taken_is_400_with_a_sentence(sign_in, lead, url, coded, project, name, value):
    page = sign_in(lead).get(url, {name: value})
    assert page.status_code == 400
    assert "errorlist" in page.content.decode()
    assert is_problem(Door(lead).get(f"projects/{project.uid}/saturation/?{name}={value.replace(chr(0), '%00')}"), 400)


def test_a_project_without_codings_says_what_belongs_there(sign_in, lead, url):
    assert "No incident is coded yet" in sign_in(lead).get(url).content.decode()


def test_each_scale_category_is_counted_over_its_own_incidents(sign_in, lead, url, project, fees, trust):
    place(lead, fees[0], trust)
    map_category(lead, trust, project.scales.get(), categories(project)[7], "")
    layers = sign_in(lead).get(url).context["report"].layers
    found = {one.place.number: one.found for _, places in layers for one in places}
    assert (found[7].incidents, found[7].found, found[7].stop.last) == (7, 1, 6)
    assert (found[6].incidents, found[6].undefined_because != "") == (0, True)


def test_codes_are_named_to_whoever_has_opened_the_readings_only(sign_in, project, url, coded):
    olga = factory.member(project, "olga", "observer")
    closed = sign_in(olga).get(url, {"base": 1}).content.decode()
    assert "code 1" not in closed
    assert "readings are closed to you" in closed
    sign_in(olga).post(reverse("rounds:open_readings", args=[project.slug, coded.uid]))
    assert "code 1" in sign_in(olga).get(url, {"base": 1}).content.decode()


def test_a_lead_who_codes_an_incident_blind_is_not_told_its_codes(sign_in, lead, ada, url, project, coded):
    assert "code 1" in sign_in(lead).get(url, {"base": 1}).content.decode()
    factory.incidents(project, 8)
    blind = factory.round_of(project, [lead], "rating", incidents=[project_incident(project, 2)])
    assert blind.is_blind
    assert "code 1" not in sign_in(lead).get(url, {"base": 1}).content.decode()


def project_incident(project, number):
    return project.incidents.get(number=number)


def test_the_cost_does_not_grow_with_the_incidents(sign_in, lead, url, project, coded, django_assert_max_num_queries):
    browser = sign_in(lead)
    for more in (0, 6):
        for number in range(more):
            create_category(lead, project, f"Category {number}")
        with django_assert_max_num_queries(21):
            browser.get(url)


# Judgements


def judge(client, project, category, reached="yes", rationale="Every range is filled."):
    path = reverse("selective_coding:judge", args=[project.slug, category.uid])
    return client.post(path, {"reached": reached, "rationale": rationale})


def test_a_lead_judges_and_earlier_judgements_stay(sign_in, lead, project, trust):
    client = sign_in(lead)
    assert judge(client, project, trust, "no", "No negative case yet.").status_code == 302
    assert judge(client, project, trust).status_code == 302
    page = client.get(reverse("selective_coding:judge", args=[project.slug, trust.uid])).content.decode()
    assert page.index("Every range is filled.") < page.index("No negative case yet.")
    assert Event.objects.filter(verb="judge_saturation").count() == 2
    assert client.get(reverse("selective_coding:saturation", args=[project.slug])).status_code == 200


@pytest.mark.parametrize(("reached", "rationale"), [("yes", " "), ("maybe", "Because."), ("", "Because."), ("no", "x" * 20_001), ("no", "a\x00b")])  # fmt: skip
def test_a_judgement_that_can_not_be_taken_is_400_and_nothing_is_written(
    sign_in, lead, project, trust, reached, rationale
):
    page = judge(sign_in(lead), project, trust, reached, rationale)
    assert page.status_code == 400
    assert 'role="alert"' in page.content.decode()
    assert not SaturationJudgement.objects.exists()


def test_a_retired_category_is_not_judged(sign_in, lead, project, trust):
    retire(lead, trust)
    answer = judge(sign_in(lead), project, trust, rationale="Six months of reports.")
    assert answer.status_code == 409
    assert "Six months of reports." in answer.content.decode()
    assert not SaturationJudgement.objects.exists()


def test_grounds_name_what_is_missing(sign_in, lead, project, url, coded):
    create_category(lead, project, "Doubt", properties=[{"name": "length", "from": "short", "to": ""}])
    [one] = sign_in(lead).get(url).context["grounds"]
    assert one.gaps == ["1 of its properties without a range", "no relation yet", "no negative case sought"]


# Who may


@pytest.mark.parametrize("role", ["coder", "observer"])
def test_others_read_and_do_not_judge(sign_in, project, trust, url, role):
    client = sign_in(factory.member(project, "eve", role))
    assert client.get(url).status_code == 200
    assert judge(client, project, trust).status_code == 403


def test_strangers_and_blind_coders_read_nothing(sign_in, stranger, project, trust, url, ada):
    factory.incidents(project, 1)
    factory.round_of(project, [ada], Round.Stage.RATING)
    paths = [url, reverse("selective_coding:judge", args=[project.slug, trust.uid])]
    assert {sign_in(stranger).get(path).status_code for path in paths} == {404}
    assert {sign_in(ada).get(path).status_code for path in paths} == {403}
    assert sign_in(ada).post(url).status_code == 405


def test_a_category_of_another_project_is_404(sign_in, lead, project):
    owner = factory.user("other")
    foreign = create_category(owner, factory.project(owner, "Other"), "Foreign")
    assert judge(sign_in(lead), project, foreign).status_code == 404


# The second door


def test_the_api_gives_the_same_figure(lead, project, coded):
    said = Door(lead).get(f"projects/{project.uid}/saturation/?base=1&run=1&threshold=10").json()
    assert (said["stop"], said["in_base"], said["settled"]) == (4, 3, 0)
    assert said["runs"][0]["says"] == "Incident 2 brought 1 new code: 1 of 3 (33 %)."
    assert len(said["scale_categories"]) == 12


def test_the_api_records_a_judgement_once(lead, project, trust):
    path, body = f"projects/{project.uid}/saturation-judgements/", {"category": str(trust.uid), "reached": True, "rationale": "All."}  # fmt: skip
    one, other = (Door(lead).post(path, body, key="j-1") for _ in range(2))
    assert (one.status_code, one.json()) == (201, other.json())
    assert [row["rationale"] for row in Door(lead).get(path).json()["results"]] == ["All."]
    assert is_problem(Door(lead).post(path, {**body, "rationale": ""}), 400)
    assert is_problem(Door(lead).post(path, {**body, "category": UNKNOWN}), 404)
