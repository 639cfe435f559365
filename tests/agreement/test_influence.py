"""Leaving one unit out: the same as alpha of the table without it."""

import random

import pytest

from coding.agreement.alpha import alpha
from coding.agreement.distances import masi
from coding.agreement.influence import rises


def sets(seed, units=25, coders=3):
    chance = random.Random(seed)
    pool = [frozenset(chance.sample("abcd", chance.randint(0, 3))) for _ in range(6)]
    return [[chance.choice([*pool, None]) for _ in range(coders)] for _ in range(units)]


@pytest.mark.parametrize("seed", range(8))
def test_a_rise_is_alpha_without_the_unit_less_alpha_with_it(seed):
    table = sets(seed)
    whole = alpha(table, masi).value
    for at, rise in enumerate(rises(table, masi)):
        rest = alpha(table[:at] + table[at + 1 :], masi).value
        if sum(cell is not None for cell in table[at]) < 2:
            assert rise is None
        else:
            assert rise == pytest.approx(rest - whole, abs=1e-12)


def test_small_blocks_change_nothing(monkeypatch):
    table = sets(3)
    whole = rises(table, masi)
    monkeypatch.setattr("coding.agreement.influence.CELLS_AT_ONCE", 1)
    assert rises(table, masi) == whole


def test_there_is_no_rise_where_alpha_is_not_defined():
    a, b = frozenset("a"), frozenset("b")
    assert rises([[a, a], [a, a]], masi) == [None, None]
    assert rises([[a, a], [a, b]], masi) == [pytest.approx(0 - 0, abs=2), None]
    assert rises([], masi) == []
