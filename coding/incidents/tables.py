"""Read the bytes of a CSV or XLSX file into a table, and say what was repaired on the way."""

import codecs
import csv
import datetime
import io
import math
import re
import statistics
import struct
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.parsers import expat

import charset_normalizer
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from coding.lib.text import clean, fault, strip_faults

UPLOAD_LIMIT = 50 * 1024 * 1024  # bytes, as are the next two
UNPACKED_LIMIT = 500 * 1024 * 1024
TOKEN_LIMIT = 16 * 1024 * 1024  # expat reads an unfinished tag again with each chunk
RATIO_LIMIT = 100
ENTRY_LIMIT = 2_000
ROW_LIMIT = 100_000  # rows below the header that are not blank
CELL_LIMIT = 10_000_000  # rows times columns
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "gb18030": "GB18030 (Chinese)",
    "shift_jis": "Shift-JIS (Japanese)",
    "cp1252": "Windows-1252 (Western)",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

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
_ARCHIVES = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "word/document.xml": "a Word document (.docx)",
    "ppt/presentation.xml": "a PowerPoint file (.pptx)",
    "content.xml": "an OpenDocument file (.ods, .odt)",
    "project.qde": "a QDPX project",
}
_WANTED = "Upload a CSV or XLSX file with a header row and one row per incident."
_SAVE_AS = "Save the table as CSV (UTF-8) or XLSX and upload that file."
_CODECS = {"utf-8": "utf-8-sig", "shift_jis": "cp932"}  # cp932 is Shift-JIS as Windows writes it
_SAMPLE = 256 * 1024  # characters, or bytes, on which guesses rest
_JSON = re.compile(rb'\s*(\{\s*"|\[\s*\{\s*")')
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_ONE_COLUMN = "\x1f"  # csv wants a delimiter even where there is none

# The longest field is the whole file; the limit on an incident's text is kept where rows are read (columns.py).
csv.field_size_limit(UPLOAD_LIMIT)


class TableError(Exception):
    """The file is no table that can be read. The message is a sentence that says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # as a spreadsheet shows it; in CSV the line on which the row starts
    cells: tuple[str, ...]


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


@dataclass
class _Grid:
    """All rows that are not blank, as they stand in the file."""

    rows: list[Row]
    notes: list[str]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    serial_epoch: datetime.date | None = None


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
        raise TableError(f'"{file_name}" is empty. {_WANTED}')
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _table("xlsx", _read_xlsx(data, file_name, sheet), file_name, header_row)
    _refuse_other_types(data, file_name)
    return _table("csv", _read_csv(data, file_name, encoding, delimiter), file_name, header_row)


def _refuse_other_types(data: bytes, file_name: str) -> None:
    start = data[:1024].removeprefix(codecs.BOM_UTF8).lstrip()[:8]
    if data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in data:
        raise TableError(f'"{file_name}" is protected by a password. Save it without one and upload it again.')
    if _JSON.match(data[:1024].removeprefix(codecs.BOM_UTF8)):
        raise TableError(f'"{file_name}" is a JSON file, not a table. {_SAVE_AS}')
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature) or start.lower().startswith(signature):
            raise TableError(f'"{file_name}" is {what}, not a table. {_SAVE_AS}')


# Header and shape


def _table(kind: Literal["csv", "xlsx"], grid: _Grid, file_name: str, header_row: int | None) -> Table:
    if not grid.rows:
        raise TableError(f'"{file_name}" holds no rows. {_WANTED}')
    first = _header_index(grid.rows, header_row)
    above, rest = grid.rows[: max(first, 0)], grid.rows[first:] if first >= 0 else grid.rows
    depth = 0 if first < 0 else 1 + _has_second_level(rest)
    body = rest[depth:]
    if not body:
        raise TableError(f'"{file_name}" has a header but no rows below it. Add one row per incident.')
    if len(body) > ROW_LIMIT:
        raise TableError(_too_many_rows(file_name))
    notes = [*grid.notes, *_header_notes(above, rest[:depth])]
    names = _joined([row.cells for row in rest[:depth]])
    header, rows = _rectangle(names, body, notes, file_name)
    at = rest[0].number if depth else 0
    return Table(
        kind, header, rows, at, grid.encoding, grid.delimiter, grid.sheet, grid.sheets, grid.serial_epoch, tuple(notes)
    )


def _too_many_rows(file_name: str) -> str:
    return f'"{file_name}" has more than {ROW_LIMIT:,} rows. Split it into smaller files.'


def _too_many_cells(file_name: str) -> TableError:
    return TableError(
        f'"{file_name}" spans more than {CELL_LIMIT:,} cells (rows times columns). '
        "Remove stray cells far to the right or below, and columns that are not needed."
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
        raise _too_many_cells(file_name)
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


# CSV


class _Lines:
    """The lines of a text, counted, with the last one at hand."""

    def __init__(self, lines: Iterable[str], delimiter: str, file_name: str) -> None:
        self._lines, self._delimiter, self._file_name = iter(lines), delimiter, file_name
        self.number, self.last, self.separators = 0, "", 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.last = next(self._lines)
        self.number += 1
        self.separators += self.last.count(self._delimiter)
        if self.separators > CELL_LIMIT:
            raise _too_many_cells(self._file_name)
        return self.last


def _read_csv(data: bytes, file_name: str, encoding: str | None, delimiter: str | None) -> _Grid:
    if delimiter and delimiter not in DELIMITERS:
        raise TableError("Columns can be separated by a comma, semicolon, tab or vertical bar.")
    found = encoding or _guess_encoding(data, file_name)
    codec = _codec(data, found)
    _check_decodes(data, found, codec)
    with _text(data, codec) as text:
        delimiter, spaced = _guess_delimiter(text, delimiter)
    grid = _Grid([], [], encoding=found, delimiter=delimiter)
    if not encoding and found not in ("utf-8", "utf-16"):
        grid.notes.append(f"The encoding was guessed: {ENCODINGS[found]}. If letters look wrong, choose another.")
    with _text(data, codec) as text:
        _collect(_Lines(text, delimiter or _ONE_COLUMN, file_name), spaced, grid, file_name)
    return grid


def _text(data: bytes, codec: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), codec, newline="")


def _guess_encoding(data: bytes, file_name: str) -> str:
    """UTF-8 where it decodes; UTF-16 by BOM or NUL bytes; else the likeliest of the others that decodes all."""
    if _utf_16_codec(data):
        return "utf-16"
    if len(_CONTROL.findall(data[:_SAMPLE])) > max(8, len(data[:_SAMPLE]) // 50):
        raise TableError(f'"{file_name}" is no text and no workbook. {_SAVE_AS}')
    if _undecodable(data, "utf-8-sig") is None or data.startswith(codecs.BOM_UTF8) or _mostly_utf_8(data):
        return "utf-8"
    others = {"gb18030": "gb18030", "cp932": "shift_jis", "cp1252": "cp1252"}
    telling = b"\n".join(line for line in data[: 4 * _SAMPLE].splitlines() if not line.isascii())[:_SAMPLE] or data
    guesses = charset_normalizer.from_bytes(telling, cp_isolation=list(others), enable_fallback=False)
    for codec in dict.fromkeys([*(guess.encoding for guess in guesses), *others]):
        if _undecodable(data, codec) is None:
            return others[codec]
    raise TableError(f'"{file_name}" is in none of these encodings: {", ".join(ENCODINGS.values())}. {_SAVE_AS}')


def _utf_16_codec(data: bytes) -> str | None:
    """Tell UTF-16 by its BOM, or by NUL bytes and by the byte order in which there are line ends."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:_SAMPLE]
    if sample.count(0) * 50 < len(sample) or (
        sample.count(0) * 4 < len(sample) and _undecodable(data, "utf-8") is None
    ):
        return None
    texts = {codec: sample.decode(codec, errors="ignore") for codec in ("utf-16-le", "utf-16-be")}
    best = max(texts, key=lambda codec: texts[codec].count("\n") + texts[codec].count("\r"))
    controls = len(_CONTROL.findall(texts[best].encode("utf-8", errors="ignore")))
    return best if controls * 50 < len(texts[best]) and _undecodable(data, best) is None else None


def _codec(data: bytes, encoding: str) -> str:
    if encoding not in ENCODINGS:
        raise TableError(f'"{encoding}" is not an encoding that Loam reads. Choose one of: {", ".join(ENCODINGS)}.')
    if encoding == "utf-16":
        return _utf_16_codec(data) or "utf-16-le"
    return _CODECS.get(encoding, encoding)


def _undecodable(data: bytes, codec: str) -> int | None:
    """Find the first byte that the codec can't read, without keeping the text in memory."""
    decoder, step = codecs.getincrementaldecoder(codec)(), 1 << 20
    try:
        for start in range(0, len(data), step):
            decoder.decode(data[start : start + step], final=start + step >= len(data))
    except UnicodeDecodeError:
        try:
            data.decode(codec)
        except UnicodeDecodeError as error:
            return error.start
    return None


def _mostly_utf_8(data: bytes) -> bool:
    """Say whether this is UTF-8 with a few broken bytes: better refused with their place than read as another."""
    text = data[:_SAMPLE].decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return broken * 20 < sum(1 for character in text if character > "\x7f")


def _check_decodes(data: bytes, encoding: str, codec: str) -> None:
    at = _undecodable(data, codec)
    if at is None:
        return
    line = data[:at].decode(codec, errors="replace").count("\n") + 1
    raise TableError(
        f"The file is not {ENCODINGS[encoding]} throughout: byte {at + 1:,} (line {line}) is wrong. "
        "Choose another encoding, or save the file as UTF-8."
    )


def _guess_delimiter(text: Iterable[str], given: str | None) -> tuple[str, bool]:
    """Try each delimiter on the first rows; return the best ("" for one column) and whether spaces follow it."""
    lines, size = [], 0
    for line in text:
        lines.append(line)
        size += len(line)
        if size > _SAMPLE or len(lines) >= 500:
            break
    tries = [(d, s) for d in ([given] if given else DELIMITERS) for s in (False, True) if not s or _is_spaced(lines, d)]
    cut = size > _SAMPLE or len(lines) >= 500
    score, best = max(((_fit(lines, d, spaced, cut), (d, spaced)) for d, spaced in tries), key=lambda found: found[0])
    return best if given or score > 0 else ("", False)


def _is_spaced(lines: list[str], delimiter: str) -> bool:
    """Say whether a space stands after each delimiter of the header, and before quotation marks further down."""
    header = next(csv.reader(lines, delimiter=delimiter), [])
    return len(header) > 1 and all(name[:1] == " " for name in header[1:]) and f'{delimiter} "' in "".join(lines)


def _fit(lines: list[str], delimiter: str, spaced: bool, cut: bool) -> float:
    """Score how well a delimiter makes columns: even rows, no prose split at its commas, no quotes left in cells."""
    rows = [row for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=spaced) if any(map(str.strip, row))]
    rows = rows[:-1] if cut and len(rows) > 1 else rows
    if not rows:  # nothing but delimiters
        return 1e-6
    widths = Counter(map(len, rows))
    wide = [(count, width) for width, count in widths.items() if width > 1]
    if not wide:
        return 0.0
    count, width = max(wide)
    cells = [cell for row in rows for cell in row[1:]]
    odd = sum(1 for cell in cells if cell.startswith((" ", '"')) or cell.endswith('"')) / max(1, len(cells))
    even = count / len(rows)
    if len(rows[0]) == 1 and even < 0.8:
        return 0.0
    return max(1e-6, even + 0.3 * (len(rows[0]) == width) - odd - 0.01 * spaced + min(width, 50) / 1000)


def _collect(lines: _Lines, spaced: bool, grid: _Grid, file_name: str) -> None:
    options = {"delimiter": grid.delimiter or _ONE_COLUMN, "skipinitialspace": spaced}
    mended: list[int] = []
    for number, cells in _records(lines, options, mended):
        if any(cell.strip() for cell in cells):
            grid.rows.append(Row(number, tuple(cells)))
        if len(grid.rows) > ROW_LIMIT + 1_000:
            raise TableError(_too_many_rows(file_name))
    if mended:
        grid.notes.append(
            f"Rows with text after a closing quotation mark: {len(mended)} (first: row {mended[0]}). "
            "The text was joined to its cell; check these rows in the preview."
        )


def _records(lines: _Lines, options: dict[str, object], mended: list[int]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line on which it starts; read a line with a stray quotation mark leniently."""
    reader = csv.reader(lines, strict=True, **options)  # type: ignore[arg-type]  # csv's stubs want each option apart
    while True:
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) or lines.number > start:
                raise TableError(
                    f"Row {start} opens a quotation mark that is not closed as it should be (line {lines.number}). "
                    "Close it, or write a quotation mark inside a quoted cell twice."
                ) from error
            cells = next(csv.reader([lines.last], **options))  # type: ignore[arg-type]  # as above
            reader = csv.reader(lines, strict=True, **options)  # type: ignore[arg-type]  # as above
            mended.append(start)
        yield start, cells


# XLSX


@dataclass
class _Part:
    """What a first pass over one XML part finds: how far its cells reach, and cells that have no value to give."""

    file_name: str
    height: int = 0
    width: int = 0
    cells: int = 0
    size: int = 0
    errors: list[str] = field(default_factory=list)
    unsaved: list[str] = field(default_factory=list)  # formulas without a stored result
    ids: dict[str, str] = field(default_factory=dict)  # sheet name -> relationship id
    targets: dict[str, str] = field(default_factory=dict)  # relationship id -> part
    counts_from_1904: bool = False

    def __post_init__(self) -> None:
        self._row = self._column = 0
        self._formula = False
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def feed(self, chunk: bytes) -> None:
        """Read on; an empty chunk says that the part is complete."""
        self.size += len(chunk)
        self._parser.Parse(chunk, not chunk)
        if self.size - self._parser.CurrentByteIndex > TOKEN_LIMIT:
            raise TableError(f'"{self.file_name}" is damaged: it holds a tag without end. {_SAVE_AS}')
        if not chunk:
            self._close_cell()

    def _refuse_doctype(self, *_: object) -> None:
        raise TableError(f'"{self.file_name}" holds a document type declaration, which no workbook needs. {_SAVE_AS}')

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._open_cell(attributes)
        elif name in ("v", "is"):
            self._reach()
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self._row + 1
            self._column = 0
        elif name == "sheet":
            self.ids[attributes.get("name", "")] = next((v for k, v in attributes.items() if k.endswith(":id")), "")
        elif name == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")
        elif name == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904") in ("1", "true")

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self._close_cell()
        place = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = _column_number(place[1]) if place else self._column + 1
        self._row = int(place[2]) if place else max(self._row, 1)
        if attributes.get("t") == "e":
            self.errors.append(_reference(self._row, self._column))

    def _reach(self) -> None:
        """Count a cell with content. Blank ones cost nothing: the reader skips them."""
        self.cells += 1
        self.height, self.width = max(self.height, self._row), max(self.width, self._column)
        if max(self.cells, self.height * self.width) > CELL_LIMIT:
            raise _too_many_cells(self.file_name)
        if self._formula:
            self._parser.CharacterDataHandler = self._hear_result

    def _hear_result(self, text: str) -> None:
        if text.strip():
            self._formula, self._parser.CharacterDataHandler = False, None

    def _close_cell(self) -> None:
        if self._formula:
            self.unsaved.append(_reference(self._row, self._column))
            self._formula, self._parser.CharacterDataHandler = False, None


def _column_number(letters: str) -> int:
    return sum((ord(letter) - 64) * 26**power for power, letter in enumerate(reversed(letters.upper())))


def _reference(row: int, column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def _read_xlsx(data: bytes, file_name: str, sheet: str | None) -> _Grid:
    """Read one sheet of a workbook, from a copy that holds only what was counted and checked while unpacking."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        try:
            with zipfile.ZipFile(copy, "w") as checked:
                parts = _unpack(data, file_name, checked)
            copy.flush()
            with CalamineWorkbook.from_path(copy.name) as book:
                return _read_sheet(book, parts, file_name, sheet)
        except _UNREADABLE as error:
            raise TableError(f'"{file_name}" is damaged and can\'t be opened. {_SAVE_AS}') from error


_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    CalamineError,
    NotImplementedError,
    EOFError,
    OverflowError,
    ValueError,
)


def _unpack(data: bytes, file_name: str, checked: zipfile.ZipFile) -> dict[str, _Part]:
    """Copy the workbook's XML parts; count entries and bytes as they come, not as the directory claims them."""
    too_many = f'"{file_name}" holds more than {ENTRY_LIMIT:,} entries. {_SAVE_AS}'
    if data.count(b"PK\x01\x02") > 10 * ENTRY_LIMIT:  # before zipfile makes an object of each
        raise TableError(too_many)
    parts: dict[str, _Part] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > ENTRY_LIMIT:
            raise TableError(too_many)
        _check_entries(entries, file_name)
        allowed = min(UNPACKED_LIMIT, RATIO_LIMIT * len(data))
        for entry in entries:
            part = _Part(file_name)
            chunks = _chunks(archive, entry, allowed, file_name)
            unpacked = (
                _copy_part(chunks, part, checked, entry.filename) if _is_part(entry.filename) else sum(map(len, chunks))
            )
            allowed -= unpacked
            parts[entry.filename] = part
    return parts


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowed: int, file_name: str) -> Iterator[bytes]:
    with archive.open(entry) as source:
        while chunk := source.read(1 << 16):
            allowed -= len(chunk)
            if allowed < 0:
                raise TableError(
                    f'"{file_name}" unpacks to over 500 MB, or to over {RATIO_LIMIT} times its size. {_SAVE_AS}'
                )
            yield chunk


def _copy_part(chunks: Iterator[bytes], part: _Part, checked: zipfile.ZipFile, name: str) -> int:
    with checked.open(name, "w") as target:
        for chunk in chunks:
            part.feed(chunk)
            target.write(chunk)
    part.feed(b"")
    return part.size


def _check_entries(entries: list[zipfile.ZipInfo], file_name: str) -> None:
    names = [entry.filename for entry in entries]
    what = next((what for name, what in _ARCHIVES.items() if name in map(str.lower, names)), "a zip archive")
    if "xl/workbook.xml" not in names:
        raise TableError(f'"{file_name}" is {what}, not a table. {_SAVE_AS}')
    if any(entry.flag_bits & 1 for entry in entries):
        raise TableError(f'"{file_name}" is protected by a password. Save it without one and upload it again.')
    if len(set(names)) < len(names) or any(e.compress_type not in (0, 8) for e in entries):
        raise zipfile.BadZipFile


def _is_part(name: str) -> bool:
    return name.startswith(("xl/", "_rels/", "[Content_Types]")) and name.lower().endswith((".xml", ".rels"))


def _read_sheet(book: CalamineWorkbook, parts: dict[str, _Part], file_name: str, asked: str | None) -> _Grid:
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    names = tuple(sheet.name for sheet in sheets)
    if asked is not None and asked not in names:
        raise TableError(f'"{file_name}" has no sheet "{asked}". Choose one of: {", ".join(names)}.')
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    grid = _Grid([], [], sheets=names, serial_epoch=_epoch(parts))
    for name in [asked] if asked is not None else [*visible, *names]:
        grid.sheet, sheet = name, book.get_sheet_by_name(name)
        if sheet.start is not None:
            _take_rows(sheet, grid, file_name)
        if grid.rows:
            break
    grid.notes += _value_notes(_part_of(grid.sheet, parts))
    return grid


def _epoch(parts: dict[str, _Part]) -> datetime.date:
    book = parts.get("xl/workbook.xml")
    return datetime.date(1904, 1, 1) if book and book.counts_from_1904 else datetime.date(1899, 12, 30)


def _part_of(sheet: str, parts: dict[str, _Part]) -> _Part:
    nothing = _Part("")
    relation = parts.get("xl/workbook.xml", nothing).ids.get(sheet, "")
    target = parts.get("xl/_rels/workbook.xml.rels", nothing).targets.get(relation, "")
    return parts.get(target.lstrip("/") if target.startswith("/") else f"xl/{target}", nothing)


def _value_notes(part: _Part) -> Iterator[str]:
    if part.errors:
        yield f"Cells with an error such as #N/A: {len(part.errors)} (first: {part.errors[0]}). They are read as empty."
    if part.unsaved:
        yield (
            f"Formulas without a stored result: {len(part.unsaved)} (first: {part.unsaved[0]}). They are read as "
            "empty; open the file in a spreadsheet program, save it and upload it again to have their values."
        )


def _take_rows(sheet: CalamineSheet, grid: _Grid, file_name: str) -> None:
    left = (
        sheet.start[1] if sheet.start else 0
    )  # rows come from row 1 on, but without the empty columns before the data
    rows = [[""] * left + [_as_text(value) for value in row] for row in sheet.iter_rows()]
    _fill_merged(sheet, rows, grid.notes)
    grid.rows = [Row(at, tuple(row)) for at, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    if len(grid.rows) > ROW_LIMIT + 1_000:
        raise TableError(_too_many_rows(file_name))


def _fill_merged(sheet: CalamineSheet, rows: list[list[str]], notes: list[str]) -> None:
    """Repeat the value of a cell merged over several rows in each of them."""
    filled = []
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or []:
        if bottom <= top or top >= len(rows) or left >= len(rows[top]) or not rows[top][left]:
            continue
        for row in rows[top + 1 : bottom + 1]:
            if row[left]:  # ranges that overlap, which no spreadsheet program writes
                break
            row[left] = rows[top][left]
        filled.append(f"{_reference(top + 1, left + 1)}:{_reference(bottom + 1, left + 1)}")
    if filled:
        notes.append(f"Cells merged over several rows: {len(filled)} (first: {filled[0]}). Each row has their value.")


def _as_text(value: object) -> str:
    """Write a cell as a person reads it: no ".0", dates in ISO form."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if math.isfinite(value) and value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta():
            minutes, seconds = divmod(int(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return str(value)
