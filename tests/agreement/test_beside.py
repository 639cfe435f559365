"""What stands beside a rating round's figures: stance scales, other coefficients, pairs, machines, groups; stability."""

import krippendorff
import pytest
from sklearn.metrics import cohen_kappa_score

from coding.agreement.models import Measurement
from coding.people.models import Membership
from coding.reconciliation.rules import release_round
from tests import factory
from tests.agreement.rounds import STANCES, figure, open_round, stance_round, weeks_ago
from tests.reconciliation.factory import SMALL, rated_round, released_round

pytestmark = pytest.mark.django_db


def test_cohens_kappa_of_a_pair_equals_scikit_learn(project, ada, bo):
    found = figure(released_round(project, [ada, bo]), "primary").beside["pairs"][0]
    ours, theirs = zip(*[(row[0].split()[0], row[1].split()[0]) for row in SMALL], strict=True)
    assert found["kappa"]["value"] == pytest.approx(cohen_kappa_score(ours, theirs), abs=1e-12)


def test_two_coders_have_scotts_pi_and_three_have_none(project, ada, bo):
    names = {row["coefficient"] for row in figure(released_round(project, [ada, bo]), "primary").beside["coefficients"]}
    assert names == {"fleiss_kappa", "gwet_ac1", "brennan_prediger", "scott_pi"}
    cy = factory.member(project, "cy")
    of = released_round(project, [ada, bo, cy], [(*row, row[0]) for row in SMALL])
    assert "scott_pi" not in {row["coefficient"] for row in figure(of, "primary").beside["coefficients"]}


def test_brennan_prediger_counts_the_categories_that_could_be_chosen(project, ada, bo):
    found = {row["coefficient"]: row["value"] for row in figure(released_round(project, [ada, bo]), "primary").beside["coefficients"]}  # fmt: skip
    # Three of six primaries are the same, of 12 categories and "none applies".
    assert found["brennan_prediger"] == pytest.approx((3 / 6 - 1 / 13) / (1 - 1 / 13), abs=1e-12)


def test_the_confusion_matrix_holds_every_pair_of_primaries(project, ada, bo):
    found = figure(released_round(project, [ada, bo]), "primary").beside["confusion"]
    assert found["values"][:2] == ["none applies", "1"]
    # 7-7 twice, none-none, none-7, 6-7, 1-11.
    assert found["pairs"] == [{"coders": [0, 1], "counts": [[0, 0, 1], [0, 7, 1], [1, 11, 1], [6, 7, 1], [7, 7, 2]]}]


def test_groups_of_two_coders_or_more_are_compared(project, ada, bo):
    others = [factory.member(project, name) for name in ("cy", "di")]
    for group, people in {"clinic": [ada, bo], "court": others}.items():
        Membership.objects.filter(project=project, user__in=people).update(attributes={"group": group})
    of = released_round(project, [ada, bo, *others], [(*row, *row) for row in SMALL])
    [found] = figure(of, "sets", coefficient="alpha_masi").beside["groups"]
    alone = figure(released_round(project, [ada, bo]), "sets", coefficient="alpha_masi").value
    assert [(row["group"], row["value"]) for row in found["within"]] == [
        ("clinic", pytest.approx(alone)), ("court", pytest.approx(alone)),
    ]  # fmt: skip
    assert (found["attribute"], found["between"][0]["groups"]) == ("group", ["clinic", "court"])


def test_coders_without_groups_are_not_compared(project, ada, bo):
    assert "groups" not in figure(released_round(project, [ada, bo]), "sets", coefficient="alpha_masi").beside


def test_a_machine_stands_beside_people_on_the_same_incidents(project, ada, bo):
    robot = factory.member(project, "robot")
    robot.is_machine = True
    robot.save()
    of = rated_round(project, [ada, bo, robot], [(*row, row[0]) for row in SMALL])
    of.assignments.filter(coder=robot).update(machine={"model": "echo", "version": "1"})
    of = release_round(factory.lead_of(project), of).round
    found = figure(of, "primary")
    [apart] = found.beside["machines"]
    assert apart["machine"]["said"] == [{"model": "echo", "version": "1"}]
    assert apart["with_humans"]["value"] == pytest.approx((1 + found.value) / 2)
    assert apart["among_humans"]["value"] == pytest.approx(found.value)


def test_a_stance_is_ordinal_with_touched_and_direction_beside(lead):
    rows, of = STANCES, stance_round(lead, STANCES)
    first = of.scale.layers.get(position=1).categories.get(position=1).name

    def theirs(table, level):
        return krippendorff.alpha(list(zip(*table, strict=True)), level_of_measurement=level)

    ordinal, touched, direction = (figure(of, level, first) for level in ("stance", "value", "direction"))
    assert ordinal.value == pytest.approx(theirs(rows, "ordinal"), abs=1e-9)
    assert touched.value == pytest.approx(theirs([[abs(one) for one in row] for row in rows], "nominal"), abs=1e-9)
    both = [row for row in rows if 0 not in row]
    assert direction.value == pytest.approx(theirs(both, "nominal"), abs=1e-9)
    assert direction.units == len(both)
    names = {row["coefficient"] for row in ordinal.beside["coefficients"]}
    assert names == {"fleiss_kappa", "gwet_ac2", "brennan_prediger", "scott_pi"}


def test_a_stability_round_compares_each_coder_with_their_own_earlier_reading(project, ada, bo):
    weeks_ago(released_round(project, [ada, bo], shows_earlier="none"), 3)
    again = released_round(
        project, [ada, bo], [(row[0], row[0]) for row in SMALL], purpose="stability", shows_earlier="none"
    )
    ada_again = figure(again, "own_primary", "Ada")
    assert (ada_again.value, ada_again.units) == (1.0, 6)
    # Bo repeats Ada, so that Bo's stability is Ada's and Bo's agreement.
    between = figure(released_round(project, [ada, bo], shows_earlier="none"), "primary").value
    assert figure(again, "own_primary", "Bo").value == pytest.approx(between)
    assert not Measurement.objects.filter(round=again, level="primary").exists()


def test_a_reading_of_less_than_two_weeks_ago_is_no_second_occasion(project, ada, bo):
    weeks_ago(released_round(project, [ada, bo], shows_earlier="none"), 1)
    again = released_round(project, [ada, bo], purpose="stability", shows_earlier="none")
    found = figure(again, "own_primary", "Ada")
    assert found.undefined_because == (
        "Not defined, because there is no incident that this coder read twice, at least 14 days apart."
    )
    assert found.left_out["few"]["count"] == 6


def test_a_stability_round_of_texts_compares_what_was_marked_twice(project, ada, bo):
    said = [{ada: {"abcde": "fee"}, bo: {"abcdefghij": "fee"}}]
    weeks_ago(release_round(factory.lead_of(project), open_round(project, said)).round, 3)
    more = [{ada: {"abcde": "fee"}, bo: {"abcde": "fee"}}]
    again = release_round(factory.lead_of(project), open_round(project, more, purpose="stability")).round
    assert figure(again, "own_coded", "Ada").value == 1.0
    assert figure(again, "own_coded", "Bo").value == pytest.approx(1 - 5 * (48**2 - 125 - 33) / (48 * 33 * 15))
