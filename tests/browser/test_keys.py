"""Keys in a real browser: what a key means for a person, choosing another, the list of all keys."""

import json

import pytest
from playwright.sync_api import expect

from coding.people.shortcuts import CAPS, SHORTCUTS

pytestmark = pytest.mark.browser
FIELD = "In vivo: the words themselves are the code"
# Every keydown, and what it means; one for the page, one for each field of it.
LISTEN = """async (actions) => {
  const { does } = await import(document.querySelector("script[src*='js/keys']").src);
  window.heard = [];
  document.addEventListener("keydown", (event) => window.heard.push(...actions.filter((one) => does(event, one))));
  document.querySelector("main").insertAdjacentHTML("beforeend", `
    <div id="reading" tabindex="0">words</div> <input id="typing"> <textarea id="writing"></textarea>
    <select id="choosing"><option>v</option></select> <div id="editing" contenteditable>x</div> <input type="checkbox" id="ticking">
    <input role="combobox" id="naming" aria-controls="reading" aria-expanded="false">`);
}"""
UNDO_LAYOUT = "Object.defineProperty(Navigator.prototype, 'keyboard', { get: () => undefined })"


MAKE = """
import json
from django.conf import settings
from django.test import Client
from coding.people.models import User
held = []
for number in range(24):
    client = Client()
    client.force_login(User.objects.create(email=f"keys{number}@example.org", name=f"Keys {number}"))
    held.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
print(json.dumps([settings.SESSION_COOKIE_NAME, held]))
"""


@pytest.fixture(scope="module")
def cookies(server):
    """Accounts of this file, one a test, so that no test finds another's keys; signed in, since passwords are slow."""
    name, held = server.ask(MAKE)
    return ({"name": name, "value": value, "url": server.url} for value in held)


@pytest.fixture
def signed_in(person, cookies):
    def make(**context):
        one = person(**context)
        one.context.add_cookies([next(cookies)])
        return one

    return make


@pytest.fixture
def ann(signed_in):
    return signed_in()


def listening(ann, path="/keys/"):
    ann.page.goto(path)
    ann.page.evaluate(LISTEN, [one.action for one in SHORTCUTS if one.group == "Open coding"])
    return ann.page


def heard(page, at, *keys):
    """What these keys mean while the focus is there."""
    page.evaluate("window.heard = []")
    page.locator(at).focus()
    for key in keys:
        page.keyboard.press(key)
    return page.evaluate("window.heard")


def choose(ann, label, key):
    """Choose a key on the page of one's own keys, by keyboard alone."""
    ann.page.goto("/account/keys/")
    field = ann.page.get_by_label(label, exact=True)
    field.focus()
    ann.press(key)
    ann.press("Enter")
    expect(ann.page.locator(".notices")).to_contain_text("Saved.")


def test_a_key_means_its_action(ann):
    page = listening(ann)
    assert heard(page, "#reading", "v", "c", "j", "q") == ["in_vivo", "compare", "next_uncoded"]
    ann.done()


def test_a_chosen_key_means_the_action_and_the_old_one_no_longer(ann):
    choose(ann, FIELD, "b")
    page = listening(ann)
    assert heard(page, "#reading", "b") == ["in_vivo"]
    assert heard(page, "#reading", "v") == []
    ann.done()


def test_a_key_is_its_place_whatever_is_printed_on_it(ann):
    page = listening(ann)
    page.evaluate("""() => { window.heard = []; document.getElementById("reading").dispatchEvent(
        new KeyboardEvent("keydown", { code: "KeyV", key: "м", bubbles: true })); }""")
    assert page.evaluate("window.heard") == ["in_vivo"]
    ann.done()


@pytest.mark.parametrize("with_key", ["Control", "Meta", "Alt"])
def test_a_key_with_a_modifier_means_nothing_here(ann, with_key):
    page = listening(ann)
    page.evaluate("""(held) => { window.heard = []; document.getElementById("reading").dispatchEvent(
        new KeyboardEvent("keydown", { code: "KeyV", key: "v", bubbles: true, [held]: true })); }""",
        {"Control": "ctrlKey", "Meta": "metaKey", "Alt": "altKey"}[with_key])  # fmt: skip
    assert page.evaluate("window.heard") == []
    ann.done()


def test_shift_leaves_a_key_its_meaning(ann):
    assert heard(listening(ann), "#reading", "Shift+V") == ["in_vivo"]
    ann.done()


def test_what_is_typed_means_nothing_else(ann):
    page = listening(ann)
    for field in ("#typing", "#writing", "#choosing", "#editing"):
        assert heard(page, field, "v", "c") == [], field
    assert heard(page, "#ticking", "v") == ["in_vivo"]
    ann.done()


def test_an_empty_panel_leaves_the_words_themselves_to_their_key_and_nothing_else(ann):
    page = listening(ann)
    assert heard(page, "#naming", "c") == []
    page.locator("#naming").fill("")
    assert heard(page, "#naming", "v") == ["in_vivo"]
    page.locator("#naming").fill("late")
    assert heard(page, "#naming", "v") == []
    ann.done()


def test_what_is_being_composed_means_nothing_yet(ann):
    page = listening(ann)
    page.evaluate("""() => { window.heard = []; document.getElementById("reading").dispatchEvent(
        new KeyboardEvent("keydown", { code: "KeyV", key: "Process", bubbles: true, isComposing: true })); }""")
    assert page.evaluate("window.heard") == []
    ann.done()


def test_switched_off_letters_mean_nothing_and_the_list_has_a_link(ann):
    ann.page.goto("/account/")
    ann.page.get_by_label("Use single-letter keys").uncheck()
    ann.page.get_by_role("button", name="Save").click()
    expect(ann.page.locator(".notices")).to_contain_text("Saved.")
    page = listening(ann, "/account/keys/")
    assert heard(page, "#reading", "v") == []
    ann.press("?")
    page.get_by_role("link", name="All keys").click()
    expect(page.locator("#all-keys")).to_be_visible()
    expect(page.locator("#all-keys")).to_contain_text("switched off")
    ann.done()


def test_the_list_of_all_keys_opens_over_the_page_and_gives_the_focus_back(ann):
    choose(ann, FIELD, "-")
    page = listening(ann)
    page.locator("#reading").focus()
    ann.press("?")
    dialog = page.get_by_role("dialog", name="All keys")
    expect(dialog).to_be_visible()
    expect(page.locator("#all-keys-head")).to_be_focused()
    expect(dialog.locator('kbd[data-code="Minus"]')).to_be_visible()
    assert heard(page, "#all-keys-head", "-", "c") == []
    ann.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#reading")).to_be_focused()
    ann.press("?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator("#reading")).to_be_focused()
    assert page.locator("#all-keys").count() == 1
    ann.done()


def test_a_question_mark_in_a_field_is_typed(ann):
    page = listening(ann)
    page.locator("#typing").focus()
    ann.press("?")
    assert page.locator("#typing").input_value() == "?"
    assert page.locator("#all-keys").count() == 0
    ann.done()


def test_a_key_chosen_twice_is_said_at_once_and_refused(ann):
    page = ann.page
    page.goto("/account/keys/")
    field = page.get_by_label(FIELD, exact=True)
    expect(field).to_have_value("V")
    field.press("c")
    expect(field).to_have_value("C")
    expect(page.locator("#id_in_vivo_also")).to_have_text("Also: Compare all segments under this code")
    expect(page.locator("#announce")).to_contain_text("Also: Compare")
    field.press("F9")
    expect(field).to_have_value("C")
    field.press("Tab")
    expect(page.get_by_label("Compare all segments under this code", exact=True)).to_be_focused()
    with page.expect_response("**/account/keys/") as answer:
        page.get_by_role("button", name="Save").click()
    assert answer.value.status == 400
    expect(page.get_by_role("alert").first).to_contain_text("C also stands for")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.press("b")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_in_vivo_error")).to_have_count(0)
    ann.faults = [one for one in ann.faults if "400" not in one]
    ann.done()


def test_without_script_a_key_is_typed(signed_in):
    ann = signed_in(java_script_enabled=False)
    page = ann.page
    page.goto("/account/keys/")
    page.get_by_label(FIELD, exact=True).fill("KeyB")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notices")).to_contain_text("Saved.")
    expect(page.get_by_label(FIELD, exact=True)).to_have_value("KeyB")
    page.get_by_role("link", name="All keys").click()
    expect(page.locator('kbd[data-code="KeyB"]')).to_have_text("B")
    ann.done()


def test_caps_are_the_same_on_the_server_and_where_the_browser_tells_nothing(ann):
    ann.page.add_init_script(UNDO_LAYOUT)
    page = listening(ann)
    told = page.evaluate("""async (codes) => {
      const { capOf, capOfCode } = await import(document.querySelector("script[src*='js/keys']").src);
      return [Object.fromEntries(codes.map((one) => [one, capOfCode(one)])), capOf("in_vivo"), capOf("nothing such")];
    }""", list(CAPS))  # fmt: skip
    assert told == [CAPS, "V", ""]
    ann.done()


def test_caps_show_what_is_printed_on_this_keyboard(ann):
    layout = json.dumps([["KeyV", "ж"], ["Minus", "ß"]])
    ann.page.add_init_script(
        f"Object.defineProperty(Navigator.prototype, 'keyboard', {{ get: () => ({{ getLayoutMap: async () => new Map({layout}) }}) }})"
    )
    ann.page.goto("/keys/")
    expect(ann.page.locator('kbd[data-code="KeyV"]')).to_have_text("Ж")
    expect(ann.page.locator('kbd[data-code="KeyC"]')).to_have_text("C")
    ann.page.goto("/account/keys/")
    field = ann.page.get_by_label(FIELD, exact=True)
    expect(field).to_have_value("Ж")
    field.press("-")
    expect(field).to_have_value("ß")
    ann.done()
