"""The way in, as a person walks it: upload, look, change a guess, confirm, read the report."""

import json
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from coding.incidents import rules
from coding.incidents.models import Import, Incident
from coding.incidents.rules import Choices
from coding.people.models import Event
from tests import factory
from tests.incidents.files import HEADER, ROWS, csv_bytes, many, upload, xlsx_bytes

GUESSED = {"external_id": "id", "title": "title", "text": "text", "occurred_on": "date"}


@pytest.fixture
def client(lead, sign_in):
    return sign_in(lead)


@pytest.fixture
def door(project):
    return f"/p/{project.slug}/incidents/import/"


def send(client, door, data=None, name="reports.csv"):
    """Upload a file and give the address of its preview."""
    answer = client.post(door, {"file": upload(csv_bytes() if data is None else data, name)})
    assert answer.status_code == 302, answer.context["form"].errors
    return answer.url


def confirm(client, url, **more):
    return client.post(url, {**GUESSED, **more, "confirm": "1"})


def bring(client, door, rows, **more):
    url = send(client, door, csv_bytes(rows))
    assert confirm(client, url, **more).status_code == 302
    return Import.objects.order_by("pk").last().report


def titles(project):
    return list(Incident.objects.filter(project=project).order_by("number").values_list("number", "title"))


def test_a_file_is_looked_at_and_then_imported(client, door, project):
    url = send(client, door)
    page = client.get(url)
    assert page.status_code == 200
    assert {name: page.context["form"][name].value() for name in GUESSED} == GUESSED
    assert not Incident.objects.exists()
    answer = confirm(client, url)
    assert answer.url == url
    assert "3 added, 0 updated, 0 unchanged." in client.get(url).content.decode()
    assert titles(project) == [(1, "Wrong turn"), (2, "Late fee"), (3, "Lost luggage")]


def test_looking_writes_nothing(client, door, project):
    url = send(client, door)
    events = Event.objects.count()
    client.get(url)
    client.post(url, {**GUESSED, "read": "1"})
    assert not Incident.objects.exists()
    assert Event.objects.count() == events


def test_an_import_is_recorded_once(client, door, lead):
    confirm(client, send(client, door))
    event = Event.objects.get(verb="import_incidents")
    assert event.actor == lead
    assert json.loads(event.after) == {"file": "reports.csv", "report": "3 added, 0 updated, 0 unchanged."}


def test_a_file_is_not_kept_once_it_is_imported(client, door):
    confirm(client, send(client, door))
    assert bytes(Import.objects.get().payload) == b""


def test_confirming_twice_imports_once(client, door, project):
    url = send(client, door)
    confirm(client, url)
    again = confirm(client, url)
    assert again.status_code == 200
    assert "is imported" in again.content.decode()
    assert len(titles(project)) == 3
    assert Event.objects.filter(verb="import_incidents").count() == 1


def test_the_verb_refuses_a_file_that_is_done(client, door, lead):
    confirm(client, send(client, door))
    with pytest.raises(rules.ImportDone):
        rules.confirm(lead, Import.objects.get(), Choices())


def test_the_same_file_again_changes_nothing(client, door, project):
    bring(client, door, ROWS)
    before = list(Incident.objects.order_by("pk").values())
    assert bring(client, door, ROWS)["sentence"] == "0 added, 0 updated, 3 unchanged."
    assert list(Incident.objects.order_by("pk").values()) == before


def test_the_same_file_without_ids_changes_nothing_either(client, door, project):
    for sentence in ("3 added, 0 updated, 0 unchanged.", "0 added, 0 updated, 3 unchanged."):
        url = send(client, door, csv_bytes([row[1:] for row in ROWS], HEADER[1:]))
        confirm(client, url, external_id="")
        assert Import.objects.order_by("pk").last().report["sentence"] == sentence


def test_a_newer_snapshot_adds_updates_and_leaves_the_rest(client, door, project):
    bring(client, door, ROWS)
    newer = [
        ROWS[0],
        [*ROWS[1][:3], "2023-06-03"],
        [ROWS[2][0], "Luggage lost", *ROWS[2][2:]],
        ["A4", "New", "A new text.", ""],
    ]
    assert bring(client, door, newer)["sentence"] == "1 added, 2 updated, 1 unchanged."
    assert titles(project)[2:] == [(3, "Luggage lost"), (4, "New")]
    assert Incident.objects.get(external_id="A2").occurred_on.isoformat() == "2023-06-03"


def test_an_updated_incident_is_found_by_its_new_words_only(client, door, project):
    bring(client, door, ROWS)
    bring(
        client, door, [["A1", "Wrong way", "A tram went astray.", ""], ROWS[1], [*ROWS[2][:1], "Found", *ROWS[2][2:]]]
    )
    assert [i.external_id for i in Incident.objects.matching("astray")] == ["A1"]
    assert not Incident.objects.matching("canal").exists()
    assert [i.external_id for i in Incident.objects.matching("found oslo")] == ["A3"]


def test_an_empty_cell_takes_nothing_away(client, door, project):
    bring(client, door, ROWS)
    assert bring(client, door, [[*ROWS[0][:3], ""], *ROWS[1:]])["unchanged"] == 3
    assert Incident.objects.get(external_id="A1").occurred_on is not None


def test_other_columns_are_kept_as_attributes_and_merged(client, door, project):
    for header, value in (("severity", "high"), ("city", "Oslo")):
        url = send(client, door, csv_bytes([[*row, value] for row in ROWS], [*HEADER, header]))
        confirm(client, url)
    assert Incident.objects.get(external_id="A1").attributes == {"severity": "high", "city": "Oslo"}


def test_a_text_that_is_being_coded_stays_and_is_listed(client, door, project, ada):
    bring(client, door, ROWS)
    locked = Incident.objects.get(external_id="A1")
    factory.round_of(project, [ada], incidents=[locked])
    report = bring(
        client, door, [["A1", "Wrong turn, again", "Another text.", ""], ["A2", "Late fee", "Another text.", ""]]
    )
    locked.refresh_from_db()
    assert (locked.text, locked.title) == (ROWS[0][2], "Wrong turn, again")
    assert report["text_differs"] == ["Row 2: 1 Wrong turn"]
    assert [i.external_id for i in Incident.objects.matching("again canal")] == ["A1"]
    assert Incident.objects.get(external_id="A2").text == "Another text."
    page = client.get(f"{door}{Import.objects.order_by('pk').last().uid}/").content.decode()
    assert "1 left alone because their coded text differs" in page
    assert "Row 2: 1 Wrong turn" in page


def test_a_faulty_row_keeps_everything_out(client, door, project):
    rows = [ROWS[0], ["A2", "", "A text that stands here.", ""], ["A3", "T", "", "never"]]
    url = send(client, door, csv_bytes(rows))
    page = client.get(url).content.decode()
    assert "Row 3, column &quot;title&quot;: the title is empty." in page
    assert "Row 4, column &quot;text&quot;: the text is empty." in page
    answer = confirm(client, url)
    assert answer.status_code == 400
    assert "Row 4, column &quot;date&quot;" in answer.content.decode()
    assert "2 rows have faults, so nothing was imported." in answer.content.decode()
    assert not Incident.objects.exists()
    assert Import.objects.get().state == "uploaded"


def test_a_faulty_row_with_a_character_that_no_database_keeps_is_left_out(client, door, project):
    url = send(client, door, csv_bytes([ROWS[0], ["A2", "A title", "A text.", "not\0a day"]]))
    assert confirm(client, url, skip="on").status_code == 302
    assert any('"nota day" is not a date' in sentence for sentence in Import.objects.get().report["faults"])


def test_faulty_rows_are_left_out_on_request(client, door, project):
    url = send(client, door, csv_bytes([ROWS[0], ["A2", "", "A text.", ""]]))
    assert confirm(client, url, skip="on").status_code == 302
    assert Import.objects.get().report["sentence"] == "1 added, 0 updated, 0 unchanged, 1 skipped."
    page = client.get(url).content.decode()
    assert page.count("1 added, 0 updated, 0 unchanged, 1 skipped.") == 1
    assert "1 row with faults" in page
    assert all(sentence in unescape(page) for sentence in Import.objects.get().report["faults"])
    assert Import.objects.get().report["faults"]
    assert titles(project) == [(1, "Wrong turn")]


def test_an_id_that_stands_twice_is_a_fault_of_its_row(client, door, project):
    url = send(client, door, csv_bytes([ROWS[0], ["A1", "Other", "Another text.", ""]]))
    answer = confirm(client, url)
    assert answer.status_code == 400
    assert "Row 3" in answer.content.decode()
    assert not Incident.objects.exists()


def test_control_characters_are_a_fault_until_they_are_removed(client, door, project):
    url = send(client, door, csv_bytes([["A1", "Wrong turn", "One page.\x0cNext page.", ""]]))
    assert "a form feed (U+000C) at position 10" in confirm(client, url).content.decode()
    assert confirm(client, url, remove="on").status_code == 302
    assert Incident.objects.get().text == "One page.Next page."
    assert "refused characters removed: 1" in client.get(url).content.decode()


def test_a_nul_byte_is_named_by_row_and_column(client, door, project):
    url = send(client, door, csv_bytes([["A1", "Wrong\x00turn", "A text that stands here.", ""]]))
    answer = confirm(client, url)
    assert answer.status_code == 400
    assert "Row 2, column &quot;title&quot;: there is a NUL character at position 6" in answer.content.decode()


def test_a_mapping_is_changed_by_the_person(client, door, project):
    url = send(client, door)
    assert confirm(client, url, title="text", text="title").status_code == 302
    assert Incident.objects.get(external_id="A1").text == "Wrong turn"


def test_a_column_that_is_not_there_is_named(client, door, project):
    answer = confirm(client, send(client, door), title="Überschrift")
    assert answer.status_code == 400
    assert "The file has no column &quot;Überschrift&quot;." in answer.content.decode()
    assert not Incident.objects.exists()


def test_a_mapping_without_title_or_text_is_refused(client, door, project):
    url = send(client, door)
    answer = client.post(url, {"external_id": "id", "confirm": "1"})
    assert answer.status_code == 400
    assert "Choose the column that holds the title." in answer.content.decode()


def test_a_file_whose_text_column_cannot_be_guessed_asks_for_it(client, door):
    rows = [["1", "One", "x y", "z w"], ["2", "Two", "u v", "s t"]]
    page = client.get(send(client, door, csv_bytes(rows, ["id", "title", "a", "b"])))
    assert page.status_code == 200
    assert "Choose the column that holds the text." in page.content.decode()


def test_an_encoding_is_guessed_and_can_be_changed(client, door, project):
    rows = [["1", "Grüße", "Die Straße war gesperrt, und der Roboter fuhr über den Gehweg nach Köln.", ""]]
    url = send(client, door, csv_bytes(rows, encoding="cp1252"))
    assert client.get(url).context["reading"].rows[0].title == "Grüße"
    changed = client.post(url, {**GUESSED, "encoding": "gb18030", "read": "1"})
    assert changed.context["reading"].rows[0].title != "Grüße"
    confirm(client, url, encoding="cp1252")
    assert Incident.objects.get().title == "Grüße"


@pytest.mark.parametrize(
    "choice", [{"encoding": "klingon"}, {"encoding": "utf-32"}, {"delimiter": "§§"}, {"sheet": "None"}]
)
def test_a_choice_that_reads_nothing_is_said_and_imports_nothing(client, door, choice):
    url = send(client, door, csv_bytes(ROWS, encoding="utf-8"))
    for button in ("read", "confirm"):
        answer = client.post(url, {**GUESSED, **choice, button: "1"})
        assert answer.status_code in {200, 302, 400}
    assert Incident.objects.count() in {0, 3}


def test_utf_8_chosen_for_a_file_that_is_none_is_a_sentence(client, door):
    rows = [["1", "Grüße", "Die Straße war gesperrt, und der Roboter fuhr über den Gehweg nach Köln.", ""]]
    url = send(client, door, csv_bytes(rows, encoding="cp1252"))
    answer = confirm(client, url, encoding="utf-8")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not Incident.objects.exists()


def test_another_sheet_is_guessed_anew(client, door, project):
    german = (
        "Berichte",
        ["Nr", "headline", "body"],
        [["7", "Falsch abgebogen", "Ein Lieferroboter fuhr in den Kanal."]],
    )
    url = send(client, door, xlsx_bytes(("Reports", HEADER, ROWS), german), "reports.xlsx")
    page = client.post(url, {**GUESSED, "sheet": "Berichte", "read": "1"})
    assert page.status_code == 200
    assert page.context["reading"].columns == {"external_id": "Nr", "title": "headline", "text": "body"}
    assert page.context["form"]["title"].value() == "headline"
    client.post(url, {**page.context["reading"].columns, "sheet": "Berichte", "confirm": "1"})
    assert titles(project) == [(1, "Falsch abgebogen")]


def test_a_workbook_is_imported_like_a_table(client, door, project):
    url = send(client, door, xlsx_bytes(("Sheet1", HEADER, ROWS)), "reports.xlsx")
    assert confirm(client, url).status_code == 302
    assert len(titles(project)) == 3


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "empty.csv"), (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a.pdf"), (b"\x89PNG\r\n\x1a\n" + bytes(40), "a.png"),
     (b"%PDF-1.7\n%\xe2\xe3", "a.csv"), (b"PK\x03\x04garbage", "a.xlsx"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls"),
     (b"title,text\n", "header.csv"), (b"   \n\n", "blank.csv"), (b"\xff\xfe\x00\x00", "bom.csv")],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_sentence(client, door, data, name):
    answer = client.post(door, {"file": upload(data, name)})
    assert answer.status_code == 400
    assert answer.context["form"].errors["file"]
    assert not Import.objects.exists()


def test_a_form_without_a_file_is_refused(client, door):
    answer = client.post(door, {})
    assert answer.status_code == 400
    assert "This field is required." in answer.content.decode()


def test_a_file_over_the_limit_is_refused(client, door, monkeypatch):
    data = csv_bytes()
    monkeypatch.setattr("coding.incidents.views.UPLOAD_LIMIT", len(data))
    send(client, door, data)
    monkeypatch.setattr("coding.incidents.views.UPLOAD_LIMIT", len(data) - 1)
    answer = client.post(door, {"file": upload(data)})
    assert answer.status_code == 400
    assert "larger than 50 MB" in answer.content.decode()


def test_odd_file_names_are_only_names(client, door):
    for name in ["../../etc/passwd.csv", "a\r\nb.csv", "<b>.csv", "x" * 400 + ".csv", "данные.csv"]:
        url = send(client, door, name=name)
        assert "<b>" not in client.get(url).content.decode()


def test_files_that_nobody_confirmed_go_after_a_week(client, door, lead, project):
    send(client, door)
    Import.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    send(client, door)
    assert Import.objects.count() == 1


def test_an_import_of_another_project_is_not_found(client, door, lead, project):
    url = send(client, door)
    other = factory.project(lead, "Other")
    foreign = url.replace(f"/{project.slug}/", f"/{other.slug}/")
    assert client.get(foreign).status_code == 404
    assert confirm(client, foreign).status_code == 404
    assert not Incident.objects.exists()


def test_only_a_lead_imports(client, door, project, ada, stranger, sign_in):
    url, watcher = send(client, door), factory.member(project, "olga", "observer")
    for path in (door, url):
        for member in (ada, watcher):
            assert sign_in(member).get(path).status_code == 403
            assert sign_in(member).post(path, {"confirm": "1"}).status_code == 403
        assert sign_in(stranger).get(path).status_code == 404
        assert sign_in(stranger).post(path, {"confirm": "1"}).status_code == 404
    assert not Incident.objects.exists()


def test_two_projects_know_nothing_of_each_others_ids(client, door, lead, project):
    bring(client, door, ROWS)
    other = factory.project(lead, "Other")
    assert bring(client, f"/p/{other.slug}/incidents/import/", ROWS)["added"] == 3
    assert [number for number, _ in titles(other)] == [1, 2, 3]


def queries_of(django_assert_max_num_queries, project, rows, most):
    reading = rules.read_file(csv_bytes(rows), "a.csv", Choices(columns=GUESSED))
    with django_assert_max_num_queries(most):
        return rules.import_rows(project, reading.rows)


@pytest.mark.parametrize("note", ["", " Changed."])
def test_known_rows_cost_a_bounded_number_of_queries(project, django_assert_max_num_queries, note):
    """Statements for batches, never for rows; SQLite's batches are small (999 parameters in a statement)."""
    queries_of(django_assert_max_num_queries, project, many(1000), 30)
    report = queries_of(django_assert_max_num_queries, project, many(1000, note=note), 30)
    assert (report.updated if note else report.unchanged) == 1000
