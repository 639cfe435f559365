"""The pages of memos: all, those on one thing (also beside a text), one; for each role, and with nasty input."""

import re

import pytest
from django.urls import reverse

from coding.codes import rules as code_rules
from coding.lib import clock
from coding.memos.models import Memo
from coding.memos.rules import reword_memo
from coding.open_coding import rules as coding_rules
from coding.people.models import Event
from coding.reconciliation.rules import release_round
from tests import factory
from tests.kept import kept
from tests.memos.factory import Study, memo

HTMX = {"HX-Request": "true"}
SCRIPT = "<script>alert(1)</script> <div hx-get='/x'>{{ 7 }}</div> [a](javascript:x) "


@kept
def study():
    project = factory.project(factory.user("lead"))
    return Study(project, factory.member(project, "ada"), factory.member(project, "bo"))


@kept
def project(study):
    return study.project


@kept
def lead(study):
    return study.lead


@kept
def ada(study):
    return study.ada


@kept
def bo(study):
    return study.bo


def addresses(project):
    return lambda name, *more: reverse(f"memos:{name}", args=[project.slug, *more])


@pytest.fixture
def url(project):
    return addresses(project)


def text_of(answer):
    return answer.content.decode()


def texts(answer):
    return [one.memo.text for one in answer.context["memos"]]


def released(*memos):
    Memo.objects.filter(pk__in=[one.pk for one in memos]).update(released_at=clock.now())


# The list


def test_an_empty_list_says_what_belongs_there(study, url, ada, sign_in):
    for person, words in (
        (ada, "Write one above"),
        (factory.member(study.project, "olga", "observer"), "open when a round is released"),
    ):
        body = text_of(sign_in(person).get(url("list")))
        assert "No memos yet" in body
        assert words in body
    assert "Keep memo" not in body


def test_own_memos_stand_newest_first_with_what_they_are_on(study, url, ada, sign_in):
    for text, on in (("On words", {"segment": study.segment}), ("On a code", {"code": study.code}),
                     ("On all of it", {"incident": study.incident}), ("On nothing", {})):  # fmt: skip
        memo(ada, study.project, text, **on)
    answer = sign_in(ada).get(url("list"))
    body = text_of(answer)
    assert texts(answer) == ["On nothing", "On all of it", "On a code", "On words"]
    assert '<blockquote class="on-words" dir="auto">late fee</blockquote>' in body
    assert reverse("open_coding:workspace", args=[study.work.uid]) in body
    assert reverse("desk:incident", args=[study.project.slug, 1]) in body
    assert "the code “inventing a rule”" in body
    assert reverse("codes:code", args=[study.project.slug, study.code.uid]) not in body  # closed to who codes blind


def test_after_release_the_words_lead_to_their_pages(study, url, ada, lead, sign_in):
    category = code_rules.create_category(lead, study.project, "Promises")
    release_round(lead, study.round, "Enough.")
    for on in ({"code": study.code}, {"category": category}):
        memo(ada, study.project, **on)
    body = text_of(sign_in(ada).get(url("list")))
    assert reverse("codes:code", args=[study.project.slug, study.code.uid]) in body
    assert reverse("codes:category", args=[study.project.slug, category.uid]) in body


def test_others_memos_stand_there_once_they_are_released(study, url, ada, bo, lead, sign_in):
    memo(bo, study.project, "Bo thinks")
    assert "Bo thinks" not in text_of(sign_in(ada).get(url("list")))
    release_round(lead, study.round, "Enough.")
    for person in (ada, lead):
        body = text_of(sign_in(person).get(url("list")))
        assert "Bo thinks" in body
        assert "Delete this memo" not in body
    assert "open to the project" in text_of(sign_in(bo).get(url("list")))


def test_memos_are_found_by_words_kind_and_author(study, url, ada, bo, lead, sign_in):
    first, second, third = (
        memo(ada, study.project, "Café"),
        memo(bo, study.project, "cafe", kind="theoretical"),
        memo(ada, study.project, "100%"),
    )
    release_round(lead, study.round, "Enough.")
    client = sign_in(lead)
    for query, found in (("q=CAFE", {first, second}), ("kind=theoretical", {second}), (f"by={ada.uid}", {first, third}), ("q=100%25", {third}),
                         (f"q=cafe&by={bo.uid}&kind=theoretical", {second}), ("kind=nothing&by=x", {first, second, third}), ("q=%00", {first, second, third})):  # fmt: skip
        answer = client.get(f"{url('list')}?{query}")
        assert {one.memo for one in answer.context["memos"]} == found, query
    assert "No memo is like that" in text_of(client.get(url("list") + "?q=nothing"))
    assert "No memo is like that" in text_of(client.get(f"{url('list')}?by={study.project.uid}"))


def test_only_authors_of_visible_memos_are_offered(study, url, ada, bo, sign_in):
    memo(ada, study.project)
    memo(bo, study.project)
    answer = sign_in(ada).get(url("list"))
    assert answer.context["authors"] == [ada]
    assert 'name="by"' not in text_of(answer)


def test_a_memo_on_nothing_is_written_on_the_list(study, url, ada, sign_in):
    client = sign_in(ada)
    key = re.search(r'name="key" value="([^"]+)"', text_of(client.get(url("list"))))[1]
    for _ in range(2):
        answer = client.post(url("list"), {"kind": "theoretical", "text": "Maybe **all** fees.", "key": key})
        assert (answer.status_code, answer.url) == (302, url("list"))
    assert "<strong>all</strong>" in text_of(client.get(url("list")))
    assert Memo.objects.count() == 1
    answer = client.post(url("list"), {"kind": "code", "text": "Other.", "key": key})
    assert answer.status_code == 422
    assert "What you sent first was kept after all." in text_of(answer)
    assert "Other.</textarea>" in text_of(answer)
    assert key not in text_of(answer)


@pytest.mark.parametrize(
    ("kind", "text"), [("code", " "), ("code", "a\x07"), ("code", "x" * 20_001), ("none", "x"), ("", "x")]
)
def test_what_is_refused_stays_in_the_form(study, url, ada, sign_in, kind, text):
    for path in (url("list"), url("on", "segment", study.segment.uid)):
        answer = sign_in(ada).post(path, {"kind": kind, "text": text})
        assert answer.status_code == 400
        assert 'role="alert"' in text_of(answer)
        assert text.replace("\x07", "\x07") in text_of(answer)
    assert not Memo.objects.exists()


def test_fifty_stand_on_a_page(study, url, ada, sign_in):
    for number in range(51):
        memo(ada, study.project, f"Memo {number}")
    client = sign_in(ada)
    first, second = (client.get(f"{url('list')}?page={page}&q=memo") for page in (1, 2))
    assert texts(first)[0] == "Memo 50"
    assert (len(texts(first)), texts(second)) == (50, ["Memo 0"])
    assert "?page=2&amp;q=memo&amp;kind=&amp;by=" in text_of(first)


@pytest.mark.parametrize("is_over", [False, True], ids=["blind", "released"])
def test_the_list_costs_the_same_for_4_and_for_40(study, url, ada, lead, sign_in, django_assert_num_queries, is_over):
    reader = lead if is_over else ada
    client = sign_in(reader)
    if is_over:
        release_round(lead, study.round, "Enough.")
    things = ({}, {"segment": study.segment}, {"code": study.code}, {"incident": study.incident})
    for size in (1, 9):
        for number in range(size):
            released(*(memo(ada, study.project, f"M{size}-{number}", **on) for on in things))
        with django_assert_num_queries(8 if is_over else 9) as held:
            answer = client.get(url("list"))
        assert len(texts(answer)) == (4 if size == 1 else 40)
        assert not any('"incidents_incident"."text",' in query["sql"] for query in held.captured_queries)


# On one thing


def test_memos_on_a_segment_are_a_page_and_a_fragment(study, url, ada, sign_in):
    memo(ada, study.project, "On these words", segment=study.segment)
    memo(ada, study.project, "On nothing")
    client, path = sign_in(ada), url("on", "segment", study.segment.uid)
    page, fragment = client.get(path), client.get(path, headers=HTMX)
    assert texts(page) == texts(fragment) == ["On these words"]
    assert text_of(fragment).strip().startswith('<section class="memos-on"')
    assert "<html" not in text_of(fragment)
    assert "a segment of incident 1" in text_of(page)


def test_beside_a_text_a_memo_is_kept_without_leaving(study, url, ada, sign_in):
    client, path = sign_in(ada), url("on", "segment", study.segment.uid)
    key = re.search(r'name="key" value="([^"]+)"', text_of(client.get(path, headers=HTMX)))[1]
    for _ in range(2):
        answer = client.post(path, {"kind": "code", "text": "So *late*?", "key": key}, headers=HTMX)
        assert answer.status_code == 200
        assert "Your memo is kept." in text_of(answer)
        assert "<em>late</em>" in text_of(answer)
        assert key not in text_of(answer)
    assert Memo.objects.get().segment == study.segment
    answer = client.post(path, {"kind": "code", "text": "Plainly."})
    assert (answer.status_code, answer.url) == (302, path)


def test_a_text_brings_the_form_of_a_memo_and_none_of_the_memos(study, url, ada, sign_in):
    memo(ada, study.project, "Thought before", incident=study.incident)
    page = text_of(sign_in(ada).get(reverse("open_coding:workspace", args=[study.work.uid])))
    form = re.search(r'<template id="memo-form">(.*?)</template>', page, re.DOTALL)[1]
    assert f'action="{url("on", "incident", study.incident.uid)}"' in form
    assert 'name="csrfmiddlewaretoken"' in form
    assert "Only you read it until the lead releases your round." in form
    assert "Thought before" not in form


@pytest.mark.parametrize("kind", ["segment", "code", "category", "incident"])
def test_what_one_can_not_see_is_404_for_reading_and_writing(study, url, kind, ada, lead, stranger, sign_in):
    bos = study.bos_segment()
    category = code_rules.create_category(lead, study.project, "Promises")
    foreign = factory.incidents(factory.project(lead, "Other"), 1)[0]
    things = {"segment": bos, "code": bos.codings.get().code, "category": category, "incident": foreign}
    mine = {"segment": study.segment, "code": study.code, "category": category, "incident": study.incident}
    for person, thing in ((ada, things[kind]), (stranger, mine[kind])):
        client = sign_in(person)
        for answer in (
            client.get(url("on", kind, thing.uid)),
            client.post(url("on", kind, thing.uid), {"kind": "code", "text": "x"}),
        ):
            assert answer.status_code == 404
    assert not Memo.objects.exists()


def test_there_are_four_kinds_of_things(study, url, ada, sign_in):
    for kind in ("memo", "assignment", "nothing"):
        assert sign_in(ada).get(url("on", kind, study.segment.uid)).status_code == 404


def test_an_observer_reads_and_writes_none(study, url, lead, sign_in):
    client = sign_in(factory.member(study.project, "olga", "observer"))
    written = memo(study.ada, study.project, incident=study.other)
    released(written)
    path = url("on", "incident", study.other.uid)
    assert "Why so late?" in text_of(client.get(path))
    assert "<textarea" not in text_of(client.get(path))
    for answer in (client.post(path, {"kind": "code", "text": "x"}), client.post(url("list"), {"kind": "code", "text": "x"}),
                   client.post(url("memo", written.uid), {"kind": "code", "text": "x", "version": 1}), client.post(url("delete", written.uid))):  # fmt: skip
        assert answer.status_code == 403
    assert Memo.objects.get().text == "Why so late?"


# One memo


def test_its_writer_changes_a_memo_in_place(study, url, ada, sign_in):
    written = memo(ada, study.project, "First.", segment=study.segment)
    client, path = sign_in(ada), url("memo", written.uid)
    form = text_of(client.get(path + "?edit=1", headers=HTMX))
    assert form.strip().startswith("<article")
    assert "First." in form
    answer = client.post(path, {"kind": "theoretical", "text": "Second.", "version": 1}, headers=HTMX)
    assert (answer.status_code, "<p>Second.</p>" in text_of(answer), "<form class" in text_of(answer)) == (
        200,
        True,
        False,
    )
    answer = client.post(path, {"kind": "theoretical", "text": "Third.", "version": 2})
    assert (answer.status_code, answer.url) == (302, path)
    assert Memo.objects.get().version == 3
    assert "reworded" in text_of(client.get(path))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_stale_form_gets_409_with_what_stands_and_what_was_written(study, url, ada, sign_in, headers):
    written = memo(ada, study.project, "First.")
    reword_memo(ada, written, "Stands *now*.", "code", 1)
    answer = sign_in(ada).post(
        url("memo", written.uid), {"kind": "code", "text": "My draft.", "version": 1}, headers=headers
    )
    body = text_of(answer)
    assert answer.status_code == 409
    assert "Stands <em>now</em>." in body
    assert "My draft." in body
    assert '<input type="hidden" name="version" value="2">' in body
    assert Memo.objects.get().text == "Stands *now*."


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 5_000, "1.0", "99999999999", "²"])
def test_a_version_that_is_none_is_refused(study, url, ada, sign_in, version):
    written = memo(ada, study.project)
    answer = sign_in(ada).post(url("memo", written.uid), {"kind": "code", "text": "x", "version": version})
    assert answer.status_code == 400
    assert Memo.objects.get().version == 1


def test_a_memo_is_deleted_by_its_writer_only(study, url, ada, bo, stranger, lead, sign_in):
    written = memo(ada, study.project)
    assert sign_in(bo).post(url("delete", written.uid)).status_code == 404
    assert sign_in(stranger).post(url("delete", written.uid)).status_code == 404
    released(written)
    assert sign_in(lead).post(url("delete", written.uid)).status_code == 403
    assert sign_in(ada).get(url("delete", written.uid)).status_code == 405
    assert "The memo is deleted." in text_of(sign_in(ada).post(url("delete", written.uid), headers=HTMX))
    assert sign_in(ada).post(url("delete", written.uid)).status_code == 404
    assert Event.objects.get(verb="delete_memo").before


def test_others_read_a_released_memo_and_get_no_form(study, url, ada, lead, bo, sign_in):
    written = memo(ada, study.project)
    assert sign_in(lead).get(url("memo", written.uid)).status_code == 404
    released(written)
    body = text_of(sign_in(lead).get(url("memo", written.uid) + "?edit=1"))
    assert "Why so late?" in body
    assert "<textarea" not in body
    assert sign_in(lead).post(url("memo", written.uid), {"kind": "code", "text": "x", "version": 1}).status_code == 403
    assert sign_in(bo).get(url("memo", written.uid)).status_code == 404  # who codes blind


def test_who_codes_blind_reads_no_name_that_others_change(lead, sign_in):
    project = factory.project(lead, "Before any round")
    ada, bo = factory.member(project, "cleo"), factory.member(project, "dan")
    url = addresses(project)
    shared, category = (
        code_rules.create_code(lead, project, "late"),
        code_rules.create_category(lead, project, "Promises"),
    )
    before = [memo(ada, project, code=shared), memo(ada, project, category=category)]
    study = Study(project, ada, bo)
    code_rules.reword(lead, shared, 1, name="delayed")
    code_rules.reword(lead, category, 1, name="Pledges")
    pages = [url("list"), url("on", "code", shared.uid), *(url("memo", one.uid) for one in before)]
    for path in pages:
        body = text_of(sign_in(ada).get(path))
        assert "delayed" not in body
        assert "Pledges" not in body
    assert "the code “late”" in text_of(sign_in(ada).get(url("list")))
    release_round(lead, study.round, "Enough.")
    body = text_of(sign_in(ada).get(url("list")))
    assert "the code “delayed”" in body
    assert "the category “Pledges”" in body


def test_a_deleted_segment_leaves_its_memos_readable(study, url, ada, sign_in):
    written = memo(ada, study.project, segment=study.segment)
    coding_rules.delete_segment(ada, study.work, study.segment.uid)
    client = sign_in(ada)
    assert "a segment that is no longer there" in text_of(client.get(url("list")))
    assert client.get(url("on", "segment", study.segment.uid)).status_code == 404
    answer = client.post(url("memo", written.uid), {"kind": "code", "text": "Still so.", "version": 1})
    assert answer.status_code == 302
    assert client.post(url("delete", written.uid)).status_code == 302


@pytest.mark.parametrize("text", [SCRIPT, "[" * 20_000, "</textarea><script>x</script>", "</article>" * 100])
def test_no_text_acts_or_breaks_a_page(study, url, ada, sign_in, text):
    client = sign_in(ada)
    answer = client.post(url("on", "segment", study.segment.uid), {"kind": "code", "text": text}, headers=HTMX)
    assert answer.status_code == 200
    written = Memo.objects.get()
    for path in (
        url("list"),
        url("memo", written.uid),
        url("memo", written.uid) + "?edit=1",
        url("on", "segment", study.segment.uid),
    ):
        body = text_of(client.get(path))
        assert not re.search(r"<script(?![^>]*\ssrc=)|<div hx-get|<a[^>]+javascript", body), path
        assert body.count("<article") == body.count("</article>") == 1


def test_memos_are_in_everybodys_navigation(study, url, ada, lead, sign_in):
    for person in (ada, lead, factory.member(study.project, "olga", "observer")):
        assert f'<a href="{url("list")}" aria-current="page">Memos</a>' in text_of(sign_in(person).get(url("list")))


# From a device's line

QUEUED = {**HTMX, "Idempotency-Key": "waited-long-enough"}


def test_a_line_of_changes_gets_a_sentence_for_a_refusal_and_one_effect_for_a_retry(study, url, ada, sign_in):
    client, address = sign_in(ada), url("on", "incident", study.incident.uid)
    refused = client.post(address, {"kind": "code", "text": " "}, headers=QUEUED)
    assert (refused.status_code, refused["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "The memo is empty" in text_of(refused)
    for _ in range(2):
        assert client.post(address, {"kind": "code", "text": "Once"}, headers=QUEUED).status_code == 200
    assert Memo.objects.filter(text="Once").count() == 1


def test_a_stale_change_from_a_line_is_refused_in_words(study, url, ada, sign_in):
    written = memo(ada, study.project)
    reword_memo(ada, written, "meanwhile", "code", 1)
    refused = sign_in(ada).post(
        url("memo", written.uid), {"kind": "code", "text": "late", "version": 1}, headers=QUEUED
    )
    assert (refused.status_code, refused["Content-Type"]) == (409, "text/plain; charset=utf-8")


def test_a_deletion_that_is_sent_again_finds_it_done(study, url, ada, sign_in):
    written, client = memo(ada, study.project), sign_in(ada)
    answers = [client.post(url("delete", written.uid), headers=QUEUED) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert client.post(url("delete", written.uid), headers=HTMX).status_code == 404


def test_a_memo_is_opened_on_its_page_by_whoever_may(study, url, sign_in):
    written, client = memo(study.lead, study.project), sign_in(study.lead)
    assert "Open to the project" in text_of(client.get(url("memo", written.uid)))
    opened = client.post(url("share", written.uid), headers=HTMX)
    assert "open to the project" in text_of(opened)
    assert "Open to the project" not in text_of(opened)


def test_a_coder_of_a_blind_round_is_not_offered_to_open_a_memo(study, url, ada, sign_in):
    written, client = memo(ada, study.project), sign_in(ada)
    assert "Open to the project" not in text_of(client.get(url("memo", written.uid)))
    assert client.post(url("share", written.uid), headers=HTMX).status_code == 409
