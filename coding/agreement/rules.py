"""The verbs of this room: measure a round, and keep every figure as it was measured."""

from __future__ import annotations

import platform
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from importlib import metadata
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max

from coding.agreement import of_occasions, of_ratings, of_sorts, of_texts, sorts, texts, units
from coding.agreement.held import Judge
from coding.agreement.models import Measurement
from coding.agreement.results import RESAMPLES, Result
from coding.agreement.targets import target_of
from coding.codes.content import Frozen
from coding.codes.models import Edition
from coding.lib import clock
from coding.lib.canonical import canonical, sha256
from coding.lib.refusals import Refusal
from coding.open_coding.models import ConsensusCoding, SettledBy
from coding.people.models import Event, Membership, User
from coding.people.rules import lock_project_stream, record
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import ConsensusRating

DEFINITIONS = {**of_ratings.DEFINITIONS, **of_texts.DEFINITIONS, **of_sorts.DEFINITIONS, **of_occasions.DEFINITIONS}
CHOSEN = (Round.Sampling.BY_HAND, Round.Sampling.THEORETICAL)
NO_POPULATION = "Describes these incidents, not a population."
ALPHA_OF = {
    Round.Stage.RATING: "Krippendorff's alpha (Krippendorff 2004)",
    Round.Stage.OPEN: "|u-alpha (Krippendorff, Mathet, Bouvry & Widlöcher 2016)",
    Round.Stage.AXIAL: "Krippendorff's alpha (Krippendorff 2004), or the adjusted Rand index (Hubert & Arabie 1985)",
    Round.Stage.MAPPING: "Krippendorff's alpha (Krippendorff 2004)",
}


class NotMeasured(Refusal):
    sentence = "This round is not measured: it is not released, or its coders worked together."


@transaction.atomic
def measure_again(by: User, measured: Round, at: datetime | None = None) -> list[Measurement]:
    """Measure a released blind round anew, with codes placed as the project's latest edition places them.

    Earlier figures stay. Raises NotMeasured.
    """
    at = at or clock.now()
    lock_project_stream(measured.project)
    measured.refresh_from_db(fields=["state"])  # whoever gave it may have read it before its release
    latest = Edition.objects.filter(project=measured.project).order_by("-number").first()
    rows = measure(measured, at, measured.seed, latest) if measured.is_released else []
    if not rows:
        raise NotMeasured
    after = {"batch": rows[0].batch, "figures": len(rows), "edition": latest.number if latest else None}
    record(measured.project, by, "measure", measured, after=after, at=at)
    return rows


@transaction.atomic
def measure(measured: Round, at: datetime, seed: int, placed_by: Edition | None = None) -> list[Measurement]:
    """Store all figures of a released blind round as its next batch; earlier batches stay.

    `placed_by`: the edition whose categories and mappings place the codes of an open round; its own if none is named.
    Machines are left out. A round coded together gives no figures.
    """
    locked = (
        Round.objects.select_for_update(of=("self",), no_key=True)
        .select_related("edition", "scale", "project")
        .get(pk=measured.pk)
    )
    if not is_measured(locked):
        return []
    last = Measurement.objects.filter(round=locked).aggregate(last=Max("batch"))["last"] or 0
    common = {"round": locked, "at": at, "seed": seed, "batch": last + 1}
    found, frame = results(locked, seed, placed_by or locked.edition)
    return Measurement.objects.bulk_create([measurement(one, frame, common) for one in found], batch_size=500)


def is_measured(one: Round) -> bool:
    """Say whether agreement is reported of this round: only where people coded independently."""
    return (
        one.is_blind and one.edition_id is not None and (one.stage != Round.Stage.MAPPING or one.scale_id is not None)
    )


def results(one: Round, seed: int, placed_by: Edition | None) -> tuple[list[Result], dict[str, Any]]:
    """Compute a round's figures, and say what all of them share."""
    if one.stage == Round.Stage.RATING:
        return of_rating(one, seed)
    if one.stage == Round.Stage.OPEN:
        return of_open(one, seed, placed_by or one.edition)
    frozen = sorts.frozen_of(one)
    if one.stage == Round.Stage.AXIAL:
        sorted_ = sorts.placements(one)
        return of_sorts.of_placements(sorted_, frozen, seed), frame_of(one, sorted_.coders, len(sorted_.cards))
    target = target_of(one)
    mapped = sorts.mappings(one, target)
    frame = frame_of(one, mapped.coders, len(mapped.cards)) | scale_of(target)
    return of_sorts.of_mappings(mapped, target, seed), frame


def of_rating(one: Round, seed: int) -> tuple[list[Result], dict[str, Any]]:
    if one.purpose == Round.Purpose.STABILITY:
        twice = units.occasions(one)
        frame = frame_of(one, [coder for coder, _ in twice], max((len(said.units) for _, said in twice), default=0))
        return of_occasions.of_ratings_twice(twice, seed), frame | scale_of(target_of(one))
    said = units.judgements(one)
    found = of_ratings.results(said, seed, groups_of(one, said.coders), machines_of(one, said.machines))
    return found, frame_of(one, said.coders, len(said.units)) | scale_of(said.target)


def of_open(one: Round, seed: int, placed_by: Edition | None) -> tuple[list[Result], dict[str, Any]]:
    if one.purpose == Round.Purpose.STABILITY:
        twice = texts.occasions(one)
        frame = frame_of(one, [coder for coder, _ in twice], max((len(said.units) for _, said in twice), default=0))
        return of_occasions.of_texts_twice(twice, seed), frame
    said, coded_by = texts.texts(one), sorts.frozen_of(one)
    placed = Frozen.of(placed_by) if placed_by else coded_by
    frame = frame_of(one, said.coders, len(said.units))
    frame |= {"placed_by": placed_by.number if placed_by else None}
    return of_texts.results(said, coded_by, placed, seed, machines_of(one, said.machines)), frame


def measurement(one: Result, frame: dict[str, Any], common: dict[str, Any]) -> Measurement:
    """Lay one figure into its row."""
    found = replace(one.found, value=None, low=None, high=None) if one.because else one.found
    return Measurement(
        **common, coefficient=one.coefficient, level=one.level, about=(one.about or {}).get("uid", ""),
        value=found.value, undefined_because=one.because, low=found.low, high=found.high,
        interval_because=one.method.get("interval_because") or found.interval_because, caution=caution(found, frame),
        percent=None if found.agreement is None else 100 * found.agreement, uses=found.uses or 0, units=found.units,
        coders=found.coders, pairable=found.pairable, left_out=one.left_out, beside=one.beside,
        method={**frame, **one.method, "about": one.about}, input_sha256=sha256(canonical(one.compared)),
    )  # fmt: skip


def caution(found: Any, frame: dict[str, Any]) -> str:
    """Join what a reader must keep in mind about this figure."""
    population = NO_POPULATION if frame["sampling"] in CHOSEN else ""
    return " ".join(sentence for sentence in (found.caution, population, frame["seen"]) if sentence)


def frame_of(one: Round, coders: Any, count: int) -> dict[str, Any]:
    """Say what all figures of a batch share."""
    return {
        "coefficient": ALPHA_OF[Round.Stage(one.stage)], "stage": one.stage,
        "interval": f"95 % percentile bootstrap over events, {RESAMPLES:,} resamples (Hayes & Krippendorff 2007)",
        "edition": one.edition.number if one.edition else None,
        "purpose": one.purpose, "sampling": one.sampling, "seen": seen(one), "reopened": reopened(one),
        "of_incidents": incidents_sha(one),
        "coders": [coder.name for coder in coders], "incidents": count,
        "versions": {"numpy": np.__version__, "python": platform.python_version(), "loam": _version()},
    }  # fmt: skip


def reopened(one: Round) -> int:
    """Count what people submitted again after it had been reopened; a rating was made knowing its suggestion then."""
    again = Event.objects.filter(project=one.project_id, verb="reopen_assignment").values_list("target", flat=True)
    submitted = one.assignments.submitted().human().values_list("uid", flat=True)
    return len(set(again) & {f"assignment:{uid}" for uid in submitted})


def incidents_sha(one: Round) -> str:
    """Hash which incidents a round holds, so that a trend can tell whether the next has the same."""
    uids = one.assignments.filter(incident__isnull=False).values_list("incident__uid", flat=True).distinct()
    return sha256(canonical(sorted(map(str, uids))))


def scale_of(target: Any) -> dict[str, Any]:
    return {
        "scale": {"uid": target.uid, "name": target.name},
        "layers": [{"uid": one.uid, "position": one.number, "name": one.name} for one in target.layers],
    }


def groups_of(one: Round, coders: tuple[Judge, ...]) -> dict[str, dict[int, str]]:
    """Give for each attribute of the project's coders which group each coder of the round is in, by their places."""
    held = Membership.objects.filter(project=one.project_id, user__in=[coder.pk for coder in coders])
    attributes = dict(held.values_list("user", "attributes"))
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for at, coder in enumerate(coders):
        for name, value in (attributes.get(coder.pk) or {}).items():
            if isinstance(value, str) and value:
                found[name][at] = value
    return dict(found)


def machines_of(one: Round, machines: tuple[Judge, ...]) -> list[dict[str, Any]]:
    """Give what is known of each machine coder: its name, and the model and version of its work."""
    rows = Assignment.objects.filter(round=one, coder__in=[coder.pk for coder in machines], machine__isnull=False)
    said: defaultdict[int, list[Any]] = defaultdict(list)
    for pk, what in rows.order_by("pk").values_list("coder", "machine"):
        if what not in said[pk]:
            said[pk].append(what)
    return [{"uid": coder.uid, "name": coder.name, "said": said[coder.pk]} for coder in machines]


def seen(one: Round) -> str:
    """Say what coders knew of these incidents before they judged them; '' for nothing, and only then in a headline."""
    return " ".join(said for said in (discussed(one), shown_earlier(one)) if said)


def discussed(one: Round) -> str:
    """Say whether a re-coding round holds incidents on which coders' differences had been settled (method.md)."""
    incidents = one.assignments.filter(incident__isnull=False).values("incident")
    if one.purpose != Round.Purpose.RECODING:
        return ""
    settled = {"incident__in": incidents, "settled_by": SettledBy.DECISION, "round__released_at__lt": one.opened_at}
    known = (ConsensusRating if one.stage == Round.Stage.RATING else ConsensusCoding).objects.filter(**settled)
    return "After discussion: differences on some of these incidents had been settled before." if known.exists() else ""


def shown_earlier(one: Round) -> str:
    """Say which earlier work of this stage coders had before them."""
    if one.shows_earlier == Round.ShowsEarlier.NONE:
        return ""
    incidents = one.assignments.filter(incident__isnull=False).values("incident")
    if one.shows_earlier == Round.ShowsEarlier.CONSENSUS and one.stage == Round.Stage.RATING:
        earlier = ConsensusRating.objects.filter(incident__in=incidents, round__released_at__lt=one.opened_at)
        return "Coders had seen the earlier consensus on some of these incidents." if earlier.exists() else ""
    own = Assignment.objects.submitted().filter(round__stage=one.stage, incident__in=incidents)
    own = own.filter(coder__in=one.assignments.values("coder"), submitted_at__lt=one.opened_at).exclude(round=one)
    what = "ratings" if one.stage == Round.Stage.RATING else "codings"
    return f"Coders had seen their own earlier {what} of some of these incidents." if own.exists() else ""


def _version() -> str:
    try:
        return metadata.version("loam")
    except metadata.PackageNotFoundError:
        return "from a source tree"
