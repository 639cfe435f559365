"""The arithmetic of code saturation, worked by hand, and its band beside all orders there are.

The example: ten incidents in coding order. The first four bring 31 codes; incidents 5 to 10 bring 3, 2, 0, 2, 1, 0.
Runs of two overlap: 5+6 bring 5 of 31, 6+7 bring 2, 7+8 bring 2, 8+9 bring 3, 9+10 bring 1. One code is 3 %, two are
6 %, so that the run of incidents 9 and 10 is the first at or below 5 %.
"""

from collections import Counter
from itertools import permutations

import pytest

from coding.selective_coding.saturation import (
    Setting,
    band_words,
    incidents_of,
    per_cent,
    saturation,
    sentence,
    verdict,
    with_band,
)


def by_hand():
    brought, made, incidents = [10, 8, 7, 6, 3, 2, 0, 2, 1, 0], 0, []
    for count in brought:
        own = {f"code {number}" for number in range(made, made + count)}
        incidents.append(own | {f"code {number}" for number in range(min(made, 5))})  # and some that were there
        made += count
    return incidents


def test_the_example_by_hand():
    found = saturation(by_hand())
    assert (found.incidents, found.found, found.in_base) == (10, 39, 31)
    assert [(run.first, run.last, len(run.new)) for run in found.runs] == [
        (5, 6, 5), (6, 7, 2), (7, 8, 2), (8, 9, 3), (9, 10, 1),
    ]  # fmt: skip
    assert [round(run.share, 4) for run in found.runs] == [0.1613, 0.0645, 0.0645, 0.0968, 0.0323]
    assert found.stop == found.runs[4]
    assert found.last_new == 9


def test_its_sentences():
    found = saturation(by_hand())
    assert sentence(found.stop, found.in_base) == "Incidents 9 and 10 brought 1 new code: 1 of 31 (3 %)."
    assert sentence(found.runs[0], found.in_base) == "Incidents 5 and 6 brought 5 new codes: 5 of 31 (16 %)."
    assert verdict(found).startswith("By this rule one would have stopped after incident 10")


def test_base_run_and_threshold_can_be_set():
    found = saturation(by_hand(), Setting(base=6, run=3, threshold=0))
    assert [(run.first, run.last, len(run.new)) for run in found.runs] == [(7, 9, 3), (8, 10, 3)]
    assert found.stop is None
    assert verdict(found) == "No run so far is at or below 0 %: by this rule coding goes on."
    assert sentence(found.runs[0], found.in_base) == "Incidents 7 to 9 brought 3 new codes: 3 of 36 (8 %)."
    one = saturation(by_hand(), Setting(base=4, run=1))
    assert (incidents_of(one.stop), one.stop.new) == ("Incident 7", ())
    assert sentence(one.stop, one.in_base) == "Incident 7 brought no new codes: 0 of 31 (0 %)."


def test_the_threshold_itself_stops():
    twenty = [set(range(20)), {20}]
    assert saturation(twenty, Setting(base=1, run=1, threshold=5)).stop is not None
    assert saturation([set(range(19)), {20}], Setting(base=1, run=1, threshold=5)).stop is None


def test_a_share_is_never_called_none_unless_it_is():
    assert [per_cent(share) for share in (0, 0.001, 0.005, 0.006, 1.5)] == ["0 %", "< 1 %", "< 1 %", "1 %", "150 %"]
    assert [per_cent(share, 1) for share in (0, 0.0004, 0.054)] == ["0 %", "< 0.1 %", "5.4 %"]


@pytest.mark.parametrize(
    ("incidents", "because"),
    [([], "no incidents coded"), ([{1}] * 5, "5 incidents coded, and a base and one run take 6"), ([set()] * 6, "hold none")],
)  # fmt: skip
def test_no_number_where_there_is_none(incidents, because):
    found = with_band(incidents, seed=1)
    assert because in found.undefined_because
    assert (found.stop, found.band, verdict(found)) == (None, None, found.undefined_because)


@pytest.mark.parametrize("setting", [Setting(base=0), Setting(run=0), Setting(threshold=-1), Setting(threshold=101)])
def test_a_setting_that_counts_nothing_is_refused(setting):
    with pytest.raises(ValueError, match="at least one incident"):
        saturation(by_hand(), setting)


# The band

SIX = [set("abcd"), set("ae"), set("bf"), set("acg"), set("h"), set("ad")]
SMALL = Setting(base=3, run=1, threshold=10)


def all_orders():
    """Count every order of six incidents by the plain function: shares of each run, and where each stops."""
    return [saturation(order, SMALL) for order in permutations(SIX)]


def test_the_band_agrees_with_all_orders_of_six_incidents():
    every, drawn = all_orders(), with_band(SIX, SMALL, seed=3, orders=20_000)
    for at, run in enumerate(drawn.runs):
        shares = sorted(one.runs[at].share for one in every)
        assert (run.low, run.high) == (shares[17], shares[702])  # 2.5 % of 720 is 18 orders on each side
    stops = Counter(one.stop.last if one.stop else None for one in every)
    assert drawn.band.never / 20_000 == pytest.approx(stops[None] / 720, abs=0.01)
    middle = sorted(one.stop.last if one.stop else 99 for one in every)[359]
    assert drawn.band.middle == middle


def test_each_order_of_six_is_drawn_about_as_often():
    import numpy as np

    words = np.random.PCG64(5).random_raw(6 * 72_000).reshape(-1, 6)
    seen = Counter(map(tuple, np.argsort(words, axis=1).tolist()))
    assert len(seen) == 720
    assert sum((count - 100) ** 2 / 100 for count in seen.values()) < 850  # chi square, 719 degrees: p is above .0005


def test_the_same_seed_gives_the_same_digits():
    one, other = (with_band(by_hand(), seed=7) for _ in range(2))
    assert one == other
    assert with_band(by_hand(), seed=8).band.seed == 8
    assert [(run.low, run.high) for run in one.runs] == PINNED
    assert band_words(one) == SAID


PINNED = [
    (0.037037037037037035, 1.1), (0.04, 1.1111111111111112), (0.038461538461538464, 1.1818181818181819),
    (0.038461538461538464, 1.1666666666666667), (0.0, 1.1666666666666667),
]  # fmt: skip
SAID = "In 1,000 random orders of the same incidents 767 would not have stopped."


def test_blocks_of_orders_do_not_change_them(monkeypatch):
    from coding.selective_coding import saturation as counting

    whole = with_band(by_hand(), seed=7)
    monkeypatch.setattr(counting, "ORDERS_AT_ONCE", 7)
    monkeypatch.setattr(counting, "RUNS_AT_ONCE", 2)
    assert with_band(by_hand(), seed=7) == whole


def test_names_of_codes_change_nothing():
    named = [{f"other {one}" for one in here} for here in by_hand()]
    assert with_band(named, seed=7).band == with_band(by_hand(), seed=7).band


def test_orders_with_an_empty_base_are_left_out_and_counted():
    mostly_empty = [{number} for number in range(12)] + [set()] * 3
    found = with_band(mostly_empty, Setting(base=2, run=2), seed=1)
    assert found.band.orders + found.band.left_out == 1_000
    assert found.band.left_out > 0
    assert "left out" in band_words(found)
    rare = with_band([{1}, *[set()] * 9], Setting(base=1, run=1), seed=1)
    assert (rare.band, "No band" in rare.band_because) == (None, True)


def test_too_few_orders_are_refused():
    with pytest.raises(ValueError, match="too few"):
        with_band(by_hand(), seed=1, orders=99)
