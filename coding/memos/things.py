"""What a memo can be on, as its reader may see it: which things are open to them, and what each is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Substr
from django.http import Http404
from django.urls import reverse

from coding.codes.models import Category, Code
from coding.incidents.models import Incident
from coding.lib.paragraphs import shorten
from coding.memos.models import THINGS, Memo
from coding.open_coding.models import Segment
from coding.people.models import Membership, Project, User
from coding.rounds.models import Assignment
from coding.rounds.wording import Wording, wording_for

Thing = Segment | Code | Category | Incident
QUOTED = 120  # code points of a segment's words


def open_things(reader: User, project: Project, kind: str) -> QuerySet[Any]:
    """Things of a kind that this person may see, and so write a memo on.

    A coder of an open blind round: own segments, own words, the codes of their edition, and incidents.
    """
    if kind == "segment":
        return Segment.objects.visible_to(reader).filter(assignment__round__project=project)
    if kind == "incident":
        return Incident.objects.visible_to(reader).filter(project=project).light()
    model: type[Code | Category] = Code if kind == "code" else Category
    open_to = Q(pk__in=model.objects.visible_to(reader).filter(project=project).values("pk"))
    if kind == "code":
        open_to |= Q(uid__in=list(wording_for(reader, project).codes))
    return model.objects.filter(open_to, project=project)


def thing_for(reader: User, project: Project, kind: str, uid: UUID) -> Thing:
    """The one getter of what a memo is on: 404 for whoever may not see it."""
    if kind not in THINGS:
        raise Http404("A memo is on a segment, a code, a category or an incident.")
    along = {"segment": ["assignment__incident"]}.get(kind, [])
    found: Thing | None = open_things(reader, project, kind).select_related(*along).filter(uid=uid).first()
    if found is None:
        raise Http404("There is no such thing for you to read here, or it is gone.")
    return found


@dataclass(frozen=True)
class About:
    """What a memo is on in words, the page where that stands, and where its words are a report's or a person's own."""

    kind: str
    words: str
    url: str = ""
    quote: str = ""


def with_things(memos: QuerySet[Memo]) -> QuerySet[Memo]:
    """Read memos along with what they are on, and the first words of segments; no text of a report."""
    along = ("by", "segment", "code", "category", "incident", "assignment__incident")
    long = ("text", "search_text")
    unread = [f"{path}__{name}" for path in ("incident", "assignment__incident") for name in long]
    quote = Substr("assignment__incident__text", F("segment__start") + 1, QUOTED * 2)
    return memos.select_related(*along).defer("search_text", *unread).annotate(quoted=quote)


@dataclass(frozen=True)
class Naming:
    """Names what memos are on for one reader; those who code blind get no name that others can change."""

    project: Project
    membership: Membership
    wording: Wording
    open_work: frozenset[int]

    @classmethod
    def of(cls, membership: Membership, memos: Sequence[Memo]) -> Naming:
        reader, project = membership.user, membership.project
        named = [memo.assignment_id for memo in memos if memo.segment_id and memo.assignment_id]
        work = Assignment.objects.visible_to(reader).filter(pk__in=named).values_list("pk", flat=True) if named else []
        return cls(project, membership, wording_for(reader, project), frozenset(work))

    def about(self, memo: Memo) -> About | None:
        """Name what a memo is on; None for nothing in particular."""
        if memo.segment_id:
            return self.segment(memo)
        if memo.code:
            return self.code(memo.code)
        if memo.category:
            return self.category(memo.category)
        return self.incident(memo.incident) if memo.incident else None

    def segment(self, memo: Memo) -> About:
        if memo.segment is None:
            return About("segment", "a segment that is no longer there")
        if memo.assignment is None or memo.assignment_id not in self.open_work:
            return About("segment", "a segment")
        length = memo.segment.end - memo.segment.start
        quote = shorten(memo.quoted[:length], QUOTED)  # type: ignore[attr-defined]  # annotated by with_things
        incident = memo.assignment.incident
        words = f"a segment of incident {incident.number}" if incident else "a segment"
        return About("segment", words, reverse("open_coding:workspace", args=[memo.assignment.uid]), quote)

    def code(self, code: Code) -> About:
        is_own = code.coined_by_id == self.membership.user_id
        if code.released_at is None and not is_own:
            return About("code", "a code")
        return About("code", f"the code “{self.wording.named(code)[1]}”", self.page("codes:code", code.uid))

    def category(self, category: Category) -> About:
        is_own_private = category.coined_by_id == self.membership.user_id and category.released_at is None
        is_open = category.released_at is not None and not self.membership.is_shielded
        if not (is_own_private or is_open):
            return About("category", "a category")
        return About("category", f"the category “{category.name}”", self.page("codes:category", category.uid))

    def incident(self, incident: Incident) -> About:
        url = reverse("desk:incident", args=[self.project.slug, incident.number])
        return About("incident", f"incident {incident.number}, {incident.title}", url)

    def page(self, name: str, uid: UUID) -> str:
        """A page of shared words; none for who codes blind, to whom it is closed."""
        return "" if self.membership.is_shielded else reverse(name, args=[self.project.slug, uid])
