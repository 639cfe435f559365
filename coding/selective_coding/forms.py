"""What the pages post: a rating, and a category's place in the scale."""

from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from coding.codes.models import Scale, ScaleCategory
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput
from coding.selective_coding.rules import Choice, Reading

NO_FIT = "no-fit"
STANCE = "stance-"
EVIDENCE = "evidence-"
SAID = {"-1": -1, "0": 0, "1": 1}


def rating_in(posted: QueryDict) -> Reading:
    """Read a posted rating.

    A radio button can't be taken back, so a primary whose category is no longer ticked means that none is named;
    and where one category is ticked it is the primary one.
    """
    if stances := stances_in(posted):
        return Reading(stances, None, bool(posted.get("none_applies")), posted.get("confidence", ""),
                       posted.get("note", ""))  # fmt: skip
    chosen = [known(text) for text in posted.getlist("category")]
    if len(posted.getlist("primary")) > 1:
        raise BadInput("Only one category can be the primary one.")
    named = posted.get("primary", "")
    primary = known(named) if named else None
    if len(set(chosen)) == 1:
        primary = chosen[0]
    return Reading(
        tuple(Choice(uid, evidence=evidence_in(posted, uid)) for uid in chosen), primary if primary in chosen else None,
        bool(posted.get("none_applies")), posted.get("confidence", ""), posted.get("note", ""),
    )  # fmt: skip


def stances_in(posted: QueryDict) -> tuple[Choice, ...]:
    """Read the stances of a stance scale: a field for each value, named by its public id."""
    fields = [name for name in posted if name.startswith(STANCE)]
    for name in fields:
        if len(posted.getlist(name)) > 1 or posted.get(name) not in SAID:
            raise BadInput("A stance is −1, 0 or +1. Choose one of the three for each value.")
    said = [(known(name.removeprefix(STANCE)), SAID[str(posted.get(name))]) for name in fields]
    return tuple(Choice(uid, stance, evidence_in(posted, uid) if stance else frozenset()) for uid, stance in said)


def evidence_in(posted: QueryDict, category: UUID) -> frozenset[UUID]:
    """Read the quotes ticked for a category; those of one that is no longer chosen count for nothing."""
    uids = [as_uid(text) for text in posted.getlist(f"{EVIDENCE}{category}")]
    found = frozenset(uid for uid in uids if uid is not None)
    if None in uids:
        raise BadInput("There is no such quote among your own codings of this incident. Choose one from the list.")
    return found


def known(text: str) -> UUID:
    """Read the public id of a category."""
    uid = as_uid(text)
    if uid is None:
        raise BadInput("There is no such category in this round's scale. Choose one from the list.")
    return uid


@dataclass(frozen=True)
class Place:
    """A category's place as it was posted: a scale category's id, `NO_FIT`, or nothing for no place yet."""

    choice: str
    rationale: str

    def find(self, scale: Scale) -> ScaleCategory | None:
        """Give the scale category; None where the category does not fit."""
        if self.choice == NO_FIT:
            return None
        uid = as_uid(self.choice)
        rows = ScaleCategory.objects.filter(layer__scale=scale).select_related("layer")
        found = rows.filter(uid=uid).first() if uid else None
        if found is None:
            raise BadInput("There is no such category in this scale. Choose one from the list.")
        return found


def place_in(posted: QueryDict) -> Place:
    """Read a posted place."""
    return Place(posted.get("place", ""), posted.get("rationale", ""))


def version_in(posted: QueryDict) -> int:
    """Read the version of the storyline that a page showed."""
    text = posted.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput("The storyline's form was sent without its version. Reload the page and save again.")
    return int(text)
