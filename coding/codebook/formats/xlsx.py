"""The codebook as a workbook, for the team: a sheet for each level, text always text, nothing cut.

Equal handouts give equal bytes: the file's own dates are those of the publication or edition.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from copy import copy
from datetime import datetime
from typing import Any

from coding.codebook.formats.sheets import Cell, Sheet, sheets
from coding.codebook.formats.written import Written, scope
from coding.codebook.queries import iso
from coding.codebook.rules import Handout

CELL_LIMIT = 32_767  # UTF-16 units, Excel's own limit
EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  the file format knows no time zones
LIVE = ("=", "+", "-", "@", "\t", "\n", "'")
ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
Styles = dict[tuple[bool, bool], Any]  # (is a head, begins like a formula) -> how such cells look
CONTINUED = "{name} (continued, {part})"


def write(handout: Handout) -> Written:
    """Write all sheets; the Read me comes first and says how to read the rest."""
    filled = [widened(sheet) for sheet in sheets(handout.document)]
    read_me = widened(read_me_sheet(handout, filled))
    notes = [*scope(handout), *carried_differently([read_me, *filled])]
    return Written(workbook([read_me, *filled], handout.at), notes)


def carried_differently(filled: Iterable[Sheet]) -> list[str]:
    continued = [f"{sheet.name}: {name}" for sheet in filled for name in sheet.columns if "(continued, " in name]
    notes = ["Properties, and what figures left out, stand as lines of text; their structure is in the JSON."]
    if continued:
        notes.append(f"Texts longer than a cell ({CELL_LIMIT:,} characters) go on in the column to their right: "
                     f"{'; '.join(continued)}.")  # fmt: skip
    return notes


def read_me_sheet(handout: Handout, filled: list[Sheet]) -> Sheet:
    """Say what this is, which edition, how to verify it, and what the sheets hold."""
    document = handout.document
    edition, core = document["edition"], document["core_category"]
    names = {row["uid"]: row["name"] for row in document["categories"]}
    rows: list[list[Cell]] = [
        ["What this is", "The codebook of a grounded-theory study: codes, categories, and their place in a scale."],
        ["Project", document["project"]["name"]],
        ["Research question", document["project"]["question"]],
        ["Notes on method", document["project"]["method_note"]],
        ["State", f"Edition {edition['number']}" if edition else "The living codebook: not an edition, it may change."],
    ]
    if edition:
        rows += [["Frozen", f"{edition['at']} by {edition['by']}"], ["Note of the edition", edition["note"]],
                 ["SHA-256 of the edition", edition["sha256"]]]  # fmt: skip
    if handout.publication:
        rows += [["Published", f"{iso(handout.publication.at)} by {handout.publication.by.name}"],
                 ["Note of the publication", handout.publication.note]]  # fmt: skip
    rows += [
        ["SHA-256 of the document", handout.sha256],
        ["How to verify", "Take the JSON of the same codebook, write the value of “document” as canonical JSON "
                          "(RFC 8785) and hash its UTF-8 bytes with SHA-256. The result must be the hash above."],
        ["Core category", names.get(core, "") if core else ""],
        ["Storyline", document["storyline"]],
        ["What is counted", "Submitted work of people in released pilot, main and re-coding rounds; each segment once "
                            "under the code that it was merged into. An incident's consensus is that of its latest "
                            "round; with several categories it counts under each, so sums may pass the total."],
        ["Long texts", f"A cell holds at most {CELL_LIMIT:,} characters. Longer text goes on in the next column, "
                       "called “(continued, 2)” and so on; nothing is cut."],
        ["Formulas", "There are none. A text that begins with =, +, - or @ is a text."],
    ]  # fmt: skip
    rows += [["Not in this file", note] for note in scope(handout)]
    rows += [[f"Sheet “{sheet.name}”", f"{len(sheet.rows)} rows"] for sheet in filled]
    return Sheet("Read me", {"About": 28, "Says": 110}, rows)


def widened(sheet: Sheet) -> Sheet:
    """Split texts that no cell can hold over further columns, beside the one they begin in."""
    split = [[pieces(value) for value in row] for row in sheet.rows]
    columns: dict[str, int] = {}
    widths = [max((len(row[place]) for row in split), default=1) for place in range(len(sheet.columns))]
    for (name, width), parts in zip(sheet.columns.items(), widths, strict=True):
        columns[name] = width
        columns |= {CONTINUED.format(name=name, part=part): width for part in range(2, parts + 1)}
    rows = [
        [piece for cell, parts in zip(row, widths, strict=True) for piece in [*cell, *[None] * (parts - len(cell))]]
        for row in split
    ]
    return Sheet(sheet.name, columns, rows)


def pieces(value: Cell) -> list[Cell]:
    """Cut a text so that each piece fits a cell as it is written; the pieces together are the text."""
    if not isinstance(value, str) or units(value) <= CELL_LIMIT:
        return [value]
    found: list[Cell] = []
    while value:
        end = min(len(value), CELL_LIMIT)
        while units(value[:end]) > CELL_LIMIT:
            end -= max(1, (units(value[:end]) - CELL_LIMIT) // 8)
        found.append(value[:end])
        value = value[end:]
    return found


def units(text: str) -> int:
    """Count UTF-16 units of a text as it is written."""
    return len(escaped(text).encode("utf-16-le")) // 2


def escaped(text: str) -> str:
    """Keep a literal "_x0041_" from being read as an escaped character (ECMA-376, ST_Xstring)."""
    return ESCAPE.sub("_x005F_", text)


def workbook(filled: list[Sheet], at: datetime | None) -> bytes:
    from openpyxl import Workbook  # heavy: imported where it is used

    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "Loam", "Codebook"
    for sheet in filled:
        fill(book.create_sheet(sheet.name), sheet)
    target = io.BytesIO()
    book.save(target)
    return settled(target.getvalue(), at.replace(tzinfo=None, microsecond=0) if at else EPOCH)


def fill(page: Any, sheet: Sheet) -> None:
    """Write one sheet: the header stays in sight, columns have their widths, texts wrap."""
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A2"
    page.sheet_view.zoomScale = 100
    page.print_title_rows = "1:1"
    for place, width in enumerate(sheet.columns.values(), 1):
        page.column_dimensions[get_column_letter(place)].width = width
    if sheet.name != "Read me" and sheet.rows:
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{len(sheet.rows) + 1}"
    styles: Styles = {}
    page.append([styled(page, name, styles, is_head=True) for name in sheet.columns])
    for row in sheet.rows:
        head = 1 if sheet.name == "Read me" else 0
        page.append([styled(page, value, styles, is_head=place < head) for place, value in enumerate(row)])


def styled(page: Any, value: Cell, styles: Styles, is_head: bool = False) -> Any:
    """Make one cell; a text is written as text whatever it begins with, and stays text when it is edited.

    `styles` keeps one style for each kind of cell: making it anew for each costs half of the export.
    """
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    cell = WriteOnlyCell(page)
    if isinstance(value, str):
        cell.value = escaped(value)
        cell.data_type = "s"
    else:
        cell.value = value
    kind = (is_head, isinstance(value, str) and value.startswith(LIVE))
    if kind not in styles:
        cell.quotePrefix = kind[1]
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if is_head:
            cell.font = Font(bold=True)
        styles[kind] = copy(cell._style)
    cell._style = copy(styles[kind])
    return cell


def settled(data: bytes, at: datetime) -> bytes:
    """Write the archive anew with fixed dates, so that the same codebook is the same file."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", f"{at.isoformat()}Z".encode(), content)
            info = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(info, content)
    return target.getvalue()
