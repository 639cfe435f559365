"""Measuring an open round: marks in texts to continua, and figures as stored. Numbers by hand are in the comments."""

import pytest

from coding.agreement.models import Measurement
from coding.agreement.rules import NotMeasured, measure_again
from coding.axial_coding.rules import merge_all
from coding.codes.models import Category, Code
from coding.codes.rules import freeze
from coding.reconciliation.rules import release_round
from coding.rounds.models import Assignment
from tests import factory
from tests.agreement.rounds import figure, open_round, released, word
from tests.kept import kept

pytestmark = pytest.mark.django_db

# Two coders, 24 code points each: Ada marks 10, Bo the first 5 of them. l = 48, coded 15, gaps 33, squares 125.
HALF = [{"ada": {"abcdefghij": "late fee"}, "bo": {"abcde": "late fee"}}]
BY_HAND = 1 - 5 * (48**2 - 125 - 33) / (48 * 33 * 15)


def people(said, **coders):
    return [{coders[name]: quotes for name, quotes in row.items()} for row in said]


def test_is_it_coded_at_all_by_hand(project, ada, bo):
    found = figure(released(project, people(HALF, ada=ada, bo=bo)), "coded")
    assert found.value == pytest.approx(BY_HAND, abs=1e-12)
    assert (found.units, found.coders, found.pairable) == (1, 2, 48)
    assert found.percent == pytest.approx(100 * 19 / 24)


def test_a_code_of_the_edition_has_its_own_figure(project, ada, bo):
    word(project, "late fee")
    word(project, "never used")
    of = released(project, people(HALF, ada=ada, bo=bo))
    assert figure(of, "code", "late fee").value == pytest.approx(BY_HAND, abs=1e-12)
    assert figure(of, "code", "late fee").uses == 1
    unused = figure(of, "code", "never used")
    assert (unused.value, unused.undefined_because) == (
        None, "Not defined: no coder used this code on text that two coders judged.",
    )  # fmt: skip


def test_equal_texts_under_private_codes_have_no_figure_until_they_are_merged(project, ada, bo, lead):
    of = released(project, people([{"ada": {"abcde": "fee"}, "bo": {"abcde": "late fee"}}], ada=ada, bo=bo))
    for name in ("fee", "late fee"):
        assert figure(of, "code", name).undefined_because == "Not defined: only one coder had this code."
    fee, late = Code.objects.get(name="fee"), Code.objects.get(name="late fee")
    merge_all(lead, [fee, late], late, "They mean the same.")
    measure_again(lead, of)
    merged = figure(of, "merged", "late fee", batch=2)
    assert (merged.value, merged.method["about"]["merges"]) == (1.0, ["fee", "late fee"])
    assert {figure(of, "code", name, batch).value for name in ("fee", "late fee") for batch in (1, 2)} == {None}


def test_an_untouched_paragraph_judged_both_ways(project, ada, bo):
    # Two paragraphs: 20 code points with their white space, and "uvwxy (1)". Both mark "abcde"; the second is bare.
    text = "abcdefghijklmnopqr\n\nuvwxy"
    said = people([{"ada": {"abcde": "fee"}, "bo": {"abcd": "fee"}}], ada=ada, bo=bo)
    read = figure(released(project, said, text), "coded")
    left = figure(released(project, said, text, rest="left_out"), "coded")
    # Read and empty: l = 2 * 29 = 58, coded 9, squares 41; left out by both: 9 code points fewer each, l = 40.
    assert read.value == pytest.approx(1 - 1 * (58**2 - 41 - 49) / (58 * 49 * 9), abs=1e-12)
    assert left.value == pytest.approx(1 - 1 * (40**2 - 41 - 31) / (40 * 31 * 9), abs=1e-12)
    assert left.left_out["paragraphs"]["count"] == 18


def test_two_incidents_are_pooled_by_sums(project, ada, bo):
    # Ada marks 10 and 5 code points, Bo 5 and 5: l = 96, coded 25, gaps 71, squares 100 + 25 + 25 + 25, apart 5.
    said = [*HALF, {"ada": {"fghij": "late fee"}, "bo": {"fghij": "late fee"}}]
    found = figure(released(project, people(said, ada=ada, bo=bo)), "coded")
    assert found.value == pytest.approx(1 - 5 * (96**2 - 175 - 71) / (96 * 71 * 25), abs=1e-12)


def test_what_is_not_submitted_is_missing_and_no_gap(project, ada, bo):
    found = figure(released(project, people([*HALF, {"ada": {"abc": "fee"}, "bo": None}], ada=ada, bo=bo)), "coded")
    assert found.value == pytest.approx(BY_HAND, abs=1e-12)
    assert (found.units, found.left_out["not_submitted"]["count"], found.left_out["few"]["count"]) == (1, 1, 1)


def test_uncodable_is_missing_and_counted(project, ada, bo, lead):
    of = open_round(project, people([*HALF, {"ada": {"abc": "fee"}, "bo": {}}], ada=ada, bo=bo))
    Assignment.objects.filter(round=of, coder=bo, incident__number=2).update(uncodable_because="The text is cut.")
    release_round(lead, of)
    found = figure(of, "coded")
    assert (found.value, found.left_out["uncodable"]["count"]) == (pytest.approx(BY_HAND, abs=1e-12), 1)


@kept
def placed(project, ada, bo):
    """Two codes of one category that is mapped to 7 (layer 2), and one that has no place."""
    word(project, "late fee", "Money", 7)
    word(project, "refund", "Money", 7)
    word(project, "tone")
    said = [{"ada": {"abcde": "late fee", "klmno": "tone"}, "bo": {"abcde": "refund", "klmno": "tone"}}]
    return released(project, people(said, ada=ada, bo=bo))


def test_the_same_text_is_judged_by_code_category_scale_category_and_layer(placed):
    # By code nothing is shared; by category both marked the same five code points.
    assert figure(placed, "code", "late fee").value < 0
    assert figure(placed, "placed", "Money").value == 1.0
    assert figure(placed, "scale_category", "Misinformation and Factual Hallucinations").value == 1.0
    assert figure(placed, "layer", "Universal Alignment and Integrity Layer").value == 1.0


def test_text_under_unplaced_codes_is_a_value_of_its_own_with_its_share(placed):
    found = figure(placed, "placed", "Unplaced codes")
    assert (found.value, found.beside["share"]) == (1.0, 0.5)


def test_random_placements_of_the_same_sizes_stand_beside(placed):
    found = figure(placed, "placed", "Money").beside["random"]
    # Of the three ways to place two of three codes together, one joins the codes that lie on the same text.
    assert (found["codes"], found["all_codes"], found["draws"]) == (2, 3, 200)
    assert found["mean"] < 1
    assert 0.2 < found["p"] < 0.5


def test_the_edition_that_placed_the_codes_is_named(project, placed, lead):
    assert figure(placed, "placed", "Money").method["placed_by"] == placed.edition.number
    word(project, "rude", "Manners")
    later = freeze(lead, project)
    measure_again(lead, placed)
    assert figure(placed, "placed", "Money", batch=2).method["placed_by"] == later.number
    assert figure(placed, "placed", "Money").method["placed_by"] == placed.edition.number


def test_codes_overlap_so_that_cu_alpha_is_not_defined_without_an_exclusive_group(placed):
    found = figure(placed, "exclusive_group", coefficient="cu_alpha")
    assert found.value is None
    assert found.undefined_because.startswith("Not defined: codes overlap.")


def test_an_exclusive_group_has_cu_alpha_and_ku_alpha(project, ada, bo):
    word(project, "late fee", "Money")
    word(project, "refund", "Money")
    Category.objects.filter(project=project).update(is_exclusive=True)
    said = [{"ada": {"abcde": "late fee", "klmno": "refund"}, "bo": {"abcde": "late fee", "klmno": "late fee"}}]
    of = released(project, people(said, ada=ada, bo=bo))
    # Coded by both: 10 code points, 5 alike. Coincidences: fee-fee 10, fee-refund 5 each way; l = 20, l_fee 15.
    found = figure(of, "exclusive_group", "Money", coefficient="cu_alpha")
    assert found.value == pytest.approx(1 - 10 / ((2 * 15 * 5) / (20 - 100 / 20)), abs=1e-9)
    assert figure(of, "code", "refund", coefficient="ku_alpha").value is not None


def test_a_machine_coder_changes_no_digit_and_stands_apart(project, ada, bo):
    robot = factory.member(project, "robot")
    robot.is_machine = True
    robot.save()
    three = people([{**HALF[0], "robot": {"abcdefghij": "late fee"}}], ada=ada, bo=bo, robot=robot)
    found = figure(released(project, three), "coded")
    assert (found.value, found.coders) == (pytest.approx(BY_HAND, abs=1e-12), 2)
    assert found.left_out["machine"]["count"] == 1
    beside = found.beside["machines"][0]
    assert (beside["machine"]["name"], beside["with_humans"]["pairs"]) == ("Robot", 2)
    assert beside["with_humans"]["value"] == pytest.approx((1 + BY_HAND) / 2)
    assert beside["among_humans"]["value"] == pytest.approx(BY_HAND)


def test_pairs_of_coders_stand_beside(project, ada, bo):
    cy = factory.member(project, "cy")
    of = released(project, people([{**HALF[0], "cy": {"abcde": "late fee"}}], ada=ada, bo=bo, cy=cy))
    found = {tuple(row["coders"]): row["value"] for row in figure(of, "coded").beside["pairs"]}
    assert found == {(0, 1): pytest.approx(BY_HAND), (0, 2): pytest.approx(BY_HAND), (1, 2): 1.0}


def test_a_round_coded_together_is_not_measured(project, ada, bo, lead):
    of = released(project, people(HALF, ada=ada, bo=bo), is_blind=False)
    assert not Measurement.objects.filter(round=of).exists()
    with pytest.raises(NotMeasured):
        measure_again(lead, of)


def test_an_open_round_can_not_be_measured_before_its_release(project, ada, bo, lead):
    with pytest.raises(NotMeasured):
        measure_again(lead, open_round(project, people(HALF, ada=ada, bo=bo)))


def test_the_same_work_has_the_same_hash_and_digits(project, ada, bo, lead):
    of = released(project, people(HALF, ada=ada, bo=bo))
    measure_again(lead, of)
    first, second = figure(of, "coded"), figure(of, "coded", batch=2)
    assert (first.value, first.input_sha256) == (second.value, second.input_sha256)


def test_a_marked_stretch_counts_as_judged_whatever_a_mark_says(project, ada, bo, lead):
    of = open_round(project, people(HALF, ada=ada, bo=bo))
    held = of.assignments.get(coder=bo)
    held.marks.create(start=0, end=24, kind="left_out")
    release_round(lead, of)
    # What Bo left out is missing for Bo, but for the five code points that Bo marked: both judged these alone.
    found = figure(of, "coded")
    assert (found.pairable, found.undefined_because) == (10, "Not defined: every coder coded everything.")
