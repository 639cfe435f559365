"""Tables from elsewhere: read as they stand, or refused in a sentence that says where."""

import json

import pytest

from coding.agreement.continua import Continuum, Span
from coding.agreement.tables import NoTable, read_long, read_spans, read_wide, text_of

SPANS = {
    "length": 200, "coders": ["r1", "r2"], "spans": [{"coder": "r1", "start": 10, "end": 17, "label": "Y"}],
}  # fmt: skip


def spans(**changes):
    return json.dumps(SPANS | changes)


def one_span(**changes):
    return spans(spans=[SPANS["spans"][0] | changes])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_wide_table_is_read_by_the_delimiter_of_its_header(delimiter):
    lines = [["unit", "r1", "r2"], ["u1", "a", "b"], ["u2", "", " a "], ["u3"]]
    read = read_wide("\n".join(delimiter.join(line) for line in lines))
    assert (read.units, read.coders) == (["u1", "u2", "u3"], ["r1", "r2"])
    assert read.table == [["a", "b"], [None, "a"], [None, None]]


def test_sets_are_braces_and_the_empty_set_is_a_judgement():
    read = read_wide("unit,r1,r2\nu1,{a|b},{b | a}\nu2,{},\n")
    assert read.table == [[frozenset("ab"), frozenset("ab")], [frozenset(), None]]
    assert read.holds_sets


def test_quotes_lines_within_a_cell_and_a_byte_order_mark_are_read_as_csv_has_them():
    read = read_wide(text_of(b'\xef\xbb\xbfunit,r1\r\n"u\r\n1","a, ""b"""\r\n\r\n'))
    assert read.units == ["u\r\n1"]
    assert read.table == [['a, "b"']]


def test_a_long_list_becomes_the_same_table():
    long = "when,coder,unit,value\n1,r2,u1,b\n1,r1,u1,a\n2,r2,u2,a\n3,r1,u3,\n3,r1,u1,a\n"
    read = read_long(long, ["unit", "coder", "value"])
    assert (read.units, read.coders) == (["u1", "u2", "u3"], ["r2", "r1"])
    assert read.table == [["b", "a"], ["a", None], [None, None]]


def test_spans_are_half_open_and_may_begin_elsewhere():
    assert read_spans(spans()) == Continuum(200, ["r1", "r2"], [Span("r1", 10, 17, "Y")])
    late = read_spans(spans(begin=150, spans=[{"coder": "r2", "start": 349, "end": 350, "label": " Z "}]))
    assert late == Continuum(200, ["r1", "r2"], [Span("r2", 349, 350, "Z")], begin=150)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("unit\nu1\n", "Only one column"),
        ("unit,r1\n", "no unit below the header"),
        ("unit,r1,r1\nu1,a,b\n", "“r1”"),
        ("unit,r1,\nu1,a,b\n", "has no name"),
        ("unit,r1\nu1,a\nu1,b\n", "lines 2 and 3"),
        ("unit,r1\nu1,a,b\n", "Line 2 has 3 cells"),
        ("unit,r1\nu1,{a\n", "no closing brace"),
        ("unit,r1\nu1,{\n", "no closing brace"),
        ("unit,r1\nu1,{a||b}\n", "empty label"),
        ("unit,r1,r2\nu1,{a},b\n", "Write it as {b}"),
        ('unit,r1\nu1,"a\n', "no CSV"),
    ],
)
def test_a_wide_table_that_can_not_be_read_says_where(text, says):
    with pytest.raises(NoTable, match=says.replace("{", r"\{").replace("}", r"\}")):
        read_wide(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("unit,coder\nu1,r1\n", "no column “value”"),
        ("unit,coder,value\nu1,,a\n", "names no coder"),
        ("unit,coder,value\nu1,r1,a\nu1,r1,b\n", "line 2 and otherwise in line 3"),
        ("unit,coder,value\n", "no unit below"),
    ],
)
def test_a_long_list_that_can_not_be_read_says_where(text, says):
    with pytest.raises(NoTable, match=says):
        read_long(text, ["unit", "coder", "value"])


@pytest.mark.parametrize("columns", [["unit", "coder"], []])
def test_a_long_list_needs_three_columns(columns):
    with pytest.raises(NoTable, match="three columns"):
        read_long("unit,coder,value\nu1,r1,a\n", columns)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"length": 5, "coders": ["\\ud800"], "spans": []}', "no JSON"),
        ("[]", "stand in an object"),
        (spans(length=0), "1 or more"),
        (spans(length=1.5), "no whole number"),
        (spans(length=True), "no whole number"),
        (spans(length=10**40), "no whole number"),
        (spans(begin="0"), "no whole number"),
        (spans(coders="r1"), "a list of names"),
        (spans(coders=["r1", "r1"]), "“r1”"),
        (spans(coders=["r1", " "]), "has no name"),
        (spans(spans={}), "list of objects"),
        (spans(spans=[3]), "Span 1 is no object"),
        (one_span(end=10), "goes from 10 to 10"),
        (one_span(start=-1), "goes from -1"),
        (one_span(end=201), "goes from 10 to 201"),
        (one_span(start=float("nan")), "no whole number"),
        (one_span(coder="r3"), "“r3”"),
        (one_span(label=" "), "has no label"),
        (one_span(label=7), "has no label"),
    ],
)
def test_spans_that_can_not_be_read_say_where(text, says):
    with pytest.raises(NoTable, match=says):
        read_spans(text)


@pytest.mark.parametrize(("data", "says"), [(b"unit,r1\nu1,\xe9\n", "Byte 12"), (b"PK\x03\x04\x00", "NUL")])
def test_bytes_that_are_no_text_are_refused(data, says):
    with pytest.raises(NoTable, match=says):
        text_of(data)
