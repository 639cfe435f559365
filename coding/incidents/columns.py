"""Guess which column is which field of an incident, and read a row's cells into values or into faults."""

import datetime
import re
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from coding.incidents.dates import read_date
from coding.incidents.grids import Row
from coding.incidents.tables import Table
from coding.lib.text import clean, fault, strip_faults

FIELDS = (
    "title",
    "text",
    "occurred_on",
    "source_name",
    "source_url",
    "external_id",
    "language",
    "modality",
    "lifecycle_stage",
    "occurrence",
)
LENGTHS = {  # code points at most; all but the text's are the lengths of Incident's columns
    "title": 500,
    "text": 2_000_000,
    "source_name": 300,
    "source_url": 1000,
    "external_id": 200,
    "language": 35,
    "modality": 60,
    "lifecycle_stage": 60,
    "occurrence": 200,
}

_SAMPLE = 500  # rows on which guesses rest
_SYNONYMS = {  # best first; compared in lower case, with anything but letters and digits as one space
    "external_id": "incident id|id|external id|report id|report number|case id|case number|case no|case|identifier|uid|"
    "uuid|key|record id|reference|ref|incident number|number|no|nr| id",
    "title": "title|headline|incident title|report title|name|incident name|report name|heading|subject|incident",
    "text": "text|report text|full text|body|incident text|narrative|report|full description|incident description|"
    "description|content|summary|incident summary|abstract|details|plain text",
    "occurred_on": "occurred on|occurred|incident date|date of incident|date occurred|occurrence date|event date|date|"
    "beginning date|start date|date published|published|published on|publication date|pub date|report date",
    "source_url": "source url|url|link|source link|report url|incident url|article url|web address|permalink|href|"
    "links|urls|summary links|source",
    "source_name": "source name|source|publisher|outlet|news outlet|publication|newspaper|source domain|media",
    "language": "language|lang|language code|locale",
    "modality": "modality|modalities|media type",
    "lifecycle_stage": "lifecycle stage|life cycle stage|lifecycle|life cycle|ai lifecycle stage",
    "occurrence": "occurrence|occurrence id|event|event id|event name|incident group|incident id|incident",
}


@dataclass(frozen=True)
class RowValues:
    """A row as an incident's fields. Empty text stands for what the row does not say."""

    number: int
    title: str
    text: str
    occurred_on: datetime.date | None = None
    source_name: str = ""
    source_url: str = ""
    external_id: str = ""
    language: str = ""
    modality: str = ""
    lifecycle_stage: str = ""
    occurrence: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowFault:
    """Why a row can't be taken: one sentence for each reason."""

    number: int
    sentences: tuple[str, ...]


# Mapping


def guess_mapping(table: Table) -> dict[str, str]:
    """Map fields to headers by name and cells. What is not safely guessed stays unmapped."""
    cells = {name: _sample(table, name) for name in table.header}
    mapping: dict[str, str] = {}
    for name_of_field in _SYNONYMS:
        free = [header for header in table.header if header not in mapping.values()]
        fits = [header for header in free if _FITS[name_of_field](cells[header])]
        found = _by_name(name_of_field, fits) or _by_cells(name_of_field, fits, cells)
        if found:
            mapping[name_of_field] = found
    return {name: mapping[name] for name in FIELDS if name in mapping}


def mapping_faults(mapping: Mapping[str, str], header: Sequence[str]) -> list[str]:
    """Say what keeps a mapping from being used: an unknown field or column, or no column for title or text."""
    unknown = [f'"{name}" is not a field of an incident.' for name in mapping if name not in FIELDS]
    missing = [f'The file has no column "{column}".' for column in mapping.values() if column not in header]
    needed = [f"Choose the column that holds the {name}." for name in ("title", "text") if name not in mapping]
    return unknown + missing + needed


def _sample(table: Table, column: str) -> list[str]:
    at = table.header.index(column)
    return [row.cells[at].strip() for row in table.rows[:_SAMPLE]]


def _plain(header: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header).casefold()))


def _by_name(name_of_field: str, headers: list[str]) -> str | None:
    names = _SYNONYMS[name_of_field].split("|")
    for name in names:
        for header in headers:
            if _plain(header) == name or (name.startswith(" ") and _plain(header).endswith(name)):
                return header
    return None


def _by_cells(name_of_field: str, fits: list[str], cells: dict[str, list[str]]) -> str | None:
    """Take a column by its cells alone when it is the only one of its kind, and plainly so."""
    if name_of_field == "text":
        lengths = sorted(
            ((statistics.median(map(len, filter(None, cells[name]))), name) for name in fits), reverse=True
        )
        clear = len(lengths) == 1 or (lengths and lengths[0][0] > 2 * lengths[1][0])
        return lengths[0][1] if clear and lengths[0][0] >= 200 else None
    if name_of_field == "occurred_on":
        fits = [
            name for name in fits if all(read_date(cell).day or read_date(cell).is_ambiguous for cell in cells[name])
        ]
    return fits[0] if name_of_field in ("occurred_on", "source_url") and len(fits) == 1 else None


def _mostly(cells: list[str], test: Callable[[str], bool]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(test, filled)) >= 0.8 * len(filled)


def _are_titles(cells: list[str]) -> bool:
    filled = sum(1 for cell in cells if cell) >= 0.5 * len(cells)
    return filled and _mostly(
        cells, lambda cell: len(cell) <= 500 and any(map(str.isalpha, cell)) and not _is_url(cell)
    )


def _are_texts(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    wordy = _mostly(cells, lambda cell: sum(map(str.isalpha, cell)) > 0.4 * len(cell) and not _is_url(cell))
    return wordy and len(filled) >= 0.5 * len(cells) and statistics.median(map(len, filled)) >= 20


def _are_dates(cells: list[str]) -> bool:
    return _mostly(
        cells, lambda cell: (found := read_date(cell)).day is not None or found.is_partial or found.is_ambiguous
    )


def _are_ids(cells: list[str]) -> bool:
    return len(set(cells)) == len(cells) and all(0 < len(cell) <= 60 and "\n" not in cell for cell in cells)


def _are_short(most: int) -> Callable[[list[str]], bool]:
    return lambda cells: _mostly(cells, lambda cell: len(cell) <= most and not _is_url(cell))


_FITS: dict[str, Callable[[list[str]], bool]] = {
    "title": _are_titles,
    "text": _are_texts,
    "occurred_on": _are_dates,
    "source_name": _are_short(300),
    "source_url": lambda cells: _mostly(cells, lambda cell: _is_url(cell)),
    "external_id": _are_ids,
    "language": _are_short(35),
    "modality": _are_short(60),
    "lifecycle_stage": _are_short(60),
    "occurrence": lambda cells: _are_short(200)(cells) and len(set(cells)) < len(cells),
}


def ambiguous_dates(table: Table, column: str) -> bool:
    """Say whether a person must be asked if the day comes first: some dates read both ways, and no other date tells."""
    return guess_day_first(table, column) is None and any(
        read_date(cell).is_ambiguous for cell in _column(table, column)
    )


def guess_day_first(table: Table, column: str) -> bool | None:
    """Tell from dates that read one way only whether the day comes first; None where none does, or they disagree."""
    orders = set()
    for cell in _column(table, column):
        by_day, by_month = read_date(cell, day_first=True).day, read_date(cell, day_first=False).day
        if bool(by_day) != bool(by_month):
            orders.add(bool(by_day))
    return orders.pop() if len(orders) == 1 else None


def _column(table: Table, column: str) -> set[str]:
    at = table.header.index(column)
    return {row.cells[at] for row in table.rows}


# Rows


class _Reader:
    """One row on its way in: its cells by column, and what was found wrong or changed."""

    def __init__(self, row: Row, mapping: Mapping[str, str], header: Sequence[str], remove: bool) -> None:
        self.number, self.mapping, self.remove = row.number, mapping, remove
        self.cells = dict(zip(header, row.cells, strict=True))
        self.faults: list[str] = []
        self.notes: list[str] = []

    def at(self, column: str) -> str:
        return f'Row {self.number}, column "{column}": '

    def cell(self, column: str) -> str:
        """Take a cell as it is stored, without refused characters or with a fault that names the first."""
        text = clean(self.cells.get(column, ""))
        found = fault(text)
        if found and not self.remove:
            way_out = "Remove it, or let the import remove such characters."
            self.faults.append(f"{self.at(column)}there is {found}. {way_out}")
        elif found:
            text, count = strip_faults(text)
            self.notes.append(f"{self.at(column)}refused characters removed: {count} (the first was {found}).")
        return text

    def line(self, name: str) -> str:
        """Take a field of one line, trimmed, and refuse it when it is too long."""
        parts = self.cell(self.mapping[name]).split("\n") if name in self.mapping else []
        text = " ".join(part.strip() for part in parts if part.strip())
        self.refuse_long(name, text)
        return text

    def refuse_long(self, name: str, text: str) -> None:
        if len(text) > LENGTHS[name]:
            self.faults.append(
                f"{self.at(self.mapping[name])}{len(text):,} characters are too many for this field; "
                f"it holds {LENGTHS[name]:,}. Shorten it, or split the row."
            )

    def require(self, name: str, text: str) -> None:
        if name not in self.mapping:
            self.faults.append(f"Row {self.number}: no column is chosen for the {name}. Choose one.")
        elif not text.strip():
            self.faults.append(f"{self.at(self.mapping[name])}the {name} is empty. Fill it in, or leave the row out.")

    def url(self) -> str:
        text = self.line("source_url")
        if text and not _is_url(text):
            self.faults.append(
                f"{self.at(self.mapping['source_url'])}{_shown(text)} is not a web address. "
                "Use one address that starts with https:// or http://, or leave the cell empty."
            )
        return text

    def date(self, day_first: bool | None, serial_epoch: datetime.date | None) -> tuple[datetime.date | None, str]:
        """Return the day, and the cell as it was where the day says less than it."""
        column = self.mapping.get("occurred_on", "")
        cell = self.cell(column).strip() if column else ""
        found = read_date(cell, day_first, serial_epoch)
        if not cell or found.day:
            return found.day, "" if found.is_exact else cell
        if found.is_partial:
            self.notes.append(f"{self.at(column)}{_shown(cell)} is not a full date; it is kept as an attribute.")
        elif found.is_ambiguous:
            self.faults.append(
                f"{self.at(column)}{_shown(cell)} can be read two ways. Say if the day or month comes first."
            )
        else:
            self.faults.append(
                f"{self.at(column)}{_shown(cell)} is not a date{_order(day_first, cell)}. {_WRITE_DATES}"
            )
        return None, cell


_WRITE_DATES = "Use YYYY-MM-DD, such as 2024-01-31, or leave the cell empty."


def _order(day_first: bool | None, cell: str) -> str:
    if day_first is None or not read_date(cell).day:
        return ""
    return " with the day first" if day_first else " with the month first"


def read_row(
    row: Row,
    mapping: Mapping[str, str],
    header: Sequence[str],
    day_first: bool | None = None,
    *,
    serial_epoch: datetime.date | None = None,
    remove: bool = False,
) -> RowValues | RowFault:
    """Read a row's cells into an incident's values, or say all that is wrong with them.

    `serial_epoch` is the table's; with `remove`, refused characters are removed and noted instead of refused.
    """
    reader = _Reader(row, mapping, header, remove)
    lines = {name: reader.line(name) for name in FIELDS if name not in ("text", "occurred_on", "source_url")}
    text = reader.cell(mapping["text"]) if "text" in mapping else ""
    reader.require("title", lines["title"])
    reader.require("text", text)
    reader.refuse_long("text", text)
    url = reader.url()
    day, original = reader.date(day_first, serial_epoch)
    others = [column for column in header if column not in mapping.values()]
    attributes = {column: value for column in others if (value := reader.cell(column))}
    if original:
        attributes[mapping["occurred_on"]] = original
    if reader.faults:
        return RowFault(row.number, tuple(dict.fromkeys(reader.faults)))
    notes = tuple(dict.fromkeys(reader.notes))
    return RowValues(
        row.number, text=text, occurred_on=day, source_url=url, attributes=attributes, notes=notes, **lines
    )


def repeats(rows: Iterable[RowValues]) -> list[RowFault]:
    """Find the rows whose external id an earlier row of the file has already."""
    seen: dict[str, int] = {}
    faults = []
    for row in rows:
        first = seen.setdefault(row.external_id, row.number) if row.external_id else row.number
        if first != row.number:
            sentence = (
                f"Row {row.number}: the id {_shown(row.external_id)} is already that of row {first}. Give each its own."
            )
            faults.append(RowFault(row.number, (sentence,)))
    return faults


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        return False


def _shown(text: str) -> str:
    """Quote the start of a cell in a sentence that every database can keep."""
    text, _ = strip_faults(text)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'
