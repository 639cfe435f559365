"""Tables of judgements from elsewhere: units x coders, long lists, and spans; read as they stand, or refused in words.

Nothing is guessed but the delimiter. An empty cell is missing; `{a|b}` is a set of labels and `{}` the empty set.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from coding.agreement.continua import Continuum, Span

MOST_CODERS, MOST_UNITS, MOST_CELLS = 1_000, 1_000_000, 20_000_000
DELIMITERS = ",;\t|"

Value = str | frozenset[str]


class NoTable(ValueError):
    """The file can't be read as it was said to be. The message is a sentence that says where, and what to do."""


@dataclass(frozen=True)
class Ratings:
    """Judgements as a table: one row a unit, one column a coder, None where a coder did not judge the unit."""

    units: list[str]
    coders: list[str]
    table: list[list[Value | None]]

    @property
    def holds_sets(self) -> bool:
        return any(isinstance(value, frozenset) for row in self.table for value in row)


def text_of(data: bytes) -> str:
    """Read a file's bytes as UTF-8, with or without a mark at its beginning."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise NoTable(f"Byte {wrong.start + 1:,} is not UTF-8. Save the file as UTF-8 and read it again.") from wrong
    if "\x00" in text:
        raise NoTable("The file holds NUL characters, so it is no text. Save the table as CSV (UTF-8).")
    return text


def read_wide(text: str) -> Ratings:
    """Read a table whose first column names the unit, and each other column is a coder's."""
    header, rows = _header_and_rows(text)
    coders = header[1:]
    if not coders:
        raise NoTable("Only one column was found. The first column names the unit; give each coder a column after it.")
    _refuse_nameless(coders)
    units: list[str] = []
    table: list[list[Value | None]] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        if len(row) > len(header):
            raise NoTable(f"Line {line} has {len(row)} cells, and the header has {len(header)}. Mend the line.")
        unit = row[0].strip()
        if unit in seen:
            raise NoTable(f"The unit “{unit}” stands in lines {seen[unit]} and {line}. Give each unit one row.")
        seen[unit] = line
        units.append(unit)
        cells = [value_of(cell, line, coder) for cell, coder in zip(row[1:], coders, strict=False)]
        table.append(cells + [None] * (len(coders) - len(cells)))
    return _checked(Ratings(units, coders, table))


def read_long(text: str, columns: Sequence[str]) -> Ratings:
    """Read a list with one judgement a row; `columns` name those of the unit, the coder and the value, in order."""
    if len(columns) != 3:
        raise NoTable("Name three columns, for the unit, the coder and the value: unit,coder,value.")
    header, rows = _header_and_rows(text)
    if missing := [name for name in columns if name not in header]:
        shown = ", ".join(name[:40] for name in header[:12])
        raise NoTable(f"There is no column “{missing[0][:40]}”. The header begins: {shown}.")
    places = [header.index(name) for name in columns]
    units: dict[str, int] = {}
    coders: dict[str, int] = {}
    said: dict[tuple[int, int], tuple[int, Value | None]] = {}
    for line, row in rows:
        unit, coder, cell = (row[at].strip() if at < len(row) else "" for at in places)
        if not coder:
            raise NoTable(f"Line {line} names no coder. Write who judged, or take the line out.")
        value = value_of(cell, line, coder)
        place = units.setdefault(unit, len(units)), coders.setdefault(coder, len(coders))
        if place in said and said[place][1] != value:
            raise NoTable(
                f"“{coder}” judged “{unit}” in line {said[place][0]} and otherwise in line {line}. "
                "Keep one of the two, or write several labels as one set: {a|b}."
            )
        said[place] = line, value
    table: list[list[Value | None]] = [[None] * len(coders) for _ in units]
    for (row_at, coder_at), (_, value) in said.items():
        table[row_at][coder_at] = value
    return _checked(Ratings(list(units), list(coders), table))


def value_of(cell: str, line: int, coder: str) -> Value | None:
    """Read one cell: nothing is missing, braces are a set of labels, all else is the value as it stands."""
    text = cell.strip()
    if not text:
        return None
    if not text.startswith("{"):
        return text
    if not text.endswith("}"):
        raise NoTable(
            f"Line {line}, {coder}: the set “{text[:40]}” has no closing brace. Write {{a|b}}, or {{}} for none."
        )
    inside = text[1:-1].strip()
    labels = [label.strip() for label in inside.split("|")] if inside else []
    if not all(labels):
        raise NoTable(
            f"Line {line}, {coder}: the set “{text[:40]}” has an empty label. Write {{a|b}}, or {{}} for none."
        )
    return frozenset(labels)


def read_spans(text: str) -> Continuum:
    """Read spans: an object with `length`, `coders`, `spans` (coder, start, end, label) and, if not 0, `begin`."""
    try:
        said = json.loads(text)
        json.dumps(said, ensure_ascii=False).encode()  # a lone half of a character can't be written anywhere
    except (ValueError, RecursionError) as wrong:
        raise NoTable("The file is no JSON. Spans stand in an object with length, coders and spans.") from wrong
    if not isinstance(said, dict) or not {"length", "coders", "spans"} <= said.keys():
        raise NoTable('Spans stand in an object: {"length": 200, "coders": ["r1", "r2"], "spans": [...]}.')
    begin, length = _whole(said.get("begin", 0), "begin"), _whole(said["length"], "length")
    if length < 1:
        raise NoTable(f"The length is {length}. Give the length of the text, 1 or more.")
    coders = said["coders"]
    if not isinstance(coders, list) or not all(isinstance(coder, str) for coder in coders):
        raise NoTable("The coders are a list of names: everybody who judged the text, with or without a span.")
    _refuse_nameless(coders)
    if not isinstance(said["spans"], list):
        raise NoTable("The spans are a list of objects with coder, start, end and label.")
    spans = [_span(at, one, begin, length, coders) for at, one in enumerate(said["spans"], 1)]
    return Continuum(length, coders, spans, begin=begin)


def _span(at: int, said: Any, begin: int, length: int, coders: list[str]) -> Span:
    if not isinstance(said, dict) or not {"coder", "start", "end", "label"} <= said.keys():
        raise NoTable(f"Span {at} is no object with coder, start, end and label. Mend it.")
    start, end = _whole(said["start"], f"start of span {at}"), _whole(said["end"], f"end of span {at}")
    if not begin <= start < end <= begin + length:
        raise NoTable(
            f"Span {at} goes from {start} to {end}, and the text from {begin} to {begin + length}. "
            "A span begins before it ends and stays within the text; its end is the place after its last character."
        )
    if said["coder"] not in coders:
        raise NoTable(f"Span {at} is of “{said['coder']}”, who is none of the coders. Name everybody under coders.")
    if not isinstance(said["label"], str) or not said["label"].strip():
        raise NoTable(f"Span {at} has no label. Write its code as a text.")
    return Span(said["coder"], start, end, said["label"].strip())


def _whole(said: Any, name: str) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or abs(said) > 2**53:
        raise NoTable(f"The {name} is no whole number: {str(said)[:40]}.")
    return said


def _header_and_rows(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Give the header, and each row that is not blank with the line on which it ends."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)

    def rows() -> Iterator[tuple[int, list[str]]]:
        cells = 0
        try:
            for row in reader:
                if not any(cell.strip() for cell in row):
                    continue
                cells += len(row)
                if cells > MOST_CELLS:
                    raise NoTable(f"The table has more than {MOST_CELLS:,} cells. Split it.")
                yield reader.line_num, row
        except csv.Error as wrong:
            raise NoTable(f"Line {reader.line_num} is no CSV: {wrong}. Save the table as CSV again.") from wrong

    every = rows()
    header = [cell.strip() for cell in next(every, (0, []))[1]]
    if not header:
        raise NoTable("The file is empty. The first line names the columns; each line after it is a unit.")
    return header, every


def _refuse_nameless(coders: Sequence[str]) -> None:
    if not all(name.strip() for name in coders):
        raise NoTable("A coder has no name. Give each column of a coder a name in the header.")
    if twice := next((name for at, name in enumerate(coders) if name in coders[:at]), None):
        raise NoTable(f"Two coders are called “{twice}”. Give each a name of their own.")
    if len(coders) > MOST_CODERS:
        raise NoTable(f"There are {len(coders):,} coders; at most {MOST_CODERS:,} are read.")


def _checked(read: Ratings) -> Ratings:
    """Refuse a table without units, too large a one, and one that mixes sets with other values."""
    if not read.units:
        raise NoTable("There is no unit below the header. Each line after it is a unit.")
    if len(read.units) > MOST_UNITS:
        raise NoTable(f"There are {len(read.units):,} units; at most {MOST_UNITS:,} are read.")
    if read.holds_sets:
        for unit, row in zip(read.units, read.table, strict=True):
            if plain := next((value for value in row if isinstance(value, str)), None):
                shown = plain[:40]
                raise NoTable(f"“{unit}” has the value “{shown}”, and others are sets. Write it as {{{shown}}}.")
    return read
