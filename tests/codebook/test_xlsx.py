"""The workbook holds a sheet for each level; text stays text, and nothing is cut."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from coding.axial_coding.labels import label_category
from coding.codebook import rules
from coding.codebook.formats import FORMATS, xlsx
from coding.codebook.formats.sheets import Sheet
from coding.codes import rules as words
from coding.codes.models import Code
from tests.codebook import factory as made

SHEETS = ["Read me", "Layers", "Scale categories", "Categories", "Mappings", "Codes", "Relations", "Counts",
          "Agreement", "Examples", "Decisions", "Change history", "Rounds"]  # fmt: skip
NASTY = ["=1+1", "@x", "+1", "-1", "\tx", "\n=1", "'quoted", "=HYPERLINK(\"http://x\")", "#N/A", "TRUE", "00123",
         "2026-01-01", "قاعدة مختلقة", "😀👍🏽", "  spaces  ", "_x0041_", "<b>&amp;</b>", "a\nb"]  # fmt: skip


def written(project, number=None):
    return FORMATS["xlsx"].write(rules.handout(project, number))


def book_of(data):
    return load_workbook(io.BytesIO(data))


def calamine(data, sheet):
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def rows_of(book, sheet):
    head, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.django_db
def test_an_in_vivo_label_has_its_column(project, study, lead):
    label_category(lead, study.fabricated, "had been waived")
    held = {row["Category"]: row["In-vivo label"] for row in rows_of(book_of(written(project).data), "Categories")}
    assert held == {"Duty left open": None, "Fabricated content": "had been waived"}


@pytest.mark.django_db
def test_each_level_has_its_sheet_with_a_frozen_header(project, study):
    book = book_of(written(project).data)
    assert book.sheetnames == SHEETS
    assert {sheet.freeze_panes for sheet in book} == {"A2"}
    assert all(sheet.column_dimensions["A"].width >= 12 for sheet in book)
    assert len(rows_of(book, "Layers")) == 3
    assert len(rows_of(book, "Scale categories")) == 12


@pytest.mark.django_db
def test_the_sheets_tell_the_study(project, study):
    book = book_of(written(project).data)
    code = next(row for row in rows_of(book, "Codes") if row["Code"] == "invented rule")
    assert (code["Category"], code["Segments"], code["Incidents"], code["Coders"]) == ("Fabricated content", 6, 3, 2)
    assert code["Merged from"] == "made-up rule"
    says = {row["Category"]: (row["Says"], row["No."]) for row in rows_of(book, "Mappings")}
    assert says == {"Fabricated content": ("mapped", 7), "Duty left open": ("does not fit", None)}
    seven = next(row for row in rows_of(book, "Counts") if row["Name"] == "Misinformation and Factual Hallucinations")
    assert (seven["Consensus incidents"], seven["As primary"]) == (2, 2)
    (decision,) = rows_of(book, "Decisions")
    assert decision["Stands"] == "7 Misinformation and Factual Hallucinations (primary)"
    assert [row["Purpose"] for row in rows_of(book, "Rounds")] == ["Main", "Main"]
    assert {row["Quote"] for row in rows_of(book, "Examples")} == {made.CLAIM, made.NOBODY}
    assert rows_of(book, "Relations")[0]["Evidence"] == "none: a conjecture"
    assert rows_of(book, "Categories")[1]["Properties and ranges"] == "stake: a fee to a life"
    touched = [row for row in rows_of(book, "Agreement") if row["Level"] == "touched"]
    assert len(touched) == 3
    assert all(isinstance(row["Value"], float | int) or row["Not defined, because"] for row in touched)


@pytest.mark.django_db
def test_the_read_me_says_which_edition_and_how_to_verify(project, study, lead):
    publication = rules.finalise(lead, project, "For the journal.")
    told = {row[0]: row[1] for row in book_of(written(project, publication.edition.number).data)["Read me"].values}
    assert told["State"] == f"Edition {publication.edition.number}"
    assert told["SHA-256 of the document"] == publication.sha256
    assert told["Note of the publication"] == "For the journal."
    assert "RFC 8785" in told["How to verify"]


@pytest.mark.django_db
@pytest.mark.parametrize("text", NASTY)
def test_a_text_stays_the_text_it_is(bare, lead, text):
    code = words.create_code(lead, bare, "a code")
    Code.objects.filter(pk=code.pk).update(definition=text)
    data = written(bare).data
    cell = book_of(data)["Codes"]["C2"]
    assert cell.data_type == "s"
    assert cell.value.replace("_x005F_", "_") == text
    assert calamine(data, "Codes")[1][2] == text
    assert cell.quotePrefix == text.startswith(("=", "+", "-", "@", "\t", "\n", "'"))


@pytest.mark.django_db
def test_no_cell_is_a_formula_and_numbers_are_numbers(project, study, lead):
    for text in NASTY:
        words.create_code(lead, project, text)
    book = book_of(written(project).data)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["x" * 40_000, "😀" * 20_000, "=" + "é\n" * 20_000, "_x0041_" * 6_000],
                         ids=["latin", "emoji", "formula", "escapes"])  # fmt: skip
def test_a_text_longer_than_a_cell_goes_on_in_the_next_columns(bare, lead, text):
    code = words.create_code(lead, bare, "a code")
    Code.objects.filter(pk=code.pk).update(definition=text)
    done = written(bare)
    head, row = calamine(done.data, "Codes")[:2]
    parts = [place for place, name in enumerate(head) if name.startswith("Definition")]
    assert [head[place] for place in parts[:2]] == ["Definition", "Definition (continued, 2)"]
    assert "".join(row[place] for place in parts) == text
    assert any("Codes: Definition (continued, 2)" in note for note in done.notes)
    cells = [
        cell.value for row in book_of(done.data)["Codes"].iter_rows() for cell in row if isinstance(cell.value, str)
    ]
    assert all(len(value.encode("utf-16-le")) // 2 <= 32_767 for value in cells)


@given(st.text(alphabet="a😀é\n=_x0041", min_size=0, max_size=300), st.integers(2, 40))
def test_pieces_fit_and_together_are_the_text(text, limit):
    was, xlsx.CELL_LIMIT = xlsx.CELL_LIMIT, max(limit, 14)
    try:
        found = xlsx.pieces(text)
        assert all(xlsx.units(piece) <= xlsx.CELL_LIMIT for piece in found)
    finally:
        xlsx.CELL_LIMIT = was
    assert "".join(found) == text


def test_only_the_column_that_needs_it_is_widened():
    sheet = xlsx.widened(Sheet("S", {"A": 1, "B": 2}, [["x" * 32_768, "b"], ["a", None]]))
    assert list(sheet.columns) == ["A", "A (continued, 2)", "B"]
    assert sheet.rows == [["x" * 32_767, "x", "b"], ["a", None, None]]


@pytest.mark.django_db
def test_the_same_codebook_is_the_same_file(project, study, lead):
    publication = rules.finalise(lead, project)
    first, second = (written(project, publication.edition.number).data for _ in range(2))
    assert first == second
    assert book_of(first).properties.modified == publication.at.replace(tzinfo=None, microsecond=0)
