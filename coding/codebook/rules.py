"""Verbs of the codebook: finalise, and choose what is handed out."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from coding.codebook.checklist import checklist
from coding.codebook.content import document_of, living_of
from coding.codebook.models import Publication
from coding.codebook.queries import latest_publication
from coding.codes.checks import worded
from coding.codes.models import Edition
from coding.codes.rules import freeze
from coding.lib import clock
from coding.lib.canonical import canonical, sha256
from coding.lib.ids import new_uid
from coding.lib.refusals import BadInput, Refusal
from coding.people.models import Membership, Project, User
from coding.people.rules import lock_project_stream, record
from coding.rounds.models import Opening, Round, blind_incidents


class NotReady(Refusal):
    sentence = "The codebook can't be finalised yet."


class ReadingsClosed(Refusal):
    sentence = "This file quotes what others coded, and that is closed to you now."


class NoSuchEdition(BadInput):
    sentence = "There is no such edition of this codebook."


@dataclass(frozen=True)
class Handout:
    """A codebook as it leaves, and where it comes from.

    With a publication the stored document is read, so that it never changes; else `made` was built just now.
    """

    project: Project
    edition: Edition | None
    publication: Publication | None = None
    made: dict[str, Any] | None = None
    is_frozen: bool = True

    @cached_property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.text) if self.made is None else self.made
        return document

    @cached_property
    def text(self) -> str:
        """The document as canonical JSON text."""
        return self.publication.document if self.publication else canonical(self.made)

    @cached_property
    def sha256(self) -> str:
        return self.publication.sha256 if self.publication else sha256(self.text)

    @property
    def at(self) -> datetime | None:
        """When it was published, or its edition frozen; the living one has no date."""
        source = self.publication or self.edition
        return source.at if source else None

    @property
    def title(self) -> str:
        return f"edition {self.edition.number}" if self.edition else "living, not an edition"

    def file_name(self, extension: str) -> str:
        """Name the file by project, edition and the first eight digits of its hash."""
        which = f"edition-{self.edition.number}" if self.edition else "living"
        return f"{self.project.slug}-codebook-{which}-{self.sha256[:8]}.{extension}"


def why_quotes_are_closed(membership: Membership) -> str:
    """Say why this person should not read quoted segments now; empty where they may.

    A quote shows how others coded an incident, so it opens with a round's readings, which is noted (method.md).
    """
    if membership.is_blind:
        return "You code in an open blind round. Quotes of coded segments open to you when it is released."
    rounds = Round.objects.filter(project=membership.project, stage=Round.Stage.OPEN).released()
    opened = Opening.objects.filter(user=membership.user).values("round")
    closed = list(rounds.exclude(pk__in=opened).order_by("released_at", "pk").values_list("name", flat=True))
    if not closed:
        return ""
    names = ", ".join(f"“{name}”" for name in closed)
    return (
        f"Quotes of coded segments open to you with the readings of {names}. "
        "Open them on the round's page; you can't code those incidents blind after that."
    )


def blind_numbers(membership: Membership) -> frozenset[int | None]:
    """Number the incidents that this person codes blind just now: no decision on them is shown, as in reconciliation.

    None among them says so of the decisions without incident, on categories: the person maps blind. The files are
    closed to them as a whole.
    """
    if not membership.is_blind:
        return frozenset()
    held = blind_incidents(membership.user).filter(project=membership.project).values_list("number", flat=True)
    maps = Round.objects.open_and_blind().filter(
        project=membership.project, stage=Round.Stage.MAPPING, assignments__coder=membership.user
    )
    return frozenset([*held, *([None] if maps.exists() else [])])


def refuse_closed(membership: Membership) -> None:
    """Refuse a file with quotes to who should not read them now."""
    if because := why_quotes_are_closed(membership):
        raise ReadingsClosed(f"The files hold what others coded. {because}")


@transaction.atomic
def finalise(by: User, project: Project, note: str = "", at: datetime | None = None) -> Publication:
    """Declare the present state final: freeze it, render the whole document, store it with its hash.

    The same document again gives the latest publication again, unless it comes with a new note. Raises NotReady,
    naming what is missing.
    """
    note = worded({"note": note})["note"]
    lock_project_stream(project)
    refuse_unready(project)
    at = at or clock.now()
    edition = freeze(by, project, note, at)
    text = canonical(document_of(project, edition))
    latest = latest_publication(project)
    if latest is not None and latest.sha256 == sha256(text) and note in {"", latest.note}:
        return latest
    publication = Publication(
        uid=new_uid(), edition=edition, document=text, sha256=sha256(text), supersedes=latest, note=note, by=by, at=at
    )
    publication.save(force_insert=True)
    after = {"edition": edition.number, "sha256": publication.sha256}
    record(project, by, "publish_codebook", publication, after=after, reason=note, at=at)
    return publication


def refuse_unready(project: Project) -> None:
    """Refuse, in a sentence, what a blocking point of the checklist misses."""
    missing = [item.title for item in checklist(project) if item.blocks]
    if missing:
        raise NotReady(f"The codebook can't be finalised yet. What stands in the way: {'; '.join(missing)}.")


def handout(project: Project, number: int | None = None) -> Handout:
    """Take an edition's codebook, its latest publication where there is one; None takes the living state."""
    if number is None:
        living = living_of(project)
        return Handout(project, None, made=living.document, is_frozen=living.is_frozen)
    edition = Edition.objects.select_related("by").filter(project=project, number=number).first()
    if edition is None:
        raise NoSuchEdition(f"There is no edition {number} of this codebook.")
    publication = whole_publications(project).filter(edition=edition).order_by("-at", "-pk").first()
    if publication is not None:
        return Handout(project, edition, publication)
    return Handout(project, edition, made=document_of(project, edition))


def whole_publications(project: Project) -> QuerySet[Publication]:
    """Publications with their documents and everything that a page says of them."""
    found = Publication.objects.filter(edition__project=project).select_related("edition__by", "by", "superseded_by")
    return found.defer("edition__content", "superseded_by__document")


def published(project: Project, uid: UUID | None) -> Handout:
    """Take one publication, also one that was superseded."""
    found = whole_publications(project).filter(uid=uid).first() if uid else None
    if found is None:
        raise NoSuchEdition("There is no such publication of this codebook.")
    return Handout(project, found.edition, found)


def last_handout(project: Project) -> Handout:
    """Take what a reader would be given: the last publication, else the last edition, else the living state."""
    latest = latest_publication(project)
    if latest is not None:
        return published(project, latest.uid)
    last = Edition.objects.filter(project=project).order_by("-number").values_list("number", flat=True).first()
    return handout(project, last)
