"""The command writes a file and prints what it could not carry."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from coding.codebook import rules
from coding.codes import rules as words

pytestmark = pytest.mark.django_db


def run(project, path, name="json", **options):
    out = io.StringIO()
    call_command("export_codebook", project.slug, format=name, output=path, stdout=out, **options)
    return out.getvalue()


def test_it_writes_the_last_publication(project, study, lead, tmp_path):
    publication = rules.finalise(lead, project)
    words.create_code(lead, project, "a late code")
    words.freeze(lead, project)
    said = run(project, tmp_path / "book.json")
    assert json.loads((tmp_path / "book.json").read_text())["sha256"] == publication.sha256
    assert f"edition {publication.edition.number} (publication), SHA-256 {publication.sha256}." in said


def test_it_writes_a_named_edition(project, study, lead, tmp_path):
    rules.finalise(lead, project)
    said = run(project, tmp_path / "book.xlsx", "xlsx", edition=1)
    assert "edition 1 (not published)" in said
    assert load_workbook(tmp_path / "book.xlsx")["Read me"]["B6"].value == "Edition 1"


def test_it_prints_what_it_could_not_carry(project, study, tmp_path):
    said = run(project, tmp_path / "book.xlsx", "xlsx")
    assert "Not carried as it is: Memos, coders' names" in said
    assert "This is not a publication" in said


def test_a_project_without_edition_gives_the_living_codebook(bare, tmp_path):
    assert "living, not an edition" in run(bare, tmp_path / "book.json")


@pytest.mark.parametrize(
    ("options", "sentence"), [({"edition": 99}, "no edition 99"), ({"edition": 0}, "no edition 0")]
)
def test_an_unknown_edition_is_refused(project, tmp_path, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(project, tmp_path / "book.json", **options)
    assert not (tmp_path / "book.json").exists()


def test_a_path_that_cant_be_written_is_named(project, tmp_path):
    with pytest.raises(CommandError, match="can't be written"):
        run(project, tmp_path / "missing" / "book.json")


def test_an_unknown_project_is_named(db, tmp_path):
    with pytest.raises(CommandError, match="no project “nowhere”"):
        call_command("export_codebook", "nowhere", format="json", output=str(tmp_path / "x"))
