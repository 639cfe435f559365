"""Verbs over several cards."""

import pytest

from coding.axial_coding import rules
from coding.codes.models import Category, Code
from coding.codes.rules import NameTaken, NotLiving, create_code, retire
from coding.lib.refusals import BadInput
from coding.people.models import Event
from tests.axial_coding.factory import category, many_codes
from tests.kept import kept


@kept
def codes(project, lead):
    return [create_code(lead, project, name) for name in ("alpha", "beta", "gamma")]


def test_several_cards_move_at_once(project, lead, codes):
    trust = category(project, "Trust")
    rules.sort(lead, project, codes[:2], trust)
    assert set(trust.codes.all()) == set(codes[:2])
    rules.sort(lead, project, codes[:2], None)
    assert not trust.codes.exists()


def test_cards_move_into_a_category_made_for_them(project, lead, codes):
    made = rules.sort(lead, project, codes, None, " Repair ")
    assert (made.name, made.codes.count()) == ("Repair", 3)


def test_all_cards_move_or_none(project, lead, codes):
    retire(lead, codes[2], "Never used.")
    with pytest.raises(NotLiving, match="gamma"):
        rules.sort(lead, project, codes, None, "Repair")
    assert not Category.objects.exists()
    assert not Code.objects.filter(category__isnull=False).exists()


def test_a_second_column_of_one_name_is_refused(project, lead, codes):
    category(project, "Repair")
    with pytest.raises(NameTaken):
        rules.sort(lead, project, codes, None, "repair")


def test_nothing_selected_and_too_much_selected_are_said(project, lead):
    with pytest.raises(BadInput, match="at least one"):
        rules.sort(lead, project, [], None)
    with pytest.raises(BadInput, match="501 codes"):
        rules.sort(lead, project, many_codes(project, lead, 501), None)


def test_several_codes_become_one_of_them(project, lead, codes):
    alpha, beta, gamma = codes
    rules.merge_all(lead, codes, beta, "They mean the same.")
    assert set(Code.objects.filter(merged_into=beta)) == {alpha, gamma}
    assert set(Event.objects.filter(verb="merge_codes").values_list("reason", flat=True)) == {"They mean the same."}


def test_a_merge_of_several_is_done_whole_or_not_at_all(project, lead, codes):
    alpha, beta, gamma = codes
    retire(lead, gamma, "Never used.")
    with pytest.raises(NotLiving):
        rules.merge_all(lead, [alpha, gamma], beta)
    assert not Code.objects.filter(merged_into__isnull=False).exists()


def test_one_code_alone_is_no_merge(project, lead, codes):
    with pytest.raises(BadInput, match="at least two"):
        rules.merge_all(lead, codes[:1], codes[0])


def test_fifty_codes_merge_at_once_and_not_one_more(project, lead):
    codes = many_codes(project, lead, 51)
    with pytest.raises(BadInput, match="51 codes"):
        rules.merge_all(lead, codes, codes[0])
    rules.merge_all(lead, codes[:50], codes[0])
    assert Code.objects.filter(merged_into=codes[0]).count() == 49
