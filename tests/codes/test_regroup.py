"""Categories are merged and split; codes move along, and an undo restores exactly."""

import pytest

from coding.axial_coding.splitting import ways
from coding.codes import scale_regroup
from coding.codes.checks import MergeCycle, MovedOn, NameTaken, NotLiving
from coding.codes.models import Category, Code, Mapping, Relation, ScaleCategory
from coding.codes.regroup import merge_categories, split_category
from coding.codes.rules import (
    choose_core,
    create_category,
    create_code,
    freeze,
    map_category,
    merge_codes,
    place,
    relate,
    retire,
    unrelate,
)
from coding.codes.scale_undo import bring_back
from coding.codes.undo import undo
from coding.lib.refusals import BadInput
from coding.people.models import Event
from tests import factory
from tests.kept import kept

WHY = "They are one phenomenon."


def state():
    """All that an undo has to bring back."""
    return (
        list(Code.objects.order_by("pk").values_list("pk", "category", "adopted_at")),
        list(Category.objects.order_by("pk").values_list("pk", "name", "is_core", "retired_at", "adopted_at")),
        list(Relation.objects.order_by("pk").values_list("pk", "phenomenon", "role", "filler_category", "filler_code")),
        list(Mapping.objects.order_by("pk").values_list("pk", "category", "scale_category", "rationale")),
    )


def last(verb):
    return Event.objects.filter(verb=verb).order_by("-pk").first()


@kept
def words(project, lead):
    """Two categories with codes; the first is the core, stands in relations and has a place in the scale."""
    trust, repair, other = (create_category(lead, project, name) for name in ("Trust", "Repair", "Other"))
    codes = [create_code(lead, project, name) for name in ("alpha", "beta", "gamma")]
    place(lead, codes[0], trust)
    place(lead, codes[1], trust)
    place(lead, codes[2], repair)
    relate(lead, trust, "context", other)
    relate(lead, repair, "context", other)
    relate(lead, other, "consequence", trust)
    relate(lead, repair, "action", trust)
    choose_core(lead, trust)
    map_category(lead, trust, project.scales.get(), None, "It is not a value.")
    return trust, repair, other, codes


def test_a_merge_moves_codes_relations_place_and_core_and_retires_the_source(lead, words):
    trust, repair, other, _ = words
    merge_categories(lead, trust, repair, WHY)
    assert {code.category_id for code in Code.objects.all()} == {repair.pk}
    trust.refresh_from_db()
    repair.refresh_from_db()
    assert (trust.is_core, bool(trust.retired_at), repair.is_core) == (False, True, True)
    assert Mapping.objects.get().category_id == repair.pk
    assert Relation.objects.filter(phenomenon=other, filler_category=repair).exists()
    assert Relation.objects.count() == 4


def test_where_both_have_a_place_the_targets_stands(project, lead, words):
    trust, repair, *_ = words
    map_category(lead, repair, project.scales.get(), None, "Nor is this one.")
    merge_categories(lead, trust, repair, WHY)
    assert Mapping.objects.get(category=repair).rationale == "Nor is this one."


def test_a_merge_is_undone_exactly_and_the_history_tells_who_and_why(project, lead, words):
    before = state()
    merge_categories(lead, words[0], words[1], WHY)
    assert (last("merge_categories").actor, last("merge_categories").reason) == (lead, WHY)
    undo(lead, project, last("merge_categories"), "They are two.", ways(lead))
    assert state() == before


def test_a_split_moves_the_chosen_codes_only_and_is_undone_exactly(project, lead, words):
    trust, _, _, codes = words
    before = state()
    made = split_category(lead, trust, "Distrust", [codes[0]], WHY, definition="Its loss.")
    assert list(Code.objects.filter(category=made)) == [codes[0]]
    assert Code.objects.get(pk=codes[1].pk).category_id == trust.pk
    assert made.definition == "Its loss."
    undo(lead, project, last("split_category"), "One after all.", ways(lead))
    assert state() == before


def test_bad_choices_are_refused_and_nothing_is_half_done(project, lead, words):
    trust, repair, _, codes = words
    foreign = create_category(lead, factory.project(factory.user("eva"), "Another"), "Foreign")
    before = state()
    for error, act in (
        (MergeCycle, lambda: merge_categories(lead, trust, trust, WHY)),
        (BadInput, lambda: merge_categories(lead, trust, foreign, WHY)),
        (BadInput, lambda: merge_categories(lead, trust, repair, " ")),
        (BadInput, lambda: split_category(lead, trust, "x", [], WHY)),
        (BadInput, lambda: split_category(lead, trust, "x", codes[:2], WHY)),
        (BadInput, lambda: split_category(lead, trust, "x", codes[2:], WHY)),
        (BadInput, lambda: split_category(lead, trust, "x", codes[:1], "")),
        (NameTaken, lambda: split_category(lead, trust, "repair", codes[:1], WHY)),
    ):
        with pytest.raises(error):
            act()
    assert state() == before
    retire(lead, repair, "Not used.")
    with pytest.raises(NotLiving):
        merge_categories(lead, trust, repair, WHY)


LATER = {
    "a code moved on": lambda lead, made, codes: place(lead, codes[0], None),
    "it stands in a relation": lambda lead, made, codes: relate(lead, made, "context", codes[2]),
    "it stands in an edition": lambda lead, made, codes: freeze(lead, made.project),
    "it was retired": lambda lead, made, codes: retire(lead, made, "Not used."),
}


@pytest.mark.parametrize("later", LATER)
def test_an_undo_of_a_split_is_refused_where_something_came_later(project, lead, words, later):
    trust, _, _, codes = words
    made = split_category(lead, trust, "Distrust", [codes[0]], WHY)
    LATER[later](lead, made, codes)
    before = state()
    with pytest.raises(MovedOn):
        undo(lead, project, last("split_category"), "No.", ways(lead))
    assert state() == before


def test_an_undo_of_a_merge_is_refused_where_a_code_moved_on(project, lead, words):
    trust, repair, other, codes = words
    merge_categories(lead, trust, repair, WHY)
    place(lead, codes[0], other)
    before = state()
    with pytest.raises(MovedOn):
        undo(lead, project, last("merge_categories"), "No.", ways(lead))
    assert state() == before


def test_an_adoption_that_came_with_the_merge_goes_with_its_undo(project, lead, words):
    Category.objects.filter(name="Other").update(adopted_at=None)
    fresh = create_category(lead, project, "Fresh")
    Category.objects.filter(pk=fresh.pk).update(adopted_at=None)
    before = state()
    merge_categories(lead, words[1], fresh, WHY)
    undo(lead, project, last("merge_categories"), "No.", ways(lead))
    assert state() == before


def test_an_undo_is_refused_where_a_relation_that_rested_says_the_same_by_now(project, lead, words):
    trust, repair, _, (alpha, beta, _) = words
    for phenomenon, code in ((trust, alpha), (trust, beta)):
        relate(lead, phenomenon, "action", code)
    double = relate(lead, repair, "action", beta)
    merge_categories(lead, trust, repair, WHY)  # beta's own in Trust rests; alpha's goes over
    unrelate(lead, double)
    merge_codes(lead, alpha, beta)
    before = state()
    with pytest.raises(MovedOn, match="Trust"):
        undo(lead, project, last("merge_categories"), "No.", ways(lead))
    assert state() == before
    for verb in ("merge_codes", "merge_categories"):
        undo(lead, project, last(verb), "No.", ways(lead))


def test_an_undo_is_refused_where_the_source_has_a_place_again(project, lead, words):
    scale, trust = project.scales.get(), words[0]
    seventh, sixth = (ScaleCategory.objects.get(layer__scale=scale, number=at) for at in (7, 6))
    map_category(lead, trust, scale, seventh, "First.")
    scale_regroup.retire(lead, seventh, WHY)
    map_category(lead, trust, scale, sixth, "Then.")
    merge_categories(lead, trust, words[1], WHY)
    bring_back(lead, seventh, WHY)
    before = state()
    with pytest.raises(MovedOn, match="Trust"):
        undo(lead, project, last("merge_categories"), "No.", ways(lead))
    assert state() == before
