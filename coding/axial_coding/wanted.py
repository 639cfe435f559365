"""Which codes the board shows: words in their names, who used them, in which round, how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from coding.lib.columns import as_uid
from coding.people.models import Project, User
from coding.rounds.models import Assignment, Round

DIGITS = 6  # of a count


@dataclass(frozen=True)
class Wanted:
    """A choice of codes; nothing wanted gives them all. `coder` and `round` are public ids, `least` counts segments."""

    q: str = ""
    coder: str = ""
    round: str = ""
    least: int = 0

    @classmethod
    def read(cls, sent: QueryDict) -> Wanted:
        """Read it from an address or form; what can't be meant is not wanted."""
        coder, of, least = as_uid(sent.get("coder", "")), as_uid(sent.get("round", "")), sent.get("least", "")
        count = int(least) if least.isdecimal() and len(least) <= DIGITS else 0
        return cls(sent.get("q", "")[:200], str(coder or ""), str(of or ""), count)

    @property
    def fields(self) -> dict[str, str]:
        """Give what is wanted under the names of the form's fields."""
        found = {"q": self.q.strip() and self.q, "coder": self.coder, "round": self.round, "least": self.least or ""}
        return {name: str(value) for name, value in found.items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.fields)

    @property
    def uses(self) -> Q:
        """Give the condition on codings by which a code counts as used, where a coder or a round is wanted."""
        of = Q(segment__assignment__coder__uid=self.coder) if self.coder else Q()
        return of & Q(segment__assignment__round__uid=self.round) if self.round else of


ALL = Wanted()


class Choices(NamedTuple):
    """Whom and which rounds one can choose, by public id and name."""

    coders: list[tuple[str, str]]
    rounds: list[tuple[str, str]]


def choices(project: Project) -> Choices:
    """Give the coders and rounds of released open coding, in order of names and of opening."""
    released = Assignment.objects.filter(
        round__project=project, round__stage=Round.Stage.OPEN, round__state__in=Round.RELEASED
    )
    coders = User.objects.filter(pk__in=released.values("coder")).order_by("name", "pk")
    rounds = Round.objects.filter(pk__in=released.values("round")).order_by("pk")
    return Choices(
        [(str(uid), name) for uid, name in coders.values_list("uid", "name")],
        [(str(uid), name) for uid, name in rounds.values_list("uid", "name")],
    )
