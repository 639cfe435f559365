"""Bad input at both doors: its sentence and its status, nothing stored by halves, and every later page still opens."""

import contextlib
import html
import itertools
import json
import re
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from coding.codes import rules as words
from coding.codes.models import Category, Code, Proposal
from coding.memos.models import Memo
from coding.memos.rules import write_memo
from coding.open_coding import judging, rules
from coding.open_coding.models import Coding, Mark, Segment
from coding.people.models import Event
from coding.people.rules import Key
from coding.rounds.models import Assignment
from tests import factory
from tests.door import PROBLEM, Door
from tests.kept import kept

HTMX = {"HX-Request": "true"}
TEXT = (
    "The late fee <script>alert(1)</script> {{ 7 }} hx-get=/x was waived.\n\n"
    "A family \U0001f469\u200d\U0001f467\u200d\U0001f466 waited, and nobody knew.\n\n"
    "The fee was paid back."
)
END = len(TEXT) + len(" (1)")
SECOND, THIRD = TEXT.index("A family"), TEXT.index("The fee")
INSIDE = TEXT.index("\U0001f467")  # between two parts of one emoji
UNKNOWN = "8f14e45f-ceea-467f-a8d6-0000000000aa"
BOTH = pytest.mark.parametrize("door", ["page", "api"])

LONG, WIDE, NUL = "x" * 10_000, "x" * 20_001, "a\x00b"
# Numbers that are none: as a form sends them, and as JSON does.
TYPED = [
    "-1",
    "-0",
    "+5",
    "1.0",
    "1e3",
    "\u0663",
    "\u00bd",
    "0x5",
    " 5",
    "5\n",
    "NaN",
    "true",
    "None",
    "9" * 31,
    "9" * 5_000,
]
COUNTED = [-1, 1.0, -0.0, 1e3, "5", "\u0663", "", True, False, None, [], {}, [5], 2**31, 2**53, 10**30]
# Names in which there is nothing to see, too much, or what no text may hold.
FEW_TYPED, FEW_COUNTED = ["-1", "1e3", "\u0663", "9" * 31], [-1, 1.0, "5", True, 10**30]
NAMES = [
    "",
    "   ",
    "\u3000\t\n",
    "\u202e",
    "\u200b\u2060\ufeff",
    "\u0301",
    LONG,
    "x" * 201,
    NUL,
    "a\x1b[31m",
    "\ufffe",
    "a\x85",
]

PAGES = {
    "code": "code_segment", "hits": "code_hits", "change": "change_code", "remove": "remove_code", "ends": "move_ends",
    "split": "split_segment", "join": "join_segments", "delete": "delete_segment", "doubt": "say_uncertain",
    "against": "speak_against", "marks": "mark_paragraphs", "uncodable": "call_uncodable", "submit": "submit",
    "undo": "undo", "redo": "redo", "define": "define", "propose": "propose", "ask": "ask_reopening",
}  # fmt: skip
PATHS = {
    "code": "segments/", "hits": "segments/hits/", "change": "segments/{segment}/codes/{code}/change/",
    "remove": "segments/{segment}/codes/{code}/", "ends": "segments/{segment}/ends/", "split": "segments/{segment}/split/",
    "join": "segments/{segment}/join/", "delete": "segments/{segment}/", "doubt": "segments/{segment}/doubt/",
    "against": "segments/{segment}/against/", "marks": "segments/marks/", "uncodable": "segments/uncodable/",
    "submit": "segments/submit/", "undo": "segments/undo/", "redo": "segments/redo/", "define": "codes/{code}/",
    "propose": "codes/{code}/propose/", "ask": "segments/ask-reopening/",
}  # fmt: skip
METHODS = {"remove": "delete", "delete": "delete", "define": "patch", "reword": "patch", "erase": "delete"}
ON_SEGMENT = {"change", "remove", "ends", "split", "join", "delete", "doubt", "against"}
ON_CODE = {"change", "remove", "define", "propose"}


@kept
def furnished(lead):
    return furnish(lead)


def furnish(lead):
    """Ada codes two incidents blind, one handed in; Bo codes them too; some codes may not be used."""
    project, elsewhere = factory.project(lead), factory.project(lead, "Elsewhere")
    ada, bo = factory.member(project, "ada"), factory.member(project, "bo")
    shared, merged, retired = (words.create_code(lead, project, name) for name in ("shared", "merged", "retired"))
    words.merge_codes(lead, merged, shared)
    words.retire(lead, retired)
    words.create_code(lead, elsewhere, "foreign")
    words.create_category(lead, project, "Promises")
    factory.incidents(project, 2, TEXT)
    opened = factory.round_of(project, [ada, bo])
    desk, done = opened.assignments.filter(coder=ada).order_by("position")
    theirs = factory.assignment(opened, bo, desk.incident)
    his = factory.code(theirs, "waited", "his word").segment
    factory.hand_in(done)
    near = factory.code(desk, "late fee", "mine", "also").segment
    family = factory.code(desk, TEXT[SECOND + 2 : INSIDE + 10], "mine", key=Key("known", "body")).segment
    memos = {name: write_memo(who, project, "code", f"{name} thought") for name, who in (("own", ada), ("his", bo))}
    codes = {code.name: str(code.uid) for code in Code.objects.exclude(name="his word")}
    codes["his"] = str(Code.objects.get(name="his word").uid)
    return SimpleNamespace(
        project=project, ada=ada, bo=bo, lead=lead, desk=desk, done=done, theirs=theirs, his=his, near=near,
        family=family, memos={name: str(memo.uid) for name, memo in memos.items()}, codes=codes,
    )  # fmt: skip


class Room:
    """Ada before her incident, at both doors."""

    def __init__(self, made):
        self.__dict__.update(vars(made))
        self.browser, self.door = Client(raise_request_exception=False), Door(self.ada)
        self.browser.force_login(self.ada)
        self.text = self.desk.incident.text

    def send(self, door, verb, body=None, *, desk=None, segment=None, code=None, memo=None, key=None):
        """Send a body to a verb's address at one of the doors; on Ada's own things where nothing else is said."""
        ids = {"segment": segment or self.near, "code": code or self.codes["shared" if verb == "propose" else "mine"]}
        sent = self.by_page if door == "page" else self.by_api
        return sent(verb, body, desk or self.desk, ids, memo or self.memos["own"], key)

    def by_page(self, verb, body, desk, ids, memo, key):
        more = [ids["segment"]] if verb in ON_SEGMENT else []
        more += [ids["code"]] if verb in ON_CODE else []
        if verb in PAGES:
            path = reverse(f"open_coding:{PAGES[verb]}", args=[desk.uid, *more])
        else:
            name = {"write": "list", "reword": "memo", "erase": "delete"}[verb]
            path = reverse(f"memos:{name}", args=[self.project.slug, *([] if verb == "write" else [memo])])
        raw = {"content_type": "application/x-www-form-urlencoded"} if isinstance(body, bytes) else {}
        keyed = {} if key is None else {"Idempotency-Key": key}
        scripted = {} if verb == "write" else HTMX  # the list's form is a plain one
        return self.browser.post(path, {} if body is None else body, headers={**scripted, **keyed}, **raw)

    def by_api(self, verb, body, desk, ids, memo, key):
        if verb in PATHS:
            path = f"assignments/{desk.uid}/{PATHS[verb].format(**ids)}"
        else:
            path = f"projects/{self.project.uid}/memos/{'' if verb == 'write' else f'{memo}/'}"
        return self.door.send(METHODS.get(verb, "post"), path, body, key=key)

    def stands(self):
        """What the rows say that can change."""
        return counts(), [
            sorted(Segment.objects.values_list("uid", "start", "end", "is_uncertain", "speaks_against")),
            sorted(Mark.objects.values_list("uid", "kind")),
            sorted(Code.objects.values_list("uid", "name", "definition", "version")),
            sorted(Memo.objects.values_list("uid", "text", "kind", "version")),
            sorted(Assignment.objects.values_list("uid", "state", "uncodable_because", "reopening_asked")),
        ]

    def refuses(self, door, verb, cases, **where):
        """Each body gets its status and a sentence, and leaves everything as it stands."""
        before, number = self.stands(), counts()
        for body, status in cases:
            answer, shown = self.send(door, verb, body, **where), f"{door} {verb} {str(body)[:80]} {where}"
            assert answer.status_code == status, f"{shown}: {answer.status_code} {answer.content[:300]!r}"
            assert sentence_in(answer), shown
            assert counts() == number, shown
        assert self.stands() == before, f"{door} {verb} {where}"

    def opens(self):
        """Every page that shows the coder's work, after whatever was sent."""
        held = [str(uid) for uid in self.desk.segments.values_list("uid", flat=True)]
        here, slug = self.desk.uid, self.project.slug
        for name, args in [
            ("open_coding:workspace", [here]), ("open_coding:acts", [here]), ("open_coding:search", [here]),
            *(("open_coding:segment", [here, uid]) for uid in held[:1]), ("open_coding:compare", [here, self.codes["mine"]]),
            ("memos:list", [slug]),
        ]:  # fmt: skip
            page = self.browser.get(reverse(name, args=args), {"q": "fee"} if name == "open_coding:search" else {})
            assert page.status_code == 200, name
            assert "<script>alert" not in page.content.decode(), name


@pytest.fixture
def room(furnished):
    """After whatever a test sent, every page still opens; where nothing was stored, it is as it was."""
    made = Room(furnished)
    before = made.stands()
    yield made
    if made.stands() != before:
        made.opens()


def counts():
    """How many rows there are, in one question."""
    tables = [
        f"(SELECT count(*) FROM {one._meta.db_table})" for one in (Segment, Coding, Mark, Event, Code, Memo, Proposal)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(tables)}")
        return cursor.fetchone()


@contextlib.contextmanager
def aside():
    """Do something that is then taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def sentence_in(answer):
    """Find a full sentence in an answer: a problem's detail, the plain text for script, or the words of a page."""
    body = answer.content.decode()
    if answer["Content-Type"] == PROBLEM:
        said = json.loads(body)
        assert said["status"] == answer.status_code
        assert said["title"] != "invalid" or said["errors"], said
        body = said["detail"]
    elif answer["Content-Type"].startswith("text/html"):
        body = html.unescape(re.sub(r"<[^>]*>", " ", body.partition("<main")[2] or body))
        return re.search(r"[A-Z“][^.]{8,}\.", body)
    return re.fullmatch(r"(?s)[A-Z“].{8,}\.", body)


def sound(room, door="page", quote="nobody knew", **more):
    """A request to code that would be taken."""
    start = room.text.index(quote)
    span = {"start": start, "end": start + len(quote), "quote": quote}
    return {**span, "name": "new", **more} if door == "page" else {**span, "codes": [{"name": "new"}], **more}


def numbers(door, field, sent):
    return [({**sent, field: one}, 400) for one in (FEW_TYPED if door == "page" else FEW_COUNTED)]


def unusable(room):
    return [room.codes[name] for name in ("foreign", "merged", "retired", "his")] + [UNKNOWN, room.near]


# Coding


@BOTH
def test_an_offset_that_is_no_place_in_the_text(room, door):
    sent, values = sound(room, door), TYPED if door == "page" else COUNTED
    room.refuses(door, "code", [({**sent, field: one}, 400) for field in ("start", "end") for one in values])


@BOTH
def test_a_span_or_quote_that_does_not_stand_there(room, door):
    sent = sound(room, door)
    utf16 = {name: sent[name] + 3 for name in ("start", "end")}  # three characters before it take two units each
    spans = [
        ({"end": END + 1, "quote": room.text[sent["start"] :]}, 400), ({"start": END, "end": END + 1, "quote": ""}, 400),
        ({"start": sent["end"], "end": sent["start"]}, 400), ({"end": sent["start"]}, 400),
        ({"start": SECOND - 2, "end": SECOND, "quote": "\n\n"}, 400), ({"quote": "Nobody knew"}, 409),
        ({"quote": "nobody\u00a0knew"}, 409), ({"quote": NUL}, 409 if door == "page" else 400), (utf16, 409),
    ]  # fmt: skip
    room.refuses(door, "code", [({**sent, **span}, status) for span, status in spans])


@BOTH
def test_a_name_that_is_none_and_a_code_that_may_not_be_used(room, door):
    sent = sound(room, door)
    if door == "page":
        bad = [{"name": name} for name in NAMES] + [{"code": uid} for uid in [*unusable(room), "x", "0" * 32]]
        bad += [{"name": "a", "definition": text} for text in (NUL, WIDE)]
    else:
        namings = [{"name": name} for name in [*NAMES, None, 5, True, []]] + [
            {"uid": uid} for uid in [*unusable(room), "x", 5]
        ]
        namings += [{}, {"name": "a", "uid": UNKNOWN}, {"name": "a", "in_vivo": 1}, {"name": "a", "definition": NUL}]
        bad = [{"codes": [{"name": "sound"}, naming]} for naming in namings] + [
            {"codes": []},
            {"codes": [{"name": "a"}] * 101},
        ]
    room.refuses(door, "code", [({**sent, **one}, 400) for one in bad])


@BOTH
def test_an_id_that_another_segment_bears(room, door):
    field = "segment" if door == "page" else "uid"
    room.refuses(door, "code", [(sound(room, door, **{field: uid}), 400) for uid in (room.his, room.near)])


def test_a_quote_alone_that_does_not_stand_in_the_text(room):
    asked = [{"quote": ""}, {"quote": "no such words"}, {"quote": "fee", "occurrence": "9999"}, {"quote": "fee", "occurrence": "1e3"},
             {"quote": "fee", "occurrence": "\u0661"}, {"quote": "fee", "occurrence": "-1"}, {"quote": "x" * 50_000}]  # fmt: skip
    room.refuses("page", "code", [({"name": "new", **one}, 400) for one in asked])


@BOTH
def test_the_10001st_segment(room, door, monkeypatch):
    monkeypatch.setattr(rules, "MOST_SEGMENTS", 3)
    assert room.send(door, "code", sound(room, door, "paid back")).status_code == (201 if door == "api" else 200)
    room.refuses(door, "code", [(sound(room, door), 409)])
    room.refuses(door, "hits", [(takes(room, door, "hits")[0], 409)])
    one = {"at": str(SECOND + 8) if door == "page" else SECOND + 8}
    room.refuses(door, "split", [(one, 409)], segment=room.family)


@BOTH
def test_a_place_inside_a_character_is_widened_to_the_whole(room, door):
    whole = TEXT[INSIDE - 2 : INSIDE + 3]
    sent = sound(room, door, quote=whole) | {"start": INSIDE, "end": INSIDE + 1, "quote": TEXT[INSIDE]}
    assert room.send(door, "code", sent).status_code == (200 if door == "page" else 201)
    made = room.desk.segments.get(start=INSIDE - 2)
    assert room.text[made.start : made.end] == whole


ODD = [
    "<script>alert(1)</script>", "{{ 7 }}{% debug %}", "\"'><b hx-get=/x>", "a\u202eb", "\u0301a", "\ufb03" * 200,
    "\U0001f469\u200d\U0001f467", "اكتب", "=1+1", "x" * 200,
]  # fmt: skip


def test_a_name_however_odd_stays_a_name(room):
    """With something to see in it and at most 200 code points; its key, folded, is up to three times as long."""
    assert room.send("page", "code", sound(room, name=ODD[0])).status_code == 200
    for name in ODD:
        sent = sound(room, "api", "paid back", codes=[{"name": name}])
        assert room.send("api", "code", sent).status_code == 201, name
        assert Code.objects.filter(name=name, coined_by=room.ada).count() == 1, name
    body = room.browser.get(reverse("open_coding:workspace", args=[room.desk.uid])).content.decode()
    assert "<b hx-get" not in body
    assert "{{ 7 }}{% debug %}" in body


@BOTH
def test_names_that_differ_by_form_case_or_white_space_are_one(room, door):
    before = Code.objects.count()
    for quote, name in (
        ("nobody", "Caf\u00e9 rule"),
        ("knew", "cafe\u0301 RULE"),
        ("waived", " caf\u00e9\u2003 rule "),
    ):
        more = {"name": name} if door == "page" else {"codes": [{"name": name}]}
        assert room.send(door, "code", sound(room, door, quote, **more)).status_code < 300
    assert Code.objects.count() == before + 1


# Many at once


@BOTH
def test_hits_that_are_none_code_nothing_at_all(room, door):
    good = room.text.index("nobody")
    if door == "page":
        many = " ".join(f"{start}-{start + 1}" for start in range(501))
        spans = [
            "",
            " ",
            "0",
            "5-",
            "-5",
            "--",
            "3-3",
            "9-5",
            f"0-{END + 1}",
            "1e3-4",
            "0-\u0663",
            f"{good}-{good + 6} 9-5",
            many,
            f"0-{10**30}",
        ]
        bad = [{"hit": span, "name": "new"} for span in spans]
        bad += [{"hit": "0-3", "name": name} for name in NAMES[::3]] + [
            {"hit": "0-3", "code": uid} for uid in unusable(room)
        ]
        bad += [{"hit": ["0-3", "9-5"], "name": "new"}, {"name": "new"}]
        room.refuses(door, "hits", [(one, 400) for one in bad])
        return
    hit = {"start": good, "end": good + 6, "quote": "nobody"}
    lists = [
        [],
        None,
        {},
        [hit, {**hit, "end": END + 1}],
        [hit, {"start": 0, "end": 3}],
        [hit] * 501,
        [hit, None],
        [[0, 3]],
    ]
    bad = [({"hits": one, "code": {"name": "new"}}, 400) for one in lists]
    bad += [({"hits": [hit], "code": {"name": name}}, 400) for name in NAMES[::3]] + [({"hits": [hit]}, 400)]
    bad += [({"hits": [hit], "code": {"uid": uid}}, 400) for uid in unusable(room)]
    bad += [({"hits": [hit, {**hit, "quote": "somebody"}], "code": {"name": "new"}}, 409)]
    room.refuses(
        door, "hits", bad + [({"hits": [{**hit, "start": one}], "code": {"name": "new"}}, 400) for one in FEW_COUNTED]
    )


@BOTH
def test_hits_that_overlap_or_come_twice_make_one_segment_for_each_stretch(room, door):
    at, before = room.text.index("nobody knew"), room.desk.segments.count()
    spans = [(at, at + 6), (at, at + 6), (at - 1, at + 7), (at, at + 11)]  # the third is the first with its white space
    if door == "page":
        body = {"hit": [f"{start}-{end}" for start, end in spans], "name": "new"}
    else:
        body = {"hits": [{"start": s, "end": e, "quote": room.text[s:e]} for s, e in spans], "code": {"name": "new"}}
    assert room.send(door, "hits", body).status_code == 200
    assert room.desk.segments.count() == before + 2
    assert room.send(door, "undo").status_code == 200
    assert room.desk.segments.count() == before


# Changing


@BOTH
def test_a_segment_of_somebody_else_is_answered_like_one_that_is_not_there(room, door):
    """Nobody learns from a status, a sentence or a length that another coder's segment is there."""
    before = room.stands()
    for verb in sorted(ON_SEGMENT):
        sent = takes(room, door, verb)[0]
        theirs, nobodys = (room.send(door, verb, sent, segment=segment) for segment in (room.his, UNKNOWN))
        assert theirs.status_code == (404 if door == "api" and verb in {"delete", "remove"} else 409), verb
        assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content), verb
        assert sentence_in(theirs), verb
    assert room.stands() == before


@BOTH
@pytest.mark.parametrize("verb", ["change", "remove"])
def test_a_code_that_the_segment_does_not_bear(room, door, verb):
    sent = takes(room, door, verb)[0]
    for code in (room.codes["shared"], room.codes["his"], UNKNOWN):
        room.refuses(door, verb, [(sent, 409)], code=code)


@BOTH
def test_a_code_is_not_changed_to_what_is_none(room, door):
    if door == "page":
        bad = [{"name": name} for name in NAMES[::3]] + [{"code": uid} for uid in [*unusable(room), "x"]] + [{}]
    else:
        bad = (
            [{"name": name} for name in [*NAMES[::3], None, 5]]
            + [{"uid": uid} for uid in [*unusable(room), "x", True]]
            + [{}, [], None]
        )
    room.refuses(door, "change", [(one, 400) for one in bad])


@BOTH
def test_ends_that_are_none_taken_or_stale(room, door):
    number = str if door == "page" else int
    sent = {"start": number(SECOND), "end": number(SECOND + 8)}
    start, end = room.desk.segments.values_list("start", "end").get(uid=room.family)
    bad = [*numbers(door, "start", sent), *numbers(door, "end", sent)]
    bad += [({"start": number(start), "end": number(end)}, 409)]  # another segment's own words
    spans = [(5, 5), (9, 5), (0, END + 1), (SECOND - 2, SECOND)]
    bad += [({"start": number(first), "end": number(last)}, 400) for first, last in spans] + [
        ({}, 400),
        ({"start": number(5)}, 400),
    ]
    stale = [(0, 1), (2**31 - 1, 2**31 - 1), (start, end)]
    bad += [({**sent, "was_start": number(first), "was_end": number(last)}, 409) for first, last in stale]
    huge = ["9" * 31, "-1", "1e3"] if door == "page" else [10**30, -1, 1e3, True, "4"]
    room.refuses(door, "ends", bad + [({**sent, "was_start": one, "was_end": number(12)}, 400) for one in huge])


@BOTH
def test_a_cut_that_is_none(room, door):
    number, field = (str, "new") if door == "page" else (int, "uid")
    start, end = room.desk.segments.values_list("start", "end").get(uid=room.family)
    places = [start, end, start - 1, end + 1, 0, END + 1, INSIDE, INSIDE - 1, INSIDE + 1]
    bad = [({"at": number(place)}, 400) for place in places] + numbers(door, "at", {}) + [({}, 400)]
    bad += [({"at": number(start + 6), "was_start": number(start), "was_end": number(end - 1)}, 409)]
    room.refuses(door, "split", [*bad, ({"at": number(start + 6), field: room.his}, 400)], segment=room.family)


@BOTH
def test_what_can_not_be_joined_with(room, door):
    field = "other" if door == "page" else "segment"
    bad = [
        ({field: room.near}, 400),
        ({field: "x"}, 400),
        ({field: ""}, 400),
        ({}, 400),
        ({field: room.his}, 409),
        ({field: UNKNOWN}, 409),
    ]
    bad += [] if door == "page" else [({field: one}, 400) for one in (None, 5, True, [], [room.family])]
    room.refuses(door, "join", bad)


# Judging


@BOTH
def test_a_category_that_is_none_of_the_edition(room, door):
    values = ["x", UNKNOWN, room.codes["shared"], room.near, "0" * 5_000]
    bad = [({"category": one}, 400) for one in values + ([] if door == "page" else ["", 5, True, []])]
    room.refuses(door, "against", bad + ([] if door == "page" else [({}, 400)]))


def test_a_doubt_is_yes_or_no(room):
    room.refuses(
        "api", "doubt", [({"is_uncertain": one}, 400) for one in ("true", 1, 0, None, "", [])] + [({}, 400), ([], 400)]
    )


@BOTH
def test_marks_where_no_paragraph_starts_or_something_stands(room, door):
    if door == "page":
        bad = [{"start": one, "kind": "left_out"} for one in [*FEW_TYPED, "1", str(THIRD + 1), str(END), "99999999999"]]
        bad += [{"start": str(THIRD), "kind": kind} for kind in ("boring", "LEFT_OUT", "nothing_here ", NUL, "")]
        bad += [
            {"start": "0", "kind": "left_out"},
            {"kind": "left_out"},
            {"start": [str(THIRD), "1"], "kind": "left_out"},
        ]
        room.refuses(door, "marks", [(one, 400) for one in bad])
        return
    good = {"start": THIRD, "kind": "left_out"}
    bad = [{"start": one, "kind": "left_out"} for one in [*FEW_COUNTED, 1, THIRD + 1, END, 0]]
    bad += [{"start": THIRD, "kind": kind} for kind in ("boring", "LEFT_OUT", None, 5, NUL, "")] + [
        {"start": THIRD},
        {},
        None,
        [],
    ]
    lists = [
        [],
        None,
        {},
        [good] * 101,
        *([one] for one in bad),
        [good, {**good, "start": 1}],
        [{**good, "start": 0}, good],
    ]
    room.refuses(door, "marks", [({"paragraphs": one}, 400) for one in lists])


@BOTH
def test_a_reason_that_is_no_text(room, door):
    wrong = [NUL, WIDE, "a\x07"] + ([] if door == "page" else [None, 5, True, []])
    room.refuses(door, "uncodable", [({"reason": one}, 400) for one in wrong] + [({"reason": "It is coded."}, 409)])
    room.refuses(door, "ask", [({"reason": "Not handed in."}, 409)])
    room.refuses(door, "ask", [({"reason": one}, 400) for one in [*wrong, "", "  \n"]] + [({}, 400)], desk=room.done)


@BOTH
def test_a_submission_that_leaves_something_open(room, door):
    if door == "page":
        bad = [
            ({}, 409),
            ({"rest": "boring"}, 409),
            ({"untouched": str(THIRD)}, 409),
            ({"untouched": str(THIRD), "rest": NUL}, 409),
        ]
        bad += [({"untouched": one, "rest": "left_out"}, 400) for one in (*FEW_TYPED, "")] + [
            ({"untouched": str(THIRD), "rest-x": "left_out"}, 400)
        ]
    else:
        bad = [({}, 409), ({"paragraphs": []}, 409), ({"paragraphs": [{"start": THIRD, "kind": ""}]}, 409),
               ({"paragraphs": [{"start": THIRD + 1, "kind": "left_out"}]}, 409)]  # fmt: skip
        bad += [({"rest": one}, 400) for one in ("boring", "", None, 5, [])] + [
            ({"paragraphs": one}, 400) for one in (None, "x", [5], {})
        ]
        bad += [({"paragraphs": [{"start": one, "kind": "left_out"}]}, 400) for one in FEW_COUNTED]
    room.refuses(door, "submit", bad)


@BOTH
def test_nothing_to_undo_or_redo_and_changes_that_a_page_has_not_seen(room, door):
    wrong = [] if door == "page" else [({"after": one}, 400) for one in (5, None, True, [], NUL, WIDE)]
    room.refuses(door, "undo", [({"after": "older"}, 409), ({"after": "known\u0301"}, 409), *wrong])
    room.refuses(door, "redo", [({}, 409), ({"after": "older"}, 409), ({"after": "known"}, 409), *wrong])
    for _ in range(room.desk.segments.count()):
        assert room.send(door, "undo").status_code == 200
    room.refuses(door, "undo", [({}, 409), (None, 409)])


@BOTH
def test_nothing_is_redone_once_a_paragraph_was_judged(room, door):
    assert room.send(door, "undo").status_code == 200
    judging.mark_paragraphs(room.ada, room.desk, {THIRD: "left_out"})
    room.refuses(door, "redo", [({}, 409)])


# Words


@BOTH
def test_a_wording_that_is_none_or_stale(room, door):
    texts = [{"definition": NUL}, {"definition": WIDE}, {"use_when": "a\x07"}, {"avoid_when": WIDE}]
    if door == "api":
        texts += [{"name": name} for name in [*NAMES[::3], None, 5, "also"] if name != "also"] + [{}, {"definition": 5}]
    bad = [({"version": 1, **one}, 400) for one in texts]
    bad += [
        ({"version": one, "definition": "x"}, 400)
        for one in (FEW_TYPED if door == "page" else [*FEW_COUNTED, 0])
        if one != "1"
    ]
    room.refuses(door, "define", [*bad, ({"version": 99, "definition": "x"}, 409)])
    if door == "api":
        room.refuses(door, "define", [({"version": 1, "name": "also"}, 409)])
    for code in unusable(room)[2:]:
        room.refuses(door, "define", [({"version": 1, "definition": "x"}, 404)], code=code)


@BOTH
def test_a_proposal_that_is_none_or_on_a_code_of_nobody(room, door):
    texts = [{"definition": NUL}, {"definition": WIDE}, {"use_when": "a\x07"}]
    texts += (
        []
        if door == "page"
        else [{}, {"name": "x" * 201}, {"name": ""}, {"name": NUL}, {"definition": None}, {"version": 1}]
    )
    room.refuses(door, "propose", [(one, 400) for one in texts])
    for code in [*unusable(room)[::3], room.codes["mine"]]:
        room.refuses(door, "propose", [({"definition": "x"}, 400)], code=code)


# Memos


@BOTH
def test_a_memo_that_is_none(room, door):
    texts = ["", "  \n", NUL, WIDE, "a\x1b", "\ufffe"] + ([] if door == "page" else [None, 5, True, []])
    kinds = ["", "note", "CODE", NUL, LONG] + ([] if door == "page" else [None, 5, []])
    bad = [{"kind": "code", "text": text} for text in texts] + [{"kind": kind, "text": "x"} for kind in kinds] + [{}]
    if door == "api":
        bad += [{"kind": "code", "text": "x", name: uid} for name, uid in (
            ("segment", room.his), ("code", room.codes["his"]), ("code", room.codes["foreign"]), ("segment", UNKNOWN), ("incident", "x"),
            ("category", room.codes["shared"]), ("segment", None))]  # fmt: skip
    room.refuses(door, "write", [(one, 400) for one in bad])
    versions = [one for one in (FEW_TYPED if door == "page" else [*FEW_COUNTED, 0]) if one != "1"]
    bad = [{"version": 1, "kind": "code", "text": text} for text in texts] + [
        {"version": 1, "kind": kind, "text": "x"} for kind in kinds
    ]
    bad += [{"version": one, "kind": "code", "text": "x"} for one in versions] + [{"kind": "code", "text": "x"}]
    room.refuses(door, "reword", [*((one, 400) for one in bad), ({"version": 99, "kind": "code", "text": "x"}, 409)])


@BOTH
@pytest.mark.parametrize("verb", ["reword", "erase"])
def test_a_memo_of_somebody_else_is_answered_like_one_that_is_not_there(room, door, verb):
    sent = {"version": 1, "kind": "code", "text": "x"} if verb == "reword" else None
    answers = [room.send(door, verb, sent, memo=memo) for memo in (room.memos["his"], UNKNOWN)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert len(answers[0].content) == len(answers[1].content)
    room.refuses(door, verb, [(sent, 404)], memo=room.memos["his"])


def test_a_memo_is_written_on_no_thing_that_is_none(room):
    for kind, uid in (("segment", room.his), ("code", room.codes["his"]), ("code", room.codes["foreign"]), ("segment", UNKNOWN),
                      ("user", room.ada.uid), ("assignment", room.desk.uid), ("category", room.codes["shared"])):  # fmt: skip
        path, before = reverse("memos:on", args=[room.project.slug, kind, uid]), room.stands()
        assert [
            room.browser.get(path).status_code,
            room.browser.post(path, {"kind": "code", "text": "x"}).status_code,
        ] == [404, 404]
        assert room.stands() == before


# Keys, bodies, and whose desk it is: for every verb


def takes(room, door, verb):
    """Two bodies that a verb takes, the second for something else."""
    page = door == "page"
    number = str if page else int
    start, end = SECOND, SECOND + 8
    other = {"other": room.family} if page else {"segment": room.family}
    at = room.text.index("nobody")
    hit = [{"hit": f"{at}-{at + 6}", "name": name} for name in "ab"]
    if not page:
        hit = [{"hits": [{"start": at, "end": at + 6, "quote": "nobody"}], "code": {"name": name}} for name in "ab"]
    judged = [{"start": str(THIRD), "kind": kind} for kind in ("left_out", "nothing_here")]
    category = str(Category.objects.get(project=room.project).uid)
    return {
        "code": [sound(room, door), sound(room, door, "paid back")], "hits": hit, "change": [{"name": "a"}, {"name": "b"}],
        "remove": [None, None], "ends": [{"start": number(start), "end": number(end)}, {"start": number(start), "end": number(end - 2)}],
        "split": [{"at": number(room.text.index(" fee"))}, {"at": number(room.text.index(" fee") + 1)}], "join": [other, {**other, "x": "1"}],
        "delete": [None, None], "doubt": [{"doubt": "1"}, {"doubt": "0"}] if page else [{"is_uncertain": True}, {"is_uncertain": False}],
        "against": [{"category": category}, {"category": "" if page else None}],
        "marks": judged if page else [{"paragraphs": [{**one, "start": THIRD}]} for one in judged],
        "uncodable": [{"reason": ""}, {"reason": "Not a report."}], "submit": [{"rest": "left_out"}, {"rest": "nothing_here"}],
        "undo": [{}, {"after": "known"}], "redo": [{}, {"after": "known"}], "ask": [{"reason": "A slip."}, {"reason": "Another."}],
        "define": [{"version": 1, "definition": one} for one in "ab"], "propose": [{"definition": one} for one in "ab"],
        "write": [{"kind": "code", "text": one} for one in "ab"], "reword": [{"version": 1, "kind": "code", "text": one} for one in "ab"],
        "erase": [None, None],
    }[verb]  # fmt: skip


VERBS = [*PAGES, "write", "reword", "erase"]
KEYED = [verb for verb in VERBS if verb != "ask"]
NO_BODY = {"remove", "delete", "erase"}


@BOTH
def test_a_key_has_one_effect_and_takes_no_other_body(room, door):
    for verb in KEYED:
        with aside():
            if verb == "redo":
                room.send(door, "undo")
            first, second = takes(room, door, verb)
            answer = room.send(door, verb, first, key="k")
            assert answer.status_code < 400, (verb, answer.content)
            once = room.stands()
            again = room.send(door, verb, first, key="k")
            assert (again.status_code, room.stands()) == (answer.status_code, once), verb
            if verb not in NO_BODY:
                room.refuses(door, verb, [(second, 422)], key="k")
            room.refuses(door, "join", [({"other": UNKNOWN} if door == "page" else {"segment": UNKNOWN}, 422)], key="k")


@BOTH
def test_a_key_is_a_short_plain_text(room, door):
    for verb in KEYED:
        with aside():
            if verb == "redo":
                room.send(door, "undo")
            sent = takes(room, door, verb)[0]
            for key in ["k" * 81, "a\x00b", *([" "] if door == "api" else ["a\x7f"])]:
                room.refuses(door, verb, [(sent, 400)], key=key)
            assert room.send(door, verb, sent, key="k" * 80).status_code < 400, verb


@BOTH
def test_nothing_is_done_at_the_desk_of_somebody_else_nor_after_submit(room, door):
    for verb in PAGES:
        sent = takes(room, door, verb)[0]
        room.refuses(door, verb, [(sent, 404)], desk=room.theirs, segment=room.his, code=room.codes["his"])
        if verb not in {"ask", "define", "propose"}:
            status = 404 if door == "api" and verb in {"delete", "remove"} else 409
            room.refuses(door, verb, [(sent, status)], desk=room.done)


NESTED = b'{"a":' * 33 + b"1" + b"}" * 33
BODIES = [
    b"[]", b"null", b'"x"', b"5", b"{", b"\xff", b"{'a': 1}", b'{"a": NaN}', b'{"a": 1e999}', b'{"start": 1, "start": 2}', b'{"a": "\\ud800"}',
    b'{"\\u0000": 1}', b'{"a": 1e3000}', NESTED, b"[" * 100_000, b"\xef\xbb\xbf{}", b'{"name": "a"} {"name": "b"}', b'{"a": ' + b"9" * 5_000 + b"}",
]  # fmt: skip


def test_a_body_that_is_no_json_object(room):
    room.refuses("api", "code", [(body, 400) for body in BODIES])
    for verb in VERBS:
        bodies = [NESTED, b'{"a": 1, "a": 1}', b'{"a": "\\ud800"}'] + ([] if verb in NO_BODY else [b"[]", b"null"])
        room.refuses("api", verb, [(body, 400) for body in bodies], desk=room.done if verb == "ask" else None)


def test_a_body_of_another_kind(room):
    before, verbs = room.stands(), ("segments/", "segments/hits/", "segments/undo/", "segments/submit/")
    kinds = [
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/xml",
        "",
    ]
    for verb, kind in itertools.product(verbs, kinds):
        answer = room.door.post(
            f"assignments/{room.desk.uid}/{verb}", json.dumps(sound(room, "api")).encode(), kind=kind
        )
        assert answer.status_code == 415, verb
        assert sentence_in(answer)
    assert room.stands() == before


def test_a_body_larger_than_five_megabytes(room):
    big, before = b"x" * (5 * 1024 * 1024 + 1), room.stands()
    answer = room.send("api", "code", b'{"quote": "' + big + b'"}')
    assert (answer.status_code, bool(sentence_in(answer))) == (413, True)
    for body in (b"quote=" + big, b"a=1&" * 20_001):
        answer = room.send("page", "code", body)
        assert (answer.status_code, bool(sentence_in(answer))) == (400, True)
    assert room.stands() == before


FORMS = [
    ("multipart/form-data", b"x"), ("multipart/form-data; boundary=x", b"--x\r\nbroken"), ("application/json", b'{"start": 0}'),
    ("text/plain", b"start=0&end=3&quote=The&name=a"), ("application/x-www-form-urlencoded; charset=utf-16", b"start=0"),
    ("application/x-www-form-urlencoded", b"%"), ("application/x-www-form-urlencoded", b"start=0&end=3&quote=The&name=%00"),
    ("application/x-www-form-urlencoded", b"start=0&start=-1&end=3&quote=The&name=a"),
    ("application/x-www-form-urlencoded", b"start=0&end=3&quote=The&name=a&name=%20"),
]  # fmt: skip


def test_a_form_that_can_not_be_read(room):
    before, path = room.stands(), reverse("open_coding:code_segment", args=[room.desk.uid])
    for kind, body in FORMS:
        answer = room.browser.generic("POST", path, body, content_type=kind, headers=HTMX)
        assert answer.status_code in {400, 415}, (kind, body)
        assert sentence_in(answer), (kind, body)
        assert room.stands() == before, (kind, body)


WORDS = [
    "\x00",
    "\u202e",
    "(" * 200,
    "\\",
    "%_",
    "x" * 20_000,
    "\ufffe",
    "<script>alert(1)</script>",
    "a.*+?[",
    "\u0301",
]


def test_a_search_takes_any_words(room):
    for q, name in itertools.product(WORDS, ("open_coding:search", "memos:list")):
        path = reverse(name, args=[room.project.slug if name == "memos:list" else room.desk.uid])
        answer = room.browser.get(path, {"q": q, "kind": q[:50], "by": q[:50], "page": q[:50]})
        assert answer.status_code == 200, (name, q[:20])
        assert "<script>alert" not in answer.content.decode(), (name, q[:20])


def test_a_page_of_a_thing_that_is_not_ones_own_is_not_there(room):
    here, theirs = room.desk.uid, room.theirs.uid
    for name, args in [
        ("workspace", [theirs]), ("acts", [theirs]), ("search", [theirs]), ("codes", [theirs]), ("segment", [theirs, room.his]),
        ("segment", [here, room.his]), ("segment", [here, UNKNOWN]), ("segment", [room.done.uid, room.near]),
        *(("compare", [here, code]) for code in unusable(room)),
    ]:  # fmt: skip
        answer = room.browser.get(reverse(f"open_coding:{name}", args=args))
        assert answer.status_code == 404, (name, args)
        assert sentence_in(answer)


def test_every_page_opens_to_begin_with(room):
    room.opens()
