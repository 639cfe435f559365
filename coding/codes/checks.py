"""What every verb over the words checks first: names, texts, limits, and whether a word still lives."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

import regex

from coding.codes.models import NAME_LENGTH, Category, Code, Word
from coding.lib import clock
from coding.lib.refusals import BadInput, Refusal
from coding.lib.text import clean, fault
from coding.people.models import Project
from coding.people.rules import lock_project_stream

MOST_CODES = 5_000
AT_ONCE = 500  # keys that one query names
T = TypeVar("T")
W = TypeVar("W", bound=Word)
# Something to see: no mark, space or control, none of Unicode's ignorable letters, no blank braille or note head.
_SEEN = regex.compile(r"[^\p{M}\p{Z}\p{C}\p{DI}\u2800\U0001D159]")
CRITERIA = ("definition", "use_when", "avoid_when")


class NameTaken(Refusal):
    sentence = "This name is in use. Choose another, or merge the two."


class MovedOn(Refusal):
    sentence = "Somebody changed this since you opened it. Look at the new state and try again."


class MergeCycle(Refusal):
    sentence = "A code can't be merged into itself or into one that was merged into it."


class NotLiving(Refusal):
    sentence = "This code was merged or retired. Choose a living one."


class TooManyCodes(Refusal):
    sentence = f"A project holds at most {MOST_CODES:,} codes. Merge or retire some first."


def named(text: str) -> str:
    """Take a name: trimmed, one line, something to see in it, no control characters, at most 200 code points."""
    text = clean(text)
    if refused := fault(text):
        raise BadInput(f"The name holds {refused}. Remove it.")
    name = " ".join(text.split())
    if not _SEEN.search(name):
        raise BadInput("The name is empty. Give it at least one letter.")
    if "\ufffd" in name:
        raise BadInput("The name holds a character that could not be read (U+FFFD). Write it again.")
    if len(name) > NAME_LENGTH:
        raise BadInput(f"The name has {len(name):,} characters; {NAME_LENGTH} is the most. Shorten it.")
    return name


def worded(wording: dict[str, str]) -> dict[str, str]:
    """Take texts of a definition, use when, avoid when or rationale."""
    wording = {field: clean(text) for field, text in wording.items()}
    for field, text in wording.items():
        if refused := fault(text):
            raise BadInput(f"{field.replace('_', ' ').capitalize()} holds {refused}. Remove it.")
        if len(text) > 20_000:
            raise BadInput(f"{field.replace('_', ' ').capitalize()} is longer than 20,000 characters. Shorten it.")
    return {field: text.strip() for field, text in wording.items()}


def refuse_too_many(project: Project, more: int = 1) -> int:
    """Count the shared codes; refuse where so many more are beyond the limit."""
    count = Code.objects.filter(project=project).adopted().count()
    if count + more > MOST_CODES:
        raise TooManyCodes
    return count


def refuse_taken(word: Word) -> None:
    """Refuse a name that another adopted word of the same kind bears."""
    others = type(word).objects.filter(project=word.project).adopted()  # type: ignore[attr-defined]  # every Word has it
    if others.filter(name_key=word.name_key).exclude(pk=word.pk).exists():
        raise taken(word)


def refuse_any_taken(project: Project, codes: Sequence[Code]) -> None:
    """The same for codes that are adopted together; neither may two of them bear one name."""
    keys = Counter(code.name_key for code in codes)
    adopted = Code.objects.filter(project=project).adopted()
    for some in batched(list(keys)):
        keys.update(adopted.filter(name_key__in=some).values_list("name_key", flat=True))
    for code in codes:
        if keys[code.name_key] > 1:
            raise taken(code)


def taken(word: Word) -> NameTaken:
    kind = word._meta.verbose_name
    return NameTaken(f"There is a {kind} “{word.name}” already. Choose another name, or merge the two.")


def refuse_reword(word: Word, *, private: bool) -> None:
    """Refuse to reword what is out of use, and a private word anywhere but in its coder's stream."""
    if word.retired_at or (isinstance(word, Code) and word.merged_into_id):
        raise NotLiving(f"“{word.name}” was merged or retired, so its wording stands.")
    if word.released_at is None and not private:
        raise NotLiving(f"“{word.name}” is still private to its coder.")


def refuse_own_or_taken(word: Word) -> None:
    """Private names are unique per coiner, adopted ones per project; neither check looks at others' private words."""
    if word.released_at is not None:
        return refuse_taken(word)
    own = type(word).objects.filter(project=word.project, coined_by=word.coined_by, released_at=None)  # type: ignore[attr-defined]
    if own.living().filter(name_key=word.name_key).exclude(pk=word.pk).exists():
        raise NameTaken(f"You have a {word._meta.verbose_name} “{word.name}” already.")
    return None


def lock_codes(project: Project, *codes: Code) -> list[Code]:
    """Lock codes in one order (so that two leads never wait for each other), and read them anew."""
    lock_project_stream(project)
    rows, found = Code.objects.select_for_update(no_key=True).order_by("pk"), dict[int, Code]()
    for some in batched(sorted({code.pk for code in codes})):
        found.update((code.pk, code) for code in rows.filter(pk__in=some))
    for code in codes:
        if code.pk not in found:
            raise taken_back(code)
    return [found[code.pk] for code in codes]


def anew(word: W) -> W:
    """Read a code or category anew under the lock. Raises NotLiving."""
    fresh: W | None = type(word)._default_manager.select_for_update(no_key=True).filter(pk=word.pk).first()
    if fresh is None:
        raise taken_back(word)
    return fresh


def taken_back(word: object) -> NotLiving:
    """An undo may take back the making of a word that somebody else is about to change."""
    return NotLiving(f"“{word}” was taken back meanwhile. Look at what stands now, and choose another.")


def batched(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut keys into lots that a query may name."""
    for first in range(0, len(keys), AT_ONCE):
        yield keys[first : first + AT_ONCE]


def refuse_not_living(code: Code) -> None:
    if code.merged_into_id or code.retired_at:
        raise NotLiving(f"“{code.name}” was merged or retired. Choose a living code.")
    if code.released_at is None:
        raise NotLiving(f"“{code.name}” is still private to its coder.")


def usable(category: Category) -> Category:
    """Read a category anew under the project's lock, refuse one that is out of use, and adopt it by using it."""
    fresh = anew(category)
    if fresh.retired_at:
        raise NotLiving(f"The category “{fresh}” was retired. Choose another.")
    if fresh.released_at is None:
        raise NotLiving(f"The category “{fresh}” is still private to its coder.")
    if fresh.adopted_at is None:
        refuse_taken(fresh)
        fresh.adopted_at = clock.now()
        fresh.save(update_fields=["adopted_at"])
    return fresh
