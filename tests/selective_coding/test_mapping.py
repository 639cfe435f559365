"""A mapping round: coders give categories their places blind; at release unanimity stands and the rest is decided."""

import re

import pytest
from django.urls import reverse

from coding.codes import scale_regroup
from coding.codes.models import Category, Mapping
from coding.codes.rules import MovedOn, create_category, map_category, retire
from coding.lib.refusals import BadInput
from coding.people.models import Event
from coding.reconciliation import mapping_rules
from coding.reconciliation.mapping_lines import lines_of
from coding.reconciliation.models import Decision, Disagreement
from coding.reconciliation.rules import CodesItBlind, ReadingsClosed, release_round, reopen_decision
from coding.rounds import rules as round_rules
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import open_readings
from coding.rounds.writing import AssignmentSubmitted, NotYours
from coding.selective_coding import mapping
from coding.selective_coding.mapping import MappingIncomplete, Said
from coding.selective_coding.models import ConsensusMapping, MappingChoice
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.selective_coding.factory import categories

NAMES = ("Borrowed authority", "Fabricated content", "Harm to the young", "Nothing of these")
UNKNOWN = "8f14e45f-ceea-467f-a8d6-0000000000aa"


@kept
def words(project, lead):
    return [create_category(lead, project, name) for name in NAMES]


@kept
def opened(project, words, ada, bo):
    return factory.round_of(project, [ada, bo], "mapping", scale=project.scales.get(), name="Mapping 1")


@kept
def desk(opened, ada):
    return factory.assignment(opened, ada)


@pytest.fixture
def url(desk):
    return reverse("selective_coding:map", args=[desk.uid])


def said(project, number, rationale=""):
    """A place by its number; None says that it does not fit."""
    return Said(categories(project)[number].uid if number else None, number is None, rationale)


def map_all(assignment, *numbers, submit=True):
    project = assignment.round.project
    for name, number in zip(NAMES, numbers, strict=True):
        category = Category.objects.get(project=project, name=name)
        mapping.choose_place(
            assignment.coder, assignment, category.uid, said(project, number, f"{name}: {assignment.coder.name}")
        )
    return mapping.submit(assignment.coder, assignment) if submit else assignment


@kept
def released(opened, ada, bo, lead):
    """Both agree on the first and the last; the second and the third are mapped differently."""
    map_all(factory.assignment(opened, ada), 6, 7, 2, None)
    map_all(factory.assignment(opened, bo), 6, 6, 1, None)
    return release_round(lead, opened).round


def disagreement(released, name):
    uid = Category.objects.get(project=released.project, name=name).uid
    return Disagreement.objects.get(round=released, unit=f"category:{uid}")


def settle(lead, released, name, number):
    place = categories(released.project)[number] if number else None
    return mapping_rules.settle_mapping(lead, disagreement(released, name), place, "slip", "The definition says so.")


# Planning and opening


def test_a_mapping_round_needs_a_scale(project, words, ada):
    with pytest.raises(BadInput, match="scale to map to"):
        factory.round_of(project, [ada], "mapping")


def test_a_mapping_round_needs_a_category(project, ada):
    with pytest.raises(round_rules.NothingToCode, match="no category to map"):
        factory.round_of(project, [ada], "mapping", scale=project.scales.get())


def test_a_lead_plans_it_on_the_page_without_choosing_incidents(sign_in, project, words, lead, ada, bo):
    scale = project.scales.get()
    posted = {"name": "M", "stage": "mapping", "purpose": "main", "scale": scale.uid, "sampling": "all",
              "coders": [ada.uid, bo.uid], "coders_per_incident": 2, "is_blind": "on"}  # fmt: skip
    answer = sign_in(lead).post(reverse("rounds:new", args=[project.slug]), posted)
    assert answer.status_code == 302
    planned = Round.objects.get(name="M")
    assert (planned.scale, planned.assignments.count()) == (scale, 2)
    assert "incident" not in sign_in(lead).get(answer.url).content.decode().split("Ready to open?")[1].split("</p>")[0]


def test_a_lead_plans_it_by_program(project, words, lead, ada, bo):
    door, scale = Door(lead), project.scales.get()
    body = {"name": "M", "stage": "mapping", "scale": str(scale.uid), "coders": [str(ada.uid), str(bo.uid)]}
    assert door.post(f"projects/{project.uid}/rounds/", body).status_code == 201
    assert is_problem(door.post(f"projects/{project.uid}/rounds/", {**body, "name": "N", "scale": UNKNOWN}), 400)


def test_who_opened_others_mapping_of_a_category_can_not_map_it_blind_again(released, project, lead, ada, bo):
    round_rules.open_readings(ada, released)
    with pytest.raises(round_rules.SawOthersWork, match="Ada opened the others' mapping of “Borrowed authority”"):
        factory.round_of(project, [ada], "mapping", scale=project.scales.get())
    assert factory.round_of(project, [bo], "mapping", scale=project.scales.get()).state == "open"


# Saying and submitting


def test_a_choice_is_saved_one_category_at_a_time(desk, project, words):
    mapping.choose_place(desk.coder, desk, words[0].uid, said(project, 6, "A name used."))
    row = MappingChoice.objects.get()
    assert (row.scale_category.number, row.rationale, row.category) == (6, "A name used.", words[0])
    assert Assignment.objects.get(pk=desk.pk).state == "in_progress"


def test_a_choice_can_be_changed_and_taken_back(desk, project, words):
    for number in (6, None):
        mapping.choose_place(desk.coder, desk, words[0].uid, said(project, number))
    assert MappingChoice.objects.get().does_not_fit
    mapping.choose_place(desk.coder, desk, words[0].uid, mapping.NOTHING)
    assert not MappingChoice.objects.exists()


def test_a_stale_choice_is_refused(desk, project, words):
    mapping.choose_place(desk.coder, desk, words[0].uid, said(project, 6), version=mapping.NOTHING.version)
    with pytest.raises(MovedOn, match="Borrowed authority"):
        mapping.choose_place(desk.coder, desk, words[0].uid, said(project, 7), version=mapping.NOTHING.version)


@pytest.mark.parametrize("wrong", ["unknown", "both", "bare", "nul"])
def test_what_the_scale_can_not_hold_is_refused(desk, project, words, wrong):
    place = categories(project)[6].uid
    tried = {
        "unknown": Said(desk.uid), "both": Said(place, does_not_fit=True), "bare": Said(rationale="Why"),
        "nul": Said(place, rationale="a\x00b"),
    }[wrong]  # fmt: skip
    with pytest.raises(BadInput):
        mapping.choose_place(desk.coder, desk, words[0].uid, tried)
    assert not MappingChoice.objects.exists()


def test_a_category_coined_after_the_edition_is_none_of_the_round(desk, project, lead):
    later = create_category(lead, project, "Of later")
    with pytest.raises(BadInput, match="no such category in this round"):
        mapping.choose_place(desk.coder, desk, later.uid, said(project, 6))


def test_only_its_coder_writes(desk, bo, words):
    with pytest.raises(NotYours):
        mapping.choose_place(bo, desk, words[0].uid, mapping.NOTHING)


def test_submit_names_what_has_no_place(desk, project, words):
    mapping.choose_place(desk.coder, desk, words[0].uid, said(project, 6))
    with pytest.raises(MappingIncomplete, match=r"“Fabricated content”, “Harm to the young”, “Nothing of these” have"):
        mapping.submit(desk.coder, desk)


def test_submit_asks_why_a_category_does_not_fit(desk, project, words):
    for word in words:
        mapping.choose_place(desk.coder, desk, word.uid, said(project, None, "" if word == words[1] else "Why."))
    with pytest.raises(MappingIncomplete, match="Say why “Fabricated content”"):
        mapping.submit(desk.coder, desk)


def test_nothing_changes_after_submit(desk, project, words):
    map_all(desk, 6, 7, 2, None)
    with pytest.raises(AssignmentSubmitted):
        mapping.choose_place(desk.coder, desk, words[0].uid, said(project, 1))
    with pytest.raises(AssignmentSubmitted):
        mapping.submit(desk.coder, desk)


# The page


def test_the_page_shows_the_edition_s_words(sign_in, desk, url, ada, lead, project, words):
    retire(lead, words[0])
    text = sign_in(ada).get(url).content.decode()
    assert all(name in text for name in NAMES)
    assert "0 of 4 mapped" in text


def test_a_plain_form_saves_and_a_refusal_keeps_what_was_written(sign_in, url, ada, project, words):
    browser = sign_in(ada)
    saved = browser.post(url, {"category": words[0].uid, "place": categories(project)[6].uid, "rationale": "Why."})
    assert saved.url == f"{url}#category-{words[0].uid}"
    page = browser.post(url, {"category": words[1].uid, "place": "", "rationale": "Written."})
    assert (page.status_code, "Written.</textarea>" in page.content.decode()) == (400, True)


def test_the_script_gets_the_version_and_a_conflict_with_both_states(sign_in, url, ada, project, words):
    browser, place = sign_in(ada), categories(project)[6].uid
    sent = {"category": words[0].uid, "place": place, "version": mapping.NOTHING.version}
    headers = {"HX-Request": "true", "Idempotency-Key": "k1"}
    first, again = (browser.post(url, sent, headers=headers) for _ in range(2))
    assert first.json()["version"] == again.json()["version"] == Said(place).version
    assert Event.objects.filter(verb="choose_place").count() == 1
    stale = browser.post(url, {**sent, "place": "no-fit"}, headers={"HX-Request": "true"})
    assert (stale.status_code, stale.json()["stands"]["version"]) == (409, Said(place).version)
    assert "6 Disinformation" in stale.json()["stands"]["says"]


@pytest.mark.parametrize("wrong", [{"category": "x"}, {"place": "seven"}, {"place": UNKNOWN}, {"category": UNKNOWN}])
def test_bad_input_on_the_page_is_400(sign_in, url, ada, words, wrong):
    sent = {"category": words[0].uid, "place": "no-fit", **wrong}
    assert sign_in(ada).post(url, sent, headers={"HX-Request": "true"}).status_code == 400


def test_submit_by_page(sign_in, desk, url, ada):
    browser = sign_in(ada)
    assert "have no place yet" in browser.post(url, {"action": "submit"}).content.decode()
    map_all(desk, 6, 7, 2, None, submit=False)
    assert browser.post(url, {"action": "submit"}).status_code == 302
    assert "You will see the others’ work" in browser.get(url).content.decode()


def test_nobody_else_sees_an_open_mapping(sign_in, url, bo, lead, stranger):
    assert {sign_in(person).get(url).status_code for person in (bo, lead, stranger)} == {404}
    assert {sign_in(person).post(url).status_code for person in (bo, lead, stranger)} == {404}


def test_the_number_of_queries_does_not_grow_with_what_is_said(
    sign_in, desk, url, ada, project, words, django_assert_max_num_queries
):
    browser = sign_in(ada)
    for numbers in ((6, 7, 2, None), (1, 2, 3, 4)):
        map_all(desk, *numbers, submit=False)
        with django_assert_max_num_queries(8):
            browser.get(url)


# By program


def test_a_coder_maps_by_program(desk, ada, project, words):
    door, place = Door(ada), str(categories(project)[6].uid)
    path = f"assignments/{desk.uid}/places/"
    saved = door.put(f"{path}{words[0].uid}/", {"scale_category": place, "rationale": "Why."}, key="k")
    assert saved.status_code == 200
    row = next(one for one in door.get(path).json()["categories"] if one["category"] == str(words[0].uid))
    assert (row["scale_category"], row["rationale"], row["version"]) == (place, "Why.", saved.json()["version"])
    assert is_problem(door.post(f"{path}submit/"), 409)
    assert len(door.get(f"{path}scale/").json()["layers"]) == 3


@pytest.mark.parametrize("wrong", [
    {"scale_category": UNKNOWN}, {"scale_category": 5}, {"scale_category": "x"}, {"does_not_fit": "yes"}, {"rationale": 5},
    {"rationale": "x" * 20_001}, {"rationale": "alone"}, {"version": 5}, {"does_not_fit": True, "scale_category": UNKNOWN},
], ids=str)  # fmt: skip
def test_what_can_not_be_taken_by_program_is_400(desk, ada, words, wrong):
    assert is_problem(Door(ada).put(f"assignments/{desk.uid}/places/{words[0].uid}/", wrong), 400)
    assert not MappingChoice.objects.exists()


def test_others_have_no_door_to_an_open_mapping(desk, bo, lead, stranger, words):
    path = f"assignments/{desk.uid}/places/"
    for person in (bo, lead, stranger):
        door = Door(person)
        answers = [door.get(path), door.put(f"{path}{words[0].uid}/", {}), door.post(f"{path}submit/")]
        assert all(is_problem(answer, 404) for answer in answers)


def test_a_rating_has_no_places(project, ada):
    factory.incidents(project, 1)
    rating = factory.assignment(factory.round_of(project, [ada], "rating"), ada)
    assert is_problem(Door(ada).get(f"assignments/{rating.uid}/places/"), 404)


# Release, side by side, decisions, taking over


def test_what_all_agree_on_stands_and_the_rest_waits(released):
    stands = {one.category.name: one.scale_category and one.scale_category.number
              for one in ConsensusMapping.objects.select_related("category", "scale_category")}  # fmt: skip
    assert stands == {"Borrowed authority": 6, "Nothing of these": None}
    assert Disagreement.objects.filter(round=released, settled_at=None).count() == 2
    assert released.state == Round.State.RELEASED


def test_one_coder_alone_makes_no_consensus(opened, ada, lead):
    map_all(factory.assignment(opened, ada), 6, 7, 2, None)
    done = release_round(lead, opened, "Bo is ill.")
    assert (done.unanimous, done.disagreements, done.alone) == (0, 0, 4)


def test_agreement_is_measured_at_release(released):
    assert released.measurements.get(level="mapping").units == 4


def test_deciding_writes_what_stands_and_settles_the_round(released, lead):
    settle(lead, released, "Fabricated content", 7)
    decision = settle(lead, released, "Harm to the young", None)
    assert decision.outcome == Decision.Outcome.RECODE
    assert Round.objects.get(pk=released.pk).state == Round.State.SETTLED
    stands = ConsensusMapping.objects.filter(settled_by="decision").values_list("scale_category__number", flat=True)
    assert set(stands) == {7, None}


def test_the_living_mapping_changes_only_when_the_lead_takes_over(released, lead):
    assert not Mapping.objects.exists()
    settle(lead, released, "Fabricated content", 7)
    done = mapping_rules.take_over(lead, released)
    assert (done.mapped, done.stood, done.gone) == (3, 0, [])
    found = {one.category.name: one for one in Mapping.objects.select_related("category", "scale_category")}
    assert found.keys() == set(NAMES) - {"Harm to the young"}
    assert found["Fabricated content"].rationale == "The definition says so."
    assert "Ada and Bo in “Mapping 1”" in found["Borrowed authority"].rationale


def test_taking_over_again_changes_nothing(released, lead):
    mapping_rules.take_over(lead, released)
    assert mapping_rules.take_over(lead, released).mapped == 0
    assert Event.objects.filter(verb="map_category").count() == 2


def test_a_category_retired_since_is_left_out_and_named(released, lead, words):
    retire(lead, words[0])
    assert mapping_rules.take_over(lead, released).gone == ["Borrowed authority"]


def test_a_place_that_was_merged_since_is_the_one_that_took_it_over(released, lead, project, words, sign_in):
    held = categories(project)
    scale_regroup.merge(lead, held[6], held[5], "One thing.")
    done = mapping_rules.take_over(lead, released)
    assert (done.mapped, done.gone) == (2, [])
    assert Mapping.objects.get(category=words[0]).scale_category == held[5]
    assert mapping_rules.take_over(lead, released).mapped == 0


def test_a_place_that_retired_since_is_left_out_and_named(released, lead, project, words):
    scale_regroup.retire(lead, categories(project)[6], "Not used.")
    done = mapping_rules.take_over(lead, released)
    assert (done.mapped, done.gone) == (1, ["6 Disinformation Fraud and Identity Manipulation"])
    assert not Mapping.objects.filter(category=words[0]).exists()


def test_the_page_offers_to_take_over_only_what_can_be(released, lead, project, sign_in):
    open_readings(lead, released)
    url = reverse("reconciliation:mapping", args=[project.slug, released.uid])
    assert sign_in(lead).get(url).context["to_take"] == 2
    scale_regroup.retire(lead, categories(project)[6], "Not used.")
    assert sign_in(lead).get(url).context["to_take"] == 1


def test_an_open_round_takes_places_of_its_edition_and_the_next_no_retired_one(opened, desk, lead, project, ada, bo):
    sixth = categories(project)[6]
    scale_regroup.retire(lead, sixth, "Not used.")
    first = Category.objects.get(name=NAMES[0])
    mapping.choose_place(ada, desk, first.uid, Said(sixth.uid, False, ""))
    assert MappingChoice.objects.get().scale_category == sixth
    later = factory.round_of(project, [ada, bo], "mapping", scale=project.scales.get(), name="Mapping 2")
    with pytest.raises(BadInput, match="no such category"):
        mapping.choose_place(ada, factory.assignment(later, ada), first.uid, Said(sixth.uid, False, ""))


@pytest.fixture
def side(released):
    return reverse("reconciliation:mapping", args=[released.project.slug, released.uid])


def test_the_page_lays_mappings_side_by_side_disagreements_first(sign_in, side, lead):
    lines = sign_in(lead).get(side).context["lines"]
    assert [one.state for one in lines] == ["open", "open", "agreed", "agreed"]
    assert {cell.coder.name: cell.place.number for cell in lines[0].cells} in ({"Ada": 7, "Bo": 6}, {"Ada": 2, "Bo": 1})


def test_a_coder_opens_the_readings_first(sign_in, side, released, ada):
    browser = sign_in(ada)
    assert "Fabricated content: Bo" not in browser.get(side).content.decode()
    round_rules.open_readings(ada, released)
    assert "Fabricated content: Bo" in browser.get(side).content.decode()


def reopening(page, word, reason):
    """What the page's form that reopens a category's decision sends with this reason written."""
    line = page.content.decode().split(f'id="category-{word.uid}"')[1].split("</li>")[0]
    fields = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall("<(?:input|button) [^>]*>", line)]
    return {one["name"]: reason if one["name"] == "reason" else one["value"] for one in fields}


def test_a_refused_reopening_says_so_and_keeps_the_reason(sign_in, side, released, lead, words):
    settle(lead, released, NAMES[1], 7)
    browser = sign_in(lead)
    empty = browser.post(side, reopening(browser.get(side), words[1], " "))
    assert (empty.status_code, "Say why this decision is reopened." in empty.content.decode()) == (400, True)
    wrong = browser.post(side, reopening(browser.get(side), words[1], "Kept \x07"))
    assert (wrong.status_code, 'value="Kept' in wrong.content.decode()) == (400, True)


def test_a_reopening_is_of_the_decision_that_its_author_saw(sign_in, side, released, lead, words):
    first = settle(lead, released, NAMES[1], 7)
    browser = sign_in(lead)
    stale = reopening(browser.get(side), words[1], "My reason.")
    reopen_decision(lead, first, "Anew.")
    settle(lead, released, NAMES[1], 6)
    late = browser.post(side, stale)
    assert late.status_code == 409
    assert "Somebody decided this anew meanwhile" in late.content.decode()
    assert 'value="My reason."' in late.content.decode()
    assert browser.post(side, reopening(late, words[1], "My reason.")).status_code == 302


@pytest.mark.parametrize("state", ["settled", "closed"])
def test_a_decision_that_comes_too_late_keeps_its_words(sign_in, side, released, project, lead, words, state):
    browser = sign_in(lead if state == "settled" else factory.member(project, "eve"))
    if state == "settled":
        settle(lead, released, NAMES[1], 7)
    else:
        project.memberships.filter(user__name="Eve").update(role="lead")
    sent = {"category": words[1].uid, "place": "no-fit", "reason": "slip", "rationale": "My other words."}
    late = browser.post(side, sent)
    assert late.status_code == 409
    assert "My other words." in late.content.decode().split("What you wrote, which is not stored")[1]
    assert ("Somebody settled this meanwhile" in late.content.decode()) == (state == "settled")


def test_the_lead_settles_reopens_and_takes_over_by_page(sign_in, side, released, lead, project, words):
    browser = sign_in(lead)
    sent = {"category": words[1].uid, "place": categories(project)[7].uid, "reason": "slip", "rationale": "Because."}
    refused = browser.post(side, {**sent, "rationale": ""})
    assert (refused.status_code, "Write the rationale" in refused.content.decode()) == (400, True)
    assert browser.post(side, sent).status_code == 302
    assert browser.post(side, sent).status_code == 409
    assert browser.post(side, reopening(browser.get(side), words[1], "Anew.")).status_code == 302
    assert Disagreement.objects.unsettled().count() == 2
    taken = browser.post(reverse("reconciliation:take_over", args=[project.slug, released.uid]))
    assert taken.status_code == 302
    assert Mapping.objects.count() == 2


@pytest.mark.parametrize("wrong", [{"place": ""}, {"place": "seven"}, {"reason": ""}, {"reason": "because"}])
def test_a_decision_that_says_too_little_is_400(sign_in, side, lead, project, words, wrong):
    sent = {"category": words[1].uid, "place": "no-fit", "reason": "slip", "rationale": "Because.", **wrong}
    assert sign_in(lead).post(side, sent).status_code == 400
    assert not Decision.objects.exists()


def test_coders_and_observers_read_and_do_not_decide(sign_in, side, released, project, bo, words):
    for person in (bo, factory.member(project, "olga", "observer")):
        browser = sign_in(person)
        assert browser.get(side).status_code == 200
        assert browser.post(side, {"category": words[1].uid}).status_code == 403
        assert browser.post(reverse("reconciliation:take_over", args=[project.slug, released.uid])).status_code == 403


def test_a_stranger_and_a_coder_who_codes_blind_read_nothing(sign_in, side, released, project, ada, stranger):
    assert sign_in(stranger).get(side).status_code == 404
    factory.incidents(project, 1)
    factory.round_of(project, [ada], "rating")
    assert sign_in(ada).get(side).status_code == 403


def test_who_maps_blind_reads_no_earlier_mapping_even_when_opened_before(released, project, lead, ada, bo):
    round_rules.open_readings(ada, released)
    theirs = factory.assignment(released, bo)
    assert Assignment.objects.visible_to(ada).filter(pk=theirs.pk).exists()
    create_category(lead, project, "Another")
    for one in Category.objects.filter(name__in=NAMES):
        retire(lead, one)
    factory.round_of(project, [ada], "mapping", scale=project.scales.get())
    assert not Assignment.objects.visible_to(ada).filter(pk=theirs.pk).exists()


def test_a_lead_who_maps_blind_reads_and_decides_no_earlier_mapping(sign_in, side, released, project, lead, words):
    other = factory.member(project, "eve")
    browser = sign_in(other)
    factory.round_of(project, [other], "mapping", scale=project.scales.get())
    project.memberships.filter(user=other).update(role="lead")
    round_rules.open_readings(other, released)
    decision = settle(lead, released, NAMES[1], 7)
    page = browser.get(side)
    assert "You map in an open blind round" in page.content.decode()
    assert not re.search("Fabricated content|The definition says so", page.content.decode())
    sent = {"category": words[2].uid, "place": categories(project)[7].uid, "reason": "slip", "rationale": "Because."}
    late = browser.post(side, sent)
    assert (late.status_code, "Because." in late.content.decode()) == (409, True)
    assert browser.post(reverse("reconciliation:take_over", args=[project.slug, released.uid])).status_code == 409
    with pytest.raises(CodesItBlind, match="You map in an open blind round"):
        reopen_decision(other, decision, "Anew.")
    assert not Mapping.objects.exists()


def test_nothing_is_taken_over_unread(released, project):
    other = factory.member(project, "eve", "lead")
    with pytest.raises(ReadingsClosed):
        mapping_rules.take_over(other, released)


def test_a_living_mapping_that_says_the_same_already_stands(released, lead, words, project):
    map_category(lead, words[0], project.scales.get(), categories(project)[6], "Before.")
    done = mapping_rules.take_over(lead, released)
    assert (done.mapped, done.stood) == (1, 1)
    assert Mapping.objects.get(category=words[0]).rationale == "Before."


def test_the_codebook_names_the_category_whose_place_was_decided(sign_in, released, lead, project):
    settle(lead, released, NAMES[1], 7)
    body = sign_in(lead).get(reverse("codebook:document", args=[project.slug])).content.decode()
    said = re.sub(r"<[^>]+>", "", body[body.index('<h2 id="decisions">') :])
    assert f"Category “{NAMES[1]}” · one side: 7 Misinformation" in said
    assert "category:" not in said


def test_the_codebook_shows_no_decision_on_categories_to_who_maps_blind(sign_in, released, lead, project):
    settle(lead, released, "Fabricated content", 7)
    other, url = factory.member(project, "lee"), reverse("codebook:document", args=[project.slug])
    factory.round_of(project, [other], "mapping", scale=project.scales.get())
    project.memberships.filter(user=other).update(role="lead")
    assert "The definition says so." not in sign_in(other).get(url).content.decode()
    assert "Decisions on what you judge in an open blind round" in sign_in(other).get(url).content.decode()
    assert "The definition says so." in sign_in(lead).get(url).content.decode()


# The round at the second door


def at(released, *more):
    return "/".join(
        ["projects", str(released.project.uid), "rounds", str(released.uid), "mapping", *map(str, more), ""]
    )


def test_by_program_a_lead_reads_settles_reopens_and_takes_over(released, project, lead, words):
    door = Door(lead)
    lines = door.get(at(released)).json()
    assert [(one["name"], one["state"]) for one in lines] == [(one.name, one.state) for one in lines_of(released, [])]
    assert [len(one["said"]) for one in lines] == [2] * 4
    assert {one["name"]: one["stands"] for one in lines}[NAMES[3]] == {"scale_category": None}
    seventh = categories(project)[7]
    said = {"scale_category": str(seventh.uid), "reason": "slip", "rationale": "The definition says so."}
    decided = door.post(at(released, words[1].uid, "settle"), said, key="one").json()
    assert (decided["state"], decided["stands"]) == ("settled", {"scale_category": str(seventh.uid)})
    assert door.post(at(released, words[1].uid, "settle"), said, key="one").json() == decided
    assert is_problem(door.post(at(released, words[1].uid, "settle"), said), 409)
    seen = decided["decisions"][0]["uid"]
    again = {"decision": seen, "reason": "Read once more."}
    assert door.post(at(released, words[1].uid, "reopen"), again).json()["state"] == "open"
    assert is_problem(door.post(at(released, words[1].uid, "reopen"), again), 409)
    unfit = {"does_not_fit": True, "reason": "slip", "rationale": "None says it."}
    assert door.post(at(released, words[1].uid, "settle"), unfit).json()["stands"] == {"scale_category": None}
    assert door.post(at(released, "take-over")).json() == {"mapped": 3, "stood": 0, "gone": []}
    assert Mapping.objects.filter(scale=released.scale).count() == 3


@pytest.mark.parametrize(
    "change",
    [{"scale_category": UNKNOWN}, {"scale_category": None}, {"does_not_fit": True}, {"reason": "legitimately_plural"},
     {"reason": "x"}, {"rationale": " "}, {"rationale": "a\x00"}, {"scale_category": "x"}],
)  # fmt: skip
def test_by_program_a_decision_that_says_too_little_is_400(released, project, lead, words, change):
    said = {"scale_category": str(categories(project)[7].uid), "reason": "slip", "rationale": "So.", **change}
    assert is_problem(Door(lead).post(at(released, words[1].uid, "settle"), said), 400)
    assert not Decision.objects.exists()


def test_by_program_others_read_when_they_have_opened_and_decide_nothing(released, project, ada, bo, stranger, words):
    said = {"does_not_fit": True, "reason": "slip", "rationale": "So."}
    assert is_problem(Door(ada).get(at(released)), 409)
    round_rules.open_readings(ada, released)
    assert len(Door(ada).get(at(released)).json()) == 4
    assert is_problem(Door(ada).post(at(released, words[1].uid, "settle"), said), 403)
    assert is_problem(Door(ada).post(at(released, "take-over")), 403)
    assert is_problem(Door(stranger).get(at(released)), 404)
    factory.round_of(project, [bo], "mapping", scale=project.scales.get())
    assert is_problem(Door(bo).get(at(released)), 403)


def test_by_program_a_category_that_nobody_mapped_differently_is_not_found(released, project, lead, words):
    said = {"does_not_fit": True, "reason": "slip", "rationale": "So."}
    assert is_problem(Door(lead).post(at(released, words[0].uid, "settle"), said), 404)
    assert is_problem(Door(lead).post(at(released, UNKNOWN, "settle"), said), 404)


def test_by_program_a_lead_who_maps_blind_reads_and_decides_no_earlier_mapping(released, project, lead, words):
    other = factory.member(project, "eve")
    factory.round_of(project, [other], "mapping", scale=project.scales.get())
    project.memberships.filter(user=other).update(role="lead")
    round_rules.open_readings(other, released)
    decision, door = settle(lead, released, NAMES[1], 7), Door(other)
    said = {"does_not_fit": True, "reason": "slip", "rationale": "So."}
    again = {"decision": str(decision.uid), "reason": "Anew."}
    for answer in (
        door.get(at(released)), door.post(at(released, "take-over")), door.post(at(released, words[2].uid, "settle"), said),
        door.post(at(released, words[1].uid, "reopen"), again),
    ):  # fmt: skip
        assert is_problem(answer, 409)
        assert not re.search("Fabricated content|The definition says so", answer.content.decode())
    assert not Mapping.objects.exists()
