"""Units matched one to one: by hand, against all ways to match them, and properties."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.agreement.continua import Continuum, Span, Stretch, united
from coding.agreement.matching import Matches, matches

examples = settings(database=None, deadline=None, derandomize=True, max_examples=100)


def text(length, coders, missing="", begin=0):
    """Make a continuum from e.g. {"A": "x0-4 y6-10"}, missing "A6-10": label or coder, start and end."""
    spans = [Span(coder, *place(one[1:]), one[0]) for coder, said in coders.items() for one in said.split()]
    return Continuum(length, tuple(coders), spans, [Stretch(one[0], *place(one[1:])) for one in missing.split()], begin)


def place(said):
    return [int(edge) for edge in said.split("-")]


@st.composite
def texts(draw):
    """Draw a continuum of up to four coders, who may have left out the end of the text."""
    names = draw(st.sampled_from(["AB", "ABC", "ABCD", "A", ""]))
    ends = {name: draw(st.sampled_from([16, 16, 9])) for name in names}
    spans = []
    for name in names:
        for at, size, label in draw(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4), st.sampled_from("xy")))):
            if at + size <= ends[name]:
                spans.append(Span(name, at, at + size, label))
    return Continuum(16, tuple(names), spans, [Stretch(name, end, 16) for name, end in ends.items() if end < 16])


TEXTS = st.lists(texts(), min_size=1, max_size=3)


# --- by hand ---


@pytest.mark.parametrize(
    ("one", "other", "exact", "overlapping"),
    [
        ("x0-4", "x0-4", 1, 1),
        ("x0-4", "x1-4", 0, 1),  # 3 of 4
        ("x0-4", "x0-2", 0, 1),  # 2 of 4
        ("x0-4", "x2-6", 0, 0),  # 2 of 6
        ("x0-4", "x1-6", 0, 1),  # 3 of 6
        ("x0-4", "x1-7", 0, 0),  # 3 of 7
        ("x0-4", "x4-8", 0, 0),
        ("x0-4", "y0-4", 0, 0),
        ("x0-4", "x0-2 x2-4", 0, 1),
        ("x0-2 x2-4", "x0-4", 0, 1),
        ("x0-4 x2-6", "x0-6", 1, 1),  # one unit, and not two
        ("x0-3 x3-6", "x0-6 x3-6", 0, 1),
        ("x0-3 x3-6", "x0-3 x3-6", 2, 2),
        ("x0-1 x2-6", "x1-7", 0, 1),
        ("x1-7", "x0-1 x2-6", 0, 1),
        ("", "x0-6", 0, 0),
    ],
)
def test_matches_by_hand(one, other, exact, overlapping):
    found = matches([text(9, {"A": one, "B": other})], ["x"])["x"]
    assert (found.exact, found.overlapping) == (exact, overlapping)


def test_units_are_counted_of_either_coder_over_all_continua():
    continua = [text(20, {"A": "x0-4 x6-9 x9-12", "B": "x0-4 x7-9"}), text(9, {"B": "x1-5", "A": "x2-5"})]
    assert matches(continua) == {"x": Matches(exact=1, overlapping=3, of_first=4, of_second=3)}


def test_three_coders_are_summed_over_their_pairs():
    # A and B: 1 exact of 2 and 1. A and C: 1 near of 2 and 1. B and C: 1 near of 1 and 1.
    found = matches([text(20, {"A": "x0-4 x8-9", "B": "x0-4", "C": "x0-5"})])
    assert found == {"x": Matches(exact=1, overlapping=3, of_first=5, of_second=3)}


def test_labels_are_counted_apart_and_one_that_nobody_used_has_nothing():
    continua = [text(20, {"A": "y0-4 x2-9", "B": "y0-4 x3-9"})]
    assert list(matches(continua)) == ["x", "y"]
    assert matches(continua, ["z", "y"]) == {"z": Matches(0, 0, 0, 0), "y": Matches(1, 1, 1, 1)}
    assert matches([]) == {}


# --- only text that both judged ---


def test_units_that_reach_into_text_that_the_other_left_out_are_out():
    one = text(20, {"A": "x0-4 x6-11 x12-15", "B": "x0-4 x6-10"}, missing="B10-14 A18-20")
    assert matches([one]) == {"x": Matches(exact=1, overlapping=1, of_first=1, of_second=2)}


def test_a_unit_that_adjoins_text_that_the_other_left_out_is_in():
    assert matches([text(20, {"A": "x6-10", "B": "x6-10"}, missing="B10-14")])["x"] == Matches(1, 1, 1, 1)


def test_a_continuum_that_the_other_did_not_judge_is_out():
    shared = text(9, {"A": "x0-4", "B": "x0-4"})
    assert matches([shared, text(9, {"A": "x0-4"}), text(9, {"B": "x1-3"})]) == matches([shared])
    assert matches([text(9, {"A": "x0-4"})]) == {"x": Matches(0, 0, 0, 0)}


# --- by definition ---


def most(pairs):
    """Return the size of the largest set of pairs in which nothing stands twice."""
    if not pairs:
        return 0
    (one, other), *rest = pairs
    return max(most(rest), 1 + most([pair for pair in rest if pair[0] != one and pair[1] != other]))


def by_definition(continua, label):
    numbers = [0, 0, 0, 0]
    for continuum in continua:
        units = [unit for unit in united(continuum.spans) if unit.label == label]
        for first, second in combinations(sorted(continuum.coders), 2):
            one, other = (
                [
                    set(range(unit.start, unit.end))
                    for unit in units
                    if unit.coder == name
                    and not any(
                        gap.coder == by and set(range(gap.start, gap.end)) & set(range(unit.start, unit.end))
                        for gap in continuum.missing
                    )
                ]
                for name, by in ((first, second), (second, first))
            )
            pairs = [(a, b) for a in one for b in other if 2 * len(a & b) >= len(a | b)]
            here = (sum(a == b for a, b in pairs), most(pairs), len(one), len(other))
            numbers = [was + more for was, more in zip(numbers, here, strict=True)]
    return Matches(*numbers)


@given(TEXTS)
@examples
def test_matches_equal_the_best_of_all_ways_to_match(continua):
    for label, found in matches(continua, "xy").items():
        assert found == by_definition(continua, label)


# --- properties ---


@given(TEXTS, st.randoms(use_true_random=False))
@examples
def test_no_order_changes_a_number(continua, chance):
    def shuffled(things):
        return chance.sample(list(things), len(things))

    turned = [
        Continuum(one.length, shuffled(one.coders), shuffled(one.spans), shuffled(one.missing))
        for one in shuffled(continua)
    ]
    assert list(matches(turned).items()) == list(matches(continua).items())


@given(TEXTS)
@examples
def test_coders_in_the_opposite_order_swap_what_is_theirs(continua):
    names = dict(zip("ABCD", "dcba", strict=True))
    renamed = [
        Continuum(
            one.length,
            [names[coder] for coder in one.coders],
            [Span(names[span.coder], span.start, span.end, span.label) for span in one.spans],
            [Stretch(names[gap.coder], gap.start, gap.end) for gap in one.missing],
        )
        for one in continua
    ]
    swapped = {
        label: Matches(found.exact, found.overlapping, found.of_second, found.of_first)
        for label, found in matches(continua).items()
    }
    assert matches(renamed) == swapped


@given(TEXTS)
@examples
def test_exact_matches_are_among_those_that_overlap_and_no_unit_is_matched_twice(continua):
    for found in matches(continua).values():
        assert 0 <= found.exact <= found.overlapping <= min(found.of_first, found.of_second)
