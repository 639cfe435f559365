"""Spans: what is sent must stand in the text."""

import pytest

from coding.lib.refusals import BadInput
from coding.open_coding.spans import QuoteDiffers, find_quote, span_of

TEXT = "One 🏽 two\n\nthree"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (-1, 3),
        (3, 3),
        (5, 2),
        (0, len(TEXT) + 1),
        (0, 10**30),
        (1.0, 3),
        ("x", 3),
        (None, 3),
        (True, 3),
        ("1e3", 4),
        ("٣", 5),
    ],
)
def test_a_span_that_is_none_is_refused(start, end):
    with pytest.raises(BadInput):
        span_of(TEXT, start, end, None)


def test_the_quote_must_be_the_words_at_this_place():
    with pytest.raises(QuoteDiffers):
        span_of(TEXT, 0, 3, "Two")


def test_offsets_counted_in_utf_16_do_not_match_their_quote():
    with pytest.raises(QuoteDiffers):
        span_of(TEXT, 7, 10, "two")


def test_digits_as_text_are_taken():
    assert span_of(TEXT, "6", "9", "two") == (6, 9)


def test_only_white_space_is_no_segment():
    with pytest.raises(BadInput, match="white space"):
        span_of(TEXT, 9, 11, "\n\n")


def test_a_quote_is_found_by_its_occurrence():
    assert find_quote("ab ab", "ab", 2) == (3, 5)
    with pytest.raises(BadInput):
        find_quote("ab ab", "ab", 3)
