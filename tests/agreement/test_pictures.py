"""How figures are written and where they stand on their line."""

import pytest

from coding.agreement.pictures import Axis, axis_for, coefficient, per_cent, whisker


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.8123, ".81"), (1.0, "1.00"), (0.0, ".00"), (-0.05, "−.05"), (-0.004, ".00"), (0.999, "1.00"), (-1.0, "−1.00")],
)
def test_coefficients_drop_their_leading_zero(value, written):
    assert coefficient(value) == written


@pytest.mark.parametrize(
    ("value", "written"), [(94.4, "94 %"), (100, "100 %"), (99.7, "> 99 %"), (0.2, "< 1 %"), (0, "0 %")]
)
def test_a_percentage_is_100_or_0_only_when_it_is(value, written):
    assert per_cent(value) == written


def test_the_axis_starts_at_0_unless_a_figure_is_negative():
    assert axis_for([0.5, None, 0.9]) == Axis(0.0)
    assert axis_for([0.5, -0.05]) == Axis(-0.2)
    assert axis_for([]) == Axis()
    assert axis_for([-0.001]) == Axis()


def test_places_are_per_cent_of_the_axis():
    assert Axis().place(0.667) == "66.70%"
    assert Axis(-0.2).place(0) == "16.67%"
    assert Axis().place(-0.001) == "0.00%"


def test_a_whisker_says_the_same_in_words():
    assert whisker(Axis(), 0.81, 0.66, 0.92).words == "alpha .81, from .66 to .92"
    assert whisker(Axis(), 0.81, None, None).words == "alpha .81, no interval"
    assert whisker(Axis(), None, None, None) is None
