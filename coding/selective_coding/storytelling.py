"""The storyline as its readers see it: `@category` and `@incident N` become links, everything else stays text.

A name with spaces is taken as long as it is known: after `@` the longest name of a category that stands there, in any
case; `@[name]` says where a name ends. What names nothing stays as it was written, and is listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from coding.codes.content import adopted_categories
from coding.codes.models import Category
from coding.incidents.models import Incident
from coding.lib.text import name_key
from coding.people.models import Project

BLANK = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Story:
    """The text with links, the names that lead nowhere, and whether the core category is named."""

    html: SafeString
    unknown: list[str]
    core: Category | None
    names_core: bool


def told(project: Project, text: str) -> Story:
    """Read a storyline, in two queries."""
    categories = list(adopted_categories(project))
    pattern = mentions([one.name for one in categories])
    numbers = {int(found["number"]) for found in pattern.finditer(text) if found["number"]}
    there = set(Incident.objects.filter(project=project, number__in=numbers).values_list("number", flat=True))
    by_key = {name_key(one.name): one for one in categories}
    unknown: list[str] = []
    named: set[int] = set()

    def link(found: re.Match[str]) -> str:
        words, category = found[0], by_key.get(name_key(found["quoted"] or found["bare"] or ""))
        if category:
            named.add(category.pk)
            url = reverse("codes:category", args=[project.slug, category.uid])
            return f'<a dir="auto" href="{url}">{escape(category.name)}</a>'
        if found["number"] and int(found["number"]) in there:
            url = f"/p/{project.slug}/incidents/{int(found['number'])}/"
            return f'<a href="{url}">{escape(words.removeprefix("@"))}</a>'
        unknown.append(words)
        return escape(words)

    html = "".join(f"<p>{linked(part, pattern, link)}</p>" for part in BLANK.split(text) if part.strip())
    core = next((one for one in categories if one.is_core), None)
    # Every piece is escaped, or built here of an address of ours and an escaped name.
    return Story(mark_safe(html), list(dict.fromkeys(unknown)), core, core is not None and core.pk in named)  # noqa: S308


def mentions(names: Iterable[str]) -> re.Pattern[str]:
    """Give the pattern of a mention; an `@` within a word, as in an address of mail, is none."""
    longest = sorted({name for name in names if name.strip()}, key=lambda name: (-len(name), name))
    bare = "|".join(r"\s+".join(re.escape(word) for word in name.split()) for name in longest) or r"(?!)"
    return re.compile(
        rf"(?<!\w)@(?:\[(?P<quoted>[^\]\n]{{1,200}})\]|incident\s+(?P<number>\d{{1,9}})\b|(?P<bare>{bare})(?!\w))",
        re.IGNORECASE,
    )


def linked(text: str, pattern: re.Pattern[str], link: Callable[[re.Match[str]], str]) -> str:
    """Escape a paragraph and put links in."""
    parts, at = [], 0
    for found in pattern.finditer(text):
        parts += [escape(text[at : found.start()]), link(found)]
        at = found.end()
    return "".join([*parts, escape(text[at:])]).replace("\n", "<br>")
