"""Figures tell nobody a reading that is closed to them."""

import re

import pytest

from coding.agreement.queries import FEW, headline
from coding.people.models import Membership, Role
from coding.rounds.rules import open_readings
from tests import factory
from tests.agreement.reading import plain, read, url
from tests.agreement.rounds import figure, weeks_ago
from tests.reconciliation.factory import SMALL, rated_round, released_round

pytestmark = pytest.mark.django_db


def blind_again(project, ada, bo, lead2, count=1):
    of = released_round(project, [ada, bo], [("7", "6")] * count)
    open_readings(lead2, of)
    factory.round_of(project, [lead2], "open", shows_earlier="none")  # blind on the same incident, at another stage
    Membership.objects.filter(user=lead2).update(role=Role.LEAD)
    return of


def test_confusion_is_hidden_with_the_readings(project, ada, bo, lead, sign_in):
    lead2 = factory.member(project, "lena")
    of = blind_again(project, ada, bo, lead2, FEW)
    c, one = sign_in(lead2), figure(of, "primary")
    said = read(c, of, one)
    assert "not shown to you now" in said  # the cells are hidden ...
    assert c.get(url(of, one, "table/")).status_code == 403  # ... and so is the table
    assert "What was said beside what" not in said
    assert "What was said beside what" not in read(c, of)


def test_confusion_is_hidden_in_json_and_pictures_too(project, ada, bo, lead, sign_in):
    lead2 = factory.member(project, "lena")
    of = blind_again(project, ada, bo, lead2, FEW)
    c = sign_in(lead2)
    assert '"confusion"' not in c.get(url(of) + "measurements.json").content.decode()
    assert c.get(url(of) + "picture/confusion.svg").status_code == 404


def test_who_has_not_opened_learns_no_reading(project, ada, bo, lead, sign_in):
    cy = factory.member(project, "cy")
    of = released_round(project, [ada, bo], [("7", "7")], shows_earlier="none")
    body = sign_in(cy).get(url(of)).content.decode()
    given = [plain("<tr" + part) for part in body.split("<tr") if re.search(r'<td class="num">1</td>', part)]
    # One incident, 1 use of "7", 100 %: both gave 7. And cy may still code this incident blind:
    factory.round_of(project, [cy, ada], "rating", shows_earlier="none")
    assert not given, given


def test_a_stability_round_uses_released_rounds_alone(project, ada, bo, lead):
    first = rated_round(project, [ada, bo], [(r[0], "") for r in SMALL], shows_earlier="none")  # open and blind still
    weeks_ago(first, 3)
    again = released_round(project, [ada], [(r[0],) for r in SMALL], purpose="stability", shows_earlier="none")
    assert figure(again, "own_primary", "Ada").value is None, figure(again, "own_primary", "Ada").value


def test_figures_of_one_incident_are_closed_to_a_lead_who_codes_it_blind(project, ada, bo, lead, sign_in):
    lead2 = factory.member(project, "lena")
    of = blind_again(project, ada, bo, lead2)
    client = sign_in(lead2)
    assert "while you code blind" in client.get(url(of)).content.decode()
    for more in ("measurements.csv", "measurements.json", "picture/figures.svg"):
        assert client.get(url(of) + more).status_code == 403
    assert headline(lead2, project) is None


def test_the_projects_page_shows_no_headline_that_tells_closed_readings(project, ada, bo):
    released_round(project, [ada, bo], [("7", "7")], shows_earlier="none")
    assert headline(factory.lead_of(project), project) is not None
    assert headline(factory.member(project, "cy"), project) is None
