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


@pytest.fixture
def guest(demonstration_copy, chromium):
    """Ada in a session of her own, which ends."""
    one = Person(chromium, demonstration_copy)
    one.email, one.password = "ada@loam.example", PASSWORD
    one.sign_in()
    yield one
    one.context.close()


def end_session(person):
    person.context.clear_cookies(name="sessionid")


def sign_in_elsewhere(person):
    there, person.page = person.page, person.context.new_page()
    person.sign_in()
    person.page = there


@pytest.mark.parametrize("place", ["on", "list"])
def test_who_was_signed_out_keeps_the_words_and_saves_them_after_a_new_sign_in(guest, address, place):
    page = guest.page
    page.goto(address if place == "on" else address.split("on/incident")[0])
    field, words = page.locator(".memo-form textarea").first, f"Thought between two sessions, {place}."
    if not field.is_visible():
        page.get_by_text("New memo").click()
    field.fill(words)
    end_session(guest)
    page.get_by_role("button", name="Keep memo").click()
    page.get_by_text("You were signed out, so this was not done.").wait_for()
    assert field.input_value() == words
    sign_in_elsewhere(guest)
    page.get_by_role("button", name="Keep memo").click()
    expect(page.locator(".memo", has_text=words)).to_have_count(1)
    page.reload()
    expect(page.locator(".memo-form textarea").first).to_have_value("")  # and no draft is left


def test_a_new_sign_in_elsewhere_costs_a_second_try_and_no_words(guest, address):
    page = guest.page
    page.goto(address)
    page.get_by_label("What do you think?").fill("Written over a new sign-in.")
    end_session(guest)
    sign_in_elsewhere(guest)
    page.get_by_role("button", name="Keep memo").click()
    page.get_by_text("signed in again").wait_for()
    page.get_by_role("button", name="Keep memo").click()
    expect(page.locator(".memo", has_text="Written over a new sign-in.")).to_have_count(1)


def test_what_is_being_written_on_a_page_of_memos_outlives_it(ada, address):
    page = ada.page
    page.goto(address)
    page.get_by_label("What do you think?").fill("Half a thought, and the browser dies")
    page.wait_for_timeout(1_000)
    page.close(run_before_unload=False)
    page = ada.context.new_page()
    page.goto(address)
    field = page.get_by_label("What do you think?")
    expect(field).to_have_value("Half a thought, and the browser dies")
    page.get_by_role("button", name="Keep memo").click()
    page.locator(".memo", has_text="Half a thought").wait_for()
    expect(page.get_by_label("What do you think?")).to_have_value("")
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("What do you think?")).to_have_value("")


def test_a_draft_of_a_changed_memo_shows_both_when_it_is_saved(ada, guest, address):
    page, other = ada.page, guest.page  # on another device
    page.goto(address)
    page.get_by_label("What do you think?").fill("Worded once.")
    page.get_by_role("button", name="Keep memo").click()
    href = page.locator(".memo", has_text="Worded once.").get_by_role("link", name="Change").get_attribute("href")
    page.goto(href)
    page.locator("article textarea").fill("Worded in a draft.")
    page.wait_for_timeout(1_000)
    other.goto(href)
    other.locator("article textarea").fill("Worded elsewhere.")
    other.get_by_role("button", name="Save").click()
    other.get_by_text("reworded").wait_for()
    page.goto(href)
    expect(page.locator("article textarea")).to_have_value("Worded in a draft.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="What stands now").wait_for()
    assert "Worded elsewhere." in page.locator("article").inner_text()
    page.get_by_role("button", name="Save over what stands now").click()
    page.locator(".memo-text", has_text="Worded in a draft.").wait_for()


def test_a_memo_that_is_kept_in_one_tab_takes_no_draft_from_another(ada, address):
    page, other = ada.page, ada.context.new_page()
    page.goto(address)
    page.get_by_label("What do you think?").fill("Half a thought in the first tab")
    page.wait_for_timeout(1_000)
    other.goto(address)
    expect(other.get_by_label("What do you think?")).to_have_value("Half a thought in the first tab")
    other.get_by_label("What do you think?").fill("A whole one in the second tab")
    other.get_by_role("button", name="Keep memo").click()
    other.locator(".memo", has_text="A whole one").wait_for()
    page.wait_for_timeout(500)
    page.close(run_before_unload=False)
    other.goto(address)
    expect(other.get_by_label("What do you think?")).to_have_value("Half a thought in the first tab")
