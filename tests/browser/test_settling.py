"""Settling a disagreement: what is ticked is what the outcome says."""

import itertools

import pytest
from playwright.sync_api import expect

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person, script_comes_late

pytestmark = pytest.mark.browser
NUMBERS = itertools.count(1)

# The scale's second layer stands first since, so that its categories come before smaller numbers.
RATED = """
import json
from coding.codes.scale_edits import move
from coding.people.models import Project, User
from coding.reconciliation.rules import release_round
from coding.rounds.rules import Plan, draft_round, open_round
from coding.selective_coding.rules import Choice, Reading, submit
project = Project.objects.get(slug="demonstration")
lead, ada, bo = (User.objects.get(email=f"{name}@loam.example") for name in ("lead", "ada", "bo"))
scale, incident = project.scales.get(), project.incidents.order_by("number").first()
first, second, *_ = sorted(scale.layers.all(), key=lambda layer: layer.categories.order_by("number")[0].number)
one, other = first.categories.order_by("position")[0], second.categories.order_by("position")[0]
if first.position < second.position:
    move(lead, second, -1)
plan = Plan("Ticked", "rating", [ada, bo], [incident], scale=scale, is_blind=False)
opened = open_round(lead, draft_round(lead, project, plan))
for coder, said in ((ada, [one, other]), (bo, [one])):
    reading = Reading(tuple(Choice(place.uid) for place in said), one.uid)
    submit(coder, opened.assignments.get(coder=coder), reading=reading)
release_round(lead, opened)
print(json.dumps([f"/p/demonstration/reconcile/{opened.uid}/{incident.number}/", one.number, other.number]))
"""


@pytest.fixture
def unsettled(demonstration_copy, chromium):
    """A lead's page, a disagreement's address, and the numbers of the categories that are in dispute."""
    lead = Person(chromium, demonstration_copy, "lead@loam.example", PASSWORD)
    yield lead.page, *demonstration_copy.ask(RATED.replace("Ticked", f"Ticked {next(NUMBERS)}"))
    lead.done()


def test_ticking_what_a_coder_said_takes_that_coders_reading(unsettled):
    page, address, one, other = unsettled
    assert one < other
    page.goto(address)
    page.get_by_text("Tick the categories that stand").click()
    boxes = page.locator("input[name=category]")
    assert boxes.first.get_attribute("value") == str(other)
    page.locator(f"#c{one}").check()
    expect(page.get_by_label("Take the reading of Bo")).to_be_checked()
    page.locator(f"#c{other}").check()
    expect(page.get_by_label("Take the reading of Ada")).to_be_checked()
    page.locator(f"input[name=primary][value='{other}']").check()
    expect(page.get_by_label("Merge")).to_be_checked()  # the same categories, another of them primary


@pytest.mark.parametrize("asked", ["outcome", "reading", "tick"])
def test_what_was_chosen_before_the_script_came_counts_once_it_is_there(unsettled, asked):
    page, address, one, other = unsettled
    with script_comes_late(page, "**/settle*.js"):
        page.goto(address, wait_until="commit")
        if asked == "tick":
            page.get_by_text("Tick the categories that stand").click()
            page.locator(f"#c{one}").check()
        else:
            page.get_by_label("Recode" if asked == "outcome" else "Take the reading of Ada").check()
    if asked == "tick":
        expect(page.get_by_label("Take the reading of Bo")).to_be_checked()
    elif asked == "reading":
        expect(page.locator(f"#c{other}")).to_be_checked()
    else:
        expect(page.locator(f"#c{one}")).to_be_visible()
