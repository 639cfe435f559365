"""Evidence of relations: nearest first, for and against, only from what the reader has opened."""

import pytest
from django.urls import reverse

from coding.axial_coding.evidence import attach, attached, candidates, detach, nearest
from coding.axial_coding.models import Evidence
from coding.codes.checks import NameTaken, NotLiving
from coding.codes.rules import place, relate
from coding.lib.refusals import BadInput
from coding.people.models import Event
from tests import factory
from tests.axial_coding.factory import category, code_named, coded, release
from tests.kept import kept

WORDS = {
    "the late fee": ["promise"],
    "sometimes makes things up": ["inventing"],
    "The fee was paid back": ["repairing"],
}


@kept
def related(project, lead, ada):
    of = coded(project, [ada], WORDS, released=False)
    release(of, lead, opened=False)
    trust, repair = category(project, "Trust"), category(project, "Repair")
    place(lead, code_named("promise"), trust)
    place(lead, code_named("repairing"), repair)
    place(lead, code_named("inventing"), trust)
    return of, relate(lead, trust, "consequence", repair, "It costs.")


def test_gaps_are_counted_in_code_points_and_overlaps_are_none():
    assert nearest(10, 20, [(1, 1, 25, 30), (2, 1, 0, 7)]) == 3
    assert nearest(10, 20, [(1, 1, 15, 30)]) == 0
    assert nearest(10, 20, []) is None


def test_segments_beside_the_other_end_come_first_from_opened_readings_only(project, lead, related):
    of, relation = related
    assert candidates(lead, relation) == []
    release(of, lead)
    found = candidates(lead, relation)
    gaps = [one.gap for one in found]
    assert gaps == sorted(gaps)
    assert {one.words for one in found[:4]} == {"sometimes makes things up", "The fee was paid back"}
    assert [one.codes for one in found[4:]] == ["promise", "promise"]


def test_evidence_is_attached_once_and_taken_back_with_events(project, lead, related):
    of, relation = related
    release(of, lead)
    [first, second, *_] = candidates(lead, relation)
    made = attach(lead, relation, first.segment, "for")
    with pytest.raises(NameTaken):
        attach(lead, relation, first.segment, "against")
    with pytest.raises(BadInput):
        attach(lead, relation, second.segment, "maybe")
    assert [(one.speaks, shown.words) for one, shown in attached(lead, relation)] == [("for", first.words)]
    assert first.segment not in [one.segment for one in candidates(lead, relation)]
    detach(lead, made)
    made.pk = 0
    with pytest.raises(NotLiving):
        detach(lead, made)
    assert list(Event.objects.filter(verb__contains="evidence").values_list("verb", flat=True).order_by("pk")) == [
        "attach_evidence", "detach_evidence"
    ]  # fmt: skip


def test_the_page_attaches_and_takes_back_for_a_lead_alone(sign_in, project, lead, ada, stranger, related):
    of, relation = related
    url, client = reverse("axial_coding:evidence", args=[project.slug, relation.uid]), sign_in(lead)
    assert "No segment stands" in client.get(url).content.decode()
    segment = of.assignments.get(incident__number=1).segments.first()
    assert client.post(url, {"segment": segment.uid, "speaks": "for"}).status_code == 400
    release(of, lead)
    assert client.post(url, {"segment": segment.uid, "speaks": "against"}, follow=True).status_code == 200
    made = Evidence.objects.get()
    observer = factory.member(project, "eva", "observer")
    for who, read, write in ((ada, 200, 403), (observer, 200, 403), (stranger, 404, 404)):
        other = sign_in(who)
        assert (other.get(url).status_code, other.post(url, {"back": made.uid}).status_code) == (read, write)
    assert "Its words open with" in sign_in(observer).get(url).content.decode()
    client.post(url, {"back": made.uid})
    assert not Evidence.objects.exists()
