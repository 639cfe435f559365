"""Agreement on spans: published examples, fractions by hand, the definition character by character, and properties."""

import csv
import random
from collections import Counter
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.agreement.alpha import alpha
from coding.agreement.bootstrap import positions
from coding.agreement.continua import Continuum, Lengths, Span, Stretch, judging, lengths, strips, united
from coding.agreement.unitized_coding import NO_MEETING, NO_MEETING_OF_LABEL, SAME_LABEL, TOO_LITTLE, cu_alpha, ku_alpha
from coding.agreement.unitizing import (
    ALL_CODED,
    ALL_GAP,
    ALL_USE,
    NO_PAIRS,
    NO_USE,
    ONE_LABEL,
    OVERLAP,
    OverEvents,
    bar_u_alpha,
    bar_u_alphas,
    u_alpha,
)  # fmt: skip
from coding.agreement.unitizing_1995 import MISSING, NO_ROOM, alpha_u_1995, cut

examples = settings(database=None, deadline=None, derandomize=True, max_examples=40)
FIGURES = (bar_u_alpha, u_alpha, cu_alpha, alpha_u_1995)
SPANS_FILE = Path(__file__).parents[3] / "shared" / "data" / "irr_reference" / "spans_annotation_paul_suzann_alex.csv"


def text(length, coders, missing="", begin=0):
    """Make a continuum from e.g. {"A": "x0-4 y6-10"}, missing "A6-10": label or coder, start and end."""
    spans = [Span(coder, *place(one[1:]), one[0]) for coder, said in coders.items() for one in said.split()]
    return Continuum(length, tuple(coders), spans, [Stretch(one[0], *place(one[1:])) for one in missing.split()], begin)


def place(said):
    return [int(edge) for edge in said.split("-")]


# --- published examples ---

# Krippendorff 2019, Content Analysis, 4th ed., p. 340, Figure 12.11: Alex, Paul and Suzan on a continuum of 60. The
# spans are those of tests/data/AlexPaulSuzan.csv in bootphon/pygamma-agreement; the printed values are those which
# quallmer/quallmer's tests of compute_alpha_u quote (|u .413, u .510, cu .724; 1, 5 and 6: 1.000; 2, 3 and 4: 0.000;
# 44 % of the text of value 5 meets other units, none of 7).
BOOK = text(60, {
    "A": "12-9 211-17 524-30 632-36 636-44 744-60",
    "P": "12-9 311-17 519-25 632-44",
    "S": "12-9 411-17 521-27 632-36 636-40 640-44",
})  # fmt: skip


@pytest.mark.parametrize(("figure", "printed"), [(bar_u_alpha, 0.413), (u_alpha, 0.510), (cu_alpha, 0.724)])
def test_the_example_of_krippendorff_2019(figure, printed):
    assert round(figure([BOOK]).value, 3) == printed


@pytest.mark.parametrize(("value", "printed"), [(1, 1), (2, 0), (3, 0), (4, 0), (5, 1), (6, 1)])
def test_the_values_of_krippendorff_2019_one_by_one(value, printed):
    assert ku_alpha([BOOK], str(value)).value == pytest.approx(printed, abs=1e-15)


def test_a_value_that_meets_only_gaps_has_no_alpha_of_its_own():
    figure = ku_alpha([BOOK], "7")
    assert (figure.value, figure.undefined_because, figure.agreement) == (None, NO_MEETING_OF_LABEL, None)


# Krippendorff 2004, Content Analysis, 2nd ed., p. 254: a continuum of 300 that begins at 150. As quoted in the tests of
# dkpro/dkpro-statistics: D_o .0144 and 0, D_e .0532 and .0490, alpha_U .7286 for c, 1 for k, and .8591 over both.
YEAR_2004 = text(300, {"i": "c225-295 c370-400 k180-240 k300-350", "j": "c220-300 c355-375 c400-420 k180-240 k300-350"}, begin=150)  # fmt: skip


@pytest.mark.parametrize(("label", "printed"), [("c", 0.7286), ("k", 1)])
def test_the_example_of_krippendorff_2004(label, printed):
    assert round(alpha_u_1995([YEAR_2004], label).value, 4) == printed


def test_the_example_of_krippendorff_2004_over_labels():
    # .8591 comes of the disagreements as printed, with four digits; without rounding it is .8587.
    assert round(1 - 0.0144 / (0.0532 + 0.0490), 4) == 0.8591
    assert alpha_u_1995([YEAR_2004]).value == pytest.approx(0.8591, abs=0.0005)


# Krippendorff 1995, p. 57, as quoted in the tests of dkpro/dkpro-statistics (start-end on a continuum of 24).
YEAR_1995 = {
    "A": ("2-10 14-20", "4-8 15-17"),
    "B": ("0-18", "0-2 2-3 3-4 4-5 5-6 6-9 9-10"),
    "C": ("2-8 10-12 14-18 20-22", "0-2 4-8 10-14 16-18 20-22"),
    "D": ("0-2 2-10 10-14 14-20 20-24", "0-4 4-8 8-15 15-17 17-24"),
}


def pair(name, stretch=Fraction(1)):
    spans = [
        Span(coder, *(int(edge * stretch) for edge in place(one)), "x")
        for coder, said in enumerate(YEAR_1995[name])
        for one in said.split()
    ]
    return Continuum(int(24 * stretch), (0, 1), spans)


@pytest.mark.parametrize(("name", "printed"), [("A", 0.03125), ("B", 2.26736), ("C", 0.02777), ("D", 0.38715)])
def test_the_observed_disagreements_of_krippendorff_1995(name, printed):
    # D_o = 2 delta / (R (R - 1) L^2); .02777 is cut off, not rounded.
    assert cut(pair(name), pair(name).spans).delta / 24**2 == pytest.approx(printed, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "stretch", "printed"),
    [("A", Fraction(50_000), 0.553), ("D", Fraction(50_000), 0.066), ("C", Fraction(1, 2), 0.494)],
)
def test_the_alphas_of_krippendorff_1995(name, stretch, printed):
    assert round(alpha_u_1995([pair(name, stretch)], "x").value, 3) == printed


@pytest.mark.parametrize(("name", "printed"), [("B", -0.926), ("C", 0.679)])
def test_two_alphas_of_krippendorff_1995_differ_since_its_expectation_was_corrected_in_2004(name, printed):
    # DKPro, too, says that the D_e of 1995 is slightly wrong and asks for no more than two hundredths.
    value = alpha_u_1995([pair(name, Fraction(50_000))], "x").value
    assert value == pytest.approx(printed, abs=0.02)
    assert round(value, 3) != printed


def test_the_examples_of_dkpro():
    # UnitizingAgreementTest: -11111111- against --1-1-1---: -0.7003; a single unit of 1 in 20 by one of 3 coders: 0.
    assert round(alpha_u_1995([text(10, {"i": "A1-9", "j": "A2-3 A4-5 A6-7"})], "A").value, 4) == -0.7003
    assert alpha_u_1995([text(20, {"i": "X0-1", "j": "", "k": ""})]).value == 0


def test_the_hand_made_example_of_pygamma_agreement():
    if not SPANS_FILE.exists():
        pytest.skip("../shared is not here.")
    with SPANS_FILE.open() as lines:
        spans = [Span(coder, int(start), int(end), label) for coder, label, start, end in csv.reader(lines)]
    example = [Continuum(63, ("Alex", "Paul", "Suzan"), spans)]
    # No value was published for these: the definition below gives them, in fractions.
    assert bar_u_alpha(example).value == pytest.approx(float(by_definition(example, is_coded)), abs=1e-14)
    assert u_alpha(example).value == pytest.approx(float(by_definition(example)), abs=1e-14)
    assert cu_alpha(example).value == pytest.approx(float(coding_by_definition(example)), abs=1e-14)


# --- by hand ---

# l = 20, units 4 and 4, gaps 12 long, 4 characters that one alone coded:
# e = 12 * 8 / (20 - (16 + 16 + 12) / 20) = 96 / 17.8, alpha = 1 - 4 * 17.8 / 96 = 31 / 120.
SHIFTED = text(10, {"A": "x2-6", "B": "x4-8"})
# l = 10, one unit of 5, gaps 5 long, 5 characters: 1 - 5 * (10 - (25 + 5) / 10) / (5 * 5) = - 2 / 5.
ALONE = text(5, {"A": "x0-5", "B": ""})


def test_bar_u_alpha_by_hand():
    assert bar_u_alpha([SHIFTED]).value == pytest.approx(31 / 120, abs=1e-15)
    assert bar_u_alpha([ALONE]).value == pytest.approx(-2 / 5, abs=1e-15)


def test_unitizing_alpha_is_not_the_alpha_of_characters():
    table = [[2 <= at < 6, 4 <= at < 8] for at in range(10)]
    assert alpha(table).value == pytest.approx(1 - 19 * 4 / (8 * 12), abs=1e-15)
    assert bar_u_alpha([SHIFTED], "x").value > alpha(table).value + 0.04


def test_two_incidents_are_pooled_by_sums_and_not_by_the_mean_of_their_alphas():
    # l = 30, units 4, 4, 5, gaps 17, 9 characters: 1 - 9 * (30 - (57 + 17) / 30) / (13 * 17) = -134 / 1105
    figure = bar_u_alpha([SHIFTED, ALONE])
    assert figure.value == pytest.approx(-134 / 1105, abs=1e-15)
    assert figure.value != pytest.approx((31 / 120 - 2 / 5) / 2, abs=0.01)
    assert figure.agreement == pytest.approx(6 / 15, abs=1e-15)
    assert (figure.units, figure.coders, figure.pairable, figure.left_out) == (2, 2, 30, 0)


def test_an_untouched_paragraph_that_was_read_is_a_gap():
    # l = 20, units 4 and 2, gaps 14, 2 characters: 1 - 2 * (20 - (20 + 14) / 20) / (6 * 14) = 79 / 140
    figure = bar_u_alpha([text(10, {"A": "x0-4", "B": "x2-4"})])
    assert figure.value == pytest.approx(79 / 140, abs=1e-15)
    assert (figure.agreement, figure.pairable) == (pytest.approx(8 / 10), 20)


def test_an_untouched_paragraph_that_was_left_out_is_missing():
    # Of the last 4 characters nothing counts: l = 12, gaps 6: 1 - 2 * (12 - (20 + 6) / 12) / (6 * 6) = 49 / 108
    figure = bar_u_alpha([text(10, {"A": "x0-4", "B": "x2-4"}, missing="B6-10")])
    assert figure.value == pytest.approx(49 / 108, abs=1e-15)
    assert (figure.agreement, figure.pairable) == (pytest.approx(4 / 6), 12)


def test_a_unit_is_as_long_as_its_part_that_two_coders_judged():
    # A's unit of 6 counts with 4: l = 12, coded 6, squares 16 + 4, gaps 6, 2 characters, as above.
    assert bar_u_alpha([text(10, {"A": "x2-8", "B": "x4-6"}, missing="B6-10")]).value == pytest.approx(49 / 108)


def test_u_alpha_by_hand():
    # l: x 8, y 4, z 4, gap 4; alike 8 + 4; squares 4 * 16, gaps 4:
    # l - s / l = 20 - 68 / 20 = 16.6; 1 - 8 * 16.6 / (20^2 - 8^2 - 3 * 4^2) = 1 - 132.8 / 288 = 97 / 180
    figure = u_alpha([TWO_LABELS])
    assert figure.value == pytest.approx(97 / 180, abs=1e-15)
    assert figure.agreement == pytest.approx(6 / 10)


TWO_LABELS = text(10, {"A": "x0-4 y6-10", "B": "x0-4 z6-10"})


def test_cu_and_ku_alpha_by_hand():
    # N = 16, x 8, y 4, z 4, 8 of them apart, s = 4 * 16, N - s / N = 12: 1 - 8 * 12 / (16^2 - 8^2 - 2 * 4^2) = 2 / 5
    assert cu_alpha([TWO_LABELS]).value == pytest.approx(2 / 5, abs=1e-15)
    assert cu_alpha([TWO_LABELS]).agreement == pytest.approx(4 / 8)
    # y: e_y = (4 * 16 - 16) / 12 = 4, e_yy = 0, l_y = 4, l_yy = 0: 1 - (4 / 4) * 4 / 4
    assert [ku_alpha([TWO_LABELS], label).value for label in "xyz"] == [1, 0, 0]


def test_cu_alpha_of_three_coders_by_hand_in_the_reading_that_the_docstring_names():
    # Two coders coded 0-2 and 4-6, three 2-4: N = 2 + 6 + 2 = 10, x 7, y 3, xx 4. Shared with each other coder:
    # A 4 and 4, B 4 and 2, C 4 and 2: s = (32 + 20 + 20) / 2 = 36. alpha = 1 - 6 * (100 - 36) / (10 * (100 - 58))
    three = text(6, {"A": "x0-6", "B": "x0-4", "C": "y2-6"})
    assert cu_alpha([three]).value == pytest.approx(3 / 35, abs=1e-15)
    # Shared with any other coder it would be s = 36 + 16 + 16 = 68, and 19 / 35.
    assert cu_alpha([three]).value != pytest.approx(19 / 35, abs=0.1)
    assert (cu_alpha([three]).agreement, cu_alpha([three]).pairable) == (pytest.approx((1 + 1 / 3 + 0) / 3), 14)


# --- by definition ---


def is_coded(label):
    return label is not None


def characters(continuum):
    """Yield, for each character that two coders judged, what each of these gave it: a unit, or None for a gap."""
    units = united(continuum.spans)
    for at in range(continuum.begin, continuum.begin + continuum.length):
        absent = {gap.coder for gap in continuum.missing if gap.start <= at < gap.end}
        here = {coder: None for coder in continuum.coders if coder not in absent}
        here.update({unit.coder: unit for unit in units if unit.start <= at < unit.end and unit.coder in here})
        if len(here) > 1:
            yield here


def by_definition(continua, seen=lambda label: label):
    """Return u-alpha in fractions with labels as `seen` gives them, pair by pair of coders, character by character."""
    together, squares = Counter(), Counter()
    for continuum in continua:
        parts = Counter()
        for here in characters(continuum):
            for one, other in ordered(here):
                values = (
                    seen(here[one].label if here[one] else None),
                    seen(here[other].label if here[other] else None),
                )
                together[values] += Fraction(1, len(here) - 1)
            parts.update(here.values())
        for unit, length in parts.items():
            squares[seen(unit.label) if unit else seen(None)] += length**2 if unit and seen(unit.label) else length
    return from_coincidences(together, squares)


def coding_by_definition(continua, label=None):
    together, squares = Counter(), Counter()
    for continuum in continua:
        parts = Counter()
        for here in characters(continuum):
            for one, other in ordered({coder: unit for coder, unit in here.items() if unit}):
                together[here[one].label, here[other].label] += Fraction(1, len(here) - 1)
                parts[here[one], other] += 1
                parts[here[one], other, "weighted"] += Fraction(1, len(here) - 1)
        for key in [key for key in parts if len(key) == 2]:
            squares[key[0].label] += parts[key] * parts[*key, "weighted"]
    return from_coincidences(together, squares, label)


def ordered(coders):
    return [(one, other) for one in coders for other in coders if one != other]


def from_coincidences(together, squares, label=None):
    values = {value for pair in together for value in pair}
    rows = {c: sum(together[c, k] for k in values) for c in values}
    total = sum(rows.values())
    if not total or total**2 <= sum(squares.values()):
        return None
    chance = total - Fraction(sum(squares.values())) / total
    expected = {(c, k): (rows[c] * rows[k] - (squares[c] if c == k else 0)) / chance for c in values for k in values}
    if label is None:
        apart = total - sum(expected[c, c] for c in values)
        return 1 - (total - sum(together[c, c] for c in values)) / apart if apart else None
    if not rows.get(label) or rows[label] == total:
        return None
    row = sum(expected[c, label] for c in values)
    own = 1 - row / rows[label] * (rows[label] - together[label, label]) / (row - expected[label, label])
    return own if row > 0 else None


@st.composite
def partitions(draw, labels=("x", "y", None, "missing")):
    """Draw a continuum in which no coder's spans overlap."""
    length = draw(st.integers(1, 12))
    spans, missing = [], []
    names = draw(st.sampled_from(["AB", "ABC", "ABCD", "A"]))
    for coder in names:
        edges = [0, *sorted(draw(st.sets(st.integers(1, length), max_size=4))), length]
        for start, end in pairwise(edges):
            label = draw(st.sampled_from(labels))
            if start < end and label == "missing":
                missing.append(Stretch(coder, start, end))
            elif start < end and label:
                spans.append(Span(coder, start, end, label))
    return Continuum(length, tuple(names), spans, missing)


@st.composite
def free_texts(draw):
    """Draw a continuum in which spans overlap as they will, and nothing is missing."""
    spans = draw(
        st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 9), st.integers(1, 5), st.sampled_from("xy")))
    )
    return Continuum(14, ("A", "B", "C"), [Span(coder, at, at + size, label) for coder, at, size, label in spans])


PARTITIONS = st.lists(partitions(), min_size=1, max_size=3)
TEXTS = st.lists(free_texts(), min_size=1, max_size=3)


def same(value, fraction):
    return value is None if fraction is None else value == pytest.approx(float(fraction), abs=1e-12)


@given(PARTITIONS)
@examples
def test_u_alpha_and_bar_u_alpha_equal_the_definition_with_text_missing(continua):
    assert same(u_alpha(continua).value, by_definition(continua))
    assert same(bar_u_alpha(continua).value, by_definition(continua, is_coded))
    assert same(bar_u_alpha(continua, "x").value, by_definition(continua, lambda label: label == "x"))


@given(PARTITIONS)
@examples
def test_cu_and_ku_alpha_equal_the_definition_with_text_missing(continua):
    assert same(cu_alpha(continua).value, coding_by_definition(continua))
    assert same(ku_alpha(continua, "x").value, coding_by_definition(continua, "x"))


@given(TEXTS)
@examples
def test_bar_u_alpha_of_a_code_equals_the_definition_where_codes_overlap(continua):
    alone = [continuum.only("x") for continuum in continua]
    assert same(bar_u_alpha(continua, "x").value, by_definition(alone))


def mean_delta(units, gaps):
    """Return the bracket of D_e by placing every unit in every way against every other unit and in every gap."""
    total = 0
    for (a, _), (b, _) in combinations(enumerate(units), 2):
        one, other = units[a], units[b]
        total += sum(at**2 + (at + one - other) ** 2 for at in range(1 - one, other))
    return total + sum(unit**2 * sum(at + unit <= gap for at in range(gap)) for unit in units for gap in gaps)


@given(st.lists(free_texts(), min_size=1, max_size=2))
@examples
def test_alpha_u_equals_the_definition_by_placing_units(continua):
    cuts = [cut(continuum, continuum.only("x").spans) for continuum in continua]
    units = [length for one in cuts for length in one.units.elements()]
    gaps = [length for one in cuts for length in one.gaps.elements()]
    judged = sum(3 * continuum.length for continuum in continua)
    room = judged * (judged - 1) - sum(unit * (unit - 1) for unit in units)
    observed, expected = Fraction(sum(one.delta for one in cuts), 2), mean_delta(units, gaps)
    value = 1 - observed * room / (judged * expected) if expected else None
    assert same(alpha_u_1995(continua, "x").value, value)


# --- properties ---


@given(PARTITIONS, st.randoms(use_true_random=False))
@examples
def test_no_order_changes_a_digit(continua, chance):
    shuffled = [
        Continuum(one.length, shuffle(one.coders, chance), shuffle(one.spans, chance), shuffle(one.missing, chance))
        for one in shuffle(continua, chance)
    ]
    for figure in FIGURES:
        assert figure(shuffled) == figure(continua)
    assert ku_alpha(shuffled, "x") == ku_alpha(continua, "x")


def shuffle(things, chance):
    return chance.sample(list(things), len(things))


@given(PARTITIONS)
@examples
def test_renamed_coders_labels_and_a_later_begin_change_no_digit(continua):
    renamed = [
        Continuum(
            one.length, [f"coder {name}" for name in one.coders],
            [Span(f"coder {s.coder}", s.start + 7, s.end + 7, {"x": 9, "y": "b"}[s.label]) for s in one.spans],
            [Stretch(f"coder {s.coder}", s.start + 7, s.end + 7) for s in one.missing], begin=7,
        )
        for one in continua
    ]  # fmt: skip
    for figure in FIGURES:
        assert figure(renamed) == figure(continua)
    assert ku_alpha(renamed, 9) == ku_alpha(continua, "x")
    assert bar_u_alpha(renamed, 9) == bar_u_alpha(continua, "x")


@given(PARTITIONS)
@examples
def test_a_text_that_one_coder_saw_alone_changes_nothing_but_what_was_left_out(continua):
    alone = text(9, {"Z": "x0-5 y3-7 z8-9"})
    for figure in (*FIGURES, lambda found: ku_alpha(found, "x"), lambda found: bar_u_alpha(found, "x")):
        more, fewer = figure([*continua, alone]), figure(continua)
        assert more.left_out == fewer.left_out + 1
        assert vars(more) | {"left_out": 0} == vars(fewer) | {"left_out": 0}


@given(PARTITIONS)
@examples
def test_a_stretch_that_one_coder_saw_alone_changes_nothing(continua):
    """What coder A said where nobody else judged does not count."""
    wider = [
        Continuum(
            one.length + 5, one.coders, [*one.spans, Span("A", one.length, one.length + 4, "x")],
            [*one.missing, *(Stretch(name, one.length, one.length + 5) for name in one.coders if name != "A")],
        )
        for one in continua
    ]  # fmt: skip
    narrow = [Continuum(one.length, one.coders, one.spans, one.missing) for one in continua]
    for figure in (bar_u_alpha, u_alpha, cu_alpha):
        assert figure(wider) == figure(narrow)


@pytest.mark.parametrize("said", ["x0-4 x3-6", "x3-6 x0-4", "x0-6 x2-3", "x0-6 x0-6", "x0-4 x4-6 x3-5"])
def test_overlapping_spans_of_one_code_are_one_unit(said):
    for figure in FIGURES:
        assert figure([text(10, {"A": said, "B": "x0-5 y7-8"})]) == figure([text(10, {"A": "x0-6", "B": "x0-5 y7-8"})])


@given(PARTITIONS)
@examples
def test_there_is_a_value_or_a_reason(continua):
    for figure in (figure(continua) for figure in FIGURES):
        assert (figure.value is None) == (figure.undefined_because != "")
        assert figure.value is None or figure.value <= 1


@given(TEXTS)
@examples
def test_all_codes_at_once_are_each_code_alone(continua):
    assert bar_u_alphas(continua) == {
        label: bar_u_alpha(continua, label)
        for label in sorted({span.label for continuum in continua for span in continuum.spans})
    }


def test_adjoining_spans_stay_two_units():
    assert united([Span("A", 0, 4, "x"), Span("A", 4, 6, "x")]) == [Span("A", 0, 4, "x"), Span("A", 4, 6, "x")]
    one, two = text(10, {"A": "x0-6", "B": "x0-5"}), text(10, {"A": "x0-4 x4-6", "B": "x0-5"})
    assert bar_u_alpha([two]).value < bar_u_alpha([one]).value


def test_full_agreement_is_one():
    same_twice = text(20, {"A": "x2-6 y8-12", "B": "x2-6 y8-12"})
    assert [figure([same_twice]).value for figure in FIGURES] == [1, 1, 1, 1]


# --- pitfalls ---


def test_gaps_are_no_agreement_of_a_coder_who_never_opened_the_incident():
    opened = text(10, {"A": "x2-6", "B": "x4-8"})
    assert bar_u_alpha([opened, text(50, {"A": "x1-3"})]).value == bar_u_alpha([opened]).value
    figure = bar_u_alpha([text(10, {"A": "x2-6", "B": "x4-8", "C": ""}, missing="C0-10")])
    assert (figure.value, figure.coders, figure.pairable) == (bar_u_alpha([opened]).value, 2, 20)


def test_incidents_that_two_coders_never_shared_have_no_alpha():
    apart = [text(9, {"A": "x0-3"}), text(7, {"B": "x0-3"}), text(8, {"A": "x0-3", "B": ""}, missing="B0-8")]
    for figure in (found(apart) for found in FIGURES):
        assert (figure.value, figure.undefined_because, figure.agreement) == (None, NO_PAIRS, None)
        assert (figure.units, figure.coders, figure.pairable, figure.left_out) == (0, 0, 0, 3)


def test_overlapping_codes_are_neither_dropped_nor_is_only_the_longest_kept():
    overlapping = text(20, {"A": "x0-10 y2-5", "B": "x0-10 y2-5"})
    assert [bar_u_alpha([overlapping], label).value for label in "xy"] == [1, 1]
    half = text(20, {"A": "x0-10 y2-5", "B": "x0-10"})
    # y: l = 40, one unit of 3, gaps 37, 3 characters: 1 - 3 * (40 - (9 + 37) / 40) / (3 * 37)
    assert bar_u_alpha([half], "y").value == pytest.approx(float(1 - (40 - Fraction(46, 40)) / 37), abs=1e-15)
    assert bar_u_alpha([half]).value == 1


@pytest.mark.parametrize("figure", [u_alpha, cu_alpha, lambda found: ku_alpha(found, "x")])
def test_figures_that_need_one_label_per_character_are_not_defined_where_codes_overlap(figure):
    found = figure([text(20, {"A": "x0-10 y2-5", "B": "x0-10"}), SHIFTED])
    assert (found.value, found.undefined_because, found.agreement) == (None, OVERLAP, None)
    assert (found.units, found.coders, found.pairable, found.left_out) == (2, 2, 60, 0)


def test_codes_that_overlap_where_nobody_else_judged_do_no_harm():
    assert u_alpha([text(20, {"A": "x0-4 x10-15 y12-20", "B": "x0-4"}, missing="B8-20")]).value == 1


def test_a_group_of_codes_is_measured_alone():
    mixed = text(20, {"A": "x0-10 y2-5", "B": "x0-8 y2-5"})
    assert u_alpha([mixed.only({"x"})]).value == bar_u_alpha([mixed], "x").value


# --- no number where there is none ---


@pytest.mark.parametrize(
    ("figure", "coders", "because", "agreement"),
    [
        (bar_u_alpha, {"A": "", "B": ""}, ALL_GAP, 1),
        (bar_u_alpha, {"A": "x0-9", "B": "x0-5 y5-9"}, ALL_CODED, 1),
        (lambda found: bar_u_alpha(found, "x"), {"A": "y1-4", "B": ""}, NO_USE, 1),
        (lambda found: bar_u_alpha(found, "x"), {"A": "x0-9", "B": "x0-9 y3-4"}, ALL_USE, 1),
        (u_alpha, {"A": "", "B": ""}, ALL_GAP, 1),
        (u_alpha, {"A": "x0-9", "B": "x0-4 x4-9"}, ONE_LABEL, 1),
        (cu_alpha, {"A": "", "B": ""}, NO_MEETING, None),
        (cu_alpha, {"A": "x0-3", "B": "x3-6"}, NO_MEETING, None),
        (cu_alpha, {"A": "x0-3 y5-9", "B": "x2-4"}, SAME_LABEL, 1),
        (cu_alpha, {"A": "x0-3", "B": "y0-3", "C": ""}, TOO_LITTLE, 0),
        (lambda found: ku_alpha(found, "x"), {"A": "x0-3", "B": "x3-6"}, NO_MEETING, None),
        (lambda found: ku_alpha(found, "x"), {"A": "x0-3", "B": "x1-6"}, SAME_LABEL, 1),
        (lambda found: ku_alpha(found, "x"), {"A": "x0-3", "B": "y0-3", "C": ""}, TOO_LITTLE, 0),
        (alpha_u_1995, {"A": "", "B": ""}, ALL_GAP, 1),
        (lambda found: alpha_u_1995(found, "x"), {"A": "y1-4", "B": ""}, NO_USE, 1),
        (lambda found: alpha_u_1995(found, "x"), dict.fromkeys("AB", "x0-1 x1-2 x2-3 x3-4 x4-5 x5-6 x6-7 x7-8 x8-9"), NO_ROOM, 1),
    ],
)  # fmt: skip
def test_a_sentence_stands_where_there_is_no_number(figure, coders, because, agreement):
    found = figure([text(9, coders)])
    assert (found.value, found.undefined_because, found.agreement) == (None, because, agreement)


def test_alpha_u_has_no_rule_for_text_that_was_left_out():
    found = alpha_u_1995([text(10, {"A": "x0-4", "B": "x2-4"}, missing="B6-10")], "x")
    assert (found.value, found.undefined_because, found.agreement) == (None, MISSING, pytest.approx(4 / 6))


@pytest.mark.parametrize("continua", [[], [text(0, {"A": "", "B": ""})], [text(5, {})]])
def test_nothing_has_no_alpha(continua):
    for figure in (found(continua) for found in FIGURES):
        assert (figure.value, figure.undefined_because, figure.left_out) == (None, NO_PAIRS, len(continua))


def test_uses_are_the_incidents_in_which_the_code_was_used_on_shared_text():
    continua = [text(9, {"A": "x0-3 x5-6", "B": ""}), text(9, {"A": "y0-3", "B": ""}), text(9, {"A": "x0-3"})]
    assert [bar_u_alpha(continua, label).uses for label in ("x", "y", "z", None)] == [1, 1, 0, None]
    assert [alpha_u_1995(continua, label).uses for label in ("x", "y", "z", None)] == [1, 1, 0, None]


# --- continua ---


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: Continuum(-1, ("A",)), "cannot have the length -1"),
        (lambda: Continuum(5, ("A", "A")), "named twice"),
        (lambda: text(5, {"A": "x3-3"}), "is empty, or not inside"),
        (lambda: text(5, {"A": "x3-6"}), "is empty, or not inside"),
        (lambda: text(5, {"A": "x3-5"}, begin=4), "is empty, or not inside"),
        (lambda: text(5, {"A": ""}, missing="B1-2"), "not named"),
        (lambda: Continuum(5, ("A",), [Span("A", 0, 2, None)]), "no label"),
        (lambda: text(5, {"A": "x1-3"}, missing="A2-4"), "left out"),
    ],
)
def test_what_is_no_continuum_is_refused(made, words):
    with pytest.raises(ValueError, match=words):
        made()


def test_lengths_say_what_was_left_out():
    found = lengths([text(10, {"A": "", "B": ""}, missing="B6-9 B8-10"), text(7, {"A": ""})])
    assert found == Lengths(text=17, judged_by_two=6, left_out=4)


def test_strips_are_cut_where_anything_changes():
    continuum = text(10, {"A": "x2-6", "B": "x4-8", "C": ""}, missing="C0-5")
    found = [(strip.length, strip.judges, len(strip.units)) for strip in strips(continuum, continuum.spans)]
    assert found == [(2, 2, 0), (2, 2, 1), (1, 2, 2), (1, 3, 2), (2, 3, 1), (2, 3, 0)]
    assert judging(continuum) == {"A", "B", "C"}


# --- the interval ---


def study(incidents=40, seed=3, labels="xy"):
    """Return incidents of two coders who agree on most spans, with a few characters more or less."""
    chance = random.Random(seed)
    found = []
    for _ in range(incidents):
        starts = chance.sample(range(5, 90, 12), 3)
        spans = [
            Span(coder, start + chance.randint(-2, 2), start + chance.randint(3, 6), chance.choice(labels))
            for start in starts
            for coder in "AB"
            if chance.random() < 0.8
        ]
        found.append(Continuum(100, ("A", "B"), spans))
    return found


@pytest.mark.parametrize("figure", [*FIGURES, lambda found, interval: ku_alpha(found, "x", interval=interval)])
def test_an_interval_holds_the_value_and_depends_on_no_order(figure):
    continua, events = study(), [at // 2 for at in range(40)]
    found = figure(continua, interval=OverEvents(events, seed=5))
    assert found.low < found.value < found.high
    assert (found.events, found.resamples, found.dropped, found.seed) == (20, 1000, 0, 5)
    turned = [Continuum(one.length, one.coders[::-1], one.spans[::-1]) for one in continua[::-1]]
    again = figure(turned, interval=OverEvents([f"event {name}" for name in events[::-1]], seed=5))
    assert again == found


@pytest.mark.parametrize("figure", [*FIGURES, lambda found, interval=None: ku_alpha(found, "x", interval=interval)])
def test_the_interval_is_that_of_a_bootstrap_by_hand(figure):
    continua = study(15)
    found = figure(continua, interval=OverEvents([None] * 15, seed=8, resamples=2000))
    chance = random.Random(1)
    drawn = sorted(figure(chance.choices(continua, k=15)).value for _ in range(400))
    width = found.high - found.low
    assert found.low == pytest.approx(drawn[9], abs=0.2 * width)
    assert found.high == pytest.approx(drawn[390], abs=0.2 * width)


def test_the_bounds_are_the_ranks_of_the_same_draws_to_the_digit():
    continua = study(12)

    def contents(one):  # two coders, nothing missing: judged, coded, squares, coded by one alone
        units = [unit.end - unit.start for unit in united(Span(s.coder, s.start, s.end, "") for s in one.spans)]
        alone = sum(sum(unit is not None for unit in here.values()) == 1 for here in characters(one))
        return 2 * one.length, sum(units), sum(size**2 for size in units), alone

    ordered_events = sorted(continua, key=contents)
    words = np.random.PCG64(4).random_raw(100 * 12)
    draws = positions(words, 12).reshape(100, 12)
    values = sorted(bar_u_alpha([ordered_events[at] for at in draw]).value for draw in draws)
    found = bar_u_alpha(continua, interval=OverEvents([None] * 12, seed=4, resamples=100))
    assert (found.low, found.high) == (values[1], values[-2])


def test_doubled_reports_within_events_leave_the_width():
    continua = study(60)
    once = bar_u_alpha(continua, interval=OverEvents(list(range(60)), seed=1))
    twice = bar_u_alpha(continua * 2, interval=OverEvents(list(range(60)) * 2, seed=1))
    assert twice.events == 60
    assert twice.high - twice.low == pytest.approx(once.high - once.low, rel=0.02)


def test_all_codes_at_once_have_the_intervals_of_each_code_alone():
    continua, interval = study(30), OverEvents([None] * 30, seed=2)
    assert bar_u_alphas(continua, interval=interval) == {
        label: bar_u_alpha(continua, label, interval=interval) for label in "xy"
    }


def test_there_is_no_interval_under_ten_events_nor_without_a_value():
    few = bar_u_alpha(study(9), interval=OverEvents([None] * 9, seed=0))
    assert (few.low, few.interval_because) == (None, "No interval: 9 events, and at least 10 are needed.")
    none = bar_u_alpha(study(12), "z", interval=OverEvents([None] * 12, seed=0))
    assert (none.low, none.interval_because) == (None, "No interval: the figure itself is not defined.")
    overlap = u_alpha([text(20, {"A": "x0-10 y2-5", "B": ""})], interval=OverEvents([None], seed=0))
    assert (overlap.events, overlap.interval_because) == (1, "No interval: the figure itself is not defined.")


def test_resamples_without_variation_are_counted_and_too_many_forbid_an_interval():
    continua = [text(9, {"A": "x0-4", "B": "x1-4"}), *(text(9, {"A": "y0-4", "B": "y1-4"}) for _ in range(14))]
    found = bar_u_alpha(continua, "x", interval=OverEvents([None] * 15, seed=0))
    assert 300 < found.dropped < 450
    assert (found.low, found.interval_because[:37]) == (None, "No interval: too few incidents with t")


def test_an_interval_that_rests_on_little_says_so():
    assert "15 events" in bar_u_alpha(study(15), "x", interval=OverEvents([None] * 15, seed=0)).caution


@pytest.mark.parametrize("number", [11, 13])
def test_as_many_events_as_continua_are_asked_for(number):
    with pytest.raises(ValueError, match=f"12 continua but {number} events"):
        bar_u_alpha(study(12), interval=OverEvents([None] * number, seed=0))


def test_too_few_resamples_are_refused():
    with pytest.raises(ValueError, match="99 resamples are too few"):
        OverEvents([None], seed=0, resamples=99)
