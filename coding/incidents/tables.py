"""From the bytes of an uploaded file to a table with one header, whatever kind it is."""

import codecs
import datetime
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from coding.incidents.csv_files import read_csv
from coding.incidents.grids import (
    CELL_LIMIT,
    ROW_LIMIT,
    SAVE_AS,
    UPLOAD_LIMIT,
    WANTED,
    Grid,
    Row,
    TableError,
    too_many_cells,
    too_many_rows,
)
from coding.incidents.workbooks import read_xlsx
from coding.lib.text import clean, fault, strip_faults

_SIGNATURES = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file (.xls, .doc)",
    b"{\\rtf": "an RTF document",
    b"\x1f\x8b": "a gzip archive",
    codecs.BOM_UTF32_LE: "a text in UTF-32",
    b"<!doc": "a web page (HTML)",
    b"<html": "a web page (HTML)",
    b"<?xml": "an XML file",
}
_JSON = re.compile(rb'\s*(\{\s*"|\[\s*\{\s*")')


@dataclass(frozen=True)
class Table:
    """A table with one header; every row has as many cells as the header."""

    kind: Literal["csv", "xlsx"]
    header: tuple[str, ...]
    rows: list[Row]
    header_row: int  # where the header starts, counted from 1; 0 when the file has none
    encoding: str  # a key of ENCODINGS; "" for XLSX
    delimiter: str  # "" for XLSX and for a single column
    sheet: str  # "" for CSV
    sheets: tuple[str, ...]
    serial_epoch: datetime.date | None  # day 0 of a workbook's serial dates; None for CSV
    notes: tuple[str, ...]


def read_table(
    data: bytes,
    file_name: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
    sheet: str | None = None,
) -> Table:
    """Read a CSV or XLSX file; what is not given is guessed.

    `header_row` is the row on which the header starts, counted from 1 as `Row.number` is; 0 says there is no header.
    Raises TableError, with a sentence for the person who uploaded the file.
    """
    if len(data) > UPLOAD_LIMIT:
        raise TableError(f'"{file_name}" is larger than 50 MB. Split it into smaller files.')
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise TableError(f'"{file_name}" is empty. {WANTED}')
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _table("xlsx", read_xlsx(data, file_name, sheet), file_name, header_row)
    _refuse_other_types(data, file_name)
    return _table("csv", read_csv(data, file_name, encoding, delimiter), file_name, header_row)


def _refuse_other_types(data: bytes, file_name: str) -> None:
    start = data[:1024].removeprefix(codecs.BOM_UTF8).lstrip()[:8]
    if data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in data:
        raise TableError(f'"{file_name}" is protected by a password. Save it without one and upload it again.')
    if _JSON.match(data[:1024].removeprefix(codecs.BOM_UTF8)):
        raise TableError(f'"{file_name}" is a JSON file, not a table. {SAVE_AS}')
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature) or start.lower().startswith(signature):
            raise TableError(f'"{file_name}" is {what}, not a table. {SAVE_AS}')


# Header and shape


def _table(kind: Literal["csv", "xlsx"], grid: Grid, file_name: str, header_row: int | None) -> Table:
    if not grid.rows:
        raise TableError(f'"{file_name}" holds no rows. {WANTED}')
    first = _header_index(grid.rows, header_row)
    above, rest = grid.rows[: max(first, 0)], grid.rows[first:] if first >= 0 else grid.rows
    depth = 0 if first < 0 else 1 + _has_second_level(rest)
    body = rest[depth:]
    if not body:
        raise TableError(f'"{file_name}" has a header but no rows below it. Add one row per incident.')
    if len(body) > ROW_LIMIT:
        raise TableError(too_many_rows(file_name))
    notes = [*grid.notes, *_header_notes(above, rest[:depth])]
    names = _joined([row.cells for row in rest[:depth]])
    header, rows = _rectangle(names, body, notes, file_name)
    at = rest[0].number if depth else 0
    return Table(
        kind, header, rows, at, grid.encoding, grid.delimiter, grid.sheet, grid.sheets, grid.serial_epoch, tuple(notes)
    )


def _header_index(rows: list[Row], header_row: int | None) -> int:
    """Find the header: the row asked for, else the first that fills over half of the usual columns. -1 for none."""
    if header_row == 0:
        return -1
    if header_row is not None:
        found = [index for index, row in enumerate(rows) if row.number == header_row]
        if not found:
            raise TableError(f"Row {header_row} can't be the header: it is blank, or no row starts there.")
        return found[0]
    filled = [sum(1 for cell in row.cells if cell.strip()) for row in rows[:100]]
    usual = statistics.median(filled)
    return next((index for index, count in enumerate(filled[:20]) if count > usual / 2), 0)


def _has_second_level(rows: list[Row]) -> bool:
    """Say whether the second row names the columns under merged cells of the first.

    So it is when it fills gaps of the first and is blank under every name that spans one column only.
    """
    if len(rows) < 3:
        return False
    width = max(len(rows[0].cells), len(rows[1].cells))
    top, sub = (_padded([cell.strip() for cell in row.cells], width) for row in rows[:2])
    sub = tuple("" if below == above else below for above, below in zip(top, sub, strict=True))
    starts = [at for at, name in enumerate(top) if name]
    groups = [range(a, b) for a, b in zip(starts, [*starts[1:], width], strict=True)]
    wide = [group for group in groups if len(group) > 1 and any(sub[at] for at in group)]
    alone = [group for group in groups if group not in wide]
    covered = all(sub[at] for group in wide for at in group if at < width - 1 or sub[at])
    blank = not any(sub[at] for group in alone for at in group) and not any(sub[: starts[0]])
    return bool(wide) and bool(alone) and covered and blank and all(len(name) <= 100 for name in sub)


def _padded(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))


def _joined(levels: list[tuple[str, ...]]) -> list[str]:
    """Join a two-level header into one: "Impact / Sector"."""
    tidy = [[" ".join(strip_faults(" ".join(clean(cell).split()))[0].split()) for cell in level] for level in levels]
    if len(tidy) < 2:
        return tidy[0] if tidy else []
    width, over, names = max(map(len, tidy)), "", []
    for top, sub in zip(_padded(tidy[0], width), _padded(tidy[1], width), strict=True):
        over = top or over
        names.append(f"{over} / {sub}" if sub and sub != over else top)
    return names


def _header_notes(above: list[Row], header: list[Row]) -> Iterator[str]:
    if above:
        numbers = ", ".join(str(row.number) for row in above[:5]) + (", …" if len(above) > 5 else "")
        yield f"Above the header, and not read: row {numbers}."
    if len(header) == 2:
        yield f"Rows {header[0].number} and {header[1].number} were read as one header of two levels."
    if any(fault("".join(row.cells).replace("\r", "")) for row in header):
        yield "Control characters were removed from the header."


def _rectangle(
    names: list[str], body: list[Row], notes: list[str], file_name: str
) -> tuple[tuple[str, ...], list[Row]]:
    """Give every row the header's columns: missing cells are empty, extra ones get a column of their own."""
    lengths = [_filled_length(row.cells) for row in body]
    width = max(len(names), *lengths)
    if width * len(body) > CELL_LIMIT:
        raise too_many_cells(file_name)
    notes.extend(_ragged_notes(names, body, lengths))
    used = {at for row in body for at in range(len(names), len(row.cells)) if row.cells[at].strip()}
    used |= {at for at, name in enumerate(names) if name or any(_cell(row, at).strip() for row in body)}
    keep = sorted(used)
    header = _unique(names, keep, notes)
    if keep == list(range(len(keep))):
        return header, [Row(row.number, _padded(row.cells, len(keep))) for row in body]
    return header, [Row(row.number, tuple(_cell(row, at) for at in keep)) for row in body]


def _cell(row: Row, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""


def _filled_length(cells: tuple[str, ...]) -> int:
    return next((at for at in range(len(cells), 0, -1) if cells[at - 1].strip()), 0)


def _ragged_notes(names: list[str], body: list[Row], lengths: list[int]) -> Iterator[str]:
    short = [row.number for row in body if len(row.cells) < len(names)]
    long = [row.number for row, length in zip(body, lengths, strict=True) if names and length > len(names)]
    if short:
        yield f"Rows with fewer cells than the header: {len(short)} (first: row {short[0]}). Missing cells are empty."
    if long:
        yield f"Rows with more cells than the header: {len(long)} (first: row {long[0]}). Extra cells have own columns."


def _unique(names: list[str], keep: list[int], notes: list[str]) -> tuple[str, ...]:
    """Name the columns without a name, and number the names that come again."""
    given = {at: names[at] for at in keep if at < len(names) and names[at]}
    own = set(given.values())
    used: set[str] = set()
    last: Counter[str] = Counter()
    changed = []
    for at in keep:
        name = unique = given.get(at, f"Column {at + 1}")
        while unique in used or (unique in own and (at not in given or unique != name)):
            last[name] = max(2, last[name] + 1)
            unique = f"{name} ({last[name]})"
        if unique != name:
            changed.append(f'column {at + 1} is called "{unique}" here')
        used.add(unique)
        given[at] = unique
    if changed:
        more = f", and {len(changed) - 5} more" if len(changed) > 5 else ""
        notes.append(f"Columns with the name of another column: {'; '.join(changed[:5])}{more}.")
    return tuple(given[at] for at in keep)
