"""What the overview pages ask of the other rooms, each in a fixed number of queries."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from coding.agreement.models import Measurement
from coding.codes.models import Category, Code, Edition, Mapping
from coding.codebook.models import Publication
from coding.incidents.models import Incident
from coding.people.models import Membership, Project, User
from coding.reconciliation.models import Disagreement
from coding.rounds.models import Assignment, Round
from coding.rounds.wording import Wording


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
    mine = Assignment.objects.visible_to(user).by(user).filter(round__state=Round.State.OPEN)
    if project is not None:
        mine = mine.filter(round__project=project)
    waiting = mine.exclude(state=Assignment.State.SUBMITTED).select_related("round__project", "incident")
    waiting = waiting.defer("incident__text", "incident__search_text")
    found = waiting.filter(round__project__archived_at=None).order_by("-state", "round__due_on", "round_id", "position")
    first = found.filter(state=Assignment.State.IN_PROGRESS).first() or found.first()
    if first is None:
        return None
    own = Assignment.objects.filter(round=first.round, coder=user)
    done, total = own.submitted().count(), own.count()
    return {"assignment": first, "url": work_url(first), "done": done, "total": total, "number": done + 1}


def work_url(assignment: Assignment) -> str:
    """Give the page on which an assignment is worked."""
    page = "selective_coding:rate" if assignment.round.stage == Round.Stage.RATING else "open_coding:workspace"
    return reverse(page, args=[assignment.uid])


def with_steps(projects: list[Project], user: User) -> list[tuple[Project, list[Step]]]:
    memberships = {m.project_id: m for m in Membership.objects.filter(user=user).select_related("project")}
    return [(project, steps_of(project, memberships[project.pk])) for project in projects]


def steps_of(project: Project, membership: Membership) -> list[Step]:
    """Give the way of a project with counts; a coder of an open blind round gets names and own work only."""
    if membership.is_shielded:
        return shielded_steps(project, membership.user)
    counts = count_all(project)
    done = steps_done(counts)
    current = next((index for index, one in enumerate(done) if not one), len(done))
    is_lead = membership.role == "lead"
    steps = []
    for index, (name, page, what, noun, action, action_page, query) in enumerate(WAY):
        state = "done" if done[index] else "current" if index == current else "waiting"
        if counts["open_rounds"] and action_page == "rounds:new":
            action, action_page, query = "See how the round goes", "rounds:list", ""
        action_url = reverse(action_page, args=[project.slug]) + query
        url = reverse(page, args=[project.slug])
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


def count_all(project: Project) -> dict[str, int]:
    """Count what each step holds; the number of queries does not depend on the data."""
    rounds = Round.objects.filter(project=project).aggregate(
        open_rounds=Count("pk", filter=Q(state="open")),
        coded=Count("pk", filter=Q(stage="open", state__in=Round.RELEASED)),
        rated=Count("pk", filter=Q(stage="rating", state__in=Round.RELEASED)),
    )
    released = Round.objects.filter(project=project).released()
    return {
        **rounds,
        "incidents": Incident.objects.filter(project=project).in_use().count(),
        "codes": Code.objects.filter(project=project).released().count(),
        "categories": Category.objects.filter(project=project).adopted().count(),
        "mappings": Mapping.objects.filter(category__project=project, category__retired_at=None).count(),
        "measured": Measurement.objects.filter(round__in=released).values("round").distinct().count(),
        "disagreements": Disagreement.objects.filter(round__project=project).count(),
        "open_disagreements": Disagreement.objects.filter(round__project=project).unsettled().count(),
        "editions": Edition.objects.filter(project=project).count(),
        "publications": Publication.objects.filter(edition__project=project).count(),
    }


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


def shielded_steps(project: Project, user: User) -> list[Step]:
    """The way as a coder of an open blind round may see it: incidents, and their own assignments."""
    own = Assignment.objects.filter(round__project=project, coder=user, round__state=Round.State.OPEN)
    done, total = own.submitted().count(), own.count()
    incidents = Incident.objects.filter(project=project).in_use().count()
    return [
        Step("Incidents", reverse("incidents:list", args=[project.slug]), counted(incidents, "report"), "done", "", ""),
        Step("Your round", reverse("rounds:list", args=[project.slug]), f"{done} of {total}", "current", "", ""),
    ]


def next_step(steps: list[Step]) -> Step | None:
    """The step that waits for the lead, if any."""
    return next((step for step in steps if step.state == "current" and step.action), None)


def readings(assignments: QuerySet[Assignment], text: str, wording: Wording) -> list[dict[str, Any]]:
    """Give what each visible assignment says: its segments with their words and codes, or its ratings."""
    rows = assignments.prefetch_related("segments__codings__code", "ratings__scale_category__layer")
    return [
        {
            "assignment": row,
            "segments": [
                {"quote": text[segment.start : segment.end], "codes": [wording.named(one.code) for one in segment.codings.all()]}
                for segment in sorted(row.segments.all(), key=lambda one: (one.start, one.end))
            ],
        }
        for row in rows.order_by("round__opened_at", "coder__name", "pk")
    ]
