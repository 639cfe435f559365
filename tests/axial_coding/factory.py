"""What axial coding starts from: a released round of open coding by two coders, in rows only (no agreement)."""

from coding.codes.models import Category, Code
from coding.codes.rules import create_category, release_words
from coding.lib import clock
from coding.rounds import rules as round_rules
from coding.rounds.models import Round
from tests import factory


def release(of: Round, lead, *, opened: bool = True) -> None:
    """Release a round as far as this room needs it, and open its readings to the lead."""
    coders = [assignment.coder for assignment in of.assignments.select_related("coder")]
    Round.objects.filter(pk=of.pk).update(state=Round.State.RELEASED, released_at=clock.now())
    release_words(of.project, coders, clock.now())
    of.refresh_from_db()
    round_rules.shield(of.project)
    if opened:
        round_rules.open_readings(lead, of)


def coded(project, coders, words: dict[str, list[str]], *, released: bool = True, **plan) -> Round:
    """Open a round of two incidents in which each coder gives every quote (key) the name of their turn."""
    incidents = plan.pop("incidents", None) or factory.incidents(project, 2)
    opened = factory.round_of(project, coders, incidents=incidents, **plan)
    for incident in incidents:
        for quote, names in words.items():
            for coder, name in zip(coders, names, strict=False):
                factory.code(factory.assignment(opened, coder, incident), quote, name)
    if released:
        release(opened, factory.lead_of(project))
    return opened


def code_named(name: str, coder=None) -> Code:
    found = Code.objects.filter(name=name).order_by("pk")
    return (found.filter(coined_by=coder) if coder else found).first()


def category(project, name: str, **fields) -> Category:
    return create_category(factory.lead_of(project), project, name, **fields)


def many_codes(project, lead, count: int, **fields) -> list[Code]:
    """Released codes in bulk; for tests of size only."""
    now = clock.now()
    codes = [Code(project=project, coined_by=lead, released_at=now, hue=n % 12 + 1, **fields) for n in range(count)]
    for number, code in enumerate(codes):
        code.call(f"code number {number:05d}")
    return Code.objects.bulk_create(codes, batch_size=500)
