"""What a coder says of an incident at once, and what a scale can take: categories that apply, or stances on values."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from coding.codes.models import Scale
from coding.lib.canonical import canonical, sha256
from coding.lib.refusals import BadInput, Refusal

STANCES = (-1, 0, 1)
NAMES_SAID = 3


class RatingIncomplete(Refusal):
    sentence = "Nothing is chosen yet. Choose the categories that apply, or say that none applies."


@dataclass(frozen=True)
class Choice:
    """A scale category, by public id, that a coder judges to apply; on stance scales a value with its stance.

    `evidence` names the coder's own segments, by public id, that are shown for it.
    """

    scale_category: UUID
    stance: int | None = None
    evidence: frozenset[UUID] = frozenset()

    def plain(self) -> dict[str, Any]:
        """Give the choice as events keep it; without evidence it says nothing of it."""
        said: dict[str, Any] = {"scale_category": str(self.scale_category), "stance": self.stance}
        return said | ({"evidence": sorted(map(str, self.evidence))} if self.evidence else {})


@dataclass(frozen=True)
class Reading:
    """One coder's whole rating of an incident; confidence and note are said once for all of it."""

    choices: tuple[Choice, ...] = ()
    primary: UUID | None = None
    none_applies: bool = False
    confidence: str = ""
    note: str = ""

    @property
    def chosen(self) -> frozenset[UUID]:
        return frozenset(choice.scale_category for choice in self.choices)

    @property
    def stances(self) -> dict[UUID, int | None]:
        return {choice.scale_category: choice.stance for choice in self.choices}

    @property
    def evidence(self) -> dict[UUID, frozenset[UUID]]:
        return {choice.scale_category: choice.evidence for choice in self.choices}

    @property
    def shown(self) -> set[UUID]:
        """Every segment that is shown for anything."""
        return {segment for choice in self.choices for segment in choice.evidence}

    def plain(self) -> dict[str, Any]:
        """Give the rating as events keep it; the order in which categories were chosen does not matter."""
        return {
            "choices": sorted((one.plain() for one in self.choices), key=lambda row: str(row["scale_category"])),
            "primary": str(self.primary) if self.primary else None,
            "none_applies": self.none_applies, "confidence": self.confidence, "note": self.note,
        }  # fmt: skip

    @property
    def version(self) -> str:
        """Name this state, so that a page can say which state it changed; it depends on the coder's own work only."""
        return sha256(canonical(self.plain()))[:16]


def refuse_mixed(reading: Reading, rating_kind: str) -> None:
    """Refuse what this kind of scale does not ask for."""
    if len(reading.chosen) != len(reading.choices):
        raise BadInput("A category of the scale was named twice. Name each once.")
    if rating_kind == Scale.RatingKind.STANCE:
        refuse_no_stances(reading)
    else:
        refuse_no_presence(reading)


def refuse_no_stances(reading: Reading) -> None:
    if any(choice.stance not in STANCES for choice in reading.choices):
        raise BadInput("This scale asks for a stance on each value. A stance is −1, 0 or +1.")
    if reading.primary is not None:
        raise BadInput("This scale asks for a stance on each value; none of them is the primary one.")
    if any(choice.evidence and not choice.stance for choice in reading.choices):
        raise BadInput("A value with 0 is not touched by the text, so no quote speaks for it. Take the quote back.")
    if reading.none_applies:
        raise BadInput("This scale has no “none applies”. A text that touches no value gets 0 on every one.")


def refuse_no_presence(reading: Reading) -> None:
    if any(choice.stance is not None for choice in reading.choices):
        raise BadInput("This scale asks which categories apply, not for a stance on each. Leave the stance out.")
    if reading.none_applies and reading.choices:
        raise BadInput("“None applies” can't stand beside a category. Take one of the two back.")
    if reading.primary is not None and reading.primary not in reading.chosen:
        raise BadInput("The primary category has to be one of those that apply. Choose it too, or another one.")


def refuse_incomplete(reading: Reading, scale: dict[str, Any]) -> None:
    """Refuse a rating that can't be measured yet; the scale is the edition's. Raises RatingIncomplete."""
    if scale["rating_kind"] == Scale.RatingKind.STANCE:
        return refuse_gaps(reading, scale)
    if reading.none_applies:
        return None
    if not reading.choices:
        raise RatingIncomplete
    if reading.primary is None:
        raise RatingIncomplete("Say which of these categories is the primary one, then submit again.")
    return None


def refuse_gaps(reading: Reading, scale: dict[str, Any]) -> None:
    """Not touched is 0, which is a judgement; a value without a stance was not judged."""
    rows = [row for layer in scale["layers"] for row in layer["categories"]]
    if not rows:
        raise RatingIncomplete("This scale has no values, so there is nothing to rate. Ask the lead.")
    open_ = [row["name"] for row in rows if UUID(row["uid"]) not in reading.chosen]
    if open_:
        names = ", ".join(open_[:NAMES_SAID]) + (" and others" if len(open_) > NAMES_SAID else "")
        have = "has" if len(open_) == 1 else "have"
        said = f"{len(open_)} of {len(rows)} values {have} no stance yet: {names}."
        raise RatingIncomplete(f"{said} Give each −1, 0 or +1, then submit again.")
