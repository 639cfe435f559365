"""What pictures share: a layer's mark, which stands beside its colour everywhere, and names cut to their room."""

from coding.lib.clusters import around

MARKS = "▲■●◆▼✚"  # by position, as the style sheets have them


def marked(position: int, name: str) -> str:
    """Put a layer's mark before a name; a layer beyond the last mark has none."""
    return f"{MARKS[position - 1]} {name}" if 0 < position <= len(MARKS) else name


def cut(text: str, most: int) -> str:
    """Cut a name between two characters, with an ellipsis."""
    return text if len(text) <= most else text[: around(text, most - 1)[0]].rstrip() + "…"
