"""The way itself: import, open coding by two, categories with relations, places in the scale, ratings, the codebook."""

import csv
import io
import re
from collections import Counter

from django.db import transaction

from coding.axial_coding.evidence import attach, candidates
from coding.codebook.rules import finalise
from coding.codes import rules as words
from coding.codes.models import Category, Code, ScaleCategory
from coding.desk.demonstration import PASSWORD
from coding.incidents.models import Incident
from coding.incidents.rules import Choices, read_file, take
from coding.open_coding import judging
from coding.open_coding import rules as open_coding
from coding.open_coding.naming import Naming
from coding.people.models import Role, User
from coding.people.rules import add_member
from coding.reconciliation import rules as reconciliation
from coding.reconciliation.models import Disagreement
from coding.rounds import rules as rounds
from coding.rounds.models import Round
from coding.selective_coding import rules as selective
from tests.walkthrough.signs import CORE, PLACES, RELATIONS, SIGNS, STORYLINE

COLUMNS = {"external_id": "incident_id", "title": "title", "text": "description", "occurred_on": "date"}
MOST = 120  # incidents
HASTE = 5  # the second coder passes over every fifth find
NOTE = "Invented codings, made by word lists for a walkthrough; no person's work."
SINCE = "Both readings stand on words of the report; the definition of each category is met."


class Way:
    """One project on its way, with its lead and its two made-up coders."""

    def __init__(self, path):
        self.lead, first, second = (
            User.objects.create_user(f"{name.lower()}@walk.example", name, PASSWORD) for name in ("Lea", "Fay", "Sam")
        )
        self.coders = [first, second]
        self.project = words.start_project(
            self.lead, "Incidents of elsewhere (invented codings)", "", slug="walkthrough"
        )
        self.project.method_note = NOTE
        self.project.save(update_fields=["method_note"])
        for coder in self.coders:
            add_member(self.lead, self.project, coder, Role.CODER)
        choices = Choices(columns=COLUMNS, skip=True)
        take(self.lead, self.project, read_file(first_rows(path), path.name, choices), choices, file_name=path.name)
        self.incidents = list(Incident.objects.filter(project=self.project).order_by("number"))
        self.scale = self.project.scales.get()

    @classmethod
    @transaction.atomic
    def whole(cls, path):
        """Go the whole way, all or nothing."""
        way = cls(path)
        code_openly(way)
        order_the_words(way)
        rate_and_settle(way)
        way.publication = finalise(way.lead, way.project, NOTE)
        return way

    def open(self, name, stage, **plan):
        plan = rounds.Plan(
            name=name, stage=stage, incidents=self.incidents, coders=self.coders, coders_per_incident=2, **plan
        )
        return rounds.open_round(self.lead, rounds.draft_round(self.lead, self.project, plan))


def first_rows(path):
    """Cut the file after its first incidents; a row may hold line breaks."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[: MOST + 1]
    cut = io.StringIO()
    csv.writer(cut).writerows(rows)
    return cut.getvalue().encode()


def found_in(text, *, hasty):
    """Give each find of a text: where it is and which sign it was; whoever is hasty passes some over."""
    for number, sign in enumerate(SIGNS):
        for at, found in enumerate(re.finditer(rf"\b(?:{sign.pattern})", text, re.IGNORECASE)):
            if not hasty or (number + at + len(text)) % HASTE:
                yield found.start(), found.end(), sign


def code_openly(way):
    coded = way.open("Open coding", Round.Stage.OPEN, instructions="Name what happens, close to the report's words.")
    for held in coded.assignments.select_related("incident", "coder").order_by("pk"):
        hasty = held.coder == way.coders[1]
        for start, end, sign in found_in(held.incident.text, hasty=hasty):
            name = sign.second if hasty else sign.first
            open_coding.code_segment(held.coder, held, start, end, held.incident.text[start:end], [Naming(name=name)])
        judging.submit(held.coder, held, judging.Kind.NOTHING_HERE)
    coded = reconciliation.release_round(way.lead, coded).round
    rounds.open_readings(way.lead, coded)


def order_the_words(way):
    """Merge the two names of each sign, group them, relate the core to others with evidence, give each its place."""
    named = {code.name: code for code in Code.objects.filter(project=way.project)}
    for sign in SIGNS:
        category = Category.objects.filter(project=way.project, name=sign.category).first()
        category = category or words.create_category(way.lead, way.project, sign.category)
        kept, other = named.get(sign.first), named.get(sign.second)
        if kept and other:
            words.merge_codes(way.lead, other, kept, "Two names for the same words.")
        if kept or other:
            words.place(way.lead, kept or other, category)
    placed = {one.name: one for one in Category.objects.filter(project=way.project)}
    for role, filler, rationale in RELATIONS:
        relation = words.relate(way.lead, placed[CORE], role, placed[filler], rationale)
        for near in candidates(way.lead, relation)[:2]:
            attach(way.lead, relation, near.segment, "for")
    numbered = {one.number: one for one in ScaleCategory.objects.filter(layer__scale=way.scale)}
    for name, (number, rationale) in PLACES.items():
        words.map_category(way.lead, placed[name], way.scale, numbered.get(number), rationale)
    words.choose_core(way.lead, placed[CORE])
    words.tell(way.lead, way.project, STORYLINE, 1)


def rate_and_settle(way):
    """Let both rate by the places of what they find, and settle each disagreement by the fuller reading."""
    numbered = {one.number: one for one in ScaleCategory.objects.filter(layer__scale=way.scale)}
    rated = way.open("Rating", Round.Stage.RATING, scale=way.scale, instructions="Judge what the report says.")
    for held in rated.assignments.select_related("incident", "coder").order_by("pk"):
        finds = found_in(held.incident.text, hasty=held.coder == way.coders[1])
        counts = Counter(PLACES[sign.category][0] for _, _, sign in finds)
        chosen = [numbered[number] for number, _ in counts.most_common() if number]
        reading = selective.Reading(
            tuple(selective.Choice(one.uid) for one in chosen),
            chosen[0].uid if chosen else None,
            not chosen,
            "medium",
            "",
        )
        selective.submit(held.coder, held, reading=reading)
    rated = reconciliation.release_round(way.lead, rated).round
    rounds.open_readings(way.lead, rated)
    for found in Disagreement.objects.filter(round=rated).unsettled().select_related("incident"):
        counts = Counter(PLACES[sign.category][0] for _, _, sign in found_in(found.incident.text, hasty=False))
        chosen = [numbered[number] for number, _ in counts.most_common() if number]
        reconciliation.settle(way.lead, found, "one", chosen, chosen[0] if chosen else None, "slip", SINCE)
