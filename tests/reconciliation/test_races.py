"""Two people at one moment, on PostgreSQL: the second waits for the first's rows and reads them anew."""

import threading

import pytest
from django.db import connection, transaction

from coding.agreement.models import Measurement
from coding.reconciliation.models import Decision, Disagreement
from coding.reconciliation.rules import AlreadySettled, release_round, settle
from coding.rounds.rules import RoundNotOpen
from tests import factory
from tests.kept import kept
from tests.reconciliation.factory import SMALL, rate, rated_round, released_round

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time; needs PostgreSQL."),
]


def during(first, second):
    """Do `first`, and while it is not committed let `second` begin in a thread; give what `second` raised, or None."""
    raised = []

    def late():
        try:
            second()
        except Exception as fault:  # noqa: BLE001  whatever happens in the thread is the test's finding
            raised.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    with transaction.atomic():
        first()
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()  # it waits for the rows of the first
    thread.join(10)
    assert not thread.is_alive()
    return raised[0] if raised else None


@kept
def of(project, ada, bo):
    return rated_round(project, [ada, bo], [*SMALL[:5], ("1", "")])


def late_rating(of, bo):
    return lambda: rate(of, bo, of.assignments.get(coder=bo, state="to_do").incident, "1")


def test_a_rating_that_waited_for_the_release_is_refused(of, bo, lead):
    fault = during(lambda: release_round(lead, of, "Enough."), late_rating(of, bo))
    assert isinstance(fault, RoundNotOpen)
    assert of.assignments.filter(coder=bo, state="submitted").count() == 5


def test_a_release_that_waited_for_a_submission_counts_it(of, bo, lead):
    assert during(late_rating(of, bo), lambda: release_round(lead, of)) is None
    of.refresh_from_db()
    assert (of.state, of.release_reason) == ("released", "")
    assert Measurement.objects.get(round=of, level="primary").units == 6


def test_a_second_release_that_waited_is_refused(of, lead):
    again = during(lambda: release_round(lead, of, "Enough."), lambda: release_round(lead, of, "Me too."))
    assert isinstance(again, RoundNotOpen)
    assert set(Measurement.objects.filter(round=of).values_list("batch", flat=True)) == {1}


def plural(lead, of, number):
    found = Disagreement.objects.get(round=of, incident__number=number)
    return lambda: settle(lead, found, "plural", [], None, "slip", "Both are right.")


def test_of_two_leads_who_settle_the_same_the_second_is_refused(project, ada, bo, lead):
    of = released_round(project, [ada, bo])
    fault = during(plural(lead, of, 3), plural(lead, of, 3))
    assert isinstance(fault, AlreadySettled)
    assert Decision.objects.filter(disagreement__incident__number=3).count() == 1


def test_two_leads_who_settle_the_last_two_settle_the_round(project, ada, bo, lead):
    of = released_round(project, [ada, bo], [("7", "6"), ("1", "2")])
    assert during(plural(lead, of, 1), plural(lead, of, 2)) is None
    of.refresh_from_db()
    assert of.state == "settled"


def test_a_code_that_waited_for_the_release_is_refused(project, ada, lead):
    with transaction.atomic():
        factory.incidents(project, 1)
        of = factory.round_of(project, [ada])
    fault = during(
        lambda: release_round(lead, of, "Enough."),
        lambda: factory.code(factory.assignment(of, ada), "late fee", "fees"),
    )
    assert isinstance(fault, RoundNotOpen)
