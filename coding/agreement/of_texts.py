"""The figures of an open round: the same text judged as coded at all, and by code, category, scale category and layer.

Codes are placed by one named edition. That placing was made after the codings were seen, so figures above the code
show where disagreement lies and are no evidence of reliability; beside each stands what random placements give.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import combinations
from math import fsum
from typing import Any

from coding.agreement.alpha import Figure
from coding.agreement.continua import Continuum, lengths
from coding.agreement.held import NOT_SUBMITTED, UNCODABLE
from coding.agreement.matching import Matches, matches
from coding.agreement.results import CU, KU, RESAMPLES, SPANS, Result, counted, particulars
from coding.agreement.rolled_up import Placements, relabelled, shares, under_random_placements
from coding.agreement.targets import Target, target_from
from coding.agreement.texts import Texts, Word, roots
from coding.agreement.unitized_coding import cu_alpha, ku_alpha
from coding.agreement.unitizing import OverEvents, bar_u_alpha, bar_u_alphas
from coding.codes.content import Frozen
from coding.lib.canonical import canonical, sha256

CODED, CODE, MERGED, PLACED = "coded", "code", "merged", "placed"
SCALE_CATEGORY, LAYER, GROUP = "scale_category", "layer", "exclusive_group"
UNPLACED, ORIGIN_OF_TEXTS = "unplaced", "texts_sha256"
DEFINITIONS = {
    CODED: "Is this text coded at all, whatever the code?",
    CODE: "Is this text coded with this code?",
    MERGED: "Is this text coded with this code, or with one that was merged into it after release?",
    PLACED: "Is this text coded with any code of this category?",
    SCALE_CATEGORY: "Is this text coded with any code whose category is mapped to this scale category?",
    LAYER: "Is this text coded with any code whose category is mapped into this layer?",
    GROUP: "Which code of this exclusive group does this text bear?",
}
ONE_CODER = "Not defined: only one coder had this code."
OVERLAP = "Not defined: codes overlap. This figure exists for groups of codes that are declared exclusive."


@dataclass(frozen=True)
class Ground:
    """What all figures rest on: the texts, the edition they were coded against, and the edition that places codes."""

    said: Texts
    coded_by: Frozen
    placed_by: Frozen
    seed: int
    machines: Sequence[dict[str, Any]] = ()

    @cached_property
    def sha(self) -> str:
        return texts_sha(self.said)

    @property
    def over(self) -> OverEvents:
        return OverEvents(self.said.events, self.seed, RESAMPLES)


def results(
    said: Texts, coded_by: Frozen, placed_by: Frozen, seed: int, machines: Sequence[dict[str, Any]]
) -> list[Result]:
    """Compute all figures of an open round. `machines`: what is known of each."""
    ground = Ground(said, coded_by, placed_by, seed, machines)
    return [coded_at_all(ground), *by_code(ground), *after_merging(ground), *rolled_up(ground), *exclusive(ground)]


def coded_at_all(ground: Ground) -> Result:
    """Is it coded at all; with a figure for each pair of coders, and machines apart."""
    said = ground.said
    company: dict[str, Any] = {"pairs": pairs(said)}
    if said.machines:
        company["machines"] = [beside_machine(said, machine) for machine in ground.machines]
    return result(ground, CODED, bar_u_alpha(said.continua, interval=ground.over), company=company)


def pairs(said: Texts) -> list[dict[str, Any]]:
    """Give |u-alpha of each pair of coders, on the texts that both judged."""
    rows = []
    for (first, one), (second, other) in combinations(enumerate(said.coders), 2):
        found = bar_u_alpha(only(said.continua, {one.uid, other.uid}))
        rows.append({
            "coders": [first, second], "value": found.value, "undefined_because": found.undefined_because,
            "agreement": found.agreement, "units": found.units,
        })  # fmt: skip
    return rows


def only(continua: Iterable[Continuum], coders: Collection[Hashable]) -> list[Continuum]:
    """Keep of continua what these coders did."""
    return [
        Continuum(
            one.length, [coder for coder in one.coders if coder in coders],
            [span for span in one.spans if span.coder in coders], [gap for gap in one.missing if gap.coder in coders],
            one.begin,
        )
        for one in continua
    ]  # fmt: skip


def beside_machine(said: Texts, machine: dict[str, Any]) -> dict[str, Any]:
    """Give the mean |u-alpha of a machine with each person, and of people with each other on the same incidents."""
    here = [one for one in said.with_machines if machine["uid"] in one.coders]
    people = [one.uid for one in said.coders]
    return {
        "machine": machine, "units": len(here),
        "with_humans": mean([bar_u_alpha(only(here, {machine["uid"], one})) for one in people]),
        "among_humans": mean([bar_u_alpha(only(here, set(two))) for two in combinations(people, 2)]),
    }  # fmt: skip


def mean(found: Sequence[Figure]) -> dict[str, Any]:
    values = [one.value for one in found if one.value is not None]
    return {
        "value": fsum(values) / len(values) if values else None,
        "undefined_because": "" if values else "Not defined: no pair has a figure of its own.",
        "pairs": len(values), "left_out": len(found) - len(values),
        "lowest": min(values, default=None), "highest": max(values, default=None),
    }  # fmt: skip


def by_code(ground: Ground) -> list[Result]:
    """One figure for each code of the round's edition; one that was coined in the round had one coder only."""
    said, known = ground.said, ground.coded_by.codes
    found = bar_u_alphas(said.continua, list(known), interval=ground.over)
    near = matches(said.continua, list(known))
    of_edition = [
        result(
            ground,
            CODE,
            found[uid],
            about={"uid": uid, "name": row["name"]},
            company=nearby(near.get(uid)),
            codes=[uid],
        )
        for uid, row in known.items()
    ]
    return of_edition + [
        coined(ground, said.words[uid]) for uid in sorted(said.used() - known.keys(), key=said_name(said))
    ]


def said_name(said: Texts) -> Any:
    return lambda uid: (said.words[uid].name, said.words[uid].coined_by, uid)


def coined(ground: Ground, word: Word) -> Result:
    """Say that a code coined in the round has no figure; its text is counted."""
    found = bar_u_alphas(ground.said.continua, [word.uid])[word.uid]
    about = {"uid": word.uid, "name": word.name, "coined_by": word.coined_by}
    return result(ground, CODE, found, about=about, because=ONE_CODER, codes=[word.uid])


def nearby(found: Matches | None) -> dict[str, Any]:
    return {"matches": asdict(found)} if found else {}


def after_merging(ground: Ground) -> list[Result]:
    """One figure for each code into which another that was used here has been merged since; never a headline."""
    said = ground.said
    root, merged = roots(said.words), defaultdict(list)
    for uid in said.used():
        merged[root[uid]].append(uid)
    names = {uid: sorted(said.words[one].name for one in parts) for uid, parts in merged.items() if parts != [uid]}
    if not names:
        return []
    place: dict[Hashable, Hashable | None] = {uid: root[uid] for uid in said.used()}
    continua = relabelled(said.continua, place, UNPLACED)
    found, near = bar_u_alphas(continua, sorted(names), interval=ground.over), matches(continua, sorted(names))
    name_of = {root[word.uid]: word.stands_as for word in said.words.values()}
    owners = {uid: {span.coder for one in said.continua for span in one.spans if span.label in merged[uid]}
              for uid in names}  # fmt: skip
    return [
        result(ground, MERGED, found[uid], places=place, company=nearby(near.get(uid)),
               because=ONE_CODER if len(owners[uid]) < 2 and uid not in ground.coded_by.codes else "",
               about={"uid": uid, "name": name_of[uid], "merges": names[uid]}, codes=merged[uid])
        for uid in sorted(names, key=lambda uid: (name_of[uid], uid))
    ]  # fmt: skip


def rolled_up(ground: Ground) -> list[Result]:
    """The same text by category, and in each scale by scale category and layer, beside random placements."""
    edition = ground.placed_by
    category = {
        uid: row["category"] for uid in ground.said.used() if (row := edition.merged.get(uid)) and row["category"]
    }
    if not category:
        return []
    names = {uid: {"uid": uid, "name": row["name"]} for uid, row in edition.categories.items()}
    found = at_level(ground, PLACED, category, names)
    for scale in edition.content["scales"]:
        places = {row["category"]: row["scale_category"] for row in edition.content["mappings"]
                  if row["scale"] == scale["uid"] and row["scale_category"]}  # fmt: skip
        mapped = {uid: places[one] for uid, one in category.items() if one in places}
        if mapped:
            found += in_scale(ground, target_from(scale), mapped)
    return found


def in_scale(ground: Ground, target: Target, place: Mapping[str, str]) -> list[Result]:
    """Roll codes up to a scale's categories and layers."""
    layer_of = {one.uid: layer for one in target.categories for layer in target.layers if layer.number == one.layer}
    of_scale = {"scale": target.uid, "scale_name": target.name}
    categories = {one.uid: {"uid": one.uid, "name": one.name, "number": one.number, "layer": one.layer} | of_scale
                  for one in target.categories}  # fmt: skip
    layers = {one.uid: {"uid": one.uid, "name": one.name, "number": one.number, "layer": one.layer} | of_scale
              for one in target.layers}  # fmt: skip
    by_layer = {uid: layer_of[one].uid for uid, one in place.items()}
    return at_level(ground, SCALE_CATEGORY, place, categories) + at_level(ground, LAYER, by_layer, layers)


def at_level(
    ground: Ground, level: str, place: Mapping[str, str], things: Mapping[str, dict[str, Any]]
) -> list[Result]:
    """One figure for each place that is used, in the order of `things`, and one for the text that has none."""
    said = ground.said
    places: dict[Hashable, Hashable | None] = dict(place.items())
    continua = relabelled(said.continua, places, UNPLACED)
    used = [uid for uid in things if uid in place.values()]
    share = shares(said.continua, places, UNPLACED)
    if UNPLACED in share:
        used.append(UNPLACED)
    found = bar_u_alphas(continua, used, interval=ground.over)
    chance = by_chance(ground, place, things)
    first = next(iter(things.values()), {})
    scale = first.get("scale", "")
    here: defaultdict[str, list[str]] = defaultdict(list)
    for code in said.used():
        here[place.get(code, UNPLACED)].append(code)
    nowhere = {"uid": f"{UNPLACED}:{scale}" if scale else UNPLACED, "name": "Unplaced codes", "scale": scale,
               "scale_name": first.get("scale_name", "")}  # fmt: skip
    return [
        result(
            ground, level, found[uid], places=place, about=dict(things.get(uid, nowhere)),
            company={"random": random(chance.get(uid)), "share": share.get(uid, 0.0)}, codes=here[uid],
        )
        for uid in used
    ]  # fmt: skip


def by_chance(ground: Ground, place: Mapping[str, str], things: Mapping[str, dict[str, Any]]) -> dict[str, Placements]:
    """Draw random placements with codes and places in the order of their names, which no random id can change."""
    words = ground.said.words
    code_of: dict[Hashable, Hashable | None] = {
        uid: "\n".join((one.name, one.coined_by, uid)) for uid, one in words.items()
    }
    place_of = {uid: f"{one['name']}\n{uid}" for uid, one in things.items()}
    places: dict[Hashable, Hashable | None] = {code_of[code]: place_of[uid] for code, uid in place.items()}
    continua = relabelled(ground.said.continua, code_of, UNPLACED)
    found = under_random_placements(continua, places, unplaced=UNPLACED, seed=ground.seed)
    uid_of = {**{key: uid for uid, key in place_of.items()}, UNPLACED: UNPLACED}
    return {uid_of[str(key)]: one for key, one in found.items()}


def random(found: Placements | None) -> dict[str, Any]:
    return asdict(found) if found else {}


def exclusive(ground: Ground) -> list[Result]:
    """cu-alpha and (k)u-alpha in groups that the workspace keeps exclusive; elsewhere codes overlap."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for code, group in ground.coded_by.exclusive.items():
        groups[group].append(code)
    used = ground.said.used()
    found = []
    for group in sorted(groups, key=lambda uid: (ground.coded_by.categories[uid]["name"], uid)):
        about = {"uid": group, "name": ground.coded_by.categories[group]["name"]}
        continua = [one.only(groups[group]) for one in ground.said.continua]
        found.append(
            result(ground, GROUP, cu_alpha(continua, interval=ground.over), CU, about=about, codes=groups[group])
        )
        for code in sorted(used.intersection(groups[group])):
            figure = ku_alpha(continua, code, interval=ground.over)
            of_code = {
                "uid": code,
                "name": ground.coded_by.codes[code]["name"],
                "group": about["name"],
                "group_codes": groups[group],
            }
            found.append(result(ground, CODE, figure, KU, about=of_code, codes=[code]))
    if not found:
        whole = replace(bar_u_alpha(ground.said.continua), agreement=None, closeness=None)
        found.append(result(ground, GROUP, whole, CU, because=OVERLAP))
    return found


def result(
    ground: Ground,
    level: str,
    found: Figure,
    coefficient: str = SPANS,
    *,
    places: Mapping[Any, Any] | None = None,
    about: dict[str, Any] | None = None,
    because: str = "",
    company: dict[str, Any] | None = None,
    codes: Iterable[str] = (),
) -> Result:
    """Lay one figure out; where `because` is given there is no number, whatever was computed.

    `codes`: public ids of the codes that it is about; none stands for all.
    """
    return Result(
        coefficient=coefficient, level=level, found=found, about=about, because=because or found.undefined_because,
        compared={ORIGIN_OF_TEXTS: ground.sha, "about": (about or {}).get("uid"), "places": dict(places or {})},
        beside=company or {}, left_out=left_out(ground.said, found),
        method=particulars(coefficient, DEFINITIONS[level], found) | {"codes": sorted(codes)},
    )  # fmt: skip


def left_out(said: Texts, found: Figure) -> dict[str, Any]:
    """Count what is not in the figure, each with its reason in words."""
    machines = sum(one.is_machine for one in said.held)
    paragraphs = lengths(said.continua).left_out
    counts = [
        (
            "not_submitted",
            said.lacking(NOT_SUBMITTED),
            "{} not submitted at release: missing, never a gap",
            "assignment",
        ),
        ("uncodable", said.lacking(UNCODABLE), "{} marked uncodable: missing", "assignment"),
        ("machine", machines, "{} of machine coders: never part of a figure between people", "assignment"),
        ("few", found.left_out, "{} judged by fewer than two human coders", "incident"),
        ("paragraphs", paragraphs, "{} in paragraphs that a coder left out: missing for that coder", "character"),
    ]
    return {key: counted(count, words, noun) for key, count, words, noun in counts if count}


def texts_sha(said: Texts) -> str:
    """Hash what was marked: the texts' lengths, their judges, spans and what was left out."""
    return sha256(canonical({
        "units": [unit.uid for unit in said.units], "events": said.events,
        "continua": [
            {
                "length": one.length, "coders": list(one.coders),
                "spans": sorted([span.coder, span.start, span.end, str(span.label)] for span in one.spans),
                "left_out": sorted([gap.coder, gap.start, gap.end] for gap in one.missing),
            }
            for one in said.continua
        ],
    }))  # fmt: skip
