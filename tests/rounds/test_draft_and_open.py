"""A round from plan to open: sampling, deal, what keeps it closed."""

import threading
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, connections, transaction

from coding.codes.models import Edition, Scale
from coding.codes.rules import freeze
from coding.incidents.models import Incident
from coding.lib.refusals import BadInput
from coding.people.models import Event, Membership
from coding.people.rules import lock_project_stream
from coding.rounds import rules
from coding.rounds.models import Assignment, Opening, Round
from coding.rounds.rules import NothingToCode, Plan, RoundNotDraft, SawOthersWork
from tests import factory
from tests.kept import kept


@kept
def held(project):
    return factory.incidents(project, 6)


@kept
def draft(project, ada, bo, held):
    return factory.round_of(project, [ada, bo], opened=False)


def plan(coders, incidents, **more):
    return Plan(**{"name": "R", "stage": "open", "coders": coders, "incidents": incidents, **more})


def dealt(of):
    return list(of.assignments.order_by("position", "pk").values_list("position", "incident__number", "coder__name"))


# Sample


def test_a_sample_is_repeatable_and_in_number_order(held):
    first = rules.sample(held, 3, seed=7)
    assert first == rules.sample(list(reversed(held)), 3, seed=7)
    assert [one.number for one in first] == sorted(one.number for one in first)
    assert len(set(first)) == 3


def test_another_seed_draws_another_sample(held):
    assert len({tuple(rules.sample(held, 3, seed)) for seed in range(30)}) > 5


def test_every_incident_has_the_same_chance(held):
    drawn = Counter(one.number for seed in range(600) for one in rules.sample(held, 2, seed))
    assert set(drawn) == {1, 2, 3, 4, 5, 6}
    assert all(150 < count < 250 for count in drawn.values())  # 200 expected; 4.3 standard deviations either way


def test_a_sample_larger_than_the_population_is_the_population(held):
    assert rules.sample(held, 99, 1) == held


# Draft


def test_a_draft_deals_every_incident_to_every_coder_in_order(draft):
    assert [(position, number) for position, number, _ in dealt(draft)] == [
        (n, n) for n in range(1, 7) for _ in range(2)
    ]
    assert {(number, name) for _, number, name in dealt(draft)} == {
        (n, name) for n in range(1, 7) for name in ("Ada", "Bo")
    }


@pytest.mark.parametrize("each", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 5, 6])
def test_the_deal_is_even(project, lead, held, each, count):
    coders = [factory.member(project, name) for name in ("a", "b", "c", "d")]
    drafted = rules.draft_round(lead, project, plan(coders, held[:count], coders_per_incident=each))
    loads = Counter(drafted.assignments.values_list("coder", flat=True))
    assert max(loads.values()) - min(loads.get(coder.pk, 0) for coder in coders) <= 1
    per_incident = Counter(drafted.assignments.values_list("incident", flat=True))
    assert set(per_incident.values()) == {each}


def test_the_same_seed_deals_alike_whatever_order_coders_are_named_in(project, lead, ada, bo, held):
    one = rules.draft_round(lead, project, plan([ada, bo], held, coders_per_incident=1, seed=3))
    two = rules.draft_round(
        lead, project, plan([bo, ada], list(reversed(held)), coders_per_incident=1, seed=3, name="S")
    )
    assert dealt(one) == dealt(two)


def test_seeds_deal_differently(project, lead, ada, bo, held):
    deals = {
        str(
            dealt(
                rules.draft_round(
                    lead, project, plan([ada, bo], held, coders_per_incident=1, seed=seed, name=f"S{seed}")
                )
            )
        )
        for seed in range(12)
    }
    assert len(deals) == 2


def test_more_coders_per_incident_than_coders_are_all_of_them(project, lead, ada, held):
    assert rules.draft_round(lead, project, plan([ada], held, coders_per_incident=9)).coders_per_incident == 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    [({"name": "  "}, "Give the round a name."), ({"coders": []}, "Choose at least one coder."),
     ({"incidents": []}, "No incident is in this choice."), ({"stage": "rating"}, "Choose the scale to rate on."),
     ({"sampling": "by_hand"}, "needs its reason"), ({"sampling": "theoretical", "sampling_note": " "}, "needs its reason")],
)  # fmt: skip
def test_a_plan_that_lacks_something_is_refused(project, lead, ada, held, more, sentence):
    with pytest.raises(BadInput, match=sentence):
        rules.draft_round(lead, project, plan(**{"coders": [ada], "incidents": held, **more}))
    assert not Round.objects.exists()


def test_a_name_is_given_once_in_a_project(project, lead, ada, held, draft):
    with pytest.raises(BadInput, match="Choose another name"):
        rules.draft_round(lead, project, plan([ada], held, name=f" {draft.name} "))


def test_a_draft_is_thrown_away(lead, draft):
    rules.discard_draft(lead, draft)
    assert not Round.objects.exists()
    assert not Assignment.objects.exists()
    assert Event.objects.get(verb="discard_draft").before == f'{{"name":"{draft.name}"}}'


@pytest.mark.parametrize("act", [rules.discard_draft, rules.open_round])
def test_a_draft_that_is_gone_is_refused_with_a_sentence(lead, draft, act):
    rules.discard_draft(lead, Round.objects.get(pk=draft.pk))
    with pytest.raises(RoundNotDraft, match="This draft is gone"):
        act(lead, draft)


# Open


def test_opening_freezes_an_edition_and_locks_the_texts(project, lead, draft, held):
    other = factory.incidents(project, 7)[-1]
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    opened = rules.open_round(lead, draft, at)
    assert (opened.state, opened.opened_at, opened.edition) == ("open", at, Edition.objects.get())
    assert set(Incident.objects.filter(text_locked_at=at)) == set(held)
    other.refresh_from_db()
    assert other.text_locked_at is None


def test_a_round_keeps_the_edition_it_was_planned_with(project, lead, ada, held):
    edition = freeze(lead, project, "First")
    drafted = rules.draft_round(lead, project, plan([ada], held, edition=edition))
    assert rules.open_round(lead, drafted).edition == edition


def test_a_round_opens_once(lead, draft):
    rules.open_round(lead, draft)
    with pytest.raises(RoundNotDraft):
        rules.open_round(lead, draft)
    with pytest.raises(RoundNotDraft):
        rules.discard_draft(lead, draft)
    assert Edition.objects.count() == 1


def test_a_round_without_assignments_does_not_open(lead, draft):
    draft.assignments.all().delete()
    with pytest.raises(NothingToCode):
        rules.open_round(lead, draft)


def test_opening_shields_its_coders_and_nobody_else(project, lead, ada, bo, draft):
    cy = factory.member(project, "cy")
    assert not Membership.objects.filter(is_blind=True).exists()
    rules.open_round(lead, draft)
    assert set(Membership.objects.filter(is_blind=True).values_list("user__name", flat=True)) == {"Ada", "Bo"}
    assert Membership.objects.get(user=ada).is_shielded
    assert not Membership.objects.get(user=cy).is_shielded


def test_a_round_coded_together_shields_nobody(project, lead, ada, bo, held):
    factory.round_of(project, [ada, bo], is_blind=False)
    assert not Membership.objects.filter(is_blind=True).exists()


def test_the_shield_lifts_when_the_last_blind_round_is_over(project, lead, ada, bo, held):
    one = factory.round_of(project, [ada, bo], incidents=held[:2])
    two = factory.round_of(project, [ada], incidents=held[2:])
    over = {"state": "released", "released_at": datetime(2026, 5, 1, tzinfo=UTC)}
    Round.objects.filter(pk=one.pk).update(**over)
    rules.shield(project)
    assert list(Membership.objects.filter(is_blind=True).values_list("user", flat=True)) == [ada.pk]
    Round.objects.filter(pk=two.pk).update(**over)
    rules.shield(project)
    assert not Membership.objects.filter(is_blind=True).exists()


def test_a_shield_stays_in_its_project(project, lead, ada, draft):
    other = factory.project(lead, "Other")
    Membership.objects.create(project=other, user=ada, role="coder")
    rules.open_round(lead, draft)
    assert not Membership.objects.get(project=other, user=ada).is_blind


def test_a_lead_who_codes_is_blind_but_not_shielded(project, lead, held):
    factory.round_of(project, [lead])
    membership = Membership.objects.get(user=lead)
    assert (membership.is_blind, membership.is_shielded) == (True, False)


@kept
def without_scale(project, lead):
    """An edition frozen before the project had a scale named "Later", and that scale."""
    edition = freeze(lead, project, "First")
    return edition, Scale.objects.create(project=project, name="Later", rating_kind="presence")


@pytest.mark.parametrize("stage", ["rating", "mapping"])
def test_a_round_is_not_planned_on_an_edition_without_its_scale(project, lead, ada, held, without_scale, stage):
    edition, scale = without_scale
    with pytest.raises(BadInput, match="Edition 1 does not hold the scale “Later”"):
        rules.draft_round(lead, project, plan([ada], held, stage=stage, edition=edition, scale=scale))


def test_a_draft_on_an_edition_without_its_scale_does_not_open(project, lead, ada, held, without_scale):
    edition, scale = without_scale
    drafted = rules.draft_round(lead, project, plan([ada], held, stage="rating", scale=scale))
    Round.objects.filter(pk=drafted.pk).update(edition=edition)  # drafted before such plans were refused
    with pytest.raises(NothingToCode, match="Edition 1 does not hold the scale “Later”"):
        rules.open_round(lead, drafted)


# Who has seen


def released(project, coders, incidents, stage="open"):
    of = factory.round_of(project, coders, stage, incidents=incidents)
    Round.objects.filter(pk=of.pk).update(state="released", released_at=datetime(2026, 5, 1, tzinfo=UTC))
    of.refresh_from_db()
    rules.shield(project)
    return of


SEEN = datetime(2026, 5, 2, 14, 5, tzinfo=UTC)


def test_who_opened_others_work_cannot_code_its_incidents_blind(project, lead, ada, bo, held):
    rules.open_readings(ada, released(project, [ada, bo], held[:2]), SEEN)
    again = factory.round_of(project, [ada, bo], incidents=held[1:3], opened=False)
    with pytest.raises(SawOthersWork) as refused:
        rules.open_round(lead, again)
    assert refused.value.message.startswith("Ada opened the others' work on “2 Report 2” on 02 May 2026 at 14:05 UTC")
    again.refresh_from_db()
    assert (again.state, Edition.objects.count()) == ("draft", 1)


def test_who_has_not_opened_it_may(project, lead, ada, bo, held):
    rules.open_readings(ada, released(project, [ada, bo], held[:2]), SEEN)
    factory.round_of(project, [bo], incidents=held[:2])


def test_other_incidents_other_stages_and_rounds_together_stay_open_to_them(project, lead, ada, bo, held):
    rules.open_readings(ada, released(project, [ada, bo], held[:2]), SEEN)
    factory.round_of(project, [ada], incidents=held[2:4])
    factory.round_of(project, [ada], "rating", incidents=held[:2])
    factory.round_of(project, [ada], incidents=held[:2], is_blind=False)


def test_who_coded_together_cannot_code_the_same_blind(project, lead, ada, bo, held):
    factory.round_of(project, [ada, bo], incidents=held[:2], is_blind=False)
    again = factory.round_of(project, [ada, bo], incidents=held[1:], opened=False)
    with pytest.raises(SawOthersWork, match="Ada coded “2 Report 2” together with others"):
        rules.open_round(lead, again)


def test_who_coded_alone_may(project, lead, ada, bo, held):
    factory.round_of(project, [ada, bo], incidents=held, is_blind=False, coders_per_incident=1)
    factory.round_of(project, [ada, bo], incidents=held)


def test_a_refusal_names_the_page_and_leaves_the_draft(project, lead, ada, bo, held, sign_in):
    rules.open_readings(ada, released(project, [ada, bo], held[:2]), SEEN)
    again = factory.round_of(project, [ada, bo], incidents=held[1:3], opened=False)
    answer = sign_in(lead).post(f"/p/{project.slug}/rounds/{again.uid}/open/")
    assert answer.status_code == 409
    assert "so can&#x27;t code it blind" in answer.content.decode()


def test_readings_are_opened_once_and_noted(project, lead, ada, bo, held):
    of = released(project, [ada, bo], held)
    for _ in range(2):
        rules.open_readings(ada, of, SEEN)
    assert Opening.objects.get().at == SEEN
    assert Event.objects.filter(verb="open_readings").count() == 1
    assert (rules.has_opened(ada, of), rules.has_opened(bo, of)) == (True, False)


def test_readings_of_an_open_round_stay_closed(lead, draft, ada):
    opened = rules.open_round(lead, draft)
    with pytest.raises(rules.RoundNotOpen, match="not released yet"):
        rules.open_readings(ada, opened)
    assert not Opening.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_plan_one_round():
    lead = factory.user("lead")
    project = factory.project(lead)
    with transaction.atomic():
        held = factory.incidents(project, 2)
    together, said = threading.Barrier(2), []

    def click():
        try:
            together.wait()
            said.append(str(rules.draft_round(lead, project, plan([lead], held))))
        except (BadInput, DatabaseError) as fault:
            said.append(type(fault).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["BadInput", "R"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_a_round_waits_for_an_import_and_locks_what_it_brought():
    """An import that has read “not locked” must not write after a round has opened."""
    lead = factory.user("lead")
    project = factory.project(lead)
    with transaction.atomic():
        factory.incidents(project, 2)
    draft = factory.round_of(project, [lead], opened=False, edition=freeze(lead, project, "First"))
    opened = threading.Event()

    def open_it():
        try:
            rules.open_round(lead, draft)
            opened.set()
        finally:
            connections.close_all()

    with transaction.atomic():
        lock_project_stream(project)
        thread = threading.Thread(target=open_it)
        thread.start()
        assert not opened.wait(0.5)
        Incident.objects.filter(text_locked_at=None).update(title="Brought")
    thread.join()
    assert opened.is_set()
    assert Incident.objects.filter(title="Brought", text_locked_at__isnull=False).count() == 2
