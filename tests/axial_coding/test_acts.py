"""What was done to codes is listed with who and why, and undone, at both doors."""

from django.urls import reverse

from coding.codes.models import Code
from coding.codes.rules import create_code, merge_codes
from coding.people.models import Event
from tests import factory
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
