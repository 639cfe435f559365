"""From the bytes of a CSV or JSONL file to ratings: which incident a row means, and what it says of it.

Pure: a scale in its plain form goes in, ratings and the faults of rows come out, each with its row's number.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from coding.codes.checks import worded
from coding.codes.models import Scale
from coding.incidents.grids import ROW_LIMIT, UPLOAD_LIMIT, TableError
from coding.incidents.tables import read_table
from coding.lib.refusals import BadInput
from coding.lib.text import clean, name_key
from coding.selective_coding.models import Rating
from coding.selective_coding.readings import Choice, Reading
from coding.selective_coding.stance_labels import NAMED_TWICE, NotSaid, stances_in

IDS = ("external_id", "incident_id", "id")
TEXTS = ("text", "dialogue", "incident_text")
VECTORS = ("vector", "value_vector", "values", "value_types", "stances")
CATEGORIES, PRIMARY, NONE = ("categories", "category"), "primary", ("none_applies", "none")
YES = {"1", "true", "yes", "x"}


@dataclass(frozen=True)
class Line:
    """A row of the file: its number, how it names the incident, and what it says; `is_sparse`: the rest is 0."""

    number: int
    external_id: str
    text: str
    reading: Reading
    is_sparse: bool = False


@dataclass(frozen=True)
class Fault:
    """Why a row can't be taken."""

    number: int
    why: str

    def __str__(self) -> str:
        return f"Row {self.number}: {self.why}"


@dataclass
class RatingFile:
    """What a file says, row by row."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_ratings(data: bytes, file_name: str, scale: Mapping[str, Any]) -> RatingFile:
    """Read a file against a scale. Raises BadInput where it is no file of ratings at all."""
    if len(data) > UPLOAD_LIMIT:
        raise BadInput(f"“{file_name}” is larger than 50 MB. Split it into smaller files.")
    is_jsonl = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    found = RatingFile()
    for number, row in json_rows(data, found) if is_jsonl else table_rows(data, file_name, found):
        try:
            found.lines.append(line_of(number, row, scale))
        except NotSaid as why:
            found.faults += [Fault(number, one) for one in why.reasons]
    if not found.lines and not found.faults:
        raise BadInput(f"“{file_name}” holds no ratings. Write one row per incident.")
    if sparse := sum(line.is_sparse for line in found.lines):
        found.notes.append(
            f"{sparse:,} row{'' if sparse == 1 else 's'} named only the values that the text touches; "
            "the others were taken as 0."
        )
    return found


def json_rows(data: bytes, found: RatingFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the objects of a JSONL file by line; a line that is none is a fault."""
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as wrong:
        raise BadInput("The file is not in UTF-8. Save it as UTF-8 and import it again.") from wrong
    if len(lines) > ROW_LIMIT:
        raise BadInput(f"The file has more than {ROW_LIMIT:,} lines. Split it into smaller files.")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            json.dumps(row, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            found.faults.append(Fault(number, "this line holds half of a character (a lone surrogate)."))
            continue
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            yield number, {key.strip().casefold(): value for key, value in row.items()}
        else:
            found.faults.append(Fault(number, "this line is no JSON object."))


def table_rows(data: bytes, file_name: str, found: RatingFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the rows of a table by the names of its columns."""
    try:
        table = read_table(data, file_name)
    except TableError as wrong:
        raise BadInput(str(wrong)) from wrong
    found.notes += table.notes
    names = [name.strip().casefold() for name in table.header]
    for row in table.rows:
        yield row.number, dict(zip(names, row.cells, strict=True))


def line_of(number: int, row: Mapping[str, Any], scale: Mapping[str, Any]) -> Line:
    """Read one row. Raises NotSaid with every reason why it can't be taken."""
    external_id, text = first_text(row, IDS).strip(), clean(first_text(row, TEXTS))
    reasons = [] if external_id or text else ["it names no incident, neither by external_id nor by text."]
    try:
        is_stance = scale["rating_kind"] == Scale.RatingKind.STANCE
        reading, is_sparse = stances_of(row, scale) if is_stance else (categories_of(row, scale), False)
    except NotSaid as why:
        raise NotSaid(*reasons, *why.reasons) from why
    if reasons:
        raise NotSaid(*reasons)
    return Line(number, external_id, text, reading, is_sparse)


def first_text(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Give the first of these fields that says something, as text."""
    found = (row.get(name) for name in names)
    return next((str(one) for one in found if isinstance(one, str | int) and str(one).strip()), "")


def places(scale: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give a scale's categories by the key of their name, in its order."""
    return {name_key(row["name"]): row for layer in scale["layers"] for row in layer["categories"]}


def stances_of(row: Mapping[str, Any], scale: Mapping[str, Any]) -> tuple[Reading, bool]:
    """Read a stance for every value, from a vector or from a column for each value."""
    held = places(scale)
    given = next((row[name] for name in VECTORS if name in row and row[name] not in (None, "")), None)
    if given is None:
        given = {row_["name"]: row[key] for key, row_ in held.items() if key in row}
        if not given:
            raise NotSaid(f"it has no vector; {scale['name']} asks for a stance on every value.")
    said, is_sparse = stances_in(given, {key: place["name"] for key, place in held.items()}, scale["name"])
    choices = tuple(Choice(UUID(place["uid"]), said.get(key, 0)) for key, place in held.items())
    return replace(words_of(row), choices=choices), is_sparse


def categories_of(row: Mapping[str, Any], scale: Mapping[str, Any]) -> Reading:
    """Read the categories that apply, by name or number, and which of them is primary; or that none applies."""
    held = places(scale)
    by_name = {**{str(place["number"]): place for place in held.values()}, **held}
    named = listed(next((row[name] for name in CATEGORIES if row.get(name)), []))
    none = any(str(row.get(name) or "").strip().casefold() in YES for name in NONE)
    first = str(row.get(PRIMARY) or "").strip()
    if unknown := [one for one in [*named, first] if one and name_key(one) not in by_name]:
        raise NotSaid(*(f"“{one}” is none of the categories of {scale['name']}." for one in unknown))
    uids = [UUID(by_name[name_key(one)]["uid"]) for one in named]
    primary = UUID(by_name[name_key(first)]["uid"]) if first else uids[0] if len(uids) == 1 else None
    if bool(uids) == none:
        raise NotSaid("it has to name categories or say that none applies, one of the two.")
    if len(set(uids)) != len(uids):
        raise NotSaid(NAMED_TWICE)
    if uids and primary not in uids:
        raise NotSaid("it has to say which of its categories is the primary one.")
    return replace(words_of(row), choices=tuple(map(Choice, uids)), primary=primary, none_applies=none)


def listed(given: object) -> list[str]:
    """Read a list of names, or a text that separates them by semicolons or vertical bars."""
    parts = given if isinstance(given, list) else str(given).replace("|", ";").split(";")
    return [text for one in parts if (text := str(one).strip())]


def words_of(row: Mapping[str, Any]) -> Reading:
    """Read confidence and note, into a rating that says nothing else yet."""
    confidence, note = (str(row.get(name) or "").strip() for name in ("confidence", "note"))
    if confidence not in Rating.Confidence.values:
        raise NotSaid("its confidence is none of low, medium and high.")
    try:
        said = worded({"note": note})
    except BadInput as refused:
        raise NotSaid(f"its {refused.message[0].lower()}{refused.message[1:]}") from refused
    return Reading(confidence=confidence, note=said["note"])
