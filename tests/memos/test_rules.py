"""Writing, rewording and deleting memos: whose, on what, in which stream, and who reads them when."""

import json

import pytest
from django.db import IntegrityError, transaction

from coding.codes import rules as code_rules
from coding.codes.checks import MovedOn
from coding.codes.models import Category
from coding.lib import clock
from coding.lib.refusals import BadInput, Forbidden
from coding.memos.models import Memo
from coding.memos.rules import (
    MemoGone,
    StillBlind,
    delete_memo,
    release_memos,
    reword_memo,
    share_memo,
    write_memo,
)
from coding.open_coding import history
from coding.open_coding import rules as coding_rules
from coding.people.models import Event
from coding.people.rules import Key, KeyReused, change_role
from coding.reconciliation.rules import release_round
from coding.rounds.rules import open_readings, open_round
from tests import factory
from tests.kept import kept
from tests.memos.factory import Study, memo

pytestmark = pytest.mark.django_db


@kept
def study(project, ada, bo):
    return Study(project, ada, bo)


def release(study):
    release_round(study.lead, study.round, "Enough.")


def events():
    return list(Event.objects.filter(verb__endswith="_memo").order_by("pk"))


# Writing


@pytest.mark.parametrize("kind", Memo.Kind.values)
@pytest.mark.parametrize("on", ["segment", "code", "incident", None])
def test_a_memo_is_written_on_one_thing_or_on_none(study, kind, on):
    written = memo(study.ada, study.project, kind=kind, **({on: getattr(study, on)} if on else {}))
    found = Memo.objects.get()
    assert (found, found.kind, found.by, found.released_at, found.version) == (written, kind, study.ada, None, 1)
    things = {name: getattr(found, name) for name in ("segment", "code", "category", "incident")}
    assert things == dict.fromkeys(things) | ({on: getattr(study, on)} if on else {})


def test_a_memo_is_on_one_thing_only(study):
    with pytest.raises(BadInput, match="on one thing"):
        memo(study.ada, study.project, code=study.code, incident=study.incident)
    with pytest.raises(IntegrityError), transaction.atomic():
        Memo.objects.create(
            project=study.project,
            kind="code",
            text="x",
            by=study.ada,
            at=clock.now(),
            code=study.code,
            incident=study.incident,
        )
    assert not Memo.objects.exists()


@pytest.mark.parametrize(
    "text", ["", "   \n\t ", "a\x00b", "a\ud800", "a\x07", "a\x1bb", "x" * 20_001, "😀" * 20_001, "\ufffe"]
)
def test_what_is_no_text_is_refused(study, text):
    with pytest.raises(BadInput):
        memo(study.ada, study.project, text)
    assert not Memo.objects.exists()
    assert events() == []


@pytest.mark.parametrize("text", ["x", "x" * 20_000, "😀" * 20_000, "اكتب", "\u202eabc", "a\r\nb"])
def test_any_other_text_up_to_20000_code_points_is_kept(study, text):
    assert memo(study.ada, study.project, text).text == text.replace("\r\n", "\n")


@pytest.mark.parametrize("kind", ["", "note", "CODE", "x" * 20_000])
def test_an_unknown_kind_is_refused(study, kind):
    with pytest.raises(BadInput, match="Choose a kind"):
        memo(study.ada, study.project, kind=kind)


def test_observers_and_strangers_write_none(study, stranger):
    for person in (factory.member(study.project, "olga", "observer"), stranger):
        with pytest.raises(Forbidden):
            memo(person, study.project)
    assert not Memo.objects.exists()


def test_who_was_made_an_observer_changes_none(study):
    written = memo(study.ada, study.project, segment=study.segment)
    change_role(study.lead, study.project.memberships.get(user=study.ada), "observer")
    for act in (lambda: reword_memo(study.ada, written, "b", "code", 1), lambda: delete_memo(study.ada, written)):
        with pytest.raises(Forbidden):
            act()
    assert Memo.objects.get().text == "Why so late?"


def test_a_memo_is_on_nothing_that_its_writer_can_not_see(study):
    category = code_rules.create_category(study.lead, study.project, "Promises")
    elsewhere = factory.project(study.lead, "Other")
    foreign = factory.incidents(elsewhere, 1)[0]
    bos = study.bos_segment()
    for on in ({"segment": bos}, {"code": bos.codings.get().code}, {"category": category}, {"incident": foreign}):
        with pytest.raises(BadInput, match="no such"):
            memo(study.ada, study.project, **on)
    with pytest.raises(BadInput, match="no such segment"):
        memo(study.lead, study.project, segment=study.segment)
    assert not Memo.objects.exists()


def test_who_codes_blind_writes_on_the_codes_of_their_edition(project, ada, bo, lead):
    shared = code_rules.create_code(lead, project, "late")
    study = Study(project, ada, bo)
    later = code_rules.create_code(lead, project, "later")
    assert memo(ada, project, code=shared).code == shared
    with pytest.raises(BadInput, match="no such code"):
        memo(ada, project, code=later)
    release(study)
    assert memo(ada, project, code=later).code == later


def test_the_same_key_writes_once_and_another_body_is_refused(study):
    for on in ({}, {"segment": study.segment}):
        Memo.objects.all().delete()
        key = Key(f"k{len(on)}", "one")
        first, again = (memo(study.ada, study.project, key=key, **on) for _ in range(2))
        assert first == again == Memo.objects.get()
        with pytest.raises(KeyReused):
            memo(study.ada, study.project, key=Key(key.text, "other"), **on)
        delete_memo(study.ada, first)
        with pytest.raises(MemoGone):
            memo(study.ada, study.project, key=key, **on)


# Rewording and deleting


def test_each_wording_is_kept(study):
    written = memo(study.ada, study.project, "First.", segment=study.segment)
    reword_memo(study.ada, written, " Second. ", "theoretical", 1)
    delete_memo(study.ada, written)
    on = f"segment:{study.segment.uid}"
    first = {"kind": "code", "on": on, "text": "First."}
    second = {"kind": "theoretical", "on": on, "text": "Second."}
    said = [(one.verb, one.before and json.loads(one.before), one.after and json.loads(one.after)) for one in events()]
    assert said == [("write_memo", "", first), ("reword_memo", first, second), ("delete_memo", second, "")]
    assert {one.target for one in events()} == {written.ref()}
    assert not Memo.objects.exists()


def test_a_stale_version_is_refused(study):
    written = memo(study.ada, study.project)
    reword_memo(study.ada, written, "Second.", "code", 1)
    with pytest.raises(MovedOn):
        reword_memo(study.ada, written, "Third.", "code", 1)
    assert (Memo.objects.get().text, Memo.objects.get().version) == ("Second.", 2)


def test_the_same_key_rewords_and_deletes_once(study):
    written = memo(study.ada, study.project)
    for _ in range(2):
        assert reword_memo(study.ada, written, "Second.", "code", 1, key=Key("r", "x")).version == 2
    for _ in range(2):
        delete_memo(study.ada, written, key=Key("d", "x"))
    assert [one.verb for one in events()] == ["write_memo", "reword_memo", "delete_memo"]
    with pytest.raises(MemoGone):
        delete_memo(study.ada, written)


def test_nobody_changes_anothers_memo(study):
    written = memo(study.ada, study.project)
    release(study)
    for person in (study.bo, study.lead):
        with pytest.raises(Forbidden):
            reword_memo(person, written, "Mine.", "code", 1)
        with pytest.raises(Forbidden):
            delete_memo(person, written)


def test_a_segment_that_undo_brings_back_has_its_memos_again(study):
    written = memo(study.ada, study.project, segment=study.segment)
    coding_rules.delete_segment(study.ada, study.work, study.segment.uid)
    assert Memo.objects.select_related("segment").get().segment is None
    history.undo(study.ada, study.work)
    assert Memo.objects.get().segment.uid == written.segment_id == study.segment.uid


# Streams and blindness


def test_a_memo_on_ones_segment_goes_to_its_assignments_stream_while_the_round_is_open(study):
    memo(study.ada, study.project, segment=study.segment)
    assert events()[-1].stream == study.work.stream
    for on in ({}, {"incident": study.incident}, {"code": study.code}):
        memo(study.ada, study.project, **on)
        assert events()[-1].stream == study.project.ref()
    assert all(one.released_at is None for one in events())
    release(study)
    memo(study.ada, study.project, segment=study.segment)
    assert events()[-1].stream == study.project.ref()


def test_streams_stay_unbroken_chains(study):
    written = memo(study.ada, study.project, segment=study.segment)
    reword_memo(study.ada, written, "b", "code", 1)
    memo(study.ada, study.project)
    for stream in (study.work.stream, study.project.ref()):
        previous = ""
        for position, one in enumerate(Event.objects.stream(stream), 1):
            assert (one.position, one.previous_hash) == (position, previous)
            previous = one.hash


@pytest.mark.parametrize("is_blind", [True, False])
def test_memos_and_their_events_are_the_writers_alone_until_release(project, ada, bo, is_blind):
    study = Study(project, ada, bo, is_blind=is_blind)
    written = [
        memo(ada, project, **on)
        for on in ({}, {"segment": study.segment}, {"incident": study.incident}, {"code": study.code})
    ]
    reword_memo(ada, written[1], "b", "code", 1)
    for person in (bo, study.lead, factory.member(project, "olga", "observer")):
        assert not Memo.objects.visible_to(person).exists()
        assert not Event.objects.visible_to(person).filter(verb__endswith="_memo").exists()
    assert Memo.objects.visible_to(ada).count() == 4


def test_after_release_memos_on_an_incidents_work_open_with_its_readings(study):
    """Who has not opened the readings may be asked to code the incident blind later."""
    on_work = {
        memo(study.ada, study.project, segment=study.segment),
        memo(study.ada, study.project, incident=study.incident),
    }
    free = memo(study.ada, study.project)
    release(study)
    study.round.refresh_from_db()
    assert set(Memo.objects.visible_to(study.lead)) == {*on_work, free}
    assert set(Memo.objects.visible_to(study.bo)) == {free}
    open_readings(study.bo, study.round)
    assert set(Memo.objects.visible_to(study.bo)) == {*on_work, free}


def test_who_codes_an_incident_blind_reads_no_memo_on_it(study, project):
    """A lead is not shielded; what they read of this incident would unblind them."""
    memo(study.ada, project, segment=study.segment)
    of_bo = memo(study.bo, project, incident=study.incident)
    release(study)
    other = factory.round_of(project, [study.lead, study.bo], "rating", incidents=[study.incident], opened=False)
    eve = factory.member(project, "eve", "lead")
    open_readings(eve, type(study.round).objects.get(pk=study.round.pk))
    assert Memo.objects.visible_to(eve).count() == 2
    open_round(eve, other)
    assert not Memo.objects.visible_to(study.lead).exists()
    assert list(Memo.objects.visible_to(study.bo)) == [of_bo]
    assert Memo.objects.visible_to(eve).count() == 2


def test_a_stranger_and_who_left_read_none(study, stranger):
    memo(study.ada, study.project)
    Memo.objects.update(released_at=clock.now())
    study.project.memberships.filter(user=study.ada).delete()
    assert not Memo.objects.visible_to(stranger).exists()
    assert not Memo.objects.visible_to(study.ada).exists()


def test_release_opens_the_events_of_memos_too(study):
    for on in ({}, {"segment": study.segment}, {"code": study.code}):
        reword_memo(study.ada, memo(study.ada, study.project, **on), "b", "code", 1)
    of_lead = memo(study.lead, study.project)
    release_memos(study.round, [study.ada, study.bo], at=clock.now())
    assert set(Memo.objects.filter(released_at=None)) == {of_lead}
    assert {one.target for one in events() if one.released_at is None} == {of_lead.ref()}


def test_of_who_codes_blind_elsewhere_only_memos_on_this_rounds_segments_open(study):
    here = memo(study.ada, study.project, segment=study.segment)
    gone = memo(study.ada, study.project, segment=study.segment)
    kept = {
        memo(study.ada, study.project),
        memo(study.ada, study.project, incident=study.incident),
        memo(study.ada, study.project, code=study.code),
    }
    release_memos(study.round, [study.ada], at=clock.now(), still_blind=[study.ada])
    assert set(Memo.objects.filter(released_at=None)) == kept
    assert {here, gone} <= set(Memo.objects.exclude(released_at=None))


def test_a_released_memo_is_reworded_in_sight_of_all(study):
    written = memo(study.ada, study.project)
    release(study)
    reword_memo(study.ada, written, "Now we know.", "theoretical", 1)
    assert Memo.objects.visible_to(study.bo).get().text == "Now we know."
    assert Event.objects.visible_to(study.bo).filter(verb="reword_memo").exists()


def test_writing_costs_the_same_among_few_memos_and_many(study, django_assert_max_num_queries):
    for size in (2, 60):
        for number in range(size):
            memo(study.ada, study.project, f"Memo {number}")
        with django_assert_max_num_queries(16):
            memo(study.ada, study.project, segment=study.segment)


def test_search_folds_capitals_and_accents(study):
    memo(study.ada, study.project, "Café am See")
    assert Memo.objects.matching("CAFE see").count() == 1
    assert Memo.objects.matching("100%").count() == 0


def test_a_private_category_is_open_to_its_coiner(study):
    own = Category(project=study.project, coined_by=study.ada)
    own.call("Mine")
    own.save()
    assert memo(study.ada, study.project, category=own).category == own
    with pytest.raises(BadInput, match="no such category"):
        write_memo(study.bo, study.project, "code", "x", category=own)


# Sharing


def test_a_memo_of_whoever_codes_in_no_round_is_opened_by_its_writer(study):
    written = memo(study.lead, study.project, text="A thought of the lead")
    reader = factory.member(study.project, "olga", "observer")
    assert not Memo.objects.visible_to(reader).exists()
    share_memo(study.lead, written)
    assert list(Memo.objects.visible_to(reader)) == [written]
    assert [event.verb for event in events()] == ["write_memo", "share_memo"]
    assert all(event.released_at for event in events())


def test_nobody_opens_a_memo_who_codes_blind(study):
    written = memo(study.ada, study.project)
    with pytest.raises(StillBlind, match="when it is released"):
        share_memo(study.ada, written)
    written.refresh_from_db()
    assert written.released_at is None


def test_an_opened_memo_does_not_reach_a_coder_of_an_open_blind_round(study):
    share_memo(study.lead, memo(study.lead, study.project))
    assert not Memo.objects.visible_to(study.ada).exists()
    release(study)
    assert Memo.objects.visible_to(study.ada).count() == 1


def test_a_memo_is_opened_once_and_by_its_writer_only(study):
    written, key = memo(study.lead, study.project), Key("share", "0" * 64)
    first = share_memo(study.lead, written, key=key).released_at
    assert share_memo(study.lead, written, key=key).released_at == first
    share_memo(study.lead, written)
    assert [event.verb for event in events()].count("share_memo") == 1
    other = factory.member(study.project, "cy")
    with pytest.raises(Forbidden):
        share_memo(other, written)


def test_who_judges_once_more_does_not_read_what_they_thought_before(study):
    for on in ("segment", "incident", "code"):
        memo(study.ada, study.project, f"First, of the {on}", **{on: getattr(study, on)})
    release(study)
    again = factory.round_of(study.project, [study.ada], incidents=[study.incident], purpose="stability")
    memo(study.ada, study.project, "Now", incident=study.incident)
    assert texts(study.ada) == {"First, of the code", "Now"}
    release_round(study.lead, again, "Enough.")
    assert texts(study.ada) == {"First, of the code", "First, of the segment", "First, of the incident", "Now"}


def texts(reader):
    return set(Memo.objects.visible_to(reader).values_list("text", flat=True))
