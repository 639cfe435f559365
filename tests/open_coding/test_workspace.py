"""The open-coding pages: they work, and refuse whoever and whatever they should."""

import re

import pytest
from django.urls import reverse

from coding.codes.models import Code
from coding.open_coding.models import Segment
from coding.open_coding.queries import Desk
from coding.rounds.models import Round
from tests import factory
from tests.kept import kept

HTMX = {"HX-Request": "true"}
QUEUED = {**HTMX, "Idempotency-Key": "waited-long-enough"}  # as a device's line sends it
JUDGED = {"rest": "nothing_here"}


@kept
def desk(project, ada, bo):
    factory.incidents(project, 2)
    factory.round_of(project, [ada, bo])
    return factory.assignment(project.rounds.get(), ada)


def url(name, desk, *more):
    return reverse(f"open_coding:{name}", args=[desk.uid, *more])


def words(desk, quote="late fee", **more):
    start = desk.incident.text.index(quote)
    return {"start": start, "end": start + len(quote), "quote": quote, "name": "inventing a rule", **more}


def test_a_coder_opens_their_incident(desk, ada, sign_in):
    page = sign_in(ada).get(url("workspace", desk))
    assert page.status_code == 200
    assert desk.incident.title in page.content.decode()
    assert page["Cache-Control"] == "no-store, private"


def test_strangers_observers_the_lead_and_other_coders_find_nothing(desk, bo, lead, project, stranger, sign_in):
    observer = factory.member(project, "olga", "observer")
    for person in (stranger, observer, lead, bo):
        client = sign_in(person)
        assert client.get(url("workspace", desk)).status_code == 404
        assert client.post(url("code_segment", desk), words(desk)).status_code == 404
        assert client.post(url("submit", desk)).status_code == 404
        assert client.post(url("undo", desk)).status_code == 404
    assert not Segment.objects.exists()


def test_an_anonymous_visitor_is_asked_to_sign_in(desk, client):
    answer = client.get(url("workspace", desk))
    assert answer.status_code == 302
    assert answer.url.startswith("/sign-in/")


def test_a_save_answers_with_the_touched_paragraphs_only(desk, ada, sign_in):
    answer = sign_in(ada).post(url("code_segment", desk), words(desk), headers=HTMX)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="para-0"' in body
    assert 'id="para-1"' not in body
    assert len(answer.content) < 6_000


def test_a_plain_form_codes_by_quote_and_goes_back_to_the_page(desk, ada, sign_in):
    answer = sign_in(ada).post(url("code_segment", desk), {"quote": "late fee", "name": "a"})
    assert answer.status_code == 302
    assert answer.url == url("workspace", desk)
    assert desk.segments.count() == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"start": 9_999, "end": 10_000}, 400),
        ({"end": 0}, 400),
        ({"start": "1.5"}, 400),
        ({"quote": "other words"}, 409),
        ({"name": ""}, 400),
        ({"name": "a\x00b"}, 400),
        ({"code": "not-an-id"}, 400),
        ({"code": "8f14e45f-ceea-467f-a8d6-0000000000aa"}, 400),
    ],
)
def test_bad_input_gets_a_sentence_and_stores_nothing(desk, ada, sign_in, change, status):
    answer = sign_in(ada).post(url("code_segment", desk), words(desk) | change, headers=HTMX)
    assert answer.status_code == status
    assert answer.content.decode().endswith((".", "0."))
    assert not Segment.objects.exists()


def test_coding_after_submit_is_a_conflict(desk, ada, sign_in):
    factory.hand_in(desk)
    assert sign_in(ada).post(url("code_segment", desk), words(desk), headers=HTMX).status_code == 409


def test_a_retry_answers_the_same_and_another_body_is_refused(desk, ada, sign_in):
    client, keyed = sign_in(ada), {**HTMX, "Idempotency-Key": "k"}
    first = client.post(url("code_segment", desk), words(desk), headers=keyed)
    again = client.post(url("code_segment", desk), words(desk), headers=keyed)
    other = client.post(url("code_segment", desk), words(desk, quote="guest"), headers=keyed)
    assert first.content == again.content
    assert other.status_code == 422
    assert desk.segments.count() == 1


def test_script_in_names_and_texts_stays_text(desk, ada, sign_in):
    factory.code(desk, "late fee", "<script>alert(1)</script> {{ x }} hx-get=/")
    body = sign_in(ada).get(url("workspace", desk)).content.decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)" in body


def test_submit_goes_on_to_the_next_incident_and_at_the_end_to_the_round(desk, ada, sign_in):
    client = sign_in(ada)
    second = desk.round.assignments.filter(coder=ada).order_by("position")[1]
    assert client.post(url("submit", desk), JUDGED).url == url("workspace", second)
    assert "/rounds/" in client.post(url("submit", second), JUDGED).url


def test_a_submitted_incident_can_be_read_but_offers_no_form(desk, ada, sign_in):
    factory.hand_in(desk)
    body = sign_in(ada).get(url("workspace", desk)).content.decode()
    assert "You will see the others" in body
    assert url("code_segment", desk) not in body


def test_writing_needs_a_post(desk, ada, sign_in):
    client = sign_in(ada)
    assert client.get(url("undo", desk)).status_code == 405
    assert client.get(url("code_segment", desk)).status_code == 405


def test_a_segments_card_shows_its_codes_and_other_segments_are_not_found(desk, ada, bo, sign_in):
    own = factory.code(desk, "late fee", "mine")
    theirs = factory.code(factory.assignment(desk.round, bo), "guest", "theirs")
    client = sign_in(ada)
    assert b"mine" in client.get(url("segment", desk, own.segment)).content
    assert client.get(url("segment", desk, theirs.segment)).status_code == 404


def test_own_codes_can_be_defined_and_a_stale_wording_is_refused(desk, ada, sign_in):
    factory.code(desk, "late fee", "mine")
    code = ada_code = desk.segments.get().codings.get().code
    client = sign_in(ada)
    assert client.post(url("define", desk, code.uid), {"definition": "first", "version": 1}).status_code == 302
    assert client.post(url("define", desk, code.uid), {"definition": "second", "version": 1}).status_code == 409
    ada_code.refresh_from_db()
    assert ada_code.definition == "first"


def code_many(desk, count):
    for index in range(count):
        factory.code(desk, desk.incident.text[index * 3 : index * 3 + 2].strip() or "A", f"code {index}")


def test_the_page_costs_the_same_queries_for_few_and_many_segments(desk, ada, sign_in, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(ada)
    factory.code(desk, "late fee", "one")
    with CaptureQueriesContext(connection) as few:
        client.get(url("workspace", desk))
    code_many(desk, 40)
    with django_assert_num_queries(len(few)):
        client.get(url("workspace", desk))


def test_a_round_coded_together_opens_to_its_members_at_once(project, ada, bo, sign_in):
    factory.incidents(project, 1)
    together = factory.round_of(project, [ada, bo], is_blind=False)
    mine = factory.assignment(together, ada)
    assert sign_in(bo).get(url("workspace", mine)).status_code == 200
    assert sign_in(bo).post(url("code_segment", mine), words(mine), headers=HTMX).status_code == 409


def test_a_coder_is_told_how_to_code_until_something_is_coded(desk, ada, sign_in):
    assert sign_in(ada).get(url("workspace", desk)).context["is_fresh"]
    factory.code(desk, "late fee", "a")
    assert not sign_in(ada).get(url("workspace", desk)).context["is_fresh"]


def test_a_submitted_incident_leads_to_the_next_one_to_do(desk, ada, sign_in):
    other = factory.assignment(desk.round, ada, desk.round.assignments.by(ada).last().incident)
    factory.hand_in(desk)
    page = sign_in(ada).get(url("workspace", desk))
    assert page.context["following"] == page.context["to_do"] == other
    assert f'href="{url("workspace", other)}">Code the next one</a>' in page.content.decode()
    factory.hand_in(other)
    assert "Back to the round" in sign_in(ada).get(url("workspace", desk)).content.decode()


def test_a_segment_that_has_lost_its_codes_does_not_break_the_page(desk, ada, sign_in):
    factory.code(desk, "late fee", "a")
    desk.segments.get().codings.all().delete()
    assert sign_in(ada).get(url("workspace", desk)).status_code == 200


def test_a_wording_that_is_sent_again_has_one_effect(desk, ada, sign_in):
    factory.code(desk, "late fee", "inventing a rule")
    code, client = Code.objects.get(coined_by=ada), sign_in(ada)
    said = {"version": code.version, "definition": "A rule that nobody made."}
    for _ in range(2):
        answer = client.post(url("define", desk, code.uid), said, headers=QUEUED).content.decode()
        assert said["definition"] in answer
        assert f'id="comparison-{code.uid}"' in answer
    code.refresh_from_db()
    assert (code.version, code.definition) == (2, said["definition"])


def test_calling_an_incident_uncodable_from_a_line_needs_no_page(desk, ada, sign_in):
    for _ in range(2):
        answer = sign_in(ada).post(url("call_uncodable", desk), {"reason": "A list of links."}, headers=QUEUED)
        assert answer.status_code == 204
    desk.refresh_from_db()
    assert desk.uncodable_because == "A list of links."


def test_a_segment_is_moved_from_the_comparison_in_ones_own_open_work_only(desk, ada, bo, sign_in):
    factory.code(desk, "late fee", "inventing a rule")
    code, other = Code.objects.get(coined_by=ada), desk.round.assignments.filter(coder=ada).exclude(pk=desk.pk).get()
    factory.code(other, "guest", "inventing a rule")
    page = sign_in(ada).get(url("compare", desk, code.uid))
    assert [one.may_move for one in page.context["found"]] == [True, True]
    factory.hand_in(other)
    page = sign_in(ada).get(url("compare", desk, code.uid))
    assert [(one.assignment, one.may_move) for one in page.context["found"]] == [(desk.uid, True), (other.uid, False)]


def test_who_became_an_observer_reads_their_open_work_and_is_offered_no_change(desk, project, ada, sign_in):
    factory.code(desk, "late fee", "zeal")
    client, [segment], code = sign_in(ada), desk.segments.all(), Code.objects.get()
    pages = [url("workspace", desk), url("segment", desk, segment.uid), url("compare", desk, code.uid),
             url("search", desk) + "?q=late", url("acts", desk), "/", f"/p/{project.slug}/",
             reverse("rounds:round", args=[project.slug, desk.round.uid])]  # fmt: skip
    for page in pages:
        assert offered(client, page), page
    project.memberships.filter(user=ada).update(role="observer")
    for page in pages:
        assert offered(client, page) == [], page
    assert "Read only: Ada" in client.get(url("workspace", desk)).content.decode()
    assert client.get(url("submit", desk)).status_code == 302


def offered(client, path):
    """The forms that change a coding, and the buttons that lead to work, on a page."""
    page = client.get(path)
    assert page.status_code == 200
    to = r'(?:method="post" action|class="button primary" href)="(/code/[^"]*)"'
    return re.findall(to, page.content.decode())


@pytest.mark.parametrize("stored", ["none", "own"])  # rounds that opened before this was so say "own" still
def test_a_stability_round_hides_what_its_coder_coded_before(desk, project, ada, sign_in, stored):
    for quote in ("late fee", "guest", "desk"):
        factory.code(desk, quote, "zeal")
    again = factory.round_of(project, [ada], incidents=[desk.incident], purpose="stability", shows_earlier="own")
    assert again.shows_earlier == "none"
    Round.objects.filter(pk=again.pk).update(shows_earlier=stored)
    here = factory.assignment(again, ada)
    factory.code(here, "late fee", "awe")
    client, code = sign_in(ada), Code.objects.get(name="zeal")
    assert client.get(url("compare", here, code.uid)).context["found"] == []
    listed = Desk(here, ada).codes()
    assert [(row["name"], row["uses"], row["recent"]) for row in listed] == [("awe", 1, 1), ("zeal", 0, "")]
    assert [(row["name"], row["uses"]) for row in Desk(desk, ada).codes()] == [("zeal", 3), ("awe", 1)]
