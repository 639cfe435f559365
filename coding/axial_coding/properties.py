"""Properties of a category with their dimensional range, and where each incident lies on it (Strauss & Corbin 1990).

A property and its two ends are part of the category, and go into editions. Where incidents lie is the analysts' own
material: it stays out of editions, which coders of blind rounds read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from coding.axial_coding.evidence import Candidate, candidate, quoted, spans
from coding.axial_coding.models import Position
from coding.codes.checks import MovedOn, NameTaken, usable, worded
from coding.codes.models import NAME_LENGTH, Category
from coding.incidents.models import Incident
from coding.lib.canonical import canonical, sha256
from coding.lib.refusals import BadInput
from coding.lib.text import name_key
from coding.people.models import User
from coding.people.rules import lock_project_stream, record

MOST_PROPERTIES = 20
STEPS = (
    (1, "at the first end"), (2, "nearer the first end"), (3, "in the middle"), (4, "nearer the other end"),
    (5, "at the other end"),
)  # fmt: skip
Row = dict[str, Any]
Steps = Mapping[int, int | None]  # by incident number


@dataclass(frozen=True)
class Placed:
    """An incident with words of it that stand under the category, its step on a property's range, and the one chosen.

    The two differ where a form was refused; `is_moved` says that the form knew another step than stands.
    """

    said: Candidate
    step: int | None
    chosen: int | None
    is_moved: bool

    @property
    def stands(self) -> str:
        return dict(STEPS).get(self.step or 0, "not placed")


def rows_of(category: Category) -> list[Row]:
    """Give the properties that can be read as such; a category of an older file may hold anything."""
    held = category.properties if isinstance(category.properties, list) else []
    return [row for row in held if isinstance(row, dict) and isinstance(row.get("name"), str)]


def row_named(category: Category, name: str) -> Row:
    """Raises MovedOn where the property was renamed or removed meanwhile."""
    key = name_key(name)
    for row in rows_of(category):
        if name_key(row["name"]) == key:
            return row
    raise MovedOn(f"“{category}” has no property “{name}” any more. Look at its properties as they stand now.")


@transaction.atomic
def set_property(
    by: User, category: Category, name: str, low: str, high: str, was: str = "", version: str | None = None
) -> Category:  # fmt: skip
    """Add a property with the two ends of its range, or (`was`) change the one of that name; an end may be empty yet.

    Raises BadInput, NameTaken, NotLiving, and MovedOn where `version` is not what stands.
    """
    lock_project_stream(category.project)
    category = usable(category)
    said = sayable(name, low, high)
    old = row_named(category, was) if was else None
    if old is not None and old == {**old, **said}:
        return category  # a form sent twice
    refuse_stale(old, version)
    others = [row for row in rows_of(category) if row is not old]
    if name_key(said["name"]) in {name_key(row["name"]) for row in others}:
        raise NameTaken(
            f"“{category}” has a property “{said['name']}” already. Change that one, or choose another name."
        )
    if old is None and len(others) >= MOST_PROPERTIES:
        raise BadInput(f"A category has at most {MOST_PROPERTIES} properties. Remove one first.")
    before = dict(old) if old else None
    if old is None:
        keep(category, [*others_and_rest(category), said])
    else:
        old.update(said)
        keep(category, category.properties)
        moved = Position.objects.filter(category=category, property=name_key(was))
        moved.update(property=name_key(said["name"]))
    record(category.project, by, "set_property", category, before=before, after={**said, "of": category.name})
    return category


def version_of(row: Row) -> str:
    """Name a property as it stands, so that a page can say which state it changed."""
    return sha256(canonical(row))[:16]


AGAIN = "Compare what you wrote with what stands now, then save it again."


def refuse_stale(row: Row | None, version: str | None, then: str = AGAIN) -> None:
    if row is not None and version is not None and version != version_of(row):
        raise MovedOn(f"“{row['name']}” was changed since you opened it. {then}")


@transaction.atomic
def drop_property(by: User, category: Category, name: str, version: str | None = None) -> Category:
    """Remove a property; the event keeps it with where incidents lay.

    Raises NotLiving, and MovedOn where it is gone, or `version` is not what stands.
    """
    lock_project_stream(category.project)
    category = usable(category)
    row = row_named(category, name)
    refuse_stale(row, version, "Look at what stands now, then remove it if it still has to go.")
    found = Position.objects.filter(category=category, property=name_key(name))
    lay = {str(number): step for number, step in found.values_list("incident__number", "step")}
    keep(category, [one for one in others_and_rest(category) if one is not row])
    found.delete()
    record(category.project, by, "drop_property", category, before={**row, "incidents": lay},
           after={"name": row["name"], "of": category.name})  # fmt: skip
    return category


@transaction.atomic
def locate(by: User, category: Category, name: str, steps: Steps, was: Steps | None = None) -> int:
    """Say where incidents (by number) lie on a property, from 1 (its first end) to 5, or (None) nowhere.

    Where `was` gives the step that the person saw, the same one leaves an incident as it stands, and another is
    refused if it was placed anew since. Give how many changed. Raises BadInput, MovedOn, NotLiving.
    """
    was = was or {}
    lock_project_stream(category.project)
    category = usable(category)
    row = row_named(category, name)
    if any(step not in {None, *dict(STEPS)} for step in steps.values()):
        raise BadInput("An incident lies on one of five steps, from the first end of the range to the other.")
    incidents = {one.number: one for one in Incident.objects.filter(project=category.project, number__in=steps)}
    if unknown := [number for number in steps if number not in incidents]:
        raise BadInput(f"There is no incident {unknown[0]} in this project.")
    found = Position.objects.filter(category=category, property=name_key(name), incident__in=incidents.values())
    old = dict(found.values_list("incident__number", "step"))
    changed = {number: step for number, step in chosen_anew(steps, was).items() if old.get(number) != step}
    if moved := [number for number in changed if was.get(number, old.get(number)) != old.get(number)]:
        raise MovedOn(
            f"Incident {moved[0]} was placed anew on “{row['name']}” since you opened it. "
            "Look at where it lies now, then place it again."
        )
    if changed:
        found.filter(incident__number__in=changed).delete()
        Position.objects.bulk_create(
            Position(category=category, property=name_key(name), incident=incidents[number], step=step)
            for number, step in changed.items() if step
        )  # fmt: skip
        record(category.project, by, "locate_incidents", category,
               before={str(number): old.get(number) for number in changed},
               after={"incidents": {str(number): step for number, step in changed.items()}, "count": len(changed),
                      "property": row["name"], "of": category.name})  # fmt: skip
    return len(changed)


def chosen_anew(steps: Steps, was: Steps) -> dict[int, int | None]:
    """Give the places that differ from those that the person saw, or of which it is not known."""
    return {number: step for number, step in steps.items() if number not in was or was[number] != step}


def sayable(name: str, low: str, high: str) -> Row:
    said = worded({"name": name, "from": low, "to": high})
    if not said["name"]:
        raise BadInput("Name the property, such as “how long it lasted”.")
    if longest := next((field for field, text in said.items() if len(text) > NAME_LENGTH), ""):
        raise BadInput(f"“{said[longest][:40]}…” is longer than {NAME_LENGTH} characters. Shorten it.")
    return said


def others_and_rest(category: Category) -> list[Any]:
    """All that the field holds, also what can't be read as a property: nothing written is lost."""
    return category.properties if isinstance(category.properties, list) else [category.properties]


def keep(category: Category, properties: list[Any]) -> None:
    category.properties = properties
    category.save(update_fields=["properties"])


def positions(category: Category) -> dict[str, dict[int, int]]:
    """Give step by incident number, for each property by its name key."""
    found: defaultdict[str, dict[int, int]] = defaultdict(dict)
    rows = Position.objects.filter(category=category).order_by("incident__number")
    for key, number, step in rows.values_list("property", "incident__number", "step"):
        found[key][number] = step
    return found


def first_segments(user: User, category: Category) -> list[int]:
    """Give for each incident the first segment under the category's codes that this person may read (database ids)."""
    firsts: dict[int, int] = {}
    for segment, incident, _, _ in spans(user, category.project, category):
        firsts.setdefault(incident, segment)
    return list(firsts.values())


def placed(segments: Sequence[int], steps: Mapping[int, int], chosen: Steps, was: Steps) -> list[Placed]:
    """Give the incidents of these segments with words and steps; a refused form sent `chosen`, and knew `was`."""
    found, anew = [candidate(segment, None) for segment in quoted(segments)], chosen_anew(chosen, was)
    return [place_of(one, steps.get(one.incident), anew, was) for one in found]


def place_of(said: Candidate, step: int | None, anew: Steps, was: Steps) -> Placed:
    chosen = anew.get(said.incident, step)
    return Placed(said, step, chosen, is_moved=chosen != step and was.get(said.incident, step) != step)
