"""A blind axial round: adopted codes, given categories, and sorts written as short words."""

from coding.axial_coding import sorting
from coding.codes.models import Category, Code
from coding.codes.rules import create_category, create_code
from tests import factory

CODES = ("alpha", "beta", "gamma", "delta")


def sort_round(project, coders, codes=CODES, given=("Trust", "Repair"), **plan):
    lead = factory.lead_of(project)
    for name in codes:
        create_code(lead, project, name, definition=f"What {name} means.")
    for name in given:
        create_category(lead, project, name)
    return factory.round_of(project, coders, "axial", incidents=[], **plan)


def uid_of(name, coder=None):
    found = Category.objects.filter(name=name)
    return (found.filter(coined_by=coder) if coder else found).order_by("pk").first().uid


def uids(names):
    return [Code.objects.get(name=name).uid for name in names.split()]


def sort(of, coder, piles, *, submit=True):
    """Put codes (names, apart by spaces) into given categories, or own ones where none is given by that name."""
    held = factory.assignment(of, coder)
    given = {row["name"]: uid for uid, row in sorting.frozen_of(held).categories.items()}
    for name, codes in piles.items():
        into = Category.objects.get(uid=given[name]).uid if name in given else None
        sorting.put(coder, held, uids(codes), into, new="" if into else name)
    return sorting.submit(coder, held, leave_rest=True) if submit else held


def said(assignment):
    return {one.code.name: one.category.name for one in assignment.placements.select_related("code", "category")}
