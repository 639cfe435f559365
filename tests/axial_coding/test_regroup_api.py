"""Near duplicates, splits and merges by program: the same verbs and the same access as on the pages."""

from uuid import UUID

import pytest

from coding.axial_coding.splitting import ways
from coding.codes.models import Category, Code
from coding.codes.rules import place, reword
from coding.codes.undo import undo
from coding.incidents.models import Incident
from coding.open_coding.models import ConsensusCoding
from coding.people.models import Event
from tests.axial_coding.factory import category, code_named, coded, release
from tests.axial_coding.test_relation_api import at
from tests.door import Door
from tests.kept import kept

UNKNOWN = "00000000-0000-4000-8000-000000000000"
WORDS = {
    "the late fee had been waived": ["false promise", "false promises"],
    "sometimes makes things up": ["inventing", "making up"],
}


@kept
def words(project, lead, ada, bo):
    """Two coders' released codes over two incidents, one of them in a category."""
    coded(project, [ada, bo], WORDS)
    trust, repair = category(project, "Trust"), category(project, "Repair")
    place(lead, code_named("inventing"), trust)
    place(lead, code_named("making up"), trust)
    return trust, repair


def test_pairs_that_may_be_one_come_with_both_measures(project, lead, words):
    found = Door(lead).get(at(project, "near-duplicates")).json()
    pairs = {tuple(sorted(Code.objects.get(uid=uid).name for uid in one["codes"])): one for one in found}
    near = pairs["false promise", "false promises"]
    assert near["names"] > 90
    assert set(near) == {"codes", "names", "words"}


def test_a_code_is_split_by_naming_the_segments_that_go(project, lead, words):
    held, door = code_named("false promise"), Door(lead)
    where = at(project, "codes", held.uid, "split")
    rows = door.get(where).json()["results"]
    reports = Incident.objects.filter(project=project).order_by("number")
    assert [(row["incident"], row["quote"]) for row in rows] == [(str(one.uid), next(iter(WORDS))) for one in reports]
    asked = {"new": {"name": "waived"}, "segments": [rows[1]["uid"]], "reason": "Two things."}
    made = door.post(where, asked)
    assert made.status_code == 201
    assert made.json()["name"] == "waived"
    assert door.get(where).json()["results"] == rows  # the coders' own rows stay
    assert ConsensusCoding.objects.get().code.uid == UUID(made.json()["uid"])
    event = Event.objects.filter(project=project, verb="split_code").get()
    undo(lead, project, event, "Not after all.", ways(lead))
    assert not ConsensusCoding.objects.exists()


@pytest.mark.parametrize("kept", [{}, {"kept": {"definition": "Second."}}])
def test_a_split_leaves_the_wording_that_it_does_not_give(project, lead, words, kept):
    held, door = code_named("false promise"), Door(lead)
    reword(lead, held, held.version, definition="First.", use_when="Often.")
    where = at(project, "codes", held.uid, "split")
    asked = {"new": {"name": "waived"}, "segments": [door.get(where).json()["results"][0]["uid"]], "reason": "Two."}
    assert door.post(where, {**asked, **kept}).status_code == 201
    held.refresh_from_db()
    assert (held.definition, held.use_when) == ("Second." if kept else "First.", "Often.")


@pytest.mark.parametrize(
    "change",
    [{"segments": []}, {"segments": [UNKNOWN]}, {"segments": ["x"]}, {"segments": "all"}, {"segments": None}, {"new": {}},
     {"new": {"name": "false promise"}}, {"new": {"name": "\x00"}}, {"new": "waived"}, {"reason": ""}, {"kept": "so"}],
)  # fmt: skip
def test_a_split_that_can_not_be_is_refused_and_nothing_is_half_done(project, lead, words, change):
    held, door = code_named("false promise"), Door(lead)
    where = at(project, "codes", held.uid, "split")
    first = door.get(where).json()["results"][0]["uid"]
    before = Code.objects.count(), Event.objects.count()
    answer = door.post(where, {"new": {"name": "waived"}, "segments": [first], "reason": "Two things.", **change})
    assert answer.status_code == 400
    assert (Code.objects.count(), Event.objects.count()) == before


def test_segments_of_readings_that_are_closed_to_the_lead_are_not_given(project, lead, ada):
    of = coded(project, [ada], WORDS, released=False)
    release(of, lead, opened=False)
    assert Door(lead).get(at(project, "codes", code_named("inventing", ada) or UNKNOWN, "split")).status_code == 404
    held = code_named("false promise")
    assert Door(lead).get(at(project, "codes", held.uid, "split")).json()["results"] == []


def test_only_a_lead_splits(project, lead, ada, stranger, words):
    where = at(project, "codes", code_named("false promise").uid, "split")
    assert [Door(one).get(where).status_code for one in (ada, stranger)] == [403, 404]
    for verb in ("merge", "split"):
        where = at(project, "categories", words[0].uid, verb)
        assert [Door(one).post(where, {}).status_code for one in (ada, stranger)] == [403, 404]


def test_a_category_is_split_and_merged_again(project, lead, words):
    trust, _ = words
    door = Door(lead)
    asked = {"name": "Invention", "codes": [str(code_named("making up").uid)], "reason": "Apart."}
    made = door.post(at(project, "categories", trust.uid, "split"), asked)
    assert made.status_code == 201
    uid = made.json()["uid"]
    assert code_named("making up").category.name == "Invention"
    merged = door.post(at(project, "categories", uid, "merge"), {"into": str(trust.uid), "reason": "One after all."})
    assert (merged.status_code, merged.json()["uid"]) == (200, str(trust.uid))
    assert code_named("making up").category == trust
    assert Category.objects.get(uid=uid).retired_at is not None
    assert (
        door.post(at(project, "categories", uid, "merge"), {"into": str(trust.uid), "reason": "x"}).status_code == 404
    )


@pytest.mark.parametrize(
    ("verb", "asked", "status"),
    [("merge", {"into": "own", "reason": "x"}, 409), ("merge", {"into": UNKNOWN, "reason": "x"}, 404),
     ("merge", {"into": "other", "reason": ""}, 400), ("split", {"name": "A", "codes": [UNKNOWN], "reason": "x"}, 400),
     ("split", {"name": "Repair", "codes": ["making up"], "reason": "x"}, 409),
     ("split", {"name": "A", "codes": ["making up", "inventing"], "reason": "x"}, 400)],
)  # fmt: skip
def test_what_can_not_be_done_to_a_category_is_refused(project, lead, words, verb, asked, status):
    trust, repair = words
    asked = asked | {
        "into": {"own": str(trust.uid), "other": str(repair.uid)}.get(asked.get("into"), asked.get("into"))
    }
    if "codes" in asked:
        asked["codes"] = [one if one == UNKNOWN else str(code_named(one).uid) for one in asked["codes"]]
    assert Door(lead).post(at(project, "categories", trust.uid, verb), asked).status_code == status
    assert not Event.objects.filter(project=project, verb__in=["merge_categories", "split_category"]).exists()
