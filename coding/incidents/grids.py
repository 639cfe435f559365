"""What reading a CSV and an XLSX file have in common: the rows as they stand, limits, and refusals."""

import datetime
from dataclasses import dataclass

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
WANTED = "Upload a CSV or XLSX file with a header row and one row per incident."
SAVE_AS = "Save the table as CSV (UTF-8) or XLSX and upload that file."


class TableError(Exception):
    """The file is no table that can be read. The message is a sentence that says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # as a spreadsheet shows it; in CSV the line on which the row starts
    cells: tuple[str, ...]


@dataclass
class Grid:
    """All rows that are not blank, as they stand in the file."""

    rows: list[Row]
    notes: list[str]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    serial_epoch: datetime.date | None = None


def too_many_rows(file_name: str) -> str:
    return f'"{file_name}" has more than {ROW_LIMIT:,} rows. Split it into smaller files.'


def too_many_cells(file_name: str) -> TableError:
    return TableError(
        f'"{file_name}" spans more than {CELL_LIMIT:,} cells (rows times columns). '
        "Remove stray cells far to the right or below, and columns that are not needed."
    )
