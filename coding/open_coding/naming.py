"""What a coder may call a segment: own private codes, and those of the round's edition as they were worded then."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from coding.codes.content import Frozen
from coding.codes.models import Code, Proposal
from coding.codes.rules import coin, named, reword, worded
from coding.lib import clock
from coding.lib.prepared import Prepared, number
from coding.lib.refusals import BadInput, Refusal
from coding.lib.text import name_key
from coding.open_coding.changes import SegmentState
from coding.open_coding.models import Segment
from coding.open_coding.queries import NAMED
from coding.people.models import User
from coding.people.rules import Key, answered, record
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import RoundNotOpen, lock_assignment, refuse_no_coder
from coding.rounds.writing import NotYours

Spans = Iterable[tuple[int, int]]
BESIDE = 300  # code points: about what is in sight of a segment
UNKNOWN = "There is no such code that you could use here. Choose one from the list."
CODES_ON = Prepared(
    lambda: Segment.objects.filter(assignment=number("assignment")).touching(number("start"), number("end"))
    .values_list("uid", "codings__code__uid")
)  # fmt: skip


class Exclusive(Refusal):
    sentence = "Only one code of this group can stand on the same words."


@dataclass(frozen=True)
class Naming:
    """What to call a segment: a code by its public id, or a name to find or coin."""

    name: str = ""
    uid: UUID | None = None
    in_vivo: bool = False
    definition: str = ""


def found_or_coined(locked: Assignment, namings: Sequence[Naming], spans: Spans) -> dict[str, int]:
    """Give the codes' database ids by public id, in the order of the names. Raises BadInput, TooManyCodes.

    `spans` are the words that are named: a new code's hue is none of those that stand around them.
    """
    codes = {str(code.uid): code.pk for code in (find_or_coin(locked, naming, spans) for naming in namings)}
    if not codes:
        raise BadInput("Name the segment: a segment needs at least one code.")
    return codes


def find_or_coin(assignment: Assignment, naming: Naming, spans: Spans) -> Code:
    """Find the code among those that the coder may use here: own ones, and those of the round's edition."""
    if naming.uid is not None:
        found: Code | None = usable_codes(assignment).filter(uid=naming.uid).first()
        if found is None:
            raise BadInput(UNKNOWN)
        return found
    name = named(naming.name)
    shared = shared_named(assignment, name_key(name))
    if shared is not None:
        return shared
    wording, beside = worded({"definition": naming.definition}), hues_beside(assignment, spans)
    return coin(assignment.round.project, assignment.coder, name, in_vivo=naming.in_vivo, beside=beside, **wording)


def hues_beside(assignment: Assignment, spans: Spans) -> Iterator[int]:
    """Give the hues around some words as their coder sees them: of their own codes, else as the edition has them."""
    shared = edition_codes(assignment)
    for start, end in spans:
        for _, uid, hue, *_ in NAMED(assignment=assignment.pk, start=start - BESIDE, end=end + BESIDE):
            yield shared[str(uid)]["hue"] if str(uid) in shared else hue


def own_codes(assignment: Assignment) -> Any:
    """The coder's own private codes in the assignment's project."""
    return Code.objects.own(assignment.coder).filter(project=assignment.round.project)


def usable_codes(assignment: Assignment) -> Any:
    """Own private codes, and those of the round's edition."""
    return own_codes(assignment) | Code.objects.filter(
        project=assignment.round.project, uid__in=edition_codes(assignment)
    )


def edition_codes(assignment: Assignment) -> dict[str, dict[str, Any]]:
    """Give the codes of the edition that the round is coded against, as they were worded then."""
    edition = assignment.round.edition
    return Frozen.of(edition).codes if edition else {}


def shared_named(assignment: Assignment, key: str) -> Code | None:
    edition = assignment.round.edition
    uid = Frozen.of(edition).keys.get(key) if edition else None
    return Code.objects.filter(project=assignment.round.project, uid=uid).first() if uid else None


def refuse_exclusive(locked: Assignment, changed: Iterable[SegmentState]) -> None:
    """Refuse a second code of a group that was declared exclusive on the same stretch."""
    groups = Frozen.of(locked.round.edition).exclusive if locked.round.edition else {}
    states = [state for state in changed if any(code in groups for code in state.codes)]
    own = {state.uid for state in states}
    for state in states:
        there = CODES_ON(assignment=locked.pk, start=state.start, end=state.end)
        others = [str(code) for uid, code in there if code and str(uid) not in own]
        others += [code for one in states if one.start < state.end and one.end > state.start for code in one.codes]
        for code in reversed(state.codes):  # the one that is new comes last
            if clash := next((one for one in others if one != code and groups.get(one, 0) == groups.get(code, 1)), ""):
                raise Exclusive(exclusive_words(locked, code, clash, groups[code]))


def exclusive_words(locked: Assignment, code: str, clash: str, group: str) -> str:
    names, groups = edition_codes(locked), Frozen.of(locked.round.edition).categories  # type: ignore[arg-type]  # has groups
    return (
        f"“{names[code]['name']}” and “{names[clash]['name']}” belong to “{groups[group]['name']}”, of which only one "
        f"code can stand on the same words. Take “{names[clash]['name']}” off first, or choose other words."
    )


@transaction.atomic
def propose_wording(
    coder: User, assignment: Assignment, code: UUID, *, key: Key | None = None, **wording: str
) -> dict[str, str]:
    """Propose another wording of a code of the round's edition; private until release, the last one stands.

    Raises NotYours, Forbidden, RoundNotOpen, BadInput, KeyReused.
    """
    locked = lock_assignment(assignment, coder, "round__edition")
    if answered(coder, key):
        return proposed_by(coder, locked, code)
    refuse_no_wording(coder, locked)
    if str(code) not in edition_codes(locked):
        raise BadInput(UNKNOWN)
    target, project, texts = f"code:{code}", locked.round.project, worded(wording)
    if "name" in wording:
        texts["name"] = named(wording["name"])
    if not texts:
        raise BadInput("Say what should be worded differently.")
    Proposal.objects.update_or_create(
        target=target, project=project, by=coder, round_uid=locked.round.uid, state=Proposal.State.OPEN,
        defaults={"wording": texts, "at": clock.now()},
    )  # fmt: skip
    record(project, coder, "propose_wording", target, after=texts, stream=locked.stream, key=key,
           private=locked.is_private)  # fmt: skip
    return texts


def refuse_no_wording(coder: User, locked: Assignment) -> None:
    """Refuse to word codes in somebody else's work, as an observer, and after release; before, also when submitted."""
    if locked.coder_id != coder.pk:
        raise NotYours
    refuse_no_coder(locked)
    if locked.round.state != Round.State.OPEN:
        raise RoundNotOpen


def proposed_by(coder: User, assignment: Assignment, code: UUID) -> dict[str, str]:
    """Give the wording that this coder has proposed for a code in this round."""
    said = {"target": f"code:{code}", "by": coder, "round_uid": assignment.round.uid}
    found = Proposal.objects.filter(**said, state=Proposal.State.OPEN).first()
    return found.wording if found else {}


@transaction.atomic
def word_own(
    coder: User,
    assignment: Assignment,
    code: Code,
    version: int,
    reason: str = "",
    *,
    key: Key | None = None,
    **wording: str,
) -> None:
    """Reword one of the coder's own private codes; the event goes to the assignment's stream, each wording is kept.

    Raises NotYours, Forbidden, RoundNotOpen, KeyReused, and whatever `reword` raises.
    """
    locked = lock_assignment(assignment, coder, "round__edition", "incident")
    if answered(coder, key):
        return
    refuse_no_wording(coder, locked)
    if code.coined_by_id != coder.pk:
        raise NotYours
    reword(coder, code, version, reason, stream=locked.stream, key=key, **wording)
