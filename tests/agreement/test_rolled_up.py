"""Codes rolled up into places, and random placements of the same sizes: by hand, against |u-alpha, and properties."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.agreement.continua import Continuum, Span, Stretch
from coding.agreement.rolled_up import (
    ALL_CODES,
    FEW_DRAWS,
    NO_DRAW,
    NO_FIGURE,
    _numbered,
    _units,
    alphas_of_places,
    random_placings,
    relabelled,
    shares,
    under_random_placements,
)
from coding.agreement.unitizing import bar_u_alpha, bar_u_alphas, crossings

examples = settings(database=None, deadline=None, derandomize=True, max_examples=60)
REST = "unplaced"
PLACES = {"a": "P", "b": "P", "c": "Q", "d": None}


def text(length, coders, missing="", begin=0):
    """Make a continuum from e.g. {"A": "x0-4 y6-10"}, missing "A6-10": label or coder, start and end."""
    spans = [Span(coder, *place(one[1:]), one[0]) for coder, said in coders.items() for one in said.split()]
    return Continuum(length, tuple(coders), spans, [Stretch(one[0], *place(one[1:])) for one in missing.split()], begin)


def place(said):
    return [int(edge) for edge in said.split("-")]


@st.composite
def texts(draw):
    """Draw a continuum of up to four coders whose spans overlap as they will, and who left out text."""
    length, begin = draw(st.integers(1, 14)), draw(st.sampled_from([0, 5]))
    names = draw(st.sampled_from(["AB", "ABC", "ABCD", "A", ""]))
    spans, missing = [], []
    for coder in names:
        edges = [0, *sorted(draw(st.sets(st.integers(1, length), max_size=3))), length]
        for start, end in pairwise(edges):
            if start < end and draw(st.integers(0, 4)) == 0:
                missing.append(Stretch(coder, begin + start, begin + end))
            elif start < end:
                for code in draw(st.lists(st.sampled_from("abcdef"), max_size=4)):
                    first, last = sorted(draw(st.tuples(st.integers(start, end - 1), st.integers(start, end - 1))))
                    spans.append(Span(coder, begin + first, begin + last + 1, code))
    return Continuum(length, tuple(names), spans, missing, begin)


TEXTS = st.lists(texts(), min_size=1, max_size=3)


def values(continua, places, label=REST):
    return {name: figure.value for name, figure in bar_u_alphas(relabelled(continua, places, label)).items()}


# --- the figure per place ---


def test_spans_take_the_place_of_their_code_and_all_else_stays():
    one = text(9, {"A": "a0-3 c2-5 d5-6 x6-7", "B": "b1-2"}, missing="B7-9", begin=0)
    (found,) = relabelled([one], PLACES, REST)
    assert [span.label for span in found.spans] == ["P", "Q", REST, REST, "P"]
    assert [(span.coder, span.start, span.end) for span in found.spans] == [
        (s.coder, s.start, s.end) for s in one.spans
    ]
    assert (found.length, found.coders, found.missing, found.begin) == (one.length, one.coders, one.missing, one.begin)


def test_two_coders_of_one_mind_with_codes_of_their_own_agree_where_their_codes_share_a_place():
    # Per code: l = 40, one unit of 4, gaps 36, 4 characters: 1 - 4 * (40 - (16 + 36) / 40) / (4 * 36).
    own = [text(20, {"A": "a2-6 c10-15", "B": "b2-6 d10-15"})]
    assert bar_u_alpha(own, "a").value == bar_u_alpha(own, "b").value == pytest.approx(1 - 38.7 / 36)
    assert values(own, {"a": "P", "b": "P", "c": "Q", "d": "Q"}) == {"P": 1, "Q": 1}


def test_the_unplaced_are_a_value_of_their_own():
    own = [text(20, {"A": "a2-6 c10-15", "B": "b2-6 d10-15"})]
    assert values(own, {"a": "P", "b": "P"}) == {"P": 1, REST: 1}
    assert values(own, {"a": "P", "b": "P", "c": None, "d": None}) == {"P": 1, REST: 1}
    assert list(under_random_placements(own, {"a": "P", "b": "P"}, unplaced=REST, seed=1)) == ["P", REST]


@pytest.mark.parametrize(("unplaced", "words"), [(None, "have no label"), ("P", "'P' is a place of codes")])
def test_what_is_no_label_for_the_unplaced_is_refused(unplaced, words):
    own = [text(20, {"A": "a2-6", "B": "b2-6"})]
    for ask in (relabelled, shares, lambda *given: under_random_placements(*given[:2], unplaced=given[2], seed=1)):
        with pytest.raises(ValueError, match=words):
            ask(own, PLACES, unplaced)


# --- shares ---


def test_shares_by_hand():
    # Coded where two judged: A 0-6 and 8-10, of which a 4, b 2 more, d 2; B c 1-5 and b 1-3. B left out 10-12.
    one = text(12, {"A": "a0-4 b2-6 d8-12", "B": "c1-5 b1-3"}, missing="B10-12")
    assert shares([one], PLACES, REST) == {"P": (6 + 2) / 12, "Q": 4 / 12, REST: 2 / 12}
    assert sum(shares([one], PLACES, REST).values()) > 1


def test_a_place_on_text_that_nobody_else_judged_has_no_share_of_the_rest():
    one = text(9, {"A": "a0-3 c5-8", "B": ""}, missing="B4-9")
    assert shares([one, text(9, {"A": "d1-9"})], PLACES, REST) == {"P": 1, "Q": 0, REST: 0}


def test_where_nothing_is_coded_there_are_no_shares():
    assert shares([], PLACES, REST) == shares([text(9, {"A": "", "B": ""})], PLACES, REST) == {}
    assert shares([text(9, {"A": "a0-3"})], PLACES, REST) == {}


@given(TEXTS)
@examples
def test_shares_are_lengths_of_units_of_a_place_by_that_of_units_of_any(continua):
    def coded(found, label):
        return sum(crossings(one, [span for span in one.spans if span.label == label])[1] for one in found)

    every, rolled = coded(relabelled(continua, {}, REST), REST), relabelled(continua, PLACES, REST)
    for name, share in shares(continua, PLACES, REST).items():
        assert share == coded(rolled, name) / every


# --- random placements ---


@given(TEXTS, st.integers(0, 99))
@examples
def test_each_draw_is_the_alpha_of_the_relabelled_continua_to_the_last_digit(continua, seed):
    units = _units(continua)
    known, placing = _numbered(units.codes, PLACES, REST)
    placings = random_placings(placing, 8, seed)
    drawn = alphas_of_places(units, placings, len(known))
    for one, found in zip(placings.tolist(), drawn.tolist(), strict=True):
        as_placed = {code: known[at] for code, at in zip(units.codes, one, strict=True)}
        expected = values(continua, as_placed, "none")
        assert {name: None if np.isnan(value) else value for name, value in zip(known, found, strict=True)} == expected


def test_many_coders_who_left_out_different_text_make_sums_of_more_than_64_bits():
    # 2 to 45 coders judged a character: the common multiple of 1 to 44 alone has 62 bits.
    names = range(45)
    spans = [Span(name, 0, 1 + name % 2, "ab"[name % 2]) for name in names]
    missing = [Stretch(name, 2 + name, 60) for name in names]
    continua = [Continuum(60, names, spans, missing)] * 3
    found = under_random_placements(continua, {"a": "P", "b": "Q"}, unplaced=REST, seed=1)
    assert _units(continua).own.dtype == object
    assert {name: one.observed for name, one in found.items()} == values(continua, {"a": "P", "b": "Q"})


@given(TEXTS, st.integers(0, 99))
@examples
def test_each_place_keeps_its_number_of_codes(continua, seed):
    codes = sorted({span.label for one in continua for span in one.spans})
    known, placing = _numbered(codes, PLACES, REST)
    sizes = Counter(PLACES.get(code) or REST for code in codes)
    for one in random_placings(placing, 20, seed).tolist():
        assert Counter(known[at] for at in one) == sizes


def test_places_stand_in_order_and_not_as_their_codes_do():
    continua = [text(10, {"A": "a0-4 b2-5 c6-8", "B": "b0-4"})]
    for places in ({"a": "Z", "b": "Y"}, {"b": "Y", "a": "Z"}):
        assert list(under_random_placements(continua, places, unplaced=REST, seed=3)) == ["Y", "Z", REST]
        assert list(shares(continua, places, REST)) == ["Y", "Z", REST]


def test_codes_that_nobody_used_are_not_drawn():
    continua = [text(10, {"A": "a0-4", "B": "b0-4"}), text(9, {"A": "c1-2"})]
    found = under_random_placements(continua, PLACES | dict.fromkeys("xyz", "P"), unplaced=REST, seed=3)
    assert {name: (one.codes, one.all_codes) for name, one in found.items()} == {"P": (2, 3), "Q": (1, 3)}


def test_the_placings_are_these():
    words = np.random.PCG64(7).random_raw(2 * 4).tolist()
    drawn = random_placings(np.array([2, 0, 1, 0, 0]), 2, 7).tolist()
    for draw in range(2):
        cards = [0, 0, 0, 1, 2]
        for swap, last in enumerate((4, 3, 2, 1)):
            chosen = words[draw * 4 + swap] * (last + 1) >> 64
            cards[chosen], cards[last] = cards[last], cards[chosen]
        assert drawn[draw] == cards


# A and B coded the same 4 characters, each with a code of their own, and both coded 6-8 with c.
HAND = [text(10, {"A": "a0-4 c6-8", "B": "b0-4 c6-8"})]


def test_random_placements_by_hand():
    # P has two of a, b, c. With a and b: 1. With c and one of the others, 4 characters are coded by one coder: l = 20,
    # units 4, 2, 2, gaps 12: 1 - 4 * (20 - (24 + 12) / 20) / (8 * 12) = 29 / 120.
    # The unplaced have the third: c: 1. Otherwise l = 20, a unit of 4, gaps 16: 1 - 4 * (20 - (16 + 16) / 20) / 64.
    draws = random_placings(np.array([0, 0, 1]), 200, 11).tolist()
    together = draws.count([0, 0, 1])
    found = under_random_placements(HAND, {"a": "P", "b": "P"}, unplaced=REST, seed=11)
    assert 40 < together < 95
    for name, other in (("P", 29 / 120), (REST, -3 / 20)):
        one = found[name]
        assert one.observed == 1
        assert one.mean == pytest.approx((together + (200 - together) * other) / 200, abs=1e-14)
        assert (one.low, one.high) == (pytest.approx(other, abs=1e-15), 1)
        assert one.p == (1 + together) / 201
        assert (one.draws, one.undefined, one.seed) == (200, 0, 11)
        assert (one.undefined_because, one.bounds_because, one.p_because) == ("", "", "")


def test_bounds_are_the_fifth_from_either_end_of_200():
    codes = "abcdefghijklmnop"
    said = {"A": "", "B": ""}
    for at, code in enumerate(codes):
        said["A"] += f"{code}{20 * at}-{20 * at + 5 + at} "
        said["B"] += f"{code}{20 * at + at % 5}-{20 * at + 4 + at} "
    continua, places = [text(400, said)], dict.fromkeys("abcd", "P")
    units = _units(continua)
    known, placing = _numbered(units.codes, places, REST)
    drawn = np.sort(alphas_of_places(units, random_placings(placing, 200, 2), len(known))[:, 0])
    assert drawn[3] < drawn[4] < drawn[5] < drawn[194] < drawn[195] < drawn[196]
    one = under_random_placements(continua, places, unplaced=REST, seed=2)["P"]
    assert (one.low, one.high) == (drawn[4], drawn[195])


@given(TEXTS)
@examples
def test_the_observed_figure_is_that_of_the_relabelled_continua(continua):
    found = under_random_placements(continua, PLACES, unplaced=REST, seed=4, draws=100)
    assert {name: one.observed for name, one in found.items()} == values(continua, PLACES)


@given(TEXTS, st.randoms(use_true_random=False))
@examples
def test_no_order_changes_a_digit(continua, chance):
    def shuffled(things):
        return chance.sample(list(things), len(things))

    turned = [
        Continuum(one.length, shuffled(one.coders), shuffled(one.spans), shuffled(one.missing), one.begin)
        for one in shuffled(continua)
    ]
    places = dict(shuffled(PLACES.items()))
    found = under_random_placements(continua, PLACES, unplaced=REST, seed=4, draws=100)
    again = under_random_placements(turned, places, unplaced=REST, seed=4, draws=100)
    assert list(again.items()) == list(found.items())
    assert shares(turned, places, REST) == shares(continua, PLACES, REST)


def test_the_same_seed_gives_the_same_digits_and_another_gives_others():
    def mean(seed):
        return under_random_placements(HAND, {"a": "P", "b": "P"}, unplaced=REST, seed=seed)["P"].mean

    assert mean(5) == mean(5)
    assert len({mean(seed) for seed in range(6)}) > 1


@given(TEXTS)
@examples
def test_there_is_a_number_or_a_reason(continua):
    for one in under_random_placements(continua, PLACES, unplaced=REST, seed=4, draws=100).values():
        assert (one.mean is None) == (one.undefined_because != "")
        assert (one.low is None) == (one.high is None) == (one.bounds_because != "")
        assert (one.p is None) == (one.p_because != "")
        assert 0 <= one.undefined <= one.draws


# --- no number where there is none ---


@pytest.mark.parametrize("places", [{"a": "P", "b": "P", "c": "P"}, {}])
def test_where_every_code_has_the_same_place_nothing_is_drawn(places):
    (one,) = under_random_placements(HAND, places, unplaced=REST, seed=1).values()
    assert (one.observed, one.codes, one.all_codes, one.draws) == (1, 3, 3, 0)
    assert (one.mean, one.low, one.high, one.p) == (None,) * 4
    assert one.undefined_because == one.bounds_because == one.p_because == ALL_CODES


def test_without_codes_there_are_no_places():
    assert under_random_placements([text(9, {"A": "", "B": ""})], PLACES, unplaced=REST, seed=1) == {}
    assert under_random_placements([], PLACES, unplaced=REST, seed=1) == {}


def test_where_no_text_was_judged_by_two_no_draw_has_a_figure():
    for one in under_random_placements([text(9, {"A": "a0-3 c2-5"})], PLACES, unplaced=REST, seed=1).values():
        assert (one.observed, one.mean, one.low, one.p) == (None,) * 4
        assert (one.draws, one.undefined) == (200, 200)
        assert (one.undefined_because, one.bounds_because, one.p_because) == (NO_DRAW, NO_DRAW, NO_FIGURE)


def test_draws_without_a_figure_are_left_out_of_the_mean_and_count_against_p():
    # Only a is on text that two coders judged: P has a figure where it gets a, which is in about one draw of six.
    alone = text(30, {"A": "a0-3 b10-12 c13-15 d16-18 e19-21 f22-24", "B": "a0-3"}, missing="B9-30")
    one = under_random_placements([alone], {"a": "P"}, unplaced=REST, seed=1)["P"]
    assert 15 < one.draws - one.undefined < 60
    assert (one.observed, one.mean, one.p) == (1, 1, 1)
    few = under_random_placements([alone], {"a": "P"}, unplaced=REST, seed=1, draws=100)["P"]
    assert (few.mean, few.low, few.bounds_because) == (1, None, FEW_DRAWS)
    other = under_random_placements([alone], {"b": "P"}, unplaced=REST, seed=1)["P"]
    assert (other.observed, other.mean, other.p, other.p_because) == (None, 1, None, NO_FIGURE)


@pytest.mark.parametrize(
    ("asked", "words"), [({"seed": 1, "draws": 99}, "99 random placements are too few"), ({"seed": -1}, "non-negative")]
)
def test_too_few_draws_and_a_negative_seed_are_refused(asked, words):
    for continua in (HAND, []):
        with pytest.raises(ValueError, match=words):
            under_random_placements(continua, {"a": "P"}, unplaced=REST, **asked)
