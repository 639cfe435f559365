"""The JSON holds everything, validates against its published schema, and can be verified by a stranger."""

import copy
import hashlib
import json
import re

import pytest
import rfc8785
from django.urls import reverse
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from coding.axial_coding.labels import label_category
from coding.axial_coding.models import Evidence
from coding.codebook import rules
from coding.codebook.formats import FORMATS, json_
from coding.codebook.formats.sheets import sheets
from coding.codes import rules as words
from coding.codes.models import Category, Example
from coding.open_coding.models import Segment
from coding.reconciliation.models import Decision, Disagreement, Objection
from coding.reconciliation.rules import release_round, settle
from tests import factory
from tests.selective_coding import stances

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema():
    found = json.loads(json_.SCHEMA.read_text())
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


@pytest.fixture
def full(project, study, ada, lead):
    """Every part of the document has something in it."""
    for field in ("code", "category"):
        of = {"code": study.invented, "category": study.fabricated}[field]
        Example.objects.create(**{field: of}, incident=study.incidents[0], start=0, end=9, kind="borderline")
    Evidence.objects.create(relation=study.relation, segment=Segment.objects.order_by("pk").first(), speaks="against")
    Objection.objects.create(decision=Decision.objects.get(), by=ada, text="No.", at=study.opened.released_at)
    words.relate(lead, study.duty, "context", study.invented)
    return rules.finalise(lead, project, "For the journal.")


def written(project, number=None):
    return json.loads(FORMATS["json"].write(rules.handout(project, number)).data)


def test_a_publication_validates_and_hashes_as_it_says(project, full, schema):
    body = written(project, full.edition.number)
    schema.validate(body)
    assert all(body["document"][key] for key in body["document"])
    assert hashlib.sha256(rfc8785.dumps(body["document"])).hexdigest() == body["sha256"] == full.sha256
    assert body["published"]["uid"] == str(full.uid)


def test_the_living_and_an_empty_codebook_validate(project, study, lead, schema):
    for body in (written(project), written(factory.project(lead, "Empty", scale="empty"))):
        schema.validate(body)
        assert body["published"] is None


def test_the_schema_describes_every_field(project, full, schema):
    """Take a field away, or add one, anywhere: it no longer validates."""
    body = written(project, full.edition.number)
    for path, _ in list(objects(body)):
        for change in (lambda row: row.pop(next(iter(row))), lambda row: row.update(surprise=1)):
            broken = copy.deepcopy(body)
            change(at(broken, path))
            with pytest.raises(ValidationError):
                schema.validate(broken)


def objects(node, path=()):
    """The first object of each kind, without free-form ones (method, left out of a figure, properties)."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            if key not in {"method", "properties"} and not (key == "left_out" and path):
                yield from objects(value, (*path, key))
    elif isinstance(node, list) and node:
        yield from objects(node[0], (*path, 0))


def at(node, path):
    for step in path:
        node = node[step]
    return node


def test_an_in_vivo_label_stands_in_the_file_and_a_category_without_one_has_no_entry(project, full, lead, schema):
    label_category(lead, Category.objects.get(name="Fabricated content"), "had been waived")
    body = written(project)
    schema.validate(body)
    held = {row["name"]: row.get("in_vivo_label") for row in body["document"]["categories"]}
    assert held == {"Fabricated content": "had been waived", "Duty left open": None}
    body["document"]["categories"][1]["in_vivo_label"] = ""
    with pytest.raises(ValidationError):
        schema.validate(body)


def test_what_is_written_again_is_the_same_bytes(project, full):
    handed = rules.handout(project, full.edition.number)
    assert FORMATS["json"].write(handed).data == FORMATS["json"].write(handed).data


def test_words_of_any_script_and_markup_come_through_as_they_are(bare, lead, schema):
    name = "<script>alert(1)</script> قاعدة مختلقة 😀"
    words.create_code(lead, bare, name, definition="=1+1\n\t@x")
    body = written(bare)
    schema.validate(body)
    assert [(row["name"], row["definition"]) for row in body["document"]["codes"]] == [(name, "=1+1\n\t@x")]


def test_what_decisions_wrote_on_a_stance_scale_leaves_with_its_direction(lead, client, schema):
    project = stances.project(lead)
    coders = [factory.member(project, name) for name in ("cleo", "dan")]
    rows = [("+3", "-3"), ("-3", "+3"), ("", "+3"), ("+3", "-3")]
    rated = stances.rated_round(project, coders, [(one or "+1", other) for one, other in rows])
    release_round(lead, rated)
    for found in Disagreement.objects.filter(round=rated).order_by("incident__number"):
        number, held = found.incident.number, stances.values(project)
        said = {held[place]: stance for place, stance in stances.vector({1: "+3", 2: "-3"}.get(number, "")).items()}
        settle(lead, found, "plural" if number == 4 else "recode", [], None, "slip", "Why.", stances=said)
    body = written(project)
    schema.validate(body)
    power = stances.values(project)[3].name
    decided = {row["number"]: row["stands"] for row in body["document"]["decisions"]}
    assert decided == {
        1: [{"name": f"+1 {power}", "primary": False, "plural": False, "stance": 1}],
        2: [{"name": f"−1 {power}", "primary": False, "plural": False, "stance": -1}],
        3: [{"name": "0 on every value", "primary": False, "plural": False, "stance": 0}],
        4: [{"name": f"3 {power}", "primary": False, "plural": True, "stance": None}],
    }
    told = [f"+1 {power}", f"−1 {power}", "0 on every value", f"3 {power} (plural)"]
    (sheet,) = (sheet for sheet in sheets(body["document"]) if sheet.name == "Decisions")
    assert {row[5] for row in sheet.rows} == set(told)
    client.force_login(lead)
    page = client.get(reverse("codebook:document", args=[project.slug])).content.decode()
    assert all(one in page for one in told)


def test_a_publication_from_before_stances_were_told_is_still_valid(project, full, schema):
    body = written(project, full.edition.number)
    for row in body["document"]["decisions"]:
        row["stands"] = [{"name": one["name"], "primary": one["primary"]} for one in row["stands"]]
    schema.validate(body)
    (sheet,) = (sheet for sheet in sheets(body["document"]) if sheet.name == "Decisions")
    assert sheet.rows[0][5] == "7 Misinformation and Factual Hallucinations (primary)"


def test_the_notes_say_what_is_not_in_the_file(project, full, lead):
    living = FORMATS["json"].write(rules.handout(project)).notes
    assert "Memos, coders' names and single codings and ratings are not part of a codebook." in living
    assert any(note.startswith("This is not a publication") for note in living)
    published = FORMATS["json"].write(rules.handout(project, full.edition.number)).notes
    assert not any(note.startswith("This is not a publication") for note in published)


def test_no_person_but_the_lead_is_named(project, full):
    text = FORMATS["json"].write(rules.handout(project, full.edition.number)).data.decode()
    assert not re.search(r"\bAda\b|\bBo\b|example\.org", text)
