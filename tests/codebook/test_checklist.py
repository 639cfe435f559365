"""The checklist names what is missing, why it matters and where to mend it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coding.codebook.checklist import checklist, quoted
from coding.codes import rules as words
from coding.codes.models import Code, Mapping, ScaleCategory
from coding.people.models import Project
from tests import factory
from tests.codebook import factory as made

pytestmark = pytest.mark.django_db


def titles(project, done=False):
    return [item.title for item in checklist(project) if item.done == done]


def blocking(project):
    return [item.title for item in checklist(project) if item.blocks]


def test_a_finished_study_misses_only_advice(project, study):
    assert blocking(project) == []
    assert titles(project) == ["1 of 2 codes without definition"]


def test_an_empty_project_needs_a_scale_and_incidents(lead):
    project = factory.project(lead, "Empty", scale="empty")
    assert blocking(project) == ["There is no scale", "There are no incidents"]


def test_what_stands_in_the_way_comes_first(project):
    items = checklist(project)
    ranks = [(item.done, not item.blocking) for item in items]
    assert ranks == sorted(ranks)
    assert all(item.reason and item.url and item.action for item in items if not item.done)


def test_a_category_without_a_place_stands_in_the_way(project, study):
    Mapping.objects.filter(category=study.duty).delete()
    assert blocking(project) == ["1 category without a place in the scale"]


def test_does_not_fit_is_a_place(project, study):
    assert "Every category has its place in the scale or is said not to fit (2)" in titles(project, done=True)


def test_a_scale_category_without_definition_stands_in_the_way(project, study):
    ScaleCategory.objects.filter(number=3).update(definition=" ")
    assert blocking(project) == ["1 scale category without definition"]


def test_open_disagreements_stand_in_the_way(project, study, ada, bo):
    made.rating(project, [ada, bo], (((12,), (11,)),), incidents=study.incidents[:1], name="Second look")
    assert blocking(project) == ["1 disagreement to settle"]
    assert "1 in “Second look”" in checklist(project)[0].reason


def test_disagreements_of_a_training_round_do_not(project, study, ada, bo):
    made.rating(project, [ada, bo], (((12,), (11,)),), incidents=study.incidents[:1], purpose="training")
    assert blocking(project) == []


def test_pilot_rounds_are_no_main_rounds(bare, cleo, dan):
    factory.incidents(bare)
    made.open_coding(bare, [cleo, dan], purpose="pilot")
    assert "No main round of open coding is released" in titles(bare)


def test_an_open_round_is_named_as_advice(project, study):
    cleo = factory.member(project, "cleo")
    factory.round_of(project, [cleo], name="Later")
    item = next(item for item in checklist(project) if item.title == "1 round still open")
    assert not item.blocking
    assert "“Later”" in item.reason


def test_a_code_without_definition_links_to_the_first(project, study):
    item = next(item for item in checklist(project) if item.title.endswith("without definition"))
    assert str(study.desk.uid) in item.url


def test_equal_names_of_released_codes_are_named(bare, cleo, dan):
    factory.incidents(bare, 1)
    opened = factory.round_of(bare, [cleo, dan])
    for coder in (cleo, dan):
        factory.code(factory.assignment(opened, coder), made.CLAIM, "Invented rule")
    assert "No two released codes bear the same name" in titles(bare, done=True)
    Code.objects.filter(project=bare).update(released_at="2026-01-01T00:00Z")
    assert "1 name is borne by several codes" in titles(bare)


def test_core_category_and_storyline_are_advice(project, study, lead):
    words.tell(lead, project, "", project.storyline.version)
    study.fabricated.__class__.objects.update(is_core=False)
    missing = titles(project)
    assert {"No core category is chosen", "The storyline is not written"} <= set(missing)
    assert blocking(project) == []


def test_long_lists_are_cut_with_their_number():
    assert quoted(["a", "b", "c", "d", "e"]) == "“a”, “b”, “c” and 2 more"
    assert quoted(["a"]) == "“a”"


def test_the_list_costs_the_same_for_any_amount_of_data(project, study, lead):
    def cost(of):
        with CaptureQueriesContext(connection) as captured:
            checklist(of)
        return len(captured)

    few = cost(project)
    for number in range(20):
        words.create_code(lead, project, f"code {number}")
    assert cost(Project.objects.get(pk=project.pk)) == few
    assert few <= 15
