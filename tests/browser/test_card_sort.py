"""A blind card sort by three coders in three browsers, by keyboard alone; afterwards the sorts stand side by side."""

import re

import pytest
from playwright.sync_api import expect

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person
from tests.browser.every_page import faults_of

pytestmark = pytest.mark.browser


def opened(lead):
    """The lead plans and opens the round of the three coders."""
    page = lead.page
    page.goto("/p/demonstration/rounds/new/?stage=axial")
    page.get_by_label("Name").fill("Card sort 1")
    for name in ("Ada", "Bo", "Chidi"):
        page.get_by_label(name, exact=True).check()
    page.get_by_role("button", name="Look at the plan").click()
    page.get_by_role("button", name="Open the round").click()
    expect(page.get_by_text("“Card sort 1” is open")).to_be_visible()


def first_card(page):
    page.locator(".column.unsorted .code-card").first.focus()


def sort(person, name):
    """Carry the first card into the first category, the second by its form into an own one, and hand in by keys."""
    page = person.page
    page.goto("/p/demonstration/rounds/")
    page.get_by_role("link", name="Card sort 1").click()
    page.get_by_role("link", name="Begin").click()
    expect(page.locator("h1")).to_contain_text("sort the codes")
    first_card(page)
    person.press("Shift+ArrowRight")
    expect(page.locator("#announce")).to_contain_text("Picked up")
    person.press("ArrowRight", "ArrowLeft", "Enter")
    expect(page.locator("#announce")).to_contain_text("The code is in")
    expect(page.locator("#sort-count")).to_contain_text("1 of")
    expect(page.locator("#status")).to_have_text(re.compile(r"Saved \d"))
    first_card(page)
    person.press("Enter")
    expect(page.get_by_label("Move to")).to_be_focused()
    person.press("Tab")
    page.keyboard.type(name)
    person.press("Enter")
    expect(page.locator(f'.column[data-column="{name}"] .code-card')).to_have_count(1)
    page.get_by_label(re.compile("Leave .* aside")).focus()
    person.press("Space", "Tab", "Enter")
    expect(page.get_by_text("You will see the others’ sorts when").first).to_be_visible()


def test_three_coders_sort_alone_and_the_lead_reads_their_sorts(demonstration_copy, chromium):
    lead = Person(chromium, demonstration_copy, "lead@loam.example", PASSWORD)
    opened(lead)
    ada, bo, chidi = (
        Person(chromium, demonstration_copy, f"{one}@loam.example", PASSWORD) for one in ("ada", "bo", "chidi")
    )
    for person, name in ((ada, "Waiting"), (bo, "Waiting"), (chidi, "Delay")):
        sort(person, name)
    assert "Waiting" not in chidi.page.content()
    assert faults_of(ada.page, ada.page.url) == []
    lead.page.goto("/p/demonstration/rounds/")
    lead.page.get_by_role("link", name="Card sort 1").click()
    lead.page.get_by_role("button", name=re.compile("Release")).click()
    lead.page.goto("/p/demonstration/rounds/")
    lead.page.get_by_role("link", name="Card sort 1").click()
    lead.page.get_by_role("link", name="Lay the sorts side by side").click()
    expect(lead.page.locator("table.sorts")).to_contain_text("Delay")
    expect(lead.page.locator("#groups ~ ul")).to_contain_text("together")
    assert faults_of(lead.page, lead.page.url) == []
    for person in (lead, ada, bo, chidi):
        person.done()
