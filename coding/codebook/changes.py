"""What changed from one state of the words to the next: added, removed, merged, reworded, moved. Pure."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from coding.codes.models import Relation

Content = dict[str, Any]
WORDING = ("name", "definition", "use_when", "avoid_when")
KINDS = ("scale", "layer", "scale category", "category", "code", "mapping", "relation", "storyline")


@dataclass(frozen=True)
class Named:
    """A reference to another word: the same as long as it points to the same one, whatever its name is now."""

    uid: str
    name: str = field(compare=False)

    def __str__(self) -> str:
        return self.name


@dataclass
class Thing:
    """One word as the comparison sees it: its name, and each part that may change."""

    name: str
    parts: dict[str, Any]


def history(states: list[tuple[int | None, Content]]) -> list[dict[str, Any]]:
    """Compare each state with the one before; a state is an edition's number (None: the living one) and its content."""
    return [
        {"from": before, "to": after, "entries": difference(old, new)}
        for (before, old), (after, new) in pairwise(states)
    ]


def difference(old: Content, new: Content) -> list[dict[str, str]]:
    """List what was added, removed or changed, in the order of the document."""
    before, after = things(old), things(new)
    merged = {uid: row["name"] for row in new["codes"] for uid in row["merged_from"]}
    entries = []
    for kind in KINDS:
        was, now = before[kind], after[kind]
        for uid in [uid for uid in now if uid in was]:
            entries += reworded(kind, uid, was[uid], now[uid])
        entries += [entry(kind, "added", uid, thing.name) for uid, thing in now.items() if uid not in was]
        for uid, thing in was.items():
            if kind == "code" and uid in merged and uid not in now:
                entries.append(entry(kind, "merged", uid, thing.name, "", "", merged[uid]))
            elif uid not in now:
                entries.append(entry(kind, "removed", uid, thing.name))
    return entries


def reworded(kind: str, uid: str, was: Thing, now: Thing) -> list[dict[str, str]]:
    """Compare the parts of one word."""
    return [
        entry(kind, "changed", uid, now.name, part, text_of(was.parts.get(part)), text_of(value))
        for part, value in now.parts.items()
        if value != was.parts.get(part)
    ]


def entry(
    kind: str, change: str, uid: str, name: str, part: str = "", before: str = "", after: str = ""
) -> dict[str, str]:
    return {"kind": kind, "change": change, "uid": uid, "name": name, "part": part, "before": before, "after": after}


def text_of(value: Any) -> str:
    """Write a part as text: lists by line, yes and no in words, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(text_of(one) for one in value)
    if isinstance(value, dict):
        return property_text(value)
    return str(value)


def property_text(row: dict[str, Any]) -> str:
    """Write a property with its dimensional range in one line: "stake: amusement to life savings"."""
    rest = {key: value for key, value in row.items() if key not in {"name", "from", "to"}}
    span = f": {text_of(row.get('from'))} to {text_of(row.get('to'))}" if "from" in row or "to" in row else ""
    said = "; ".join(f"{key}: {text_of(value)}" for key, value in rest.items())
    return "; ".join(part for part in (f"{text_of(row.get('name'))}{span}", said) if part)


def things(content: Content) -> dict[str, dict[str, Thing]]:
    """Lay a state out by kind and public id."""
    names = {row["uid"]: row["name"] for row in (*content["codes"], *content["categories"])}
    found: dict[str, dict[str, Thing]] = {kind: {} for kind in KINDS}
    for row in content["codes"]:
        parts = {part: row[part] for part in WORDING} | {"category": named(row["category"], names)}
        found["code"][row["uid"]] = Thing(row["name"], parts)
    for row in content["categories"]:
        parts = {part: row[part] for part in (*WORDING, "properties", "is_core", "is_exclusive")}
        parts["in_vivo_label"] = row.get("in_vivo_label", "")
        found["category"][row["uid"]] = Thing(row["name"], parts)
    for scale in content["scales"]:
        lay_out_scale(scale, found, names)
    for row in content["mappings"]:
        lay_out_mapping(row, found, names)
    for row in content["relations"]:
        lay_out_relation(row, found, names)
    found["storyline"]["storyline"] = Thing("Storyline", {"text": content["storyline"]})
    return found


def named(uid: str | None, names: dict[str, str]) -> Named | None:
    return Named(uid, names.get(uid, "?")) if uid else None


def lay_out_scale(scale: Content, found: dict[str, dict[str, Thing]], names: dict[str, str]) -> None:
    parts = {part: scale[part] for part in ("name", "source", "rating_kind")}
    found["scale"][scale["uid"]] = Thing(scale["name"], parts)
    names[scale["uid"]] = scale["name"]
    for layer in scale["layers"]:
        parts = {part: layer[part] for part in ("position", "name", "definition")}
        found["layer"][layer["uid"]] = Thing(layer["name"], parts)
        for row in layer["categories"]:
            names[row["uid"]] = f"{row['number']} {row['name']}"
            parts = {part: row[part] for part in ("number", *WORDING)} | {"layer": Named(layer["uid"], layer["name"])}
            found["scale category"][row["uid"]] = Thing(row["name"], parts)


def lay_out_mapping(row: Content, found: dict[str, dict[str, Thing]], names: dict[str, str]) -> None:
    place = named(row["scale_category"], names) or "does not fit"
    name = f"{names.get(row['category'], '?')} in {names.get(row['scale'], '?')}"
    parts = {"place": place, "rationale": row["rationale"]}
    found["mapping"][f"{row['category']} {row['scale']}"] = Thing(name, parts)


def lay_out_relation(row: Content, found: dict[str, dict[str, Thing]], names: dict[str, str]) -> None:
    filler = names.get(row["filler"].partition(":")[2], "?")
    role = Relation.Role(row["role"]).label.lower()
    name = f"{filler}: {role} of {names.get(row['phenomenon'], '?')}"
    found["relation"][row["uid"]] = Thing(name, {"role": row["role"], "rationale": row["rationale"]})
