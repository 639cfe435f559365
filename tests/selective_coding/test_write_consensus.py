"""What stands for an incident is written whole, and never touches the coders' rows."""

import pytest

from coding.codes.models import ScaleCategory
from coding.codes.rules import add_scale
from coding.codes.scales import shipped
from coding.lib.refusals import BadInput
from coding.open_coding.models import SettledBy
from coding.rounds.models import Round
from coding.selective_coding.models import ConsensusRating, Rating
from coding.selective_coding.rules import Standing, write_consensus, write_consensus_of_all
from tests import factory
from tests.kept import kept
from tests.selective_coding.factory import categories, save


@kept
def rated(project, ada, bo):
    factory.incidents(project, 3)
    return factory.round_of(project, [ada, bo], Round.Stage.RATING)


@kept
def incident(rated):
    return rated.assignments.order_by("position").first().incident


@kept
def row(project, rated):
    return categories(project)


def stands(rated, incident):
    found = ConsensusRating.objects.filter(round=rated, incident=incident).order_by("scale_category__number")
    return [(one.scale_category and one.scale_category.number, one.is_primary, one.is_plural) for one in found]


def test_rows_are_replaced(rated, incident, row):
    write_consensus(rated, incident, [(row[7], True, False), (row[6], False, False)], SettledBy.DECISION)
    write_consensus(rated, incident, [Standing(row[1], True)], SettledBy.DECISION)
    assert stands(rated, incident) == [(1, True, False)]


def test_none_applies_stands_as_a_row_without_category(rated, incident):
    write_consensus(rated, incident, [Standing(None)], SettledBy.UNANIMITY)
    assert stands(rated, incident) == [(None, False, False)]


def test_no_rows_take_it_back(rated, incident):
    write_consensus(rated, incident, [Standing(None)], SettledBy.DECISION)
    write_consensus(rated, incident, [], SettledBy.DECISION)
    assert stands(rated, incident) == []


def test_a_plural_difference_keeps_all_readings(rated, incident, row):
    rows = [Standing(None, False, True), Standing(row[7], True, True), Standing(row[6], True, True)]
    write_consensus(rated, incident, rows, SettledBy.DECISION)
    assert len(stands(rated, incident)) == 3


def test_other_incidents_and_the_coders_rows_stay(rated, incident, row):
    held = rated.assignments.order_by("position").first()
    save(held, 7)
    other = rated.assignments.order_by("position").last().incident
    write_consensus(rated, other, [Standing(None)], SettledBy.DECISION)
    write_consensus(rated, incident, [Standing(row[6], True)], SettledBy.DECISION)
    assert stands(rated, other) == [(None, False, False)]
    assert Rating.objects.get().scale_category.number == 7


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(None, False, False), (7, True, False)], "None applies"),
        ([(7, False, False)], "Exactly one"),
        ([(7, True, False), (6, True, False)], "Exactly one"),
        ([(7, True, False), (7, False, False)], "only once"),
        ([(None, True, False)], "no primary"),
    ],
)
def test_rows_that_cannot_stand_together_are_refused(rated, incident, row, rows, why):
    with pytest.raises(BadInput, match=why):
        write_consensus(rated, incident, [(row[n] if n else None, p, q) for n, p, q in rows], SettledBy.DECISION)
    assert stands(rated, incident) == []


def test_a_category_of_another_scale_is_refused(rated, incident, project, lead):
    other = add_scale(lead, project, {**shipped("gvs"), "name": "A second scale"})
    foreign = ScaleCategory.objects.filter(layer__scale=other).first()
    with pytest.raises(BadInput, match="another scale"):
        write_consensus(rated, incident, [Standing(foreign, True)], SettledBy.DECISION)


def test_how_it_was_settled_must_be_known(rated, incident):
    with pytest.raises(BadInput, match="settled"):
        write_consensus(rated, incident, [Standing(None)], "by chance")


def test_many_incidents_cost_as_much_as_one(rated, django_assert_num_queries):
    incidents = [held.incident for held in rated.assignments.select_related("incident")]
    with django_assert_num_queries(6):
        write_consensus_of_all(rated, {incidents[0]: [Standing(None)]}, SettledBy.UNANIMITY)
    with django_assert_num_queries(6):
        write_consensus_of_all(rated, {one: [Standing(None)] for one in incidents}, SettledBy.UNANIMITY)
