"""Two leads change one scale at once: the second sees what the first did, and nothing is mapped to what retired."""

import pytest

from coding.codes import scale_edits, scale_regroup
from coding.codes.checks import NotLiving
from coding.codes.models import Mapping, ScaleCategory
from coding.codes.rules import create_category, map_category
from coding.codes.scale_undo import undo_last_of
from coding.codes.undo import AlreadyUndone
from tests.codes.test_rules import at_once, two_leads

WHY = "One thing."


def number(project, at):
    return ScaleCategory.objects.get(layer__scale__project=project, number=at)


@two_leads
@pytest.mark.django_db(transaction=True)
def test_mapping_to_a_category_that_another_lead_retired_a_second_ago_is_refused(project, lead):
    word, seventh = create_category(lead, project, "word"), number(project, 7)
    error = at_once(
        lambda: scale_regroup.retire(lead, number(project, 7), WHY),
        lambda: map_category(lead, word, project.scales.get(), seventh, "x"),
    )
    assert isinstance(error, NotLiving)
    assert not Mapping.objects.exists()


@two_leads
@pytest.mark.django_db(transaction=True)
def test_two_leads_who_merge_crosswise_leave_one_in_use(project, lead):
    sixth, seventh = number(project, 6), number(project, 7)
    error = at_once(
        lambda: scale_regroup.merge(lead, number(project, 6), number(project, 7), WHY),
        lambda: scale_regroup.merge(lead, seventh, sixth, WHY),
    )
    assert isinstance(error, NotLiving)
    assert number(project, 7).retired_at is None


@two_leads
@pytest.mark.django_db(transaction=True)
def test_a_merge_takes_what_another_lead_mapped_a_second_ago(project, lead):
    word, seventh, sixth = create_category(lead, project, "word"), number(project, 7), number(project, 6)
    error = at_once(
        lambda: map_category(lead, word, project.scales.get(), number(project, 7), "x"),
        lambda: scale_regroup.merge(lead, seventh, sixth, WHY),
    )
    assert error is None
    assert Mapping.objects.get().scale_category == sixth


@two_leads
@pytest.mark.django_db(transaction=True)
def test_two_leads_who_move_the_last_two_of_a_layer_leave_one_there(project, lead):
    eleventh, twelfth, into = number(project, 11), number(project, 12), number(project, 1).layer
    error = at_once(
        lambda: scale_regroup.move_to_layer(lead, number(project, 11), number(project, 1).layer, WHY),
        lambda: scale_regroup.move_to_layer(lead, twelfth, into, WHY),
    )
    assert isinstance(error, scale_regroup.LastOfLayer)
    assert (number(project, 11).layer, number(project, 12).layer) == (into, eleventh.layer)


@two_leads
@pytest.mark.django_db(transaction=True)
def test_two_leads_who_move_two_to_one_layer_give_them_two_positions(project, lead):
    seventh, into = number(project, 7), number(project, 1).layer
    error = at_once(
        lambda: scale_regroup.move_to_layer(lead, number(project, 6), number(project, 1).layer, WHY),
        lambda: scale_regroup.move_to_layer(lead, seventh, into, WHY),
    )
    assert (error, number(project, 6).position, number(project, 7).position) == (None, 5, 6)


@two_leads
@pytest.mark.django_db(transaction=True)
def test_two_leads_who_undo_at_once_undo_once(project, lead):
    scale_edits.reword(lead, number(project, 7), {"name": "Slips"}, WHY)
    scale_regroup.split(lead, number(project, 7), {"name": "Slips"}, {"name": "Lies"}, [], WHY)
    seventh, again = number(project, 7), number(project, 7)
    error = at_once(lambda: undo_last_of(lead, seventh, WHY), lambda: undo_last_of(lead, again, WHY))
    assert isinstance(error, AlreadyUndone)
    assert ScaleCategory.objects.filter(layer__scale__project=project).count() == 12
