"""In a real Chromium: a memo is written, changed and deleted without leaving the page; nothing written is lost."""

import pytest
from playwright.sync_api import expect

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(demonstration_copy, chromium):
    one = Person(chromium, demonstration_copy, "ada@loam.example", PASSWORD)
    yield one
    one.context.close()


@pytest.fixture
def address(ada):
    """The page of memos on an incident."""
    ada.page.get_by_role("button", name="Sign out").wait_for()
    ask = ada.page.request
    project = ask.get("/api/v1/projects/").json()["results"][0]
    incident = ask.get(f"/api/v1/projects/{project['uid']}/incidents/?page_size=1").json()["results"][0]
    return f"/p/{project['slug']}/memos/on/incident/{incident['uid']}/"


def test_a_memo_lives_in_place_by_keyboard(ada, address):
    page = ada.page
    page.goto(address)
    page.get_by_label("What do you think?").focus()
    page.keyboard.type("A **promise** nobody made.")
    ada.press("Tab", "Enter")
    page.locator(".memo strong", has_text="promise").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"  # ready for the next
    page.locator("#announce", has_text="Your memo is kept.").wait_for(state="attached")
    page.get_by_role("link", name="Change").focus()
    ada.press("Enter")
    expect(page.locator("article textarea")).to_be_focused()
    page.keyboard.type("Now: ")
    ada.press("Tab", "Enter")
    page.locator("article.memo", has_text="reworded").wait_for()
    # In the same moment: a key pressed as soon as the memo is seen must not be taken from where it goes.
    assert page.evaluate("document.activeElement.matches('article.memo')")
    page.get_by_text("Delete", exact=True).focus()
    ada.press("Enter", "Tab", "Enter")
    page.get_by_text("The memo is deleted.").wait_for()
    assert page.url.endswith(address)
    ada.done()


def test_what_is_refused_or_does_not_arrive_stays_in_the_form(ada, address):
    page = ada.page
    page.goto(address)
    field = page.get_by_label("What do you think?")
    field.fill("   ")
    page.get_by_role("button", name="Keep memo").click()
    page.get_by_text("The memo is empty.").wait_for()
    field.fill("Thought on a train.")
    ada.context.set_offline(True)
    page.get_by_role("button", name="Keep memo").click()
    page.get_by_text("Your words stand here").first.wait_for()
    assert field.input_value() == "Thought on a train."
    ada.context.set_offline(False)
    page.get_by_role("button", name="Keep memo").click()
    page.locator(".memo", has_text="Thought on a train.").wait_for()
    assert page.locator(".memo").count() == 1
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Delete this memo").click()
    page.get_by_text("The memo is deleted.").wait_for()


def test_a_stale_change_shows_both(ada, address):
    page, other = ada.page, ada.context.new_page()
    page.goto(address)
    page.get_by_label("What do you think?").fill("First.")
    page.get_by_role("button", name="Keep memo").click()
    href = page.get_by_role("link", name="Change").get_attribute("href")
    for one, text in ((other, "From another window."), (page, "My draft.")):
        one.goto(href)
        one.locator("article textarea").fill(text)
    other.get_by_role("button", name="Save").click()
    other.get_by_text("reworded").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="What stands now").wait_for()
    assert "From another window." in page.locator("article").inner_text()
    assert page.locator("article textarea").input_value() == "My draft."
    page.get_by_role("button", name="Save over what stands now").click()
    page.locator(".memo-text", has_text="My draft.").wait_for()
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Delete this memo").click()
    page.get_by_text("The memo is deleted.").wait_for()
