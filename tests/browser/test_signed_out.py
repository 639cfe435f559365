"""Whoever was signed out meanwhile is told so where they write: the words stay, and go after a new sign-in elsewhere."""

import re

import pytest
from playwright.sync_api import expect

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser
COLUMN = "(one) => one.closest('.column').id"
SAID = re.compile("You were signed out, so this was not (done|sent).")


@pytest.fixture
def lead(chromium, demonstration_copy):
    one = Person(chromium, demonstration_copy, "lead@loam.example", PASSWORD)
    yield one
    one.context.close()


def end_session(person):
    person.context.clear_cookies(name="sessionid")


def sign_in_elsewhere(person):
    there, person.page = person.page, person.context.new_page()
    person.sign_in()
    person.page = there


def test_a_plain_form_keeps_its_words(lead):
    page = lead.page
    page.goto("/p/demonstration/selective/")
    page.get_by_label("Storyline", exact=True).fill("What seems right is taken for true.")
    end_session(lead)
    page.get_by_role("button", name="Save the storyline").click()
    expect(page.locator("form p[role=alert]")).to_have_text(SAID)
    expect(page.get_by_label("Storyline", exact=True)).to_have_value("What seems right is taken for true.")
    sign_in_elsewhere(lead)
    page.get_by_role("button", name="Save the storyline").click()
    expect(page.locator(".notices")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Storyline", exact=True)).to_have_value("What seems right is taken for true.")


def test_a_plain_form_without_a_connection_keeps_its_words(lead):
    page = lead.page
    page.goto("/p/demonstration/selective/")
    page.get_by_label("Storyline", exact=True).fill("Told on a train.")
    lead.context.set_offline(True)
    page.get_by_role("button", name="Save the storyline").click()
    expect(page.locator("form p[role=alert]")).to_contain_text("The server could not be reached, so this was not sent.")
    expect(page.get_by_label("Storyline", exact=True)).to_have_value("Told on a train.")
    lead.context.set_offline(False)
    page.get_by_role("button", name="Save the storyline").click()
    expect(page.locator(".notices")).to_be_visible()


def test_the_form_that_settles_keeps_its_rationale(lead):
    page = lead.page
    page.goto("/p/demonstration/reconcile/")
    page.get_by_role("link", name=re.compile("Settle the (first|next)")).click()
    page.get_by_label("Rationale").fill("The report calls it invented.")
    end_session(lead)
    page.get_by_role("button", name="Settle").click()
    expect(page.locator("form p[role=alert]")).to_have_text(SAID)
    expect(page.get_by_label("Rationale")).to_have_value("The report calls it invented.")
    sign_in_elsewhere(lead)
    page.get_by_role("button", name="Settle").click()
    expect(page.locator(".error-summary")).to_be_visible()  # it was sent, and a reason is missing
    end_session(lead)
    page.get_by_role("button", name="Settle").click()
    expect(page.locator("form p[role=alert]")).to_have_text(SAID)
    expect(page.get_by_label("Rationale")).to_have_value("The report calls it invented.")


def test_the_board_says_it_and_moves_nothing(lead):
    page = lead.page
    page.goto("/p/demonstration/axial/")
    card = page.locator(".code-card", has_text="wrong idea of the tool")
    card.locator("header > input").check()
    column = card.evaluate(COLUMN)
    page.get_by_label("Or the name of a new category").fill("What came late")
    end_session(lead)
    page.get_by_role("button", name="Move selected").click()
    expect(page.locator("#board-says")).to_have_text(SAID)
    expect(card.locator("header > input")).to_be_checked()
    assert card.evaluate(COLUMN) == column
    sign_in_elsewhere(lead)
    page.get_by_role("button", name="Move selected").click()
    expect(page.locator('.column[data-column="What came late"] .code-card')).to_have_count(1)


def test_the_page_that_integrates_says_it_in_the_row_and_keeps_the_rationale(lead):
    page = lead.page
    page.goto("/p/demonstration/selective/")
    row = page.locator("tr", has=page.locator("form.placing")).first
    row.get_by_label("Rationale").fill("It tells of trust.")
    end_session(lead)
    row.get_by_role("button", name="Save").click()
    expect(row.locator(".refused")).to_have_text(SAID)
    expect(row.get_by_label("Rationale")).to_have_value("It tells of trust.")
    sign_in_elsewhere(lead)
    row.locator("select").select_option(label="Does not fit")
    row.get_by_role("button", name="Save").click()
    expect(row.locator("output")).to_have_text("Saved")


def test_a_search_says_it_above_the_page_and_leaves_what_was_found(lead):
    page = lead.page
    page.goto("/p/demonstration/incidents/")
    found = page.locator("#rows").inner_text()
    end_session(lead)
    page.locator("form.filters input[type=search]").fill("voice")
    page.locator("form.filters input[type=search]").press("Enter")
    expect(page.locator("#main > .notices .error")).to_have_text(SAID)
    assert page.locator("#rows").inner_text() == found
    sign_in_elsewhere(lead)
    page.locator("form.filters input[type=search]").press("Enter")
    expect(page.locator("#main > .notices")).to_have_count(0)
    expect(page.locator("#rows")).not_to_have_text(found)
