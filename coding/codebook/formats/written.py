"""What every exporter gives back: the bytes, and what it could not carry."""

from dataclasses import dataclass, field

from coding.codebook.rules import Handout


@dataclass(frozen=True)
class Written:
    """A file, and full sentences on what is not in it or stands in it in another way."""

    data: bytes
    notes: list[str] = field(default_factory=list)


def scope(handout: Handout) -> list[str]:
    """Say what no format of a codebook carries."""
    notes = ["Memos, coders' names and single codings and ratings are not part of a codebook."]
    left = handout.document["left_out"]["codes_not_adopted"]
    if left == 1:
        notes.append("1 released code that nobody took into the codebook is not in this file, nor are its segments.")
    elif left:
        sentence = f"{left} released codes that nobody took into the codebook are not in this file, nor their segments."
        notes.append(sentence)
    if handout.publication is None:
        notes.append("This is not a publication: counts, figures and quotes are those of today and may change.")
    return notes
