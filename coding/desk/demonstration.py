"""The demonstration project: invented codings of real, retold incidents, loaded through the verbs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from coding.agreement.rules import measure_again
from coding.axial_coding.labels import label_category
from coding.codes import rules as words
from coding.codes.examples import choose_example
from coding.codes.models import Category, Code, ScaleCategory
from coding.incidents.models import Incident
from coding.incidents.rules import Choices, read_file, take
from coding.lib.text import name_key
from coding.open_coding import judging
from coding.open_coding import rules as open_coding
from coding.open_coding.naming import Naming
from coding.open_coding.spans import find_quote
from coding.people.models import Project, Role, User
from coding.people.rules import add_member
from coding.reconciliation import rules as reconciliation
from coding.reconciliation.models import Disagreement
from coding.rounds import rules as rounds
from coding.rounds.models import Assignment, Round
from coding.selective_coding import rules as selective

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
PASSWORD = "loam-demo"  # noqa: S105  printed at the start; the demonstration answers on this machine only
PEOPLE = {
    "lead": ("lead@loam.example", "Noor", Role.LEAD),
    "ada": ("ada@loam.example", "Ada", Role.CODER),
    "bo": ("bo@loam.example", "Bo", Role.CODER),
    "chidi": ("chidi@loam.example", "Chidi", Role.CODER),
    "olga": ("olga@loam.example", "Olga", Role.OBSERVER),
}
NAME = "Generative AI incidents (demonstration)"
QUESTION = "What goes wrong when generative systems are used, and which human values does it touch?"
NOTE = (
    "Invented codings for a demonstration; no real person's work. The incidents are real and retold from public facts."
)
NEXT = 6  # incidents of the round that stays open


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text())


@dataclass
class Demonstration:
    """A demonstration being loaded: its people by key, its incidents by external id."""

    people: dict[str, User]
    project: Project
    incidents: dict[str, Incident]

    @property
    def lead(self) -> User:
        return self.people["lead"]

    @property
    def coders(self) -> list[User]:
        return [self.people[key] for key in ("ada", "bo", "chidi")]

    def code(self, coder: str, name: str) -> Code:
        """Find a coder's own code by name."""
        return Code.objects.get(project=self.project, coined_by=self.people[coder], name_key=name_key(name))

    def category(self, name: str) -> Category:
        return Category.objects.get(project=self.project, name_key=name_key(name))

    def open(self, **plan: Any) -> Round:
        drafted = rounds.draft_round(
            self.lead, self.project, rounds.Plan(coders=self.coders, coders_per_incident=3, **plan)
        )
        return rounds.open_round(self.lead, drafted)


@transaction.atomic
def load() -> Project:
    """Load the whole demonstration, all or none."""
    demo = start()
    coded = code_openly(demo)
    order_the_words(demo)
    rate_and_settle(demo)
    measure_again(
        demo.lead, coded
    )  # now that an edition holds the merges, the categories and their places in the scale
    show_what_categories_mean(demo)
    leave_a_round_open(demo, coded)
    let_them_practise(demo)
    return demo.project


def start() -> Demonstration:
    people = {key: User.objects.create_user(email, name, PASSWORD) for key, (email, name, _) in PEOPLE.items()}
    project = words.start_project(people["lead"], NAME, QUESTION, slug="demonstration")
    project.method_note = NOTE
    project.save(update_fields=["method_note"])
    for key, (_, _, role) in PEOPLE.items():
        if key != "lead":
            add_member(people["lead"], project, people[key], role)
    file = FIXTURES / "incidents" / "incidents.csv"
    take(people["lead"], project, read_file(file.read_bytes(), file.name, Choices()), Choices(), file_name=file.name)
    incidents = {one.external_id or "": one for one in Incident.objects.filter(project=project)}
    return Demonstration(people, project, incidents)


def code_openly(demo: Demonstration) -> Round:
    """Let the three code ten incidents blind, submit, and let the lead release."""
    content = fixture("open_coding/demo_codings.json")
    chosen = [demo.incidents[key] for key in sorted({row["incident"] for row in content["codings"]})]
    coded = demo.open(
        name="Open coding 1", stage=Round.Stage.OPEN, incidents=chosen, sampling=Round.Sampling.BY_HAND,
        sampling_note="Ten incidents of all modalities, rich enough to begin with.",
        instructions="Name what happens, in your own words or the report's. Stay close to the text.",
    )  # fmt: skip
    defined = {(row["coder"], name_key(row["name"])): row for row in content["codes"]}
    held = {(one.coder_id, one.incident_id): one for one in coded.assignments.select_related("incident", "coder")}
    for row in content["codings"]:
        coder, incident = demo.people[row["coder"]], demo.incidents[row["incident"]]
        code_segment(coder, held[coder.pk, incident.pk], incident, row)
    for (key, _), row in defined.items():
        define(demo, key, row, held)
    for one in held.values():
        judging.submit(one.coder, one, judging.Kind.NOTHING_HERE)
    reconciliation.release_round(demo.lead, coded)
    return coded


def code_segment(coder: User, assignment: Assignment, incident: Incident, row: dict[str, Any]) -> None:
    start, end = find_quote(incident.text, row["quote"], row.get("occurrence", 1))
    namings = [Naming(name=name) for name in row["codes"]]
    open_coding.code_segment(coder, assignment, start, end, row["quote"], namings)


def define(demo: Demonstration, coder: str, row: dict[str, Any], held: dict[Any, Assignment]) -> None:
    """Give a coder's code its wording, in the stream of one of their assignments."""
    code, person = demo.code(coder, row["name"]), demo.people[coder]
    stream = next(one.stream for (owner, _), one in held.items() if owner == person.pk)
    wording = {field: row.get(field, "") for field in ("definition", "use_when", "avoid_when")}
    words.reword(person, code, code.version, stream=stream, **wording)
    if row.get("in_vivo"):
        Code.objects.filter(pk=code.pk).update(in_vivo=True)


def order_the_words(demo: Demonstration) -> None:
    """Merge, group, relate and map what was coded."""
    content = fixture("axial_coding/demo_categories.json")
    for row in content["merges"]:
        for coder, name in row["codes"]:
            words.merge_codes(demo.lead, demo.code(coder, name), demo.code(*row["into"]), row["reason"])
    for row in content["categories"]:
        wording = {field: row.get(field, "") for field in ("definition", "use_when", "avoid_when")}
        category = words.create_category(demo.lead, demo.project, row["name"], properties=row["properties"], **wording)
        for coder, name in row["codes"]:
            code = demo.code(coder, name)
            if code.merged_into_id is None and not equal_name_placed(code):
                words.place(demo.lead, code, category)
        label_category(demo.lead, category, row.get("in_vivo_label", ""))
    for row in content["relations"]:
        ends = (demo.category(row["phenomenon"]), row["role"], demo.category(row["filler"]))
        words.relate(demo.lead, *ends, row["rationale"])
    words.choose_core(demo.lead, demo.category(content["core"]))
    words.tell(demo.lead, demo.project, content["storyline"], 1)
    map_categories(demo)


def equal_name_placed(code: Code) -> bool:
    """Leave the second of two equal names where it is: the board proposes to merge them."""
    return Code.objects.filter(project=code.project, name_key=code.name_key).adopted().exclude(pk=code.pk).exists()


def scale_categories(demo: Demonstration) -> dict[int, ScaleCategory]:
    found = ScaleCategory.objects.filter(layer__scale__project=demo.project)
    return {one.number: one for one in found}


def map_categories(demo: Demonstration) -> None:
    numbered, scale = scale_categories(demo), demo.project.scales.get()
    for row in fixture("selective_coding/demo_mappings.json")["mappings"]:
        target = numbered.get(row["scale_category"])
        words.map_category(demo.lead, demo.category(row["category"]), scale, target, row["rationale"])


def rate_and_settle(demo: Demonstration) -> None:
    """Let the three rate all incidents blind, release, and settle about half of the disagreements."""
    numbered = scale_categories(demo)
    rated = demo.open(
        name="Rating 1", stage=Round.Stage.RATING, incidents=list(demo.incidents.values()),
        scale=demo.project.scales.get(), instructions="Judge what the report says, not what may have happened.", seed=7,
    )  # fmt: skip
    held = {(one.coder_id, one.incident_id): one for one in rated.assignments.all()}
    for row in fixture("selective_coding/demo_ratings.json")["ratings"]:
        coder, incident = demo.people[row["coder"]], demo.incidents[row["incident"]]
        selective.submit(coder, held[coder.pk, incident.pk], reading=reading_of(row, numbered))
    reconciliation.release_round(demo.lead, rated)
    for row in fixture("reconciliation/demo_decisions.json")["decisions"]:
        found = Disagreement.objects.get(round=rated, incident=demo.incidents[row["incident"]])
        choices = [numbered[number] for number in row["categories"]]
        primary = numbered.get(row["primary"]) if row["outcome"] != "plural" else None
        reconciliation.settle(demo.lead, found, row["outcome"], choices, primary, row["reason"], row["rationale"])


def show_what_categories_mean(demo: Demonstration) -> None:
    """Choose anchor examples, none from an incident that somebody codes blind in a round that stays open."""
    numbered = scale_categories(demo)
    for row in fixture("selective_coding/demo_examples.json")["examples"]:
        place, incident = numbered[row["scale_category"]], demo.incidents[row["incident"]]
        choose_example(demo.lead, place, incident, row["quote"], row["kind"], row["reason"])


def let_them_practise(demo: Demonstration) -> None:
    """Open a practice of rating on incidents that divided the three, with the examples beside the definitions."""
    chosen = [demo.incidents[key] for key in fixture("selective_coding/demo_examples.json")["practice"]]
    demo.open(
        name="Rating practice", stage=Round.Stage.RATING, purpose=Round.Purpose.TRAINING, incidents=chosen,
        scale=demo.project.scales.get(), sampling=Round.Sampling.BY_HAND, seed=7,
        sampling_note="Four incidents on which the first ratings differed.",
        instructions="The examples beside the definitions are new. Rate these four with them; nothing here is counted.",
    )  # fmt: skip


def reading_of(row: dict[str, Any], numbered: dict[int, ScaleCategory]) -> selective.Reading:
    choices = tuple(selective.Choice(numbered[number].uid) for number in row["categories"])
    primary = numbered[row["primary"]].uid if row["primary"] else None
    return selective.Reading(choices, primary, not choices, row.get("confidence", ""), row.get("note", ""))


def leave_a_round_open(demo: Demonstration, coded: Round) -> None:
    """Open a blind round on incidents that nobody has coded yet, so that a newcomer can begin at once."""
    done = coded.assignments.values("incident")
    waiting = Incident.objects.filter(project=demo.project).exclude(pk__in=done).order_by("number")
    demo.open(
        name="Open coding 2", stage=Round.Stage.OPEN, incidents=list(waiting[:NEXT]), sampling=Round.Sampling.BY_HAND,
        sampling_note="The next ones in the list, to see whether new codes still appear.",
        instructions="The codes of the first round are there under your fingers; coin new ones where they do not fit.",
    )  # fmt: skip
