"""What the pages of memos show, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.safestring import SafeString

from coding.lib.columns import as_uid
from coding.memos.marking import as_html
from coding.memos.models import Memo
from coding.memos.things import About, Naming, Thing, with_things
from coding.people.models import Membership, User

PER_PAGE = 50
MOST_WORDS = 200  # code points; no search needs more, and the databases' patterns have limits


@dataclass(frozen=True)
class Shown:
    """One memo as its reader gets it."""

    memo: Memo
    html: SafeString
    about: About | None
    is_own: bool


@dataclass(frozen=True)
class Wanted:
    """What a reader asks of the list: words in the text, a kind, an author; what is none of these is not asked."""

    words: str = ""
    kind: str = ""
    by: str = ""

    @classmethod
    def of(cls, words: str, kind: str, by: str) -> Wanted:
        known = kind if kind in Memo.Kind.values else ""
        return cls(words.replace("\x00", "")[:MOST_WORDS], known, by if as_uid(by) else "")

    @property
    def anything(self) -> bool:
        return bool(self.words or self.kind or self.by)


def memos_of(membership: Membership, wanted: Wanted | None = None) -> QuerySet[Memo]:
    """The memos of a project that this member may read and asks for, newest first."""
    wanted = wanted or Wanted()
    found = Memo.objects.visible_to(membership.user).filter(project=membership.project).matching(wanted.words)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.by:
        found = found.filter(by__uid=wanted.by)
    return found.order_by("-at", "-pk")


def authors_of(membership: Membership) -> list[User]:
    """Whoever wrote one of the memos that this member may read, by name."""
    wrote = Memo.objects.visible_to(membership.user).filter(project=membership.project).values("by")
    return sorted(User.objects.filter(pk__in=wrote), key=lambda one: (one.name.casefold(), str(one.uid)))


def page_of_memos(memos: QuerySet[Memo], number: str | None) -> Page[Memo]:
    return Paginator(with_things(memos), PER_PAGE).get_page(number)


def shown(membership: Membership, memos: Sequence[Memo]) -> list[Shown]:
    """Render memos for one reader."""
    naming = Naming.of(membership, memos)
    return [Shown(memo, as_html(memo.text), naming.about(memo), memo.by_id == membership.user_id) for memo in memos]


def one_shown(membership: Membership, memo: Memo) -> Shown:
    """Render one memo, read anew with what it is on."""
    return shown(membership, [with_things(Memo.objects.filter(pk=memo.pk)).get()])[0]


def about_thing(membership: Membership, kind: str, thing: Thing) -> About | None:
    """Name a thing on which no memo may stand yet."""
    memo = Memo(project=membership.project, **{kind: thing})
    if kind == "segment":
        memo.assignment = memo.segment.assignment  # type: ignore[union-attr]  # set just now
        incident = memo.assignment.incident
        memo.quoted = incident.text[memo.segment.start :][:240] if incident else ""  # type: ignore[attr-defined,union-attr]  # as with_things does
    return Naming.of(membership, [memo]).about(memo)
