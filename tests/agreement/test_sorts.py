"""Measuring axial and mapping rounds: who put what where."""

import pytest

from coding.codes.models import Category
from coding.codes.rules import create_category
from coding.lib.refusals import BadInput
from tests import factory
from tests.agreement.rounds import figure, mapped_round, sorted_round, word
from tests.kept import kept
from tests.selective_coding.factory import categories

pytestmark = pytest.mark.django_db

CODES = ["a", "b", "c", "d"]


@kept
def codes(project, lead):
    for name in ("Money", "Tone"):
        create_category(lead, project, name)
    return [word(project, name) for name in CODES]


def test_given_categories_have_a_nominal_alpha_with_unplaced_as_a_value(project, codes, ada, bo):
    # Money, Money, Tone, unplaced against Money, Tone, Tone, unplaced: n = 8, observed 2 of 8; uses 3, 3, 2.
    of = sorted_round(project, {ada: {"a": "Money", "b": "Money", "c": "Tone"}, bo: {"a": "Money", "b": "Tone", "c": "Tone"}})  # fmt: skip
    found = figure(of, "placement")
    assert found.value == pytest.approx(1 - (2 / 8) / ((8 * 8 - 9 - 9 - 4) / (8 * 7)), abs=1e-12)
    assert (found.units, found.coders, found.low) == (4, 2, None)
    assert "drawing codes again would make random sorts look agreed" in found.interval_because


def test_a_permutation_test_and_the_range_without_one_code_stand_instead_of_an_interval(project, codes, ada, bo):
    piles = {"a": "Money", "b": "Money", "c": "Tone", "d": "Tone"}
    found = figure(sorted_round(project, {ada: piles, bo: piles}), "placement").beside["permuted"]
    # Of the six ways in which Bo could have laid two and two, one agrees with Ada.
    assert 0.1 < found["p"] < 0.25
    assert (found["least"], found["greatest"], found["shuffles"]) == (1.0, 1.0, 1000)


def test_own_categories_are_compared_by_the_adjusted_rand_index(project, codes, ada, bo, lead):
    own = Category(project=project, coined_by=ada)
    own.call("Ada's own")
    own.save()
    of = sorted_round(project, {
        ada: {"a": "Ada's own", "b": "Ada's own", "c": "Tone", "d": "Tone"},
        bo: {"a": "Money", "b": "Money", "c": "Tone", "d": "Tone"},
    })  # fmt: skip
    found = figure(of, "piles")
    assert (found.coefficient, found.value, found.units) == ("adjusted_rand", 1.0, 4)


def test_a_code_left_aside_shares_no_pile(project, codes, ada, bo):
    own = Category(project=project, coined_by=ada)
    own.call("Ada's own")
    own.save()
    of = sorted_round(project, {ada: {"a": "Ada's own", "b": "Tone"}, bo: {"a": "Money"}})
    found = figure(of, "piles")
    assert (found.value, found.units, found.left_out["few"]["count"]) == (None, 1, 3)


def test_a_sort_that_was_not_submitted_is_missing(project, codes, ada, bo):
    of = sorted_round(project, {ada: {"a": "Money"}, bo: None})
    found = figure(of, "placement")
    assert found.undefined_because == "Not defined, because nothing was judged by two people."
    assert found.left_out["not_submitted"]["count"] == 1


@kept
def mapped(project, lead, ada, bo):
    for name in "pqrs":
        create_category(lead, project, name)
    return mapped_round(project, {ada: {"p": 7, "q": 7, "r": 1, "s": None}, bo: {"p": 7, "q": 6, "r": 1, "s": None}})


def test_mappings_have_a_nominal_alpha_with_does_not_fit_as_a_value(mapped):
    # 7-7, 7-6, 1-1, none-none: observed 2 of 8; uses of 7, 6, 1 and none: 3, 1, 2, 2.
    found = figure(mapped, "mapping")
    assert found.value == pytest.approx(1 - (2 / 8) / ((64 - 9 - 1 - 4 - 4) / 56), abs=1e-12)


def test_mappings_into_one_layer_agree_over_layers(mapped):
    assert figure(mapped, "mapping_layer").value == 1.0


def test_cohens_kappa_and_the_confusion_matrix_stand_beside(project, mapped):
    beside = figure(mapped, "mapping").beside
    # pa 3/4; both chose 7 in 2 and 1 of 4, 1 in 1 and 1, none in 1 and 1: pe = (2 + 1 + 1) / 16.
    assert beside["pairs"][0]["kappa"]["value"] == pytest.approx((3 / 4 - 4 / 16) / (1 - 4 / 16), abs=1e-12)
    values = beside["confusion"]["values"]
    named = {"6": str(categories(project)[6].uid), "7": str(categories(project)[7].uid)}
    assert [values.index(named["7"]), values.index(named["6"]), 1] in beside["confusion"]["pairs"][0]["counts"]


def test_a_mapping_round_needs_a_scale_to_be_measured_on(project, lead, ada, bo):
    create_category(lead, project, "p")
    with pytest.raises(BadInput, match="Choose the scale to map to"):
        factory.round_of(project, [ada, bo], "mapping")
