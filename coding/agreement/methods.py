"""A paragraph for the methods section of a paper, made from the measurements themselves, with its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coding.agreement import of_occasions, of_ratings, of_sorts, of_texts
from coding.agreement.models import Measurement
from coding.agreement.pictures import coefficient
from coding.agreement.results import MASI, RAND, SPANS, numbered
from coding.agreement.rows import about_of, p_value
from coding.rounds.models import Round

KRIPPENDORFF = "Krippendorff, K. (2004). Content analysis: An introduction to its methodology (2nd ed.). Sage."
HAYES = (
    "Hayes, A. F., & Krippendorff, K. (2007). Answering the call for a standard reliability measure for coding data. "
    "Communication Methods and Measures, 1(1), 77–89."
)
PASSONNEAU = (
    "Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation. "
    "Proceedings of LREC 2006."
)
UNITIZING = (
    "Krippendorff, K., Mathet, Y., Bouvry, S., & Widlöcher, A. (2016). On the reliability of unitizing textual "
    "continua: Further developments. Quality & Quantity, 50, 2347–2364."
)
HUBERT = "Hubert, L., & Arabie, P. (1985). Comparing partitions. Journal of Classification, 2, 193–218."
FEINSTEIN = (
    "Feinstein, A. R., & Cicchetti, D. V. (1990). High agreement but low kappa: I. The problems of two paradoxes. "
    "Journal of Clinical Epidemiology, 43(6), 543–549."
)
WORK = {
    Round.Stage.RATING: "rated",
    Round.Stage.OPEN: "coded",
    Round.Stage.AXIAL: "sorted",
    Round.Stage.MAPPING: "mapped",
}
ONE_OF = {
    Round.Stage.RATING: "rating",
    Round.Stage.OPEN: "coded incident",
    Round.Stage.AXIAL: "sort",
    Round.Stage.MAPPING: "mapping",
}
NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
SAMPLING = {
    Round.Sampling.ALL: "They are all incidents of the project.",
    Round.Sampling.FILTER: "They are those that match a search.",
    Round.Sampling.RANDOM: "They were drawn at random.",
    Round.Sampling.THEORETICAL: "They were chosen by theoretical sampling, so that figures describe these incidents.",
    Round.Sampling.BY_HAND: "They were chosen by hand, so that figures describe these incidents.",
}


@dataclass(frozen=True)
class Methods:
    text: str
    sources: list[str]


def methods(measured: Round, found: Sequence[Measurement], whole: Measurement) -> Methods:
    """Write the paragraph from a round's latest measurements; rating is never called grounded theory."""
    first = found[0]
    parts = [who(measured, whole), how(measured, first), *said_of(found), apart(whole), reopened(measured, first),
             first.method["seen"]]  # fmt: skip
    return Methods(" ".join(part for part in parts if part), sources(measured, found))


def who(measured: Round, whole: Measurement) -> str:
    coders = whole.coders
    people = f"{number(coders).capitalize()} coder{'' if coders == 1 else 's'}"
    people += ", who could not see each other’s work," if coders > 1 else ""
    if measured.purpose == Round.Purpose.STABILITY:
        again = len(whole.method["coders"])
        seen = "" if whole.method["seen"] else " without seeing their earlier work"
        return (
            f"{number(again).capitalize()} coder{'' if again == 1 else 's'} {WORK[Round.Stage(measured.stage)]} "
            f"incidents again{seen}; compared are those that they had read at least 14 days before."
        )
    against = against_what(measured, whole)
    if not measured.has_incidents:
        what = "code" if measured.stage == Round.Stage.AXIAL else "category"
        return f"{people} {WORK[Round.Stage(measured.stage)]} {numbered(whole.method['incidents'], what)} {against}."
    events = whole.method.get("events")
    occurrences = f" ({events:,} occurrences)" if events and events != whole.units else ""
    incidents = f"{numbered(whole.method['incidents'], 'incident')}{occurrences}"
    return (
        f"{people} {WORK[Round.Stage(measured.stage)]} {incidents} {against}. "
        f"{SAMPLING[Round.Sampling(measured.sampling)]}"
    )


def against_what(measured: Round, whole: Measurement) -> str:
    scale, edition = whole.method.get("scale"), whole.method.get("edition")
    if measured.stage == Round.Stage.RATING and scale:
        return f"on the categories of the {scale['name']} (edition {edition} of the codebook)"
    if measured.stage == Round.Stage.MAPPING and scale:
        return f"to the categories of the {scale['name']} (edition {edition} of the codebook)"
    if measured.stage == Round.Stage.AXIAL:
        return f"into categories (edition {edition} of the codebook)"
    return f"openly, against edition {edition} of the codebook"


def how(measured: Round, first: Measurement) -> str:
    """Say which coefficient, which interval, and with what it was computed."""
    tool = f"computed with Loam {first.method['versions']['loam']}"
    if measured.stage in (Round.Stage.AXIAL, Round.Stage.MAPPING):
        name = (
            "the adjusted Rand index (Hubert & Arabie, 1985)"
            if first.coefficient == RAND
            else ("Krippendorff’s alpha for nominal data (Krippendorff, 2004)")
        )
        return f"Agreement is {name}, with a permutation test (1,000 shuffles, seed {first.seed}), {tool}."
    name = "Krippendorff’s alpha (Krippendorff, 2004)"
    if measured.stage == Round.Stage.OPEN:
        name = "|u-alpha, Krippendorff’s alpha for unitized text (Krippendorff et al., 2016)"
    interval = ""
    if first.method.get("resamples"):
        interval = (
            f" with 95 % percentile bootstrap intervals over occurrences ({first.method['resamples']:,} resamples, "
            f"seed {first.seed}; Hayes & Krippendorff, 2007)"
        )
    return f"Agreement is {name}{interval}, {tool}."


def said_of(found: Sequence[Measurement]) -> list[str]:
    """Write the figures that a paper reports of each stage."""
    by_level: dict[str, list[Measurement]] = {}
    for one in found:
        by_level.setdefault(one.level, []).append(one)
    said = []
    if touched := by_level.get(of_ratings.TOUCHED):
        said.append(f"For whether an incident touched a layer, alpha was {listed(touched)}.")
    sets = [one for one in by_level.get(of_ratings.SETS, []) if one.coefficient == MASI]
    if sets:
        said.append(f"On the sets of categories, with MASI distance (Passonneau, 2006), it was {figure(sets[0])}.")
    if primary := by_level.get(of_ratings.PRIMARY):
        said.append(f"For the primary category it was {figure(primary[0])}.")
    if stance := by_level.get(of_ratings.STANCE):
        said.append(f"For stances (ordinal), alpha was {listed(stance)}.")
    if coded := by_level.get(of_texts.CODED):
        said.append(f"For whether text was coded at all, |u-alpha was {figure(coded[0])}.")
    if layers := by_level.get(of_texts.LAYER):
        said.append(
            f"Rolled up to layers by the codebook’s own placements it was {listed(layers)}; as codes were placed after "
            "they had been seen, this shows where disagreement lies and is no evidence of reliability."
        )
    for level in (of_sorts.PLACEMENT, of_sorts.PILES, of_sorts.MAPPING, of_sorts.MAPPING_LAYER):
        said += [sorted_(one) for one in by_level.get(level, [])]
    own = [one for level, rows in by_level.items() if level.startswith(of_occasions.OWN) for one in rows]
    if own:
        said.append("Each coder’s two readings were compared, which shows that coders are steady, not that they agree.")
    return said


def sorted_(one: Measurement) -> str:
    tested = one.beside.get("permuted") or {}
    what = {of_sorts.PLACEMENT: "For the categories of codes", of_sorts.PILES: "For which codes belong together",
            of_sorts.MAPPING: "For scale categories", of_sorts.MAPPING_LAYER: "For layers"}[one.level]  # fmt: skip
    test = f" (permutation p {p_value(tested['p'])})" if tested.get("p") is not None else ""
    return f"{what} it was {figure(one)}{test}."


def listed(found: Sequence[Measurement]) -> str:
    return "; ".join(f"{figure(one)} for {about_of(one).get('name', '')}" for one in found)


def figure(one: Measurement) -> str:
    if one.value is None:
        return one.undefined_because[:1].lower() + one.undefined_because[1:].rstrip(".")
    bounds = (
        "" if one.low is None or one.high is None else (f" (95 % CI {coefficient(one.low)} to {coefficient(one.high)})")
    )
    return f"{coefficient(one.value)}{bounds}"


def apart(whole: Measurement) -> str:
    """Say what was left out."""
    said = [one["because"] for one in whole.left_out.values()]
    return f"Left out: {'; '.join(said)}." if said else ""


def reopened(measured: Round, first: Measurement) -> str:
    """Say how much was submitted twice; measurements of before it was counted say nothing."""
    count = first.method.get("reopened", 0)
    what = numbered(count, ONE_OF[Round.Stage(measured.stage)])
    return (
        f"{what} had been submitted, {'was' if count == 1 else 'were'} reopened, and submitted again." if count else ""
    )


def number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


def sources(measured: Round, found: Sequence[Measurement]) -> list[str]:
    kinds = {one.coefficient for one in found}
    given = [KRIPPENDORFF]
    given += [UNITIZING] if SPANS in kinds else []
    given += [PASSONNEAU] if MASI in kinds else []
    given += [HUBERT] if RAND in kinds else []
    given += [HAYES] if measured.has_incidents else []
    return [*given, FEINSTEIN] if measured.stage == Round.Stage.RATING else given
