"""Negative cases: what speaks against, to whom it is shown, and what became of it; and chain breaks."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from coding.axial_coding.models import Evidence
from coding.codes import scale_regroup
from coding.codes.models import Code
from coding.codes.rules import create_category, map_category, place, relate, retire
from coding.lib.clock import now
from coding.open_coding import judging
from coding.open_coding.models import Segment
from coding.people.models import Event
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from coding.rounds.rules import open_readings
from coding.selective_coding.chain_breaks import APART, NONE_SAID, PART, PRIMARY, Rated, chain_breaks, kind_of, rated_in
from coding.selective_coding.models import CaseNote
from coding.selective_coding.rules import Standing, write_consensus
from coding.selective_coding.standing import Row
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.selective_coding import stances
from tests.selective_coding.factory import categories

UNKNOWN = "8f14e45f-ceea-467f-a8d6-0000000000aa"


@kept
def trust(project, lead):
    return create_category(lead, project, "Trust")


@kept
def doubt(project, lead):
    return create_category(lead, project, "Doubt")


@kept
def coded(project, lead, ada, trust):
    """Two incidents by Ada; a segment of the first speaks against trust. Not yet released."""
    factory.incidents(project, 2)
    coded = factory.round_of(project, [ada], name="Coded")
    for one in coded.assignments.order_by("position"):
        factory.code(one, "late fee", "fee")
    desk = factory.assignment(coded, ada)
    saved = factory.code(desk, "nobody knew", "doubting")
    judging.speak_against(ada, desk, saved.segment, trust.uid)
    for one in coded.assignments.all():
        factory.hand_in(one)
    return coded


@kept
def released(coded, lead):
    release_round(lead, coded)
    coded.refresh_from_db()
    return coded


@kept
def segment(released):
    return Segment.objects.get(speaks_against__isnull=False)


@pytest.fixture
def url(project):
    return reverse("selective_coding:negative", args=[project.slug])


def posted(category, segment=None, changed="boundary", why="Trust ends where staff object.", **more):
    return {"category": category.uid, "segment": segment.uid if segment else "", "changed": changed, "why": why, **more}


# What is shown


def test_what_speaks_against_is_shown_with_its_words_and_incident(sign_in, lead, url, segment):
    page = sign_in(lead).get(url).content.decode()
    assert "nobody knew" in page
    assert "1 Report 1" in page
    assert "no note yet" in page


def test_an_open_round_shows_no_case_and_tells_of_none(sign_in, lead, url, coded):
    page = sign_in(lead).get(url)
    assert (page.context["cases"].shown, page.context["cases"].closed) == ([], 0)
    assert "nobody knew" not in page.content.decode()


def test_whoever_has_not_opened_the_readings_reads_none(sign_in, project, url, segment):
    page = sign_in(factory.member(project, "olga", "observer")).get(url).content.decode()
    assert "nobody knew" not in page
    assert "1 more is closed to you" in page


def test_a_lead_who_codes_the_incident_blind_reads_none(sign_in, lead, project, url, segment):
    factory.round_of(project, [lead], Round.Stage.RATING)
    assert "nobody knew" not in sign_in(lead).get(url).content.decode()


def test_evidence_against_a_relation_is_a_case(sign_in, lead, url, trust, doubt, released):
    relation = relate(lead, trust, "context", doubt)
    other = Segment.objects.filter(speaks_against=None).first()
    Evidence.objects.create(relation=relation, segment=other, speaks=Evidence.Speaks.AGAINST)
    client = sign_in(lead)
    assert len(client.get(url).context["cases"].shown) == 2
    assert client.post(url, posted(trust, other, relation=relation.uid)).status_code == 302
    assert CaseNote.objects.get().relation == relation
    assert client.post(url, posted(doubt, other, relation=relation.uid)).status_code == 409


def test_categories_where_none_was_sought_are_named(sign_in, lead, url, segment, doubt):
    client = sign_in(lead)
    assert client.get(url).context["cases"].unsought == [doubt]
    assert client.post(url, posted(doubt, changed="none_found", why="All ten read again.")).status_code == 302
    page = client.get(url)
    assert page.context["cases"].unsought == []
    assert "All ten read again." in page.content.decode()


def test_the_cost_does_not_grow_with_the_cases(sign_in, lead, url, released, trust, django_assert_max_num_queries):
    client = sign_in(lead)
    for rows in (Segment.objects.none(), Segment.objects.all()):
        rows.update(speaks_against=trust)
        with django_assert_max_num_queries(12):
            client.get(url)


# Notes


def test_a_lead_notes_what_was_changed_and_earlier_notes_stay(sign_in, lead, url, trust, segment):
    client = sign_in(lead)
    client.post(url, posted(trust, segment, "nothing", "A single voice."))
    client.post(url, posted(trust, segment))
    page = client.get(url).content.decode()
    assert page.index("Trust ends where staff object.") < page.index("A single voice.")
    assert Event.objects.filter(verb="note_case").count() == 2


@pytest.mark.parametrize(("changed", "why"), [("nothing", " "), ("", "Why."), ("none_found", "Why."), ("boundary", "x" * 20_001)])  # fmt: skip
def test_a_note_that_can_not_be_taken_is_400_and_nothing_is_written(sign_in, lead, url, trust, segment, changed, why):
    page = sign_in(lead).post(url, posted(trust, segment, changed, why))
    assert page.status_code == 400
    assert 'role="alert"' in page.content.decode()
    assert not CaseNote.objects.exists()


def test_what_does_not_speak_against_has_no_note(sign_in, lead, url, trust, doubt, segment):
    client = sign_in(lead)
    assert client.post(url, posted(doubt, segment)).status_code == 409
    assert client.post(url, {**posted(trust, segment), "segment": UNKNOWN}).status_code == 404
    assert client.post(url, {**posted(trust, segment), "relation": "x"}).status_code == 404
    retire(lead, doubt)
    answer = client.post(url, posted(doubt, changed="none_found", why="In all of March."))
    assert answer.status_code == 409
    assert "In all of March." in answer.content.decode()


def test_the_database_refuses_a_note_on_nothing(trust, lead):
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseNote.objects.create(category=trust, changed="boundary", why="Why.", by=lead, at=now())


def test_others_do_not_note_and_strangers_find_nothing(sign_in, stranger, project, lead, ada, url, trust, segment):
    assert sign_in(ada).post(url, posted(trust, segment)).status_code == 403
    assert sign_in(stranger).get(url).status_code == 404
    factory.round_of(project, [ada], Round.Stage.RATING)
    breaks = reverse("selective_coding:breaks", args=[project.slug])
    assert {sign_in(ada).get(path).status_code for path in (url, breaks)} == {403}
    assert sign_in(lead).post(breaks).status_code == 405


def test_the_api_lists_cases_and_takes_notes(lead, project, trust, segment):
    path, body = f"projects/{project.uid}/negative-cases/", {"category": str(trust.uid), "segment": str(segment.uid), "changed": "nothing", "why": "One voice."}  # fmt: skip
    assert Door(lead).post(path, body).status_code == 201
    [row] = Door(lead).get(path).json()["results"]
    assert (row["quote"], row["notes"][0]["why"]) == ("nobody knew", "One voice.")
    assert is_problem(Door(lead).post(path, {**body, "segment": UNKNOWN}), 404)
    assert is_problem(Door(lead).post(path, {**body, "changed": "none_found"}), 400)


# Chain breaks


@pytest.mark.parametrize(
    ("rated", "primary", "plural", "mapped", "kind"),
    [
        ({7}, {7}, False, {7}, ""), ({7}, {7}, False, {6}, APART), (set(), set(), False, {6}, NONE_SAID),
        ({6, 7}, {7}, False, {6}, PRIMARY), ({6, 7}, {7}, False, {7}, PART), ({7}, {7}, False, {6, 7}, PART),
        ({6, 7}, set(), True, {7}, ""), ({6, 7}, set(), True, {1}, APART),
    ],
)  # fmt: skip
def test_how_a_rating_contradicts_its_codes(rated, primary, plural, mapped, kind):
    assert kind_of(Rated(frozenset(rated), frozenset(primary), plural), frozenset(mapped)) == kind


@kept
def rated(project, lead, ada, released, trust):
    """Code "fee" leads to 7; the first incident is rated 6, the second 7."""
    place(lead, Code.objects.get(name="fee"), trust)
    map_category(lead, trust, project.scales.get(), categories(project)[7], "")
    held = factory.round_of(project, [ada], Round.Stage.RATING, name="Rated", is_blind=False)
    release_round(lead, held, "Settled at once.")
    for incident, number in zip(project.incidents.order_by("number"), (6, 7), strict=True):
        write_consensus(held, incident, [Standing(categories(project)[number], True)], "decision")
    held.refresh_from_db()
    return held


def test_chain_breaks_lead_to_their_incidents(sign_in, lead, project, rated):
    found = chain_breaks(lead, project, project.scales.get())
    assert [(one.one.number, one.kind) for one in found.found] == [(1, APART)]
    assert (found.compared, found.unrated, found.unmapped, found.closed) == (2, 0, 0, 0)
    page = sign_in(lead).get(reverse("selective_coding:breaks", args=[project.slug])).content.decode()
    assert "1 of 2 incidents contradict their codes." in page
    assert reverse("desk:incident", args=[project.slug, 1]) in page


def test_chain_breaks_are_shown_to_whoever_opened_the_rounds(project, rated, released):
    olga = factory.member(project, "olga", "observer")
    assert chain_breaks(olga, project, project.scales.get()).closed == 2
    open_readings(olga, released)
    found = chain_breaks(olga, project, project.scales.get())
    assert (found.found, found.unrated, found.closed) == ([], 2, 0)
    open_readings(olga, rated)
    assert len(chain_breaks(olga, project, project.scales.get()).found) == 1


def test_the_api_gives_chain_breaks(lead, project, rated):
    [row] = Door(lead).get(f"projects/{project.uid}/chain-breaks/").json()["results"]
    seven = str(categories(project)[7].uid)
    assert (row["incident_number"], row["kind"], row["coded_without_rating"]) == (1, APART, [seven])


@kept
def again(project, lead, ada, rated):
    """A second rating round puts the first incident under 7; it was opened before the other and released after it."""
    held = factory.round_of(project, [ada], Round.Stage.RATING, name="Again", is_blind=False)
    release_round(lead, held, "Settled at once.")
    write_consensus(held, project.incidents.get(number=1), [Standing(categories(project)[7], True)], "decision")
    Round.objects.filter(pk=held.pk).update(opened_at=rated.opened_at - timedelta(days=1))
    return held


def test_what_stands_is_the_consensus_of_the_round_released_last(lead, project, again):
    found = chain_breaks(lead, project, project.scales.get())
    assert (found.found, found.compared) == ([], 2)


def test_a_consensus_that_a_later_round_took_the_place_of_is_not_compared(project, released, rated, again):
    olga = factory.member(project, "olga", "observer")
    for opened in (released, rated):
        open_readings(olga, opened)
    found = chain_breaks(olga, project, project.scales.get())
    assert (found.found, found.compared, found.unrated) == ([], 1, 1)


@pytest.mark.parametrize(
    ("settled", "plural", "kind"),
    [
        ("+9", (), ""), ("-9", (), ""), ("+9 -5", (), PART), ("+5", (), APART), ("", (), NONE_SAID),
        ("+9", (5,), ""), ("", (9,), ""), ("+5", (3,), APART),
    ],
)  # fmt: skip
def test_a_stance_scale_s_rating_stands_where_values_are_touched(lead, ada, project, released, trust, settled, plural, kind):  # fmt: skip
    place(lead, Code.objects.get(name="fee"), trust)
    on_values = stances.second_scale(project, lead, ada)
    map_category(lead, trust, on_values.scale, stances.values(project)[9], "")
    stances.stands(on_values, project.incidents.get(number=1), settled, plural)
    found = chain_breaks(lead, project, on_values.scale)
    assert ([one.kind for one in found.found], found.compared) == ([kind] if kind else [], 1)


def test_a_merged_category_is_read_as_the_one_that_took_it_over(lead, project, rated):
    held = categories(project)
    scale_regroup.merge(lead, held[6], held[7], "One thing.")
    found = chain_breaks(lead, project, project.scales.get())
    assert (found.found, found.compared) == ([], 2)


def test_a_rating_of_retired_categories_alone_contradicts_nothing(lead, project, rated):
    scale_regroup.retire(lead, categories(project)[6], "Not used.")
    found = chain_breaks(lead, project, project.scales.get())
    assert (found.found, found.compared, found.unrated) == ([], 1, 1)


@pytest.mark.parametrize(
    ("held", "categories", "primary"),
    [
        ([(1, True, False), (2, False, False)], {1, 3}, {1}),
        ([(2, True, False), (3, False, False)], {3}, {3}),
        ([(4, True, False), (1, False, False)], {1}, set()),
        ([(None, False, False)], set(), set()),
    ],
)
def test_how_a_consensus_is_read_where_categories_retired(held, categories, primary):
    rows = [Row(1, category, None, is_primary, is_plural) for category, is_primary, is_plural in held]
    assert rated_in(rows, {1: 1, 2: 3, 3: 3, 4: None}) == Rated(frozenset(categories), frozenset(primary))


def test_a_primary_category_that_retired_is_no_contradiction():
    assert kind_of(Rated(frozenset({1}), frozenset()), frozenset({1})) == ""
