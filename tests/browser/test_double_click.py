"""A double click on a form has one effect, and shows the answer to the first."""

from playwright.sync_api import expect

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person


def test_a_double_click_shows_what_the_first_did(demonstration_copy, chromium):
    lead = Person(chromium, demonstration_copy, "lead@loam.example", PASSWORD)
    lead.page.goto("/projects/new/")
    lead.page.get_by_label("Name", exact=True).fill("Clicked twice")
    lead.page.get_by_role("button", name="Start").dblclick()
    expect(lead.page.get_by_role("heading", name="Clicked twice")).to_be_visible()
    lead.page.goto("/")
    expect(lead.page.get_by_role("link", name="Clicked twice", exact=True)).to_have_count(1)
    lead.done()
