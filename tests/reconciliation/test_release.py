"""The one release: what it ends, opens, measures and writes."""

import pytest

from coding.agreement.models import Measurement
from coding.codes.models import Code, Scale
from coding.codes.rules import adopt
from coding.lib.canonical import canonical, sha256
from coding.lib.refusals import BadInput, Forbidden
from coding.memos.models import Memo
from coding.open_coding.models import ConsensusCoding
from coding.people.models import Event
from coding.people.rules import hashed
from coding.reconciliation.models import Disagreement
from coding.reconciliation.rules import release_round
from coding.rounds.models import Assignment, Opening, Round
from coding.rounds.rules import RoundNotOpen, reopen
from coding.selective_coding.models import ConsensusRating, Rating
from tests import factory
from tests.reconciliation.factory import SMALL, rate, rated_round, released_round

pytestmark = pytest.mark.django_db


def consensus(of):
    rows = ConsensusRating.objects.filter(round=of).order_by("incident__number", "scale_category__number")
    return [
        (row.incident.number, row.scale_category and row.scale_category.number, row.is_primary, row.settled_by)
        for row in rows.select_related("incident", "scale_category")
    ]


def open_numbers(of):
    return [one.incident.number for one in Disagreement.objects.filter(round=of).worst_first()]


def test_what_all_said_becomes_consensus(project, ada, bo):
    of = released_round(project, [ada, bo])
    assert consensus(of) == [(1, 7, True, "unanimity"), (2, None, False, "unanimity")]


def test_the_rest_becomes_disagreements_worst_first(project, ada, bo):
    of = released_round(project, [ada, bo])
    assert sorted(open_numbers(of)) == [3, 4, 5, 6]
    rise = {one.incident.number: one.rise for one in Disagreement.objects.filter(round=of)}
    assert open_numbers(of) == sorted(rise, key=lambda number: (-rise[number], number))
    assert rise[5] < 0 < rise[4]  # the sets are the same, only the primary differs: without it agreement falls


def test_a_release_says_what_it_did(project, ada, bo):
    of = rated_round(project, [ada, bo], [*SMALL, ("7", ""), ("", "")])
    done = release_round(factory.lead_of(project), of, "The term ends.")
    assert (done.unanimous, done.disagreements, done.alone, done.unread) == (2, 4, 1, 1)
    assert done.round.release_reason == "The term ends."


def test_one_persons_judgement_is_neither_consensus_nor_disagreement(project, ada, bo):
    of = released_round(project, [ada, bo], [("7", ""), ("6", "6")], reason="Enough.")
    assert {row[0] for row in consensus(of)} == {2}
    assert open_numbers(of) == []


def test_uncodable_against_a_judgement_is_a_disagreement(project, ada, bo):
    of = rated_round(project, [ada, bo], [("7", "7"), ("6", "6")])
    Assignment.objects.filter(round=of, coder=bo, incident__number=1).update(uncodable_because="The text is cut.")
    release_round(factory.lead_of(project), of)
    assert open_numbers(of) == [1]


def test_a_machine_neither_makes_nor_breaks_unanimity(project, ada, bo):
    robot = factory.member(project, "robot")
    robot.is_machine = True
    robot.save()
    of = released_round(project, [ada, bo, robot], [("7", "7", "1"), ("6", "", "6")], reason="Enough.")
    assert consensus(of) == [(1, 7, True, "unanimity")]
    assert open_numbers(of) == []


def test_a_round_without_disagreement_is_settled(project, ada, bo):
    assert released_round(project, [ada, bo]).state == "released"
    assert released_round(project, [ada, bo], [("7", "7"), ("-", "-")]).state == "settled"


def test_a_round_coded_together_has_consensus_and_no_figures(project, ada, bo):
    of = released_round(project, [ada, bo], is_blind=False)
    assert len(consensus(of)) == 2
    assert open_numbers(of) == [3, 4, 5, 6]
    assert not Measurement.objects.filter(round=of).exists()


def test_an_early_release_needs_a_reason(project, ada, bo, lead):
    of = rated_round(project, [ada, bo], [("7", "")])
    with pytest.raises(BadInput, match="1 of 2 assignments are submitted"):
        release_round(lead, of, "  ")
    of.refresh_from_db()
    assert of.state == "open"


def test_what_was_not_submitted_stays_closed(project, ada, bo, lead):
    of = released_round(project, [ada, bo], [("7", "")], reason="Bo is ill.")
    assert factory.assignment(of, bo).state == "to_do"
    with pytest.raises(RoundNotOpen):
        rate(of, bo, of.assignments.get(coder=bo).incident, "7")
    with pytest.raises(RoundNotOpen):
        reopen(lead, factory.assignment(of, ada), "To mend a slip.")


def test_a_round_is_released_once(project, ada, bo, lead):
    of = released_round(project, [ada, bo])
    with pytest.raises(RoundNotOpen):
        release_round(lead, of)
    assert Measurement.objects.filter(round=of, batch=2).count() == 0


@pytest.mark.parametrize("role", ["coder", "observer"])
def test_only_a_lead_releases(project, ada, bo, role):
    of = rated_round(project, [ada, bo])
    with pytest.raises(Forbidden):
        release_round(factory.member(project, "cy", role), of)


def test_coders_rows_are_untouched(project, ada, bo, lead):
    of = rated_round(project, [ada, bo])
    before = list(Rating.objects.filter(assignment__round=of).order_by("pk").values())
    states = list(of.assignments.order_by("pk").values())
    release_round(lead, of)
    assert list(Rating.objects.filter(assignment__round=of).order_by("pk").values()) == before
    assert list(of.assignments.order_by("pk").values()) == states


def test_events_open_and_their_hashes_stay_valid(project, ada, bo, lead):
    of = rated_round(project, [ada, bo])
    streams = [one.stream for one in of.assignments.all()]
    assert not Event.objects.filter(stream__in=streams, released_at__isnull=False).exists()
    release_round(lead, of)
    events = Event.objects.filter(stream__in=streams)
    assert events.exists()
    assert not events.filter(released_at=None).exists()
    for stream in [*streams, project.ref()]:
        previous = ""
        for event in Event.objects.stream(stream).select_related("actor", "undoes"):
            assert event.previous_hash == previous
            assert event.hash == sha256(canonical(hashed(event)))
            previous = event.hash


def test_the_shield_ends_and_the_opening_is_noted(project, ada, bo, lead):
    of = rated_round(project, [ada, bo])
    assert project.memberships.get(user=ada).is_shielded
    release_round(lead, of)
    assert not project.memberships.get(user=ada).is_shielded
    assert Opening.objects.filter(round=of, user=lead).exists()
    assert not Opening.objects.filter(round=of, user=ada).exists()


def coded_round(project, ada, bo, **plan):
    factory.incidents(project, 1)
    return factory.round_of(project, [ada, bo], **plan)


def test_codes_and_memos_of_the_coders_open(project, ada, bo, lead):
    of = coded_round(project, ada, bo)
    factory.code(factory.assignment(of, ada), "late fee", "fees")
    memo = Memo.objects.create(project=project, kind="code", text="Why so late?", by=ada, at=of.opened_at)
    release_round(lead, of, "To look at it together.")
    memo.refresh_from_db()
    assert memo.released_at is not None
    assert Code.objects.get(project=project).released_at == memo.released_at


def test_a_memo_on_work_in_another_open_blind_round_stays_private(project, ada, bo, lead):
    of = coded_round(project, ada, bo)
    other = factory.round_of(project, [ada, bo])
    factory.code(factory.assignment(other, ada), "late fee", "fees")
    segment = factory.assignment(other, ada).segments.get()
    memo = Memo.objects.create(project=project, kind="code", text="Hm.", segment=segment, by=ada, at=of.opened_at)
    release_round(lead, of, "To look at it together.")
    memo.refresh_from_db()
    assert memo.released_at is None


def test_identical_spans_with_the_same_code_become_consensus(project, ada, bo, lead):
    first = coded_round(project, ada, bo)
    factory.code(factory.assignment(first, ada), "late fee", "fees")
    release_round(lead, first, "To adopt its code.")
    shared = adopt(lead, Code.objects.get(project=project, name="fees"))
    of = factory.round_of(project, [ada, bo])
    for coder in (ada, bo):
        one = factory.assignment(of, coder)
        factory.code(one, "late fee", "fees")
        factory.code(one, "booking assistant", "machine")  # each coins a code: same name, not the same code
        factory.hand_in(one)
    release_round(lead, of)
    row = ConsensusCoding.objects.get(round=of)
    assert (row.code, row.incident.text[row.start : row.end], row.settled_by) == (shared, "late fee", "unanimity")


def test_a_span_that_two_of_three_judges_coded_is_no_consensus(project, ada, bo, lead):
    cy = factory.member(project, "cy")
    first = coded_round(project, ada, bo)
    factory.code(factory.assignment(first, ada), "late fee", "fees")
    release_round(lead, first, "To adopt its code.")
    adopt(lead, Code.objects.get(project=project, name="fees"))
    of = factory.round_of(project, [ada, bo, cy])
    for coder in (ada, bo):
        factory.code(factory.assignment(of, coder), "late fee", "fees")
    for coder in (ada, bo, cy):
        factory.hand_in(factory.assignment(of, coder))
    release_round(lead, of)
    assert not ConsensusCoding.objects.filter(round=of).exists()


@pytest.mark.parametrize("size", [6, 60])
def test_release_asks_no_more_of_a_larger_round(project, ada, bo, lead, size, django_assert_max_num_queries):
    rows = (SMALL * 10)[:size]
    of = rated_round(project, [ada, bo], rows)
    with django_assert_max_num_queries(60):
        release_round(lead, of)


def test_a_round_whose_edition_lacks_its_scale_is_released_unmeasured(project, ada, lead):
    """Such rounds were opened once; their coders come free all the same."""
    factory.incidents(project, 2)
    of = factory.round_of(project, [ada], "rating")
    Round.objects.filter(pk=of.pk).update(
        scale=Scale.objects.create(project=project, name="Later", rating_kind="presence")
    )
    done = release_round(lead, of, "Nobody can rate it.")
    assert (done.figures, done.unread, done.round.is_released) == (0, 2, True)
    assert not project.memberships.get(user=ada).is_blind
