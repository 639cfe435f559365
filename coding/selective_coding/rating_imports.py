"""Bring a file of ratings in as one coder's work in a round: attributed, and hidden like live work until release."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, Max

from coding.codes.content import Frozen, scale_rows
from coding.codes.models import Scale
from coding.incidents.models import Incident
from coding.incidents.rules import add_incidents
from coding.lib import clock
from coding.lib.canonical import sha256
from coding.lib.refusals import BadInput
from coding.people.models import Project, User
from coding.people.rules import lock_project_stream, record
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import Plan, RoundNotOpen, draft_round, open_round, refuse_seen, shield
from coding.selective_coding.rating_files import Fault, Line, RatingFile
from coding.selective_coding.rules import reading_of, submit

TITLE = 80


class RatingsFaulty(BadInput):
    """Some rows can't be taken; nothing was imported."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        rows = len({fault.number for fault in faults})
        super().__init__(
            f"{rows:,} {'row has a fault' if rows == 1 else 'rows have faults'}, so nothing was imported. {faults[0]}"
        )


@dataclass
class Done:
    """What an import did."""

    round: Round
    rated: int = 0
    unchanged: int = 0
    added: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        left_out = len({fault.number for fault in self.faults})
        parts = [f"{self.rated:,} rated", f"{self.unchanged:,} unchanged", f"{left_out:,} rows left out"]
        new = f" {self.added:,} incidents were added." if self.added else ""
        return f"“{self.round}”: {', '.join(parts)}.{new}"


def target_scale(project: Project, name: str, round_name: str) -> tuple[Scale, dict[str, Any], Round | None]:
    """Find the scale that a file is read against: the named round's as its edition holds it, else a living one."""
    found = Round.objects.filter(project=project, name=round_name).select_related("edition", "scale", "project").first()
    if found is not None:
        if found.stage != Round.Stage.RATING or found.scale is None:
            raise BadInput(f"“{found}” is no rating round. Name another round.")
        if found.state != Round.State.OPEN or found.edition is None:
            raise RoundNotOpen(f"“{found}” is not open, so nothing can be added to it. Name another round.")
        return found.scale, Frozen.of(found.edition).scale(found.scale.uid) or {}, found
    scales = list(Scale.objects.filter(project=project).order_by("pk"))
    chosen = [one for one in scales if not name or one.name == name]
    if len(chosen) != 1:
        names = ", ".join(f"“{one.name}”" for one in scales) or "none"
        raise BadInput(f"Name the scale that the file rates on. The project has: {names}.")
    [plain] = [row for row in scale_rows(project) if row["uid"] == str(chosen[0].uid)]
    return chosen[0], plain, None


@transaction.atomic
def import_ratings(
    by: User, project: Project, coder: User, found: RatingFile, *, round_name: str, scale: Scale,
    file_name: str = "", skip: bool = False, add_missing: bool = False,
) -> Done:  # fmt: skip
    """Write a file's ratings as a coder's submitted assignments of an open round, which is made where there is none.

    All rows or none, unless faulty ones are to be skipped. The same file again changes nothing. Raises RatingsFaulty,
    RoundNotOpen, NoCoder, SawOthersWork, BadInput.
    """
    lock_project_stream(project)
    faults = list(found.faults)
    added = add_unknown(by, project, found) if add_missing else 0
    meant = incidents_of(project, found.lines, faults)
    if faults and not skip:
        raise RatingsFaulty(sorted(faults, key=lambda fault: fault.number))
    if not meant:
        raise BadInput("No row can be taken, so nothing was imported.")
    rated = Round.objects.filter(project=project, name=round_name).first()
    rated = rated or new_round(by, project, coder, list(meant), round_name, scale, file_name)
    done = Done(rated, added=added)
    write_lines(coder, rated, meant, faults, done)
    if faults and not skip:
        raise RatingsFaulty(faults)
    done.faults = sorted(faults, key=lambda fault: fault.number)
    record(project, by, "import_ratings", rated, after={"name": rated.name, "file": file_name})
    return done


def add_unknown(by: User, project: Project, found: RatingFile) -> int:
    """Add the incidents whose text the project does not have yet; their titles are their first words."""
    known = set(Incident.objects.filter(project=project).values_list("text_sha256", flat=True))
    ids = set(Incident.objects.filter(project=project).values_list("external_id", flat=True))
    new = {line.text: line for line in found.lines
           if line.text and sha256(line.text) not in known and line.external_id not in ids - {None}}  # fmt: skip
    if not new:
        return 0
    rows = [{"title": title_of(text), "text": text, "external_id": line.external_id} for text, line in new.items()]
    return add_incidents(by, project, rows).added


def title_of(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE else f"{line[:TITLE].rsplit(' ', 1)[0]} …"


def incidents_of(project: Project, lines: list[Line], faults: list[Fault]) -> dict[Incident, Line]:
    """Find the incident that each row means; what can't be found, or was rated before in the file, is a fault."""
    by_id: dict[str, Incident] = {}
    by_text: dict[str, list[Incident]] = {}
    for incident in Incident.objects.filter(project=project).light():
        by_text.setdefault(incident.text_sha256, []).append(incident)
        by_id.update({incident.external_id: incident} if incident.external_id else {})
    meant: dict[Incident, Line] = {}
    for line in lines:
        found, why = sought(line, by_id, by_text)
        earlier = meant.get(found) if found else None
        if found is None:
            faults.append(Fault(line.number, why))
        elif earlier is None:
            meant[found] = line
        elif earlier.reading != line.reading:
            faults.append(Fault(line.number, f"it rates the incident of row {earlier.number} again, differently."))
    return meant


def sought(
    line: Line, by_id: Mapping[str, Incident], by_text: Mapping[str, list[Incident]]
) -> tuple[Incident | None, str]:
    """Find one incident, by its id or by its whole text; or say why there is none."""
    same = by_text.get(sha256(line.text), []) if line.text else []
    if line.external_id and (found := by_id.get(line.external_id)):
        if line.text and found not in same:
            return None, f"its text is not that of the incident with the id “{line.external_id}”."
        return found, ""
    if line.external_id and not same:
        return None, f"no incident has the id “{line.external_id}”{' or this text' if line.text else ''}."
    if len(same) > 1:
        return None, f"{len(same)} incidents have this text. Name the one that is meant by its external_id."
    return (same[0], "") if same else (None, "no incident of the project has exactly this text.")


def new_round(
    by: User, project: Project, coder: User, incidents: list[Incident], name: str, scale: Scale, file_name: str
) -> Round:
    """Plan and open a blind round of one coder for these incidents."""
    plan = Plan(name=name, stage=Round.Stage.RATING, coders=[coder], incidents=incidents, scale=scale,
                sampling=Round.Sampling.BY_HAND, sampling_note=f"Rated outside of Loam, imported from {file_name}.",
                coders_per_incident=1)  # fmt: skip
    return open_round(by, draft_round(by, project, plan))


def write_lines(coder: User, rated: Round, meant: Mapping[Incident, Line], faults: list[Fault], done: Done) -> None:
    """Submit each row's rating; what its coder has begun or submitted stands, and has to say the same."""
    held = assignments_of(coder, rated, list(meant))
    for incident, line in meant.items():
        work = held[incident.pk]
        same = reading_of(work).plain() == line.reading.plain()
        if work.state == Assignment.State.IN_PROGRESS and not same:
            faults.append(Fault(line.number, f"{coder} has begun another rating of this incident in the round."))
        elif work.state != Assignment.State.SUBMITTED:
            submit(coder, work, reading=line.reading)
            done.rated += 1
        elif same:
            done.unchanged += 1
        else:
            faults.append(Fault(line.number, f"{coder} has submitted another rating of this incident in the round."))


def assignments_of(coder: User, rated: Round, incidents: list[Incident]) -> dict[int, Assignment]:
    """Give the coder's assignments on these incidents, with what an open round lacks of them."""
    own = Assignment.objects.filter(round=rated, coder=coder).select_related("round", "coder")
    there = set(own.values_list("incident_id", flat=True))
    places: dict[int, int] = dict(rated.assignments.values_list("incident_id", "position"))
    last = rated.assignments.aggregate(last=Max("position"))["last"] or 0
    missing = sorted((one for one in incidents if one.pk not in there), key=lambda one: one.number)
    if missing:
        new = [one.pk for one in missing if one.pk not in places]
        places |= {pk: last + at for at, pk in enumerate(new, 1)}
        Assignment.objects.bulk_create(
            (Assignment(round=rated, incident=one, coder=coder, position=places[one.pk]) for one in missing),
            batch_size=1000,
        )
        join(rated, missing)
    return {one.incident_id: one for one in own.all() if one.incident_id}


def join(rated: Round, incidents: list[Incident]) -> None:
    """Let added assignments stand under the rules by which a round opens: blindness, and texts that stay."""
    if rated.is_blind:
        refuse_seen(rated)
    pks = [one.pk for one in incidents]
    for first in range(0, len(pks), 500):
        fresh = Incident.objects.filter(pk__in=pks[first : first + 500], text_locked_at=None)
        fresh.update(text_locked_at=clock.now())
    most = rated.assignments.values("incident").annotate(coders=Count("pk")).order_by("-coders").first()
    rated.coders_per_incident = max(rated.coders_per_incident, most["coders"] if most else 1)
    rated.save(update_fields=["coders_per_incident"])
    shield(rated.project)
