"""The one verb of this room: measure a round, and keep every figure as it was measured."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max

from coding.agreement.alpha import NO_DISTANCE, NO_PAIRS, NO_VARIATION, Figure
from coding.agreement.bootstrap import with_interval
from coding.agreement.distances import jaccard, masi, nominal
from coding.agreement.models import Measurement
from coding.agreement.second_opinion import confirm
from coding.agreement.units import NOT_SUBMITTED, UNCODABLE, Judgements, Label, judgements
from coding.codes.models import Scale
from coding.lib.canonical import canonical, sha256
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import ConsensusRating

RESAMPLES = 1000
ALPHA, MASI, JACCARD = "alpha", "alpha_masi", "alpha_jaccard"
DISTANCES: dict[str, Callable[[Sequence[Any]], Any]] = {ALPHA: nominal, MASI: masi, JACCARD: jaccard}
NAMES = {ALPHA: "nominal", MASI: "MASI (Passonneau 2006)", JACCARD: "Jaccard (Jaccard 1912)"}
CATEGORY, TOUCHED, WHICH, LAYER_SET, SETS, PRIMARY = "category", "touched", "which", "layer_set", "sets", "primary"
DEFINITIONS = {
    CATEGORY: "Is this category among those that the coder gave the incident?",
    TOUCHED: "Did the coder give the incident any category of this layer?",
    WHICH: "Which categories of this layer, for incidents where at least two coders touched it, and those coders only.",
    LAYER_SET: "The set of layers that the coder touched; none applies is the empty set.",
    SETS: "The set of all categories that the coder gave; none applies is the empty set.",
    PRIMARY: "The one primary category, with “none applies” as a value of its own.",
}
CHOSEN = (Round.Sampling.BY_HAND, Round.Sampling.THEORETICAL)
CONFIRMED = f"krippendorff {metadata.version('krippendorff')}"
NO_POPULATION = "Describes these incidents, not a population."


@dataclass(frozen=True)
class Asked:
    """One figure to compute: coefficient, level, what about, and its table (units x coders)."""

    coefficient: str
    level: str
    about: Label | None
    table: list[list[Any]]


@transaction.atomic
def measure(rated: Round, at: datetime, seed: int) -> list[Measurement]:
    """Store all figures of a released blind rating round as its next batch; earlier batches stay.

    Machines are left out. A round coded together, or on another kind of scale or stage, gives no figures.
    """
    locked = (
        Round.objects.select_for_update(of=("self",), no_key=True).select_related("edition", "scale").get(pk=rated.pk)
    )
    if not is_measured(locked):
        return []
    said = judgements(locked)
    last = Measurement.objects.filter(round=locked).aggregate(last=Max("batch"))["last"] or 0
    common = {"round": locked, "at": at, "seed": seed, "batch": last + 1}
    frame = method_of(locked, said)
    rows = [measurement(locked, said, one, frame, common) for one in asked_of(said)]
    return Measurement.objects.bulk_create(rows)


def is_measured(rated: Round) -> bool:
    """Say whether agreement is reported of this round: coded independently, and rated by presence."""
    is_presence = rated.scale is not None and rated.scale.rating_kind == Scale.RatingKind.PRESENCE
    return rated.is_blind and rated.stage == Round.Stage.RATING and is_presence


def asked_of(said: Judgements) -> list[Asked]:
    """List the figures of a rating round, in the order of the scale (method.md, Agreement)."""
    target, sets = said.target, said.sets()
    return [
        *(Asked(ALPHA, CATEGORY, one, said.category(one.number)) for one in target.categories),
        *(Asked(ALPHA, TOUCHED, one, said.touched(one.number)) for one in target.layers),
        *(Asked(MASI, WHICH, one, said.which(one.number)) for one in target.layers),
        Asked(MASI, LAYER_SET, None, said.layer_sets()),
        Asked(MASI, SETS, None, sets),
        Asked(JACCARD, SETS, None, sets),
        Asked(ALPHA, PRIMARY, None, said.primaries()),
    ]


def measurement(
    rated: Round, said: Judgements, asked: Asked, frame: dict[str, Any], common: dict[str, Any]
) -> Measurement:
    """Compute one figure and lay it into its row."""
    found = with_interval(
        asked.table, DISTANCES[asked.coefficient], said.events, seed=common["seed"], resamples=RESAMPLES
    )
    if asked.coefficient == ALPHA and found.value is not None:
        confirm(asked.table, found.value)
    return Measurement(
        **common, coefficient=asked.coefficient, level=asked.level, about=asked.about.uid if asked.about else "",
        value=found.value, undefined_because=undefined(found, asked.level), low=found.low, high=found.high,
        interval_because=found.interval_because, caution=caution(found, frame),
        percent=None if found.agreement is None else 100 * found.agreement, uses=found.uses or 0, units=found.units,
        coders=found.coders, pairable=found.pairable, left_out=left_out(said, found, asked.level),
        method={**frame, **particulars(asked, found)}, input_sha256=input_sha256(said, asked),
    )  # fmt: skip


def undefined(found: Figure, level: str) -> str:
    """Say in a sentence of this figure why there is no number; '' where there is one."""
    pairs = "no incident was judged by two people"
    if level == WHICH:
        pairs = "no incident has two coders who both touched this layer"
    because = {
        "": "", NO_PAIRS: pairs, NO_VARIATION: "every coder used the same value",
        NO_DISTANCE: "the distance between all the values used is 0",
    }[found.undefined_because]  # fmt: skip
    return f"Not defined, because {because}." if because else ""


def caution(found: Figure, frame: dict[str, Any]) -> str:
    """Join what a reader must keep in mind about this figure."""
    population = NO_POPULATION if frame["sampling"] in CHOSEN else ""
    return " ".join(sentence for sentence in (found.caution, population, frame["seen"]) if sentence)


def left_out(said: Judgements, found: Figure, level: str) -> dict[str, Any]:
    """Count what is not in the figure, each with its reason in words."""
    few = "judged by fewer than two human coders"
    if level == WHICH:
        few = "where fewer than two coders touched this layer"
    counts = {
        "not_submitted": (said.lacking(NOT_SUBMITTED), "{} not submitted at release: missing, never a “no”"),
        "uncodable": (said.lacking(UNCODABLE), "{} marked uncodable: missing"),
        "machine": (said.machines, "{} of machine coders: never part of a figure between people"),
        "few": (found.left_out, "{} " + few),
    }
    return {
        key: {"count": count, "because": words.format(_number(count, "incident" if key == "few" else "assignment"))}
        for key, (count, words) in counts.items()
        if count
    }


def particulars(asked: Asked, found: Figure) -> dict[str, Any]:
    """Say what is this figure's own: how it was computed, and what it is about."""
    about = asked.about
    return {
        "distance": NAMES[asked.coefficient], "definition": DEFINITIONS[asked.level], "closeness": found.closeness,
        "confirmed_by": CONFIRMED if asked.coefficient == ALPHA and found.value is not None else "",
        "events": found.events, "resamples": found.resamples, "dropped": found.dropped,
        "about": {"name": about.name, "number": about.number, "layer": about.layer} if about else None,
    }  # fmt: skip


def method_of(rated: Round, said: Judgements) -> dict[str, Any]:
    """Say what all figures of a batch share."""
    return {
        "coefficient": "Krippendorff's alpha (Krippendorff 2004)",
        "interval": "95 % percentile bootstrap over events, 1,000 resamples (Hayes & Krippendorff 2007)",
        "scale": {"uid": said.target.uid, "name": said.target.name},
        "edition": rated.edition.number if rated.edition else None,
        "purpose": rated.purpose, "sampling": rated.sampling, "seen": seen(rated),
        "layers": [{"uid": one.uid, "position": one.number, "name": one.name} for one in said.target.layers],
        "coders": [one.name for one in said.coders], "incidents": len(said.units),
        "versions": {"numpy": np.__version__, "python": platform.python_version(), "loam": _version()},
    }  # fmt: skip


def seen(rated: Round) -> str:
    """Say which earlier work of this stage coders had before them; '' for none, and only then in a headline."""
    if rated.shows_earlier == Round.ShowsEarlier.NONE:
        return ""
    incidents = rated.assignments.values("incident")
    if rated.shows_earlier == Round.ShowsEarlier.CONSENSUS:
        earlier = ConsensusRating.objects.filter(incident__in=incidents, round__released_at__lt=rated.opened_at)
        return "Coders had seen the earlier consensus on some of these incidents." if earlier.exists() else ""
    own = Assignment.objects.submitted().filter(round__stage=rated.stage, incident__in=incidents)
    own = own.filter(coder__in=rated.assignments.values("coder"), submitted_at__lt=rated.opened_at).exclude(round=rated)
    return "Coders had seen their own earlier ratings of some of these incidents." if own.exists() else ""


def input_sha256(said: Judgements, asked: Asked) -> str:
    """Hash the figure's table with the names of its rows and columns, as canonical JSON."""
    table = {
        "units": [unit.uid for unit in said.units], "events": said.events,
        "coders": [coder.uid for coder in said.coders],
        "values": [[sorted(cell) if isinstance(cell, frozenset) else cell for cell in row] for row in asked.table],
    }  # fmt: skip
    return sha256(canonical(table))


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _version() -> str:
    try:
        return metadata.version("loam")
    except metadata.PackageNotFoundError:
        return "from a source tree"
