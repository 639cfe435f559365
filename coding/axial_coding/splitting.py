"""Split a code in two: some of its segments stand under a new code, by consensus; the coders' own rows stay."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from coding.axial_coding.evidence import readable
from coding.axial_coding.labels import unlabel
from coding.axial_coding.models import Split, SplitChoice
from coding.axial_coding.queries import released_codings
from coding.codes.checks import (
    CRITERIA,
    MovedOn,
    lock_codes,
    named,
    refuse_not_living,
    refuse_taken,
    refuse_too_many,
    worded,
)
from coding.codes.models import Code
from coding.codes.regroup_undo import WAYS as OF_CATEGORIES
from coding.codes.regroup_undo import is_used
from coding.codes.rules import HUES
from coding.codes.standing import iso, uid_of
from coding.codes.undo import WAYS, Said, Ways, refuse_unless, undo
from coding.lib import clock
from coding.lib.refusals import BadInput, Refusal
from coding.lib.text import name_key
from coding.open_coding.models import ConsensusCoding, Segment, SettledBy
from coding.people.models import CODING, Event, Project, User
from coding.people.rules import lock_project_stream, record
from coding.rounds.models import Assignment, Opening, Round
from coding.rounds.rules import Plan, discard_draft, draft_round

Place = tuple[int, int, int, int]  # round, incident, start, end
Wording = dict[str, str]
PLACE = ("assignment__round_id", "assignment__incident_id", "start", "end")
ROUND_NAME = 120
AT_ONCE = 500
NOT_THERE = "A segment does not stand under “{}”, or the readings of its round are not open to you."


class SplitGone(Refusal):
    sentence = "This split was done or dropped meanwhile. Open the code and look at what stands now."


class WordedMeanwhile(Refusal):
    sentence = "Another lead worded this split meanwhile. Compare yours with what stands now, then save it again."


def segments_of(code: Code) -> Any:
    """Give the segments of released rounds that stand under a code, in the order of incidents and text."""
    stands = released_codings(code.project).filter(stands=code.pk).values("segment")
    return Segment.objects.filter(pk__in=stands).order_by("assignment__incident__number", "start", "end", "pk")


def to_go_through(user: User, code: Code) -> Any:
    """Give those of them that this person may read."""
    return segments_of(code).filter(pk__in=readable(user, code.project).values("pk"))


@transaction.atomic
def begin_split(
    by: User, code: Code, new: Wording, kept: Wording, version: int | None = None, seen: str | None = None
) -> Split:  # fmt: skip
    """Name the new code and word both; said again, it words them anew and keeps the choices.

    A former code that is kept as it is worded has nothing written of it, so that it may be reworded meanwhile.
    Raises NotLiving, NameTaken, BadInput, MovedOn where `version` of the code is not what stands, and WordedMeanwhile
    where the split is not worded as the person has `seen` it.
    """
    (code,) = lock_codes(code.project, code)
    refuse_not_living(code)
    if version is not None and version != code.version:
        raise reworded_since(code)
    wanted, said = checked(code, new), said_of({**code.wording(), **kept})
    written = {**said, "version": code.version} if said != said_of(code.wording()) else {}
    stands = Split.objects.filter(code=code).first()
    if stands and seen not in {None, stands.worded_as} and (stands.new, stands.kept) != (wanted, written):
        raise WordedMeanwhile
    if to_go_through(by, code).count() < 2:
        raise BadInput(f"You can read fewer than two segments of “{code}”, so there is nothing to split.")
    split, _ = Split.objects.update_or_create(code=code, defaults={"by": by, "new": wanted, "kept": written})
    return split


def reworded_since(code: Code) -> MovedOn:
    return MovedOn(
        f"“{code}” was reworded since its wording after the split was written. "
        "Look at how it is worded now, then save the wording of both codes again."
    )


def is_outdated(code: Code, split: Split) -> bool:
    """Say whether the split would write over a wording that came after its own."""
    kept = split.kept
    return bool(kept) and kept.get("version") != code.version and said_of(kept) != said_of(code.wording())


def checked(code: Code, new: Wording) -> Wording:
    """Take the wording of the new code; its name is neither the old one's nor another's in the codebook."""
    wanted = {"name": named(new.get("name", "")), **said_of(new)}
    if name_key(wanted["name"]) == code.name_key:
        raise BadInput("The new code has the name of the old one. Give it another.")
    draft = Code(project=code.project)
    draft.call(wanted["name"])
    if code.adopted_at:
        refuse_taken(draft)
    return wanted


def said_of(wording: Wording) -> Wording:
    return worded({field: wording.get(field, "") for field in CRITERIA})


def in_preparation(split: Split) -> tuple[Code, Split]:
    """Lock the code and read its split anew: who is second finds what the first left. Raises SplitGone, NotLiving."""
    (code,) = lock_codes(split.code.project, split.code)
    fresh = Split.objects.filter(pk=split.pk).first()
    if fresh is None:
        raise SplitGone
    refuse_not_living(code)
    return code, fresh


@transaction.atomic
def choose(by: User, split: Split, segment: Segment, goes: bool) -> None:
    """Say of one segment whether it goes to the new code or stays. Raises BadInput, SplitGone, NotLiving."""
    code, split = in_preparation(split)
    if not to_go_through(by, code).filter(pk=segment.pk).exists():
        raise BadInput(NOT_THERE.format(code))
    SplitChoice.objects.filter(split=split, segment=segment).delete()  # chosen anew, it is the latest choice
    SplitChoice.objects.create(split=split, segment=segment, goes=goes)


@transaction.atomic
def take_choice_back(split: Split) -> bool:
    """Forget the latest choice; say whether there was one."""
    lock_project_stream(split.code.project)
    last = split.picks.order_by("-pk").first()
    if last:
        last.delete()
    return last is not None


@transaction.atomic
def drop_split(split: Split) -> None:
    """Forget a split in preparation; the code was never touched."""
    lock_project_stream(split.code.project)
    split.delete()


@transaction.atomic
def finish_split(by: User, split: Split, reason: str) -> Code:
    """Do the split as prepared, once something was said of every segment that can be read.

    Raises BadInput, SplitGone, NotLiving, NameTaken, MovedOn.
    """
    code, split = in_preparation(split)
    if is_outdated(code, split):
        raise reworded_since(code)
    said = dict(split.picks.values_list("segment", "goes"))
    standing = set(to_go_through(by, code).values_list("pk", flat=True))
    if left := len(standing - said.keys()):
        raise BadInput(
            f"{left} segment{'' if left == 1 else 's'} of “{code}” wait for your choice. Go through the rest first."
        )
    goes = [pk for pk in standing if said[pk]]
    return split_code(by, code, split.new, split.kept, Segment.objects.filter(pk__in=goes), reason)


@transaction.atomic
def split_code(
    by: User, code: Code, new: Wording, kept: Wording, goes: Collection[Segment] | Any, reason: str
) -> Code:  # fmt: skip
    """Make a new code of some segments of a code: consensus codings for these, and a draft round to code them again.

    The coders' rows stay, and of the code's wording what `kept` leaves out. A split in preparation is gone by it: its
    choices were made of other segments.
    Raises BadInput, NotLiving, NameTaken, TooManyCodes.
    """
    (code,) = lock_codes(code.project, code)
    refuse_not_living(code)
    reason = worded({"reason": reason})["reason"]
    if not reason:
        raise BadInput("Say why the code is split; the reason is kept in the audit trail.")
    wanted, said = checked(code, new), said_of({**code.wording(), **kept})
    moving = sides(by, code, {one.pk for one in goes})
    made, before = coin_beside(by, code, wanted), {"wording": code.wording()}
    if said != said_of(code.wording()):
        reworded(code, said)
    removed, written = write_consensus_of(code, made, *moving)
    drafted = propose_recoding(by, code, made, [*moving[0], *moving[1]], reason)
    Split.objects.filter(code=code).delete()
    record(code.project, by, "split_code", code, before={**before, "consensus": removed}, reason=reason, after={
        "into": made.ref(), "name": made.name, "wording": code.wording(), "new": standing(made),
        "went": [str(one.uid) for one in moving[0]], "stayed": [str(one.uid) for one in moving[1]],
        "consensus": written, "round": str(drafted.uid) if drafted else None,
    })  # fmt: skip
    return made


def sides(by: User, code: Code, goes: set[int]) -> tuple[list[Segment], list[Segment]]:
    """Part the segments of a code into those that go and those that stay; neither may be none."""
    found = list(segments_of(code).select_related("assignment"))
    may = set(to_go_through(by, code).values_list("pk", flat=True))
    if not goes:
        raise BadInput("No segment goes to the new code. Choose at least one, or drop the split.")
    if not goes <= may:
        raise BadInput(
            f"One of the segments does not stand under “{code}”, or its round's readings are not open to you."
        )
    if len(goes) == len(found):
        raise BadInput(f"All segments go to the new code, so nothing is left under “{code}”. Rename it instead.")
    return [one for one in found if one.pk in goes], [one for one in found if one.pk not in goes]


def coin_beside(by: User, code: Code, wanted: Wording) -> Code:
    """Create the new code as the old one stands: released, in its category, adopted if that is."""
    now = clock.now()
    if code.adopted_at:
        refuse_too_many(code.project)
    made = Code(
        project=code.project, coined_by=by, hue=code.hue % HUES + 1, category=code.category, released_at=now,
        adopted_at=now if code.adopted_at else None, **{field: wanted[field] for field in CRITERIA},
    )  # fmt: skip
    made.call(wanted["name"])
    made.save(force_insert=True)
    return made


def reworded(code: Code, said: Wording) -> None:
    """Give a code another definition, use when and avoid when; the event of the split keeps the former ones."""
    for field in CRITERIA:
        setattr(code, field, said[field])
    code.version += 1
    code.save(update_fields=[*CRITERIA, "version"])


def standing(code: Code) -> Said:
    """Say how a code stands, so that an undo knows whether it moved on."""
    return {"wording": code.wording(), "category": uid_of(code.category), "adopted_at": iso(code.adopted_at)}


def place_of(segment: Segment) -> Place:
    held = segment.assignment
    if held.incident_id is None:
        raise BadInput("A segment stands in an incident.")
    return (held.round_id, held.incident_id, segment.start, segment.end)


def write_consensus_of(
    code: Code, made: Code, went: Sequence[Segment], stayed: Sequence[Segment]
) -> tuple[list[Said], list[str]]:
    """Let the places of what went stand under the new code; the old one's consensus stays where a segment stays.

    Gives the rows that it took away, and the public ids of those that it wrote.
    """
    places = dict.fromkeys(place_of(one) for one in went)
    gone = places.keys() - {place_of(one) for one in stayed}
    agreed = ConsensusCoding.objects.filter(round__project=code.project, code__in=[code.pk, *followers(code)])
    replaced = [
        one for one in agreed.select_related("round", "incident", "code").order_by("pk") if place_in(one) in gone
    ]
    ConsensusCoding.objects.filter(pk__in=[one.pk for one in replaced]).delete()
    rows = [
        ConsensusCoding(
            round_id=round_, incident_id=incident, start=start, end=end, code=made, settled_by=SettledBy.DECISION
        )
        for round_, incident, start, end in places
    ]  # fmt: skip
    ConsensusCoding.objects.bulk_create(rows, batch_size=AT_ONCE)
    return [plain(one) for one in replaced], [str(one.uid) for one in rows]


def followers(code: Code) -> list[int]:
    return list(Code.objects.filter(merged_into=code).values_list("pk", flat=True))


def place_in(row: ConsensusCoding) -> Place:
    return (row.round_id, row.incident_id, row.start, row.end)


def plain(row: ConsensusCoding) -> Said:
    """Write a consensus coding for the event, so that it can be brought back as it was."""
    return {
        "uid": str(row.uid), "round": str(row.round.uid), "incident": str(row.incident.uid), "start": row.start,
        "end": row.end, "code": str(row.code.uid), "settled_by": row.settled_by,
    }  # fmt: skip


def propose_recoding(by: User, code: Code, made: Code, segments: Sequence[Segment], reason: str) -> Round | None:
    """Draft a round in which those who coded the code's incidents tell the two codes apart; None where nobody is left.

    It holds the incidents of both: with those of the new code alone, its being drawn would say the answer.
    """
    rounds = {one.assignment.round_id for one in segments}
    held = Assignment.objects.filter(
        round__in=rounds, incident__in={one.assignment.incident_id for one in segments}, coder__is_machine=False,
        coder__in=code.project.memberships.filter(role__in=CODING).values("user"),
    ).submitted()  # fmt: skip
    found = held.select_related("incident", "coder").order_by("incident__number", "coder_id")
    pairs = list({(one.incident_id, one.coder_id): (one.incident, one.coder) for one in found if one.incident}.values())
    if not pairs:
        return None
    coders = list(dict.fromkeys(coder for _, coder in pairs))
    seen = Opening.objects.filter(round__in=rounds, user__in=coders).exists()
    return draft_round(by, code.project, Plan(
        name=free_name(code, made), stage=Round.Stage.OPEN, purpose=Round.Purpose.RECODING, coders=coders, pairs=pairs,
        incidents=list(dict.fromkeys(incident for incident, _ in pairs)), sampling=Round.Sampling.BY_HAND,
        sampling_note=why(code, made, reason, seen), is_blind=not seen, coders_per_incident=len(coders),
    ))  # fmt: skip


def free_name(code: Code, made: Code) -> str:
    """Name the proposed round; a number follows where the name is taken."""
    taken = set(Round.objects.filter(project=code.project).values_list("name", flat=True))
    base = f"Tell “{code.name[:40]}” from “{made.name[:40]}”"
    names = (base if at == 1 else f"{base} ({at})" for at in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)[:ROUND_NAME]


def why(code: Code, made: Code, reason: str, seen: bool) -> str:
    said = f"“{code}” was split, and “{made}” came out of it: {reason}\nThese incidents hold segments of either."
    together = "\nCoders have read each other's work on them, so the round is not blind."
    return said + (together if seen else "")


@transaction.atomic
def undo_act(by: User, project: Project, event: Event, reason: str) -> Event:
    """Undo one act on codes or categories, of any room so far. Raises what `undo` raises.

    The round that a split proposed is locked before the project, in the order of those who open or discard it.
    """
    if event.verb == "split_code":
        proposed = Round.objects.select_for_update(no_key=True)
        proposed.filter(project=project, uid=json.loads(event.after or "{}").get("round")).first()
    return undo(by, project, event, reason, ways(by))


def unsplit(by: User, project: Project, uid: UUID, before: Said, after: Said) -> str:
    """Bring the code, its wording and its consensus back as they were; the new code and its draft round are gone."""
    code, made = lock_codes(
        project, Code.objects.get(project=project, uid=uid),
        Code.objects.get(project=project, uid=after["into"].partition(":")[2]),
    )  # fmt: skip
    refuse_not_living(code)
    refuse_not_living(made)
    refuse_unless(code.wording() == after["wording"], code)
    refuse_unless(standing(made) == after["new"], made)
    written = ConsensusCoding.objects.filter(code=made)
    refuse_unless({str(one) for one in written.values_list("uid", flat=True)} == set(after["consensus"]), made)
    refuse_unless(not is_used(made, but=ConsensusCoding), made)  # the split's own
    refuse_opened(by, project, after["round"], made)
    written.delete()
    made.delete()
    restore_consensus(project, before["consensus"])
    if before["wording"] != after["wording"]:
        reworded(code, before["wording"])
    return code.name


def refuse_opened(by: User, project: Project, uid: str | None, made: Code) -> None:
    """Discard the proposed round while it is a draft; one that has opened refuses the undo."""
    drafted = Round.objects.filter(project=project, uid=uid).first() if uid else None
    if drafted:
        refuse_unless(drafted.state == Round.State.DRAFT, made)
        discard_draft(by, drafted)


def restore_consensus(project: Project, rows: Sequence[Said]) -> None:
    """Write consensus codings again as they were, with their public ids."""
    rounds: dict[str, int] = by_uid(Round.objects.filter(project=project))
    codes: dict[str, int] = by_uid(Code.objects.filter(project=project, uid__in={row["code"] for row in rows}))
    held = Assignment.objects.filter(round__project=project, incident__uid__in={row["incident"] for row in rows})
    incidents = {str(uid): pk for uid, pk in held.values_list("incident__uid", "incident_id")}
    ConsensusCoding.objects.bulk_create((
        ConsensusCoding(uid=row["uid"], round_id=rounds[row["round"]], incident_id=incidents[row["incident"]],
                        start=row["start"], end=row["end"], code_id=codes[row["code"]], settled_by=row["settled_by"])
        for row in rows
    ), batch_size=AT_ONCE)  # fmt: skip


def by_uid(rows: Any) -> dict[str, int]:
    return {str(uid): pk for uid, pk in rows.values_list("uid", "pk")}


def ways(by: User) -> Ways:
    """What can be undone here: what the room of codes undoes, and a split."""
    return {**WAYS, **OF_CATEGORIES, "label_category": unlabel, "split_code": partial(unsplit, by)}
