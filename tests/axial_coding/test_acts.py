"""What was done to codes is listed with who and why, and undone, at both doors."""

from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coding.axial_coding.labels import label_category
from coding.axial_coding.splitting import segments_of, split_code
from coding.codes.models import Category, Code
from coding.codes.regroup import merge_categories, split_category
from coding.codes.rules import create_code, merge_codes, place
from coding.people.models import Event
from tests import factory
from tests.axial_coding.factory import category, code_named, coded
from tests.door import PROBLEM, Door
from tests.kept import kept


@kept
def merged(project, lead):
    one, two = (create_code(lead, project, name) for name in ("alpha", "beta"))
    merge_codes(lead, one, two, "They mean the same.")
    return one, two


def url(project):
    return reverse("axial_coding:acts", args=[project.slug])


def test_a_lead_reads_what_was_done_and_undoes_it_with_a_reason(sign_in, project, lead, merged):
    client = sign_in(lead)
    body = client.get(url(project)).content.decode()
    assert "Merged “alpha” into “beta”" in body
    assert "They mean the same." in body
    event = Event.objects.get(verb="merge_codes").uid
    assert client.post(url(project), {"event": event, "reason": " "}).status_code == 400
    assert client.post(url(project), {"event": event, "reason": "They do not."}).status_code == 302
    assert not Code.objects.filter(merged_into__isnull=False).exists()
    assert client.post(url(project), {"event": event, "reason": "Again."}).status_code == 409
    assert client.post(url(project), {"event": project.uid, "reason": "x"}).status_code == 404
    assert "Merged “alpha”" not in client.get(url(project)).content.decode()


def test_others_read_and_do_not_undo(sign_in, project, ada, stranger, merged):
    observer = factory.member(project, "eva", "observer")
    event = Event.objects.get(verb="merge_codes").uid
    for who, read, write in ((ada, 200, 403), (observer, 200, 403), (stranger, 404, 404)):
        client = sign_in(who)
        assert client.get(url(project)).status_code == read
        assert client.post(url(project), {"event": event, "reason": "x"}).status_code == write
    assert Code.objects.filter(merged_into__isnull=False).exists()


def test_a_program_merges_retires_adopts_and_undoes(sign_in, project, lead, ada, merged):
    one, two = merged
    third = create_code(lead, project, "gamma")

    def send(client, code, act, **body):
        return client.post(f"/api/v1/projects/{project.uid}/codes/{code.uid}/{act}/", body, "application/json")

    client = sign_in(lead)
    for code, act, body, status in [
        (one, "undo", {"reason": "They do not."}, 200), (third, "merge", {"into": str(two.uid), "reason": "Same."}, 200),
        (third, "retire", {"reason": "x"}, 409), (two, "merge", {"into": str(two.uid), "reason": "x"}, 409),
        (two, "merge", {"into": str(project.uid), "reason": "x"}, 404), (two, "retire", {}, 400), (two, "retire", {"reason": " "}, 400),
        (one, "retire", {"reason": "Never used."}, 200), (one, "undo", {"reason": "Used after all."}, 200), (one, "adopt", {}, 200),
        (two, "undo", {"reason": "x"}, 409),
    ]:  # fmt: skip
        answer = send(client, code, act, **body)
        assert answer.status_code == status, (code.name, act, answer.content)
    assert send(sign_in(ada), one, "retire", reason="x").status_code == 403
    assert [code.retired_at for code in Code.objects.filter(name="alpha")] == [None]


def acts(project, door):
    return door.get(f"projects/{project.uid}/acts/").json()["results"]


def undo_by_program(project, door, uid, reason="Not after all.", **more):
    return door.post(f"projects/{project.uid}/acts/{uid}/undo/", {"reason": reason}, **more)


def test_a_program_reads_what_was_done_and_undoes_it(project, lead, merged):
    door = Door(lead)
    [row] = [one for one in acts(project, door) if one["verb"] == "merge_codes"]
    assert row["says"] == "Merged “alpha” into “beta”"
    assert (row["reason"], row["by"], row["target"]) == ("They mean the same.", str(lead.uid), merged[0].ref())
    assert undo_by_program(project, door, row["uid"], " ").status_code == 400
    first, again = (undo_by_program(project, door, row["uid"], key="k1") for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (first.json()["undoes"], first.json()["reason"]) == (row["uid"], "Not after all.")
    assert Event.objects.get(uid=first.json()["uid"]).undoes.uid == UUID(row["uid"])
    assert not Code.objects.filter(merged_into__isnull=False).exists()
    assert undo_by_program(project, door, row["uid"]).status_code == 409
    assert row not in acts(project, door)


def test_a_program_undoes_splits_labels_and_what_became_of_categories(project, lead, ada):
    coded(project, [ada], {"the late fee had been waived": ["promise"], "makes things up": ["inventing"]})
    trust, repair = category(project, "Trust"), category(project, "Repair")
    for name in ("promise", "inventing"):
        place(lead, code_named(name), trust)
    code, door = code_named("promise"), Door(lead)
    words = (*Code.objects.filter(project=project), *Category.objects.filter(project=project))
    stood = {word.ref(): (word.wording(), getattr(word, "in_vivo_label", None)) for word in words}
    split_code(lead, code, {"name": "waived"}, {}, segments_of(code)[:1], "Two things.")
    label_category(lead, trust, "the late fee", "They say so.")
    split_category(lead, trust, "Doubt", [code_named("inventing")], "Another thing.")
    merge_categories(lead, trust, repair, "One thing.")
    verbs = [one["verb"] for one in acts(project, door)][:4]
    assert verbs == ["merge_categories", "split_category", "label_category", "split_code"]
    last = acts(project, door)[3]["uid"]
    answer = undo_by_program(project, door, acts(project, door)[1]["uid"])  # what came later goes first
    assert (answer.status_code, answer.headers["Content-Type"]) == (409, PROBLEM)
    for verb in verbs:
        act = acts(project, door)[0]
        assert act["verb"] == verb
        assert undo_by_program(project, door, act["uid"]).status_code == 200, verb
    assert undo_by_program(project, door, last).status_code == 409
    words = (*Code.objects.filter(project=project), *Category.objects.filter(project=project, retired_at=None))
    assert {word.ref(): (word.wording(), getattr(word, "in_vivo_label", None)) for word in words} == stood


def test_by_program_others_read_and_do_not_undo(project, lead, ada, stranger, merged):
    uid = Event.objects.get(verb="merge_codes").uid
    observer = factory.member(project, "eva", "observer")
    for who, read, write in ((ada, 200, 403), (observer, 200, 403), (stranger, 404, 404)):
        door = Door(who)
        assert door.get(f"projects/{project.uid}/acts/").status_code == read
        assert undo_by_program(project, door, uid).status_code == write
    assert Code.objects.filter(merged_into__isnull=False).exists()


def test_an_act_that_is_none_or_of_another_project_is_not_found(project, lead, ada, merged):
    door, other = Door(lead), factory.project(lead, "Another")
    create_code(lead, other, "delta")
    elsewhere = Event.objects.filter(project=other).last()
    assert undo_by_program(project, door, elsewhere.uid).status_code == 404
    assert undo_by_program(project, door, project.uid).status_code == 404
    created = Event.objects.filter(project=project, verb="create_code").first()
    assert undo_by_program(project, door, created.uid).status_code == 400
    coded(project, [ada], {"the late fee": ["promise"]}, released=False)
    private = Event.objects.filter(project=project, actor=ada, released_at=None).last()
    assert undo_by_program(project, door, private.uid).status_code == 404
    assert sorted(code.name for code in Code.objects.filter(project=project, merged_into=None)) == ["beta", "promise"]


def test_acts_come_in_as_many_queries_however_many_there_are(project, lead, merged):
    door = Door(lead)
    with CaptureQueriesContext(connection) as few:
        acts(project, door)
    for number in range(12):
        one, two = (create_code(lead, project, f"{name} {number}") for name in ("one", "two"))
        merge_codes(lead, one, two, "Same.")
    with CaptureQueriesContext(connection) as many:
        assert len(acts(project, door)) >= 13
    assert len(few) == len(many)
