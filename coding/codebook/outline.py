"""The document as its page shows it: nested, with dates as dates and figures in words. Reads only the document."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from coding.agreement.pictures import coefficient, interval
from coding.codebook.changes import property_text
from coding.codebook.checklist import count_of
from coding.codes.models import Relation
from coding.reconciliation.models import Decision
from coding.rounds.models import Round

Row = dict[str, Any]
SHOWN, SHOWN_TITLE = 400, 100
HEADLINE = {"category", "touched"}
PLURALS = {
    "scale": "scales", "layer": "layers", "scale category": "scale categories", "category": "categories",
    "code": "codes", "mapping": "mappings", "relation": "relations", "storyline": "storyline",
}  # fmt: skip
CHANGES = {"added": "Added", "removed": "Removed", "merged": "Merged", "changed": "Changed"}


def outline(document: Row, quotes: bool = True, blind: Collection[int | None] = ()) -> Row:
    """Nest the document: scale, layer, scale category, category, code; then what has no place; then the rest.

    Without `quotes` no coded segment is quoted: for who has not opened the rounds' readings. Decisions on incidents
    whose number is in `blind` are left out, uncounted: for who codes these blind (None: who maps categories blind).
    """
    if not quotes:
        document = unquoted(document)
    open_to = [row for row in document["decisions"] if row["number"] not in blind]
    document = {**document, "codes": [code_view(row) for row in document["codes"]]}
    categories = {row["uid"]: category_view(row, document) for row in document["categories"]}
    scales = [scale_view(scale, place == 0, categories, document) for place, scale in enumerate(document["scales"])]
    mapped = {row["category"] for row in document["mappings"]}
    return {
        "project": document["project"],
        "edition": edition_view(document["edition"]),
        "storyline": document["storyline"],
        "core": next((row for row in categories.values() if row["is_core"]), None),
        "scales": scales,
        "unmapped": [row for uid, row in categories.items() if uid not in mapped],
        "loose_codes": [row for row in document["codes"] if row["category"] not in categories],
        "relations": relation_views(document, categories),
        "rounds": [round_view(row) for row in document["rounds"]],
        "decisions": decision_groups(open_to),
        "is_blind": bool(blind),
        "changes": [change_view(step) for step in reversed(document["changes"]) if step["entries"]],
        "since": change_view(document["changes"][-1]) if document["changes"] else None,
        "left_out": document["left_out"],
        "totals": {"codes": len(document["codes"]), "categories": len(categories)},
    }


def unquoted(document: Row) -> Row:
    """Take the words of coded segments out; anchor examples stay, since a lead chose them to be shown."""
    codes = [{**row, "quotes": []} for row in document["codes"]]
    relations = [{**row, "evidence": [], "has_evidence": bool(row["evidence"])} for row in document["relations"]]
    return {**document, "codes": codes, "relations": relations}


def at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def edition_view(row: Row | None) -> Row | None:
    return {**row, "at": at(row["at"])} if row else None


def scale_view(scale: Row, is_first: bool, categories: dict[str, Row], document: Row) -> Row:
    """Nest one scale; only the first prints its categories in full, so that nothing stands twice."""
    headline = headline_of(scale, document)
    places: dict[str | None, list[Row]] = {}
    for row in document["mappings"]:
        if row["scale"] == scale["uid"] and row["category"] in categories:
            found = categories[row["category"]]
            places.setdefault(row["scale_category"], []).append({**found, "rationale": row["rationale"]})
    layers = [
        {
            **layer, "figure": headline.get(layer["uid"]),
            "categories": [
                {**row, "figure": headline.get(row["uid"]), "mapped": places.get(row["uid"], []),
                 "quotes": [quote_view(one) for one in row["examples"]]}
                for row in layer["categories"]
            ],
        }
        for layer in scale["layers"]
    ]  # fmt: skip
    return {**scale, "is_first": is_first, "layers": layers, "does_not_fit": places.get(None, []),
            "headline_round": next(iter(headline.values()), {}).get("round_name", ""),
            "cautions": cautions(headline.values())}  # fmt: skip


def headline_of(scale: Row, document: Row) -> dict[str, Row]:
    """Take the figures of the latest headline round on this scale: by category, and by layer touched."""
    rows = [
        row for row in document["agreement"]
        if row["is_headline"] and row["scale"] == scale["uid"]
        and row["level"] in HEADLINE and row["coefficient"] == "alpha"
    ]  # fmt: skip
    last = rows[-1]["round"] if rows else None
    return {row["about"]: figure_view(row) for row in rows if row["round"] == last}


def cautions(figures: Iterable[Row]) -> list[Row]:
    """Say each caution once, with what it holds for."""
    found: dict[str, list[str]] = {}
    for figure in figures:
        if figure["caution"]:
            found.setdefault(figure["caution"], []).append(figure["name"])
    return [{"text": text, "names": names} for text, names in found.items()]


def figure_view(row: Row) -> Row:
    """Say a figure in words: value with interval, or why there is none."""
    defined = row["value"] is not None
    bounded = row["low"] is not None and row["high"] is not None
    because = row["undefined_because"] if not defined else "" if bounded else row["interval_because"]
    return {
        **row, "shown": coefficient(row["value"]) if defined else "",
        "bounds": interval(row["low"], row["high"]) if defined and bounded else "", "because": because,
    }  # fmt: skip


def category_view(row: Row, document: Row) -> Row:
    properties = row["properties"] if isinstance(row["properties"], list) else [row["properties"]]
    codes = [code for code in document["codes"] if code["category"] == row["uid"]]
    return {
        **row, "codes": codes, "facts": f"{count_of(len(codes), 'code')} · {used(row['counts'], 'no segment yet')}",
        "quotes": [quote_view(one) for one in row["examples"]],
        "property_lines": [property_text(one) if isinstance(one, dict) else str(one) for one in properties],
    }  # fmt: skip


def code_view(row: Row) -> Row:
    """Say a code's counts and what was merged into it; a name that several coders found stands once."""
    names = dict.fromkeys(one["name"] for one in row["merged_from"] if one["name"] != row["name"])
    facts = [used(row["counts"], "No segment of a released round")]
    if row["in_vivo"]:
        facts.append("in vivo")
    if names:
        facts.append(f"merged from {', '.join(f'“{name}”' for name in names)}")
    elif row["merged_from"]:
        facts.append(f"merged from {len(row['merged_from']) + 1} codes of this name")
    return {
        **row,
        "facts": " · ".join(facts),
        "quotes": [quote_view(one) for one in (*row["examples"], *row["quotes"])],
    }


def used(counts: Row, nothing: str) -> str:
    """Say how often and by how many something was used."""
    if not counts["segments"]:
        return nothing
    parts = [count_of(counts["segments"], "segment"), "in", count_of(counts["incidents"], "incident")]
    return " ".join([*parts, "by", count_of(counts["coders"], "coder")])


def quote_view(row: Row) -> Row:
    """Cut a long quote for the page (the files hold all of it), and name its place."""
    words = row["quote"] if len(row["quote"]) <= SHOWN else f"{row['quote'][:SHOWN].rstrip()}…"
    says = row.get("kind") or (f"speaks {row['speaks']}" if "speaks" in row else "")
    return {"number": row["number"], "words": words, "title": row["title"][:SHOWN_TITLE], "says": says}


def relation_views(document: Row, categories: dict[str, Row]) -> list[Row]:
    """Group relations by phenomenon, roles in the order of the paradigm."""
    order = {role: place for place, role in enumerate(Relation.Role.values)}
    groups: dict[str, list[Row]] = {uid: [] for uid in categories}
    for row in sorted(document["relations"], key=lambda row: order[row["role"]]):
        quotes = [quote_view(one) for one in row["evidence"]]
        view = {**row, "role_name": Relation.Role(row["role"]).label, "quotes": quotes}
        groups.setdefault(row["phenomenon"], []).append(view)
    return [{"phenomenon": categories[uid], "rows": rows} for uid, rows in groups.items() if rows and uid in categories]


def round_view(row: Row) -> Row:
    return {
        **row, "stage": Round.Stage(row["stage"]).label, "purpose": Round.Purpose(row["purpose"]).label,
        "sampling": Round.Sampling(row["sampling"]).label, "state_name": Round.State(row["state"]).label,
        "opened_at": at(row["opened_at"]), "released_at": at(row["released_at"]),
    }  # fmt: skip


def decision_groups(rows: list[Row]) -> list[Row]:
    """Group decisions by their reason, the most frequent first."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["reason"], []).append({**row, "outcome": Decision.Outcome(row["outcome"]).label})
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [{"reason": Decision.Reason(reason).label, "rows": held} for reason, held in ordered]


def change_view(step: Row) -> Row:
    """Group what came and went by kind, so that a large step stays readable; merges and rewordings stand alone."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in step["entries"]:
        if row["change"] in {"added", "removed"}:
            groups.setdefault((row["change"], row["kind"]), []).append(row["name"])
    single = [
        {**row, "change_name": CHANGES[row["change"]], "part": row["part"].replace("_", " ")}
        for row in step["entries"]
        if row["change"] not in {"added", "removed"}
    ]
    came = [
        {"title": f"{CHANGES[change]}: {PLURALS[kind]}", "names": names} for (change, kind), names in groups.items()
    ]
    return {**step, "groups": came, "single": single}
