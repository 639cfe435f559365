"""A coder sorts in two rounds at once: an own category is theirs in both."""

import pytest
from django.db import transaction

from coding.axial_coding import sorting
from coding.codes.models import Category
from coding.codes.rules import MovedOn
from tests import factory
from tests.axial_coding.sorts import said, sort_round, uid_of, uids
from tests.codes.test_rules import at_once, two_leads


@pytest.fixture
def two_sorts(project, ada, bo):
    """Ada sorts in two rounds at once; an own category of hers is empty in both."""
    with transaction.atomic():
        one = factory.assignment(sort_round(project, [ada, bo]), ada)
        other = factory.assignment(factory.round_of(project, [ada, bo], "axial", incidents=[], name="Again"), ada)
        sorting.put(ada, one, uids("alpha"), new="Delay")
        sorting.put(ada, one, uids("alpha"))
    return one, other


@two_leads
@pytest.mark.django_db(transaction=True)
def test_no_card_goes_into_an_own_category_that_is_removed_in_another_sort(ada, two_sorts):
    (one, other), own = two_sorts, uid_of("Delay")
    error = at_once(lambda: sorting.remove_own(ada, one, own), lambda: sorting.put(ada, other, uids("beta"), own))
    assert isinstance(error, MovedOn)
    assert "was removed in another tab" in str(error)
    assert not Category.objects.filter(uid=own).exists()


@two_leads
@pytest.mark.django_db(transaction=True)
def test_an_own_category_that_is_removed_in_another_sort_is_made_anew_by_its_name(ada, two_sorts):
    (one, other), own = two_sorts, uid_of("Delay")
    error = at_once(
        lambda: sorting.remove_own(ada, one, own), lambda: sorting.put(ada, other, uids("beta"), new="Delay")
    )
    assert error is None
    assert said(other) == {"beta": "Delay"}


@two_leads
@pytest.mark.django_db(transaction=True)
def test_an_own_category_that_gets_a_card_in_another_sort_is_not_removed(ada, two_sorts):
    (one, other), own = two_sorts, uid_of("Delay")
    error = at_once(lambda: sorting.put(ada, other, uids("beta"), own), lambda: sorting.remove_own(ada, one, own))
    assert isinstance(error, sorting.NotEmpty)
    assert said(other) == {"beta": "Delay"}
