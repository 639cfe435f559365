"""The pitfalls seen in other tools (`method.md`, Agreement): each has a test that fails when the pitfall is put in.

PITFALLS, at the end, names for each pitfall the test that guards against it, and a small function that computes the
figure with the pitfall. Here this function takes the place of the right one in that test, which must then fail. The
tests stand with their figures; those of memory, which is no figure, stand here.
"""

import random
import sys
import tracemalloc
from collections import Counter
from dataclasses import replace
from itertools import combinations, permutations
from math import prod

import numpy as np
import pytest

from coding.agreement import alpha as tables
from coding.agreement import coefficients, unitizing
from coding.agreement.bootstrap import with_interval, with_intervals
from coding.agreement.continua import Continuum, Span
from coding.agreement.distances import nominal
from coding.agreement.unitizing import OverEvents, bar_u_alphas
from tests.agreement import test_alpha, test_bootstrap, test_coefficients, test_unitizing

RESAMPLES = 100

# --- memory ---


def alphas_of_codes(sets, codes):
    """Return alpha of each code with its interval."""
    return with_intervals(tables.presences(sets, codes), nominal, [None] * len(sets), seed=1, resamples=RESAMPLES)


def alphas_of_spans(continua, _):
    return bar_u_alphas(continua, interval=OverEvents([None] * len(continua), seed=1, resamples=RESAMPLES))


def coded_sets(codes):
    chance = random.Random(1)
    return [[frozenset(chance.sample(codes, 3)) for _ in range(3)] for _ in range(200)]


def coded_texts(codes):
    chance, found = random.Random(1), []
    for _ in range(20):
        starts = [(coder, chance.randrange(900), chance.choice(codes)) for coder in "AB" for _ in range(20)]
        found.append(Continuum(1000, "AB", [Span(coder, at, at + 40, code) for coder, at, code in starts]))
    return found


def most_bytes(work, given, codes):
    tracemalloc.start()
    try:
        work(given, codes)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def growth(work, make):
    """Return how many times the memory of 30 codes it takes to measure 150."""
    few, many = ([f"code {number}" for number in range(count)] for count in (30, 150))
    return most_bytes(work, make(many), many) / most_bytes(work, make(few), few)


def test_memory_for_tables_grows_with_the_number_of_codes_and_not_with_its_square():
    assert growth(alphas_of_codes, coded_sets) < 7


def test_memory_for_spans_grows_with_the_number_of_codes_and_not_with_its_square():
    assert growth(alphas_of_spans, coded_texts) < 7


# --- the figures with the pitfall ---


def one_where_nothing_is_shared(figure):
    """No pair disagreed, and so all agreed."""

    def wrong(*given, **options):
        found = figure(*given, **options)
        return found if found.units else replace(found, value=1.0, undefined_because="")

    return wrong


def everybody_opened_everything(continua, *given, **options):
    coders = sorted({coder for one in continua for coder in one.coders})
    return unitizing.bar_u_alpha([replace(one, coders=coders, missing=()) for one in continua], *given, **options)


def meeting(span, spans):
    return [one for one in spans if one.coder == span.coder and one.start < span.end and span.start < one.end]


def overlaps_dropped(continua, *given, **options):
    kept = [[span for span in one.spans if len(meeting(span, one.spans)) == 1] for one in continua]
    return of_spans(continua, kept, *given, **options)


def longest_kept(continua, *given, **options):
    def is_longest(span, spans):
        return span.end - span.start == max(one.end - one.start for one in meeting(span, spans))

    kept = [[span for span in one.spans if is_longest(span, one.spans)] for one in continua]
    return of_spans(continua, kept, *given, **options)


def of_spans(continua, kept, *given, **options):
    chosen = [replace(one, spans=spans) for one, spans in zip(continua, kept, strict=True)]
    return unitizing.bar_u_alpha(chosen, *given, **options)


def mean_of_documents(continua, *given, **options):
    values = [unitizing.bar_u_alpha([one], *given, **options).value for one in continua]
    return replace(unitizing.bar_u_alpha(continua, *given, **options), value=sum(values) / len(values))


def product_for_sum(table):
    shares = [Counter(column) for column in zip(*table, strict=True)]
    chance = prod(prod(one[value] / len(table) for one in shares) for value in {*shares[0], *shares[1]})
    agreed = sum(one == other for one, other in table) / len(table)
    return replace(coefficients.cohen_kappa(table), value=(agreed - chance) / (1 - chance))


def pairs_pooled(figure):
    """Count pairs of ratings over all units, so that a unit with many coders weighs more."""

    def wrong(table):
        units = [[cell for cell in row if cell is not None] for row in table]
        pairs = [one == other for unit in units for one, other in combinations(unit, 2)]
        return replace(figure(table), value=sum(pairs) / len(pairs), agreement=sum(pairs) / len(pairs))

    return wrong


def alpha_of_characters(continua, label=None):
    table = [
        [
            any(s.coder == coder and s.start <= at < s.end and label in (None, s.label) for s in one.spans)
            for coder in one.coders
        ]
        for one in continua
        for at in range(one.begin, one.end)
    ]
    return tables.alpha(table)


def summed_as_they_come(table, distance):
    """Sum fractions of distances in the order of units and coders, each sum rounded."""
    units = [[cell for cell in row if cell is not None] for row in table]
    values = [cell for unit in units if len(unit) > 1 for cell in unit]
    place = {value: at for at, value in enumerate(dict.fromkeys(values))}
    delta = distance(list(place))

    def apart(cells):
        return sum(delta[place[one], place[other]] for one, other in permutations(cells, 2))

    observed = sum(apart(unit) / (len(unit) - 1) for unit in units if len(unit) > 1)
    return 1 - (len(values) - 1) * observed / apart(values)


def fleiss_as_it_comes(table):
    """Return Fleiss' kappa from sums in the order of the file, each rounded."""
    units = [Counter(cell for cell in row if cell is not None) for row in table]
    judged = [unit for unit in units if unit]
    shares = [sum(unit[value] / unit.total() for unit in judged) / len(judged) for value in (1, 2, 3, 7, 11)]
    pairs = [
        sum(use * (use - 1) for use in unit.values()) / (unit.total() * (unit.total() - 1))
        for unit in judged
        if unit.total() > 1
    ]
    chance = sum(share**2 for share in shares)
    return (sum(pairs) / len(pairs) - chance) / (1 - chance)


def codes_against_codes(sets, codes):
    """Hold, for each resample, how often each code was given where another was."""
    held = np.array([[code in labels for code in codes] for row in sets for labels in row], dtype=np.float64)
    return [held.T @ held for _ in range(RESAMPLES)]


def codes_against_codes_in_texts(continua, codes):
    lengths = [[sum(s.end - s.start for s in one.spans if s.label == code) for code in codes] for one in continua]
    held = np.array(lengths, dtype=np.float64)
    return [held.T @ held for _ in range(RESAMPLES)]


def drawn_by_place(table, distance, events, *, seed):
    """Draw events by where they stand in the file."""
    units = {event: [row for row, own in zip(table, events, strict=True) if own == event] for event in events}
    chance = random.Random(seed)
    drawn = [[row for event in chance.choices(list(units), k=len(units)) for row in units[event]] for _ in range(40)]
    values = sorted(tables.alpha(resample, distance).value for resample in drawn)
    return replace(with_interval(table, distance, events, seed=seed), low=values[1], high=values[-2])


HERE = sys.modules[__name__]
SEED, LARGE = 3, "test_the_order_changes_no_digit_of_a_large_table"
NEVER_SHARED, ORDER = (
    "test_incidents_that_two_coders_never_shared_have_no_alpha",
    "test_the_order_of_units_and_coders_changes_no_digit",
)
OVERLAPS = "test_overlapping_codes_are_neither_dropped_nor_is_only_the_longest_kept"
MEMORY = "test_memory_for_{}_grows_with_the_number_of_codes_and_not_with_its_square"
FIGURES = tuple(map(one_where_nothing_is_shared, test_unitizing.FIGURES))

# Pitfall, the module of its test, the test, what it is given, and the names there that the pitfall takes.
PITFALLS = {
    "alpha 1.0 on incidents that two coders never shared": [
        (test_alpha, NEVER_SHARED, (), {"alpha": one_where_nothing_is_shared(tables.alpha)}),
        (test_unitizing, NEVER_SHARED, (), {"FIGURES": FIGURES}),
    ],
    "gaps counted as agreement for a coder who never opened the incident": [
        (test_unitizing, "test_gaps_are_no_agreement_of_a_coder_who_never_opened_the_incident", (), {"bar_u_alpha": everybody_opened_everything}),
    ],
    "overlapping codes dropped": [(test_unitizing, OVERLAPS, (), {"bar_u_alpha": overlaps_dropped})],
    "only the longest kept": [(test_unitizing, OVERLAPS, (), {"bar_u_alpha": longest_kept})],
    "pair figures as the mean of per-document values": [
        (test_unitizing, "test_two_incidents_are_pooled_by_sums_and_not_by_the_mean_of_their_alphas", (), {"bar_u_alpha": mean_of_documents}),
    ],
    "kappa with a product where Cohen has a sum": [
        (test_coefficients, "test_chance_agreement_of_cohen_is_a_sum_over_values_and_no_product", (), {"cohen_kappa": product_for_sum}),
    ],
    "percent agreement that pools ratings instead of units": [
        (test_coefficients, "test_percent_agreement_is_a_mean_over_units_and_pools_no_ratings", (), {"percent_agreement": pairs_pooled(coefficients.percent_agreement)}),
        (test_alpha, "test_percent_agreement_is_a_mean_over_units_and_pools_no_pairs", (), {"alpha": pairs_pooled(tables.alpha)}),
    ],
    "character alpha called unitizing alpha": [
        (test_unitizing, "test_unitizing_alpha_is_not_the_alpha_of_characters", (), {"bar_u_alpha": alpha_of_characters}),
    ],
    "order of units or coders changing digits": [
        (test_alpha, ORDER + "_for_sets", (SEED,), {"alpha": summed_as_they_come}),
        (test_coefficients, LARGE, (fleiss_as_it_comes,), {}),
        (test_bootstrap, ORDER, (SEED,), {"with_interval": drawn_by_place}),
    ],
    "memory that grows with the square of the number of codes": [
        (HERE, MEMORY.format("tables"), (), {"alphas_of_codes": codes_against_codes}),
        (HERE, MEMORY.format("spans"), (), {"alphas_of_spans": codes_against_codes_in_texts}),
    ],
}  # fmt: skip
ROWS = [pytest.param(*row, id=f"{pitfall}: {row[1]}") for pitfall, guards in PITFALLS.items() for row in guards]


@pytest.mark.parametrize(("module", "name", "given", "wrong"), ROWS)
def test_the_test_of_a_pitfall_fails_when_the_pitfall_is_put_in(monkeypatch, module, name, given, wrong):
    guard = getattr(module, name)
    for attribute, function in wrong.items():
        monkeypatch.setattr(module, attribute, function)
    with pytest.raises(AssertionError):
        guard(*given)
