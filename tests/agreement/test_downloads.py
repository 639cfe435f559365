"""The reliability table of a figure, and the second opinion on it."""

import csv
import io

import krippendorff
import numpy as np
import pytest
from django.urls import reverse

from coding.agreement.alpha import alpha
from coding.agreement.downloads import as_text, written
from coding.agreement.models import Measurement
from coding.agreement.second_opinion import OpinionsDiffer, confirm
from coding.rounds.rules import open_readings
from tests import factory
from tests.reconciliation.factory import released_round

pytestmark = pytest.mark.django_db


def path(of, **which):
    one = Measurement.objects.filter(round=of, **which).order_by("pk").first()
    return reverse("agreement:table", args=[of.project.slug, of.uid, one.uid])


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode())))


def test_the_table_gives_the_stored_figure_back(sign_in, project, ada, bo):
    of = released_round(project, [ada, bo])
    for one in Measurement.objects.filter(round=of, level="category", value__isnull=False):
        address = reverse("agreement:table", args=[project.slug, of.uid, one.uid])
        head, *rows = rows_of(sign_in(factory.lead_of(project)).get(address))
        assert head == ["incident", "Ada", "Bo"]
        data = np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows]).T
        assert krippendorff.alpha(data, level_of_measurement="nominal") == pytest.approx(one.value, abs=1e-9)


def test_the_table_is_a_file_of_its_own(sign_in, project, ada, bo):
    answer = sign_in(factory.lead_of(project)).get(path(released_round(project, [ada, bo]), level="sets"))
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"].startswith("attachment")
    assert all(cell == "" or cell.startswith("{") for row in rows_of(answer)[1:] for cell in row[1:])


def test_the_table_opens_with_the_readings_and_to_no_stranger(sign_in, project, ada, bo, stranger):
    of = released_round(project, [ada, bo])
    address = path(of, level="sets")
    assert sign_in(stranger).get(address).status_code == 404
    assert sign_in(ada).get(address).status_code == 403
    open_readings(ada, of)
    assert sign_in(ada).get(address).status_code == 200
    assert sign_in(ada).post(address).status_code == 405


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, None), (True, "1"), (False, "0"), (frozenset(), "{}"), (frozenset({7, 10, 6}), "{6|7|10}"), ("7", "7")],
)
def test_a_judgement_is_written(value, cell):
    assert written(value) == cell


def test_a_name_that_reads_as_a_formula_stays_text():
    assert as_text("=1+1") == "'=1+1"


def test_a_figure_says_which_package_confirmed_it(project, ada, bo):
    of = released_round(project, [ada, bo])
    one = Measurement.objects.filter(round=of, coefficient="alpha", value__isnull=False).first()
    assert one.method["confirmed_by"].startswith("krippendorff ")


def test_a_second_opinion_that_differs_stops_everything():
    table = [[True, True], [False, True], [False, False], [None, True]]
    confirm(table, alpha(table).value)
    with pytest.raises(OpinionsDiffer):
        confirm(table, alpha(table).value + 1e-6)
