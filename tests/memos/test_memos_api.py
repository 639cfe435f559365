"""Memos at the second door."""

from uuid import uuid4

import pytest

from coding.lib import clock
from coding.memos.models import Memo
from coding.people.models import Event
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.memos.factory import Study, memo


@kept
def study(project, ada, bo):
    return Study(project, ada, bo)


@pytest.fixture
def path(project):
    return lambda uid="": f"projects/{project.uid}/memos/{f'{uid}/' if uid else ''}"


def test_a_memo_is_written_read_changed_and_deleted(study, path, ada):
    door = Door(ada)
    made = door.post(path(), {"kind": "code", "text": "Why?", "segment": str(study.segment.uid)})
    row = made.json()
    assert made.status_code == 201
    assert row["segment"] == str(study.segment.uid)
    assert (row["code"], row["category"], row["incident"], row["released_at"], row["version"]) == (
        None,
        None,
        None,
        None,
        1,
    )
    assert door.get(path(row["uid"])).json() == row
    changed = door.patch(path(row["uid"]), {"version": 1, "text": "So that."})
    assert (changed.status_code, changed.json()) == (200, {**row, "text": "So that.", "version": 2})
    assert door.delete(path(row["uid"])).status_code == 204
    assert is_problem(door.get(path(row["uid"])), 404)
    assert not Memo.objects.exists()


@pytest.mark.parametrize("kind", ["segment", "code", "incident"])
def test_memos_are_found_by_thing_kind_author_and_words(study, path, ada, kind):
    thing = getattr(study, kind)
    wanted = memo(ada, study.project, "Café", kind="theoretical", **{kind: thing})
    memo(ada, study.project, "cafe")
    for query in (f"on={thing.uid}", "kind=theoretical", f"q=CAFE&on={thing.uid}", f"by={ada.uid}&kind=theoretical"):
        rows = Door(ada).get(f"{path()}?{query}").json()["results"]
        assert [row["uid"] for row in rows] == [str(wanted.uid)], query
    assert Door(ada).get(f"{path()}?by={uuid4()}").json()["results"] == []


@pytest.mark.parametrize("query", ["kind=x", "by=x", "on=5", "q=%00", "q=" + "x" * 201])
def test_nasty_questions_are_refused(study, path, ada, query):
    assert is_problem(Door(ada).get(f"{path()}?{query}"), 400)


@pytest.mark.parametrize(
    "body",
    [{}, {"kind": "code"}, {"text": "x"}, {"kind": "x", "text": "x"}, {"kind": "code", "text": ""}, {"kind": "code", "text": "  "}, {"kind": "code", "text": 5},
     {"kind": "code", "text": "x" * 20_001}, {"kind": "code", "text": "x", "segment": "x"}, {"kind": "code", "text": "x", "incident": "7c1b8cf4-4890-42bc-932a-44e295fc6c46"},
     {"kind": "code", "text": "x", "segment": None}],
    ids=str,
)  # fmt: skip
def test_a_body_that_can_not_be_taken_is_refused(study, path, ada, body):
    assert is_problem(Door(ada).post(path(), body), 400)
    assert not Memo.objects.exists()


def test_a_memo_is_on_one_thing_only(study, path, ada):
    body = {"kind": "code", "text": "x", "code": str(study.code.uid), "incident": str(study.incident.uid)}
    assert is_problem(Door(ada).post(path(), body), 400)


def test_what_one_can_not_see_takes_no_memo(study, path, ada):
    bos = study.bos_segment()
    for name, thing in (("segment", bos), ("code", bos.codings.get().code)):
        refused = Door(ada).post(path(), {"kind": "code", "text": "x", name: str(thing.uid)})
        unknown = Door(ada).post(path(), {"kind": "code", "text": "x", name: str(uuid4())})
        assert is_problem(refused, 400)
        assert refused.content == unknown.content


def test_a_retry_has_one_effect(study, path, ada):
    body = {"kind": "code", "text": "x", "segment": str(study.segment.uid)}
    first, again = (Door(ada).post(path(), body, key="k") for _ in range(2))
    assert first.content == again.content
    assert is_problem(Door(ada).post(path(), {**body, "text": "y"}, key="k"), 422)
    uid = first.json()["uid"]
    for _ in range(2):
        assert Door(ada).patch(path(uid), {"version": 1, "text": "y"}, key="p").json()["version"] == 2
    for _ in range(2):
        assert Door(ada).delete(path(uid), key="d").status_code == 204
    assert Event.objects.filter(verb__endswith="_memo").count() == 3


def test_a_stale_version_gets_409_with_what_stands(study, path, ada):
    uid = memo(ada, study.project, "First.").uid
    Door(ada).patch(path(uid), {"version": 1, "text": "Second."})
    answer = Door(ada).patch(path(uid), {"version": 1, "text": "Third."})
    assert is_problem(answer, 409)
    assert (answer.json()["stands"]["text"], answer.json()["stands"]["version"]) == ("Second.", 2)


def test_others_do_not_see_a_memo_before_release_nor_change_it_after(study, path, ada, bo, lead, stranger):
    written = memo(ada, study.project)
    for person in (bo, lead, stranger):
        assert is_problem(Door(person).get(path(written.uid)), 404)
        assert is_problem(Door(person).patch(path(written.uid), {"version": 1, "text": "x"}), 404)
    assert is_problem(Door(stranger).get(path()), 404)
    Memo.objects.update(released_at=clock.now())
    assert Door(lead).get(path(written.uid)).json()["text"] == "Why so late?"
    assert is_problem(Door(lead).patch(path(written.uid), {"version": 1, "text": "x"}), 403)
    assert is_problem(Door(lead).delete(path(written.uid)), 403)
    assert is_problem(Door(bo).get(path(written.uid)), 404)  # who codes blind


def test_an_observer_reads_only(study, path):
    written = memo(study.ada, study.project)
    Memo.objects.update(released_at=clock.now())
    door = Door(factory.member(study.project, "olga", "observer"))
    assert door.get(path(written.uid)).status_code == 200
    for answer in (
        door.post(path(), {"kind": "code", "text": "x"}),
        door.patch(path(written.uid), {"version": 1, "text": "x"}),
        door.delete(path(written.uid)),
    ):
        assert is_problem(answer, 403)


def test_a_token_reads_within_its_scope_and_project(study, path, ada):
    memo(ada, study.project)
    assert Door(ada, scope="read").get(path()).json()["count"] == 1
    assert is_problem(Door(ada, scope="read").post(path(), {"kind": "code", "text": "x"}), 403)
    other = factory.project(ada, "Other")
    assert is_problem(Door(ada, project=other).get(path()), 404)


def test_the_number_of_queries_stays_with_more_memos(study, path, ada, django_assert_num_queries):
    door = Door(ada)
    for size in (1, 9):
        for _ in range(size):
            for on in ({}, {"segment": study.segment}, {"code": study.code}, {"incident": study.incident}):
                memo(ada, study.project, **on)
        with django_assert_num_queries(5) as held:
            door.get(path())
        assert not any('"incidents_incident"."text"' in query["sql"] for query in held.captured_queries)
