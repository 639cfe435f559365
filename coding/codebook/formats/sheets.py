"""The codebook as tables: one table for each sheet, header first, cells as text or number. Knows no file format."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from coding.codebook.changes import property_text
from coding.codes.models import Relation
from coding.reconciliation.models import Decision
from coding.rounds.models import Round

Row = dict[str, Any]
Cell = str | int | float | None


@dataclass
class Sheet:
    """One sheet: its columns with their widths in characters, and its rows."""

    name: str
    columns: dict[str, int]
    rows: list[list[Cell]] = field(default_factory=list)


class Names:
    """What public ids are called in this document."""

    def __init__(self, document: Row) -> None:
        self.categories = {row["uid"]: row["name"] for row in document["categories"]}
        self.scales = {row["uid"]: row["name"] for row in document["scales"]}
        self.layers: dict[str, str] = {}
        self.places: dict[str, Row] = {}
        for scale in document["scales"]:
            for layer in scale["layers"]:
                self.layers[layer["uid"]] = layer["name"]
                self.places |= {row["uid"]: {**row, "layer": layer["name"]} for row in layer["categories"]}


def sheets(document: Row) -> list[Sheet]:
    """Lay the whole document out, from the scale down to single decisions."""
    names = Names(document)
    return [
        layers(document), scale_categories(document), categories(document, names), mappings(document, names),
        codes(document, names), relations(document, names), counts(document), agreement(document),
        examples(document), decisions(document), changes(document), rounds(document, names),
    ]  # fmt: skip


def layers(document: Row) -> Sheet:
    sheet = Sheet("Layers", {"Scale": 20, "Position": 9, "Layer": 36, "Definition": 70, "Id": 38})
    for scale in document["scales"]:
        for row in scale["layers"]:
            sheet.rows.append([scale["name"], row["position"], row["name"], row["definition"], row["uid"]])
    return sheet


def scale_categories(document: Row) -> Sheet:
    sheet = Sheet(
        "Scale categories",
        {"Scale": 20, "Layer": 30, "No.": 6, "Scale category": 36, "Definition": 60, "Use when": 60, "Avoid when": 60,
         "Id": 38},
    )  # fmt: skip
    for scale in document["scales"]:
        for layer in scale["layers"]:
            for row in layer["categories"]:
                sheet.rows.append([scale["name"], layer["name"], row["number"], *wording(row), row["uid"]])
    return sheet


def wording(row: Row) -> list[Cell]:
    return [row["name"], row["definition"], row["use_when"], row["avoid_when"]]


def used(row: Row) -> list[Cell]:
    """Give a code's or category's counts; by name, since canonical JSON orders keys by itself."""
    return [row["counts"]["segments"], row["counts"]["incidents"], row["counts"]["coders"]]


def standing(row: Row) -> list[Cell]:
    """Give a layer's or scale category's counts of consensus incidents."""
    return [row["counts"]["incidents"], row["counts"]["primary"], row["counts"]["plural"]]


def yes(value: bool) -> str:
    return "yes" if value else "no"


def categories(document: Row, names: Names) -> Sheet:
    sheet = Sheet(
        "Categories",
        {"Category": 32, "Definition": 60, "Use when": 50, "Avoid when": 50, "In-vivo label": 32,
         "Properties and ranges": 44, "Core category": 10, "Codes exclude each other": 12, "Id": 38},
    )  # fmt: skip
    for row in document["categories"]:
        properties = row["properties"] if isinstance(row["properties"], list) else [row["properties"]]
        lines = "\n".join(property_text(one) if isinstance(one, dict) else str(one) for one in properties)
        sheet.rows.append([*wording(row), row.get("in_vivo_label", ""), lines, yes(row["is_core"]),
                           yes(row["is_exclusive"]), row["uid"]])  # fmt: skip
    return sheet


def mappings(document: Row, names: Names) -> Sheet:
    """One row for each category and scale: its place, "does not fit", or "not mapped"."""
    sheet = Sheet(
        "Mappings",
        {"Scale": 20, "Category": 32, "Says": 14, "Layer": 30, "No.": 6, "Scale category": 36, "Rationale": 70},
    )
    said = {(row["scale"], row["category"]): row for row in document["mappings"]}
    for scale, scale_name in names.scales.items():
        for category, name in names.categories.items():
            row = said.get((scale, category))
            place = names.places.get(row["scale_category"]) if row and row["scale_category"] else None
            says = "not mapped" if row is None else "mapped" if place else "does not fit"
            where = [place["layer"], place["number"], place["name"]] if place else ["", None, ""]
            sheet.rows.append([scale_name, name, says, *where, row["rationale"] if row else ""])
    return sheet


def codes(document: Row, names: Names) -> Sheet:
    sheet = Sheet(
        "Codes",
        {"Category": 30, "Code": 32, "Definition": 60, "Use when": 50, "Avoid when": 50, "In vivo": 9,
         "Merged from": 30, "Segments": 10, "Incidents": 10, "Coders": 9, "Id": 38},
    )  # fmt: skip
    order = {uid: place for place, uid in enumerate(names.categories)}
    for row in sorted(document["codes"], key=lambda row: order.get(row["category"], len(order))):
        merged = "\n".join(one["name"] or one["uid"] for one in row["merged_from"])
        sheet.rows.append([names.categories.get(row["category"], ""), *wording(row), yes(row["in_vivo"]), merged,
                           *used(row), row["uid"]])  # fmt: skip
    return sheet


def relations(document: Row, names: Names) -> Sheet:
    """One row for each piece of evidence; a relation without any says so in its one row."""
    sheet = Sheet(
        "Relations",
        {"Phenomenon": 30, "Role": 24, "Filled by": 30, "Kind": 10, "Rationale": 60, "Evidence": 14,
         "Incident": 10, "Title": 36, "Quote": 60, "Start": 8, "End": 8, "Id": 38},
    )  # fmt: skip
    for row in document["relations"]:
        head = [names.categories.get(row["phenomenon"], ""), Relation.Role(row["role"]).label, row["filler"]["name"],
                row["filler"]["kind"], row["rationale"]]  # fmt: skip
        for one in row["evidence"]:
            sheet.rows.append([*head, f"speaks {one['speaks']}", *quote_cells(one), row["uid"]])
        if not row["evidence"]:
            sheet.rows.append([*head, "none: a conjecture", None, "", "", None, None, row["uid"]])
    return sheet


def quote_cells(one: Row) -> list[Cell]:
    return [one["number"], one["title"], one["quote"], one["start"], one["end"]]


def counts(document: Row) -> Sheet:
    sheet = Sheet(
        "Counts",
        {"Level": 16, "Name": 44, "Consensus incidents": 12, "As primary": 10, "Kept plural": 10,
         "Segments": 10, "Incidents with segments": 12, "Coders": 9, "Id": 38},
    )  # fmt: skip
    for scale in document["scales"]:
        total = scale["consensus"]
        sheet.rows.append(["scale", scale["name"], total["incidents"], *[None] * 5, scale["uid"]])
        sheet.rows.append(["none applies", scale["name"], total["none_applies"], *[None] * 5, scale["uid"]])
        for layer in scale["layers"]:
            sheet.rows.append(["layer", layer["name"], *standing(layer), *[None] * 3, layer["uid"]])
            for row in layer["categories"]:
                sheet.rows.append(["scale category", row["name"], *standing(row), *[None] * 3, row["uid"]])
    for level, key in (("category", "categories"), ("code", "codes")):
        for row in document[key]:
            sheet.rows.append([level, row["name"], *[None] * 3, *used(row), row["uid"]])
    return sheet


def agreement(document: Row) -> Sheet:
    sheet = Sheet(
        "Agreement",
        {"Round": 26, "Headline": 9, "Figure": 16, "Level": 12, "About": 40, "Value": 10, "Not defined, because": 40,
         "Low 95 %": 10, "High 95 %": 10, "No interval, because": 40, "Caution": 40,
         "Percent agreement": 10, "Uses": 8, "Units": 8, "Coders": 8, "Pairable": 9,
         "Left out": 30, "Seed": 8, "Method": 40, "Input SHA-256": 66},
    )  # fmt: skip
    for row in document["agreement"]:
        sheet.rows.append([
            row["round_name"], yes(row["is_headline"]), row["coefficient"].replace("_", " "),
            row["level"].replace("_", " "), row["name"], row["value"], row["undefined_because"],
            row["low"], row["high"], row["interval_because"], row["caution"], row["percent"], row["uses"],
            row["units"], row["coders"], row["pairable"], property_text(row["left_out"]), row["seed"],
            property_text(row["method"]), row["input_sha256"],
        ])  # fmt: skip
    return sheet


def with_quotes(document: Row) -> Iterator[tuple[str, Row]]:
    for scale in document["scales"]:
        for layer in scale["layers"]:
            yield from (("scale category", row) for row in layer["categories"])
    yield from (("category", row) for row in document["categories"])
    yield from (("code", row) for row in document["codes"])


def examples(document: Row) -> Sheet:
    """Anchor examples by their kind, and quotes of segments under each code."""
    sheet = Sheet(
        "Examples",
        {"Of": 16, "Name": 32, "Kind": 18, "Incident": 10, "Title": 40, "Quote": 70, "Start": 8, "End": 8,
         "Source": 40},
    )  # fmt: skip
    for level, row in with_quotes(document):
        for one in row["examples"]:
            sheet.rows.append([level, row["name"], one["kind"], *quote_cells(one), one["url"]])
        for one in row.get("quotes", []):
            sheet.rows.append([level, row["name"], "coded segment", *quote_cells(one), one["url"]])
    return sheet


def said(one: Row) -> str:
    """Say one thing that stands by a decision; publications of before say nothing of what is plural."""
    marks = [f" ({mark})" for mark in ("primary", "plural") if one.get(mark)]
    return "".join([one["name"], *marks])


def decisions(document: Row) -> Sheet:
    sheet = Sheet(
        "Decisions",
        {"Reason": 20, "Round": 24, "Incident": 10, "Title": 36, "Outcome": 14, "Stands": 44, "Rationale": 70,
         "Dissent and answer": 50, "Decided": 21},
    )  # fmt: skip
    for row in document["decisions"]:
        stands = "\n".join(said(one) for one in row["stands"])
        dissent = "\n".join(f"{one['text']} Answer: {one['answer'] or 'none yet'}" for one in row["dissent"])
        sheet.rows.append([
            Decision.Reason(row["reason"]).label, row["round"], row["number"], row["title"],
            Decision.Outcome(row["outcome"]).label, stands, row["rationale"], dissent, row["at"],
        ])  # fmt: skip
    return sheet


def state_name(number: int | None) -> str:
    return "living" if number is None else f"edition {number}"


def changes(document: Row) -> Sheet:
    sheet = Sheet(
        "Change history",
        {"From": 12, "To": 12, "Kind": 16, "Change": 12, "Name": 36, "Part": 16, "Before": 60, "After": 60, "Id": 38},
    )
    for step in document["changes"]:
        for row in step["entries"]:
            sheet.rows.append([
                state_name(step["from"]), state_name(step["to"]), row["kind"], row["change"], row["name"],
                row["part"].replace("_", " "), row["before"], row["after"], row["uid"],
            ])  # fmt: skip
    return sheet


def rounds(document: Row, names: Names) -> Sheet:
    sheet = Sheet(
        "Rounds",
        {"Round": 28, "Stage": 14, "Purpose": 14, "Sampling": 22, "Why these incidents": 50, "Seed": 8, "Blind": 8,
         "Earlier work shown": 26, "Coders": 8, "Machine coders": 9, "Coders per incident": 9, "Incidents": 10,
         "Assignments": 12, "Submitted": 10, "Edition": 8, "Scale": 20, "State": 10, "Opened": 21, "Released": 21,
         "Reason for early release": 40, "Id": 38},
    )  # fmt: skip
    for row in document["rounds"]:
        sheet.rows.append([
            row["name"], Round.Stage(row["stage"]).label, Round.Purpose(row["purpose"]).label,
            Round.Sampling(row["sampling"]).label, row["sampling_note"], row["seed"], yes(row["is_blind"]),
            Round.ShowsEarlier(row["shows_earlier"]).label, row["coders"], row["machine_coders"],
            row["coders_per_incident"], row["incidents"], row["planned"], row["submitted"], row["edition"],
            names.scales.get(row["scale"] or "", ""), Round.State(row["state"]).label, row["opened_at"] or "",
            row["released_at"] or "", row["release_reason"], row["uid"],
        ])  # fmt: skip
    return sheet
