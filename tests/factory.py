"""Plain functions that make what tests need, through the verbs; and a small fixed cast."""

from typing import Any

from coding.codes.rules import start_project
from coding.incidents.columns import RowValues
from coding.incidents.models import Incident
from coding.incidents.rules import import_rows
from coding.open_coding import judging
from coding.open_coding import rules as coding_rules
from coding.open_coding.models import Mark
from coding.open_coding.naming import Naming
from coding.people.models import Membership, Project, Role, User
from coding.rounds import rules as round_rules
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import Plan

TEXT = (
    "A hotel's booking assistant told a guest that the late fee had been waived. It had not.\n\n"
    "The guest showed the chat at the desk, where nobody knew of such a rule. "
    "The manager said that the assistant “sometimes makes things up”.\n\n"
    "The fee was paid back a week later."
)


def user(name: str, **fields: Any) -> User:
    return User.objects.create_user(f"{name}@example.org", name.capitalize(), "correct horse", **fields)


def project(lead: User | None = None, name: str = "Reports", scale: str = "gvs") -> Project:
    return start_project(lead or user("lead"), name, scale=scale)


def member(project: Project, name: str, role: str = Role.CODER) -> User:
    person = user(name)
    Membership.objects.create(project=project, user=person, role=role)
    return person


def incidents(project: Project, count: int = 3, text: str = TEXT) -> list[Incident]:
    rows = [
        RowValues(number, title=f"Report {number}", text=f"{text} ({number})", external_id=f"R-{number}")
        for number in range(1, count + 1)
    ]
    import_rows(project, rows)
    return list(Incident.objects.filter(project=project).order_by("number"))


def lead_of(project: Project) -> User:
    return project.memberships.get(role=Role.LEAD).user


def round_of(
    project: Project, coders: list[User], stage: str = Round.Stage.OPEN, *, opened: bool = True, **plan: Any
) -> Round:
    lead = lead_of(project)
    chosen = plan.pop("incidents", None) or list(Incident.objects.filter(project=project).order_by("number"))
    plan.setdefault("coders_per_incident", len(coders))
    plan.setdefault("name", f"{stage} {Round.objects.filter(project=project).count() + 1}")
    if stage == Round.Stage.RATING:
        plan.setdefault("scale", project.scales.get())
    drafted = round_rules.draft_round(lead, project, Plan(stage=stage, coders=coders, incidents=chosen, **plan))
    return round_rules.open_round(lead, drafted) if opened else drafted


def assignment(of: Round, coder: User, incident: Incident | None = None) -> Assignment:
    held = of.assignments.filter(coder=coder).order_by("position")
    found = held.filter(incident=incident).first() if incident else held.first()
    assert found is not None
    return found


def code(assignment: Assignment, quote: str, *names: str, **fields: Any) -> Any:
    """Code the first place of a quote in the assignment's text."""
    start = assignment.incident.text.index(quote)
    namings = [Naming(name=name) for name in names]
    return coding_rules.code_segment(assignment.coder, assignment, start, start + len(quote), quote, namings, **fields)


def hand_in(assignment: Assignment, rest: str = Mark.Kind.NOTHING_HERE) -> Assignment:
    """Submit open coding, with the same judgement of all paragraphs that are untouched."""
    return judging.submit(assignment.coder, assignment, rest)
