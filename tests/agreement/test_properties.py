"""What each figure does when names, order, lone units and copied coders change: one row per (property, figure)."""

import random
from dataclasses import replace
from fractions import Fraction
from functools import partial

import pytest

from coding.agreement import coefficients, metrics, weights
from coding.agreement.alpha import alpha
from coding.agreement.card_sorts import adjusted_rand
from coding.agreement.continua import Continuum, Span
from coding.agreement.distances import jaccard, masi, passonneau_2004, set_equality
from coding.agreement.models import Measurement
from coding.agreement.unitized_coding import cu_alpha, ku_alpha
from coding.agreement.unitizing import bar_u_alpha, u_alpha
from coding.agreement.unitizing_1995 import alpha_u_1995
from tests.reconciliation.factory import released_round

# --- figures ---

RATED = {
    "alpha nominal": alpha,
    "alpha ordinal": partial(alpha, distance=metrics.ordinal),
    "alpha interval": partial(alpha, distance=metrics.interval),
    "alpha ratio": partial(alpha, distance=metrics.ratio),
    "percent": coefficients.percent_agreement,
    "fleiss": coefficients.fleiss_kappa,
    "conger": coefficients.conger_kappa,
    "light": coefficients.light_kappa,
    "brennan-prediger": coefficients.brennan_prediger,
    "AC1": coefficients.gwet_ac1,
    "AC2 linear": partial(coefficients.gwet_ac2, weights=weights.linear),
    "AC2 quadratic": partial(coefficients.gwet_ac2, weights=weights.quadratic),
    "AC2 ordinal": partial(coefficients.gwet_ac2, weights=weights.ordinal),
    "AC2 radical": partial(coefficients.gwet_ac2, weights=weights.radical),
    "AC2 ratio": partial(coefficients.gwet_ac2, weights=weights.ratio),
}
PAIRED = {
    "cohen": coefficients.cohen_kappa,
    "cohen quadratic": partial(coefficients.cohen_kappa, weights=weights.quadratic),
    "scott": coefficients.scott_pi,
}
SETS = {
    "alpha MASI": partial(alpha, distance=masi),
    "alpha Jaccard": partial(alpha, distance=jaccard),
    "alpha Passonneau": partial(alpha, distance=passonneau_2004),
    "alpha equal sets": partial(alpha, distance=set_equality),
}
SPANS = {
    "|u-alpha": bar_u_alpha,
    "|u-alpha of x": lambda continua: bar_u_alpha(continua, name_of_x(continua)),
    "u-alpha": u_alpha,
    "cu-alpha": cu_alpha,
    "(k)u-alpha of x": lambda continua: ku_alpha(continua, name_of_x(continua)),
    "alpha_U": alpha_u_1995,
}
SORTS = {"adjusted Rand": partial(adjusted_rand, seed=3, shuffles=100)}
KINDS = {"rated": RATED, "paired": PAIRED, "sets": SETS, "spans": SPANS, "sorts": SORTS}

# --- tables to try them on: coders agree on about half ---

SEEDS = range(6)
SCALE, PILES, LABELS = (1, 2, 3, 5), "pqr", {"x": "z", "y": "b"}
HELD = [frozenset(), frozenset("x"), frozenset("xy"), frozenset("yv"), frozenset("xyv")]
SECTION_C = [  # Krippendorff 2011, section C: the fixed one
    [None if cell == "." else int(cell) for cell in unit]
    for unit in zip("123321412...", "1233224125.3", ".3332342251.", "12332441251.", strict=True)
]


def drawn(seed, values, coders, missing):
    chance = random.Random(seed)

    def cell(truth):
        if chance.random() < missing:
            return None
        return truth if chance.random() < 0.5 else chance.choice(values)

    return [[cell(truth) for _ in range(coders)] for truth in (chance.choice(values) for _ in range(14))]


def texts(seed, coders):
    chance, found = random.Random(seed), []
    for _ in range(4):
        spans = [
            Span(coder, start + chance.randint(-3, 3), start + chance.randint(6, 15), chance.choice("xxy"))
            for start in (5, 25, 45)
            for coder in coders
            if chance.random() < 0.8
        ]
        found.append(Continuum(60, tuple(coders), spans))
    return found


def tables(kind, coders=3, missing=0.2):
    """Return some tables; `coders` is 2 where the figure compares two."""
    if kind == "spans":
        return [texts(seed, "ABC"[:coders]) for seed in SEEDS]
    values = {"rated": SCALE, "paired": SCALE, "sets": HELD, "sorts": PILES}[kind]
    found = [drawn(seed, values, 2 if kind == "paired" else coders, missing) for seed in SEEDS]
    return [SECTION_C, *found] if kind == "rated" and missing else found


# --- properties ---


def named(table, names):
    return [[None if cell is None else names(cell) for cell in row] for row in table]


def any_names(kind, table):
    """Rename so that no order is kept."""
    if kind == "spans":
        return [replace(one, spans=[replace(span, label=LABELS[span.label]) for span in one.spans]) for one in table]
    if kind == "sets":
        return named(table, lambda held: frozenset({"x": "z", "y": "b", "v": "m"}[label] for label in held))
    if kind == "sorts":  # each coder's piles under names of their own
        return [
            [None if pile is None else f"{at} {'qrp'[PILES.index(pile)]}" for at, pile in enumerate(row)]
            for row in table
        ]
    return named(table, {1: 50, 2: 3, 3: 9, 4: 1, 5: 7}.get)


def order_kept(_, table):
    return named(table, {1: 2, 2: 3, 3: 50, 4: 51, 5: 190}.get)


def steps_kept(_, table):
    return named(table, lambda number: 3 * number + 7)


def shares_kept(_, table):
    return named(table, lambda number: 3 * number)


def coders_turned(kind, table):
    if kind == "spans":
        return [Continuum(one.length, one.coders[::-1], one.spans[::-1]) for one in table]
    return [row[1:] + row[:1] for row in table]


def units_turned(_, table):
    return random.Random(9).sample(table, len(table))


def seen_alone(kind, table):
    """Add units that one coder saw alone, with values that are used anyway."""
    if kind == "spans":
        return [*table, Continuum(30, ("A",), [Span("A", 2, 20, "x")]), Continuum(9, ("Z",), [Span("Z", 0, 4, "y")])]
    first, second = [cell for cell in (cell for row in table for cell in row) if cell is not None][:2]
    alone = [None] * (len(table[0]) - 1)
    return [*table, [first, *alone], [first, *alone], [*alone, second]]


def coder_copied(kind, table):
    """Add the last of two coders, who judged everything, once more."""
    if kind == "spans":
        return [
            replace(
                one,
                coders=(*one.coders, "copy"),
                spans=[*one.spans, *(replace(span, coder="copy") for span in one.spans if span.coder == "B")],
            )
            for one in table
        ]
    return [[*row, row[-1]] for row in table]


PROPERTIES = (any_names, order_kept, steps_kept, shares_kept, coders_turned, units_turned, seen_alone, coder_copied)

# "digits": all that the figure says, to the last digit. "value": equal to 1e-12, as other sums are rounded. "no fall":
# a theorem, below. "rises": on each of these tables, and no theorem. "may move": it does on some table, so that nobody
# relies on it. "refused": compares exactly two coders. "-": labels and piles have no order to keep.
#
# Seen alone: Krippendorff's alpha and percent agreement rest on pairable judgements. The kappas follow Gwet 2014: chance
# rests on all judgements, and Brennan-Prediger's only on which values there are.
#
# Copied: of A, B, B a disagreement keeps two of its three pairs, so that observed disagreement falls to exactly 2/3. A
# figure falls only if expected disagreement falls further. It does not:
#   percent, Brennan-Prediger: there is none, or it stays.
#   Fleiss: De = p'Dp is concave in the shares p (D nominal), and the new p is 2/3 of the old and 1/3 of B's; De >= 2/3.
#   Alpha nominal: the same with n - 1 for n; in whole numbers, with E_XY the distances between all values of X and of Y,
#     (2N - 1) E' - (3N - 1) E >= (6N - 4) E_BB - E_AA >= 0 where B varies, and directly where B does not.
#   Conger: the mean of pairs AB, AB, BB is (2 De + D_BB) / 3.  Light, Rand: (2 k + 1) / 3 of the pairs' k, k and 1.
#   AC1: chance pe' - 2/3 pe is at most (f(p_B) / 3 + |p_A - p_B|^2 / 18) / (q - 1) <= 5/18 < 1/3, f(p) = sum p (1 - p).
#   AC2: as AC1 where the mean weight is no more than 5/6 or so, as on these scales.
EXPECTED = """
figure            | any names | order    | steps    | shares | coders | units  | alone    | copied
alpha nominal     | digits    | digits   | digits   | digits | digits | digits | digits   | no fall
alpha ordinal     | may move  | value    | value    | value  | digits | digits | digits   | rises
alpha interval    | may move  | may move | value    | value  | digits | digits | digits   | rises
alpha ratio       | may move  | may move | may move | value  | digits | digits | digits   | rises
percent           | digits    | digits   | digits   | digits | digits | digits | digits   | no fall
fleiss            | digits    | digits   | digits   | digits | digits | digits | may move | no fall
conger            | digits    | digits   | digits   | digits | digits | digits | may move | no fall
light             | digits    | digits   | digits   | digits | digits | digits | may move | no fall
brennan-prediger  | digits    | digits   | digits   | digits | digits | digits | digits   | no fall
AC1               | digits    | digits   | digits   | digits | digits | digits | may move | no fall
AC2 linear        | may move  | may move | value    | value  | digits | digits | may move | no fall
AC2 quadratic     | may move  | may move | value    | value  | digits | digits | may move | no fall
AC2 ordinal       | may move  | value    | value    | value  | digits | digits | may move | no fall
AC2 radical       | may move  | may move | value    | value  | digits | digits | may move | no fall
AC2 ratio         | may move  | may move | may move | value  | digits | digits | may move | no fall
cohen             | digits    | digits   | digits   | digits | digits | digits | may move | refused
cohen quadratic   | may move  | may move | value    | value  | digits | digits | may move | refused
scott             | digits    | digits   | digits   | digits | digits | digits | may move | refused
alpha MASI        | value     | -        | -        | -      | digits | digits | digits   | rises
alpha Jaccard     | value     | -        | -        | -      | digits | digits | digits   | rises
alpha Passonneau  | value     | -        | -        | -      | digits | digits | digits   | rises
alpha equal sets  | digits    | -        | -        | -      | digits | digits | digits   | no fall
|u-alpha          | digits    | -        | -        | -      | digits | digits | digits   | rises
|u-alpha of x     | digits    | -        | -        | -      | digits | digits | digits   | rises
u-alpha           | digits    | -        | -        | -      | digits | digits | digits   | rises
cu-alpha          | digits    | -        | -        | -      | digits | digits | digits   | may move
(k)u-alpha of x   | digits    | -        | -        | -      | digits | digits | digits   | may move
alpha_U           | digits    | -        | -        | -      | digits | digits | digits   | rises
adjusted Rand     | digits    | -        | -        | -      | digits | digits | digits   | no fall
"""
KIND_OF = {name: kind for kind, figures in KINDS.items() for name in figures}


def rows():
    """Return one row per (property, figure)."""
    for line in EXPECTED.strip().splitlines()[1:]:
        name, *cells = (cell.strip() for cell in line.split(" | "))
        yield from ((change, name, cell) for change, cell in zip(PROPERTIES, cells, strict=True) if cell != "-")


ROWS = [pytest.param(*row, id=f"{row[0].__name__}: {row[1]}") for row in rows()]


def name_of_x(continua):
    used = {span.label for one in continua for span in one.spans}
    return "x" if "x" in used else LABELS["x"]


def said(found, change):
    """Return all that a figure says and the property leaves alone."""
    alone = {"left_out", "standard_error"} if change is seen_alone else set()  # its error divides by all units
    return {name: what for name, what in vars(found).items() if name not in {"pairs", *alone}}


def moves(before, after):
    return [new.value - old.value for old, new in zip(before, after, strict=True)]


HOLDS = {
    "value": lambda moved: max(map(abs, moved)) < 1e-12,
    "no fall": lambda moved: min(moved) > -1e-12 and max(moved) > 1e-3,
    "rises": lambda moved: min(moved) > 1e-3,
    "may move": lambda moved: max(map(abs, moved)) > 1e-3,
}


@pytest.mark.parametrize(("change", "name", "expected"), ROWS)
def test_a_figure_does_what_the_table_says(change, name, expected):
    kind, copied = KIND_OF[name], change is coder_copied
    figure, given = KINDS[kind][name], tables(kind, 2, 0) if copied else tables(kind)
    if expected == "refused":
        with pytest.raises(ValueError, match="compares two coders"):
            figure(change(kind, given[0]))
        return
    before, after = [figure(one) for one in given], [figure(change(kind, one)) for one in given]
    assert None not in {found.value for found in (*before, *after)}
    if expected == "digits":
        assert [said(one, change) for one in after] == [said(one, change) for one in before]
    else:
        assert HOLDS[expected](moves(before, after))


def test_every_figure_has_its_row():
    assert {row[1] for row in rows()} == KIND_OF.keys()


@pytest.mark.parametrize("name", ["percent", "brennan-prediger", "light", "adjusted Rand"])
def test_a_copied_coder_leaves_two_thirds_of_what_two_lack(name):
    kind = KIND_OF[name]
    for table in tables(kind, 2, 0):
        lack, left = (1 - KINDS[kind][name](one).value for one in (table, coder_copied(kind, table)))
        assert left == pytest.approx(lack * 2 / 3, abs=1e-12)


def test_a_copied_dissenter_among_four_lowers_percent_agreement():
    # 3 of 6 pairs, then 4 of 10: that a copy never lowers it is true of two coders and of three.
    assert [coefficients.percent_agreement([["a", "a", "a", *"b" * copies]]).value for copies in (1, 2)] == [0.5, 0.4]


def test_a_copied_coder_who_always_says_the_mean_lowers_alpha_of_numbers():
    # Values 1, 2, 3, 2 and 1, 2, 2, 3, 2, 2; both times 4 observed: 1 - 3 * 4 / 16 and 1 - 5 * 4 / 24.
    values = [alpha(table, metrics.interval).value for table in ([[1, 2], [3, 2]], [[1, 2, 2], [3, 2, 2]])]
    assert values == pytest.approx([float(Fraction(1, 4)), float(Fraction(1, 6))], abs=1e-15)


# --- layers ---


@pytest.mark.django_db
def test_equal_layers_with_different_categories_are_touched_alike_and_differ_in_which(project, ada, bo):
    of = released_round(project, [ada, bo], [("5", "6"), ("7", "7"), ("-", "-"), ("1", "1"), ("8 9", "8")])
    touched, which = (
        Measurement.objects.get(round=of, level=level, method__about__number=2).value for level in ("touched", "which")
    )
    assert touched == 1
    assert which < 0.7
