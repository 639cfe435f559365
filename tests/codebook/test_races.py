"""Two leads at once: one effect."""

import threading

import pytest
from django.db import connections, transaction

from coding.codebook import rules
from coding.codebook.models import Publication
from coding.codes.models import Edition
from tests import factory


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_publish_one_codebook():
    lead = factory.user("lead")
    project = factory.project(lead)
    with transaction.atomic():
        factory.incidents(project, 1)
    together, given = threading.Barrier(2), []

    def act():
        try:
            together.wait()
            given.append(rules.finalise(lead, project).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 2
    assert len(set(given)) == Publication.objects.count() == Edition.objects.count() == 1
