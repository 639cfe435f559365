"""What a coder does in the coding room, by keyboard alone and by mouse; read back from what the server keeps."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.test_the_whole_way import saved, select_by_mouse

pytestmark = pytest.mark.browser
EVERYTHING = {"email": "ada@loam.example", "password": "loam-demo"}


@pytest.fixture(scope="module")
def ada(chromium, demonstration_copy):
    ada = Person(chromium, demonstration_copy, **EVERYTHING)
    yield ada
    ada.done()


@pytest.fixture
def room(ada):
    """Her first incident in a new tab, with nothing done in it yet."""
    ada.page.close()
    ada.open()
    ada.page.goto(cleared(ada.server))
    ada.page.locator("#text").focus()
    yield ada
    assert ada.faults == []


CLEARED = """
import json
from coding.open_coding.history import undo
from coding.rounds.models import Assignment
held = Assignment.objects.filter(coder__email="ada@loam.example", round__name="Open coding 2").earliest("position")
while held.segments.exists():
    undo(held.coder, held)
print(json.dumps(f"/code/{held.uid}/"))
"""


def cleared(server):
    """Undo whatever earlier tests did in Ada's first incident of the open round; gives its address."""
    return server.ask(CLEARED)


def segments(person):
    """Read the segments of the page's assignment back through the API, in text order."""
    uid = person.page.url.rstrip("/").split("/")[-1].split("#")[0]
    rows = person.page.request.get(f"/api/v1/assignments/{uid}/segments/?page_size=200").json()["results"]
    codes = person.page.request.get(f"/api/v1/assignments/{uid}/codes/?page_size=200").json()["results"]
    names = {code["uid"]: code["name"] for code in codes}
    return [(row["quote"], [names[code] for code in row["codes"]]) for row in rows]


def code(person, name, *keys):
    """Choose words by keys and name them."""
    person.press(*keys, "Enter")
    person.page.keyboard.type(name)
    person.press("Enter")
    saved(person.page)


def focus_first_segment(page):
    page.locator("#text .seg[tabindex]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".segment-card")).to_be_visible()


def test_every_change_by_keyboard_alone(room):
    page = room.page
    code(room, "opening", "ArrowRight", "ArrowRight", "Shift+ArrowRight")
    words = segments(room)[0][0]
    assert segments(room) == [(words, ["opening"])]

    focus_first_segment(page)
    room.press("e")  # move its ends: one more word
    expect(page.locator("#mode")).to_be_visible()
    room.press("Shift+ArrowRight", "Enter")
    saved(page)
    longer = segments(room)[0][0]
    assert longer.startswith(words)
    assert len(longer) > len(words)

    focus_first_segment(page)
    room.press("u")
    page.locator("[data-change]").focus()  # the card is drawn anew when the doubt is saved; the focus stays
    expect(page.locator(".seg[data-uncertain]").first).to_be_visible()
    expect(page.locator(".segment-card .chip", has_text="uncertain")).to_be_visible()
    expect(page.locator("[data-change]")).to_be_focused()
    room.press("Enter")
    page.keyboard.type("reworked")
    room.press("Enter")
    expect(page.locator("#text .margin")).to_contain_text(["reworked"])
    assert segments(room) == [(longer, ["reworked"])]

    expect(page.locator('#codes [data-recent="1"]')).to_have_attribute("data-name", "reworked")
    page.locator("#text").focus()
    room.press("Escape", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "1")  # the code used last
    expect(page.locator("#text .margin li")).to_have_count(2)
    assert [names for _, names in segments(room)] == [["reworked"], ["reworked"]]

    for _ in range(2):
        with page.expect_response("**/undo/"):
            page.keyboard.press("Control+z")
    assert segments(room) == [(longer, ["opening"])]
    with page.expect_response("**/redo/"):
        page.keyboard.press("Control+Shift+z")
    assert segments(room) == [(longer, ["reworked"])]
    page.reload()
    page.locator("#text").focus()
    with page.expect_response("**/undo/"):
        page.keyboard.press("Control+z")
    assert segments(room) == [(longer, ["opening"])]


def test_a_segment_is_split_by_keyboard_and_joined_again(room):
    page = room.page
    code(room, "whole", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    whole = segments(room)[0][0]
    focus_first_segment(page)
    room.press("x")
    expect(page.locator("#mode")).to_be_visible()
    page.locator("#text").focus()
    room.press("ArrowLeft", "Enter")
    expect(page.locator("#text .margin li")).to_have_count(2)
    parts = segments(room)
    assert len(parts) == 2
    assert " ".join(words for words, _ in parts) == whole
    focus_first_segment(page)
    page.get_by_role("button", name="Join", exact=True).press("Enter")
    expect(page.locator("#text .margin li")).to_have_count(1)
    assert segments(room) == [(whole, ["whole"])]


def test_a_paragraph_is_judged_by_one_key_and_the_next_untouched_one_is_found(room):
    page = room.page
    untouched = page.locator("#text > [data-untouched]")
    before = untouched.count()
    room.press("ArrowRight", "n")
    expect(page.locator('#text > [data-mark="nothing_here"]')).to_have_count(1)
    expect(untouched).to_have_count(before - 1)
    room.press("j")
    expect(page.locator("#text > [data-untouched]:focus")).to_have_count(1)
    page.locator("#text").focus()
    with page.expect_response("**/undo/"):
        page.keyboard.press("Control+z")
    expect(untouched).to_have_count(before)


def test_search_codes_the_chosen_hits_only(room):
    page = room.page
    word = page.locator("#text .words").first.text_content().split()[1].strip(",.")
    room.press("f")
    page.get_by_label("Words in this incident and in your segments").fill(word)
    room.press("Enter")
    box = page.locator('#card input[name="hit"]').first
    expect(box).to_be_visible()
    box.check()
    page.get_by_label("Code for the chosen places").fill("found it")
    room.press("Enter")
    expect(page.locator("#text .margin")).to_contain_text(["found it"])
    assert segments(room) == [(word, ["found it"])]


def test_comparison_and_history_stand_beside_the_text(room):
    page = room.page
    code(room, "compare me", "ArrowRight", "ArrowRight")
    focus_first_segment(page)
    room.press("c")
    expect(page.locator(".comparison")).to_contain_text("1 segment")
    room.press("Escape")
    expect(page.locator(".comparison")).to_have_count(0)
    room.press("h")
    expect(page.locator("#card")).to_contain_text("What you did here")
    expect(page.locator(".acts li").first).to_contain_text("compare me")


def test_handles_stay_at_their_words_when_what_stands_above_the_text_changes(room):
    page = room.page
    code(room, "stays in place", "ArrowRight")
    focus_first_segment(page)
    for change in ("one.style.minBlockSize = '9rem'", "one.style.minBlockSize = ''"):
        for place in (".work-head", ".text-tools"):
            page.locator(place).evaluate(f"(one) => {{ {change}; }}")
            page.wait_for_function(AT_ITS_WORDS)


AT_ITS_WORDS = """() => {
  const [handle, words] = ['.handle[data-side="start"]', '.seg.is-focused'].map((one) => document.querySelector(one).getBoundingClientRect());
  return Math.abs(handle.top - words.top) < 12 && Math.abs(handle.left - words.left) < 24;
}"""


def test_ends_move_by_the_handle_under_the_mouse(room):
    page = room.page
    first = page.locator("#text .words").first.text_content().split()
    select_by_mouse(page, " ".join(first[:2]))
    page.keyboard.type("by hand")
    room.press("Enter")
    saved(page)
    page.locator("#text .seg").first.click()
    handle = page.locator('.handle[data-side="end"]')
    expect(handle).to_be_visible()
    box = handle.bounding_box()
    target = page.evaluate(
        """(count) => { const words = document.querySelector('#text .words'); const text = words.textContent;
        let at = 0; for (let i = 0; i < count; i++) at = text.indexOf(' ', at + 1);
        const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT); let before = 0;
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          if (at <= before + node.data.length) { const range = document.createRange();
            range.setStart(node, at - before - 1); range.setEnd(node, at - before);
            const box = range.getBoundingClientRect(); return { x: box.right - 2, y: box.top + box.height / 2 }; }
          before += node.data.length; } }""",
        4,
    )
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"], target["y"], steps=8)
    page.mouse.up()
    expect(page.locator("#status")).to_contain_text("Saved ")
    page.wait_for_function("() => document.querySelector('#status').dataset.state === 'saved'")
    assert segments(room)[0][0] == " ".join(first[:4])


def test_the_filter_lets_other_codes_recede(room):
    page = room.page
    code(room, "one of them", "ArrowRight")
    code(room, "the other", "ArrowRight", "ArrowRight", "ArrowRight")
    page.reload()
    page.locator("#filter").select_option("the other")
    expect(page.locator("#text .seg.is-shown")).to_have_count(1)
    expect(page.locator("#text .margin li.is-shown")).to_have_text("the other")
    page.locator("#filter").select_option("uncoded")
    expect(page.locator("#text.shows-uncoded")).to_be_visible()


def test_words_of_a_memo_stay_until_they_are_kept(room):
    page = room.page
    code(room, "thought", "ArrowRight")
    focus_first_segment(page)
    room.press("m")
    memo = page.locator("#card textarea")
    expect(memo).to_be_focused()
    page.keyboard.type("Half a thought")
    room.press("Escape")
    page.locator(".margin [data-go]").first.click()
    expect(memo).to_be_focused()
    expect(memo).to_have_value("Half a thought")
    with page.expect_response("**/undo/"):
        page.locator("footer, .footer-bar").get_by_role("button", name="Undo").click()
    saved(page)
    expect(memo).to_have_value("Half a thought")
    room.press("Escape")
    expect(memo).to_have_value("Half a thought")
    memo.fill("")
    memo.press("Escape")
    expect(memo).to_have_count(0)


def test_a_definition_that_is_saved_beside_the_text_is_not_asked_about(room):
    page, asked = room.page, []
    code(room, "sharpened", "ArrowRight")
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    focus_first_segment(page)
    room.press("c")
    page.locator("#card summary").first.click()
    field = page.locator("#card textarea").first
    field.fill("What is promised and not kept.")
    field.locator("xpath=ancestor::form").get_by_role("button").first.click()
    page.wait_for_load_state()
    focus_first_segment(page)
    room.press("c")
    expect(page.locator("#card")).to_contain_text("What is promised and not kept.")
    assert asked == []


def hold(page, address):
    """Keep requests to an address back; gives what lets them through."""
    held = []
    page.route(address, lambda route: held.append(route))

    def let_go():
        for route in held:
            route.continue_()
        page.unroute(address)

    return let_go


def test_what_is_chosen_while_a_save_is_on_its_way_stays_chosen(room):
    page = room.page
    let_go = hold(page, "**/segments/")
    room.press("ArrowRight", "Enter")
    page.keyboard.type("first")
    room.press("Enter", "ArrowDown")
    chosen = "String([...(CSS.highlights.get('pending') ?? [])][0] ?? '')"
    later = page.evaluate(chosen)
    assert later
    let_go()
    saved(page)
    assert page.evaluate(chosen) == later
    room.press("v")
    expect(page.locator("#text .seg", has_text=later)).to_have_count(1)
    saved(page)
    assert [quote for quote, _ in segments(room)][-1] == later


def test_one_key_takes_the_words_themselves(room):
    room.press("ArrowRight", "v")
    expect(room.page.locator("#text .seg")).to_have_count(1)
    [(quote, names)] = segments(room)
    assert names == [quote]


def test_the_focus_stays_on_a_segment_that_is_drawn_anew(room):
    page = room.page
    code(room, "doubtful", "ArrowRight")
    focus_first_segment(page)
    room.press("u")
    expect(page.locator(".segment-card .chip")).to_have_text("uncertain")
    expect(page.locator("#text .seg[tabindex]").first).to_be_focused()


def test_the_focus_never_comes_to_stand_on_another_control_of_a_card(room):
    page = room.page
    code(room, "one", "ArrowRight")
    focus_first_segment(page)
    page.locator(".segment-card [data-add]").click()
    page.keyboard.type("two")
    room.press("Enter")
    expect(page.locator(".segment-card .code-name")).to_have_count(2)
    page.locator(".segment-card").get_by_role("button", name="Take off one").focus()
    room.press("Enter")
    expect(page.locator(".segment-card .code-name")).to_have_count(1)
    expect(page.locator("#card")).to_be_focused()


def test_a_paragraph_is_judged_by_the_pointer(room):
    page = room.page
    part = page.locator(".para[data-untouched]").first
    part.hover()
    part.get_by_role("button", name="Nothing here").click()
    expect(page.locator('.para[data-mark="nothing_here"]')).to_have_count(1)
    page.locator('.para[data-mark="nothing_here"]').hover()
    page.get_by_role("button", name="Take back").click()
    expect(page.locator('.para[data-mark="nothing_here"]')).to_have_count(0)
