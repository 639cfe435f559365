"""Agreement at the second door."""

import pytest

from coding.agreement.models import Measurement
from coding.people.models import Membership
from coding.people.rules import issue_token
from coding.rounds.rules import open_readings
from tests import factory
from tests.agreement.rounds import figure
from tests.kept import kept
from tests.reconciliation.factory import released_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    """Ask as a person, by a token that may write."""

    def ask(person, of, method="get", query="", **more):
        _, token = issue_token(person, "test", "write")
        url = f"/api/v1/projects/{of.project.uid}/rounds/{of.uid}/measurements/{query}"
        body = {"content_type": "application/json"} if method != "get" else {}
        return getattr(client, method)(url, **body, headers={"Authorization": f"Bearer {token}", **more})

    return ask


@kept
def of(project, ada, bo):
    return released_round(project, [ada, bo])


def test_members_read_the_figures(api, of, lead, ada):
    for person in (lead, ada):
        found = api(person, of, query="?page_size=100").json()["results"]
        assert len(found) == Measurement.objects.filter(round=of).count()
        primary = next(row for row in found if row["level"] == "primary")
        assert primary["value"] == figure(of, "primary").value


def test_who_said_what_beside_what_waits_for_the_readings(api, of, ada):
    def primary():
        return next(row for row in api(ada, of, query="?page_size=100").json()["results"] if row["level"] == "primary")

    assert "confusion" not in primary()["beside"]
    open_readings(ada, of)
    assert primary()["beside"]["confusion"]["pairs"][0]["coders"] == [0, 1]


def test_a_lead_measures_again_once_for_a_key(api, of, lead):
    first, again = (api(lead, of, "post", **{"Idempotency-Key": "measure-1"}) for _ in range(2))
    assert (first.status_code, first.json()) == (201, {"batch": 2, "figures": again.json()["figures"]})
    assert again.json() == first.json()
    assert Measurement.objects.filter(round=of).values_list("batch").distinct().count() == 2


def test_the_latest_figures_or_all_of_them(api, of, lead):
    api(lead, of, "post")
    latest, everything = (api(lead, of, query=query).json()["count"] for query in ("", "?batch=all"))
    assert everything == 2 * latest
    assert api(lead, of, query="?batch=first").status_code == 400


def test_others_are_refused(api, of, project, ada, stranger):
    observer = factory.member(project, "olu", "observer")
    assert [api(one, of, "post").status_code for one in (ada, observer, stranger)] == [403, 403, 404]
    assert api(stranger, of).status_code == 404
    assert api(ada, of, "delete").status_code == 405


def test_a_coder_of_an_open_blind_round_is_kept_out(api, of, ada):
    Membership.objects.filter(user=ada).update(is_blind=True)
    assert api(ada, of).status_code == 403


def test_a_round_that_is_not_released_has_no_figures(api, project, ada, bo, lead):
    factory.incidents(project)
    assert api(lead, factory.round_of(project, [ada, bo])).status_code == 404
