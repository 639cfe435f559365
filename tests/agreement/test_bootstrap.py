"""The interval: pinned digits, chance rebuilt by hand, a naive bootstrap, events against units, and the floors."""

import random
from dataclasses import replace

import numpy as np
import pytest

from coding.agreement import bootstrap
from coding.agreement.alpha import Figure, alpha, coded, one_against_rest, presences, present_absent, tally
from coding.agreement.bootstrap import (
    bounded,
    group_events,
    multiplicities,
    positions,
    resampled,
    shared_multiplicities,
    with_interval,
    with_intervals,
)
from coding.agreement.distances import jaccard, masi, nominal

SETS = {"a": frozenset(), "b": frozenset({"x"}), "c": frozenset({"x", "y"}), None: None}


def fixed_table(units=36):
    """Return a table of text, 4 coders, some cells missing, without any chance in it."""

    def cell(unit, coder):
        missing = (unit * 5 + coder * 3) % 11 == 0
        return None if missing else "abc"[(unit * unit + coder * (unit % 3 == 0)) % 3]

    return [[cell(unit, coder) for coder in range(4)] for unit in range(units)]


def as_sets(table):
    return [[SETS[cell] for cell in row] for row in table]


def rated(units, seed=1, judges=3):
    """Return a present/absent table of as many units, judges right four times in five."""
    chance = random.Random(seed)
    truths = [chance.random() < 0.5 for _ in range(units)]
    return [[truth if chance.random() < 0.8 else not truth for _ in range(judges)] for truth in truths]


def width(figure):
    return figure.high - figure.low


# --- chance ---


def test_the_words_of_the_generator_are_these():
    assert np.random.PCG64(2024).random_raw(3).tolist() == [
        12466887728733407976,
        3953565242300289241,
        5708382416764231905,
    ]


@pytest.mark.parametrize("size", [1, 2, 10, 36, 99_991, 2**32 - 1])
def test_a_word_draws_the_event_at_its_share_of_the_range(size):
    words = [0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1, *np.random.PCG64(5).random_raw(500).tolist()]
    drawn = positions(np.array(words, dtype=np.uint64), size)
    assert drawn.tolist() == [word * size // 2**64 for word in words]


def test_pinned_digits_of_a_nominal_interval():
    # Whole numbers all the way to the last division: equal to the last bit on any machine.
    figure = with_interval(fixed_table(), nominal, [None] * 36, seed=2024)
    assert (figure.value, figure.low, figure.high) == (0.30397980397980406, 0.19989852866565194, 0.4073469387755102)


def test_pinned_digits_of_a_masi_interval():
    figure = with_interval(as_sets(fixed_table()), masi, [unit // 2 for unit in range(36)], seed=2024)
    pinned = (0.275628948243378, 0.1939978563772774, 0.3518223355647647)
    assert (figure.value, figure.low, figure.high) == pytest.approx(pinned, rel=1e-12)


def test_another_seed_gives_other_bounds():
    one, other = (with_interval(rated(50), nominal, [None] * 50, seed=seed) for seed in (1, 2))
    assert (one.low, one.high) != (other.low, other.high)
    assert one.low == pytest.approx(other.low, abs=0.05)


# --- the resamples ---


@pytest.mark.parametrize("distance", [nominal, masi, jaccard])
def test_each_resample_equals_alpha_of_the_drawn_units(distance):
    table = [*as_sets(fixed_table(24)), [None, None, None, SETS["a"]]]
    counted = tally(table)
    grouped = group_events([unit % 11 for unit in range(24)] + ["one coder only"], counted)
    found = resampled(counted, counted.distance_matrix(distance), grouped, 40, seed=3)
    words = np.random.PCG64(3).random_raw(40 * 11).tolist()
    for resample, value in enumerate(found):
        events = [words[resample * 11 + draw] * 11 >> 64 for draw in range(11)]
        units = [unit for event in events for unit in grouped.kinds[grouped.kind_of_event[event]]]
        cells = [[counted.values[code] for code in counted.kinds[unit]] for unit in units]
        drawn = [row + [None] * (4 - len(row)) for row in cells]
        assert value == pytest.approx(alpha(drawn, distance).value, abs=1e-12)


def test_events_hold_all_their_units():
    counted = tally([["a", "a"], ["b", "b"], ["a", "b"], ["a", None]])
    grouped = group_events(["one", "two", "one", "two"], counted)
    kinds = [[[counted.values[code] for code in counted.kinds[unit]] for unit in event] for event in grouped.kinds]
    assert kinds == [[["a", "a"], ["a", "b"]], [["b", "b"]]]


def test_resamples_without_variation_are_not_a_number_inside():
    counted = tally([["a", "a"], ["b", "b"]])
    found = resampled(counted, nominal("ab"), group_events([1, 2], counted), 200, seed=1)
    assert 0.3 < np.isnan(found).mean() < 0.7
    assert set(found[~np.isnan(found)]) == {1.0}


@pytest.mark.parametrize(("name", "size"), [("DENSE_CELLS", 0), ("DRAWS_AT_ONCE", 1), ("DRAWS_AT_ONCE", 10**7)])
def test_neither_the_sparse_path_nor_the_size_of_a_block_changes_the_interval(monkeypatch, name, size):
    table, events = as_sets(fixed_table()), [unit // 3 for unit in range(36)]
    usual = with_interval(table, masi, events, seed=8)
    monkeypatch.setattr(bootstrap, name, size)
    again = with_interval(table, masi, events, seed=8)
    assert (again.low, again.high) == pytest.approx((usual.low, usual.high), rel=1e-12)


def test_blocks_stay_small_for_many_events():
    rows = [[first, second] for first in range(60) for second in range(60)]
    grouped = group_events([None] * 3600, tally(rows))
    sizes = [block.shape[0] * 3600 for block in multiplicities(grouped, 200, seed=1)]
    assert max(sizes) <= bootstrap.DRAWS_AT_ONCE
    assert sum(sizes) == 200 * 3600


def test_every_resample_draws_as_many_events_as_there_are():
    grouped = group_events([None] * 36, tally(fixed_table()))
    blocks = list(multiplicities(grouped, 150, seed=1))
    assert {int(drawn.sum()) for block in blocks for drawn in block} == {36}


# --- several tables ---


def test_multiplicities_are_those_of_the_draws_one_by_one():
    grouped = group_events([unit // 3 for unit in range(36)], tally(fixed_table()))
    size = len(grouped.kind_of_event)
    words = np.random.PCG64(9).random_raw(150 * size).tolist()
    drawn = np.zeros((150, len(grouped.kinds)))
    for draw, word in enumerate(words):
        drawn[draw // size, grouped.kind_of_event[word * size >> 64]] += 1
    assert np.array_equal(np.concatenate(list(multiplicities(grouped, 150, seed=9))), drawn)


def test_tables_that_share_draws_have_the_multiplicities_of_each_alone():
    tables = [group_events([None] * 36, tally(one_against_rest(fixed_table(), value))) for value in "abc"]
    together = [np.concatenate(blocks) for blocks in zip(*shared_multiplicities(tables, 150, seed=1), strict=True)]
    alone = [np.concatenate(list(multiplicities(one, 150, seed=1))) for one in tables]
    assert all(np.array_equal(one, other) for one, other in zip(together, alone, strict=True))


def test_several_tables_have_the_figures_of_each_alone():
    # Other numbers of events, no variation, no pair and too few events among them.
    table = as_sets(fixed_table())
    tables = [*presences(table, "xyz"), [[None, None]] * 36, table[:30] + [[None] * 4] * 6, [[SETS["a"]] * 2] * 36]
    events = [unit // 2 for unit in range(36)]
    alone = [with_interval(one, nominal, events, seed=5) for one in tables]
    assert with_intervals(tables, nominal, events, seed=5) == alone
    assert [one.low is not None for one in alone] == [True, True, False, False, True, False]


@pytest.mark.parametrize(
    ("name", "size"), [("DRAWS_AT_ONCE", 1), ("DRAWS_AT_ONCE", 500), ("WORDS_AT_ONCE", 5), ("WORDS_AT_ONCE", 72)]
)
def test_no_size_of_a_block_changes_the_figures_of_several_tables(monkeypatch, name, size):
    tables = presences(as_sets(fixed_table()), "xy")
    usual = with_intervals(tables, nominal, [None] * 36, seed=8)
    monkeypatch.setattr(bootstrap, name, size)
    assert with_intervals(tables, nominal, [None] * 36, seed=8) == usual


def test_no_tables_no_figures():
    assert with_intervals([], nominal, [], seed=1) == []


def test_a_table_in_numbers_has_the_same_interval():
    events = [unit // 2 for unit in range(36)]
    usual = with_interval(fixed_table(), nominal, events, seed=3)
    assert with_interval(coded(fixed_table()), nominal, events, seed=3) == usual


# --- order and names ---


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_units_and_coders_changes_no_digit(seed):
    chance = random.Random(seed)
    rows = list(zip(as_sets(fixed_table()), [unit // 3 for unit in range(36)], strict=True))
    usual = with_interval([row for row, _ in rows], masi, [event for _, event in rows], seed=4)
    chance.shuffle(rows)
    columns = list(zip(*[row for row, _ in rows], strict=True))
    chance.shuffle(columns)
    assert with_interval(list(zip(*columns, strict=True)), masi, [event for _, event in rows], seed=4) == usual


def test_the_names_of_events_change_no_digit():
    table = fixed_table()
    one = with_interval(table, nominal, [unit // 3 for unit in range(36)], seed=4)
    other = with_interval(table, nominal, [f"event {35 - unit // 3}" for unit in range(36)], seed=4)
    assert one == other


def test_a_unit_without_event_is_its_own():
    table = fixed_table()
    assert with_interval(table, nominal, [None] * 36, seed=4) == with_interval(table, nominal, range(36), seed=4)


def test_a_unit_judged_by_one_coder_brings_no_event():
    table, events = fixed_table(), [unit // 2 for unit in range(36)]
    more = with_interval([*table, ["a", None, None, None]], nominal, [*events, "new"], seed=4)
    assert replace(more, left_out=0) == replace(with_interval(table, nominal, events, seed=4), left_out=0)
    assert (more.events, more.left_out) == (18, 1)


# --- events against units ---


def test_doubled_reports_within_events_leave_the_width_nearly_equal():
    table = rated(200)
    once = with_interval(table, nominal, range(200), seed=1)
    twice = with_interval(table * 2, nominal, list(range(200)) * 2, seed=1)
    assert width(twice) == pytest.approx(width(once), rel=0.02)
    assert twice.events == once.events == 200


def test_doubled_reports_as_events_of_their_own_would_narrow_it_falsely():
    table = rated(200)
    once = with_interval(table, nominal, range(200), seed=1)
    twice = with_interval(table * 2, nominal, range(400), seed=1)
    assert width(twice) == pytest.approx(width(once) / 2**0.5, rel=0.1)


def test_the_interval_covers_what_many_tables_show():
    values = sorted(alpha(rated(80, seed)).value for seed in range(400))
    spread = values[389] - values[10]
    assert width(with_interval(rated(80), nominal, range(80), seed=1)) == pytest.approx(spread, rel=0.25)


# --- bounds and floors ---

PLAIN = Figure(
    value=0.5,
    undefined_because="",
    agreement=0.5,
    closeness=0.5,
    units=40,
    coders=2,
    pairable=80,
    left_out=0,
    events=40,
)


def test_the_bounds_are_the_25th_and_the_976th_of_a_thousand():
    values = np.random.default_rng(1).permutation(np.arange(1.0, 1001))
    figure = bounded(PLAIN, values)
    assert (figure.low, figure.high, figure.resamples, figure.dropped) == (25, 976, 1000, 0)


@pytest.mark.parametrize(("kept", "rank"), [(100, 2), (950, 23), (959, 24), (999, 25), (9999, 250)])
def test_as_many_resamples_lie_below_the_bounds_as_above(kept, rank):
    figure = bounded(PLAIN, np.arange(1.0, kept + 1))
    assert (figure.low, kept + 1 - figure.high) == (rank, rank)


@pytest.mark.parametrize(("without", "has_interval"), [(50, True), (51, False)])
def test_over_5_percent_of_resamples_without_variation_give_no_interval(without, has_interval):
    figure = bounded(PLAIN, np.array([np.nan] * without + [0.5] * (1000 - without)))
    assert (figure.low is not None, figure.interval_because == "", figure.dropped) == (
        has_interval,
        has_interval,
        without,
    )
    assert has_interval or "too few incidents with this category (51 of 1,000" in figure.interval_because


def test_a_label_used_once_has_a_figure_but_no_interval():
    table = present_absent([[frozenset("a"), frozenset("a")]] + [[frozenset(), frozenset()]] * 39, "a")
    figure = with_interval(table, nominal, [None] * 40, seed=1)
    assert (figure.value, figure.low, figure.high, figure.uses) == (1, None, None, 1)
    assert "too few incidents with this category" in figure.interval_because
    assert 300 < figure.dropped < 430


def test_nine_events_give_no_interval_however_many_units():
    figure = with_interval(rated(90), nominal, [unit % 9 for unit in range(90)], seed=1)
    assert (figure.low, figure.high, figure.resamples) == (None, None, 0)
    assert figure.interval_because == "No interval: 9 events, and at least 10 are needed."
    assert figure.value is not None


@pytest.mark.parametrize(("events", "words"), [(10, "10 events (fewer than 30)"), (29, "29 events"), (30, "")])
def test_under_30_events_the_interval_is_likely_too_narrow(events, words):
    figure = with_interval(rated(90), nominal, [unit % events for unit in range(90)], seed=1)
    assert figure.low < figure.value < figure.high
    assert (figure.caution != "") == (words != "")
    assert words in figure.caution


@pytest.mark.parametrize(("uses", "words"), [(9, "9 uses (fewer than 10)"), (10, "")])
def test_under_10_uses_the_interval_is_likely_too_narrow(uses, words):
    table = [[True, unit % 3 > 0] for unit in range(uses)] + [[False, False]] * 50
    figure = with_interval(table, nominal, [None] * len(table), seed=1)
    assert (figure.uses, figure.low is not None) == (uses, True)
    assert (figure.caution != "") == (words != "")
    assert words in figure.caution


@pytest.mark.parametrize("table", [[["a", "a"]] * 40, [["a", None]] * 40, []])
def test_no_figure_no_interval(table):
    figure = with_interval(table, nominal, [None] * len(table), seed=1)
    assert (figure.value, figure.low, figure.high) == (None, None, None)
    assert figure.interval_because == "No interval: the figure itself is not defined."


def test_the_figure_is_that_of_alpha():
    figure = with_interval(fixed_table(), nominal, [None] * 36, seed=1)
    plain = alpha(fixed_table())
    assert plain.interval_because == "No interval was asked for."
    fields = ("value", "agreement", "closeness", "units", "coders", "pairable", "left_out", "uses")
    assert [getattr(figure, name) for name in fields] == [getattr(plain, name) for name in fields]


def test_a_wrong_number_of_events_is_refused():
    with pytest.raises(ValueError, match="36 units but 35 events"):
        with_interval(fixed_table(), nominal, [None] * 35, seed=1)


def test_too_few_resamples_are_refused():
    with pytest.raises(ValueError, match="too few for an interval"):
        with_interval(fixed_table(), nominal, [None] * 36, seed=1, resamples=99)
