"""Canonical JSON: one text for one value."""

import hashlib

import pytest
import rfc8785

from coding.lib.canonical import canonical, sha256


def test_keys_are_sorted_and_nothing_is_spaced():
    assert canonical({"b": [1, True, None], "a": "é"}) == '{"a":"é","b":[1,true,null]}'


def test_the_example_of_rfc_8785():
    """Section 3.2.2 and 3.2.3 of the RFC: numbers, escapes and the order of keys by UTF-16 code units."""
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True],
    }
    assert canonical(value) == (
        '{"literals":[null,true],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert list(rfc8785.dumps({"\U0001f600": 1, "\ufb33": 2}).decode()) == list('{"😀":1,"\ufb33":2}')


def test_equal_values_give_one_text_whatever_their_order():
    assert canonical({"a": 1, "b": {"d": 2, "c": 3}}) == canonical({"b": {"c": 3, "d": 2}, "a": 1})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**60, "\ud800", {1: 2}, object()])
def test_what_json_cannot_carry_is_refused(value):
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeEncodeError)):
        canonical(value)


def test_a_hash_is_of_the_utf_8_bytes():
    assert sha256("é") == hashlib.sha256(b"\xc3\xa9").hexdigest()
