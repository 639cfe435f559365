"""Blindness: what a coder of an open blind round can get does not depend on what the others do."""

import copy
import itertools
import uuid

import pytest
from django.urls import reverse

from coding.agreement.models import Measurement
from coding.agreement.rules import measure
from coding.codes import rules as code_rules
from coding.codes import scale_edits, scale_regroup
from coding.codes.examples import choose_example
from coding.codes.models import Category, Code, Edition, Proposal
from coding.incidents.models import Import
from coding.lib import clock
from coding.memos import rules as memo_rules
from coding.memos.models import Memo
from coding.open_coding import naming
from coding.open_coding import rules as coding_rules
from coding.reconciliation.mapping_rules import settle_mapping, take_over
from coding.reconciliation.models import Disagreement
from coding.reconciliation.rules import release_round, settle
from coding.rounds import rules as round_rules
from coding.selective_coding import mapping
from coding.selective_coding import rules as rating_rules
from coding.selective_coding.mapping import Said
from coding.selective_coding.negative_rules import note_case
from coding.selective_coding.rules import Choice, Reading
from coding.selective_coding.saturation_rules import judge_saturation
from tests import factory
from tests.api_crawl import api_crawl
from tests.axial_coding.two_worlds import open_sort, others_sort, sort_pages
from tests.worlds import Ask, alone, differences, route_names, started

NOBODY = uuid.UUID(int=7, version=4)
HTMX = (("HX-Request", "true"),)


def rate(coder, assignment, *numbers, note=""):
    scale = assignment.round.scale
    chosen = [c.uid for layer in scale.layers.all() for c in layer.categories.all() if c.number in numbers]
    reading = Reading(
        choices=tuple(Choice(one) for one in chosen),
        primary=chosen[0] if chosen else None,
        none_applies=not chosen,
        note=note,
    )
    rating_rules.submit(coder, assignment, reading=reading)


class World:
    """A project in which everybody has worked before, and two blind rounds are open."""

    def __init__(self):
        self.project = factory.project(factory.user("lead"))
        self.lead = factory.lead_of(self.project)
        self.coder, self.other = factory.member(self.project, "ada"), factory.member(self.project, "bo")
        self.third = factory.member(self.project, "chidi")
        self.incidents = factory.incidents(self.project, 4)
        self.code_and_release()
        self.order_the_words()
        self.think_aloud()
        self.rate_and_release()
        self.open_two_rounds()
        self.map_and_map_again()

    def code_and_release(self):
        first = self.incidents[:2]
        self.coded = factory.round_of(self.project, [self.coder, self.third], incidents=first, name="Coded before")
        for person, incident in itertools.product((self.coder, self.third), first):
            held = factory.assignment(self.coded, person, incident)
            factory.code(held, "late fee", "inventing a rule")
            factory.code(held, "the chat", f"showing proof {person.name}")
            factory.hand_in(held)
        release_round(self.lead, self.coded)

    @property
    def code_before(self):
        return factory.assignment(self.coded, self.coder)

    def order_the_words(self):
        self.category = code_rules.create_category(self.lead, self.project, "False promises")
        self.second = code_rules.create_category(self.lead, self.project, "Proof")
        self.codes = list(Code.objects.filter(project=self.project).order_by("name", "pk"))
        code_rules.merge_codes(self.lead, self.codes[1], self.codes[0])
        code_rules.place(self.lead, self.codes[0], self.category)
        code_rules.place(self.lead, self.codes[2], self.second)
        self.scale = self.project.scales.get()
        self.seventh = [c for layer in self.scale.layers.all() for c in layer.categories.all()][6]
        code_rules.map_category(self.lead, self.category, self.scale, self.seventh, "A fact that is none.")

    def think_aloud(self):
        """Memos on words that others will change; those of the third open with the next release."""
        self.memos = [
            self.memo(self.coder, "fee again", **on) for on in ({"code": self.codes[0]}, {"category": self.category})
        ]
        self.thirds_memo = self.memo(self.third, "the third's thought")

    def rate_and_release(self):
        self.rated = factory.round_of(
            self.project, [self.coder, self.third], "rating", incidents=self.incidents[:2], name="Rated before"
        )
        for person, numbers in ((self.coder, (7,)), (self.third, (7, 6))):
            for incident in self.incidents[:2]:
                rate(person, factory.assignment(self.rated, person, incident), *numbers)
        release_round(self.lead, self.rated)

    def open_two_rounds(self):
        blind = self.incidents[2:]
        self.coding = factory.round_of(self.project, [self.coder, self.other], incidents=blind, name="Coding now")
        self.rating = factory.round_of(
            self.project, [self.coder, self.other], "rating", incidents=self.incidents, name="Rating now"
        )
        self.draft = factory.round_of(
            self.project, [self.coder, self.other], incidents=blind, name="A draft", opened=False
        )
        self.code_here, self.code_next = self.coding.assignments.filter(coder=self.coder).order_by("position")
        self.code_theirs = factory.assignment(self.coding, self.other)
        self.rate_here = factory.assignment(self.rating, self.coder)
        self.rate_theirs = factory.assignment(self.rating, self.other)
        self.saved = factory.code(self.code_here, "The guest", "waiting at the desk")
        self.own_code = Code.objects.get(coined_by=self.coder, released_at=None)
        self.bos = factory.code(self.code_theirs, "The manager", "bo's first code")
        self.bos_code = Code.objects.get(coined_by=self.other, released_at=None)
        self.bos_memo = self.memo(self.other, "bo's thought", code=self.bos_code)
        own = self.code_here.segments.get()
        open_sort(self)
        things = {"segment": own}, {"code": self.own_code}, {"incident": self.incidents[2]}, {}
        self.memos = [*self.memos, *(self.memo(self.coder, "fee, and what it means", **on) for on in things)]

    def map_and_map_again(self):
        """A released mapping round of the lead and the third, and one that the coder and the other are in now."""
        plan = {"stage": "mapping", "scale": self.scale}
        self.mapped = factory.round_of(self.project, [self.lead, self.third], name="Mapped before", **plan)
        for held, place in zip(self.mapped.assignments.order_by("pk"), (self.seventh, None), strict=True):
            self.place(held, self.category, place)
            self.place(held, self.second, self.seventh)
            mapping.submit(held.coder, held)
        release_round(self.lead, self.mapped)
        self.mapping = factory.round_of(self.project, [self.coder, self.other], name="Mapping now", **plan)
        self.map_here, self.map_theirs = (factory.assignment(self.mapping, who) for who in (self.coder, self.other))
        self.place(self.map_here, self.category, self.seventh)

    def place(self, held, category, place):
        said = Said(place and place.uid, place is None, "" if place else "Why not.")
        mapping.choose_place(held.coder, held, category.uid, said)

    def memo(self, by, text, **on):
        return memo_rules.write_memo(by, self.project, "code", text, **on)

    def others_act(self, source):
        """What the others do in one of the two worlds only: code, coin, write, submit; rename, merge, map, settle."""
        source.actor = "other"
        now = clock.now()
        theirs = self.code_theirs
        for quote, name in [
            ("late fee", "asking twice"),
            ("The guest", "waiting at the desk"),
            ("the chat", "a new word"),
        ]:
            factory.code(theirs, quote, name)
        coding_rules.delete_segment(self.other, theirs, uuid.UUID(self.bos.segment))
        factory.hand_in(theirs)
        factory.hand_in(factory.assignment(self.coding, self.other, self.incidents[3]))
        rate(self.other, self.rate_theirs, 7, 6, note="a note")
        for category in (self.category, self.second):
            self.place(self.map_theirs, category, None)
        mapping.submit(self.other, self.map_theirs)
        Memo.objects.create(
            project=self.project, kind="code", text="a memo", by=self.other, at=now, incident=self.incidents[2]
        )
        for on in ({"segment": theirs.segments.first()}, {"code": self.bos_code}, {"incident": self.incidents[3]}, {}):
            self.memo(self.other, "fee, says bo", **on)
        memo_rules.reword_memo(self.other, self.bos_memo, "fee, in other words", "theoretical", 1)
        memo_rules.delete_memo(self.third, self.thirds_memo)
        memo_rules.share_memo(self.lead, self.memo(self.lead, "fee, says the lead, to all"))
        Proposal.objects.create(project=self.project, target=self.codes[0].ref(), by=self.other, at=now)
        others_sort(self)
        source.actor = "lead"
        lead = self.lead
        self.codes[0].refresh_from_db()
        code_rules.reword(lead, self.codes[0], self.codes[0].version, name="a name of later", definition="changed")
        code_rules.merge_codes(lead, self.codes[2], self.codes[0])
        self.category.refresh_from_db()
        code_rules.reword(lead, self.category, self.category.version, name="Promises of later")
        third = code_rules.create_category(lead, self.project, "A third one")
        code_rules.relate(lead, self.category, "context", third, "because")
        code_rules.map_category(lead, self.second, self.scale, self.seventh, "also")
        code_rules.choose_core(lead, self.category)
        scale_edits.reword(lead, self.seventh, {"name": "A name of later"}, "Clearer.")
        scale_edits.move(lead, self.seventh, -1)
        scale_edits.add_category(lead, self.seventh.layer, {"name": "A thirteenth"}, "Missing.")
        first, second, third, *_ = (c for layer in self.scale.layers.all() for c in layer.categories.all())
        scale_regroup.retire(lead, first, "Not used.")
        scale_regroup.merge(lead, second, third, "One thing.")
        scale_regroup.split(lead, third, {"name": "A half"}, {"name": "The other half"}, [], "Two things.")
        elsewhere = self.scale.layers.exclude(pk=third.layer_id).exclude(pk=self.seventh.layer_id).first()
        scale_regroup.move_to_layer(lead, self.seventh, elsewhere, "Rather there.")
        code_rules.tell(lead, self.project, "A story.", 0)
        choose_example(lead, self.seventh, self.incidents[0], "late fee", reason="It says so.")
        judge_saturation(lead, self.category, True, "All is filled.")
        note_case(lead, self.category, "none_found", "All read again.")
        code_rules.freeze(lead, self.project, "Later.")
        for one in Disagreement.objects.filter(round=self.mapped):
            settle_mapping(lead, one, self.seventh, "slip", "The text says so.")
        take_over(lead, self.mapped)
        for one in Disagreement.objects.filter(round=self.rated):
            settle(lead, one, "one", [self.seventh], self.seventh, "slip", "The text says so.")
        measure(self.rated, seed=1, at=clock.now())
        round_rules.reopen(lead, theirs, "a slip")
        Memo.objects.create(project=self.project, kind="theoretical", text="shared", by=lead, at=now, released_at=now)


@pytest.fixture(scope="module")
def start(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), started(World) as made:
        yield made


@pytest.fixture
def world(start, db):
    """Rows in memory belong to one test only."""
    return copy.deepcopy(start[0])


@pytest.fixture
def source(start):
    return start[1]


def page(name, *args, query="", **more):
    return Ask(name, reverse(name, args=args) + query, **more)


def posts(name, *args, data=None, **more):
    return page(name, *args, method="post", data=data or {}, **more)


def crawl(w):
    """Each registered route, once with each documented parameter, as the coder; order matters, changes come last."""
    slug, here, rating = w.project.slug, w.code_here.uid, w.rate_here.uid
    figure = Measurement.objects.filter(round=w.rated).order_by("pk").first()
    edition = Edition.objects.filter(project=w.project).order_by("number").last()
    waiting = Import.objects.create(
        project=w.project, by=w.lead, file_name="x.csv", sha256="0", payload=b"title,text\na,b", expires_at=clock.now()
    )
    span = {"start": 2, "end": 7, "quote": w.code_here.incident.text[2:7], "name": "asking twice"}
    segment, code = uuid.UUID(w.saved.segment), w.own_code.uid
    thought = {"kind": "code", "text": "Why **so** late?"}
    on_what = [("segment", w.memos[2].segment), ("segment", w.code_theirs.segments.get()), ("code", w.own_code), ("code", w.codes[0]),
               ("code", w.bos_code), ("category", w.category), ("category", w.second), ("incident", w.incidents[2]), ("incident", w.incidents[0])]  # fmt: skip
    wording = {"name": "x", "definition": "", "use_when": "", "avoid_when": "", "version": 1}
    return [
        page("people:health"), page("agreement:from_file"), page("people:sign_in"), page("people:password_reset"), page("people:password_reset_sent"),
        page("people:password_change"), page("people:password_reset_confirm", "x", "y"), page("people:account"),
        page("people:keys"), page("people:keys", headers=HTMX), page("people:change_keys"), posts("people:put_tour_away", headers=HTMX),
        posts("people:change_keys", data={"in_vivo": "KeyB"}), posts("people:change_keys", data={"defaults": "yes"}),
        page("people:accept", "nothing"), page("people:settings", slug), page("people:team", slug),
        posts("people:invite", slug, data={"email": "x@example.org", "role": "coder"}),
        posts("people:change_role", slug, w.project.memberships.get(user=w.other).uid, data={"role": "lead"}),
        posts("people:put_in_group", slug, w.project.memberships.get(user=w.other).uid, data={"group": "x"}),
        posts("people:remove_member", slug, w.project.memberships.get(user=w.other).uid),
        posts("people:revoke_token", NOBODY), posts("people:issue_token", data={"name": "", "scope": "read"}),
        page("desk:home"), page("desk:project", slug), page("desk:activity", slug),
        *(page("desk:incident", slug, number) for number in (1, 2, 3, 4, 99)),
        page("incidents:list", slug), page("incidents:list", slug, query="?q=guest&sort=-title&page=1"),
        page("incidents:list", slug, query="?q=guest", headers=HTMX), page("incidents:import", slug),
        page("incidents:import_preview", slug, waiting.uid),
        page("codes:start"), page("codes:import_scale", slug), posts("codes:import_scale", slug, data={"name": "x"}), page("codes:examples", slug, w.scale.uid), posts("codes:examples", slug, w.scale.uid, data={"category": w.seventh.uid}), page("codes:edition", slug, w.coding.edition.number), page("codes:edition", slug, edition.number + 1),
        *(page("codes:code", slug, uid) for uid in (code, w.codes[0].uid, w.bos_code.uid, NOBODY)),
        *(page("codes:category", slug, one.uid) for one in (w.category, w.second)),
        posts("codes:code", slug, w.codes[0].uid, data=wording), posts("codes:category", slug, w.category.uid, data=wording),
        page("rounds:list", slug), page("rounds:new", slug),
        *(page("rounds:round", slug, one.uid) for one in (w.coded, w.rated, w.coding, w.rating, w.mapped, w.mapping, w.draft)),
        *(posts(f"rounds:{verb}", slug, w.draft.uid) for verb in ("open", "discard")),
        posts("rounds:reopen", slug, w.coding.uid, data={"assignment": w.code_theirs.uid, "reason": "x"}),
        posts("rounds:open_readings", slug, w.coding.uid), posts("reconciliation:release", slug, w.coding.uid),
        page("axial_coding:board", slug), page("axial_coding:board", slug, query="?q=rule"),
        page("axial_coding:card", slug, w.codes[0].uid), posts("axial_coding:move", slug, data={"code": w.codes[0].uid}),
        page("axial_coding:merge", slug, query=f"?code={w.codes[0].uid}"), posts("axial_coding:new_category", slug, data={"name": "A third one"}),
        page("axial_coding:relations", slug), posts("axial_coding:unrelate", slug, NOBODY),
        page("selective_coding:integrate", slug), page("selective_coding:scale", slug, w.scale.uid), *changing_the_scale(w), page("selective_coding:vectors", slug), page("selective_coding:vectors", slug, query="?round=Rated before&scale=x"),
        posts("selective_coding:place", slug, w.scale.uid, w.category.uid), posts("selective_coding:storyline", slug, data={"text": "x", "version": 1}),
        page("selective_coding:flow", slug), page("selective_coding:flow", slug, query=f"?scale={w.scale.uid}&by=year&within=category:{w.category.uid}"),
        *(page("selective_coding:flow_quotes", slug, query=f"?scale={w.scale.uid}&by=modality&at={at}&group={group}&page=1") for at, group in ((f"category:{w.category.uid}", ""), ("", "is:"))),
        page("selective_coding:saturation", slug), page("selective_coding:saturation", slug, query=f"?base=1&run=1&threshold=9&scale={w.scale.uid}&page=1"),
        page("selective_coding:judge", slug, w.category.uid), posts("selective_coding:judge", slug, w.category.uid, data={"reached": "yes", "rationale": "x"}),
        page("selective_coding:sampling", slug), page("selective_coding:sampling", slug, query=f"?scale={w.scale.uid}"),
        page("rounds:new", slug, query="?stage=open&sampling=theoretical&numbers=3&sampling_note=x"), page("selective_coding:negative", slug), page("selective_coding:negative", slug, query="?page=1"),
        *(posts("selective_coding:negative", slug, data={"category": w.category.uid, "segment": one, "changed": "nothing", "why": "x"}) for one in ("", w.bos.segment)),
        page("selective_coding:breaks", slug), page("selective_coding:breaks", slug, query=f"?scale={w.scale.uid}&page=1"),
        page("agreement:overview", slug), page("agreement:round", slug, w.rated.uid), page("agreement:units", slug, w.rated.uid, figure.uid),
        page("agreement:table", slug, w.rated.uid, figure.uid), posts("agreement:measure", slug, w.rated.uid),
        *(page(f"agreement:{form}", slug, w.rated.uid) for form in ("csv", "json")),
        page("agreement:text", slug, w.coded.uid, w.coded.measurements.order_by("pk").first().uid, 1),
        page("agreement:picture", slug, w.rated.uid, "figures", "svg"), page("agreement:picture", slug, w.rated.uid, "confusion", "svg"),
        page("agreement:trend", slug, "ratings", "svg"),
        *integrating(w), page("reconciliation:queue", slug), page("reconciliation:unit", slug, w.rated.uid, 1), posts("reconciliation:reopen", slug, w.rated.uid, 1),
        page("codebook:document", slug), page("codebook:finalise", slug), page("codebook:schema", slug),
        posts("codebook:freeze", slug), *(page("codebook:export", slug, name) for name in ("xlsx", "json")),
        *(page("open_coding:workspace", one.uid) for one in (w.code_here, w.code_next, w.code_theirs, w.code_before)),
        page("open_coding:codes", here), page("open_coding:segment", here, segment), page("open_coding:segment", here, segment, headers=HTMX),
        page("open_coding:segment", w.code_theirs.uid, w.bos.segment),
        *(page("selective_coding:rate", one.uid) for one in (w.rate_here, w.rate_theirs)),
        posts("open_coding:code_segment", here, data=span, headers=(*HTMX, ("Idempotency-Key", "a"))),
        posts("open_coding:code_segment", here, data=span, headers=(*HTMX, ("Idempotency-Key", "a"))),
        posts("open_coding:code_segment", here, data={**span, "name": "a new word"}), page("open_coding:codes", here),
        posts("open_coding:code_segment", here, data={**span, "name": "", "code": w.bos_code.uid}, headers=HTMX),
        posts("open_coding:code_segment", here, data={**span, "name": "inventing a rule"}, headers=HTMX),
        posts("open_coding:define", here, code, data={"definition": "mine", "version": 1}),
        *room(w, segment, code),
        posts("open_coding:remove_code", here, segment, code, headers=HTMX), posts("open_coding:undo", here, headers=HTMX),
        posts("open_coding:delete_segment", here, segment, headers=HTMX), posts("open_coding:submit", w.code_theirs.uid),
        page("open_coding:workspace", here), posts("open_coding:submit", here),
        *(posts("selective_coding:second_thought", one.uid, data={"note": "x"}) for one in (w.rate_here, w.rate_theirs)),
        posts("selective_coding:rate", rating, data={"category": w.seventh.uid, "primary": w.seventh.uid, "action": "submit"}),
        posts("selective_coding:second_thought", rating, data={"note": "Perhaps 6."}), page("selective_coding:rate", rating),
        page("memos:list", slug), page("memos:list", slug, query="?q=fee&kind=code&page=1"), page("memos:list", slug, headers=HTMX),
        *(page("memos:list", slug, query=f"?by={one.uid}") for one in (w.coder, w.other, w.third)),
        *(page("memos:on", slug, kind, one.uid, headers=how) for kind, one in on_what for how in ((), HTMX)),
        *(page("memos:memo", slug, one.uid, query=query) for one in (*w.memos, w.bos_memo, w.thirds_memo) for query in ("", "?edit=1")),
        *(posts("memos:on", slug, kind, one.uid, data=thought, headers=HTMX) for kind, one in on_what),
        *(posts("memos:list", slug, data=data, headers=how) for data in (thought, {"kind": "code", "text": ""}) for how in ((), HTMX)),
        *(posts("memos:memo", slug, one.uid, data={**thought, "version": 1}) for one in (w.memos[0], w.bos_memo, w.thirds_memo)),
        posts("memos:memo", slug, w.memos[0].uid, data={**thought, "version": 1}, headers=HTMX),
        *(posts("memos:share", slug, one.uid, headers=how) for one in (w.memos[0], w.bos_memo, w.thirds_memo) for how in ((), HTMX)),
        *(posts("memos:delete", slug, one.uid) for one in (w.memos[1], w.bos_memo, w.thirds_memo)), page("memos:list", slug, query="?q="),
        *sort_pages(w),
        page("rounds:round", slug, w.coding.uid), page("desk:home"), page("desk:project", slug), page("desk:activity", slug),
        posts("people:sign_out"),
    ]  # fmt: skip


def changing_the_scale(w):
    """The lead's pages, which tell a coder nothing."""
    slug, at = w.project.slug, (w.scale.uid, w.seventh.uid)
    return [
        page("selective_coding:scale_edit", slug, w.scale.uid), page("selective_coding:scale_part", slug, *at),
        posts("selective_coding:scale_edit", slug, w.scale.uid, data={"action": "up", "part": w.seventh.uid}),
        posts("selective_coding:scale_part", slug, *at, data={"name": "x", "reason": "x"}),
        *(posts("selective_coding:scale_part", slug, *at, data={"do": do, "reason": "x"}) for do in ("retire", "bring_back", "merge", "split", "move_to_layer")),
        posts("selective_coding:scale_edit", slug, w.scale.uid, data={"action": "undo", "event": w.seventh.uid, "reason": "x"}),
    ]  # fmt: skip


def integrating(w):
    """The mapping rounds, own and others', and what is said of the project as a whole."""
    slug, held = w.project.slug, (w.map_here, w.map_theirs, w.mapped.assignments.last())
    sent = {"category": w.second.uid, "place": w.seventh.uid}
    return [
        *(page("selective_coding:map", one.uid) for one in held),
        *(posts("selective_coding:map", one.uid, data=sent, headers=how) for one in held for how in (HTMX, ())),
        *(posts("selective_coding:map", one.uid, data={"action": "submit"}) for one in held),
        page("selective_coding:map", w.map_here.uid),
        page("selective_coding:results", slug),
        page("selective_coding:results", slug, query=f"?scale={w.scale.uid}&by=modality"),
        *(page("selective_coding:behind", slug, w.scale.uid, of) for of in ("none", w.seventh.uid)),
        page("selective_coding:results_file", slug, w.scale.uid),
        *(page("reconciliation:mapping", slug, one.uid) for one in (w.mapped, w.mapping)),
        posts("reconciliation:mapping", slug, w.mapped.uid, data={**sent, "place": "no-fit"}),
        posts("reconciliation:take_over", slug, w.mapped.uid),
    ]


def room(w, segment, code):
    """What a coder does in the coding room, each act also on the other's work."""
    here, theirs, bos = w.code_here.uid, w.code_theirs.uid, uuid.UUID(w.bos.segment)
    second = w.code_here.incident.text.index("The guest showed")
    ends = {"start": 2, "end": 9}
    acts = [
        ("say_uncertain", [segment], {"doubt": "1"}), ("speak_against", [segment], {"category": w.category.uid}),
        ("speak_against", [segment], {"category": NOBODY}), ("change_code", [segment, code], {"name": "waiting for long"}),
        ("change_code", [segment, code], {"code": w.bos_code.uid}), ("move_ends", [segment], ends),
        ("move_ends", [segment], {**ends, "was_start": 0, "was_end": 1}),
        ("split_segment", [segment], {"at": 5}), ("join_segments", [segment], {"other": bos}),
        ("mark_paragraphs", [], {"start": second, "kind": "nothing_here"}), ("mark_paragraphs", [], {"start": 1, "kind": "left_out"}),
        ("code_hits", [], {"hit": "0-1 4-9", "name": "a new word"}), ("undo", [], {}), ("redo", [], {}),
        ("call_uncodable", [], {"reason": "No text."}), ("ask_reopening", [], {"reason": "A slip."}),
        ("propose", [w.codes[0].uid], {"definition": "said otherwise"}), ("propose", [w.bos_code.uid], {"definition": "said otherwise"}),
    ]  # fmt: skip
    asks = [
        page(f"open_coding:{name}", uid, *more, query=query, headers=how)
        for uid in (here, theirs, w.code_before.uid) for how in ((), HTMX)
        for name, more, query in (
            ("acts", [], ""), ("search", [], ""), ("search", [], "?q=guest"), ("search", [], "?q=a+new+word"), ("submit", [], ""),
            *(("compare", [one.uid], "") for one in (w.own_code, w.codes[0], w.codes[2], w.bos_code)),
        )
    ]  # fmt: skip
    own = [posts(f"open_coding:{name}", here, *more, data=data, headers=HTMX) for name, more, data in acts]
    others = [
        posts(f"open_coding:{name}", theirs, *[bos if one == segment else one for one in more], data=data)
        for name, more, data in acts
    ]
    return [*asks, *own, *others, page("open_coding:compare", here, w.own_code.uid), page("open_coding:acts", here)]


def test_every_registered_route_is_in_the_crawl(world):
    asked = {ask.name for ask in [*crawl(world), *api_crawl(world)]}
    assert route_names() - asked == set()


@pytest.fixture(scope="module")
def answers(start):
    return alone(start, crawl)


def test_nothing_that_a_coder_can_get_depends_on_what_the_others_do(world, source, answers):
    asks = crawl(world)
    assert differences(source, world.coder, asks, lambda: world.others_act(source), answers) == []


def test_the_coder_does_get_pages_and_the_others_do_act(world, source, answers):
    """The comparison means something: pages open to the coder, and the lead's pages do differ."""
    assert sum(answer.status == 200 for answer in answers.values()) > 25
    shown = [ask for ask in crawl(world) if ask.name in {"axial_coding:board", "codebook:document", "rounds:round"}]
    assert differences(source, world.lead, shown, lambda: world.others_act(source)) != []


# Planted faults: each is a leak that somebody could write tomorrow; the comparison must see every one.


def plant_a_count(monkeypatch):
    from coding.open_coding import queries
    from coding.rounds.models import Assignment

    honest = queries.Desk.queue

    def queue(desk):
        return honest(desk) | {"submitted": Assignment.objects.filter(round=desk.assignment.round).submitted().count()}

    monkeypatch.setattr(queries.Desk, "queue", queue)


def plant_an_order(monkeypatch):
    from django.db.models import Count

    from coding.open_coding import queries

    honest = queries.Desk.codes

    def codes(desk):
        used = dict(
            Code.objects.filter(project=desk.assignment.round.project).values_list("name").annotate(Count("codings"))
        )
        return sorted(honest(desk), key=lambda row: (-used.get(row["name"], 0), row["name"]))

    monkeypatch.setattr(queries.Desk, "codes", codes)


def plant_a_409(monkeypatch):
    honest = naming.find_or_coin

    def find_or_coin(assignment, asked, spans):
        taken = Code.objects.filter(project=assignment.round.project, name=asked.name).exclude(
            coined_by=assignment.coder
        )
        if assignment.coder.name == "Ada" and taken.filter(released_at=None).exists():
            raise code_rules.NameTaken
        return honest(assignment, asked, spans)

    monkeypatch.setattr(naming, "find_or_coin", find_or_coin)


def plant_an_etag(monkeypatch):
    from coding.lib.privacy import PrivateAnswersMiddleware
    from coding.people.models import Event

    honest = PrivateAnswersMiddleware.__call__

    def call(middleware, request):
        answer = honest(middleware, request)
        answer["ETag"] = f'"{Event.objects.count()}"'
        return answer

    monkeypatch.setattr(PrivateAnswersMiddleware, "__call__", call)


def plant_category_autocomplete(monkeypatch):
    from coding.open_coding import queries

    honest = queries.Desk.codes

    def codes(desk):
        names = Category.objects.filter(project=desk.assignment.round.project).values_list("name", flat=True)
        return honest(desk) + [{"uid": name, "name": name, "hue": 1, "own": False, "uses": 0} for name in names]

    monkeypatch.setattr(queries.Desk, "codes", codes)


def plant_a_name_in_a_memo(monkeypatch):
    from coding.memos.things import About, Naming

    monkeypatch.setattr(Naming, "code", lambda naming, code: About("code", code.name))


# Each with the addresses where it would show: to crawl all of them for each fault costs minutes.
PLANTED = {
    plant_a_name_in_a_memo: "memos:list", plant_a_count: "open_coding:workspace", plant_an_order: "open_coding:code",
    plant_a_409: "open_coding:code_segment", plant_an_etag: "desk:home", plant_category_autocomplete: "open_coding:codes",
}  # fmt: skip


@pytest.mark.parametrize(("plant", "shown"), PLANTED.items(), ids=lambda p: getattr(p, "__name__", ""))
def test_a_planted_fault_is_caught(world, source, monkeypatch, plant, shown):
    asks = [ask for ask in crawl(world) if ask.name.startswith(shown)]
    assert differences(source, world.coder, asks, lambda: world.others_act(source)) == []
    plant(monkeypatch)
    assert differences(source, world.coder, asks, lambda: world.others_act(source)) != []
