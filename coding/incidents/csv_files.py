"""From the bytes of a CSV file to its rows: encoding, delimiter, quoted line breaks."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator

import charset_normalizer

from coding.incidents.grids import (
    CELL_LIMIT,
    DELIMITERS,
    ENCODINGS,
    ROW_LIMIT,
    SAVE_AS,
    UPLOAD_LIMIT,
    Grid,
    Row,
    TableError,
    too_many_cells,
    too_many_rows,
)

_CODECS = {"utf-8": "utf-8-sig", "shift_jis": "cp932"}  # cp932 is Shift-JIS as Windows writes it
_SAMPLE = 256 * 1024  # characters, or bytes, on which guesses rest
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_ONE_COLUMN = "\x1f"  # csv wants a delimiter even where there is none

# The longest field is the whole file; the limit on an incident's text is kept where rows are read (columns.py).
csv.field_size_limit(UPLOAD_LIMIT)


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
            raise too_many_cells(self._file_name)
        return self.last


def read_csv(data: bytes, file_name: str, encoding: str | None, delimiter: str | None) -> Grid:
    if delimiter and delimiter not in DELIMITERS:
        raise TableError("Columns can be separated by a comma, semicolon, tab or vertical bar.")
    found = encoding or _guess_encoding(data, file_name)
    codec = _codec(data, found)
    _check_decodes(data, found, codec)
    with _text(data, codec) as text:
        delimiter, spaced = _guess_delimiter(text, delimiter)
    grid = Grid([], [], encoding=found, delimiter=delimiter)
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
        raise TableError(f'"{file_name}" is no text and no workbook. {SAVE_AS}')
    if _undecodable(data, "utf-8-sig") is None or data.startswith(codecs.BOM_UTF8) or _mostly_utf_8(data):
        return "utf-8"
    others = {"gb18030": "gb18030", "cp932": "shift_jis", "cp1252": "cp1252"}
    telling = b"\n".join(line for line in data[: 4 * _SAMPLE].splitlines() if not line.isascii())[:_SAMPLE] or data
    guesses = charset_normalizer.from_bytes(telling, cp_isolation=list(others), enable_fallback=False)
    for codec in dict.fromkeys([*(guess.encoding for guess in guesses), *others]):
        if _undecodable(data, codec) is None:
            return others[codec]
    raise TableError(f'"{file_name}" is in none of these encodings: {", ".join(ENCODINGS.values())}. {SAVE_AS}')


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


def _collect(lines: _Lines, spaced: bool, grid: Grid, file_name: str) -> None:
    options = {"delimiter": grid.delimiter or _ONE_COLUMN, "skipinitialspace": spaced}
    mended: list[int] = []
    for number, cells in _records(lines, options, mended):
        if any(cell.strip() for cell in cells):
            grid.rows.append(Row(number, tuple(cells)))
        if len(grid.rows) > ROW_LIMIT + 1_000:
            raise TableError(too_many_rows(file_name))
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
