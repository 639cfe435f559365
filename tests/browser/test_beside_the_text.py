"""What is written and done beside the text waits on the device as segments do, and outlives a killed tab."""

import json
import re

import pytest
from playwright.sync_api import expect

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Held, Person
from tests.browser.test_coding_room import cleared, code, focus_first_segment, segments
from tests.browser.test_the_whole_way import saved

pytestmark = pytest.mark.browser
ELSEWHERE = """async ([url, fields]) => (await fetch(url, {
  method: 'POST', body: new URLSearchParams(fields),
  headers: { 'HX-Request': 'true', 'X-CSRFToken': JSON.parse(document.body.getAttribute('hx-headers'))['x-csrftoken'] },
})).status"""  # what another device of the same person sends


@pytest.fixture
def ada(chromium, demonstration_copy):
    one = Person(chromium, demonstration_copy, "ada@loam.example", PASSWORD)
    one.page.goto(cleared(demonstration_copy))
    one.page.locator("#text").focus()
    yield one
    one.context.close()


def leave(person):
    person.context.set_offline(True)


def come_back(person):
    person.context.set_offline(False)
    saved(person.page)


def kept(page):
    expect(page.locator("#status")).to_have_attribute("data-state", "kept")


def memos(person):
    project = person.page.request.get("/api/v1/projects/").json()["results"][0]["uid"]
    rows = person.page.request.get(f"/api/v1/projects/{project}/memos/?page_size=200").json()["results"]
    return [row["text"] for row in rows]


def keep_memo(page, words):
    page.locator("#card textarea").fill(words)
    page.get_by_role("button", name="Keep memo").click()


def test_a_memo_without_a_connection_waits_and_arrives_once(ada):
    page = ada.page
    code(ada, "promised", "ArrowRight")
    leave(ada)
    focus_first_segment(page)
    ada.press("m")
    keep_memo(page, "Thought in a tunnel")
    expect(page.locator("#card textarea")).to_have_value("")  # free for the next
    kept(page)
    expect(page.locator("#unsaved")).to_contain_text("Memo: Thought in a tunnel")
    come_back(ada)
    expect(page.locator("#card .memo-text")).to_have_text("Thought in a tunnel")
    assert memos(ada).count("Thought in a tunnel") == 1


def test_the_key_of_memos_is_about_the_segment_in_focus(ada):
    code(ada, "promised", "ArrowRight")
    focus_first_segment(ada.page)
    ada.press("m")
    expect(ada.page.locator("#card form").first).to_have_attribute("action", re.compile("/memos/on/segment/"))


def test_words_begun_while_a_memo_is_on_its_way_stay(ada):
    page = ada.page
    ada.press("m")
    expect(page.locator("#card textarea")).to_be_focused()
    leave(ada)
    keep_memo(page, "The first one")
    kept(page)
    page.locator("#card textarea").fill("The second one, half")
    come_back(ada)
    expect(page.locator("#card .memo-text").first).to_have_text("The first one")
    expect(page.locator("#card textarea")).to_have_value("The second one, half")
    expect(page.locator("#card textarea")).to_be_focused()


def test_words_that_were_carried_into_a_new_form_outlive_a_killed_tab(ada):
    page, url = ada.page, ada.page.url
    ada.press("m")
    expect(page.locator("#card textarea")).to_be_focused()
    held = Held(page, "**/memos/on/**")
    keep_memo(page, "Kept while more is written")
    page.wait_for_function("() => document.getElementById('status').dataset.state === 'saving'")
    page.locator("#card textarea").fill("Carried over, half")
    held.let_go(page)
    expect(page.locator("#card .memo-text").first).to_have_text("Kept while more is written")
    page = open_anew(ada, url)
    page.locator("#card").get_by_role("link", name="Memos").click()
    expect(page.locator("#card textarea").first).to_have_value("Carried over, half")
    page.get_by_role("button", name="Keep memo").click()


def test_what_is_being_written_outlives_a_killed_tab(ada):
    page, url = ada.page, ada.page.url
    ada.press("m")
    expect(page.locator("#card textarea")).to_be_focused()
    page.keyboard.type("Half a thought about trust")
    page.wait_for_timeout(1_000)  # nothing older than two seconds may be lost
    page.close(run_before_unload=False)
    page = ada.page = ada.context.new_page()
    page.goto(url)
    page.locator("#card").get_by_role("link", name="Memos").click()
    expect(page.locator("#card textarea")).to_have_value("Half a thought about trust")
    page.get_by_role("button", name="Keep memo").click()
    expect(page.locator("#card .memo-text").first).to_have_text("Half a thought about trust")
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#card")).to_be_empty()  # nothing is left to go on with


def open_anew(person, url):
    """Kill the tab once the device has what is being written in it, and open its page in another."""
    person.page.wait_for_timeout(1_000)
    person.page.close(run_before_unload=False)
    person.page = person.context.new_page()
    person.page.goto(url)
    return person.page


def test_a_draft_of_a_wording_never_replaces_a_newer_one_unasked(ada):
    page, url = ada.page, ada.page.url
    code(ada, "worded in two places", "ArrowRight")
    focus_first_segment(page)
    ada.press("c")
    page.locator("#card summary").first.click()
    page.get_by_label("Definition").fill("Half a definition")
    define = page.locator('#card form[action$="/define/"]').get_attribute("action")
    newer = {"version": "1", "definition": "The newer one.", "use_when": "Always.", "avoid_when": ""}
    assert page.evaluate(ELSEWHERE, [define, newer]) == 200
    page = open_anew(ada, url)
    page.locator("#card").get_by_role("link", name="worded in two places").click()
    expect(page.get_by_label("Definition")).to_have_value("Half a definition")
    expect(page.get_by_label("Use when")).to_have_value("Always.")
    page.get_by_role("button", name="Keep this wording").click()
    expect(page.locator("#status")).to_contain_text("Somebody changed this since you opened it.")
    page.locator("#unsaved summary").click()
    expect(page.locator("#unsaved")).to_contain_text("Half a definition")
    expect(page.locator("#card dl")).to_contain_text("The newer one.")
    page.locator("#card details").first.evaluate("(one) => { one.open = true; }")
    page.get_by_label("Definition").fill("Newer still, and not kept")
    page.get_by_role("button", name="Write it again").click()
    expect(page.get_by_label("Definition")).to_have_value("Newer still, and not kept")  # and nothing takes its place
    page.get_by_label("Definition").fill(page.get_by_label("Definition").evaluate("(one) => one.defaultValue"))
    page.get_by_role("button", name="Write it again").click()
    expect(page.get_by_label("Definition")).to_be_focused()
    expect(page.get_by_label("Definition")).to_have_value("Half a definition")
    expect(page.get_by_label("Use when")).to_have_value("Always.")  # nothing was said of that
    expect(page.locator("#unsaved")).to_be_hidden()
    page = open_anew(ada, url)  # what was refused is a draft again, and outlives the tab as one
    page.locator("#card").get_by_role("link", name="worded in two places").click()
    expect(page.get_by_label("Definition")).to_have_value("Half a definition")
    page.get_by_role("button", name="Keep this wording").click()
    expect(page.locator("#card dl")).to_contain_text("Half a definition")
    expect(page.locator("#card dl")).to_contain_text("Always.")
    expect(page.locator("#unsaved")).to_be_hidden()


def test_what_is_being_changed_in_a_memo_outlives_a_killed_tab(ada):
    page, url = ada.page, ada.page.url
    ada.press("m")
    keep_memo(page, "As it was first")
    page.locator("#card article", has_text="As it was first").get_by_role("link", name="Change").click()
    page.locator("#card article textarea").fill("As it is to be")
    page = open_anew(ada, url)
    page.locator("#card").get_by_role("link", name="Memos").click()
    memo = page.locator("#card article").first
    memo.get_by_role("link", name="Change").click()
    expect(memo.locator("textarea")).to_have_value("As it is to be")
    memo.get_by_role("link", name="Leave it as it is").click()
    memo.get_by_role("link", name="Change").click()
    expect(memo.locator("textarea")).to_have_value("As it was first")  # what was left is not brought back
    page.wait_for_timeout(200)
    expect(memo.locator("textarea")).to_have_value("As it was first")


def test_a_card_stands_without_a_connection_and_what_is_done_on_it_waits(ada):
    page = ada.page
    code(ada, "promised", "ArrowRight", "Shift+ArrowRight")
    [(quote, _)] = segments(ada)
    leave(ada)
    focus_first_segment(page)
    card = page.locator(".segment-card")
    expect(card.locator("blockquote")).to_have_text(quote)
    expect(card.locator(".code-name")).to_have_text("promised")
    card.get_by_role("button", name="Uncertain").click()
    kept(page)
    come_back(ada)
    expect(card.locator(".chip")).to_have_text("uncertain")
    leave(ada)
    card.get_by_role("button", name="Take off promised").click()
    kept(page)
    come_back(ada)
    assert segments(ada) == []


def test_a_wording_and_a_reason_wait_too(ada):
    page = ada.page
    code(ada, "sharpened offline", "ArrowRight")
    focus_first_segment(page)
    ada.press("c")
    page.locator("#card summary").first.click()
    leave(ada)
    page.locator("#card textarea").first.fill("What is said and not done.")
    page.get_by_role("button", name="Keep this wording").click()
    kept(page)
    come_back(ada)
    expect(page.locator("#card dl")).to_contain_text("What is said and not done.")
    cleared(ada.server)
    page.reload()
    page.get_by_text("This incident can't be coded").click()
    leave(ada)
    page.get_by_label("Why not").fill("Only a list of links.")
    page.get_by_role("button", name="Mark as uncodable").click()
    kept(page)
    ada.context.set_offline(False)  # the browser says "online" by itself; then this page loads anew
    expect(page.locator(".notice", has_text="You call this incident uncodable")).to_contain_text(
        "Only a list of links."
    )
    page.get_by_role("button", name="Code it").click()
    expect(page.get_by_text("You call this incident uncodable")).to_have_count(0)


def compare(person, name):
    """Code a word under a name of its own, and open the comparison's form; gives the address that it is sent to."""
    code(person, name, "ArrowRight")
    focus_first_segment(person.page)
    person.press("c")
    person.page.locator("#card summary").first.click()
    return person.page.locator('#card form[action$="/define/"]').get_attribute("action")


def test_two_wordings_of_one_code_without_a_connection_both_arrive(ada):
    page = ada.page
    compare(ada, "worded twice in a tunnel")
    leave(ada)
    for words in ("The first wording.", "The second wording.", "The third wording."):
        page.get_by_label("Definition").fill(words)
        page.get_by_role("button", name="Keep this wording").click()
    expect(page.locator("#status")).to_have_text("Not saved yet, kept on this device: 3 changes")
    come_back(ada)
    expect(page.locator("#card dl")).to_contain_text("The third wording.")
    expect(page.locator("#unsaved")).to_be_hidden()


def test_a_wording_that_does_not_know_what_came_between_is_refused(ada):
    page = ada.page
    define = compare(ada, "worded from two devices")
    leave(ada)
    page.get_by_label("Definition").fill("Offline.")
    page.get_by_role("button", name="Keep this wording").click()
    kept(page)
    newer = {"version": "1", "definition": "Elsewhere.", "use_when": "", "avoid_when": ""}
    there = json.loads(page.evaluate("document.body.getAttribute('hx-headers')"))
    headers = {"HX-Request": "true", "X-CSRFToken": there["x-csrftoken"], "Referer": page.url}
    assert page.request.post(define, form=newer, headers=headers).status == 200
    page.get_by_label("Definition").fill("Offline, once more.")
    page.get_by_role("button", name="Keep this wording").click()
    ada.context.set_offline(False)
    page.locator("#unsaved summary").click()
    expect(page.locator("#unsaved")).to_contain_text("Offline, once more.")
    expect(page.get_by_role("button", name="Drop")).to_have_count(2)
    for _ in range(2):
        page.get_by_role("button", name="Drop").first.click()
    page.reload()
    focus_first_segment(page)
    ada.press("c")
    expect(page.locator("#card dl")).to_contain_text("Elsewhere.")


def test_words_in_one_tab_never_replace_those_of_another_unasked(ada):
    there, address = ada.page, ada.page.url
    compare(ada, "worded in two tabs")
    here = ada.context.new_page()
    here.goto(address)
    focus_first_segment(here)
    here.keyboard.press("c")
    here.locator("#card summary").first.click()
    here.get_by_label("Definition").fill("In one tab.")
    there.get_by_label("Definition").fill("In the other.")
    there.get_by_role("button", name="Keep this wording").click()
    expect(here.locator("#card dl")).to_contain_text("In the other.")
    expect(here.get_by_label("Definition")).to_have_value("In one tab.")
    here.locator("#card details").first.evaluate("(one) => { one.open = true; }")
    here.get_by_role("button", name="Keep this wording").click()
    expect(here.locator("#status")).to_contain_text("Somebody changed this since you opened it.")
    here.locator("#unsaved summary").click()
    here.get_by_role("button", name="Drop").click()
    there.reload()
    focus_first_segment(there)
    ada.press("c")
    expect(there.locator("#card dl")).to_contain_text("In the other.")


def test_a_form_whose_first_field_is_empty_is_settled_too(ada):
    page = ada.page
    compare(ada, "worded without a definition")
    leave(ada)
    page.get_by_label("Use when").fill("Somebody believes it.")
    page.get_by_role("button", name="Keep this wording").click()
    kept(page)
    expect(page.locator("#unsaved li")).to_contain_text("Somebody believes it.")
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_empty()  # nothing there is unkept any more
    come_back(ada)


def test_a_changed_memo_that_was_not_taken_is_written_again_over_what_stands_now(ada):
    page = ada.page
    ada.press("m")
    keep_memo(page, "Worded before theirs")
    memo = page.locator("#card article", has_text="Worded before theirs")
    memo.get_by_role("link", name="Change").click()
    form = page.locator("#card article form.memo-form")
    form.locator("textarea").fill("Mine, with a good deal of thought in it. " * 12)
    assert (
        page.evaluate(ELSEWHERE, [form.get_attribute("action"), {"version": "1", "kind": "code", "text": "Theirs"}])
        == 200
    )
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#status")).to_contain_text("You changed this memo meanwhile")
    page.keyboard.press("Escape")
    page.locator("#unsaved summary").click()
    page.get_by_role("button", name="Write it again").click()
    expect(page.locator("#card textarea")).to_have_value("Mine, with a good deal of thought in it. " * 12)
    page.locator("#card").get_by_role("button", name="Save").click()
    expect(page.locator("#card .memo-text")).to_contain_text("Mine, with")
    saved(page)
    assert [text for text in memos(ada) if text != "Theirs"][:1] == [
        ("Mine, with a good deal of thought in it. " * 12).strip()
    ]


def test_words_begun_while_a_changed_memo_is_on_its_way_stay_and_arrive(ada):
    page = ada.page
    ada.press("m")
    keep_memo(page, "Worded at first")
    memo = page.locator("#card article", has_text="Worded at first")
    uid = memo.get_attribute("id")
    memo.get_by_role("link", name="Change").click()
    memo = page.locator(f"#card #{uid}")
    memo.locator("textarea").fill("Worded again")
    leave(ada)
    memo.get_by_role("button", name="Save").click()
    kept(page)
    memo.locator("textarea").fill("Worded again, and half of more")
    page.locator("#card form").first.locator("textarea").fill("A new one, half")
    come_back(ada)
    expect(memo.locator("textarea")).to_have_value("Worded again, and half of more")
    page.locator("#card form").first.get_by_role("button", name="Keep memo").click()
    expect(page.locator("#card .memo-text", has_text="A new one, half")).to_be_visible()
    expect(memo.locator("textarea")).to_have_value("Worded again, and half of more")
    memo.get_by_role("button", name="Save").click()
    expect(memo.locator(".memo-text")).to_have_text("Worded again, and half of more")


def test_what_was_being_written_goes_at_sign_out_after_a_question(ada):
    page, asked = ada.page, []
    ada.press("m")
    expect(page.locator("#card textarea")).to_be_focused()
    page.keyboard.type("Not for the next person here")
    page.wait_for_timeout(1_000)
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    del ada.server.sessions[ada.email]  # it has ended
    assert len(asked) == 1  # and not once more when the page goes
    assert "What you were writing" in asked[0]
    ada.sign_in()
    assert (
        page.evaluate(
            """() => new Promise((resolve) => {
          const opening = indexedDB.open('loam');
          opening.onsuccess = () => {
            const all = opening.result.transaction('drafts').objectStore('drafts').getAll();
            all.onsuccess = () => { opening.result.close(); resolve(all.result); };
          };
        })"""
        )
        == []
    )


def test_words_that_were_coded_by_a_plain_form_do_not_come_back_and_refused_ones_do(ada):
    page = ada.page
    by_hand(page, "words of no report")
    page.get_by_role("link", name="Go back").click()
    form = page.locator("details", has_text="Code without selecting")
    expect(form.get_by_label("Words of the text")).to_have_value("words of no report")
    words = page.locator("#para-0").inner_text().split()[0]
    by_hand(page, words)
    page.locator("#text mark").first.wait_for()
    expect(page.locator("#status")).to_have_attribute("data-state", "saved")
    page.wait_for_timeout(300)  # a draft would be back by now
    expect(form).not_to_have_attribute("open", "")
    expect(form.get_by_label("Words of the text")).to_have_value("")


DEVICE = """const address = performance.getEntriesByType("resource").map((one) => one.name).find((name) => /device\\.[^/]*js$/.test(name));
  const { held, reading, written } = await import(address);"""
KEEP_AND_LEAVE = f"""async () => {{
  {DEVICE}
  await reading("drafts");  // the store is open, as it is while somebody writes
  setTimeout(() => {{
    written("drafts", (store) => store.put({{ who: document.body.dataset.user, place: "/nowhere/", fields: {{}} }}));
    setTimeout(() => {{
      location.reload();
      const since = performance.now();
      while (performance.now() - since < 100);
    }});
  }});
}}"""
KEPT = f"""async () => {{
  {DEVICE}
  return (await held("drafts", document.body.dataset.user)).map((one) => one.place);
}}"""


def test_words_are_on_the_device_though_their_page_is_left_at_once_and_busy(ada):
    with ada.page.expect_navigation():
        ada.page.evaluate(KEEP_AND_LEAVE)
    assert ada.page.evaluate(KEPT) == ["/nowhere/"]


def by_hand(page, words):
    form = page.locator("details", has_text="Code without selecting")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    form.get_by_label("Words of the text").fill(words)
    form.get_by_label("Code", exact=True).fill("by hand")
    with page.expect_navigation():
        form.get_by_role("button", name="Code these words").click()
