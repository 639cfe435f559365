"""From what a browser or program sends to a span of the stored text."""

from typing import Any

from coding.lib.paragraphs import snap
from coding.lib.refusals import BadInput, Refusal


class QuoteDiffers(Refusal):
    sentence = (
        "The words sent are not the words at this place of the text. Reload the incident and select them again; "
        "offsets are code points, counted from 0."
    )


def span_of(text: str, start: Any, end: Any, quote: str | None) -> tuple[int, int]:
    """Check a span against the text and its quote, and snap it to whole characters.

    Returns half-open code-point offsets. Raises BadInput (not a span of this text), QuoteDiffers.
    """
    first, last = whole("start", start), whole("end", end)
    if not 0 <= first < last:
        raise BadInput(f"A segment needs 0 <= start < end; got start {first} and end {last}.")
    if last > len(text):
        raise BadInput(f"The segment ends at {last}, but the text has {len(text)} code points.")
    if quote is not None and quote != text[first:last]:
        raise QuoteDiffers
    first, last = snap(text, first, last)
    if first == last:
        raise BadInput("The selection holds only white space. Select some words.")
    return first, last


def whole(name: str, value: Any) -> int:
    """Take a whole number; text of digits counts (forms send text), floats and booleans do not."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12:
        return value
    raise BadInput(f"“{name}” must be a whole number of code points.")


def find_quote(text: str, quote: str, occurrence: int = 1) -> tuple[int, int]:
    """Find a quote's n-th place in a text, counted from 1. Raises BadInput where it does not stand there."""
    if not quote:
        raise BadInput("Paste the words of the text that you want to code.")
    at = -1
    for _ in range(max(1, min(occurrence, 10_000))):
        at = text.find(quote, at + 1)
        if at < 0:
            raise BadInput("These words do not stand in the text. Copy them from it exactly.")
    return at, at + len(quote)
