"""Ratings from a file become one coder's hidden work; vectors leave and come back the same."""

import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from coding.codes.models import ScaleCategory
from coding.incidents.models import Incident
from coding.people.models import Event
from coding.reconciliation.rules import release_round
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import Rating
from coding.selective_coding.readings import Choice
from coding.selective_coding.rules import reading_of, save_ratings
from tests import factory
from tests.selective_coding import stances
from tests.selective_coding.stances import vector

FULCRA = Path(settings.BASE_DIR).parent / "shared" / "data" / "fulcra" / "fulcra_trustworthy.jsonl"


@pytest.fixture
def project(lead, request):
    return factory.project(lead, "Values", getattr(request, "param", "schwartz"))


@pytest.fixture
def incidents(project):
    return factory.incidents(project, 3)


def run(*arguments):
    said = io.StringIO()
    call_command("import_ratings", *map(str, arguments), stdout=said)
    return said.getvalue()


def take(path, project, coder, *more):
    return run(path, "--project", project.slug, "--coder", coder.email, *more)


def jsonl(tmp_path, *rows, name="ratings.jsonl"):
    path = tmp_path / name
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path


def said(coder, number):
    rows = Rating.objects.filter(assignment__coder=coder, assignment__incident__number=number)
    return dict(rows.values_list("scale_category__number", "stance"))


def row(number, *labels):
    return {"external_id": f"R-{number}", "value_types": list(labels)}


def test_ratings_become_submitted_hidden_work_of_the_coder(tmp_path, project, incidents, ada, bo):
    texts = [{"text": one.text, "vector": [0] * 8 + [1, 0]} for one in incidents]
    assert "3 rated, 0 unchanged, 0 rows left out" in take(jsonl(tmp_path, *texts), project, ada, "--round", "By hand")
    of = Round.objects.get(name="By hand")
    assert (of.state, of.is_blind, of.stage) == ("open", True, "rating")
    assert said(ada, 2) == vector("+9")
    assert Assignment.objects.submitted().filter(coder=ada).count() == 3
    assert not Assignment.objects.visible_to(bo).exists()
    assert not Rating.objects.visible_to(factory.lead_of(project)).exists()
    assert set(Event.objects.filter(verb="submit").values_list("actor", flat=True)) == {ada.pk}


def test_a_second_coder_joins_the_round_and_it_can_be_released(tmp_path, project, incidents, ada, bo, lead):
    first = jsonl(tmp_path, row(1, "Benevolence: +1"), row(2, "Power: -1"))
    take(first, project, ada, "--round", "R")
    take(jsonl(tmp_path, row(1, "benevolence: 1"), row(3), name="bo.jsonl"), project, bo, "--round", "R")
    of = Round.objects.get(name="R")
    assert of.coders_per_incident == 2
    assert project.memberships.get(user=bo).is_blind
    done = release_round(lead, of)
    assert (done.unanimous, done.disagreements, done.alone) == (1, 0, 2)


def test_the_same_file_again_changes_nothing(tmp_path, project, incidents, ada):
    path = jsonl(tmp_path, row(1, "Power: -1"))
    take(path, project, ada)
    events = Event.objects.filter(verb="rate").count()
    assert "0 rated, 1 unchanged" in take(path, project, ada)
    assert Event.objects.filter(verb="rate").count() == events


def test_a_csv_has_a_column_for_each_value(tmp_path, project, incidents, ada):
    names = [value.name for value in stances.values(project).values()]
    path = tmp_path / "ratings.csv"
    cells = [["R-1", *map(str, vector("+9 -5").values()), "low"], ["R-2", *["0"] * 10, ""]]
    path.write_text("\n".join(",".join(line) for line in [["external_id", *names, "confidence"], *cells]))
    take(path, project, ada)
    assert said(ada, 1) == vector("+9 -5")
    assert Rating.objects.filter(assignment__incident__number=1).first().confidence == "low"


@pytest.mark.parametrize("project", ["gvs"], indirect=True)
def test_a_presence_scale_takes_categories_and_none(tmp_path, project, incidents, ada):
    path = tmp_path / "ratings.csv"
    path.write_text(
        "external_id,categories,primary,none\nR-1,7; Bias Discrimination and Unfairness,7,\nR-2,6,,\nR-3,,,yes\n"
    )
    with pytest.raises(CommandError, match="is none of the categories"):
        take(path, project, ada)
    path.write_text('external_id,categories,primary,none\nR-1,"7; 5",7,\nR-2,6,,\nR-3,,,yes\n')
    take(path, project, ada)
    rows = Rating.objects.filter(assignment__coder=ada).order_by("assignment__incident__number", "-is_primary")
    assert list(rows.values_list("scale_category__number", "is_primary")) == [(7, True), (5, False), (6, True)]
    assert Assignment.objects.get(coder=ada, incident__number=3).none_applies


FAULTS = [
    (row(1, "benevolence: 1+"), "“1+” is no stance on Benevolence"),
    (row(1, "power: =1"), "“=1” is no stance on Power"),
    (row(1, "power: 2"), "“2” is no stance"),
    (row(1, "fairness: +1"), "“fairness” is none of the values"),
    (row(1, "power: +1", "power: -1"), "given two stances, +1 and -1"),
    ({"external_id": "R-1", "vector": [1, 0]}, "2 numbers"),
    ({"external_id": "R-1", "vector": {"power": None}}, "no stance on Power"),
    ({"external_id": "R-1", "vector": {"power": True}}, "no stance on Power"),
    ({"external_id": "R-1"}, "has no vector"),
    ({"external_id": "R-9", "value_types": []}, "no incident has the id “R-9”"),
    ({"text": "Nowhere.", "value_types": []}, "exactly this text"),
    ({"external_id": "R-1", "text": "Another.", "value_types": []}, "its text is not that of"),
    ({"value_types": []}, "names no incident"),
    ({**row(1), "confidence": "sure"}, "confidence"),
    ({**row(1), "note": "a\x00b"}, "NUL"),
    ({**row(1), "note": "x" * 20_001}, "longer than 20,000 characters"),
    ({"text": "\ud800", "value_types": []}, "lone surrogate"),
    (row(1, "\udfff: +1"), "lone surrogate"),
    ("[1]", "no JSON object"),
    ("[" * 100_000, "no JSON object"),
]


@pytest.mark.parametrize(("wrong", "why"), FAULTS)
def test_a_faulty_row_stops_all_unless_it_is_skipped(tmp_path, project, incidents, ada, wrong, why):
    path = jsonl(tmp_path, row(2, "power: -1"), wrong)
    with pytest.raises(CommandError, match=r"1 row has a fault, so nothing was imported\. Row 2") as refused:
        take(path, project, ada)
    assert why in str(refused.value)
    assert not Round.objects.exists()
    report = take(path, project, ada, "--skip-faulty")
    assert "Row 2: " in report
    assert why in report
    assert "1 rated, 0 unchanged, 1 rows left out" in report


def test_another_rating_of_what_was_submitted_is_refused(tmp_path, project, incidents, ada):
    take(jsonl(tmp_path, row(1, "power: -1")), project, ada)
    with pytest.raises(CommandError, match="has submitted another rating"):
        take(jsonl(tmp_path, row(2, "power: -1"), row(1, "power: +1")), project, ada)
    assert Rating.objects.filter(assignment__incident__number=2).count() == 0


def test_a_rating_that_its_coder_has_begun_is_not_overwritten(tmp_path, project, incidents, ada):
    begun = factory.assignment(factory.round_of(project, [ada], Round.Stage.RATING, name="By hand"), ada)
    place = ScaleCategory.objects.get(layer__scale__project=project, name="Power")
    save_ratings(ada, begun, [Choice(place.uid, 1)], None, False, note="Not done yet.")
    path = jsonl(tmp_path, row(1, "power: -1"), row(2, "power: -1"))
    with pytest.raises(CommandError, match=r"Row 1.*has begun another rating"):
        take(path, project, ada, "--round", "By hand")
    assert "1 rated" in take(path, project, ada, "--round", "By hand", "--skip-faulty")
    begun.refresh_from_db()
    assert (begun.state, reading_of(begun).note) == (Assignment.State.IN_PROGRESS, "Not done yet.")


def test_the_same_text_rated_twice_differently_is_a_fault(tmp_path, project, incidents, ada):
    with pytest.raises(CommandError, match="incident of row 1 again, differently"):
        take(jsonl(tmp_path, row(1, "power: -1"), row(1, "power: +1")), project, ada)


def test_missing_incidents_are_added_when_asked(tmp_path, project, ada):
    path = jsonl(tmp_path, {"text": "A new report. " * 20, "value_types": ["power: -1"]})
    assert "1 incidents were added" in take(path, project, ada, "--add-incidents")
    assert Incident.objects.get(project=project).title.endswith(" …")


@pytest.mark.parametrize("state", ["released", "draft"])
def test_only_an_open_rating_round_takes_ratings(tmp_path, project, incidents, ada, lead, state):
    of = factory.round_of(project, [ada], Round.Stage.RATING, name="R", opened=state == "released")
    if state == "released":
        release_round(lead, of, "Now.")
    with pytest.raises(CommandError, match="is not open"):
        take(jsonl(tmp_path, row(1)), project, ada, "--round", "R")


def test_who_is_no_coder_is_refused(tmp_path, project, incidents, stranger):
    with pytest.raises(CommandError, match="no member"):
        take(jsonl(tmp_path, row(1)), project, stranger)
    with pytest.raises(CommandError, match="no coder of this project"):
        take(jsonl(tmp_path, row(1)), project, factory.member(project, "olga", "observer"))


def test_a_dry_run_imports_nothing(tmp_path, project, incidents, ada):
    assert "1 rows can be read" in take(jsonl(tmp_path, row(1)), project, ada, "--dry-run")
    assert not Round.objects.exists()


def export(path, project, *more):
    report = io.StringIO()
    call_command("export_vectors", project.slug, "--output", str(path), *more, stdout=report)
    return report.getvalue(), [json.loads(line) for line in path.read_text().splitlines()]


def test_vectors_leave_after_release_and_come_back(tmp_path, project, incidents, ada, bo, lead):
    for coder in (ada, bo):
        take(jsonl(tmp_path, row(1, "power: -1"), row(2)), project, coder, "--round", "R")
    with pytest.raises(CommandError, match="No pilot, main or re-coding round on a stance scale is released"):
        export(tmp_path / "v.jsonl", project)
    release_round(lead, Round.objects.get())
    report, rows = export(tmp_path / "v.jsonl", project)
    assert "2 texts" in report
    assert rows[0]["vector"] == {value.name: vector("-5")[number] for number, value in stances.values(project).items()}
    assert rows[0]["text"] == incidents[0].text
    take(tmp_path / "v.jsonl", project, ada, "--round", "Again")
    again = Rating.objects.filter(assignment__round__name="Again", assignment__incident__number=1)
    assert dict(again.values_list("scale_category__number", "stance")) == vector("-5")


def test_one_coders_vectors_leave_by_name(tmp_path, project, incidents, ada, bo, lead):
    take(jsonl(tmp_path, row(1, "power: -1")), project, ada, "--round", "R")
    take(jsonl(tmp_path, row(1, "power: +1")), project, bo, "--round", "R")
    release_round(lead, Round.objects.get())
    assert export(tmp_path / "v.jsonl", project)[1] == []
    assert export(tmp_path / "v.jsonl", project, "--coder", bo.email)[1][0]["vector"]["Power"] == 1


def is_clean(labels, names):
    """Say from the source alone whether a row is clean: known values, plain stances, none said both ways."""
    found = {}
    for label in labels:
        name, _, stance = label.partition(":")
        if name.strip().casefold() not in names or stance.strip() not in {"+1", "-1", "1"}:
            return None
        if found.setdefault(name.strip().casefold(), int(stance)) != int(stance):
            return None
    return found


@pytest.mark.skipif(not FULCRA.exists(), reason="the published vectors of Value FULCRA are not at hand")
def test_fulcras_vectors_come_in_and_leave_as_the_source_has_them(tmp_path, project, ada, lead):
    source = [json.loads(line) for line in FULCRA.read_text().splitlines()]
    untidy = [
        {**source[0], "dialogue": f"Untidy {number}", "value_types": labels}
        for number, labels in enumerate((["security: 1+"], ["security: =1"], ["equality: +1"]), 1)
    ]
    names = {value.name.casefold(): value.name for value in stances.values(project).values()}
    clean = {one["dialogue"]: found for one in source if (found := is_clean(one["value_types"], names)) is not None}
    path = jsonl(tmp_path, *source, *untidy)
    report = take(path, project, ada, "--add-incidents", "--skip-faulty", "--round", "FULCRA")
    for number in (len(source) + 1, len(source) + 2, len(source) + 3):
        assert f"Row {number}: " in report
    assert f"{len(clean):,} rated" in report
    release_round(lead, Round.objects.get(name="FULCRA"))
    _, rows = export(tmp_path / "v.jsonl", project, "--coder", ada.email)
    touched = {
        row["text"]: {name.casefold(): stance for name, stance in row["vector"].items() if stance} for row in rows
    }
    assert touched == clean
