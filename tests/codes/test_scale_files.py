"""A scale comes in from JSON, CSV and XLSX, by command, page and program: whole, or not at all with each row named."""

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from coding.codes.content import scale_rows
from coding.codes.models import Scale
from coding.codes.scale_files import ScaleFaulty, read_scale
from coding.codes.scales import FIXTURES, shipped
from coding.lib.refusals import BadInput
from coding.people.models import Event
from tests import factory
from tests.door import Door

ROWS = [
    ["Layer", "Category", "Definition", "Use when", "Avoid when", "Rating kind"],
    ["Harm", "Injury", "Somebody is hurt.", "A body.", "Only money.", "presence"],
    ["Harm", "Loss", "Something is lost.", "", "", ""],
    ["Trust", "Deceit", "", "", "", ""],
]


def as_csv(rows):
    return "\n".join(",".join(row) for row in rows).encode()


def as_xlsx(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def names(content):
    return [(layer["name"], [row["name"] for row in layer["categories"]]) for layer in content["layers"]]


@pytest.mark.parametrize(("write", "file_name"), [(as_csv, "harms.csv"), (as_xlsx, "harms.xlsx")])
def test_a_table_has_a_row_for_each_category(write, file_name):
    content = read_scale(write(ROWS), file_name)
    assert (content["name"], content["rating_kind"]) == ("harms", "presence")
    assert names(content) == [("Harm", ["Injury", "Loss"]), ("Trust", ["Deceit"])]
    assert content["layers"][0]["categories"][0] == {
        "name": "Injury", "definition": "Somebody is hurt.", "use_when": "A body.", "avoid_when": "Only money.",
    }  # fmt: skip


@pytest.mark.parametrize("key", ["gvs", "schwartz"])
def test_a_shipped_scale_reads_as_it_was_written(key):
    file = FIXTURES / {"gvs": "gvs_scale.json", "schwartz": "schwartz.json"}[key]
    read, plain = read_scale(file.read_bytes(), file.name), shipped(key)
    assert (read["name"], read["rating_kind"], names(read)) == (plain["name"], plain["rating_kind"], names(plain))


def plain(**changes):
    return {"name": "S", "rating_kind": "presence", "layers": [{"name": "L", "categories": [{"name": "C"}]}], **changes}


def layers(*named):
    return [{"name": name, "categories": [{"name": one} for one in rows]} for name, rows in named]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([*ROWS, ["Trust", "injury", "", "", "", ""]], "Row 5: there is a category “injury” already, in row 2"),
        ([*ROWS, ["", "Doubt", "", "", "", ""]], "Row 5: the layer has no name"),
        ([*ROWS, ["Trust", "", "x", "", "", ""]], "Row 5: the category has no name"),
        ([*ROWS, ["Trust", "Doubt", "", "", "", "stance"]], "two rating kinds"),
        ([["Theme", "Category"], ["a", "b"]], "No column is named as a layer"),
        ([ROWS[0], ["Harm", "x" * 201, "", "", "", ""]], "Row 2: The name has 201 characters"),
        ([ROWS[0], ["Harm", "Injury", "", "", "", "yes"]], "presence or stance"),
        ([ROWS[0], *(["Harm", f"C{n}", "", "", "", ""] for n in range(201))], "at most 200 categories"),
    ],
)
def test_a_faulty_table_is_refused_with_its_rows(rows, why):
    with pytest.raises(ScaleFaulty, match=why):
        read_scale(as_csv(rows), "harms.csv")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (plain(layers=[]), "no layers"),
        ({"name": "S", "rating_kind": "presence"}, "no layers"),
        (plain(layers="x"), "list of layers"),
        (plain(layers=[3]), "Layer 1: it has to be an object"),
        (plain(layers=layers(("L", []))), "“L” has no category"),
        (plain(layers=layers(("L", ["C"]), ("l", ["D"]))), "Layer 2: there is a layer “l” already"),
        (plain(layers=layers(("L", ["C"]), ("M", ["c"]))), "Layer 2, category 1: there is a category “c” already"),
        (plain(layers=[{"name": "L", "categories": [{"name": 7}]}]), "have to be text"),
        (plain(rating_kind="stars"), "is “stars”; it has to be presence or stance"),
        (plain(rating_kind="a\ud800"), "The rating kind has to be presence or stance"),
        (plain(rating_kind="x" * 201), "The rating kind has to be presence or stance"),
        (plain(rating_kind=["a\ud800"]), "The rating kind has to be presence or stance"),
        (plain(layers=layers(("L", ["C"]), ("l\x0b", ["D"]))), "Layer 2: there is a layer “l” already"),
        (plain(name=""), "scale has no name"),
        (plain(name="a\x00b"), "NUL"),
        ([1], "A scale is an object"),
    ],
)
def test_a_faulty_json_is_refused_with_its_place(given, why):
    with pytest.raises(ScaleFaulty, match=why):
        read_scale(json.dumps(given).encode(), "s.json")


@pytest.mark.parametrize(
    ("data", "why"), [(b"{", "can't be read"), (b"[" * 200_000, "can't be read"), (b"%PDF-1.7", "PDF")]
)
def test_what_is_no_scale_file_is_said(data, why):
    with pytest.raises(BadInput, match=why):
        read_scale(data, "x")


def run(path, project, *more):
    said = io.StringIO()
    call_command("import_scale", str(path), "--project", project.slug, *more, stdout=said)
    return said.getvalue()


def test_the_command_adds_a_second_scale(project, lead, tmp_path):
    path = tmp_path / "harms.csv"
    path.write_bytes(as_csv(ROWS))
    assert "“Harms”: 3 categories in 2 layers, rated by stance." in run(
        path, project, "--name", "Harms", "--rating", "stance"
    )
    added = next(row for row in scale_rows(project) if row["name"] == "Harms")
    assert [row["number"] for layer in added["layers"] for row in layer["categories"]] == [1, 2, 3]
    assert Event.objects.filter(verb="add_scale", actor=lead).count() == 2


def test_a_taken_name_and_a_faulty_file_add_nothing(project, tmp_path):
    path = tmp_path / "harms.csv"
    path.write_bytes(as_csv(ROWS))
    with pytest.raises(CommandError, match=r"already\. Give this one another name"):
        run(path, project, "--name", project.scales.get().name)
    path.write_bytes(as_csv([*ROWS, ROWS[1]]))
    with pytest.raises(CommandError, match="Row 5"):
        run(path, project)
    with pytest.raises(CommandError, match="can't be read"):
        run(tmp_path / "none.csv", project)
    assert Scale.objects.count() == 1


def post(browser, project, data=None, **fields):
    file = SimpleUploadedFile("harms.csv", as_csv(ROWS) if data is None else data)
    return browser.post(reverse("codes:import_scale", args=[project.slug]), {"file": file, **fields})


def test_a_lead_imports_by_the_page(sign_in, lead, project):
    answer = post(sign_in(lead), project, name="Harms")
    added = Scale.objects.get(name="Harms")
    assert (answer.status_code, answer.url) == (302, reverse("selective_coding:scale", args=[project.slug, added.uid]))


def test_the_page_names_every_faulty_row(sign_in, lead, project):
    page = post(sign_in(lead), project, as_csv([*ROWS, ROWS[1], ["", "Doubt", "", "", "", ""]]))
    assert page.status_code == 400
    assert "Row 5: there is a category" in page.content.decode()
    assert "Row 6: the layer has no name" in page.content.decode()
    assert Scale.objects.count() == 1


def test_the_page_does_not_repeat_what_no_page_can_show(sign_in, lead, project):
    page = post(sign_in(lead), project, json.dumps(plain(rating_kind="\ud800")).encode())
    assert (page.status_code, "The rating kind has to be presence or stance." in page.content.decode()) == (400, True)


@pytest.mark.parametrize(("who", "status"), [("ada", 403), ("stranger", 404)])
def test_others_import_no_scale(sign_in, request, project, who, status):
    person = request.getfixturevalue(who)
    assert post(sign_in(person), project).status_code == status
    assert Door(person).post(f"projects/{project.uid}/scales/", plain()).status_code == status
    assert Scale.objects.count() == 1


def test_a_program_adds_a_scale_once(lead, project):
    door = Door(lead)
    for _ in range(2):
        answer = door.post(f"projects/{project.uid}/scales/", plain(), key="k")
        assert (answer.status_code, answer.json()["layers"][0]["categories"][0]["number"]) == (201, 1)
    assert Scale.objects.filter(name="S").count() == 1
    assert door.post(f"projects/{project.uid}/scales/", plain()).status_code == 409
    assert door.post(f"projects/{project.uid}/scales/", plain(name="T", layers=[])).status_code == 400


def test_a_lead_downloads_vectors_after_release_and_nobody_else(sign_in, lead, ada, bo):
    from coding.reconciliation.rules import release_round
    from tests.selective_coding import stances

    project = stances.project(factory.user("chief"))
    chief = factory.lead_of(project)
    coders = [factory.member(project, name) for name in ("cy", "di")]
    of = stances.rated_round(project, coders, [("+9", "+9")])
    address = reverse("selective_coding:vectors", args=[project.slug])
    assert sign_in(chief).get(address).status_code == 400
    release_round(chief, of)
    answer = sign_in(chief).get(address)
    assert json.loads(answer.content)["vector"]["Benevolence"] == 1
    assert "attachment" in answer["Content-Disposition"]
    assert sign_in(coders[0]).get(address).status_code == 403
    assert sign_in(lead).get(address).status_code == 404
