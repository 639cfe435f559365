"""The coefficients beside alpha: published examples, three libraries, properties, and data without a number."""

import random
from fractions import Fraction
from functools import partial
from itertools import combinations
from math import sqrt

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

from coding.agreement.alpha import NO_PAIRS, NO_VARIATION, alpha, coded
from coding.agreement.coefficients import (
    NO_DISAGREEMENT,
    NO_PAIR_VARIES,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    fleiss_kappa_of,
    gwet_ac1,
    gwet_ac2,
    light_kappa,
    percent_agreement,
    scott_pi,
)
from coding.agreement.weights import given, identity, linear, ordinal, quadratic, radical, ratio

examples = settings(database=None, deadline=None, derandomize=True, max_examples=25)
CELL = st.sampled_from(["1", "2", "5", None])
PAIRS = st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=30)
TABLES = st.integers(2, 5).flatmap(lambda coders: st.lists(st.lists(CELL, min_size=coders, max_size=coders)))
WITH_CHANCE = [fleiss_kappa, conger_kappa, brennan_prediger, gwet_ac1]
ANY_NUMBER = [percent_agreement, light_kappa, *WITH_CHANCE, partial(gwet_ac2, weights=quadratic)]
ANY_NUMBER += [partial(of, weights=radical) for of in (fleiss_kappa, conger_kappa, brennan_prediger, light_kappa)]
OF_TWO = [cohen_kappa, scott_pi, partial(cohen_kappa, weights=linear), partial(scott_pi, weights=ratio)]


def coders(*rows):
    """Turn rows of one coder each, as published, into a table; a dot is a missing judgement."""
    return [
        [None if cell == "." else cell for cell in unit] for unit in zip(*(row.split() for row in rows), strict=True)
    ]


def crossed(counts, values="123456"):
    """Turn a published table of counts (one coder's values x the other's) into a table of units."""
    cells = [(values[i], values[j], n) for i, row in enumerate(counts) for j, n in enumerate(row)]
    return [[one, other] for one, other, n in cells for _ in range(n)]


def random_table(chance, values, units, judges, missing=0.0):
    def cell(truth):
        if chance.random() < missing:
            return None
        return truth if chance.random() < 0.5 else chance.choice(values)

    truths = [chance.choice(values) for _ in range(units)]
    return [[cell(truth) for _ in range(judges)] for truth in truths]


def rounded(figure, digits):
    return round(figure.value, digits), round(figure.standard_error, digits)


# Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., p. 120: 4 raters, 12 subjects, 5 categories.
FOUR_RATERS = coders(
    "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . .", ". 3 3 3 2 3 4 2 2 5 1 3", "1 2 3 3 2 4 4 1 2 5 1 ."
)
# Gwet 2014, p. 125, the 15 units that irrCAC ships as cac.raw5obser.
FIVE_OBSERVERS = coders(
    "1 1 2 . 0 0 1 1 2 2 . 0 1 3 1",
    "1 1 3 0 0 0 0 . 2 1 1 0 2 3 1",
    "2 0 3 0 0 0 2 2 2 1 0 0 2 2 1",
    ". 1 3 . . . . 0 . 1 0 0 2 2 .",
    "2 . . 0 0 0 1 . 2 . . . . 3 1",
)
# Data sets cac.raw.g1g2, cac.raw.gender and cac.ben.gerry of Gwet's R package irrCAC.
TWO_GROUPS = coders(
    "a b c c b a d a b . . . b b",
    "a b c c b b d a b e . . b a",
    ". c c c b c d b b e a c c c",
    "a b c c b d d a b e a . b b",
)
GENDER = coders(
    "a a a a a b b b c a a a a a b",
    "a a a a b a b c c a a a a b a",
    "a b b c a a b b c a b b c a a",
    "c c c c a a b b c c c c c a a",
)
BEN_GERRY = coders("a a b b d c c c e d d a", "b a b b b c c c e . d d")
# Gwet 2014: 100 pregnant women by two abstractors (irrCAC cont3x3abstractors), 223 patients by two ways of diagnosis
# (cont4x4diagnosis).
ABSTRACTORS = crossed([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
DIAGNOSES = crossed([[40, 6, 4, 15], [4, 25, 1, 5], [4, 2, 21, 9], [17, 13, 12, 45]])
# Fleiss 1971, Psychological Bulletin 76(5), Table 1: 30 patients by 6 psychiatrists each. As in R's irr, each row sorted.
PATIENTS = """
444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445
333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555
"""
FLEISS = [list(patient) for patient in PATIENTS.split()]
# Cohen 1960, Educational and Psychological Measurement 20(1), Table 2b (p. 45), again as proportions in Cohen 1968,
# Psychological Bulletin 70(4), Table 1, with the disagreement weights 1, 3 and 6.
COHEN = crossed([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
COHEN_WEIGHTS = given("123", 1 - np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]]) / 6)


# Digits as printed in the README of Gwet's R package irrCAC 1.0.
@pytest.mark.parametrize(
    ("coefficient", "value", "error"),
    [
        (percent_agreement, 0.81818, 0.12561),
        (gwet_ac1, 0.77544, 0.14295),
        (fleiss_kappa, 0.76117, 0.15302),
        (conger_kappa, 0.76282, 0.14917),
        (brennan_prediger, 0.77273, 0.14472),
    ],
)
def test_the_four_raters_of_gwet_2014_with_missing_judgements(coefficient, value, error):
    figure = coefficient(FOUR_RATERS)
    assert rounded(figure, 5) == (value, error)
    assert (figure.units, figure.coders, figure.pairable, figure.left_out) == (11, 4, 40, 1)


# The next two: values of R's irrCAC as kept by the tests of its Python port (github afergadis/irrCAC).
@pytest.mark.parametrize(
    ("coefficient", "published"),
    [
        (conger_kappa, {linear: (0.814, 0.145), quadratic: (0.858, 0.144), ordinal: (0.844, 0.144), radical: (0.788, 0.146), ratio: (0.812, 0.149)}),
        (fleiss_kappa, {linear: (0.818, 0.149), quadratic: (0.865, 0.146), ordinal: (0.850, 0.147), radical: (0.790, 0.150), ratio: (0.821, 0.152)}),
        (brennan_prediger, {linear: (0.848, 0.123), quadratic: (0.902, 0.111), ordinal: (0.886, 0.114), radical: (0.813, 0.133), ratio: (0.840, 0.132)}),
        (gwet_ac2, {linear: (0.859, 0.117), quadratic: (0.914, 0.104), ordinal: (0.899, 0.107), radical: (0.820, 0.128), ratio: (0.857, 0.122)}),
    ],
)  # fmt: skip
def test_the_four_raters_of_gwet_2014_with_weights(coefficient, published):
    found = {weights: rounded(coefficient(FOUR_RATERS, weights=weights), 3) for weights in published}
    assert found == published


@pytest.mark.parametrize(
    ("table", "published"),
    [
        (FIVE_OBSERVERS, [(0.458, 0.120), (0.469, 0.117), (0.487, 0.121), (0.497, 0.122)]),
        (TWO_GROUPS, [(0.657, 0.150), (0.659, 0.146), (0.679, 0.136), (0.685, 0.134)]),
        (GENDER, [(0.129, 0.141), (0.166, 0.121), (0.183, 0.102), (0.208, 0.091)]),
        (BEN_GERRY, [(0.649, 0.191), (0.657, 0.179), (0.659, 0.185), (0.661, 0.184)]),
    ],
)
def test_four_more_tables_of_gwet(table, published):
    assert [rounded(coefficient(table), 3) for coefficient in WITH_CHANCE] == published


# README of R's irrCAC 1.0: kappa2.table, scott2.table and so on, for tables of two raters.
@pytest.mark.parametrize(
    ("coefficient", "value", "error"), [(cohen_kappa, 0.7964094, 0.05891072), (scott_pi, 0.7962397, 0.05905473)]
)
def test_two_abstractors_of_gwet_2014(coefficient, value, error):
    figure = coefficient(ABSTRACTORS)
    assert (round(figure.value, 7), round(figure.standard_error, 8)) == (value, error)


@pytest.mark.parametrize(
    ("coefficient", "value", "error"),
    [
        (gwet_ac1, 0.8493305, 0.04321747),
        (brennan_prediger, 0.835, 0.04693346),
        (percent_agreement, 0.89, 0.03128898),
        (conger_kappa, 0.7964094, 0.05891072),
        (fleiss_kappa, 0.7962397, 0.05905473),
    ],
)
def test_gwet_divides_by_n_for_two_raters_and_by_n_less_1_for_any_number(coefficient, value, error):
    figure = coefficient(ABSTRACTORS)
    assert (round(figure.value, 7), round(figure.standard_error * sqrt(99 / 100), 8)) == (value, error)


@pytest.mark.parametrize(
    ("weights", "of_abstractors", "of_diagnoses"),
    [
        (identity, 0.796, (0.432, 0.046)),
        (linear, 0.843, (0.407, 0.053)),
        (quadratic, 0.892, (0.383, 0.066)),
        (ordinal, 0.872, (0.390, 0.062)),
        (radical, 0.819, (0.419, 0.048)),
        (ratio, 0.927, (0.413, 0.063)),
    ],
)
def test_weighted_kappa_of_two_tables_of_gwet(weights, of_abstractors, of_diagnoses):
    assert round(cohen_kappa(ABSTRACTORS, weights=weights).value, 3) == of_abstractors
    assert rounded(cohen_kappa(DIAGNOSES, weights=weights), 3) == of_diagnoses


# README of irrCAC, distrib.6raters: the first 15 patients of Fleiss 1971.
@pytest.mark.parametrize(
    ("coefficient", "value", "error"),
    [
        (fleiss_kappa, 0.4139265, 0.08119291),
        (gwet_ac1, 0.4448007, 0.08418757),
        (brennan_prediger, 0.4388889, 0.08312142),
    ],
)
def test_fifteen_patients_by_six_psychiatrists(coefficient, value, error):
    figure = coefficient(FLEISS[:15])
    assert (round(figure.value, 7), round(figure.standard_error, 8)) == (value, error)
    assert round(figure.agreement, 7) == 0.5511111


def test_the_example_of_fleiss_1971():
    assert round(fleiss_kappa(FLEISS).value, 3) == 0.430


@pytest.mark.parametrize(("value", "published"), [("1", 0.245), ("2", 0.245), ("3", 0.520), ("4", 0.471), ("5", 0.566)])
def test_the_categories_of_fleiss_1971(value, published):
    # Digits as printed by kappam.fleiss(diagnoses, detail=TRUE) of R's irr.
    assert round(fleiss_kappa_of(FLEISS, value).value, 3) == published


def test_lights_kappa_of_fleiss_1971_as_printed_by_irr():
    # kappam.light(diagnoses) of R's irr 0.84: Kappa = 0.459
    assert round(light_kappa(FLEISS).value, 3) == 0.459


def test_the_example_of_cohen_1960():
    # 140 agreements, 82 expected of 200: 58 / 118.
    assert cohen_kappa(COHEN).value == pytest.approx(float(Fraction(58, 118)), abs=1e-15)
    assert round(cohen_kappa(COHEN).value, 3) == 0.492


def test_the_weighted_example_of_cohen_1968():
    assert round(cohen_kappa(COHEN, weights=COHEN_WEIGHTS).value, 3) == 0.348


@pytest.mark.parametrize(("counts", "published"), [([[40, 9], [6, 45]], 0.70), ([[80, 10], [5, 5]], 0.32)])
def test_the_paradox_of_feinstein_and_cicchetti_1990(counts, published):
    # Journal of Clinical Epidemiology 43(6): equal agreement, kappas far apart.
    figure = cohen_kappa(crossed(counts))
    assert (figure.agreement, round(figure.value, 2)) == (0.85, published)


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [([[50, 0, 0], [10, 10, 10], [20, 0, 0]], 0.27), ([[50, 0, 10], [0, 10, 10], [10, 10, 0]], 0.29)],
)
def test_the_examples_of_brennan_and_prediger_1981(counts, kappa):
    # Educational and Psychological Measurement 41(3), pp. 689 and 691, proportions times 100; their 1 / n is 1 / 3.
    table = crossed(counts)
    assert round(cohen_kappa(table).value, 2) == kappa
    assert round(brennan_prediger(table).value, 2) == 0.40


@pytest.mark.parametrize(("weights", "value", "error"), [(identity, 0.4842, 0.1380), (linear, 0.4701, 0.1457)])
def test_kappa_and_its_standard_error_as_printed_by_sas(weights, value, error):
    # A printout of SAS PROC FREQ, kept by the tests of statsmodels.
    assert rounded(cohen_kappa(crossed([[0, 4, 1], [0, 8, 0], [0, 1, 5]]), weights=weights), 4) == (value, error)


def test_chance_agreement_of_cohen_is_a_sum_over_values_and_no_product():
    # .49 x .46 + .51 x .54 = .5008; the product of the two would make a kappa of .84.
    kappa = cohen_kappa(crossed([[40, 9], [6, 45]])).value
    assert kappa == pytest.approx(float((Fraction(85, 100) - Fraction(5008, 10000)) / (1 - Fraction(5008, 10000))))


def test_percent_agreement_is_a_mean_over_units_and_pools_no_ratings():
    # 3 of 6 pairs in the first unit, 1 of 1 in the second; pooled it would be 4 of 7.
    table = [["x", "x", "x", "y"], ["x", "x", None, None]]
    assert percent_agreement(table).value == 0.75
    assert fleiss_kappa(table).agreement == 0.75


# Independent libraries on random tables without missing cells, which is all that they take.
@pytest.mark.parametrize("seed", range(15))
def test_cohens_kappa_and_its_error_equal_statsmodels_and_scikit_learn(seed):
    chance = random.Random(seed)
    values = [1, 2, 3, 4, 5][: chance.randint(2, 5)]
    table = random_table(chance, values, chance.randint(8, 60), 2)
    one, other = zip(*table, strict=True)
    counts = np.array([[table.count([a, b]) for b in values] for a in values])
    for weights, name in ((identity, None), (linear, "linear"), (quadratic, "quadratic")):
        ours = cohen_kappa(table, weights=weights, scale=values)
        theirs = inter_rater.cohens_kappa(counts, weights=None if name is None else np.array(values), wt=name)
        assert ours.value == pytest.approx(theirs.kappa, abs=1e-12)
        assert ours.standard_error == pytest.approx(theirs.std_kappa, abs=1e-12)
        assert ours.value == pytest.approx(cohen_kappa_score(one, other, labels=values, weights=name), abs=1e-12)


@pytest.mark.parametrize("seed", range(15))
def test_fleiss_and_brennan_prediger_equal_statsmodels(seed):
    chance = random.Random(seed)
    table = random_table(chance, "abcd", chance.randint(8, 60), chance.randint(2, 6))
    counts = np.array([[row.count(value) for value in "abcd"] for row in table])
    assert fleiss_kappa(table).value == pytest.approx(inter_rater.fleiss_kappa(counts), abs=1e-12)
    free = inter_rater.fleiss_kappa(counts, method="randolph")
    assert brennan_prediger(table, scale="abcd").value == pytest.approx(free, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_light_conger_fleiss_and_brennan_prediger_equal_nltk(seed):
    chance = random.Random(seed)
    table = random_table(chance, "abc", 30, chance.randint(2, 5))
    task = AnnotationTask([(f"coder {c}", f"unit {u}", v) for u, row in enumerate(table) for c, v in enumerate(row)])
    assert light_kappa(table).value == pytest.approx(task.kappa(), abs=1e-12)
    assert conger_kappa(table).value == pytest.approx(task.multi_kappa(), abs=1e-12)
    assert fleiss_kappa(table).value == pytest.approx(task.pi(), abs=1e-12)
    assert brennan_prediger(table).value == pytest.approx(task.S(), abs=1e-12)


def mean(numbers):
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


def by_definition(table, weight, chance_of):
    """Return (pa - pe) / (1 - pe) in fractions, as Gwet 2014 defines pa with missing judgements."""
    units = [[cell for cell in row if cell is not None] for row in table]
    units = [unit for unit in units if unit]
    values = sorted({cell for unit in units for cell in unit})
    seen = mean(mean(weight(a, b) for a, b in combinations(unit, 2)) for unit in units if len(unit) > 1)
    share = {value: mean(Fraction(unit.count(value), len(unit)) for unit in units) for value in values}
    of_coder = []
    for column in zip(*table, strict=True):
        cells = [cell for cell in column if cell is not None]
        of_coder.append({value: Fraction(cells.count(value), len(cells)) for value in values})
    chance = chance_of(values, weight, share, of_coder)
    return float((seen - chance) / (1 - chance))


def pooled(values, weight, share, _):
    return sum(weight(a, b) * share[a] * share[b] for a in values for b in values)


def own(values, weight, _, of_coder):
    pairs = combinations(of_coder, 2)
    return mean(sum(weight(a, b) * one[a] * other[b] for a in values for b in values) for one, other in pairs)


def equal(values, weight, *_):
    return Fraction(sum(weight(a, b) for a in values for b in values), len(values) ** 2)


def hard(values, weight, share, _):
    q = len(values)
    total = sum(weight(a, b) for a in values for b in values)
    return Fraction(total, q * (q - 1)) * sum(share[a] * (1 - share[a]) for a in values)


@pytest.mark.parametrize(
    ("coefficient", "chance_of"),
    [(fleiss_kappa, pooled), (conger_kappa, own), (brennan_prediger, equal), (gwet_ac2, hard)],
)
@pytest.mark.parametrize("weights", [identity, linear, quadratic])
@pytest.mark.parametrize("seed", range(5))
def test_tables_with_missing_cells_equal_the_definition_in_fractions(coefficient, chance_of, weights, seed):
    chance = random.Random(seed)
    table = random_table(chance, [1, 2, 3, 5], 25, 4, missing=0.5)
    power = {identity: 0, linear: 1, quadratic: 2}[weights]

    def weight(a, b):
        return 1 - Fraction(abs(a - b) ** power if a != b else 0, 4**power)

    assert coefficient(table, weights=weights).value == pytest.approx(
        by_definition(table, weight, chance_of), abs=1e-12
    )


@pytest.mark.parametrize("coefficient", [*WITH_CHANCE, percent_agreement, partial(gwet_ac2, weights=linear)])
@pytest.mark.parametrize("seed", range(2))
def test_the_standard_error_is_that_of_what_one_more_unit_moves(coefficient, seed):
    # The table many times over, and once more one unit of it: its influence (Gwet's linearisation is the same, exact).
    table = random_table(random.Random(seed), [1, 2, 4], 12, 3)
    many, n = 200, len(table)
    whole = coefficient(table)
    moves = [(coefficient([*(table * many), unit]).value - whole.value) * (many * n + 1) for unit in table]
    assert whole.standard_error == pytest.approx(sqrt(sum(move**2 for move in moves) / n / (n - 1)), rel=4e-3)


# Properties.
@drawn(TABLES, st.randoms(use_true_random=False))
@examples
def test_the_order_of_units_and_coders_changes_no_digit(table, chance):
    columns = list(zip(*table, strict=True))
    chance.shuffle(columns)
    shuffled = [list(row) for row in zip(*columns, strict=True)]
    chance.shuffle(shuffled)
    for coefficient in ANY_NUMBER:
        assert coefficient(shuffled) == coefficient(table)


@drawn(PAIRS, st.randoms(use_true_random=False))
@examples
def test_the_order_of_units_and_two_coders_changes_no_digit(table, chance):
    swapped = [row[::-1] for row in chance.sample(table, len(table))]
    for coefficient in OF_TWO:
        assert coefficient(swapped) == coefficient(table)


@pytest.mark.parametrize("coefficient", ANY_NUMBER)
def test_the_order_changes_no_digit_of_a_large_table(coefficient):
    chance = random.Random(5)
    columns = list(zip(*random_table(chance, [1, 2, 3, 7, 11], 200, 6, missing=0.3), strict=True))
    table = list(zip(*columns, strict=True))
    chance.shuffle(columns)
    shuffled = list(zip(*columns, strict=True))
    chance.shuffle(shuffled)
    assert coefficient(shuffled) == coefficient(table)


@drawn(TABLES)
@examples
def test_renamed_values_change_no_digit(table):
    renamed = [[{"1": "z", "2": 2, "5": "a"}.get(cell) for cell in row] for row in table]
    for coefficient in [percent_agreement, light_kappa, *WITH_CHANCE]:
        assert coefficient(renamed) == coefficient(table)


@drawn(PAIRS)
@examples
def test_renamed_values_change_no_digit_for_two_coders(table):
    renamed = [[{"1": "z", "2": 2, "5": "a"}.get(cell) for cell in row] for row in table]
    assert (cohen_kappa(renamed), scott_pi(renamed)) == (cohen_kappa(table), scott_pi(table))


@drawn(PAIRS)
@examples
@pytest.mark.parametrize("weights", [identity, quadratic])
def test_with_two_coders_conger_and_light_are_cohen_and_fleiss_is_scott(weights, table):
    kappa, pi = cohen_kappa(table, weights=weights), scott_pi(table, weights=weights)
    assert conger_kappa(table, weights=weights).value == kappa.value
    assert light_kappa(table, weights=weights).value == kappa.value
    assert fleiss_kappa(table, weights=weights).value == pi.value


@drawn(TABLES)
@examples
def test_there_is_a_value_or_a_reason(table):
    for figure in [coefficient(table) for coefficient in ANY_NUMBER]:
        assert (figure.value is None) == (figure.undefined_because != "")
        assert figure.value is None or figure.value <= 1
        assert figure.value is not None or figure.standard_error is None


@drawn(TABLES)
@examples
def test_counts_and_agreement_are_those_of_alpha(table):
    known = alpha(table)
    for coefficient in ANY_NUMBER:
        figure = coefficient(table)
        assert (figure.agreement, figure.units, figure.coders) == (known.agreement, known.units, known.coders)
        assert (figure.pairable, figure.left_out) == (known.pairable, known.left_out)


@drawn(TABLES)
@examples
def test_percent_agreement_is_the_agreement_of_the_figure_to_the_last_digit(table):
    figure = percent_agreement(table)
    assert figure.value == figure.agreement


@drawn(TABLES)
@examples
def test_ac2_without_partial_credit_is_ac1(table):
    assert gwet_ac2(table, identity) == gwet_ac1(table)


# One unit more, which one coder saw alone: what moves. pe rests on it, pa does not (Gwet 2014).
@pytest.mark.parametrize(
    ("coefficient", "moves"),
    [
        (percent_agreement, False),
        (brennan_prediger, False),
        (fleiss_kappa, True),
        (conger_kappa, True),
        (gwet_ac1, True),
        (cohen_kappa, True),
        (scott_pi, True),
        (light_kappa, True),
    ],
)
def test_a_unit_that_one_coder_saw_alone_moves_chance_and_nothing_else(coefficient, moves):
    table = coders("a a b b a", "a b b b a")
    fewer, more = coefficient(table), coefficient([*table, ["a", None]])
    assert (fewer.value != more.value) == moves
    assert (more.agreement, more.units, more.pairable) == (fewer.agreement, fewer.units, fewer.pairable)
    assert more.left_out == fewer.left_out + 1


def test_cohens_kappa_with_a_unit_seen_alone_by_hand():
    # pa = 2 / 3; the first coder's shares are a 2/4, b 2/4, the second's a 1/3, b 2/3: pe = 1/6 + 2/6.
    assert cohen_kappa(coders("a a b b", "a b b .")).value == pytest.approx(1 / 3, abs=1e-15)


def test_units_that_nobody_judged_and_coders_who_judged_nothing_change_nothing_but_what_was_left_out():
    fewer = conger_kappa(BEN_GERRY)
    more = conger_kappa([*([*row, None] for row in BEN_GERRY), [None, None, None]])
    assert more.left_out == fewer.left_out + 1
    assert (more.value, more.standard_error, more.coders) == (fewer.value, fewer.standard_error, fewer.coders)
    assert cohen_kappa([[*row, None] for row in BEN_GERRY]) == cohen_kappa(BEN_GERRY)


@pytest.mark.parametrize("coefficient", [*ANY_NUMBER, fleiss_kappa])
def test_doubled_units_leave_the_value(coefficient):
    assert coefficient(FOUR_RATERS * 2).value == pytest.approx(coefficient(FOUR_RATERS).value, abs=1e-14)


def test_a_value_that_could_be_used_and_was_not_moves_what_depends_on_the_number_of_values():
    table = coders("1 1 2 2", "1 2 2 2")
    assert brennan_prediger(table, scale="123").value == pytest.approx((3 / 4 - 1 / 3) / (2 / 3), abs=1e-15)
    # Shares 3/8 and 5/8: their p (1 - p) sum to 30/64; AC1 halves that for three values.
    assert gwet_ac1(table, scale="123").value == pytest.approx((3 / 4 - 15 / 64) / (49 / 64), abs=1e-15)
    # On 1 to 3 a step is half of the scale: Do = 1/8, De = half of 1/4 x 2/4 + 2/4 x 3/4.
    assert cohen_kappa(table, weights=linear, scale="123").value == cohen_kappa(table).value
    assert gwet_ac2(table, linear, scale="123").value != gwet_ac2(table, linear).value
    assert fleiss_kappa(table, scale="123").value == fleiss_kappa(table).value


def test_a_value_that_is_not_on_the_scale_is_refused():
    with pytest.raises(ValueError, match="'5' was used but is not on the scale"):
        gwet_ac1(FOUR_RATERS, scale="1234")


def test_closeness_is_the_weighted_agreement():
    # Published pa of the four raters with linear weights: 0.939 (irrCAC).
    figure = fleiss_kappa(FOUR_RATERS, weights=linear)
    assert (round(figure.closeness, 3), round(figure.agreement, 3)) == (0.939, 0.818)


# Data without a number.
@pytest.mark.parametrize("coefficient", [*ANY_NUMBER, cohen_kappa, scott_pi])
@pytest.mark.parametrize(
    "table", [[], [[]], [[None, None]], [["1"], ["2"]], [["1", None], ["2", None]], [["1", None], [None, "1"]]]
)
def test_without_a_unit_that_two_coders_judged_there_is_no_coefficient(coefficient, table):
    figure = coefficient(table)
    assert (figure.value, figure.undefined_because) == (None, NO_PAIRS)
    assert (figure.agreement, figure.standard_error, figure.units) == (None, None, 0)
    assert figure.left_out == len(table)


@pytest.mark.parametrize("coefficient", [*WITH_CHANCE, cohen_kappa, scott_pi, partial(gwet_ac2, weights=linear)])
def test_one_value_everywhere_has_no_coefficient_but_full_agreement(coefficient):
    figure = coefficient([["2", "2"], ["2", "2"], ["2", None]])
    assert (figure.value, figure.undefined_because, figure.standard_error) == (None, NO_VARIATION, None)
    assert (figure.agreement, figure.units, figure.left_out) == (1, 2, 1)


def test_percent_agreement_needs_no_variation():
    assert percent_agreement([["a", "a"], ["a", "a"]]).value == 1


def test_one_value_on_a_longer_scale_is_full_agreement_where_chance_is_not_counted_from_use():
    table = [["a", "a"], ["a", "a"]]
    assert [of(table, scale="abc").value for of in (brennan_prediger, gwet_ac1)] == [1, 1]
    assert fleiss_kappa(table, scale="abc").undefined_because == NO_VARIATION


@pytest.mark.parametrize("coefficient", [fleiss_kappa, conger_kappa, cohen_kappa, brennan_prediger, gwet_ac2])
def test_weights_that_see_no_disagreement_make_no_coefficient(coefficient):
    figure = coefficient([["a", "b"], ["b", "b"]], weights=given("ab", [[1, 1], [1, 1]]))
    assert (figure.value, figure.undefined_because) == (None, NO_DISAGREEMENT)


@pytest.mark.parametrize("coefficient", [*ANY_NUMBER, partial(fleiss_kappa_of, value="1")])
def test_full_agreement_with_variation_is_exactly_one(coefficient):
    assert coefficient([["1", "1", "1"], ["2", "2", None], ["7", "7", "7"]]).value == 1


@pytest.mark.parametrize("coefficient", [cohen_kappa, scott_pi])
def test_coefficients_of_two_coders_refuse_a_third(coefficient):
    with pytest.raises(ValueError, match=r"compares two coders, and this table has 4\. Give two, or use"):
        coefficient(FOUR_RATERS)


@pytest.mark.parametrize("coefficient", [*WITH_CHANCE, percent_agreement, cohen_kappa, scott_pi])
def test_one_unit_has_no_standard_error(coefficient):
    figure = coefficient([["a", "b"]])
    assert figure.value is not None
    assert figure.standard_error is None


def test_lights_kappa_leaves_out_pairs_without_a_kappa_and_says_so():
    table = coders("a a b b . .", "a b b b a .", ". . . . a a")
    figure = light_kappa(table)
    # The first and the third share no unit; the second and the third agree on one unit, and the second used b too.
    kappas = [cohen_kappa([[row[g], row[h]] for row in table]).value for g, h in ((0, 1), (1, 2))]
    assert figure.value == pytest.approx(sum(kappas) / 2, abs=1e-15)
    assert figure.caution == "1 of 3 pairs of coders have no kappa and are left out of this mean."
    assert light_kappa(FLEISS).caution == ""


def test_lights_kappa_without_any_pair_that_varies():
    figure = light_kappa(coders("a a . .", "a a . .", ". . b b", ". . b b"))
    assert (figure.value, figure.undefined_because, figure.agreement) == (None, NO_PAIR_VARIES, 1)


def test_lights_kappa_has_no_standard_error():
    assert light_kappa(FLEISS).standard_error is None


def test_light_measures_every_pair_on_the_scale_of_the_whole_table():
    # The first two never use 2, which lies between their 1 and 5: for ordinal weights it counts as a step all the same.
    table = coders("1 5 9 1 5", "5 5 9 9 1", "1 2 9 9 5")
    pairs = [[[row[g], row[h]] for row in table] for g, h in combinations(range(3), 2)]
    kappas = [cohen_kappa(pair, weights=ordinal, scale="1259").value for pair in pairs]
    assert light_kappa(table, weights=ordinal).value == pytest.approx(sum(kappas) / 3, abs=1e-15)


@drawn(TABLES)
@examples
def test_a_table_in_numbers_makes_the_same_figures(table):
    for coefficient in ANY_NUMBER:
        assert coefficient(coded(table)) == coefficient(table)


def test_one_value_against_the_rest_counts_its_uses_and_keeps_missing_apart():
    assert fleiss_kappa_of(FLEISS, "1").uses == 13
    figure = fleiss_kappa_of(coders("a b a .", "a a . ."), "a")
    assert (figure.units, figure.left_out, figure.uses) == (2, 2, 2)


def test_a_value_that_nobody_used_has_no_kappa():
    figure = fleiss_kappa_of(FLEISS, "9")
    assert (figure.value, figure.undefined_because, figure.uses) == (None, NO_VARIATION, 0)


@pytest.mark.parametrize(
    ("table", "words"), [([["a", "b"], ["a"]], "differ in length"), ([["a", float("nan")]], "NaN is no value")]
)
@pytest.mark.parametrize("coefficient", [*WITH_CHANCE, percent_agreement, light_kappa, cohen_kappa, scott_pi])
def test_what_is_no_table_is_refused(coefficient, table, words):
    with pytest.raises(ValueError, match=words):
        coefficient(table)


def test_weights_that_are_none_are_refused():
    with pytest.raises(ValueError, match="symmetric"):
        fleiss_kappa([["a", "b"]], weights=lambda _: np.array([[1, 0.5], [0.2, 1]]))
