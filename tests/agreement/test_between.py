"""Agreement of pairs, beside a machine, within groups and between them: by hand, the authors' example, properties."""

import random
from fractions import Fraction
from itertools import combinations
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.agreement.alpha import NO_DISTANCE, NO_PAIRS, NO_VARIATION, Coded, alpha, coded
from coding.agreement.between import (
    NO_ALPHA,
    NO_SHARED_UNIT,
    NO_TWO_CODERS,
    MeanPairwise,
    beside_machine,
    mean_pairwise,
    pairwise,
    within_and_between,
)
from coding.agreement.coefficients import cohen_kappa
from coding.agreement.distances import jaccard, masi, nominal
from coding.agreement.metrics import interval, ordinal

examples = settings(database=None, deadline=None, derandomize=True, max_examples=60)
CELLS = st.sampled_from([None, 1, 2, 3, 10])
WIDTHS = st.integers(2, 5)
TABLES = WIDTHS.flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=8))
DISTANCES = pytest.mark.parametrize("distance", [nominal, interval, ordinal])

# Of 4 units: A and B agree on 3, A and C on 2, B and C on 3; C left the last out.
FOUR = [
    ["x", "x", "x"],
    ["x", "y", "y"],
    ["y", "y", "x"],
    ["y", "y", None],
]


def columns(table, chosen):
    return [[row[at] for at in chosen] for row in table]


def turned(table, order, chance):
    return columns(chance.sample(table, len(table)), order)


# --- pairs ---


def test_pairs_by_hand():
    # A and B: x 3, y 5, one unit of 4 apart: 1 - 7 * 2 / (2 * 3 * 5). A and C, B and C: 3 units.
    # A and C: x 4, y 2, two apart: 1 - 5 * 4 / (2 * 4 * 2). B and C: x 3, y 3, one apart: 1 - 5 * 2 / (2 * 3 * 3).
    found = {(pair.first, pair.second): pair.figure for pair in pairwise(FOUR)}
    values = {pair: figure.value for pair, figure in found.items()}
    assert values == {(0, 1): pytest.approx(8 / 15), (0, 2): pytest.approx(-1 / 4), (1, 2): pytest.approx(4 / 9)}
    assert [(figure.units, figure.left_out, figure.coders) for figure in found.values()] == [(4, 0, 2), (3, 1, 2), (3, 1, 2)]  # fmt: skip


@DISTANCES
@given(table=TABLES)
@examples
def test_a_pair_is_alpha_of_its_two_columns_to_the_last_digit(table, distance):
    width = len(table[0]) if table else 0
    found = [(pair.first, pair.second, pair.figure) for pair in pairwise(table, distance)]
    assert found == [(g, h, alpha(columns(table, (g, h)), distance)) for g, h in combinations(range(width), 2)]


@pytest.mark.parametrize("distance", [masi, jaccard])
def test_pairs_of_sets_are_alpha_of_two_columns(distance):
    chance = random.Random(5)
    sets = [None, *(frozenset(chance.sample("abcde", size)) for size in (0, 1, 1, 2, 2, 3, 4))]
    table = [[chance.choice(sets) for _ in range(4)] for _ in range(40)]
    for pair in pairwise(table, distance):
        assert pair.figure == alpha(columns(table, (pair.first, pair.second)), distance)


def test_booleans_keep_their_uses_and_numbers_may_come_as_a_coded_table():
    table = [[True, False, None], [False, False, True], [True, True, None]]
    assert [pair.figure.uses for pair in pairwise(table)] == [2, 1, 1]
    assert pairwise(coded(table)) == pairwise(table)
    spare = Coded(["never used", True, False], coded(table).codes + 1 - (coded(table).codes < 0))
    assert pairwise(spare) == pairwise(table)


@given(TABLES, st.randoms(use_true_random=False))
@examples
def test_no_order_changes_a_digit_of_a_pair(table, chance):
    width = len(table[0]) if table else 0
    order = chance.sample(range(width), width)
    found = {frozenset((order[p.first], order[p.second])): p.figure for p in pairwise(turned(table, order, chance))}
    assert found == {frozenset((pair.first, pair.second)): pair.figure for pair in pairwise(table)}


def test_a_pair_without_a_number_says_why():
    figures = [pair.figure for pair in pairwise([["x", "x", None], ["x", "x", None]])]
    assert [figure.undefined_because for figure in figures] == [NO_VARIATION, NO_PAIRS, NO_PAIRS]
    assert pairwise([]) == pairwise([["x"]]) == []


@pytest.mark.parametrize(("table", "words"), [([["x", "y"], ["x"]], "differ in length"), ([[nan, 1.0]], "NaN")])
def test_what_is_no_table_is_refused(table, words):
    with pytest.raises(ValueError, match=words):
        pairwise(table)
    with pytest.raises(ValueError, match=words):
        mean_pairwise(table, nominal, [0], [1])
    with pytest.raises(ValueError, match=words):
        within_and_between(table, nominal, {0: "a", 1: "a"})


# --- means of pairs ---


def test_the_mean_among_coders_by_hand():
    found = mean_pairwise(FOUR, nominal, [0, 1, 2], [2, 1, 0])
    assert found.value == pytest.approx(float((Fraction(8, 15) - Fraction(1, 4) + Fraction(4, 9)) / 3), abs=1e-15)
    assert (found.pairs, found.left_out, found.undefined_because) == (3, 0, "")
    assert (found.lowest, found.highest) == (pytest.approx(-1 / 4), pytest.approx(8 / 15))


def test_the_mean_across_coders_takes_one_of_each_and_none_with_itself():
    across = mean_pairwise(FOUR, nominal, [0], [1, 2])
    assert (across.value, across.pairs) == (pytest.approx(float((Fraction(8, 15) - Fraction(1, 4)) / 2)), 2)
    assert mean_pairwise(FOUR, nominal, [0], [0, 1, 2, 2]) == across
    assert mean_pairwise(FOUR, nominal, [1, 2], [0]) == across


def test_pairs_without_an_alpha_are_left_out_and_counted():
    table = [["x", "x", "y", None], ["x", "x", "x", None]]
    found = mean_pairwise(table, nominal, range(4), range(4))
    assert (found.pairs, found.left_out, found.value) == (2, 4, 0)


def test_no_mean_is_a_sentence():
    alike = [["x", "x"], ["x", "x"]]
    empty = {"value": None, "pairs": 0, "lowest": None, "highest": None}
    assert mean_pairwise(alike, nominal, [0], [1]) == MeanPairwise(undefined_because=NO_ALPHA, left_out=1, **empty)
    assert mean_pairwise(alike, nominal, [0], [0]) == MeanPairwise(undefined_because=NO_TWO_CODERS, left_out=0, **empty)


@DISTANCES
@given(table=TABLES, chance=st.randoms(use_true_random=False))
@examples
def test_no_order_changes_a_digit_of_a_mean(table, distance, chance):
    width = len(table[0]) if table else 0
    order = chance.sample(range(width), width)
    first = range(width // 2)
    moved = [order.index(coder) for coder in first]
    again = mean_pairwise(turned(table, order, chance), distance, moved, range(width))
    assert again == mean_pairwise(table, distance, first, range(width))


# --- machines ---


def test_a_machine_stands_beside_the_humans_on_the_units_that_it_judged():
    # The machine is column 0, and left the last two units out: there the humans differ.
    table = [
        ["x", "x", "x", "x"],
        ["y", "y", "y", "x"],
        ["x", "x", "y", "x"],
        [None, "x", "y", "y"],
        [None, "y", "x", "x"],
    ]
    found = beside_machine(table, nominal, 0, [1, 2, 3])
    judged = table[:3]
    assert found.with_humans == mean_pairwise(judged, nominal, [0], [1, 2, 3])
    assert found.among_humans == mean_pairwise(judged, nominal, [1, 2, 3], [1, 2, 3])
    assert found.among_humans != mean_pairwise(table, nominal, [1, 2, 3], [1, 2, 3])
    # With a human: 1; x 3, y 3, one apart: 4/9; x 5, y 1, one apart: 0. Humans: 4/9, 0, and x 4, y 2, two apart: -1/4.
    assert found.with_humans.value == pytest.approx(float(Fraction(13, 27)))
    assert found.among_humans.value == pytest.approx(float((Fraction(4, 9) - Fraction(1, 4)) / 3))
    assert (found.machine, found.units, found.left_out) == (0, 3, 2)


def test_other_machines_change_nothing():
    table = [["x", "x", "x", "y"], ["y", "y", "x", None], ["x", "y", "y", "y"]]
    assert beside_machine(table, nominal, 0, [1, 2]) == beside_machine(columns(table, (0, 1, 2)), nominal, 0, [1, 2])


def test_a_machine_that_judged_nothing_has_no_number():
    found = beside_machine([[None, "x", "y"]], nominal, 0, [1, 2])
    assert (found.units, found.left_out) == (0, 1)
    assert found.with_humans.undefined_because == found.among_humans.undefined_because == NO_ALPHA


def test_a_machine_is_no_human():
    with pytest.raises(ValueError, match="Coder 1 is named as the machine and as a human"):
        beside_machine(FOUR, nominal, 1, [0, 1])


@pytest.mark.parametrize("coder", [-1, 3])
def test_a_coder_whom_the_table_does_not_have_is_refused(coder):
    for ask in (
        lambda: mean_pairwise(FOUR, nominal, [0], [coder]),
        lambda: beside_machine(FOUR, nominal, coder, [0, 1]),
        lambda: within_and_between(FOUR, nominal, {coder: "a"}),
    ):
        with pytest.raises(ValueError, match=f"no coder {coder} in a table of 3"):
            ask()


# --- groups ---


def cross_by_definition(one, other):
    """Return kappa_x (nominal) in fractions from two tables of the same units, pair by pair of judgements."""
    rows = [([v for v in a if v is not None], [v for v in b if v is not None]) for a, b in zip(one, other, strict=True)]
    rows = [row for row in rows if all(row)]
    r, s = ([value for row in rows for value in row[at]] for at in (0, 1))
    if not rows:
        return None
    observed = sum(Fraction((len(a) + len(b)) * differing(a, b), len(a) * len(b) * (len(r) + len(s))) for a, b in rows)
    expected = Fraction(differing(r, s), len(r) * len(s))
    return 1 - observed / expected if expected else None


def differing(one, other):
    return sum(a != b for a in one for b in other)


# Five units: the first group gave y y, y y y, x x, x x x, x y; the second y y, x y, x y, x y, x x.
XRR = [
    ["y", "y", None, "y", "y"],
    ["y", "y", "y", "x", "y"],
    ["x", "x", None, "x", "y"],
    ["x", "x", "x", "x", "y"],
    ["x", "y", None, "x", "x"],
]
TWO_GROUPS = {0: "a", 1: "a", 2: "a", 3: "b", 4: "b"}


def test_the_example_of_the_authors_program():
    # google-research/cross-replication-reliability, CrossReplicationReliabilityTest: 0.1818182, with missing data and
    # with two units that only the first group judged. do = (0 + 2.5 + 2 + 2.5 + 2) / 22 = 9 / 22; in all, x 6 and y 6
    # against x 5 and y 5: de = 1 / 2.
    more = [["x", "x", "x", None, None], ["x", "x", "y", None, None]]
    found = within_and_between(XRR + more, nominal, TWO_GROUPS).between["a", "b"]
    assert found.value == pytest.approx(0.1818182, abs=1e-7)
    assert found.value == pytest.approx(2 / 11, abs=1e-15)
    assert (found.observed, found.expected) == (pytest.approx(9 / 22), 1 / 2)
    assert (found.units, found.left_out, found.judgements, found.undefined_because) == (5, 2, (12, 10), "")


def test_a_distance_other_than_nominal_by_hand():
    # Shares of 10^2: unit 1: 0 and 1, unit 2: .25 and .25. do = (1 / 2 + 1 / 4) / 2.
    # a gave 0 and 5, b gave 0 10 and 10 0: de = (0 + 1 + 1 + 0 + 4 * .25) / 8.
    found = within_and_between([[0, 0, 0, 10], [5, 5, 10, 0]], interval, {0: "a", 1: "a", 2: "b", 3: "b"})
    assert found.between["a", "b"].observed == 3 / 8
    assert found.between["a", "b"].value == 0


@given(TABLES)
@examples
def test_kappa_x_equals_the_definition(table):
    doubled = [row + row[::-1] for row in table]
    width = len(table[0]) if table else 0
    groups = {at: "a" if at < width else "b" for at in range(2 * width)}
    found = within_and_between(doubled, nominal, groups).between.get(("a", "b"))
    expected = cross_by_definition([row[:width] for row in doubled], [row[width:] for row in doubled])
    value = None if found is None else found.value
    assert value is None if expected is None else value == pytest.approx(float(expected), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_kappa_x_of_two_coders_written_twice_is_cohens_kappa(seed):
    chance = random.Random(seed)
    table = [[chance.choice("xyz"), chance.choice("xyz")] for _ in range(30)]
    found = within_and_between([[a, a, b, b] for a, b in table], nominal, {0: "a", 1: "a", 2: "b", 3: "b"})
    assert found.between["a", "b"].value == pytest.approx(cohen_kappa(table).value, abs=1e-14)


@DISTANCES
@given(table=TABLES)
@examples
def test_alpha_within_a_group_is_that_of_its_columns(table, distance):
    if not table:
        return
    found = within_and_between(table, distance, {0: "a", 1: "a"})
    assert found.within == {"a": alpha(columns(table, (0, 1)), distance)}
    assert (found.between, found.without_group, found.alone) == ({}, len(table[0]) - 2, 0)


@DISTANCES
@given(
    table=st.lists(st.lists(CELLS, min_size=6, max_size=6), max_size=8),
    chance=st.randoms(use_true_random=False),
)
@examples
def test_no_order_changes_a_digit_between_groups(table, distance, chance):
    groups = {0: "a", 1: "a", 2: "a", 3: "b", 4: "b", 5: "b"}
    order = chance.sample(range(6), 6)
    if not table:
        return
    found = within_and_between(table, distance, groups)
    moved = {at: groups[coder] for at, coder in enumerate(order)}
    assert within_and_between(turned(table, order, chance), distance, moved) == found
    swapped = within_and_between(table, distance, {at: "ba"["ab".index(group)] for at, group in groups.items()})
    assert swapped.between["a", "b"].value == found.between["a", "b"].value


def test_groups_stand_in_order_and_all_are_compared_with_all():
    found = within_and_between([list("xxyyxy")], nominal, {0: "c", 1: "c", 2: "a", 3: "a", 4: "b", 5: "b"})
    assert (list(found.within), list(found.between)) == (["a", "b", "c"], [("a", "b"), ("a", "c"), ("b", "c")])


def test_coders_without_a_group_and_groups_of_one_are_left_out_and_counted():
    found = within_and_between(XRR, nominal, {0: "a", 1: "a", 2: None, 3: "b"})
    assert (list(found.within), found.between, found.without_group, found.alone) == (["a"], {}, 2, 1)


@pytest.mark.parametrize(
    ("table", "distance", "because"),
    [
        ([["x", "x", None, None], [None, None, "x", "y"]], nominal, NO_SHARED_UNIT),
        ([], nominal, NO_SHARED_UNIT),
        ([["x", "x", "x", None], ["y", None, None, None]], nominal, NO_VARIATION),
        ([["x", "x", "y", "x"]], lambda values: nominal(values) * 0, NO_DISTANCE),
    ],
)
def test_no_kappa_x_is_a_sentence(table, distance, because):
    table = Coded(["x", "y"], coded([["x", "y"] * 2, *table]).codes[1:])
    found = within_and_between(table, distance, {0: "a", 1: "a", 2: "b", 3: "b"}).between["a", "b"]
    assert (found.value, found.undefined_because) == (None, because)


def test_groups_that_never_say_the_same_are_no_better_than_chance():
    found = within_and_between([list("xxyy"), list("xxyy")], nominal, {0: "a", 1: "a", 2: "b", 3: "b"}).between[
        "a", "b"
    ]
    assert (found.value, found.observed, found.expected) == (0, 1, 1)
