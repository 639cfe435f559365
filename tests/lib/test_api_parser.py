"""JSON that comes in: bounded in size and depth, and without what no text or number may be."""

import io
import json

import pytest
from rest_framework.exceptions import ParseError

from coding.lib.api import MOST_BYTES, MOST_DEPTH, LimitedJSONParser, TooLarge


def read(body):
    return LimitedJSONParser().parse(io.BytesIO(body.encode() if isinstance(body, str) else body))


def of_size(size):
    return b'"' + b"a" * (size - 2) + b'"'


def test_plain_json_is_read():
    assert read('{"a": [1, 2.5, true, null, "é\\n\\t"]}') == {"a": [1, 2.5, True, None, "é\n\t"]}


def test_five_megabytes_are_read_and_one_byte_more_is_refused():
    assert len(read(of_size(MOST_BYTES))) == MOST_BYTES - 2
    with pytest.raises(TooLarge) as refused:
        read(of_size(MOST_BYTES + 1))
    assert refused.value.status_code == 413


@pytest.mark.parametrize("leaf", ["", "1", '"a"'])
@pytest.mark.parametrize("shape", ["[{}]", '{{"a":{}}}'])
def test_thirty_two_levels_are_read_and_one_more_is_refused(leaf, shape):
    def nested(depth):
        body = leaf if depth == 0 else nested(depth - 1)
        if depth == 1 and not leaf:
            return "[]" if shape == "[{}]" else "{}"
        return shape.format(body) if depth else body

    read(nested(MOST_DEPTH))
    with pytest.raises(ParseError, match="nested deeper than 32 levels"):
        read(nested(MOST_DEPTH + 1))


def test_a_tower_of_brackets_is_refused_without_falling():
    with pytest.raises(ParseError):
        read("[" * 1_000_000)
    with pytest.raises(ParseError):
        read("[" * 100_000 + "]" * 100_000)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", '[1, {"a": 1e999}]'])
def test_what_is_no_json_number_is_refused(number):
    with pytest.raises(ParseError):
        read(number)


def test_a_number_at_the_limit_is_read():
    assert read(f"[{2**53 - 1}, {1 - 2**53}]") == [2**53 - 1, 1 - 2**53]


@pytest.mark.parametrize("number", [str(2**53), "1" + "0" * 309, "-1" + "0" * 400, "9" * 4300, "1e300"])
def test_a_number_beyond_it_is_refused_however_long(number):
    with pytest.raises(ParseError, match="A number in the body is beyond"):
        read(f'{{"a": [{number}]}}')


@pytest.mark.parametrize("body", ['{"a": 1, "a": 2}', '[{"b": {"a": 1, "a": 1}}]', '{"a": 1, "\\u0061": 2}'])
def test_a_key_that_stands_twice_is_refused(body):
    with pytest.raises(ParseError, match="a key stands twice"):
        read(body)


@pytest.mark.parametrize(
    ("character", "name"),
    [("\\u0000", "a NUL character"), ("\\ud800", "a lone surrogate"), ("\\udfff", "a lone surrogate"), ("\\u000c", "a form feed"),
     ("\\u0085", "a control character"), ("\\ufffe", "a noncharacter"), ("\\r", "a carriage return")],
)  # fmt: skip
@pytest.mark.parametrize("body", ['"a{}"', '{{"k": ["{}"]}}', '{{"{}": 1}}'])
def test_a_character_that_no_text_may_hold_is_refused_wherever_it_stands(body, character, name):
    with pytest.raises(ParseError, match=name):
        read(body.format(character))


def test_a_pair_of_surrogates_is_one_character():
    assert read('"\\ud83d\\ude00"') == "😀"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"'a'", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf{}", b'{"a":1}x', b"1" * 5000]
)
def test_what_is_no_json_is_refused(body):
    with pytest.raises(ParseError):
        read(body)


def test_a_refusal_does_not_repeat_the_text():
    secret = "hunter2 " * 10
    with pytest.raises(ParseError) as refused:
        read(json.dumps({"text": secret + "\x00"}))
    assert "hunter2" not in str(refused.value.detail)
