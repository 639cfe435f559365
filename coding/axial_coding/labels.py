"""The in-vivo label of a category: words of somebody in an incident that name it best (Strauss & Corbin 1990).

Such words stand in a report that was coded under the category; a name that the team thought of is no label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Substr

from coding.axial_coding.evidence import readable
from coding.axial_coding.queries import released_codings
from coding.codes.checks import MovedOn, usable, worded
from coding.codes.models import NAME_LENGTH, Category, Code
from coding.codes.regroup_undo import category as locked
from coding.codes.undo import Said, refuse_unless
from coding.lib.refusals import BadInput
from coding.lib.text import name_key
from coding.people.models import Project, User
from coding.people.rules import lock_project_stream, record

OFFERED = 40


@transaction.atomic
def label_category(
    by: User, category: Category, words: str, reason: str = "", *, was: str | None = None
) -> Category:  # fmt: skip
    """Let words that stand under a category label it in vivo, or (empty) take its label away.

    `was` is the label that they replace, where that is known. Raises BadInput, MovedOn, NotLiving.
    """
    lock_project_stream(category.project)
    category = usable(category)
    label, reason = sayable(words), worded({"reason": reason})["reason"]
    before = category.in_vivo_label
    if was is not None and was != before:
        raise MovedOn("Somebody changed this label since you opened it. Look at the one that stands now and try again.")
    if label == before:
        return category
    if label and not stands(by, category, label):
        raise BadInput(
            f"No quote under “{category}” says “{label}”. Copy the words from one that you may read, as they stand."
        )
    category.in_vivo_label = label
    category.save(update_fields=["in_vivo_label"])
    record(category.project, by, "label_category", category, before={"in_vivo_label": before}, reason=reason,
           after={"in_vivo_label": label, "says": f"“{label}”" if label else "no label", "name": category.name},
           )  # fmt: skip
    return category


def sayable(words: str) -> str:
    """Take the words of a label on one line. Raises BadInput."""
    label = " ".join(worded({"label": words})["label"].split())
    if len(label) > NAME_LENGTH:
        raise BadInput(f"The label has {len(label):,} characters; {NAME_LENGTH} is the most. Quote less of it.")
    return label


def quotes(user: User, category: Category) -> Iterator[tuple[str, int]]:
    """Give the words of each coding under a category that this person may read, and the number of their incident."""
    codes = Code.objects.filter(category=category).living().values("pk")
    held = released_codings(category.project).filter(
        stands__in=codes, segment__in=readable(user, category.project).values("pk")
    )
    start, end = F("segment__start"), F("segment__end")
    said = held.annotate(words=Substr("segment__assignment__incident__text", start + 1, end - start))
    order = "segment__assignment__incident__number", "segment__start", "segment__end", "pk"
    yield from said.order_by(*order).values_list("words", "segment__assignment__incident__number").iterator()


def stands(user: User, category: Category, label: str) -> bool:
    """Do these words stand in a quote under the category? Capitals and line ends aside."""
    key = name_key(label)
    return any(key in name_key(words) for words, _ in quotes(user, category))


def offered(user: User, category: Category) -> list[tuple[str, int]]:
    """Give quotes that are short enough for a label, those that most codings stand on first, with an incident each."""
    times, first = Counter[str](), dict[str, int]()
    for words, incident in quotes(user, category):
        label = " ".join(words.split())
        if label and len(label) <= NAME_LENGTH:
            times[label] += 1
            first.setdefault(label, incident)
    return [(label, first[label]) for label, _ in times.most_common(OFFERED)]


def unlabel(project: Project, uid: UUID, before: Said, after: Said) -> str:
    """Bring the former label back, where the category still bears the one that the event gave it."""
    category = locked(project, uid)
    refuse_unless(category.in_vivo_label == after["in_vivo_label"] and not category.retired_at, category)
    category.in_vivo_label = before["in_vivo_label"]
    category.save(update_fields=["in_vivo_label"])
    return category.name
