"""Texts with their value vectors, as they leave: from what stands in released rounds, or from one coder's rating."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from coding.codes.content import Frozen
from coding.codes.models import Scale
from coding.incidents.models import Incident
from coding.lib.refusals import BadInput
from coding.people.models import Project, User
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import ConsensusRating, Rating
from coding.selective_coding.standing import COUNTED

BATCH = 500


@dataclass
class Vectors:
    """Vectors by incident, each with the round that they stand in; incidents without one; what could not be carried."""

    found: dict[int, tuple[Round, dict[str, int]]] = field(default_factory=dict)
    without: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Write one JSON object a line, by incident number."""
        pks = list(self.found)
        order = list(Incident.objects.filter(pk__in=pks).order_by("number").values_list("pk", flat=True)) if pks else []
        for first in range(0, len(order), BATCH):
            here = Incident.objects.in_bulk(order[first : first + BATCH])
            for pk in order[first : first + BATCH]:
                rated, vector = self.found[pk]
                row = {"incident": here[pk].number, "external_id": here[pk].external_id, "text": here[pk].text,
                       "vector": vector, "round": rated.name}  # fmt: skip
                yield json.dumps(row, ensure_ascii=False) + "\n"


def rounds_of(project: Project, round_name: str = "", scale: str = "") -> list[Round]:
    """Give the released rounds on a stance scale that results count, or the named one, in order of release.

    Raises BadInput.
    """
    rated = Round.objects.filter(project=project, scale__rating_kind=Scale.RatingKind.STANCE)
    rated = rated.select_related("edition", "scale").order_by("released_at", "pk")
    if round_name:
        rated = rated.filter(name=round_name)
        if not rated.exists():
            raise BadInput(f"There is no round “{round_name}” on a stance scale.")
    else:
        rated = rated.filter(purpose__in=COUNTED)
    if scale:
        rated = rated.filter(scale__name=scale)
    released = list(rated.released())
    if not released:
        kinds = "" if round_name else "pilot, main or re-coding "
        raise BadInput(f"No {kinds}round on a stance scale is released yet, so there are no vectors to hand out.")
    if len({one.scale_id for one in released}) > 1:
        names = ", ".join(sorted({f"“{one.scale}”" for one in released}))
        raise BadInput(f"Name the scale: rounds on {names} are released.")
    return released


def consensus_vectors(project: Project, round_name: str = "", scale: str = "") -> Vectors:
    """Collect what stands for each incident in its latest round; differences kept as plural are no vector."""
    out = Vectors()
    for rated in rounds_of(project, round_name, scale):
        rows = ConsensusRating.objects.filter(round=rated).values_list(
            "incident", "scale_category__uid", "stance", "is_plural"
        )
        collect(out, rated, [(pk, str(uid), None if plural else stance) for pk, uid, stance, plural in rows])
    return told(out, project, "kept as plural")


def coder_vectors(project: Project, coder: User, round_name: str = "", scale: str = "") -> Vectors:
    """Collect what one coder submitted, in each incident's latest released round."""
    out = Vectors()
    for rated in rounds_of(project, round_name, scale):
        held = Assignment.objects.filter(round=rated, coder=coder, uncodable_because="").submitted()
        rows = Rating.objects.filter(assignment__in=held).values_list(
            "assignment__incident", "scale_category__uid", "stance"
        )
        collect(out, rated, [(pk, str(uid), stance) for pk, uid, stance in rows])
    return told(out, project, "without a stance on every value")


def collect(out: Vectors, rated: Round, rows: list[tuple[int, str, int | None]]) -> None:
    """Put rows into vectors in the order of the round's edition; a later round takes an earlier one's place."""
    frozen = (Frozen.of(rated.edition).scale(rated.scale.uid) if rated.edition and rated.scale else None) or {}
    names = {row["uid"]: row["name"] for layer in frozen.get("layers", []) for row in layer["categories"]}
    said: dict[int, dict[str, int | None]] = {}
    for incident, uid, stance in rows:
        said.setdefault(incident, {})[uid] = stance
    for incident, stances in said.items():
        vector = {name: stance for uid, name in names.items() if (stance := stances.get(uid)) is not None}
        out.found.pop(incident, None)
        out.without.discard(incident)
        if len(vector) == len(names):
            out.found[incident] = (rated, vector)
        else:
            out.without.add(incident)


def told(out: Vectors, project: Project, why: str) -> Vectors:
    """Leave withdrawn incidents out, and say how many are not in the file and why."""
    in_use = set(Incident.objects.filter(project=project).in_use().values_list("pk", flat=True))
    withdrawn = (out.found.keys() | out.without) - in_use
    out.found = {pk: held for pk, held in out.found.items() if pk in in_use}
    for left, reason in ((out.without & in_use, why), (withdrawn, "withdrawn")):
        if left:
            out.notes.append(f"{len(left):,} incident{'' if len(left) == 1 else 's'} left out: {reason}.")
    return out
