"""What the overview pages ask of the other rooms, each in a fixed number of queries."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from coding.agreement.models import Measurement
from coding.codebook.models import Publication
from coding.codes.content import Frozen
from coding.codes.models import Category, Code, Edition, Mapping
from coding.incidents.models import Incident
from coding.lib.collation import in_order
from coding.people.models import Membership, Project, User
from coding.reconciliation.models import Disagreement
from coding.rounds.models import Assignment, Round
from coding.rounds.wording import Wording

Counts = dict[str, int]
COUNTED = ["open_rounds", "coded", "rated", "incidents", "codes", "categories", "mappings", "measured",
           "open_disagreements", "editions", "publications"]  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step of the way: what it holds, whether it is done, current or waiting, and what to do there."""

    name: str
    url: str
    count: str
    state: str
    action: str
    action_url: str


def next_assignment(user: User, project: Project | None = None) -> dict[str, Any] | None:
    """Find the next assignment to work on, begun ones first, with the person's own progress in its round."""
    waiting = Assignment.objects.waiting_for(user)
    if project is not None:
        waiting = waiting.filter(round__project=project)
    waiting = waiting.select_related("round__project", "incident").defer("incident__text", "incident__search_text")
    soonest = F("round__due_on").asc(nulls_last=True)
    found = waiting.filter(round__project__archived_at=None).order_by(soonest, "round_id", "position")
    first = found.filter(state=Assignment.State.IN_PROGRESS).first() or found.first()
    if first is None:
        return None
    own = Assignment.objects.filter(round=first.round, coder=user)
    done, total = own.submitted().count(), own.count()
    return {"assignment": first, "url": work_url(first), "done": done, "total": total, "number": done + 1}


def work_url(assignment: Assignment) -> str:
    """Give the page on which an assignment is worked."""
    return reverse(assignment.round.work_page, args=[assignment.uid])


def with_steps(projects: list[Project], user: User) -> list[tuple[Project, list[Step]]]:
    """Give each of a person's projects with its way."""
    held = {one.project_id: one for one in Membership.objects.filter(user=user, project__in=projects)}
    shielded = [project for project in projects if held[project.pk].is_shielded]
    counts = count_own(shielded, user) if shielded else {}
    others = [project for project in projects if project not in shielded]
    counts |= count_all(others, user) if others else {}
    return [(project, steps_of(project, held[project.pk], counts[project.pk])) for project in projects]


def steps_of(project: Project, membership: Membership, counts: Counts) -> list[Step]:
    """Give the way of a project with counts; a coder of an open blind round gets names and own work only."""
    if membership.is_shielded:
        return shielded_steps(project, counts)
    done = steps_done(counts)
    current = next((index for index, one in enumerate(done) if not one), len(done))
    is_lead = membership.role == "lead"
    steps = []
    for index, (name, page, what, noun, action, action_page, query) in enumerate(WAY):
        state = "done" if done[index] else "current" if index == current else "waiting"
        if counts["open_rounds"] and action_page == "rounds:new":
            action, action_page, query = "See how the round goes", "rounds:list", ""
        action_url = reverse(action_page, args=[project.slug]) + query
        closed = page == "reconciliation:queue" and membership.role == "coder"
        url = "" if closed else reverse(page, args=[project.slug])
        steps.append(Step(name, url, counted(counts[what], noun), state, action if is_lead else "", action_url))
    return steps


WAY = [
    ("Incidents", "incidents:list", "incidents", "report", "Import incidents", "incidents:import", ""),
    ("Open", "rounds:list", "codes", "code", "Plan an open-coding round", "rounds:new", "?stage=open"),
    ("Axial", "axial_coding:board", "categories", "category", "Group codes into categories", "axial_coding:board", ""),
    ("Selective", "selective_coding:integrate", "mappings", "mapping", "Map categories to the scale",
     "selective_coding:integrate", ""),
    ("Agreement", "agreement:overview", "measured", "round measured", "Plan a rating round", "rounds:new",
     "?stage=rating"),
    ("Reconcile", "reconciliation:queue", "open_disagreements", "open disagreement", "Settle disagreements",
     "reconciliation:queue", ""),
    ("Codebook", "codebook:document", "editions", "edition", "Finalise the codebook", "codebook:finalise", ""),
]  # fmt: skip


def counted(number: int, noun: str) -> str:
    """Write a count with its noun: "1 code", "2 categories"."""
    if number == 1:
        return f"1 {noun}"
    first, _, rest = noun.partition(" ")
    many = f"{first[:-1]}ies" if first.endswith("y") else f"{first}s"
    return f"{number:,} {first} {rest}s" if rest == "disagreement" else f"{number:,} {many} {rest}".rstrip()


def count_all(projects: list[Project], user: User) -> dict[int, Counts]:
    """Count what each step of these projects holds; the number of queries depends neither on them nor on their data."""
    counts = {project.pk: dict.fromkeys(COUNTED, 0) for project in projects}
    count, released = partial(tally, counts), Q(state__in=Round.RELEASED)
    count(
        Round.objects.all(), "project", open_rounds=Count("pk", filter=Q(state="open")),
        coded=Count("pk", filter=Q(stage="open") & released), rated=Count("pk", filter=Q(stage="rating") & released),
    )  # fmt: skip
    count(Incident.objects.in_use(), "project", incidents=Count("pk"))
    count(Code.objects.released().living(), "project", codes=Count("pk"))
    count(Category.objects.adopted(), "project", categories=Count("pk"))
    count(Mapping.objects.filter(category__retired_at=None), "category__project", mappings=Count("pk"))
    measured = Measurement.objects.filter(round__state__in=Round.RELEASED)
    count(measured, "round__project", measured=Count("round", distinct=True))
    count(Disagreement.objects.visible_to(user).unsettled(), "round__project", open_disagreements=Count("pk"))
    count(Edition.objects.all(), "project", editions=Count("pk"))
    count(Publication.objects.all(), "edition__project", publications=Count("pk"))
    return counts


def steps_done(counts: dict[str, int]) -> list[bool]:
    return [
        counts["incidents"] > 0,
        counts["coded"] > 0,
        counts["categories"] > 0,
        counts["mappings"] > 0,
        counts["rated"] > 0,
        counts["rated"] > 0 and counts["open_disagreements"] == 0,
        counts["publications"] > 0,
    ]


def count_own(projects: list[Project], user: User) -> dict[int, Counts]:
    """Count what a coder of open blind rounds may know of these projects: incidents, and their own assignments."""
    counts = {project.pk: dict.fromkeys(["incidents", "own", "done"], 0) for project in projects}
    own = Assignment.objects.by(user).filter(round__state=Round.State.OPEN)
    submitted = Count("pk", filter=Q(state=Assignment.State.SUBMITTED))
    tally(counts, Incident.objects.in_use(), "project", incidents=Count("pk"))
    tally(counts, own, "round__project", own=Count("pk"), done=submitted)
    return counts


def tally(counts: dict[int, Counts], rows: QuerySet[Any], path: str, **wanted: Count) -> None:
    """Count rows for each project, to which `path` leads, in one query."""
    for row in rows.filter(**{f"{path}__in": counts}).order_by().values(path).annotate(**wanted):
        counts[row.pop(path)].update(row)


def shielded_steps(project: Project, counts: Counts) -> list[Step]:
    """The way as a coder of an open blind round may see it: incidents, and their own assignments."""
    incidents, own = counted(counts["incidents"], "report"), f"{counts['done']} of {counts['own']}"
    return [
        Step("Incidents", reverse("incidents:list", args=[project.slug]), incidents, "done", "", ""),
        Step("Your round", reverse("rounds:list", args=[project.slug]), own, "current", "", ""),
    ]


def abouts(targets: list[str], user: User, *, is_coder: bool) -> dict[str, tuple[str, str]]:
    """Name what events were about, with its page: rounds, assignments and disagreements that this member may read."""
    uids: dict[str, list[str]] = {}
    for target in targets:
        kind, _, uid = target.partition(":")
        uids.setdefault(kind, []).append(uid)
    rounds = Round.objects.visible_to(user).filter(uid__in=uids.get("round", [])).select_related("project")
    mine = Assignment.objects.visible_to(user).filter(uid__in=uids.get("assignment", []), incident__isnull=False)
    split = Disagreement.objects.visible_to(user).filter(uid__in=uids.get("disagreement", []), incident__isnull=False)
    named = {f"round:{one.uid}": (f"“{one.name}”", round_url(one)) for one in rounds}
    for kind, rows in (("assignment", mine), ("disagreement", split)):
        light = rows.select_related("round__project", "incident").defer("incident__text", "incident__search_text")
        named |= {f"{kind}:{one.uid}": (f"“{one.incident}”", page_of(one, is_coder)) for one in light}
    return named


def round_url(one: Round) -> str:
    return reverse("rounds:round", args=[one.project.slug, one.uid])


def page_of(one: Assignment | Disagreement, is_coder: bool) -> str:
    """The page on which an assignment is worked, or a disagreement settled; coders read the incident instead."""
    if isinstance(one, Assignment):
        return work_url(one)
    number = one.incident.number if one.incident else 0
    if is_coder:
        return reverse("desk:incident", args=[one.round.project.slug, number])
    return reverse("reconciliation:unit", args=[one.round.project.slug, one.round.uid, number])


def next_step(steps: list[Step]) -> Step | None:
    """The step that waits for the lead, if any."""
    return next((step for step in steps if step.state == "current" and step.action), None)


def readings(assignments: QuerySet[Assignment], text: str, wording: Wording) -> list[dict[str, Any]]:
    """Give what each visible assignment says: its segments with their words and codes, or its ratings."""
    rows = assignments.select_related("round__edition", "round__scale", "coder")
    rows = rows.prefetch_related("segments__codings__code", "ratings__scale_category")
    return [
        {
            "assignment": row,
            "ratings": rated(row),
            "segments": [
                {
                    "quote": text[segment.start : segment.end],
                    "codes": [wording.named(one.code) for one in segment.codings.all()],
                }
                for segment in sorted(row.segments.all(), key=lambda one: (one.start, one.end))
            ],
        }
        for row in rows.order_by("round__opened_at", in_order("coder__name"), "pk")
    ]


def rated(assignment: Assignment) -> list[dict[str, Any]]:
    """Give the scale categories of a rating as the round's edition words them: the living scale is others' work."""
    edition, scale = assignment.round.edition, assignment.round.scale
    frozen = Frozen.of(edition).scale(scale.uid) if edition and scale else None
    held = {str(one.scale_category.uid): one.is_primary for one in assignment.ratings.all()}
    return [
        {"layer": layer["position"], "number": row["number"], "name": row["name"], "is_primary": held[row["uid"]]}
        for layer in (frozen["layers"] if frozen else ()) for row in layer["categories"] if row["uid"] in held
    ]  # fmt: skip
