"""Agreement of a table from elsewhere: the same engine, no project; each figure with its source and its reason."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from coding.agreement import coefficients, metrics, weights
from coding.agreement.alpha import Figure, alpha, one_against_rest, present_absent
from coding.agreement.bootstrap import LEAST_RESAMPLES, with_interval
from coding.agreement.card_sorts import adjusted_rand
from coding.agreement.continua import Continuum
from coding.agreement.distances import jaccard, masi, nominal, passonneau_2004, set_equality
from coding.agreement.pictures import coefficient, interval
from coding.agreement.tables import NoTable, Ratings
from coding.agreement.unitized_coding import cu_alpha, ku_alpha
from coding.agreement.unitizing import OverEvents, bar_u_alpha, bar_u_alphas, labels_of, u_alpha
from coding.agreement.unitizing_1995 import alpha_u_1995

LEVELS: dict[str, Any] = {
    "nominal": nominal, "ordinal": metrics.ordinal, "interval": metrics.interval, "ratio": metrics.ratio,
    "set:masi": masi, "set:jaccard": jaccard, "set:passonneau2004": passonneau_2004, "set:nominal": set_equality,
}  # fmt: skip
WEIGHTS = {
    "linear": weights.linear, "quadratic": weights.quadratic, "ordinal": weights.ordinal,
    "radical": weights.radical, "ratio": weights.ratio,
}  # fmt: skip
NUMERIC = {"ordinal", "interval", "ratio"}
ALPHA, PERCENT, RAND = "krippendorff_alpha", "percent_agreement", "adjusted_rand"
SOURCES = {
    ALPHA: "Krippendorff 2004, Content Analysis, 2nd ed., ch. 11",
    PERCENT: "mean over units of the share of pairs of coders with the same value",
    "cohen_kappa": "Cohen 1960; with weights 1968",
    "scott_pi": "Scott 1955",
    "fleiss_kappa": "Fleiss 1971; missing values by Gwet 2014",
    "conger_kappa": "Conger 1980; missing values by Gwet 2014",
    "light_kappa": "Light 1971: mean of Cohen's kappa over the pairs of coders",
    "brennan_prediger": "Brennan & Prediger 1981; missing values by Gwet 2014",
    "gwet_ac1": "Gwet 2008",
    "gwet_ac2": "Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed.",
    "bar_u_alpha": "Krippendorff, Mathet, Bouvry & Widlöcher 2016, eq. 6",
    "u_alpha": "Krippendorff, Mathet, Bouvry & Widlöcher 2016, eq. 5",
    "cu_alpha": "Krippendorff, Mathet, Bouvry & Widlöcher 2016, eqs. 10 and 11",
    "ku_alpha": "Krippendorff, Mathet, Bouvry & Widlöcher 2016, eq. 13",
    "alpha_u": "Krippendorff 1995, Sociological Methodology 25; expectation as corrected in Krippendorff 2004, ch. 11",
    RAND: "Hubert & Arabie 1985: mean over the pairs of coders",
}
NAMES = {
    ALPHA: "Krippendorff’s alpha", PERCENT: "Percent agreement", "cohen_kappa": "Cohen’s kappa",
    "scott_pi": "Scott’s pi", "fleiss_kappa": "Fleiss’ kappa", "conger_kappa": "Conger’s kappa",
    "light_kappa": "Light’s kappa", "brennan_prediger": "Brennan-Prediger", "gwet_ac1": "Gwet’s AC1",
    "gwet_ac2": "Gwet’s AC2", "bar_u_alpha": "|u-alpha", "u_alpha": "u-alpha", "cu_alpha": "cu-alpha",
    "ku_alpha": "(k)u-alpha", "alpha_u": "alpha_U (1995/2004)", RAND: "Adjusted Rand index",
}  # fmt: skip
KAPPAS: dict[str, Callable[..., Figure]] = {
    "cohen_kappa": coefficients.cohen_kappa, "scott_pi": coefficients.scott_pi,
    "fleiss_kappa": coefficients.fleiss_kappa, "conger_kappa": coefficients.conger_kappa,
    "light_kappa": coefficients.light_kappa, "brennan_prediger": coefficients.brennan_prediger,
    "gwet_ac1": coefficients.gwet_ac1, "gwet_ac2": coefficients.gwet_ac2,
}  # fmt: skip
FOR_TWO, UNWEIGHTED = ("cohen_kappa", "scott_pi"), ("gwet_ac1",)
BY_DEFAULT_OF_SPANS = ("bar_u_alpha", "u_alpha", "cu_alpha", "ku_alpha")
OF_SPANS = (*BY_DEFAULT_OF_SPANS, "alpha_u")  # the older one, which the others replace, is measured where asked for
MOST_VALUES, MOST_LABELS = 2_000, 200  # each is compared with each: a column of free text would take all memory
MOST_PAIRED = 20  # coders; what goes through their pairs is not measured unasked for a crowd
NO_WEIGHTS = "Not defined: AC2 compares by weights. Choose weights, or AC1."


@dataclass(frozen=True)
class Wanted:
    """What is asked of a table. Empty: whatever fits the data."""

    coefficients: Sequence[str] = ()
    level: str = ""
    weights: str = ""
    value: str = ""
    resamples: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        if unknown := [name for name in self.coefficients if name not in SOURCES]:
            raise NoTable(f"There is no coefficient “{unknown[0]}”. There are: {', '.join(SOURCES)}.")
        if 0 < self.resamples < LEAST_RESAMPLES or self.resamples < 0:
            raise NoTable(f"Draw {LEAST_RESAMPLES} resamples or more, or 0 for no interval.")
        if not 0 <= self.seed < 2**63:
            raise NoTable("The seed is a whole number from 0 on.")


@dataclass(frozen=True)
class Row:
    """One figure as it leaves: `value` is None exactly where `undefined_because` is a sentence."""

    coefficient: str
    level: str
    about: str
    found: Figure
    method: dict[str, Any]

    @property
    def name(self) -> str:
        return NAMES[self.coefficient]

    @property
    def source(self) -> str:
        return SOURCES[self.coefficient]

    @property
    def shown(self) -> dict[str, str]:
        """Write value, bounds and standard error as journals do."""
        one = self.found
        return {
            "value": "" if one.value is None else coefficient(one.value),
            "bounds": "" if one.low is None or one.high is None else interval(one.low, one.high),
            "error": "" if one.standard_error is None else coefficient(one.standard_error),
        }

    @property
    def notes(self) -> list[str]:
        """Say what limits an interval, or why alpha has none."""
        one, is_resampled = self.found, self.coefficient in (ALPHA, *OF_SPANS)
        because = one.interval_because if is_resampled and one.value is not None and one.events is not None else ""
        return [said for said in (one.caution, because) if said]

    @property
    def plain(self) -> dict[str, Any]:
        one = self.found
        return {
            "coefficient": self.coefficient, "level": self.level, "about": self.about, "value": one.value,
            "undefined_because": one.undefined_because, "low": one.low, "high": one.high,
            "standard_error": one.standard_error, "units": one.units, "coders": one.coders, "pairable": one.pairable,
            "left_out": one.left_out, "resamples": one.resamples, "seed": one.seed, "method": self.method,
        }  # fmt: skip


def measure_ratings(read: Ratings, wanted: Wanted) -> list[Row]:
    """Measure units x coders; raise NoTable for what does not fit the table at all."""
    if of_spans := [name for name in wanted.coefficients if name in OF_SPANS]:
        raise NoTable(f"{of_spans[0]} is about spans of a text, and this is a table. Give spans as JSON.")
    refuse_free_text(read)
    level = level_of(read, wanted)
    table: Any = read.table
    if level in NUMERIC or (wanted.weights and not wanted.value):
        table = numbered(table)
    if wanted.value:
        table, level = of_one_value(read, wanted.value), "nominal"
    return [measured(name, table, level, wanted) for name in wanted.coefficients or fitting(read, wanted, level)]


def refuse_free_text(read: Ratings) -> None:
    different = len({value for row in read.table for value in row} - {None})
    if different > MOST_VALUES:
        raise NoTable(
            f"The table holds {different:,} different values; at most {MOST_VALUES:,} are compared. "
            "Take out columns that are no coder's, such as notes."
        )


def level_of(read: Ratings, wanted: Wanted) -> str:
    """Take the level that was asked for, or the one that the values have; refuse one that they can't have."""
    level = wanted.level or ("set:masi" if read.holds_sets else "nominal")
    if level not in LEVELS:
        raise NoTable(f"There is no level “{level}”. There are: {', '.join(LEVELS)}.")
    if read.holds_sets and not level.startswith("set:"):
        raise NoTable(
            f"The table holds sets, and level {level} compares single values. Choose set:masi or another set."
        )
    if level.startswith("set:") and not read.holds_sets:
        raise NoTable(f"Level {level} compares sets, and the table holds none. Write sets as {{a|b}}.")
    return level


def numbered(table: Any) -> Any:
    try:
        return metrics.as_numbers(table)
    except ValueError as wrong:
        raise NoTable(str(wrong)) from wrong


def of_one_value(read: Ratings, value: str) -> Any:
    """Give the table of one value against the rest, or of one label in sets."""
    table: Any = read.table
    found = present_absent(table, value) if read.holds_sets else one_against_rest(table, value)
    if not any(True in row for row in found):
        raise NoTable(f"Nobody used “{value}” in this table. Write it as it stands in the cells.")
    return found


def fitting(read: Ratings, wanted: Wanted, level: str) -> list[str]:
    """Name the coefficients that fit: those of sets, of two coders or of more, and by weights where there are some."""
    if level.startswith("set:"):
        return [ALPHA, PERCENT]
    crowd = ("conger_kappa", "light_kappa") if len(read.coders) > MOST_PAIRED else ()
    others = [name for name in KAPPAS if name not in crowd and (name not in FOR_TWO or len(read.coders) == 2)]
    return [ALPHA, PERCENT, *(name for name in others if name != "gwet_ac2" or wanted.weights)]


def measured(name: str, table: Any, level: str, wanted: Wanted) -> Row:
    """Measure one coefficient; where it can't be applied to this table, its row says why."""
    if name == RAND:
        return of_sorts(table, wanted)
    weighing = wanted.weights if name in KAPPAS and name not in UNWEIGHTED and not wanted.value else ""
    said = level if name == ALPHA or not weighing else f"weights:{weighing}"
    if name != ALPHA and not weighing:
        said = "set:nominal" if level.startswith("set:") else "nominal"
    try:
        found = figure(name, table, level, weighing, wanted)
    except ValueError as wrong:
        found = replace(alpha(table), value=None, undefined_because=f"Not defined: {wrong}")
    return row(name, said, wanted.value, found)


def figure(name: str, table: Any, level: str, weighing: str, wanted: Wanted) -> Figure:
    if name == ALPHA:
        if not wanted.resamples:
            return alpha(table, LEVELS[level])
        return with_interval(table, LEVELS[level], [None] * len(table), seed=wanted.seed, resamples=wanted.resamples)
    if name == PERCENT:
        return coefficients.percent_agreement(table)
    if name == "gwet_ac2" and not weighing:
        return replace(alpha(table), value=None, undefined_because=NO_WEIGHTS)
    ways = {"weights": WEIGHTS[weighing]} if weighing else {}
    return KAPPAS[name](table, **ways)


def of_sorts(table: Any, wanted: Wanted) -> Row:
    """Measure card sorts: one row a code, one column a coder, the name of the pile in the cell."""
    sorts = adjusted_rand(table, seed=wanted.seed)
    placed = [sum(pile is not None for pile in piles) for piles in table]
    found = Figure(
        value=sorts.value, undefined_because=sorts.undefined_because, agreement=None, closeness=None,
        units=sorts.codes, coders=len(sorts.coders), pairable=sum(count for count in placed if count > 1),
        left_out=sorts.left_out, seed=wanted.seed,
    )  # fmt: skip
    made = row(RAND, "nominal", "", found)
    tested = {"p": sorts.p, "p_because": sorts.p_because, "least": sorts.least, "greatest": sorts.greatest}
    return replace(made, method=made.method | tested)


def measure_spans(continuum: Continuum, wanted: Wanted) -> list[Row]:
    """Measure spans of one text; raise NoTable for coefficients that are not about spans."""
    names = wanted.coefficients or (PERCENT, *BY_DEFAULT_OF_SPANS)
    if others := [name for name in names if name not in (*OF_SPANS, PERCENT)]:
        raise NoTable(
            f"{others[0]} is about a table of units, and these are spans. Choose among: {', '.join(OF_SPANS)}."
        )
    labels = [str(label) for label in labels_of([continuum])]
    if wanted.value and wanted.value not in labels:
        shown = ", ".join(labels[:12])
        raise NoTable(f"Nobody gave the label “{wanted.value}”. There are: {shown}{' and more' * (len(labels) > 12)}.")
    if len(labels) > MOST_LABELS:
        raise NoTable(f"There are {len(labels):,} labels; at most {MOST_LABELS} are measured. Give fewer in one file.")
    chosen = [wanted.value] if wanted.value else labels
    over = OverEvents([None], wanted.seed, wanted.resamples) if wanted.resamples else None
    return [one for name in names for one in of_spans(name, [continuum], chosen, bool(wanted.value), over)]


def of_spans(
    name: str, continua: list[Continuum], labels: Sequence[str], only_labels: bool, over: OverEvents | None
) -> list[Row]:
    by_label: list[tuple[str, Hashable]] = [(label, label) for label in labels]
    if name == PERCENT:
        about = by_label if only_labels else [("", None)]
        return [row(name, "length", said, percent_of(bar_u_alpha(continua, label))) for said, label in about]
    if name == "bar_u_alpha":
        whole = [] if only_labels else [("", bar_u_alpha(continua, interval=over))]
        found = bar_u_alphas(continua, labels, interval=over)
        return [
            row(name, "nominal", said, one) for said, one in (*whole, *((str(at), one) for at, one in found.items()))
        ]
    if name == "alpha_u":
        asked = by_label if only_labels else [("", None), *by_label]
        return [row(name, "nominal", said, alpha_u_1995(continua, label, interval=over)) for said, label in asked]
    if name == "ku_alpha":
        return [row(name, "nominal", said, ku_alpha(continua, label, interval=over)) for said, label in by_label]
    measure = partial(u_alpha if name == "u_alpha" else cu_alpha, interval=over)
    return [row(name, "nominal", "", measure(continua))]


def percent_of(found: Figure) -> Figure:
    """Give percent agreement by length, which every figure of spans has beside it."""
    because = "" if found.agreement is not None else found.undefined_because
    return replace(found, value=found.agreement, undefined_because=because)


def row(name: str, level: str, about: str, found: Figure) -> Row:
    method = {
        "source": SOURCES[name], "agreement": found.agreement, "interval_because": found.interval_because,
        "caution": found.caution, "dropped": found.dropped,
    }  # fmt: skip
    return Row(name, level, about, found, method)
