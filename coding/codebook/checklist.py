"""What a codebook needs before it is handed out: what is there, what is missing, and where to mend it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.urls import reverse

from coding.codebook.queries import COUNTED
from coding.codes.content import content_of
from coding.codes.models import Code
from coding.incidents.models import Incident
from coding.people.models import Project
from coding.reconciliation.models import Disagreement
from coding.rounds.models import Round

NAMED = 3


@dataclass(frozen=True)
class Item:
    """One point of the list. A blocking one that is missing stands in the way; the others are advice."""

    title: str
    done: bool
    blocking: bool
    reason: str = ""
    action: str = ""
    url: str = ""

    @property
    def state(self) -> str:
        return "done" if self.done else "missing"

    @property
    def blocks(self) -> bool:
        return self.blocking and not self.done


@dataclass(frozen=True)
class Facts:
    """The present state, read once for all points."""

    project: Project

    @cached_property
    def content(self) -> dict[str, Any]:
        return content_of(self.project)

    @cached_property
    def rounds(self) -> list[Any]:
        rows = Round.objects.filter(project=self.project).exclude(state=Round.State.DRAFT)
        return list(rows.order_by("opened_at", "pk").values("name", "stage", "purpose", "state"))

    def url(self, name: str, query: str = "") -> str:
        return reverse(name, args=[self.project.slug]) + query


def checklist(project: Project) -> list[Item]:
    """Go through all points, those that stand in the way first among the missing."""
    facts = Facts(project)
    items = [point(facts) for point in POINTS]
    return sorted(items, key=lambda item: (item.done, not item.blocking))


def quoted(names: list[str]) -> str:
    """Name the first few, and say how many more there are."""
    first = ", ".join(f"“{name}”" for name in names[:NAMED])
    more = len(names) - NAMED
    return f"{first} and {more} more" if more > 0 else first


def count_of(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def scale(facts: Facts) -> Item:
    if facts.content["scales"]:
        return Item(f"The scale is {quoted([row['name'] for row in facts.content['scales']])}", True, True)
    reason = "A codebook leads from codes to the categories of a scale. Without one there is nothing to finalise."
    return Item("There is no scale", False, True, reason, "Go to the scale", facts.url("selective_coding:integrate"))


def incidents(facts: Facts) -> Item:
    number = Incident.objects.filter(project=facts.project).in_use().count()
    if number:
        return Item(f"{count_of(number, 'incident')} imported", True, True)
    reason = "Everything in a codebook leads back to the words of an incident."
    return Item("There are no incidents", False, True, reason, "Import incidents", facts.url("incidents:import"))


def scale_definitions(facts: Facts) -> Item:
    rows = [row for one in facts.content["scales"] for layer in one["layers"] for row in layer["categories"]]
    bare = [row["name"] for row in rows if not row["definition"].strip()]
    if not bare:
        return Item(f"Every scale category has a definition ({len(rows)})", True, True)
    reason = f"{quoted(bare)}: a reader can't apply a category that is only a name."
    title = f"{count_of(len(bare), 'scale category', 'scale categories')} without definition"
    return Item(title, False, True, reason, "Go to the scale", facts.url("selective_coding:integrate"))


def mapped(facts: Facts) -> Item:
    categories, scales = facts.content["categories"], facts.content["scales"]
    there = {(row["category"], row["scale"]) for row in facts.content["mappings"]}
    loose = [row["name"] for row in categories if any((row["uid"], one["uid"]) not in there for one in scales)]
    if not loose:
        return Item(f"Every category has its place in the scale or is said not to fit ({len(categories)})", True, True)
    reason = f"{quoted(loose)}: give a place, or say why it does not fit. That is a finding too."
    title = f"{count_of(len(loose), 'category', 'categories')} without a place in the scale"
    return Item(title, False, True, reason, "Map categories", facts.url("selective_coding:integrate"))


def settled(facts: Facts) -> Item:
    """Only rounds whose consensus the codebook counts stand in the way: a training round compares with a key."""
    rows = Disagreement.objects.filter(round__project=facts.project, round__purpose__in=COUNTED).unsettled()
    waiting = list(rows.values_list("round__name").annotate(number=Count("pk")).order_by("round__name"))
    number = sum(count for _, count in waiting)
    if not number:
        return Item("Every disagreement is settled", True, True)
    where = ", ".join(f"{count} in “{name}”" for name, count in waiting[:NAMED])
    reason = f"{where}. Until they are settled, the counts leave these incidents out or keep what stood before."
    return Item(f"{count_of(number, 'disagreement')} to settle", False, True, reason, "Settle them",
                facts.url("reconciliation:queue"))  # fmt: skip


def main_round(stage: str) -> Callable[[Facts], Item]:
    """Ask for a released main round of one stage."""
    label = Round.Stage(stage).label.lower()

    def point(facts: Facts) -> Item:
        of_stage = [row for row in facts.rounds if row["stage"] == stage and row["purpose"] == Round.Purpose.MAIN]
        released = [row["name"] for row in of_stage if row["state"] in Round.RELEASED]
        if released:
            return Item(f"A main round of {label} is released: {quoted(released)}", True, False)
        what = "counts and quotes" if stage == Round.Stage.OPEN else "counts of incidents and agreement"
        reason = f"Without one the codebook has no {what}. Training and pilot rounds enter no headline."
        return Item(f"No main round of {label} is released", False, False, reason, "Plan one",
                    facts.url("rounds:new", f"?stage={stage}"))  # fmt: skip

    return point


def open_rounds(facts: Facts) -> Item:
    running = [row["name"] for row in facts.rounds if row["state"] == Round.State.OPEN]
    if not running:
        return Item("No round is open", True, False)
    title = f"{count_of(len(running), 'round')} still open"
    return Item(title, False, False, f"{quoted(running)}: what is coded there is not in this codebook yet.",
                "See the rounds", facts.url("rounds:list"))  # fmt: skip


def code_definitions(facts: Facts) -> Item:
    codes = facts.content["codes"]
    bare = [row for row in codes if not row["definition"].strip()]
    if codes and not bare:
        return Item(f"Every code has a definition ({len(codes)})", True, False)
    if not codes:
        reason = "The codebook would hold the scale and nothing under it. Putting a code into a category takes it in."
        return Item("No code is in the codebook", False, False, reason, "Group codes", facts.url("axial_coding:board"))
    reason = f"{quoted([row['name'] for row in bare])}: two strangers should be able to decide alike."
    first = reverse("codes:code", args=[facts.project.slug, bare[0]["uid"]])
    title = f"{len(bare)} of {count_of(len(codes), 'code')} without definition"
    return Item(title, False, False, reason, "Define the first", first)


def collisions(facts: Facts) -> Item:
    rows = Code.objects.filter(project=facts.project).living().released()
    twice = rows.values("name_key").annotate(number=Count("pk")).filter(number__gt=1).order_by("name_key")
    names = [row["name_key"] for row in twice]
    if not names:
        return Item("No two released codes bear the same name", True, False)
    reason = f"{quoted(names)}: merge them, or rename one so that a reader can tell them apart."
    title = f"{count_of(len(names), 'name is', 'names are')} borne by several codes"
    return Item(title, False, False, reason, "Merge codes", facts.url("axial_coding:board"))


def grouped(facts: Facts) -> Item:
    codes = facts.content["codes"]
    loose = [row["name"] for row in codes if row["category"] is None]
    if codes and not loose:
        return Item(f"Every code is in a category ({len(codes)})", True, False)
    title = f"{count_of(len(loose), 'code')} in no category" if codes else "There is nothing to group yet"
    reason = f"{quoted(loose)}: printed at the end, under no category." if loose else "Codes come from open coding."
    return Item(title, False, False, reason, "Group codes", facts.url("axial_coding:board"))


def core(facts: Facts) -> Item:
    names = [row["name"] for row in facts.content["categories"] if row["is_core"]]
    if names:
        return Item(f"The core category is {quoted(names)}", True, False)
    reason = "Selective coding ends with the one category that the others turn around."
    return Item("No core category is chosen", False, False, reason, "Choose it",
                facts.url("selective_coding:integrate"))  # fmt: skip


def storyline(facts: Facts) -> Item:
    if facts.content["storyline"].strip():
        return Item("The storyline is written", True, False)
    reason = "A few paragraphs that tell how the categories hang together around the core."
    return Item("The storyline is not written", False, False, reason, "Write it",
                facts.url("selective_coding:integrate"))  # fmt: skip


POINTS: list[Callable[[Facts], Item]] = [
    scale, incidents, main_round(Round.Stage.OPEN), main_round(Round.Stage.RATING), open_rounds, settled,
    code_definitions, grouped, collisions, mapped, scale_definitions, core, storyline,
]  # fmt: skip
