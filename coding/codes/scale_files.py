"""From the bytes of a JSON, CSV or XLSX file to a scale in its plain form; every fault is named by its row."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from coding.codes.checks import named, worded
from coding.codes.models import NAME_LENGTH, Scale
from coding.incidents.grids import UPLOAD_LIMIT, TableError
from coding.incidents.tables import read_table
from coding.lib.refusals import BadInput
from coding.lib.text import fault, name_key

MOST_CATEGORIES = 200
SHOWN = 20
WORDING = ("definition", "use_when", "avoid_when")
COLUMNS = {
    "layer": ("layer", "layer name", "higher-order value", "group"),
    "layer_definition": ("layer definition", "definition of the layer"),
    "name": ("category", "scale category", "value", "name", "category name"),
    "definition": ("definition", "description", "category definition"),
    "use_when": ("use when", "use"),
    "avoid_when": ("avoid when", "avoid"),
    "rating_kind": ("rating kind", "rating"),
    "scale": ("scale", "scale name"),
}


class ScaleFaulty(BadInput):
    """A file that is no scale as it stands; `reasons` name its rows."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        more = f" And {len(reasons) - SHOWN} more." if len(reasons) > SHOWN else ""
        super().__init__(f"Nothing was imported. {' '.join(reasons[:SHOWN])}{more}")


@dataclass
class Reader:
    """A scale on its way from the rows of a file to its plain form: layers in the order in which they come."""

    layers: dict[str, dict[str, Any]] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def layer(self, where: str, name: object, definition: object = "") -> dict[str, Any] | None:
        """Give the layer of this name, a new one where there is none yet."""
        row = self.checked(where, "layer", {"name": name, "definition": definition})
        if row is None:
            return None
        held = self.layers.setdefault(name_key(row["name"]), {**row, "categories": []})
        held["definition"] = held["definition"] or row["definition"]
        return held

    def category(self, where: str, layer: dict[str, Any] | None, said: Mapping[str, object]) -> None:
        """Put a category into its layer; a name that came before is a fault, in whichever layer."""
        row = self.checked(where, "category", {name: said.get(name) for name in ("name", *WORDING)})
        if row is None or layer is None:
            return
        key = name_key(row["name"])
        if key in self.first:
            self.reasons.append(f"{where}: there is a category “{row['name']}” already, in {self.first[key].lower()}.")
            return
        self.first[key] = where
        layer["categories"].append(row)

    def checked(self, where: str, what: str, said: Mapping[str, object]) -> dict[str, str] | None:
        texts = {name: "" if value is None else value for name, value in said.items()}
        if not all(isinstance(value, str) for value in texts.values()):
            self.reasons.append(f"{where}: name and wording of a {what} have to be text.")
            return None
        if not str(texts["name"]).strip():
            self.reasons.append(f"{where}: the {what} has no name.")
            return None
        return self.tried(where, lambda: {"name": named(str(texts.pop("name"))), **worded(texts)})  # type: ignore[arg-type]  # texts, as was just asked

    def tried(self, where: str, read: Callable[[], dict[str, str]]) -> dict[str, str] | None:
        try:
            return read()
        except BadInput as wrong:
            self.reasons.append(f"{where}: {wrong.message}")
            return None

    def content(self, name: object, source: object, rating_kind: object) -> dict[str, Any]:
        """Give the whole scale. Raises ScaleFaulty with all that is wrong."""
        head = self.checked("The scale", "scale", {"name": name, "source": source})
        if rating_kind not in Scale.RatingKind.values:
            shown = isinstance(rating_kind, str) and len(rating_kind) <= NAME_LENGTH and not fault(rating_kind)
            said = f" is “{rating_kind}”; it" if shown else ""
            self.reasons.append(f"The rating kind{said} has to be presence or stance.")
        if not self.layers and not self.reasons:
            self.reasons.append("The file has no layers. Name a layer, and at least one category in it.")
        self.reasons += [f"The layer “{one['name']}” has no category." for one in self.layers.values()
                         if not one["categories"] and not self.reasons]  # fmt: skip
        if len(self.first) > MOST_CATEGORIES:
            self.reasons.append(f"A scale has at most {MOST_CATEGORIES} categories; the file has {len(self.first):,}.")
        if self.reasons or head is None:
            raise ScaleFaulty(self.reasons)
        return {**head, "rating_kind": rating_kind, "layers": list(self.layers.values())}


def read_scale(data: bytes, file_name: str, *, name: str = "", rating_kind: str = "") -> dict[str, Any]:
    """Read a scale; `name` and `rating_kind` stand in place of what the file says. Raises BadInput."""
    if len(data) > UPLOAD_LIMIT:
        raise BadInput(f"“{file_name}” is larger than 50 MB. A scale is smaller.")
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
        return from_plain(parsed(data, file_name), name, rating_kind)
    return from_table(data, file_name, name, rating_kind)


def parsed(data: bytes, file_name: str) -> object:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as wrong:
        raise BadInput(f"“{file_name}” looks like JSON, but can't be read as such. Save it anew.") from wrong


def from_plain(given: object, name: str = "", rating_kind: str = "") -> dict[str, Any]:
    """Read the plain form: name, rating_kind, source, layers, each with its categories."""
    reader = Reader()
    if not isinstance(given, dict) or not isinstance(given.get("layers", []), list):
        raise ScaleFaulty(["A scale is an object with a name, a rating_kind and a list of layers."])
    for at, row in enumerate(given.get("layers", []), 1):
        if not isinstance(row, dict) or not isinstance(row.get("categories", []), list):
            reader.reasons.append(f"Layer {at}: it has to be an object with a name and a list of categories.")
            continue
        if isinstance(row.get("name"), str) and name_key(row["name"]) in reader.layers:
            shown = " ".join(row["name"].split())  # the key took white space of every kind for a space
            reader.reasons.append(f"Layer {at}: there is a layer “{shown}” already.")
        layer = reader.layer(f"Layer {at}", row.get("name"), row.get("definition"))
        for place, said in enumerate(row.get("categories", []), 1):
            where = f"Layer {at}, category {place}"
            if isinstance(said, dict):
                reader.category(where, layer, said)
            else:
                reader.reasons.append(f"{where}: it has to be an object with a name.")
    return reader.content(name or given.get("name"), given.get("source"), rating_kind or given.get("rating_kind"))


def from_table(data: bytes, file_name: str, name: str, rating_kind: str) -> dict[str, Any]:
    """Read a table with a row for each category."""
    try:
        table = read_table(data, file_name)
    except TableError as wrong:
        raise BadInput(str(wrong).replace("row per incident", "row per category")) from wrong
    column = columns_of(table.header)
    if missing := [what for what in ("layer", "name") if what not in column]:
        words = " and ".join({"layer": "a layer", "name": "a category"}[what] for what in missing)
        raise ScaleFaulty([f"No column is named as {words}. The columns are: layer, category, definition, use when, "
                           "avoid when, rating kind."])  # fmt: skip
    reader, kinds, names = Reader(), set(), set()
    for row in table.rows:
        said = {what: row.cells[at].strip() for what, at in column.items()}
        kinds.add(said.get("rating_kind", ""))
        names.add(said.get("scale", ""))
        layer = reader.layer(f"Row {row.number}", said["layer"], said.get("layer_definition"))
        reader.category(f"Row {row.number}", layer, said)
    kinds, names = kinds - {""}, names - {""}
    if len(names) > 1 and not name:
        reader.reasons.append(f"The file names {len(names)} scales. Import one at a time.")
    if len(kinds) > 1 and not rating_kind:
        reader.reasons.append("The file names two rating kinds. A scale has one, presence or stance.")
    kind = rating_kind or next(iter(kinds), Scale.RatingKind.PRESENCE.value).casefold()
    return reader.content(name or next(iter(names), "") or PurePath(file_name).stem, "", kind)


def columns_of(header: tuple[str, ...]) -> dict[str, int]:
    """Find what each column holds by its name."""
    keys = [name_key(name).replace("_", " ") for name in header]
    found = {what: next((keys.index(one) for one in names if one in keys), -1) for what, names in COLUMNS.items()}
    return {what: at for what, at in found.items() if at >= 0}
