"""The same import from the command line; and a real file, where it is at hand."""

import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from coding.incidents.models import Incident
from coding.people.models import Event, Membership
from tests.incidents.files import ROWS, csv_bytes

REAL = Path(settings.BASE_DIR).parent / "shared" / "data" / "aiid" / "incidents.csv"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "reports.csv"
    path.write_bytes(csv_bytes())
    return path


def run(*arguments):
    said = io.StringIO()
    call_command("import_incidents", *map(str, arguments), stdout=said)
    return said.getvalue()


def test_a_file_is_imported_in_the_name_of_the_first_lead(project, lead, file):
    said = run(file, "--project", project.slug)
    assert "3 rows, utf-8." in said
    assert "title = title" in said
    assert said.endswith("3 added, 0 updated, 0 unchanged.\n")
    event = Event.objects.get(verb="import_incidents")
    assert (event.actor, json.loads(event.after)["file"]) == (lead, "reports.csv")


def test_a_file_whose_name_is_not_utf_8_is_imported(project, file):
    run(file.rename(file.with_name("caf\udce9.csv")), "--project", project.slug)
    assert json.loads(Event.objects.get(verb="import_incidents").after)["file"] == "caf?.csv"


def test_the_same_file_again_changes_nothing(project, file):
    run(file, "--project", project.slug)
    assert "0 added, 0 updated, 3 unchanged." in run(file, "--project", project.slug)


def test_a_dry_run_reports_and_imports_nothing(project, file):
    said = run(file, "--project", project.slug, "--dry-run")
    assert "text = text" in said
    assert not Incident.objects.exists()
    assert not Event.objects.filter(verb="import_incidents").exists()


def test_columns_are_mapped_by_hand_and_the_rest_is_guessed(project, file):
    run(file, "--project", project.slug, "--map", "title=text", "text=title")
    incident = Incident.objects.get(external_id="A1")
    assert (incident.text, incident.title) == (ROWS[0][1], ROWS[0][2])


def test_an_encoding_is_chosen(project, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(csv_bytes([["1", "事故", "東京の店で案内のロボットが客に嘘をついた。", ""]], encoding="shift_jis"))
    run(path, "--project", project.slug, "--encoding", "shift_jis")
    assert Incident.objects.get().title == "事故"


def test_faulty_rows_stop_the_import_unless_they_are_skipped(project, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(csv_bytes([ROWS[0], ["A2", "", "A text.", ""]]))
    with pytest.raises(CommandError, match="1 row has a fault, so nothing was imported"):
        run(path, "--project", project.slug)
    assert not Incident.objects.exists()
    assert "1 added, 0 updated, 0 unchanged, 1 skipped." in run(path, "--project", project.slug, "--skip-faulty")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--map", "title"], "is not FIELD=COLUMN"), (["--map", "headline=title"], "is not a field of an incident"),
     (["--map", "title=nowhere"], 'The file has no column "nowhere"'), (["--map", "title="], "no column"),
     (["--encoding", "klingon"], "invalid choice")],
)  # fmt: skip
def test_a_wrong_argument_is_said_in_a_sentence(project, file, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(file, "--project", project.slug, *arguments)
    assert not Incident.objects.exists()


def test_an_unknown_project_is_said(project, file):
    for slug, said in (("nothing", "nothing"), ("n\udce9", r"n\?")):
        with pytest.raises(CommandError, match=f"There is no project “{said}”"):
            run(file, "--project", slug)


def test_a_missing_file_is_said(project, tmp_path):
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(CommandError, match="can't be read"):
            run(path, "--project", project.slug)


def test_a_file_that_is_no_table_is_said(project, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3")
    with pytest.raises(CommandError, match="PDF"):
        run(path, "--project", project.slug)


def test_a_project_without_a_lead_is_said(project, file):
    Membership.objects.update(role="coder")
    with pytest.raises(CommandError, match="has no lead"):
        run(file, "--project", project.slug)


@pytest.mark.skipif(not REAL.exists(), reason="the AI Incident Database's file is not at hand")
def test_a_real_file_needs_only_its_text_column_chosen(project):
    """120 incidents of the AI Incident Database; its reports' texts are not in the file, the description stands in."""
    for counts in ("120 added, 0 updated, 0 unchanged.", "0 added, 0 updated, 120 unchanged."):
        assert counts in run(REAL, "--project", project.slug, "--map", "text=description")
    first = Incident.objects.get(external_id="1")
    assert first.title == "Google’s YouTube Kids App Presents Inappropriate Content"
    assert first.occurred_on.isoformat() == "2015-05-19"
