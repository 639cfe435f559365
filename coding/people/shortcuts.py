"""The keys: the one list of what a single key does, what is fixed, and how a person's own changes are read.

A key is named by its `KeyboardEvent.code`, its place on the keyboard; its cap is what is printed on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from string import ascii_uppercase, digits
from typing import NamedTuple

PUNCTUATION = {
    "Minus": "-", "Equal": "=", "BracketLeft": "[", "BracketRight": "]", "Backslash": "\\", "Semicolon": ";",
    "Quote": "'", "Backquote": "`", "Comma": ",", "Period": ".", "Slash": "/",
}  # fmt: skip
CAPS = {f"Key{one}": one for one in ascii_uppercase} | {f"Digit{one}": one for one in digits} | PUNCTUATION
OPEN_CODING, WORDS, STEPS = "Open coding", "Words of the text", "Segments and steps"
BOARD, RATING, RECONCILING, EVERYWHERE = "Board", "Rating", "Reconciling", "Everywhere"
# Keys for which a group has a fixed use, and which it is.
TAKEN = {OPEN_CODING: ({f"Digit{one}" for one in range(1, 10)}, "The keys 1 to 9 apply the codes last used.")}


class Shortcut(NamedTuple):
    """What one key does, and the key that does it unless a person chose another."""

    group: str
    action: str
    code: str
    words: str


SHORTCUTS = (
    Shortcut(OPEN_CODING, "in_vivo", "KeyV", "In vivo: the words themselves are the code"),
    Shortcut(OPEN_CODING, "compare", "KeyC", "Compare all segments under this code"),
    Shortcut(OPEN_CODING, "memo", "KeyM", "Write a memo"),
    Shortcut(OPEN_CODING, "nothing_here", "KeyN", "Mark the paragraph as read, nothing here"),
    Shortcut(OPEN_CODING, "next_uncoded", "KeyJ", "Jump to the next uncoded paragraph"),
    Shortcut(OPEN_CODING, "uncertain", "KeyU", "Mark the segment as uncertain"),
    Shortcut(OPEN_CODING, "split", "KeyX", "Split the segment"),
    Shortcut(OPEN_CODING, "move_ends", "KeyE", "Move the ends of the segment"),
    Shortcut(OPEN_CODING, "search", "KeyF", "Search in the incident and in your segments"),
    Shortcut(OPEN_CODING, "filter", "KeyL", "Show one code, one category or uncoded text"),
    Shortcut(OPEN_CODING, "history", "KeyH", "List what you did, to undo or redo it"),
    Shortcut(BOARD, "move", "KeyM", "Move the card to another category"),
)
# Keys that nobody can change: caps, words, and whether they write a character, as single-letter keys do.
FIXED = (
    (OPEN_CODING, "1 … 9", "Apply the code last used, the one before it, and so on", True),
    (WORDS, "← →", "Choose word by word", False),
    (WORDS, "Ctrl ← →", "Choose sentence by sentence", False),
    (WORDS, "↑ ↓", "Choose by paragraph", False),
    (WORDS, "Home End", "Choose the first or the last word of the paragraph", False),
    (WORDS, "Ctrl Home End", "Choose the first or the last word of the text", False),
    (WORDS, "Shift", "With any of these, or with a click: choose more", False),
    (WORDS, "Enter", "Name the chosen words, apply the name", False),
    (WORDS, "Shift Enter", "Apply the name and give another one", False),
    (STEPS, "Tab", "Go from segment to segment", False),
    (STEPS, "Delete", "Delete the segment", False),
    (STEPS, "Ctrl Z", "Undo", False),
    (STEPS, "Ctrl Shift Z", "Redo", False),
    (STEPS, "Ctrl Enter", "Submit", False),
    (BOARD, "← → ↑ ↓", "Go between cards and columns", False),
    (BOARD, "Enter", "Move the card", False),
    (BOARD, "Space", "Select the card", False),
    (RATING, "1 … 9 0 - =", "Choose a category", True),
    (RATING, "Shift", "With any of these: make it the primary one", True),
    (RATING, "N", "None applies; on a scale of stances 0 on the rest", True),
    (RATING, "1 2 3", "On a scale of stances: −1, 0, +1, and on to the next value", True),
    (RATING, "↑ ↓", "On a scale of stances: another value", False),
    (RATING, "D", "Read on in the definition and its examples", True),
    (RATING, "Ctrl Enter", "Submit", False),
    (RECONCILING, "1 … 9 0 - =", "Tick a category", True),
    (RECONCILING, "Shift", "With any of these: make it the primary one", True),
    (RECONCILING, "Ctrl Enter", "Settle", False),
    (EVERYWHERE, "?", "Show all keys", True),
    (EVERYWHERE, "Esc", "Close what is open, go one step back", False),
)
GROUPS = tuple(dict.fromkeys(group for group, *_ in FIXED))


class Cap(NamedTuple):
    """One key cap; `code` only where the key can be chosen, `is_cap` false for the dots between two."""

    text: str
    code: str = ""
    is_cap: bool = True


@dataclass(frozen=True)
class Line:
    """One line of the list of all keys."""

    caps: tuple[Cap, ...]
    words: str


def resolved(own: Mapping[str, str]) -> dict[str, str]:
    """Give each action its key: the person's own choice, else the default."""
    kept = {one.action: own.get(one.action, "") for one in SHORTCUTS}
    return {one.action: kept[one.action] if kept[one.action] in CAPS else one.code for one in SHORTCUTS}


def changes(chosen: Mapping[str, str]) -> dict[str, str]:
    """Keep of a choice for each action only what differs from the defaults."""
    return {one.action: chosen[one.action] for one in SHORTCUTS if chosen[one.action] != one.code}


def caps(own: Mapping[str, str]) -> dict[str, str]:
    """What is printed on the key of each action, on a keyboard as in the United States."""
    return {action: CAPS[code] for action, code in resolved(own).items()}


def read_code(text: str) -> str:
    """Read a code or a cap, whatever its capitals: `KeyB`, `keyb` and `b` are one key. Empty where it is none."""
    wanted = text.strip().lower()
    return next((code for code, cap in CAPS.items() if wanted in {code.lower(), cap.lower()}), "")


def why_not(group: str, code: str) -> str:
    """Say why a key can't stand for an action of this group; empty where it can."""
    codes, sentence = TAKEN.get(group, (set(), ""))
    return f"{sentence} Choose another key." if code in codes else ""


def doubles(chosen: Mapping[str, str]) -> list[tuple[Shortcut, Shortcut]]:
    """Find actions of one group on the same key: each with the first other one."""
    known = [one for one in SHORTCUTS if one.action in chosen]
    return [
        (one, other)
        for one in known
        if (other := next((o for o in known if _clash(one, o) and chosen[o.action] == chosen[one.action]), None))
    ]


def _clash(one: Shortcut, other: Shortcut) -> bool:
    return one.group == other.group and one.action != other.action


def listed(own: Mapping[str, str], has_letters: bool = True) -> list[tuple[str, list[Line]]]:
    """List all keys by group, as they are for this person; those that write a character only where they are on."""
    keys = resolved(own)
    chosen = [(one.group, Line((_cap(keys[one.action]),), one.words)) for one in SHORTCUTS if has_letters]
    fixed = [(group, _fixed(line, words)) for group, line, words, is_letter in FIXED if has_letters or not is_letter]
    lines = sorted([*chosen, *fixed], key=lambda pair: GROUPS.index(pair[0]))
    return [(group, [line for _, line in found]) for group, found in groupby(lines, key=lambda pair: pair[0])]


def _cap(code: str) -> Cap:
    return Cap(CAPS[code], code)


def _fixed(line: str, words: str) -> Line:
    return Line(tuple(Cap(one, is_cap=one != "…") for one in line.split()), words)
