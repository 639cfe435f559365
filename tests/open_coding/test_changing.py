"""Changing segments: their ends, their codes, split, join, many at once, groups of which one code stands."""

from uuid import UUID, uuid4

import pytest

from coding.codes import rules as words
from coding.codes.models import Category, Code
from coding.lib.refusals import BadInput
from coding.open_coding import history, judging, rules
from coding.open_coding.acts import MovedOn, SegmentGone, TooManySegments
from coding.open_coding.naming import Exclusive, Naming
from coding.open_coding.rules import SpanTaken
from coding.people.models import Event
from coding.people.rules import Key
from coding.rounds.writing import NotYours
from tests import factory
from tests.kept import kept


@kept
def desk(project, ada, bo):
    factory.incidents(project, 2)
    factory.round_of(project, [ada, bo])
    return factory.assignment(project.rounds.get(), ada)


def stands(desk):
    """Say each segment by its words and the names of its codes in their order."""
    text = desk.incident.text
    return [
        (text[one.start : one.end], [coding.code.name for coding in one.codings.order_by("pk")])
        for one in desk.segments.order_by("start", "end")
    ]


def place(desk, quote):
    start = desk.incident.text.index(quote)
    return start, start + len(quote)


def test_the_ends_of_a_segment_move_and_keep_its_codes(desk):
    saved = factory.code(desk, "late fee", "a", "b")
    rules.move_ends(desk.coder, desk, saved.segment, *place(desk, "the late fee had been waived"))
    assert stands(desk) == [("the late fee had been waived", ["a", "b"])]
    assert str(desk.segments.get().uid) == saved.segment


def test_moved_ends_are_snapped_and_trimmed(desk):
    saved = factory.code(desk, "late fee", "a")
    start, end = place(desk, " late fee ")
    rules.move_ends(desk.coder, desk, saved.segment, start, end)
    assert stands(desk) == [("late fee", ["a"])]


def test_a_stale_page_moves_no_ends(desk):
    saved = factory.code(desk, "late fee", "a")
    was = place(desk, "late fee")
    rules.move_ends(desk.coder, desk, saved.segment, *place(desk, "late"), was=was)
    with pytest.raises(MovedOn):
        rules.move_ends(desk.coder, desk, saved.segment, *place(desk, "fee"), was=was)
    assert stands(desk) == [("late", ["a"])]


def test_two_segments_never_stand_on_the_same_words(desk):
    factory.code(desk, "late fee", "a")
    other = factory.code(desk, "late", "b")
    with pytest.raises(SpanTaken):
        rules.move_ends(desk.coder, desk, other.segment, *place(desk, "late fee"))


@pytest.mark.parametrize("span", [(5, 5), (6, 5), (-1, 4), (0, 10**9), (0, 10**30), (0.5, 3), ("x", 3), (None, None)])
def test_ends_that_are_no_span_are_refused(desk, span):
    saved = factory.code(desk, "late fee", "a")
    with pytest.raises(BadInput):
        rules.move_ends(desk.coder, desk, saved.segment, *span)
    assert stands(desk) == [("late fee", ["a"])]


def test_a_code_is_changed_in_its_place(desk):
    saved = factory.code(desk, "late fee", "a", "b")
    a = Code.objects.get(name="a")
    rules.change_code(desk.coder, desk, saved.segment, a.uid, Naming(name="c"))
    assert stands(desk) == [("late fee", ["c", "b"])]
    with pytest.raises(SegmentGone):
        rules.change_code(desk.coder, desk, saved.segment, a.uid, Naming(name="d"))
    history.undo(desk.coder, desk)
    assert stands(desk) == [("late fee", ["a", "b"])]


def test_changing_to_a_code_that_is_there_leaves_it_once(desk):
    saved = factory.code(desk, "late fee", "a", "b")
    rules.change_code(desk.coder, desk, saved.segment, Code.objects.get(name="a").uid, Naming(name="b"))
    assert stands(desk) == [("late fee", ["b"])]


def test_a_segment_is_split_between_two_words_and_both_keep_its_codes(desk):
    saved = factory.code(desk, "late fee", "a", "b")
    start, _ = place(desk, "late fee")
    other = uuid4()
    rules.split_segment(desk.coder, desk, saved.segment, start + 4, uid=other)
    assert stands(desk) == [("late", ["a", "b"]), ("fee", ["a", "b"])]
    assert [str(one.uid) for one in desk.segments.order_by("start")] == [saved.segment, str(other)]
    history.undo(desk.coder, desk)
    assert stands(desk) == [("late fee", ["a", "b"])]
    history.redo(desk.coder, desk)
    assert stands(desk) == [("late", ["a", "b"]), ("fee", ["a", "b"])]


@pytest.mark.parametrize("at", [0, -1, 10**6, "half"])
def test_a_cut_outside_the_segment_is_refused(desk, at):
    saved = factory.code(desk, "late fee", "a")
    with pytest.raises(BadInput):
        rules.split_segment(desk.coder, desk, saved.segment, at)


def test_a_segment_is_never_cut_inside_a_character(project, ada, bo):
    factory.incidents(project, 1, "A family \U0001f469‍\U0001f467‍\U0001f466 waited.")
    desk = factory.assignment(factory.round_of(project, [ada, bo]), ada)
    saved = factory.code(desk, "family \U0001f469‍\U0001f467‍\U0001f466 waited", "a")
    start = desk.incident.text.index("\U0001f467")
    with pytest.raises(BadInput, match="inside a character"):
        rules.split_segment(desk.coder, desk, saved.segment, start)


def test_two_segments_are_joined_with_the_codes_of_both(desk):
    first, second = factory.code(desk, "late", "a"), factory.code(desk, "waived", "a", "b")
    rules.join_segments(desk.coder, desk, first.segment, UUID(second.segment))
    assert stands(desk) == [("late fee had been waived", ["a", "b"])]
    history.undo(desk.coder, desk)
    assert stands(desk) == [("late", ["a"]), ("waived", ["a", "b"])]


def test_a_segment_is_not_joined_with_itself_nor_with_anothers(desk, bo):
    own = factory.code(desk, "late", "a")
    theirs = factory.code(factory.assignment(desk.round, bo), "fee", "b")
    with pytest.raises(BadInput):
        rules.join_segments(desk.coder, desk, own.segment, UUID(own.segment))
    with pytest.raises(SegmentGone):
        rules.join_segments(desk.coder, desk, own.segment, UUID(theirs.segment))


def test_a_join_may_cover_the_other_segments_own_words(desk):
    """Where one holds the other, the joined one stands on words that the other held; it is no clash."""
    inner, outer = factory.code(desk, "late", "a"), factory.code(desk, "late fee", "b")
    rules.join_segments(desk.coder, desk, inner.segment, UUID(outer.segment))
    assert stands(desk) == [("late fee", ["a", "b"])]


def test_many_places_are_coded_in_one_act_and_undone_in_one(desk):
    text = desk.incident.text
    first, second = text.index("guest"), text.rindex("guest")
    hits = [(first, first + 5, "guest"), (second, second + 5, None), (first, first + 5, "guest")]
    rules.code_hits(desk.coder, desk, hits, Naming(name="who"))
    assert stands(desk) == [("guest", ["who"]), ("guest", ["who"])]
    history.undo(desk.coder, desk)
    assert stands(desk) == []


def test_a_wrong_hit_codes_nothing_at_all(desk):
    with pytest.raises(BadInput):
        rules.code_hits(desk.coder, desk, [(0, 5, None), (0, 10**7, None)], Naming(name="who"))
    assert stands(desk) == []
    with pytest.raises(BadInput):
        rules.code_hits(desk.coder, desk, [], Naming(name="who"))


def test_at_most_ten_thousand_segments(desk, monkeypatch):
    monkeypatch.setattr(rules, "MOST_SEGMENTS", 2)
    factory.code(desk, "late", "a")
    saved = factory.code(desk, "fee had", "a")
    with pytest.raises(TooManySegments):
        factory.code(desk, "guest", "a")
    with pytest.raises(TooManySegments):
        rules.code_hits(desk.coder, desk, [(0, 1, None)], Naming(name="a"))
    with pytest.raises(TooManySegments):
        rules.split_segment(desk.coder, desk, saved.segment, place(desk, "fee had")[0] + 3)
    factory.code(desk, "late", "b")  # the same words again add to what is there


def exclusive_group(project, lead):
    """Two adopted codes of a category of which one can stand on the same words."""
    group = words.create_category(lead, project, "How bad", is_exclusive=True)
    codes = [words.create_code(lead, project, name) for name in ("mild", "grave")]
    for code in codes:
        words.place(lead, code, group)
    return codes


def test_one_code_of_an_exclusive_group_stands_on_the_same_words(project, lead, ada, bo):
    factory.incidents(project, 1)
    mild, grave = exclusive_group(project, lead)
    desk = factory.assignment(factory.round_of(project, [ada, bo]), ada)
    saved = factory.code(desk, "late fee", "mild")
    for refused in (
        lambda: factory.code(desk, "late fee", "grave"),
        lambda: factory.code(desk, "fee had", "grave"),
        lambda: rules.code_hits(ada, desk, [(*place(desk, "late"), None)], Naming(uid=grave.uid)),
    ):
        with pytest.raises(Exclusive, match="“grave” and “mild” belong to “How bad”"):
            refused()
    other = factory.code(desk, "waived", "grave")
    with pytest.raises(Exclusive):
        rules.move_ends(ada, desk, other.segment, *place(desk, "fee had been waived"))
    with pytest.raises(Exclusive):
        rules.join_segments(ada, desk, saved.segment, UUID(other.segment))
    rules.change_code(ada, desk, saved.segment, mild.uid, Naming(uid=grave.uid))
    factory.code(desk, "late", "grave")  # the same code may stand twice
    factory.code(desk, "late fee", "something else")


def test_an_open_group_takes_several_codes_on_the_same_words(project, lead, ada, bo):
    factory.incidents(project, 1)
    exclusive_group(project, lead)
    Category.objects.update(is_exclusive=False)
    desk = factory.assignment(factory.round_of(project, [ada, bo]), ada)
    factory.code(desk, "late fee", "mild", "grave")
    assert stands(desk) == [("late fee", ["mild", "grave"])]


def test_a_retry_of_each_change_has_one_effect(desk):
    saved = factory.code(desk, "late fee", "a", "b")
    a = Code.objects.get(name="a")
    acts = [
        lambda key: rules.move_ends(desk.coder, desk, saved.segment, *place(desk, "late fee had"), key=key),
        lambda key: rules.change_code(desk.coder, desk, saved.segment, a.uid, Naming(name="c"), key=key),
        lambda key: judging.say_uncertain(desk.coder, desk, saved.segment, True, key=key),
        lambda key: history.undo(desk.coder, desk, key=key),
        lambda key: history.redo(desk.coder, desk, key=key),
    ]
    for number, act in enumerate(acts):
        before, key = Event.objects.count(), Key(f"k{number}", "body")
        first, again = act(key), act(key)
        assert (again.event.pk, again.segment, again.start) == (first.event.pk, first.segment, first.start)
        assert Event.objects.count() == before + 1


def test_nobody_changes_anothers_segments(desk, bo):
    saved = factory.code(desk, "late fee", "a")
    for refused in (
        lambda: rules.move_ends(bo, desk, saved.segment, 0, 5),
        lambda: rules.split_segment(bo, desk, saved.segment, 5),
        lambda: rules.join_segments(bo, desk, saved.segment, uuid4()),
        lambda: rules.change_code(bo, desk, saved.segment, uuid4(), Naming(name="x")),
        lambda: rules.code_hits(bo, desk, [(0, 1, None)], Naming(name="x")),
        lambda: judging.mark_paragraphs(bo, desk, {0: "nothing_here"}),
        lambda: judging.call_uncodable(bo, desk, "No text."),
        lambda: history.undo(bo, desk),
        lambda: history.redo(bo, desk),
    ):
        with pytest.raises(NotYours):
            refused()
