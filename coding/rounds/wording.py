"""What a code is called for a reader: as it is now, or, while they code blind, as their edition froze it."""

from dataclasses import dataclass
from typing import Any

from coding.codes.content import Frozen
from coding.codes.models import Code, Edition
from coding.people.models import Membership, Project, User
from coding.rounds.models import Round


@dataclass(frozen=True)
class Wording:
    """Names and hues by the codes' public ids; `frozen` says that only these and own private names may show."""

    codes: dict[str, dict[str, Any]]
    reader: User
    frozen: bool
    number: int = 0

    def named(self, code: Code) -> tuple[int, str]:
        """Give a code's hue and name for this reader."""
        is_own = code.released_at is None and code.coined_by_id == self.reader.pk
        return self.said(str(code.uid), code.hue, code.name, is_own)

    def said(self, uid: str, hue: int, name: str, is_own: bool) -> tuple[int, str]:
        """The same from a code's columns; `is_own` says that it is the reader's own private one."""
        row = self.codes.get(uid)
        if row is not None:
            return row["hue"], row["name"]
        if not self.frozen or is_own:
            return hue, name
        return hue, f"a code that is not in edition {self.number}"


def wording_for(reader: User, project: Project, edition: Edition | None = None) -> Wording:
    """Read names as this edition has them; without one as they are now, or as a shielded coder's round has them."""
    shield = edition or shielding_edition(reader, project)
    if shield is None:
        return Wording({}, reader, frozen=False)
    return Wording(Frozen.of(shield).merged, reader, frozen=edition is None, number=shield.number)


def shielding_edition(reader: User, project: Project) -> Edition | None:
    """The edition that a coder of an open blind round reads; None for everybody else."""
    membership = Membership.objects.filter(user=reader, project=project).first()
    if membership is None or not membership.is_shielded:
        return None
    held = Round.objects.open_and_blind().filter(project=project, assignments__coder=reader).select_related("edition")
    latest = held.order_by("-opened_at", "-pk").first()
    return latest.edition if latest else None
