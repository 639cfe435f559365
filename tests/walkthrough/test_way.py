"""A table of incidents goes the whole way by program: a small one of our own, and the real one where it is at hand."""

from pathlib import Path

import pytest

from coding.codes.models import Code, Relation
from coding.incidents.models import Incident
from coding.reconciliation.models import Disagreement
from coding.selective_coding.models import ConsensusRating
from tests.walkthrough.signs import PLACES
from tests.walkthrough.way import MOST, Way

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "aiid" / "incidents.csv"
OWN = """incident_id,date,description,title
1,2020-01-02,"A hiring score ranked women lower; the firm called the bias an error.",A score
2,2021-02-03,A delivery robot struck a cyclist who was injured.,A robot
3,2022-03-04,"A chatbot gave a wrong answer, and an insult.",A chatbot
4,2023-04-05,Nothing of any kind was found out.,Nothing
5,2023-05-06,A search put a fake voice first; the worker was recorded.,A search
"""


@pytest.fixture(params=["own", "real"])
def table(request, tmp_path):
    if request.param == "own":
        path = tmp_path / "incidents.csv"
        path.write_text(OWN, encoding="utf-8")
        return path
    if not REAL.exists():
        pytest.skip(f"{REAL} is not there, so only our own small table was walked.")
    return REAL


@pytest.mark.django_db
def test_a_table_goes_from_open_codes_to_a_filled_scale(table):
    way = Way.whole(table)
    assert len(way.incidents) == (MOST if table == REAL else 5)
    assert not Disagreement.objects.filter(round__project=way.project).unsettled().exists()
    standing = ConsensusRating.objects.filter(round__project=way.project)
    rated = set(standing.values_list("scale_category__number", flat=True))
    rated.discard(None)  # none applies
    assert rated <= {number for number, _ in PLACES.values()}
    assert len(rated) >= (9 if table == REAL else 4)
    assert all(place for place in Code.objects.filter(project=way.project).living().values_list("category", flat=True))
    assert Relation.objects.filter(phenomenon__project=way.project).count() == 4
    assert way.publication.edition.project == way.project
    assert Incident.objects.filter(project=way.project).count() == len(way.incidents)
