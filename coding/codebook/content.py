"""The document: an edition's words with counts, figures, quotes and decisions of the released rounds, as plain data.

The words come from the edition's frozen content, or from the present state for the living document. Equal states give
equal data: nothing in it says when it was made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from coding.agreement.models import Measurement
from coding.codebook import queries
from coding.codebook.changes import history
from coding.codebook.queries import Standing, Use, counts, iso, standing_counts
from coding.codes.content import Frozen, content_of, in_reading_order
from coding.codes.models import Edition
from coding.people.models import Project
from coding.reconciliation.models import Decision
from coding.reconciliation.queries import SIGNS
from coding.rounds.models import Round

Row = dict[str, Any]


@dataclass(frozen=True)
class Living:
    """The present state as a document, and whether the latest edition holds it already."""

    document: Row
    is_frozen: bool


def living_of(project: Project) -> Living:
    """Build the living document."""
    states = states_of(project)
    content = content_of(project)
    document = build(project, None, content, [*states, (None, content)])
    return Living(document, bool(states) and states[-1][1] == content)


def document_of(project: Project, edition: Edition) -> Row:
    """Build the whole document of an edition."""
    states = states_of(project, edition.number)
    return build(project, edition, states[-1][1], states)


def states_of(project: Project, upto: int | None = None) -> list[tuple[int | None, Row]]:
    """Read the frozen states in order, up to and with one."""
    return [(one.number, Frozen.of(one).content) for one in queries.editions(project, upto)]


def build(project: Project, edition: Edition | None, content: Row, states: list[tuple[int | None, Row]]) -> Row:
    """Put the words of one state together with what the released rounds say of them."""
    examples = queries.examples(project)
    uses = queries.by_owner(queries.uses(project), content["codes"])
    content = in_reading_order(content)
    return {
        "project": {"name": project.name, "question": project.question, "method_note": project.method_note},
        "edition": edition_row(edition) if edition else None,
        "storyline": content["storyline"],
        "core_category": next((row["uid"] for row in content["categories"] if row["is_core"]), None),
        "scales": scale_rows(content, carried(queries.standings(project), content, project), examples),
        "mappings": content["mappings"],
        "categories": category_rows(content, uses, examples),
        "codes": code_rows(project, content, uses, examples),
        "relations": relation_rows(project, content),
        "rounds": [round_row(one) for one in queries.rounds(project)],
        "agreement": [figure_row(one) for one in queries.measurements(project)],
        "decisions": [decision_row(one) for one in queries.decisions(project)],
        "changes": history([(number, in_reading_order(state)) for number, state in states]),
        "left_out": {"codes_not_adopted": queries.not_adopted(project)},
    }


def edition_row(edition: Edition) -> Row:
    return {
        "number": edition.number, "sha256": edition.sha256, "note": edition.note,
        "by": edition.by.name, "at": iso(edition.at),
    }  # fmt: skip


def carried(standings: list[Standing], content: Row, project: Project) -> list[Standing]:
    """Move what stands under a merged scale category to the one of this state that took it over."""
    layers = [layer for scale in content["scales"] for layer in scale["layers"]]
    here = {row["uid"] for layer in layers for row in layer["categories"]}
    into = queries.merged_into(project)

    def holder(uid: str) -> str:
        while uid not in here and uid in into:
            uid = into[uid]
        return uid

    return [row._replace(category=holder(row.category)) if row.category else row for row in standings]


def scale_rows(content: Row, standings: list[Standing], examples: dict[str, list[Row]]) -> list[Row]:
    """Lay out each scale with what stands for its incidents."""
    rows = []
    for scale in content["scales"]:
        held = [row for row in standings if row.scale == scale["uid"]]
        layers = [layer_row(layer, held, examples) for layer in scale["layers"]]
        rows.append({**scale, "consensus": consensus_row(held), "layers": layers})
    return rows


def consensus_row(held: list[Standing]) -> Row:
    """Say how many incidents have a consensus on this scale, and how it came about."""

    def incidents(rows: Iterable[Standing]) -> int:
        return len({row.incident for row in rows})

    return {
        "incidents": incidents(held),
        "none_applies": incidents(row for row in held if row.category is None),
        "unanimity": incidents(row for row in held if row.settled_by == "unanimity"),
        "rule": incidents(row for row in held if row.settled_by == "rule"),
        "decision": incidents(row for row in held if row.settled_by == "decision"),
    }


def layer_row(layer: Row, held: list[Standing], examples: dict[str, list[Row]]) -> Row:
    """Count a layer's incidents once each, whichever of its categories they touch."""
    inside = {row["uid"] for row in layer["categories"]}
    categories = [
        {
            **row, "counts": standing_counts(one for one in held if one.category == row["uid"]),
            "examples": examples.get(row["uid"], []),
        }
        for row in layer["categories"]
    ]  # fmt: skip
    return {**layer, "counts": standing_counts(one for one in held if one.category in inside), "categories": categories}


def category_rows(content: Row, uses: dict[str, list[Use]], examples: dict[str, list[Row]]) -> list[Row]:
    codes_of: dict[str, list[str]] = {}
    for code in content["codes"]:
        if code["category"]:
            codes_of.setdefault(code["category"], []).append(code["uid"])
    return [
        {
            **row,
            "counts": counts(use for code in codes_of.get(row["uid"], []) for use in uses.get(code, [])),
            "examples": examples.get(row["uid"], []),
        }
        for row in content["categories"]
    ]


def code_rows(project: Project, content: Row, uses: dict[str, list[Use]], examples: dict[str, list[Row]]) -> list[Row]:
    merged = queries.code_names(project, [uid for row in content["codes"] for uid in row["merged_from"]])
    quotes = queries.quote_rows(uses)
    return [
        {
            **row,
            "merged_from": [{"uid": uid, "name": merged.get(uid, "")} for uid in row["merged_from"]],
            "counts": counts(uses.get(row["uid"], [])),
            "quotes": quotes.get(row["uid"], []),
            "examples": examples.get(row["uid"], []),
        }
        for row in content["codes"]
    ]


def relation_rows(project: Project, content: Row) -> list[Row]:
    """Name what fills each slot; a relation without evidence is a conjecture and stands as one."""
    names = {row["uid"]: row["name"] for row in (*content["codes"], *content["categories"])}
    names |= queries.code_names(project, missing_fillers(content, names))
    evidence = queries.evidence(project)
    rows = []
    for row in content["relations"]:
        kind, _, uid = row["filler"].partition(":")
        filler = {"kind": kind, "uid": uid, "name": names.get(uid, "")}
        rows.append({**row, "filler": filler, "evidence": evidence.get(row["uid"], [])})
    return rows


def missing_fillers(content: Row, names: dict[str, str]) -> list[str]:
    """Find codes in a slot that are not in the codebook any more (merged or retired since)."""
    fillers = [row["filler"].partition(":")[2] for row in content["relations"] if row["filler"].startswith("code:")]
    return [uid for uid in fillers if uid not in names]


def round_row(one: Round) -> Row:
    return {
        "uid": str(one.uid), "name": one.name, "stage": one.stage, "purpose": one.purpose, "state": one.state,
        "sampling": one.sampling, "sampling_note": one.sampling_note, "seed": one.seed, "is_blind": one.is_blind,
        "shows_earlier": one.shows_earlier, "coders_per_incident": one.coders_per_incident,
        "coders": one.human_coders, "machine_coders": one.machine_coders,  # type: ignore[attr-defined]  # annotated
        "incidents": one.incidents, "planned": one.planned, "submitted": one.submitted,  # type: ignore[attr-defined]
        "edition": one.edition.number if one.edition else None,
        "scale": str(one.scale.uid) if one.scale else None,
        "opened_at": iso(one.opened_at), "released_at": iso(one.released_at), "release_reason": one.release_reason,
    }  # fmt: skip


def figure_row(one: Measurement) -> Row:
    """Give one figure with how it was measured; coders are counted, not named."""
    about = one.method.get("about") or {}
    method = {key: value for key, value in one.method.items() if key not in {"coders", "about"}}
    return {
        "uid": str(one.uid), "round": str(one.round.uid), "round_name": one.round.name,
        "scale": str(one.round.scale.uid) if one.round.scale else None, "is_headline": is_headline(one),
        "coefficient": one.coefficient, "level": one.level, "about": one.about, "name": about.get("name", ""),
        "value": one.value, "undefined_because": one.undefined_because,
        "low": one.low, "high": one.high, "interval_because": one.interval_because, "caution": one.caution,
        "percent": one.percent, "uses": one.uses, "units": one.units, "coders": one.coders,
        "pairable": one.pairable, "left_out": one.left_out, "method": method, "seed": one.seed,
        "input_sha256": one.input_sha256, "at": iso(one.at),
    }  # fmt: skip


def is_headline(one: Measurement) -> bool:
    """Only main rounds whose coders had seen no earlier work enter a headline (method.md)."""
    return one.round.purpose == Round.Purpose.MAIN and not one.method.get("seen")


def stands(one: Decision) -> list[Row]:
    """Say what a decision wrote, the primary first; on a stance scale each value that is touched, with its stance."""
    rows = sorted(one.touching, key=lambda row: (not row["is_primary"], row["number"] or 0))
    if one.wrote and not rows:
        return [{"name": "0 on every value", "primary": False, "plural": False, "stance": 0}]
    return [
        {"name": stands_as(row), "primary": row["is_primary"], "plural": row["is_plural"], "stance": row.get("stance")}
        for row in rows
    ]


def stands_as(row: Row) -> str:
    """Name what one row of a decision says, by its stance where it has one, else by its number."""
    if row["number"] is None:
        return row["name"] or "None applies"
    sign = SIGNS[row["stance"]] if "stance" in row else row["number"]
    return f"{sign} {row['name']}"


def decision_row(one: Decision) -> Row:
    """Give one decision with what stands now and what was said against it; nobody is named."""
    unit, incident = one.disagreement, one.disagreement.incident
    return {
        "round": unit.round.name, "unit": unit.unit, "number": incident.number if incident else None,
        "title": incident.title if incident else one.wrote[0].get("category_name", ""),
        "outcome": one.outcome, "reason": one.reason, "rationale": one.rationale, "at": iso(one.at),
        "stands": stands(one),
        "dissent": [{"text": row.text, "answer": row.answer} for row in one.objections.all()],
    }  # fmt: skip
