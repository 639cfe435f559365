"""Numbers: Krippendorff's examples at every level, the krippendorff package on random tables, and what is no number."""

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.agreement.alpha import NO_PAIRS, NO_VARIATION, alpha, tally
from coding.agreement.bootstrap import group_events, resampled, with_interval
from coding.agreement.distances import nominal
from coding.agreement.metrics import as_numbers, interval, middle_ranks, number_of, ordinal, ratio

LEVELS = {"nominal": nominal, "ordinal": ordinal, "interval": interval, "ratio": ratio}
ORDERED = pytest.mark.parametrize("level", ["ordinal", "interval", "ratio"])
CELL = st.sampled_from([0, 1, 2, 2.5, 10, None])
TABLES = st.integers(2, 5).flatmap(lambda coders: st.lists(st.lists(CELL, min_size=coders, max_size=coders)))
examples = settings(database=None, deadline=None, derandomize=True)

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", the data of section C.
FOUR_OBSERVERS = [
    [None if cell == "." else int(cell) for cell in unit]
    for unit in zip("123321412...", "1233224125.3", ".3332342251.", "12332441251.", strict=True)
]
# Hayes & Krippendorff 2007, Communication Methods and Measures 1(1), Table 1: a row per article, a digit per observer.
NEWS = (
    "112.2 1101. 2333. .00.0 000.0 000.0 102.1 1.20. 222.2 2111. .100. 0000. 1222. 33223 111.1 111.1 212.2 1233. 1101. "
    "000.0 0011. 00.00 2333. 0000. 12.22 0111. 00010 1212. 1122. 112.2 110.0 2121. 22.22 3222. 222.2 223.2 222.2 22.12 "
    "2222. 111.1"
)
HAYES = [[None if cell == "." else cell for cell in row] for row in NEWS.split()]


def numbers_table(seed, missing=0.3):
    """Return a table of 8 to 60 units, 2 to 6 coders, of uneven numbers that are not used equally often."""
    chance = random.Random(seed)
    values = sorted(chance.sample([0, 0.5, 1, 2, 3, 7, 11.25, 40, 1000], chance.randint(2, 7)))
    judges = chance.randint(2, 6)
    truths = [min(chance.choice(values), chance.choice(values)) for _ in range(chance.randint(8, 60))]

    def cell(truth):
        if chance.random() < missing:
            return None
        return truth if chance.random() < 0.5 else chance.choice(values)

    return [[cell(truth) for _ in range(judges)] for truth in truths]


def theirs(table, level):
    data = np.array([[np.nan if cell is None else cell for cell in row] for row in table], dtype=float).T
    return krippendorff.alpha(reliability_data=data, level_of_measurement=level)


def shuffled(table, chance):
    columns = list(zip(*table, strict=True))
    chance.shuffle(columns)
    rows = [list(row) for row in zip(*columns, strict=True)]
    chance.shuffle(rows)
    return rows


# --- the coefficient ---


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_example_of_krippendorff_2011_at_every_level(level, published):
    # Section D gives these four for the data of section C.
    figure = alpha(FOUR_OBSERVERS, LEVELS[level])
    assert round(figure.value, 3) == published
    assert (figure.units, figure.pairable, figure.left_out) == (11, 40, 1)


def test_the_ordinal_example_of_hayes_and_krippendorff_2007():
    figure = alpha(as_numbers(HAYES), ordinal)
    assert round(figure.value, 4) == 0.7598
    assert (figure.units, figure.coders) == (40, 5)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("missing", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("seed", range(12))
def test_alpha_equals_the_krippendorff_package_at_every_level(level, missing, seed):
    table = numbers_table(seed, missing)
    figure = alpha(table, LEVELS[level])
    if figure.value is None:
        assert figure.undefined_because in (NO_PAIRS, NO_VARIATION)
    else:
        assert figure.value == pytest.approx(theirs(table, level), abs=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_most_random_tables_have_an_alpha_to_compare(level):
    assert sum(alpha(numbers_table(seed), LEVELS[level]).value is not None for seed in range(12)) >= 11


def test_ordinal_alpha_worked_by_hand():
    # Values 1, 1, 1, 2, 2, 9: mean ranks 1.5, 4, 5.5. Pairs: (1, 1), (1, 2), (2, 9), so that 2 m_u coincidences each.
    observed = 2 * (Fraction(5, 2) ** 2 + Fraction(3, 2) ** 2)
    expected = 2 * (3 * 2 * Fraction(5, 2) ** 2 + 3 * 1 * Fraction(4) ** 2 + 2 * 1 * Fraction(3, 2) ** 2)
    assert alpha([[1, 1], [1, 2], [2, 9]], ordinal).value == pytest.approx(
        float(1 - 5 * observed / expected), abs=1e-14
    )


def test_ordinal_alpha_looks_at_the_order_alone():
    table = numbers_table(4)
    squared = [[None if cell is None else cell**2 - 7 for cell in row] for row in table]
    assert alpha(squared, ordinal).value == pytest.approx(alpha(table, ordinal).value, abs=1e-14)


def test_interval_alpha_knows_neither_zero_nor_unit():
    table = numbers_table(4)
    in_fahrenheit = [[None if cell is None else cell * 1.8 + 32 for cell in row] for row in table]
    assert alpha(in_fahrenheit, interval).value == pytest.approx(alpha(table, interval).value, abs=1e-12)


def test_ratio_alpha_knows_no_unit():
    table = numbers_table(4)
    in_cents = [[None if cell is None else cell * 100 for cell in row] for row in table]
    assert alpha(in_cents, ratio).value == pytest.approx(alpha(table, ratio).value, abs=1e-12)


@ORDERED
@given(TABLES, st.randoms(use_true_random=False))
@examples
def test_the_order_of_units_and_coders_changes_no_digit(level, table, chance):
    assert alpha(shuffled(table, chance), LEVELS[level]) == alpha(table, LEVELS[level])


@ORDERED
def test_two_values_are_at_the_same_distance_at_every_level(level):
    table = [[0, 5], [5, 5], [0, 0], [0, 5], [0, 0]]
    assert alpha(table, LEVELS[level]).value == pytest.approx(alpha(table).value, abs=1e-14)


@ORDERED
def test_closeness_is_between_agreement_and_one(level):
    figure = alpha(FOUR_OBSERVERS, LEVELS[level])
    assert figure.agreement < figure.closeness < 1


def test_closeness_at_level_interval_is_quadratic_weighted_agreement():
    # 1 - (1 - 0)^2 / (4 - 0)^2 and 1 - (4 - 0)^2 / (4 - 0)^2
    assert alpha([[0, 1], [0, 4]], interval).closeness == (15 / 16 + 0) / 2


# --- the interval ---


@ORDERED
def test_each_resample_equals_alpha_of_the_drawn_units(level):
    # An ordinal distance is that of the resample: its own counts, not those of the whole table.
    table = [[*row, None][:3] for row in numbers_table(7, missing=0.1)]
    counted = tally(table)
    grouped = group_events([unit % 13 for unit in range(len(table))], counted)
    size = len(grouped.kind_of_event)
    distance = ordinal if level == "ordinal" else counted.distance_matrix(LEVELS[level])
    found = resampled(counted, distance, grouped, 60, seed=3)
    words = np.random.PCG64(3).random_raw(60 * size).tolist()
    for resample, value in enumerate(found):
        events = [words[resample * size + draw] * size >> 64 for draw in range(size)]
        units = [unit for event in events for unit in grouped.kinds[grouped.kind_of_event[event]]]
        cells = [[counted.values[code] for code in counted.kinds[unit]] for unit in units]
        drawn = [row + [None] * (3 - len(row)) for row in cells]
        assert value == pytest.approx(alpha(drawn, LEVELS[level]).value, abs=1e-12)


@ORDERED
def test_bounds_hold_the_figure_and_no_order_changes_a_digit(level):
    table = as_numbers(HAYES)
    usual = with_interval(table, LEVELS[level], [None] * 40, seed=1)
    again = with_interval(shuffled(table, random.Random(2)), LEVELS[level], [None] * 40, seed=1)
    assert usual.low < usual.value < usual.high
    assert again == usual
    assert usual.value == alpha(table, LEVELS[level]).value


def test_an_ordinal_interval_is_as_wide_as_many_tables_show():
    def table(seed):
        chance = random.Random(seed)
        truths = [chance.choice([1, 2, 2, 3, 3, 3, 4]) for _ in range(80)]
        return [[min(4, max(1, truth + chance.choice([-1, 0, 0, 0, 1]))) for _ in range(3)] for truth in truths]

    values = sorted(alpha(table(seed), ordinal).value for seed in range(200))
    figure = with_interval(table(0), ordinal, range(80), seed=1)
    assert figure.high - figure.low == pytest.approx(values[194] - values[5], rel=0.3)


def test_ordinal_resamples_without_variation_are_left_out_and_counted():
    table = [[1, 1]] * 39 + [[3, 3]]
    figure = with_interval(table, ordinal, [None] * 40, seed=1)
    assert (figure.value, figure.low) == (1, None)
    assert 300 < figure.dropped < 430
    assert "had no variation" in figure.interval_because


@ORDERED
@pytest.mark.parametrize(
    ("table", "because"),
    [([[2, 2, None], [2, 2, 2]], NO_VARIATION), ([[1, None], [None, 2]], NO_PAIRS), ([], NO_PAIRS)],
)
def test_data_without_a_number_say_why(level, table, because):
    figure = with_interval(table, LEVELS[level], [None] * len(table), seed=1)
    assert (figure.value, figure.undefined_because) == (None, because)
    assert figure.interval_because == "No interval: the figure itself is not defined."


# --- numbers ---


@pytest.mark.parametrize(
    ("value", "number"),
    [(2, 2), ("10", 10), (" -0.5 ", -0.5), ("1e3", 1000), (Decimal("0.1"), 0.1), (Fraction(1, 4), 0.25), (-0.0, 0)],
)
def test_numbers_and_numeric_texts_are_numbers(value, number):
    assert number_of(value) == number


@pytest.mark.parametrize(
    "value",
    ["high", "", "1,5", "1_000", True, float("nan"), "nan", float("inf"), "-inf", 10**400, frozenset([1]), (1,)],
)
def test_what_is_no_number_is_refused_with_what_to_do(value):
    with pytest.raises(ValueError, match=r"is no number: give numbers .*, or measure at level nominal\."):
        number_of(value)


@ORDERED
def test_numeric_texts_are_sorted_as_numbers(level):
    texts = [["9", "10"], ["10", "10"], ["9", "100"], ["9", "9"]]
    assert alpha(texts, LEVELS[level]).value == pytest.approx(theirs(as_numbers(texts), level), abs=1e-12)


def test_as_numbers_keeps_missing_and_joins_texts_of_one_number():
    assert as_numbers([["1", "1.0"], [None, 2]]) == [[1, 1], [None, 2]]


@ORDERED
def test_two_texts_of_one_number_are_refused(level):
    with pytest.raises(ValueError, match="same number: turn the table into numbers first"):
        alpha([["1", "1.0"], ["2", "2"]], LEVELS[level])


@ORDERED
def test_words_are_refused_at_every_level_of_numbers(level):
    with pytest.raises(ValueError, match="'high' is no number"):
        alpha([["1", "high"]], LEVELS[level])


def test_a_ratio_scale_has_nothing_below_zero():
    with pytest.raises(ValueError, match="-1 is below 0, and a ratio scale starts at 0: measure at level interval"):
        ratio([2, -1])


@pytest.mark.parametrize("distance", [interval, ratio])
@pytest.mark.parametrize("values", [[], [3], [0], [0, 3, 5], [1e-200, 1e200], [1e308, 1.5e308], [0, 1e-300]])
def test_distances_are_symmetric_between_0_and_1_and_0_only_between_equals(distance, values):
    delta = distance(values)
    assert np.array_equal(delta, delta.T)
    assert ((delta >= 0) & (delta <= 1)).all()
    assert not delta.diagonal().any()


def test_interval_and_ratio_of_pairs_worked_by_hand():
    assert interval([0, 1, 4]).tolist() == [[0, 1 / 16, 1], [1 / 16, 0, 9 / 16], [1, 9 / 16, 0]]
    assert ratio([0, 1, 3]).tolist() == [[0, 1, 1], [1, 0, 1 / 4], [1, 1 / 4, 0]]


def test_middle_ranks_come_from_uses_in_the_order_of_the_numbers():
    ranks = middle_ranks(["10", "9", "8.5"], np.array([[2.0, 4, 1], [1, 0, 0]]))
    assert ranks.tolist() == [[6, 3, 0.5], [0.5, 0, 0]]


def test_the_ordinal_distances_of_a_tally_are_shares_of_the_largest():
    counted = tally([[1, 1], [1, 2], [2, 9]])
    delta = counted.distance_matrix(ordinal)
    assert counted.values == [1, 2, 9]
    assert delta == pytest.approx(np.array([[0, 2.5**2, 4**2], [2.5**2, 0, 1.5**2], [4**2, 1.5**2, 0]]) / 16)


def test_a_figure_at_level_ordinal_is_the_nominal_one_in_all_that_it_counts():
    one, other = alpha(FOUR_OBSERVERS, ordinal), alpha(FOUR_OBSERVERS)
    assert replace(one, value=other.value, closeness=other.closeness) == other
