"""An incident with all segments side by side says what the figure counts."""

import pytest

from coding.agreement.side_by_side import side_by_side
from coding.people.models import Membership, Role
from coding.reconciliation.rules import release_round
from coding.rounds.models import Assignment
from coding.rounds.rules import open_readings
from tests import factory
from tests.agreement.reading import read
from tests.agreement.rounds import figure, open_round, released

pytestmark = pytest.mark.django_db


def test_marks_over_which_a_coder_marked_are_judged_on_the_text_page_too(project, ada, bo, lead, sign_in):
    of = open_round(project, [{ada: {}, bo: {"abcde": "fee"}}])
    of.assignments.get(coder=bo).marks.create(start=0, end=24, kind="left_out")
    release_round(lead, of)
    one = figure(of, "coded")
    said = read(sign_in(lead), of, one, "1/")
    assert "Nothing: what one coder marked" not in said  # the figure counts these five as read differently


def test_two_coders_of_one_name_differ_on_the_text_page(project, ada, bo, lead, sign_in):
    bo.name = "Ada"
    bo.save()
    of = released(project, [{ada: {"abcde": "fee"}, bo: {"klmno": "fee"}}])
    said = read(sign_in(lead), of, figure(of, "coded"), "1/")
    assert "Nothing: what one coder marked here, all marked" not in said, said


def test_the_text_page_says_that_it_hides_readings(project, ada, bo, lead, sign_in):
    lead2 = factory.member(project, "lena")
    factory.incidents(project, 1, "abcdefghijklmnopqrst")
    of = released(project, [{ada: {"abcde": "fee"}, lead2: {"klmno": "fee"}}])
    open_readings(lead2, of)
    factory.round_of(project, [lead2, bo], "rating", shows_earlier="none")  # another stage: not refused
    Membership.objects.filter(user=lead2).update(role=Role.LEAD)
    said = read(sign_in(lead2), of, figure(of, "coded"), "1/")
    assert "all marked" not in said, said


def test_machines_are_no_difference_between_people_on_the_text_page(project, ada, bo, lead, sign_in):
    robot = factory.member(project, "robot")
    robot.is_machine = True
    robot.save()
    of = released(project, [{ada: {"abcde": "fee"}, bo: {"abcde": "fee"}, robot: {"klmno": "fee"}}])
    c, one = sign_in(lead), figure(of, "coded")
    assert "0 of 1 read differently" in read(c, of, one)
    assert "Marked by Robot" not in read(c, of, one, "1/")


@pytest.mark.parametrize("coders", [2, 6])
def test_more_coders_cost_the_text_page_no_query_more(project, coders, django_assert_num_queries):
    team = [factory.member(project, f"coder{at}") for at in range(coders)]
    of = released(project, [{one: {"abcde": "fee"} for one in team}])
    one = figure(of, "coded")
    with django_assert_num_queries(5):  # assignments, codings, marks, segments, and whether some are hidden
        side_by_side(one, Assignment.objects.filter(round=of))
