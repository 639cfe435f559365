import datetime
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.incidents.columns import (
    FIELDS,
    LENGTHS,
    RowFault,
    RowValues,
    ambiguous_dates,
    guess_day_first,
    guess_mapping,
    mapping_faults,
    read_row,
    repeats,
)
from coding.incidents.dates import read_date
from coding.incidents.grids import Row
from coding.incidents.tables import Table, read_table

DATA = Path("/work/shared/data")
HEADER = ("id", "title", "text", "date", "url", "lang", "note")
MAPPING = {
    "external_id": "id",
    "title": "title",
    "text": "text",
    "occurred_on": "date",
    "source_url": "url",
    "language": "lang",
}
GOOD = {"id": "a1", "title": "A robot fell", "text": "It fell.\r\nHard. "}
EXCEL = datetime.date(1899, 12, 30)


def data_file(name):
    path = DATA / name
    return pytest.param(path, marks=pytest.mark.skipif(not path.exists(), reason=f"{name} is not here"), id=name)


def table_of(header, *rows):
    body = [Row(number, tuple(cells)) for number, cells in enumerate(rows, 2)]
    return Table("csv", tuple(header), body, 1, "utf-8", ",", "", (), None, ())


def values(day_first=None, mapping=MAPPING, **cells):
    given = {name: cells.pop(name) for name in ("serial_epoch", "remove") if name in cells}
    filled = GOOD | cells
    return read_row(Row(7, tuple(filled.get(name, "") for name in HEADER)), mapping, HEADER, day_first, **given)


def faults(*args, **cells):
    found = values(*args, **cells)
    assert isinstance(found, RowFault)
    assert found.number == 7
    return found.sentences


# Mapping


@pytest.mark.parametrize("path", [data_file("aiid/incidents.csv")])
def test_aiid_maps_by_itself_and_reads_without_a_fault(path):
    table = read_table(path.read_bytes(), path.name)
    mapping = guess_mapping(table)
    assert mapping == {
        "title": "title", "text": "description", "occurred_on": "date", "external_id": "incident_id",
    }  # fmt: skip
    rows = [read_row(row, mapping, table.header) for row in table.rows]
    assert all(isinstance(row, RowValues) and row.occurred_on for row in rows)
    assert rows[0].external_id == "1"
    assert rows[0].occurred_on == datetime.date(2015, 5, 19)
    assert rows[0].attributes["Alleged deployer of AI system"] == '["youtube"]'
    assert repeats(rows) == []


@pytest.mark.parametrize("path", [data_file("aiaaic/aiaaic_incidents.csv")])
def test_aiaaic_maps_all_but_the_text_that_it_lacks(path):
    table = read_table(path.read_bytes(), path.name)
    mapping = guess_mapping(table)
    assert mapping == {
        "title": "Headline", "occurred_on": "Occurred", "source_url": "Summary/links", "external_id": "AIAAIC ID#",
    }  # fmt: skip
    row = read_row(table.rows[0], {**mapping, "text": "Headline"}, table.header)
    assert (row.occurred_on, row.attributes["Occurred"]) == (None, "2025")
    assert "is not a full date" in row.notes[0]


@pytest.mark.parametrize("path", [data_file("convabuse/convabuse_full.csv")])
def test_nothing_is_guessed_in_a_file_of_ratings(path):
    assert guess_mapping(read_table(path.read_bytes(), path.name)) == {}


@pytest.mark.parametrize(
    ("header", "field"),
    [("Headline", "title"), ("incident_title", "title"), ("Summary", "text"), ("reportText", "text"), ("BODY", "text")],
)
def test_columns_are_known_by_their_names(header, field):
    table = table_of(["x", header], ["1", "A robot fell on a man"], ["1", "A car did not stop for a child"])
    assert guess_mapping(table) == {field: header}


def test_a_name_is_not_enough_where_the_cells_do_not_fit():
    table = table_of(
        ["id", "title", "text", "date", "url"], ["1", "1", "[1,2]", "soon", "x"], ["1", "2", "[3]", "late", "y"]
    )
    assert guess_mapping(table) == {"occurrence": "id"} or guess_mapping(table) == {}


def test_an_incident_id_that_repeats_groups_reports():
    table = table_of(["report_number", "incident_id"], ["11", "1"], ["12", "1"], ["13", "2"])
    assert guess_mapping(table) == {"external_id": "report_number", "occurrence": "incident_id"}


def test_columns_without_a_telling_name_are_known_by_their_cells():
    rows = [[f"https://a.example/{n}", "the robot fell " * 20 + str(n), f"2024-01-{n:02}", "x"] for n in range(1, 9)]
    table = table_of(["p", "q", "r", "s"], *rows)
    assert guess_mapping(table) == {"text": "q", "occurred_on": "r", "source_url": "p"}


def test_two_columns_of_one_kind_without_a_name_stay_unmapped():
    rows = [[f"https://a.example/{n}", f"https://b.example/{n}"] for n in range(4)]
    assert guess_mapping(table_of(["p", "q"], *rows)) == {}


def test_a_source_may_be_a_name_or_a_link():
    assert guess_mapping(table_of(["source"], ["The Paper"], ["The Paper"])) == {"source_name": "source"}
    assert guess_mapping(table_of(["source"], ["https://a.example"], [""])) == {"source_url": "source"}


def test_a_mapping_that_cannot_be_used_says_why():
    assert mapping_faults(MAPPING, HEADER) == []
    assert mapping_faults({"titel": "title", "text": "body"}, HEADER) == [
        '"titel" is not a field of an incident.',
        'The file has no column "body".',
        "Choose the column that holds the title.",
    ]


# Rows


def test_a_row_becomes_values_and_other_columns_attributes():
    row = values(date="2024-01-31", url="https://a.example/x", lang=" en ", note="=1+1")
    assert row == RowValues(
        7, "A robot fell", "It fell.\nHard. ", datetime.date(2024, 1, 31), "", "https://a.example/x", "a1", "en",
        attributes={"note": "=1+1"},
    )  # fmt: skip


def test_empty_cells_make_no_attribute():
    assert values().attributes == {}


def test_missing_title_and_text_are_both_named():
    assert faults(title=" ", text="\r\n") == (
        'Row 7, column "title": the title is empty. Fill it in, or leave the row out.',
        'Row 7, column "text": the text is empty. Fill it in, or leave the row out.',
    )


def test_an_unmapped_text_is_named():
    assert faults(mapping={"title": "title"}) == ("Row 7: no column is chosen for the text. Choose one.",)


def test_html_in_a_title_is_text():
    assert values(title="<b>x</b> & <script>").title == "<b>x</b> & <script>"


def test_a_title_is_one_line():
    assert values(title=" A robot \r\n fell  twice ").title == "A robot fell  twice"


@pytest.mark.parametrize(
    ("column", "name"), [("title", "title"), ("text", "text"), ("id", "external_id"), ("lang", "language")]
)
def test_a_field_is_filled_to_its_length_and_no_further(column, name):
    assert isinstance(values(**{column: "😀" * LENGTHS[name]}), RowValues)
    (sentence,) = faults(**{column: "😀" * (LENGTHS[name] + 1)})
    assert sentence.startswith(f'Row 7, column "{column}": {LENGTHS[name] + 1:,} characters are too many')


def test_every_field_but_the_date_has_a_length():
    assert set(LENGTHS) == set(FIELDS) - {"occurred_on"}


@pytest.mark.parametrize("column", ["title", "text", "id", "date", "note"])
def test_refused_characters_are_a_fault_in_any_column(column):
    assert f'Row 7, column "{column}": there is a form feed (U+000C) at position 2.' in faults(**{column: "a\x0cb"})[0]


def test_refused_characters_are_removed_and_told_on_request():
    row = values(text="a\x0cb\x00", remove=True)
    assert row.text == "ab"
    assert row.notes == (
        'Row 7, column "text": refused characters removed: 2 (the first was a form feed (U+000C) at position 2).',
    )


def test_a_text_of_refused_characters_only_is_empty():
    assert "the text is empty" in faults(text="\x0c\x0c", remove=True)[0]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://a.example", "www.a.example", "http://", "http://[", "https://a b"]
)
def test_an_address_that_is_not_http_is_a_fault(url):
    (sentence,) = faults(url=url)
    assert sentence.startswith(f'Row 7, column "url": "{url}" is not a web address.')


@pytest.mark.parametrize("url", ["http://a.example", "HTTPS://a.example/ü?q=1#x", "https://[::1]/"])
def test_http_addresses_are_taken(url):
    assert values(url=f" {url}\n").source_url == url


def test_an_id_that_comes_again_names_both_rows():
    rows = [
        RowValues(number, "t", "x", external_id=key) for number, key in [(2, "a"), (3, ""), (4, "b"), (5, ""), (9, "a")]
    ]
    assert repeats(rows) == [RowFault(9, ('Row 9: the id "a" is already that of row 2. Give each its own.',))]


# Dates


@pytest.mark.parametrize(
    "cell",
    [
        "2024-01-31", "2024/1/31", "2024.01.31", "20240131", "2024-01-31T00:00:00.000Z", "31/01/2024", "1/31/2024",
        "31.01.2024", "31 January 2024", "31st Jan. 2024", "January 31, 2024", "Jan 31 2024", "31-Jan-2024",
        " 2024-01-31\n", "2024年1月31日", "٢٠٢٤-٠١-٣١",
    ],
)  # fmt: skip
def test_dates_that_read_one_way_are_read(cell):
    row = values(date=cell)
    assert row.occurred_on == datetime.date(2024, 1, 31)
    assert "date" not in row.attributes


@pytest.mark.parametrize("cell", ["2024-01-31T10:05:03+02:00", "2024-01-31 10:05", "1/31/2024 3:00 PM"])
def test_a_time_is_kept_as_attribute(cell):
    row = values(date=cell)
    assert (row.occurred_on, row.attributes) == (datetime.date(2024, 1, 31), {"date": cell})


@pytest.mark.parametrize("cell", ["2024", "2024-01", "01/2024", "March 2024", "2024年", "2024年3月"])
def test_a_year_or_month_is_kept_as_attribute_and_told(cell):
    row = values(date=cell)
    assert (row.occurred_on, row.attributes) == (None, {"date": cell})
    assert row.notes == (f'Row 7, column "date": "{cell}" is not a full date; it is kept as an attribute.',)


@pytest.mark.parametrize(
    "cell", ["31/02/2021", "2021-13-01", "31/01/24", "soon", "0000-01-01", "2019-2020", "Foo 2024", "43831"]
)
def test_what_is_no_date_is_a_fault_with_the_way_out(cell):
    assert faults(date=cell) == (
        f'Row 7, column "date": "{cell}" is not a date. Use YYYY-MM-DD, such as 2024-01-31, or leave the cell empty.',
    )


def test_an_empty_date_is_none():
    assert values(date="  ").occurred_on is None


def test_serial_dates_are_dates_in_a_workbook_only():
    assert values(date="43831", serial_epoch=EXCEL).occurred_on == datetime.date(2020, 1, 1)
    assert values(date="43831.5", serial_epoch=EXCEL).attributes == {"date": "43831.5"}
    assert values(date="2024", serial_epoch=EXCEL).occurred_on is None


def test_a_date_that_reads_two_ways_asks_and_takes_the_answer():
    assert faults(date="03/04/2024") == (
        'Row 7, column "date": "03/04/2024" can be read two ways. Say if the day or month comes first.',
    )
    assert values(True, date="03/04/2024").occurred_on == datetime.date(2024, 4, 3)
    assert values(False, date="03/04/2024").occurred_on == datetime.date(2024, 3, 4)
    assert values(date="04/04/2024").occurred_on == datetime.date(2024, 4, 4)


def test_a_date_against_the_answer_is_a_fault():
    assert "is not a date with the day first" in faults(True, date="01/31/2024")[0]
    assert "is not a date with the month first" in faults(False, date="31/01/2024")[0]


@pytest.mark.parametrize(
    ("cells", "asks", "day_first"),
    [
        (["03/04/2024", "05/06/2024"], True, None),
        (["03/04/2024", "31/06/2024", "31/05/2024"], False, True),
        (["03/04/2024", "05/31/2024"], False, False),
        (["03/04/2024", "05/31/2024", "31/05/2024"], True, None),
        (["2024-03-04", "04/04/2024", "", "2024"], False, None),
        (["05/31/2024", "31/05/2024"], False, None),
    ],
)
def test_a_column_asks_only_where_no_date_tells_the_order(cells, asks, day_first):
    table = table_of(["date"], *[[cell] for cell in cells])
    assert (ambiguous_dates(table, "date"), guess_day_first(table, "date")) == (asks, day_first)


@given(st.dates())
def test_every_date_is_read_in_each_form(day):
    year = f"{day.year:04}"
    assert read_date(day.isoformat()).day == day
    assert read_date(f"{day.day}/{day.month}/{year}", day_first=True).day == day
    assert read_date(f"{day.month}/{day.day}/{year}", day_first=False).day == day


@given(st.text())
def test_any_cell_is_read_as_date_without_an_error(cell):
    read_date(cell, serial_epoch=EXCEL)


@pytest.mark.parametrize("cell", ["1" * 1_000_000, ", " * 500_000 + "x", "a" + " " * 1_000_000 + "b", "T ," * 300_000])
def test_a_cell_made_to_be_slow_is_read_at_once(cell):
    started = time.perf_counter()
    values(title=cell, text=cell, date=cell, url=cell, note=cell)
    assert time.perf_counter() - started < 1


@given(st.lists(st.text(), min_size=7, max_size=7), st.booleans())
def test_any_row_becomes_values_or_faults(cells, remove):
    row = read_row(Row(7, tuple(cells)), MAPPING, HEADER, remove=remove)
    assert isinstance(row, RowValues) or row.sentences
