"""From the bytes of an XLSX file to its rows: checked while unpacked, read without running anything in it."""

import datetime
import io
import math
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from coding.incidents.grids import (
    CELL_LIMIT,
    ENTRY_LIMIT,
    RATIO_LIMIT,
    ROW_LIMIT,
    SAVE_AS,
    TOKEN_LIMIT,
    UNPACKED_LIMIT,
    Grid,
    Row,
    TableError,
    too_many_cells,
    too_many_rows,
)

_ARCHIVES = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "word/document.xml": "a Word document (.docx)",
    "ppt/presentation.xml": "a PowerPoint file (.pptx)",
    "content.xml": "an OpenDocument file (.ods, .odt)",
    "project.qde": "a QDPX project",
}
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")


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
            raise TableError(f'"{self.file_name}" is damaged: it holds a tag without end. {SAVE_AS}')
        if not chunk:
            self._close_cell()

    def _refuse_doctype(self, *_: object) -> None:
        raise TableError(f'"{self.file_name}" holds a document type declaration, which no workbook needs. {SAVE_AS}')

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
            raise too_many_cells(self.file_name)
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


def read_xlsx(data: bytes, file_name: str, sheet: str | None) -> Grid:
    """Read one sheet of a workbook, from a copy that holds only what was counted and checked while unpacking."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        try:
            with zipfile.ZipFile(copy, "w") as checked:
                parts = _unpack(data, file_name, checked)
            copy.flush()
            with CalamineWorkbook.from_path(copy.name) as book:
                return _read_sheet(book, parts, file_name, sheet)
        except _UNREADABLE as error:
            raise TableError(f'"{file_name}" is damaged and can\'t be opened. {SAVE_AS}') from error


_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    CalamineError,
    NotImplementedError,
    EOFError,
    OverflowError,
    LookupError,  # a part that names an encoding which nobody knows
    ValueError,
)


def _unpack(data: bytes, file_name: str, checked: zipfile.ZipFile) -> dict[str, _Part]:
    """Copy the workbook's XML parts; count entries and bytes as they come, not as the directory claims them."""
    too_many = f'"{file_name}" holds more than {ENTRY_LIMIT:,} entries. {SAVE_AS}'
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
                    f'"{file_name}" unpacks to over 500 MB, or to over {RATIO_LIMIT} times its size. {SAVE_AS}'
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
        raise TableError(f'"{file_name}" is {what}, not a table. {SAVE_AS}')
    if any(entry.flag_bits & 1 for entry in entries):
        raise TableError(f'"{file_name}" is protected by a password. Save it without one and upload it again.')
    if len(set(names)) < len(names) or any(e.compress_type not in (0, 8) for e in entries):
        raise zipfile.BadZipFile


def _is_part(name: str) -> bool:
    return name.startswith(("xl/", "_rels/", "[Content_Types]")) and name.lower().endswith((".xml", ".rels"))


def _read_sheet(book: CalamineWorkbook, parts: dict[str, _Part], file_name: str, asked: str | None) -> Grid:
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    names = tuple(sheet.name for sheet in sheets)
    if asked is not None and asked not in names:
        raise TableError(f'"{file_name}" has no sheet "{asked}". Choose one of: {", ".join(names)}.')
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    grid = Grid([], [], sheets=names, serial_epoch=_epoch(parts))
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


def _take_rows(sheet: CalamineSheet, grid: Grid, file_name: str) -> None:
    left = (
        sheet.start[1] if sheet.start else 0
    )  # rows come from row 1 on, but without the empty columns before the data
    rows = [[""] * left + [_as_text(value) for value in row] for row in sheet.iter_rows()]
    _fill_merged(sheet, rows, grid.notes)
    grid.rows = [Row(at, tuple(row)) for at, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    if len(grid.rows) > ROW_LIMIT + 1_000:
        raise TableError(too_many_rows(file_name))


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
