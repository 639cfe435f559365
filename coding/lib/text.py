"""Clean text, refuse characters that no text may hold, and make keys for comparing and searching."""

import re
import unicodedata

# Control characters (Unicode category Cc: C0, DEL, C1) other than tab and line feed, and lone surrogates.
# U+FFFE and U+FFFF stand here too: XML 1.0 cannot carry them, so a project that held one could not be exported.
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NAMES = {
    "\x00": "a NUL character",
    "\x08": "a backspace (U+0008)",
    "\x0b": "a vertical tab (U+000B)",
    "\x0c": "a form feed (U+000C)",
    "\r": "a carriage return (U+000D)",
    "\x1b": "an escape character (U+001B)",
    "\x7f": "a delete character (U+007F)",
}
# Only Latin, Greek and Cyrillic letters lose their marks: elsewhere a mark is a vowel or another letter.
_MARKS = re.compile(
    "(?<=[A-Za-z\u00c0-\u02af\u0370-\u03ff\u0400-\u0482\u048a-\u052f\u1c80-\u1c8a\u1e00-\u1fff\u2c60-\u2c7f\ua722-\ua7ff])"
    "[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def clean(text: str) -> str:
    """Return the text as it is stored: CRLF and CR as LF, no leading BOM, nothing else changed."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def fault(text: str) -> str | None:
    """Name the first refused character and its position in code points, counted from 1; None when there is none."""
    found = _REFUSED.search(text)
    return f"{_in_words(found[0])} at position {found.start() + 1}" if found else None


def strip_faults(text: str) -> tuple[str, int]:
    """Return the text without refused characters, and how many were removed."""
    return _REFUSED.subn("", text)


def name_key(name: str) -> str:
    """Return the key by which two names are the same: NFC, casefolded, trimmed, white space collapsed."""
    folded = unicodedata.normalize("NFD", name).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def fold(text: str) -> str:
    """Return the text as search compares it: no case, no width, no marks on Latin, Greek and Cyrillic letters."""
    if text.isascii():
        return text.lower()
    # Case before marks: the iota under a Greek letter is a mark, and a letter of its own in capitals.
    lower = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", lower)))


def _in_words(character: str) -> str:
    if character in _NAMES:
        return _NAMES[character]
    code = f"U+{ord(character):04X}"
    if "\ud800" <= character <= "\udfff":
        return f"a lone surrogate ({code})"
    return f"a noncharacter ({code})" if character >= "\ufffe" else f"a control character ({code})"
