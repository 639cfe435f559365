"""Verbs over several cards at once; the cards go through the verbs of their noun in `codes.rules`."""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction

from coding.codes.models import Category, Code
from coding.codes.rules import adopt_codes, create_category, merge_codes, place_codes
from coding.lib.refusals import BadInput
from coding.people.models import Project, User
from coding.people.rules import lock_project_stream

MOST_MOVED = 500
MOST_MERGED = 50


@transaction.atomic
def sort(by: User, project: Project, codes: Sequence[Code], into: Category | None, new: str = "") -> Category | None:
    """Put codes into a category, into a new one of this name, or (None) back among the unsorted; all or none.

    Raises NotLiving where somebody else merged or retired one of them meanwhile, NameTaken.
    """
    if not codes:
        raise BadInput("Select at least one code to move.")
    if len(codes) > MOST_MOVED:
        raise BadInput(f"{len(codes):,} codes are selected; {MOST_MOVED} is the most to move at once.")
    lock_project_stream(project)
    if new.strip():
        into = create_category(by, project, new)
    place_codes(by, project, codes, into)
    return into


@transaction.atomic
def merge_all(by: User, codes: Sequence[Code], target: Code, reason: str = "") -> Code:
    """Merge codes into one of them; all or none. Raises NotLiving, MergeCycle, NameTaken."""
    sources = [code for code in codes if code.pk != target.pk]
    if not sources:
        raise BadInput("Select at least two codes to merge.")
    if len(sources) >= MOST_MERGED:
        raise BadInput(f"{len(sources) + 1} codes are selected; {MOST_MERGED} is the most to merge at once.")
    for source in sources:
        target = merge_codes(by, source, target, reason)
    return target


@transaction.atomic
def adopt_all(by: User, project: Project) -> tuple[int, int]:
    """Take the released codes into the codebook whose name no other bears; give how many, and how many wait.

    Equal names stay side by side: they are merge proposals.
    """
    lock_project_stream(project)
    living = Code.objects.filter(project=project).released().living().order_by("pk")
    bearers = Counter(living.values_list("name_key", flat=True))
    waiting = list(living.filter(adopted_at=None))
    alone = [code for code in waiting if bearers[code.name_key] == 1]
    adopt_codes(by, project, alone)
    return len(alone), len(waiting) - len(alone)
