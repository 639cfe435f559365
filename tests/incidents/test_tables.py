import csv
import datetime
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.incidents import workbooks
from coding.incidents.grids import TableError
from coding.incidents.tables import read_table

DATA = Path("/work/shared/data")
CHINESE = "编号,标题,描述\n1,自动驾驶汽车事故,一辆自动驾驶汽车在测试中撞上行人\n2,人脸识别错误,系统认错了人\n"
JAPANESE = "番号,タイトル,本文\n1,自動運転車の事故,自動運転車が歩行者に衝突した。\n"
WESTERN = "id,title,text\n1,Café “Zürich”,It’s fine – they said\n"


def data_file(name):
    path = DATA / name
    return pytest.param(path, marks=pytest.mark.skipif(not path.exists(), reason=f"{name} is not here"), id=name)


def read(text, **given):
    return read_table(text.encode(), "file.csv", **given)


def cells(table):
    return [row.cells for row in table.rows]


def refusal(data, name="file.csv", **given):
    with pytest.raises(TableError) as caught:
        read_table(data if isinstance(data, bytes) else data.encode(), name, **given)
    return str(caught.value)


# Encodings


@pytest.mark.parametrize(
    ("text", "codec", "encoding"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "utf-16-be", "utf-16"),
        (WESTERN, "utf-16-le", "utf-16"),
        (CHINESE, "gb18030", "gb18030"),
        (JAPANESE, "cp932", "shift_jis"),
        (WESTERN, "cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_guessed_and_can_be_given_back(text, codec, encoding):
    data = text.encode(codec)
    table = read_table(data, "file.csv")
    assert table.encoding == encoding
    assert [table.header, *cells(table)] == [tuple(line.split(",")) for line in text.splitlines()]
    assert read_table(data, "file.csv", encoding=encoding).rows == table.rows


def test_a_guess_among_old_encodings_is_told():
    assert "The encoding was guessed: GB18030" in " ".join(read_table(CHINESE.encode("gb18030"), "a.csv").notes)
    assert read_table(CHINESE.encode("gb18030"), "a.csv", encoding="gb18030").notes == ()


def test_a_given_encoding_that_cannot_decode_names_itself_and_the_place():
    sentence = refusal("id,title\n1,ok\n2,caf\xe9 noir\n".encode("cp1252"), encoding="utf-8")
    assert "not UTF-8 throughout: byte 20 (line 3)" in sentence


def test_an_unknown_encoding_is_refused():
    assert '"rot13" is not an encoding' in refusal("a,b\n1,2", encoding="rot13")


def test_utf_8_with_one_broken_byte_is_refused_with_its_place_and_not_read_as_another():
    data = ("id,title\n" + "1,自动驾驶汽车事故 und Größe\n" * 20).encode() + b"2,caf\xe9 noir\n"
    assert "(line 22)" in refusal(data)
    assert "caf" in read_table(data, "a.csv", encoding="cp1252").rows[-1].cells[1]


@pytest.mark.parametrize("path", [data_file(f"multilingual/udhr_{name}.txt") for name in ("arb", "cmn_hans", "hin")])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_real_texts_come_back_unchanged_in_each_encoding(path, codec):
    text = path.read_text(encoding="utf-8")
    out = io.StringIO()
    csv.writer(out).writerows([["id", "text"], ["1", text], ["2", text]])
    table = read_table(out.getvalue().encode(codec), "udhr.csv")
    assert cells(table) == [("1", text), ("2", text)]


# Delimiters, quotes, line breaks


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_guessed(delimiter):
    rows = [["id", "title", "text"], ["1", "a, b", "x; y"], ["2", "c, d", "p | q"], ["3", "e", "tab\there"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    table = read(out.getvalue())
    assert (table.delimiter, [list(row) for row in cells(table)]) == (delimiter, rows[1:])


def test_semicolons_in_every_cell_do_not_hide_the_commas():
    assert read("id,tags\n1,a; b; c\n2,d; e; f\n3,g; h; i\n").delimiter == ","


def test_commas_in_every_text_do_not_hide_the_semicolons():
    assert read("id;text\n1;Well, yes\n2;Well, no\n3;Well, hm\n").delimiter == ";"


def test_prose_in_one_column_is_not_cut_at_its_commas():
    table = read("text\nFirst, a robot fell\nThen, again, it fell\nIt rose\n")
    assert (table.delimiter, cells(table)[0]) == ("", ("First, a robot fell",))


def test_a_given_delimiter_is_taken():
    assert read("a,b;c\n1,2;3\n", delimiter=";").header == ("a,b", "c")
    assert "comma, semicolon, tab" in refusal("a,b\n1,2", delimiter="x")


def test_a_space_between_comma_and_quotation_mark_is_no_part_of_the_cell():
    assert cells(read('id, "title"\n1, "a, b"\n2, "c, d"\n')) == [("1", "a, b"), ("2", "c, d")]


def test_other_spaces_are_part_of_the_cell():
    assert cells(read('id,title,text\n1,", ", x\n2,b, y\n')) == [("1", ", ", " x"), ("2", "b", " y")]


def test_rows_are_numbered_by_the_line_on_which_they_start():
    table = read('id,text\r\n1,"a\r\nb\r\nc"\r\n\r\n2,"say ""x"""\r\n')
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("1", "a\r\nb\r\nc")), (6, ("2", 'say "x"'))]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_known(end):
    assert [row.number for row in read(end.join(["id,t", "1,a", "2,b"])).rows] == [2, 3]


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_row():
    assert refusal('id,text\n1,a\n2,"open\n3,b\n4,c\n').startswith("Row 3 opens a quotation mark")


def test_a_quotation_mark_that_swallows_rows_is_refused_with_its_row():
    assert refusal('id,text\n1,"open\n2,b\n3,"c"\n').startswith("Row 2 opens a quotation mark")


def test_text_after_a_closing_quotation_mark_is_joined_and_told():
    table = read('id,text\n1,"Quoted" word\n2,"ok"\n')
    assert cells(table) == [("1", "Quoted word"), ("2", "ok")]
    assert "(first: row 2)" in table.notes[0]


def test_a_cell_of_two_million_characters_is_read():
    assert len(read(f'id,text\n1,"{"x" * 2_000_001}"\n').rows[0].cells[1]) == 2_000_001


@pytest.mark.parametrize("start", ["=1+1", "+x", "-x", "@x", "'=x", "\tx"])
def test_cells_that_look_like_formulas_come_as_they_are(start):
    assert read(f'id,text\n1,"{start}"\n', delimiter=",").rows[0].cells == ("1", start)


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=12)
ALPHABETS = {"gb18030": words, "utf-8": words, "utf-16": words, "cp1252": st.text("aé“€–,;|\t\"'\n\r ÿ", max_size=12)}
ALPHABETS["shift_jis"] = st.text('a,;|\t"\n\r 東京ソ表タｶ。', max_size=12)  # ソ and 表 end in a backslash byte


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_csv_writes_is_read_back_the_same(data):
    encoding = data.draw(st.sampled_from(sorted(ALPHABETS)))
    delimiter = data.draw(st.sampled_from([",", ";", "\t", "|"]))
    quoting = data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    line = st.tuples(*[ALPHABETS[encoding]] * 3).filter(lambda row: any(cell.strip() for cell in row))
    rows = data.draw(st.lists(line, min_size=1, max_size=8))
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([("id", "title", "text"), *rows])
    file = out.getvalue().encode("cp932" if encoding == "shift_jis" else encoding)
    table = read_table(file, "x.csv", encoding=encoding, delimiter=delimiter, header_row=1)
    assert (table.header, cells(table)) == (("id", "title", "text"), rows)


prose = st.lists(st.sampled_from(["robot", "fell,", "again;", "Straße", "人工", '"so"', "a|b", "\n"]), min_size=1).map(
    " ".join
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(prose, min_size=4, max_size=12),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_encoding_and_delimiter_of_prose_are_guessed(texts, delimiter, codec):
    rows = [(str(number), "Title", text) for number, text in enumerate(texts)]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([("id", "title", "text"), *rows])
    assert cells(read_table(out.getvalue().encode(codec), "x.csv")) == rows


# Header and shape


def test_rows_above_the_header_are_left_out_and_told():
    table = read("Incidents,,\nexported 2024,,\nid,title,text\n1,a,b\n2,c,d\n")
    assert (table.header_row, table.header) == (3, ("id", "title", "text"))
    assert table.notes == ("Above the header, and not read: row 1, 2.",)


def test_the_guessed_header_row_can_be_given_back_and_changed():
    text = "Incidents,,\nid,title,text\n1,a,b\n2,c,d\n"
    assert read(text, header_row=2) == read(text)
    assert read(text, header_row=3).header == ("1", "a", "b")


def test_a_header_of_two_levels_is_found_again_from_its_row():
    text = "Incidents,,,\nid,Impact,,Note\n,Sector,Country,\n1,Health,UK,x\n"
    assert read(text).header_row == 2
    assert read(text, header_row=2) == read(text)


def test_a_file_may_have_no_header():
    table = read("1,a\n2,b\n", header_row=0)
    assert (table.header, cells(table)) == (("Column 1", "Column 2"), [("1", "a"), ("2", "b")])


def test_a_header_row_that_is_not_there_is_refused():
    assert refusal("id,title\n\n1,a\n", header_row=2).startswith("Row 2 can't be the header")


def test_a_header_of_two_levels_is_joined():
    table = read("id,Impact,,Note\n,Sector,Country,\n1,Health,UK,x\n2,Law,US,y\n")
    assert table.header == ("id", "Impact / Sector", "Impact / Country", "Note")
    assert table.header_row == 1
    assert [row.number for row in table.rows] == [3, 4]


def test_a_row_below_nameless_columns_is_no_second_header():
    assert read("id,title,\n1,a,x\n2,b,y\n").header == ("id", "title", "Column 3")


def test_empty_headers_get_a_name_and_repeated_ones_a_number():
    table = read("date,,date,date (2),date\n1,2,3,4,5\n")
    assert table.header == ("date", "Column 2", "date (3)", "date (2)", "date (4)")
    assert table.notes[0] == (
        "Columns with the name of another column: "
        'column 3 is called "date (3)" here; column 5 is called "date (4)" here.'
    )


def test_thousands_of_columns_of_one_name_are_told_in_a_line():
    table = read(",".join(["x"] * 16_000) + "\n" + ",".join(["1"] * 16_000) + "\n")
    assert len(set(table.header)) == 16_000
    assert table.header[-1] == "x (16000)"
    assert len(table.notes) == 1
    assert len(table.notes[0]) < 400


def test_a_given_name_is_not_taken_by_a_nameless_column():
    assert read("Column 2,,b\n1,2,3\n").header == ("Column 2", "Column 2 (2)", "b")


def test_headers_lose_line_breaks_and_control_characters():
    table = read('"in\ncident  id",ti\x00tle\n1,a\n')
    assert table.header == ("in cident id", "title")
    assert table.notes == ("Control characters were removed from the header.",)


def test_ragged_rows_are_filled_and_extra_cells_kept():
    table = read("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,,\n")
    assert table.header == ("a", "b", "c", "Column 4")
    assert cells(table) == [("1", "2", "3", ""), ("4", "5", "", ""), ("6", "7", "8", "9"), ("10", "11", "12", "")]
    assert [note[-60:] for note in table.notes] == [
        note[-60:]
        for note in (
            "Rows with fewer cells than the header: 1 (first: row 3). Missing cells are empty.",
            "Rows with more cells than the header: 1 (first: row 4). Extra cells have own columns.",
        )
    ]


def test_blank_rows_and_empty_nameless_columns_are_left_out():
    table = read("a,b,,\n1,2,,\n,,,\n \n3,4,,\n")
    assert (table.header, [row.number for row in table.rows]) == (("a", "b"), [2, 5])


# Limits


def test_a_hundred_thousand_rows_are_read_and_one_more_is_refused():
    text = "id,title\n" + "1,a\n" * 100_000
    assert len(read(text).rows) == 100_000
    assert "more than 100,000 rows" in refusal(text + "1,a\n")


def test_fifty_megabytes_are_read_and_one_byte_more_is_refused():
    data = b"id,text\n1," + b"x" * (50 * 1024 * 1024 - 10)
    assert len(read_table(data, "a.csv", delimiter=",").rows) == 1
    assert "larger than 50 MB" in refusal(data + b"x")


def test_a_line_of_nothing_but_commas_is_refused():
    assert "10,000,000 cells" in refusal("a,b\n" + "," * 10_000_001)


def test_one_wide_row_among_many_is_refused():
    assert "10,000,000 cells" in refusal("a,b\n" + "," * 5_000 + "x\n" + "1,2\n" * 2_000)


# Wrong types


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n\t\n", "is empty"),
        (b",,,\n,,\n", "holds no rows"),
        (b"id,title\n", "has a header but no rows"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a PNG picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "is an old Excel or Word file (.xls, .doc)"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\n<HTML><table>", "is a web page"),
        (b'[\n {"id": 1}]', "is a JSON file"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "is an XML file"),
        (b"{\\rtf1 x}", "is an RTF document"),
        (b"\x7fELF" + bytes(range(256)) * 40, "is no text and no workbook"),
        (b"PK\x03\x04 torn", "is damaged"),
        ("id,title\n1,a\n".encode("utf-32"), "is a text in UTF-32"),
    ],
)
def test_a_file_that_is_no_table_is_named_with_the_way_out(data, words):
    sentence = refusal(data, "it.bin")
    assert words in sentence
    assert '"it.bin"' in sentence
    assert sentence.endswith(("upload that file.", "upload it again.", "per incident."))


@pytest.mark.parametrize(
    ("name", "words"),
    [("word/document.xml", "Word"), ("content.xml", "OpenDocument"), ("xl/workbook.bin", "xlsb"), ("x", "zip archive")],
)
def test_other_archives_are_named(name, words):
    assert words in refusal(zipped({name: b"<a/>"}), "a.zip")


# XLSX


def zipped(parts, comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def parts_of(sheet_xml=None, head=""):
    with zipfile.ZipFile(io.BytesIO(saved(book_of(["id", "title"], ["1", "a"])))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if sheet_xml is not None:
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        parts["xl/worksheets/sheet1.xml"] = (
            f'{head}<worksheet xmlns="{space}"><sheetData>{sheet_xml}</sheetData></worksheet>'.encode()
        )
    return parts


def cell(place, value, kind="str"):
    return f'<c r="{place}" t="{kind}"><v>{value}</v></c>'


HEAD = f'<row r="1">{cell("A1", "id")}{cell("B1", "title")}</row>'


def test_values_are_written_as_people_read_them():
    moment = datetime.datetime(2024, 1, 31, 10, 5, 3)
    book = book_of(
        list("abcdefg"), [1.0, 0.1, datetime.date(2024, 1, 31), moment, True, datetime.timedelta(hours=30), 2**40]
    )
    table = read_table(saved(book), "a.xlsx")
    assert cells(table) == [("1", "0.1", "2024-01-31", "2024-01-31T10:05:03", "TRUE", "30:00:00", "1099511627776")]
    assert (table.kind, table.encoding, table.delimiter, table.sheet) == ("xlsx", "", "", "Sheet")


def test_rows_have_the_numbers_of_the_sheet_wherever_the_table_stands():
    book = openpyxl.Workbook()
    for place, value in {"B3": "id", "C3": "title", "B5": 1, "C5": "a", "B9": 2, "C9": "b"}.items():
        book.active[place] = value
    table = read_table(saved(book), "a.xlsx")
    assert (table.header_row, table.header) == (3, ("id", "title"))
    assert [(row.number, row.cells) for row in table.rows] == [(5, ("1", "a")), (9, ("2", "b"))]


@pytest.mark.parametrize(
    ("is_1904", "epoch"), [(False, datetime.date(1899, 12, 30)), (True, datetime.date(1904, 1, 1))]
)
def test_the_first_day_of_serial_dates_is_the_workbooks(is_1904, epoch):
    book = book_of(["id", "date"], [1, datetime.date(2024, 1, 31)])
    if is_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book.active["B2"] = datetime.date(2024, 1, 31)
    table = read_table(saved(book), "a.xlsx")
    assert (table.serial_epoch, cells(table)) == (epoch, [("1", "2024-01-31")])


def test_a_value_merged_over_rows_is_in_each_of_them():
    book = book_of(["source", "title"], ["Paper", "a"], [None, "b"], [None, "c"], ["Other", "d"])
    book.active.merge_cells("A2:A4")
    table = read_table(saved(book), "a.xlsx")
    assert [row[0] for row in cells(table)] == ["Paper", "Paper", "Paper", "Other"]
    assert table.notes == ("Cells merged over several rows: 1 (first: A2:A4). Each row has their value.",)


def test_a_merged_header_of_two_levels_is_joined():
    book = book_of(["id", "Impact", None], [None, "Sector", "Country"], ["1", "Health", "UK"], ["2", "Law", "US"])
    book.active.merge_cells("A1:A2")
    book.active.merge_cells("B1:C1")
    assert read_table(saved(book), "a.xlsx").header == ("id", "Impact / Sector", "Impact / Country")


def test_merged_cells_are_found_where_the_table_does_not_start_in_the_first_column():
    book = openpyxl.Workbook()
    for place, value in {"C2": "source", "D2": "title", "C3": "Paper", "D3": "a", "D4": "b"}.items():
        book.active[place] = value
    book.active.merge_cells("C3:C4")
    assert cells(read_table(saved(book), "a.xlsx")) == [("Paper", "a"), ("Paper", "b")]


def test_ranges_merged_over_each_other_cost_nothing():
    merged = "".join(f'<mergeCell ref="A1:A{1_000_000 + n}"/>' for n in range(2_000))
    sheet = (
        HEAD
        + f'<row r="2">{cell("A2", "1")}{cell("B2", "a")}</row></sheetData><mergeCells>{merged}</mergeCells><sheetData>'
    )
    assert cells(read_table(zipped(parts_of(sheet)), "a.xlsx")) == [("1", "a")]


def test_errors_are_empty_and_told():
    sheet = HEAD + f'<row r="2">{cell("A2", "1")}{cell("B2", "#N/A", "e")}</row>'
    table = read_table(zipped(parts_of(sheet)), "a.xlsx")
    assert cells(table) == [("1", "")]
    assert table.notes == ("Cells with an error such as #N/A: 1 (first: B2). They are read as empty.",)


def test_formulas_give_their_stored_result_and_are_told_where_they_have_none():
    sheet = HEAD + '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>A1</f><v/></c></row>'
    table = read_table(zipped(parts_of(sheet)), "a.xlsx")
    assert cells(table) == [("2", "")]
    assert table.notes[0].startswith("Formulas without a stored result: 1 (first: B2).")


def test_the_first_visible_sheet_with_rows_is_read_and_others_can_be_chosen():
    book = openpyxl.Workbook()
    book.active.title = "Empty"
    book.create_sheet("Hidden").append(["x"])
    book["Hidden"].sheet_state = "hidden"
    for name in ("One", "Two"):
        book.create_sheet(name).append(["id", "title"])
        book[name].append(["1", name])
    table = read_table(saved(book), "a.xlsx")
    assert (table.sheet, table.sheets) == ("One", ("Empty", "Hidden", "One", "Two"))
    assert cells(read_table(saved(book), "a.xlsx", sheet="Two")) == [("1", "Two")]
    assert "holds no rows" in refusal(saved(book), sheet="Empty")
    assert 'no sheet "Three". Choose one of: Empty, Hidden' in refusal(saved(book), sheet="Three")


def test_a_tag_without_end_is_refused_and_a_long_text_is_read(monkeypatch):
    monkeypatch.setattr(workbooks, "TOKEN_LIMIT", 100_000)
    noise = "".join(chr(97 + n * n % 7919 % 26) for n in range(300_000))
    assert "a tag without end" in refusal(zipped({**parts_of(), "xl/x.xml": f'<a b="{noise}"/>'}))
    assert len(read_table(zipped({**parts_of(), "xl/x.xml": f"<a>{noise}</a>"}), "a.xlsx").rows) == 1


def test_a_document_type_is_refused():
    bomb = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>'
    assert "document type declaration" in refusal(zipped(parts_of(HEAD, head=bomb)))


def test_a_stray_cell_far_away_is_refused_before_it_fills_the_memory():
    sheet = HEAD + f'<row r="1048576">{cell("XFD1048576", "x")}</row>'
    assert "10,000,000 cells" in refusal(zipped(parts_of(sheet)))


def test_a_stray_cell_behind_a_comment_is_refused_too():
    sheet = HEAD + f'<!-- <c a=" --><row r="1048576">{cell("XFD1048576", "x")}</row><!-- " > -->'
    assert "10,000,000 cells" in refusal(zipped(parts_of(sheet)))


def test_a_stray_blank_cell_is_nothing():
    sheet = (
        HEAD + f'<row r="2">{cell("A2", "1")}{cell("B2", "a")}</row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    )
    assert cells(read_table(zipped(parts_of(sheet)), "a.xlsx")) == [("1", "a")]


def test_cells_without_places_are_read_in_order():
    first = "<row>" + "".join(f'<c t="str"><v>{name}</v></c>' for name in ("id", "title")) + "</row>"
    sheet = first + '<row><c><v>1</v></c><c t="str"><v>a</v></c></row>'
    assert cells(read_table(zipped(parts_of(sheet)), "a.xlsx")) == [("1", "a")]


def test_a_hundred_thousand_sheet_rows_are_read_and_one_more_is_refused():
    sheet = HEAD + "".join(f'<row r="{n}"><c r="A{n}"><v>{n * 7919 % 99991}</v></c></row>' for n in range(2, 100_002))
    assert len(read_table(zipped(parts_of(sheet)), "a.xlsx").rows) == 100_000
    more = sheet + '<row r="100002"><c r="A100002"><v>1</v></c></row>'
    assert "more than 100,000 rows" in refusal(zipped(parts_of(more)))


def test_a_workbook_unpacks_to_a_hundred_times_its_size_and_no_more():
    parts = parts_of()
    rest = 2_500_000 - sum(map(len, parts.values()))

    def archive(size):
        bare = zipped({**parts, "xl/media/zeros.bin": b"\0" * size})
        whole = zipped({**parts, "xl/media/zeros.bin": b"\0" * size}, comment=b"x" * (25_000 - len(bare)))
        assert len(whole) == 25_000
        return whole

    assert cells(read_table(archive(rest), "a.xlsx")) == [("1", "a")]
    assert "over 100 times its size" in refusal(archive(rest + 1))


def test_unpacked_bytes_are_counted_to_the_limit_and_no_further(monkeypatch):
    parts = parts_of()
    size = sum(map(len, parts.values()))
    monkeypatch.setattr(workbooks, "UNPACKED_LIMIT", size)
    assert len(read_table(zipped(parts), "a.xlsx").rows) == 1
    monkeypatch.setattr(workbooks, "UNPACKED_LIMIT", size - 1)
    assert "over 500 MB" in refusal(zipped(parts))


def test_a_directory_that_claims_less_than_there_is_brings_no_more():
    parts = {**parts_of(), "xl/media/x.bin": b"\0" * 100_000}
    data = zipped(parts)
    lying = data.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != data
    assert "damaged" in refusal(lying)


def test_two_thousand_entries_are_read_and_one_more_is_refused():
    parts = parts_of()
    extra = {f"docProps/{n}.bin": b"" for n in range(2_000 - len(parts))}
    assert len(read_table(zipped({**parts, **extra}), "a.xlsx").rows) == 1
    assert "more than 2,000 entries" in refusal(zipped({**parts, **extra, "one-more": b""}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused():
    out = io.BytesIO(zipped(parts_of()))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    assert "damaged" in refusal(out.getvalue())


def test_a_part_in_an_encoding_that_nobody_knows_is_refused():
    strange = b'<?xml version="1.0" encoding="xxx"?><a/>'
    assert "damaged" in refusal(zipped({**parts_of(), "xl/worksheets/sheet1.xml": strange}))


def test_a_torn_workbook_is_refused():
    data = saved(book_of(["id", "title"], ["1", "a"]))
    assert "damaged" in refusal(data[: len(data) // 2])


# Files from the wild


@pytest.mark.parametrize("path", [data_file("aiaaic/aiaaic_incidents.csv")])
def test_aiaaic_has_a_title_and_a_header_of_two_levels(path):
    table = read_table(path.read_bytes(), path.name)
    assert (table.header_row, len(table.header), len(table.rows), table.rows[0].number) == (2, 18, 120, 4)
    assert table.header[9:13] == (
        "Ethical issue (taxonomy)",
        "Impacted area / Jurisdiction",
        "Impacted area / Sector",
        "External harm (taxonomy) / Individual",
    )


@pytest.mark.parametrize(
    "path",
    [
        data_file("aiid/incidents.csv"),
        data_file("convabuse/convabuse_full.csv"),
        data_file("aiid/classifications_GMF.csv"),
    ],
)
def test_real_files_have_the_cells_that_csv_reads(path):
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    table = read_table(path.read_bytes(), path.name)
    assert table.header == tuple(header)
    assert cells(table) == [tuple(row) for row in rows]
    assert table.notes == ()
