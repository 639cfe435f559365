"""Finalising stores the whole document with its hash, once, and nothing changes it after."""

import json

import pytest
from django.db import IntegrityError, transaction

from coding.codebook import rules
from coding.codebook.models import Publication
from coding.codes import rules as words
from coding.codes.models import Code, Edition, Mapping
from coding.lib.canonical import canonical, sha256
from coding.lib.refusals import BadInput
from coding.people.models import Event
from coding.rounds.models import Opening
from tests import factory

pytestmark = pytest.mark.django_db


def reword(lead, code, text):
    fresh = Code.objects.get(pk=code.pk)
    words.reword(lead, fresh, fresh.version, definition=text)


def test_it_freezes_and_stores_the_document_with_its_hash(project, study, lead):
    words.create_code(lead, project, "a late code")
    before = Edition.objects.count()
    publication = rules.finalise(lead, project, "For the journal.")
    assert Edition.objects.count() == before + 1
    assert publication.edition.number == before + 1
    assert publication.sha256 == sha256(publication.document)
    document = json.loads(publication.document)
    assert canonical(document) == publication.document
    assert document["edition"]["sha256"] == publication.edition.sha256


def test_the_event_names_edition_and_hash(project, study, lead):
    publication = rules.finalise(lead, project, "For the journal.")
    event = Event.objects.get(verb="publish_codebook")
    assert json.loads(event.after) == {"edition": publication.edition.number, "sha256": publication.sha256}
    assert (event.reason, event.target) == ("For the journal.", publication.ref())


def test_the_same_state_again_gives_the_same_publication(project, study, lead):
    first = rules.finalise(lead, project, "For the journal.")
    assert rules.finalise(lead, project, "For the journal.") == rules.finalise(lead, project) == first
    assert Publication.objects.count() == 1


def test_a_new_note_on_the_same_state_is_published(project, study, lead):
    first = rules.finalise(lead, project, "For the journal.")
    second = rules.finalise(lead, project, "For the archive.")
    assert (second.note, second.supersedes, second.edition) == ("For the archive.", first, first.edition)


def test_a_new_one_supersedes_the_last(project, study, lead):
    first = rules.finalise(lead, project)
    reword(lead, study.desk, "Staff can't tell.")
    second = rules.finalise(lead, project)
    assert second.supersedes == first
    assert second.edition.number == first.edition.number + 1


def test_new_figures_give_a_new_publication_of_the_same_edition(project, study, lead):
    first = rules.finalise(lead, project)
    project.question = "What do assistants promise?"
    project.save(update_fields=["question"])
    second = rules.finalise(lead, project)
    assert (second.edition, second.supersedes) == (first.edition, first)
    assert rules.handout(project, first.edition.number).publication == second


def test_a_missing_needed_point_refuses_and_writes_nothing(project, study, lead):
    Mapping.objects.filter(category=study.duty).delete()
    editions = Edition.objects.count()
    with pytest.raises(rules.NotReady, match="1 category without a place in the scale"):
        rules.finalise(lead, project)
    assert (Publication.objects.count(), Edition.objects.count()) == (0, editions)


def test_a_control_character_in_the_note_is_refused(project, study, lead):
    with pytest.raises(BadInput):
        rules.finalise(lead, project, "a\x00b")
    assert not Publication.objects.exists()


@pytest.mark.parametrize("field", ["document", "sha256", "note"])
def test_the_database_refuses_to_change_a_publication(project, study, lead, field):
    publication = rules.finalise(lead, project)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=publication.pk).update(**{field: "other"})
    assert Publication.objects.get().document == publication.document


def test_a_handout_of_a_published_edition_never_changes(project, study, lead):
    publication = rules.finalise(lead, project)
    number = publication.edition.number
    before = rules.handout(project, number).text
    study.incidents[0].withdrawn_because = "Retracted."
    study.incidents[0].save(update_fields=["withdrawn_because"])
    reword(lead, study.desk, "Staff can't tell.")
    handed = rules.handout(project, number)
    assert handed.text == before == publication.document
    assert handed.sha256 == publication.sha256
    assert rules.handout(project).text != before


def test_an_edition_without_publication_takes_its_words_and_todays_figures(project, study, lead):
    edition = words.freeze(lead, project)
    handed = rules.handout(project, edition.number)
    assert handed.publication is None
    assert handed.sha256 == sha256(handed.text)
    assert handed.document["edition"]["number"] == edition.number


def test_the_last_handout_is_publication_then_edition_then_living(lead, project, study):
    bare = factory.project(lead, "Bare")
    assert rules.last_handout(bare).edition is None
    edition = words.freeze(lead, bare)
    assert rules.last_handout(bare).edition == edition
    publication = rules.finalise(lead, project)
    reword(lead, study.desk, "Staff can't tell.")
    words.freeze(lead, project)
    assert rules.last_handout(project).publication == publication


def test_another_projects_edition_and_publication_are_not_found(project, study, lead):
    publication = rules.finalise(lead, project)
    other = factory.project(lead, "Other")
    with pytest.raises(rules.NoSuchEdition):
        rules.handout(other, publication.edition.number)
    with pytest.raises(rules.NoSuchEdition):
        rules.published(other, publication.uid)


def test_quotes_are_closed_until_the_readings_are_opened(project, study, ada, lead):
    mine = project.memberships.get(user=ada)
    assert "open 1" in rules.why_quotes_are_closed(mine)
    Opening.objects.create(round=study.opened, user=ada, at=study.opened.released_at)
    assert rules.why_quotes_are_closed(mine) == ""
    assert rules.why_quotes_are_closed(project.memberships.get(user=lead)) == ""  # who releases a round opens it


def test_quotes_are_closed_to_who_codes_blind_just_now(project, study, lead):
    factory.round_of(project, [lead], name="Later", stage="axial")
    assert "open blind round" in rules.why_quotes_are_closed(project.memberships.get(user=lead))
