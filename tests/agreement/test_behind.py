"""What lies behind a figure is what it was computed from."""

import csv
import html
import io
import re
import struct

import pytest

from coding.agreement.drawings import MOST_PIXELS, converted
from coding.agreement.rules import measure_again
from coding.axial_coding.rules import merge_all
from coding.codes.models import Category, Code
from coding.codes.rules import create_category, create_code, merge_codes
from coding.people.models import Membership, Role
from tests import factory
from tests.agreement.reading import plain, read, url
from tests.agreement.rounds import STANCES, figure, mapped_round, released, sorted_round, stance_round, word
from tests.reconciliation.factory import released_round

pytestmark = pytest.mark.django_db


def test_behind_a_layer_figure_stand_layers(project, ada, bo, lead, sign_in):
    for n in "pqr":
        create_category(lead, project, n)
    of = mapped_round(project, {ada: {"p": 7, "q": 7, "r": 1}, bo: {"p": 7, "q": 6, "r": 1}})  # 6 and 7: one layer
    one = figure(of, "mapping_layer")
    assert one.value == 1.0
    said = read(sign_in(lead), of, one)
    assert "0 of 3 read differently" in said, said


def test_the_layer_table_gives_the_layer_figure(project, ada, bo, lead, sign_in):
    for n in "pqr":
        create_category(lead, project, n)
    of = mapped_round(project, {ada: {"p": 7, "q": 7, "r": 1}, bo: {"p": 7, "q": 6, "r": 1}})
    rows = list(
        csv.reader(io.StringIO(sign_in(lead).get(url(of, figure(of, "mapping_layer"), "table/")).content.decode()))
    )[1:]
    assert all(row[1] == row[2] for row in rows), rows


def test_the_layer_confusion_opens_what_lies_behind(project, ada, bo, lead, sign_in):
    for n in "pqr":
        create_category(lead, project, n)
    of = mapped_round(project, {ada: {"p": 7, "q": 7, "r": 1}, bo: {"p": 7, "q": 6, "r": 1}})
    said = read(sign_in(lead), of, figure(of, "mapping_layer"), "?said=2~2")
    assert "2 where this was said" in said, said


def test_the_layer_confusion_names_layers(project, ada, bo, lead, sign_in):
    for n in "pqr":
        create_category(lead, project, n)
    of = mapped_round(project, {ada: {"p": 7, "q": 7, "r": 1}, bo: {"p": 7, "q": 6, "r": 1}})
    assert "Universal Alignment" in read(sign_in(lead), of, figure(of, "mapping_layer")).split("on the diagonal")[1]


def test_equal_piles_under_other_names_are_no_difference(project, ada, bo, lead, sign_in):
    create_category(lead, project, "Money")
    create_category(lead, project, "Tone")
    for n in "abcd":
        word(project, n)
    own = Category(project=project, coined_by=ada)
    own.call("Own")
    own.save()
    of = sorted_round(
        project,
        {
            ada: {"a": "Own", "b": "Own", "c": "Tone", "d": "Tone"},
            bo: {"a": "Money", "b": "Money", "c": "Tone", "d": "Tone"},
        },
    )
    assert figure(of, "piles").value == 1.0
    assert "2 of 4 read differently" not in read(sign_in(lead), of, figure(of, "piles"))


def test_cu_alpha_opens_the_disagreements_that_it_is_about(project, ada, bo, lead, sign_in):
    word(project, "late fee", "Money")
    word(project, "refund", "Money")
    Category.objects.filter(project=project).update(is_exclusive=True)
    of = released(
        project, [{ada: {"abcde": "late fee", "klmno": "refund"}, bo: {"abcde": "late fee", "klmno": "late fee"}}]
    )
    one = figure(of, "exclusive_group", "Money", coefficient="cu_alpha")
    assert one.value < 1
    assert "1 of 1 read differently" in read(sign_in(lead), of, one)


def test_the_group_row_without_a_figure_has_no_share_of_another_question(project, ada, bo, lead):
    of = released(project, [{ada: {"abcde": "fee", "klmno": "x"}, bo: {"abcde": "y", "klmno": "z"}}])
    one = figure(of, "exclusive_group", coefficient="cu_alpha")
    assert one.percent is None, one.percent  # 100 %: "coded at all", though no two codes are the same


def test_a_number_opens_what_lies_behind_it(project, ada, bo, lead, sign_in):
    cy = factory.member(project, "cy")
    of = released_round(project, [ada, bo, cy], [("7", "6", "1"), ("6", "7", "1"), ("1", "7", "6"), ("7", "7", "7")])
    body = sign_in(lead).get(url(of) + "?pair=0-1").content.decode()
    link = re.search(r'href="([^"]*\?said=7~6[^"]*)">(\d+)<', body)
    said = plain(sign_in(lead).get(html.unescape(link[1])).content.decode())
    assert f"{link[2]} where this was said beside that" in said, (link[2], re.search(r"\d+ where this", said)[0])


def test_an_adjusted_rand_index_counts_coders_who_sorted(project, ada, bo, lead):
    cy = factory.member(project, "cy")
    create_category(lead, project, "Tone")
    for n in "abcd":
        word(project, n)
    own = Category(project=project, coined_by=ada)
    own.call("Own")
    own.save()
    piles = {"a": "Own", "b": "Own", "c": "Tone", "d": "Tone"}
    assert figure(sorted_round(project, {ada: piles, bo: piles, cy: None}), "piles").coders == 2


def test_what_stands_beside_a_direction_is_of_the_same_incidents(lead):
    of = stance_round(lead, STANCES)
    beside = figure(of, "direction", "Self-direction").beside
    found = {row["coefficient"]: row["value"] for row in beside["coefficients"]}
    # Four incidents that both touched: 1-1, -1/-1, 1/-1, 1-1. pa 3/4; "for" 5 of 8: pe = (25 + 9) / 64.
    assert found["scott_pi"] == pytest.approx((3 / 4 - 34 / 64) / (1 - 34 / 64)), found


def test_one_coders_codes_merged_are_still_one_coders(project, ada, bo, lead):
    of = released(project, [{ada: {"abcde": "fee", "klmno": "charge"}, bo: {"abcde": "other"}}])
    fee, charge = Code.objects.get(name="fee"), Code.objects.get(name="charge")
    merge_all(lead, [fee, charge], fee, "The same.")
    measure_again(lead, of)
    one = figure(of, "merged", "fee", batch=2)
    assert one.value is None, one.value


def test_after_merging_bears_the_name_of_what_it_became(project, ada, bo, lead):
    of = released(project, [{ada: {"abcde": "fee"}, bo: {"abcde": "late fee"}}])
    target = create_code(lead, project, "Charges")
    for name in ("fee", "late fee"):
        merge_codes(lead, Code.objects.get(name=name), target, "The same.")
    measure_again(lead, of)
    assert figure(of, "merged", batch=2).method["about"]["name"] == "Charges", figure(of, "merged", batch=2).method[
        "about"
    ]


def test_merged_twice(project, ada, bo, lead):
    of = released(project, [{ada: {"abcde": "fee"}, bo: {"abcde": "late fee"}}])
    fee, late = Code.objects.get(name="fee"), Code.objects.get(name="late fee")
    merge_codes(lead, fee, late, "x")
    target = create_code(lead, project, "Charges")
    merge_codes(lead, Code.objects.get(pk=late.pk), target, "y")
    measure_again(lead, of)
    assert figure(of, "merged", batch=2).value == 1.0


def test_a_code_of_the_edition_merged_later(project, ada, bo, lead):
    word(project, "fee")
    word(project, "late fee")
    of = released(project, [{ada: {"abcde": "fee"}, bo: {"abcde": "late fee"}}])
    before = figure(of, "code", "fee").value
    merge_codes(lead, Code.objects.get(name="fee"), Code.objects.get(name="late fee"), "x")
    measure_again(lead, of)
    assert figure(of, "code", "fee", 2).value == before
    assert figure(of, "merged", "late fee", 2).value == 1.0


def test_placed_by_an_edition_means_that_edition(project, ada, bo, lead):
    word(project, "fee", "Money", 7)
    of = released(project, [{ada: {"abcde": "fee"}, bo: {"abcde": "charge"}}])
    first = figure(of, "placed", "Money")
    merge_codes(lead, Code.objects.get(name="charge"), Code.objects.get(name="fee"), "The same.")  # in no edition yet
    measure_again(lead, of)
    second = figure(of, "placed", "Money", 2)
    assert first.method["placed_by"] == second.method["placed_by"]
    assert first.value == second.value, (first.value, second.value)


def test_the_same_work_under_other_ids_has_the_same_random_placements(lead):
    def made(name):
        project = factory.project(lead, name)
        ada, bo = (factory.user(f"{name}{who}") for who in "ab")
        for who in (ada, bo):
            Membership.objects.create(project=project, user=who, role=Role.CODER)
        for n in range(6):
            word(project, f"code {n}", "Money" if n < 2 else "Tone" if n < 4 else None)
        return released(
            project,
            [
                {
                    ada: {"ab": "code 0", "cd": "code 1", "ef": "code 2", "gh": "code 4"},
                    bo: {"ab": "code 1", "cd": "code 3", "efg": "code 2", "ij": "code 5"},
                }
            ],
        )

    found = [figure(made(name), "placed", "Money").beside["random"] for name in ("one", "two", "three")]
    assert len({(one["mean"], one["p"]) for one in found}) == 1, [(one["mean"], one["p"]) for one in found]


def test_a_picture_of_many_figures_stays_small():
    rows = "".join(f'<text x="9" y="{at * 24}">code {at}</text>' for at in range(1500))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="832" height="36046" viewBox="0 0 832 36046">{rows}</svg>'
    width, height = struct.unpack(">II", converted(svg, "png")[16:24])
    assert width * height <= MOST_PIXELS * 1.01
