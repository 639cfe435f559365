"""The figures of a stability round: each coder against their own earlier reading, with the occasions as coders.

The weakest evidence of reliability (Krippendorff 2004, ch. 11): it says that a coder is steady, not that two agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coding.agreement import of_ratings
from coding.agreement.held import Judge
from coding.agreement.of_ratings import PRIMARY, SETS, STANCE, TOUCHED
from coding.agreement.of_texts import CODED, ORIGIN_OF_TEXTS, texts_sha
from coding.agreement.results import JACCARD, RESAMPLES, SPANS, Result, counted, particulars
from coding.agreement.texts import Texts
from coding.agreement.unitizing import OverEvents, bar_u_alpha
from coding.agreement.units import Judgements

OWN = "own_"
LEVELS = (TOUCHED, SETS, PRIMARY, STANCE)
DEFINITIONS = {
    f"{OWN}{level}": f"The coder's reading and the same coder's earlier one, at least 14 days before. {words}"
    for level, words in {**{level: of_ratings.DEFINITIONS[level] for level in LEVELS},
                         CODED: "Is this text coded at all, whatever the code?"}.items()
}  # fmt: skip
NO_PAIRS = "Not defined, because there is no incident that this coder read twice, at least 14 days apart."


def of_ratings_twice(twice: Sequence[tuple[Judge, Judgements]], seed: int) -> list[Result]:
    """Give each coder's figures over what they rated twice."""
    return [one for coder, said in twice for one in _of_coder(coder, said, seed)]


def _of_coder(coder: Judge, said: Judgements, seed: int) -> list[Result]:
    asked = [one for one in of_ratings.asked_of(said) if one.level in LEVELS and one.coefficient != JACCARD]
    tables = [one.say(said) for one in asked]
    found = of_ratings.figures(said, asked, tables, seed)
    rows = []
    for one, table, figure in zip(asked, tables, found, strict=True):
        label = one.about
        about = {"uid": f"{coder.uid}:{label.uid}" if label else coder.uid, "name": coder.name, "coder": coder.uid,
                 "of": label.name if label else "", "layer": label.layer if label else 0}  # fmt: skip
        because = of_ratings.undefined(figure, one.level) if figure.units else NO_PAIRS
        rows.append(Result(
            coefficient=one.coefficient, level=f"{OWN}{one.level}", found=figure, about=about,
            because=because if figure.value is None else "",
            compared={**of_ratings.compared(said, table), "coder": coder.uid}, left_out=_left_out(figure.left_out),
            method=particulars(one.coefficient, DEFINITIONS[f"{OWN}{one.level}"], figure),
        ))  # fmt: skip
    return rows


def of_texts_twice(twice: Sequence[tuple[Judge, Texts]], seed: int) -> list[Result]:
    """Give for each coder |u-alpha of the text that they coded twice."""
    rows = []
    for coder, said in twice:
        figure = bar_u_alpha(said.continua, interval=OverEvents(said.events, seed, RESAMPLES))
        about: dict[str, Any] = {"uid": coder.uid, "name": coder.name, "coder": coder.uid, "of": "", "layer": 0}
        rows.append(Result(
            coefficient=SPANS, level=f"{OWN}{CODED}", found=figure, about=about,
            because="" if figure.value is not None else figure.undefined_because if figure.units else NO_PAIRS,
            compared={ORIGIN_OF_TEXTS: texts_sha(said), "coder": coder.uid}, left_out=_left_out(figure.left_out),
            method=particulars(SPANS, DEFINITIONS[f"{OWN}{CODED}"], figure),
        ))  # fmt: skip
    return rows


def _left_out(few: int) -> dict[str, Any]:
    return (
        {"few": counted(few, "{} without an earlier reading by this coder, at least 14 days before", "incident")}
        if few
        else {}
    )
