"""What a screen reader finds in the coding room, in Chromium's accessibility tree, and what it is told as things change."""

from unicodedata import normalize

import pytest
from playwright.sync_api import expect

from coding.lib.paragraphs import paragraphs
from tests.browser.conftest import Person
from tests.browser.test_every_verb import NAMES, desks_for, words_of
from tests.browser.test_selecting import OWN

pytestmark = pytest.mark.browser
SCRIPTS = ("latin", "arabic", "emoji")
COPIES = ("text", "segment", "margin", "card", "walk", "save", "refusal", "sides")
TEXT = "Text of the incident. Arrow keys choose words, with Shift more of them; Enter names them."

# All that the two live regions say from now on.
LISTEN = """() => {
  window.told = { announce: [], alert: [] };
  for (const id of Object.keys(window.told)) {
    const region = document.getElementById(id);
    new MutationObserver(() => region.textContent.trim() && window.told[id].push(region.textContent))
      .observe(region, { childList: true, characterData: true, subtree: true });
  }
}"""
SIDES = "(one) => getComputedStyle(one).direction"


class Heard:
    """One element as the accessibility tree has it; what is ignored there is left out, and its inside moved up."""

    def __init__(self, node, every):
        self.role, self.name = node.get("role", {}).get("value"), node.get("name", {}).get("value", "")
        self.how = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
        self.is_ignored = node["ignored"]
        self.inside = [Heard(every[key], every) for key in node.get("childIds", []) if key in every]

    def walk(self):
        for one in self.inside:
            if not one.is_ignored:
                yield one
            yield from one.walk()

    def all(self, role, name=None):
        return [one for one in self.walk() if one.role == role and name in (None, one.name)]

    def one(self, role, name=None):
        found = self.all(role, name)
        assert len(found) == 1, (role, name, [(one.role, one.name) for one in self.walk() if one.name])
        return found[0]

    def words(self):
        """All words inside, as they are read."""
        return "".join(one.name for one in self.all("StaticText"))


def signs(words):
    """All code points but white space, which the tree gathers."""
    return list("".join(words.split()))


def tree(page):
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return Heard(nodes[0], {one["nodeId"]: one for one in nodes})


def soon(page, read):
    """What is read once there is something: the tree follows the page some moments later."""
    for _ in range(100):
        if found := read():
            return found
        page.wait_for_timeout(50)
    return read()


@pytest.fixture(scope="module")
def desks(server):
    texts = {f"{script}, {copy}": OWN[script] for script in SCRIPTS for copy in COPIES}
    return desks_for(server, "readaloud", texts, ["listener"])


@pytest.fixture(scope="module")
def chair(desks, chromium, server):
    coder = Person(chromium, server)
    coder.context.add_cookies([desks["listener"][0]])
    yield coder
    coder.context.close()


@pytest.fixture(params=SCRIPTS)
def script(request):
    return request.param


@pytest.fixture
def listener(desks, chair, script):
    """Open a text of the test's own."""

    def sit(copy):
        chair.page.goto(f"/code/{desks['listener'][1][f'{script}, {copy}'][0]}/")
        return Listener(chair, script)

    yield sit
    assert chair.faults == []


class Listener:
    def __init__(self, coder, script):
        self.page, self.press, self.faults = coder.page, coder.press, coder.faults
        self.text, self.names = OWN[script], NAMES[script]
        self.index, self.spans = words_of(self.text)
        self.written = [signs(self.text[part.start : part.end]) for part in paragraphs(self.text)]
        self.onwards = "ArrowLeft" if script == "arabic" else "ArrowRight"
        self.page.locator("#text").focus()

    def quote(self, first, last):
        return self.text[self.spans[first][0] : self.spans[last][1]]

    def choose(self, first, last):
        self.press("Control+Home", *["ArrowDown"] * self.index, *[self.onwards] * first)
        self.press(*[f"Shift+{self.onwards}"] * (last - first))

    def code(self, first, last, *names):
        """Give names to words by keyboard, and wait until they stand in the margin and the tree has followed."""
        self.choose(first, last)
        self.press("Enter")
        for name in names:
            expect(self.page.locator("#panel-name")).to_have_value("")
            self.page.keyboard.type(name)
            self.press("Enter" if name == names[-1] else "Shift+Enter")
        expect(self.page.locator("#text .margin li")).to_have_text(names)
        expect(self.page.locator("#status")).to_have_attribute("data-state", "saved")
        soon(self.page, lambda: self.read() == self.written)

    def read(self):
        """The paragraphs as they are read, and as the text has them (`written`)."""
        return [signs(one.words()) for one in tree(self.page).one("group", TEXT).all("paragraph")]

    def card(self):
        self.press("Tab", "Enter")
        expect(self.page.locator(".segment-card")).to_be_visible()

    def told(self, region):
        return self.page.evaluate("(id) => window.told[id]", region)


def test_the_text_has_a_name_and_each_paragraph_is_read_whole(listener):
    here = listener("text")
    assert tree(here.page).one("group", TEXT).how["focusable"] is True
    assert here.read() == here.written
    here.code(1, 3, *here.names)
    assert here.read() == here.written


def test_a_segment_is_a_button_that_says_its_codes_and_its_words(listener):
    here = listener("segment")
    assert tree(here.page).one("group", TEXT).all("button") == []
    here.code(1, 3, *here.names)
    part = tree(here.page).one("group", TEXT).all("paragraph")[here.index]
    segment = part.one("button", f"{', '.join(here.names)}: {here.quote(1, 3)}")
    assert segment.how["focusable"] is True
    here.press("Tab")
    segment = tree(here.page).one("group", TEXT).one("button", segment.name)
    assert segment.how["focused"] is True


def test_the_margin_is_a_list_of_codes(listener):
    here = listener("margin")
    here.code(2, 2, *here.names)

    def filled():
        return [one for one in tree(here.page).one("group", TEXT).all("list", "Codes") if one.all("listitem")]

    named = soon(here.page, filled)
    assert [[one.name for one in names.all("button")] for names in named] == [here.names]
    assert named[0].all("listitem")[0].one("button").how["focusable"] is True


def test_the_card_is_a_region_with_the_words_and_the_codes(listener):
    here = listener("card")
    here.code(1, 3, *here.names)
    assert tree(here.page).all("region", "Segment") == []
    here.card()
    card = tree(here.page).one("region", "Segment")
    assert card.one("heading").name == "Segment"
    assert normalize("NFC", card.one("blockquote").words()) == normalize("NFC", here.quote(1, 3))
    for item, name in zip(card.one("list").all("listitem"), here.names, strict=True):
        assert item.words().startswith(name)
        assert item.one("link", f"Compare all segments of {name}")
        assert item.one("button", f"Change {name}")
        assert item.one("button", f"Take off {name}")
    here.press("u")
    expect(here.page.locator(".segment-card .chip")).to_be_visible()
    assert tree(here.page).one("region", "Segment").one("heading").name == "Segment uncertain"


def test_words_are_said_as_they_are_chosen(listener):
    here = listener("walk")
    here.page.evaluate(LISTEN)
    meant = [here.quote(0, 0), here.quote(1, 1), here.quote(2, 2), here.quote(2, 3), here.quote(2, 2), here.quote(1, 1)]
    back = {"ArrowLeft": "ArrowRight", "ArrowRight": "ArrowLeft"}[here.onwards]
    keys = [here.onwards] * 3 + [f"Shift+{here.onwards}", f"Shift+{back}", back]
    for key, words in zip(keys, meant, strict=True):
        here.press(key)
        expect(here.page.locator("#announce")).to_have_text(words)
    assert [list(one) for one in here.told("announce")] == [list(one) for one in meant]


def test_a_code_is_said_when_the_server_has_it_and_not_before(listener):
    here, held = listener("save"), []
    sentence = f"Coded as {here.names[0]}: {here.quote(1, 3)}"
    here.choose(1, 3)
    here.press("Enter")
    here.page.keyboard.type(here.names[0])
    here.page.evaluate(LISTEN)
    here.page.route("**/segments/", lambda route: held.append(route))
    with here.page.expect_request("**/segments/"):
        here.press("Enter")
    expect(here.page.locator("#status")).to_have_attribute("data-state", "saving")
    assert sentence not in here.told("announce")
    held[0].continue_()
    expect(here.page.locator("#announce")).to_have_text(sentence)
    assert here.told("announce").count(sentence) == 1
    here.page.unroute("**/segments/")
    polite = [one for one in tree(here.page).all("status") if one.words() == sentence]
    assert [one.how["live"] for one in polite] == ["polite"]


def test_a_refusal_is_said_at_once(listener):
    here = listener("refusal")
    here.page.evaluate(LISTEN)
    here.press("Control+z")
    sentence = "There is nothing left to undo in this incident."
    expect(here.page.locator("#alert")).to_have_text(sentence)
    assert here.told("alert") == [sentence]
    urgent = [one for one in tree(here.page).all("alert") if one.words() == sentence]
    assert [one.how["live"] for one in urgent] == ["assertive"]
    taken = f"Somebody holds “{here.quote(1, 1)}”."
    here.page.route("**/segments/", lambda route: route.fulfill(status=409, content_type="text/plain", body=taken))
    here.choose(1, 1)
    here.press("Enter")
    here.page.keyboard.type(here.names[0])
    here.press("Enter")
    expect(here.page.locator("#panel-fault")).to_have_text(taken)
    here.page.unroute("**/segments/")
    assert tree(here.page).one("dialog", "Name this segment").one("alert").words() == taken
    assert [one for one in here.faults if "409" not in one] == []
    here.faults.clear()
    here.page.locator("#unsaved summary").click()
    here.page.locator("#unsaved").get_by_role("button", name="Drop").click()
    expect(here.page.locator("#status")).to_have_attribute("data-state", "saved")


def test_words_and_names_run_in_their_own_direction(listener, script):
    here = listener("sides")
    page, way = here.page, "rtl" if script == "arabic" else "ltr"
    here.choose(1, 3)
    here.press("Enter")
    page.keyboard.type(here.names[0])
    assert page.locator("#panel-name").evaluate(SIDES) == way
    expect(page.locator("#panel-codes [role=option] > :first-child").first).to_have_attribute("dir", "auto")
    here.press("Escape")
    here.code(1, 3, here.names[0])
    here.card()
    listed = page.locator("#codes").get_by_text(here.names[0], exact=True)
    for place in ("#text .words", ".segment-card blockquote", ".segment-card .code-name"):
        expect(page.locator(place).first).to_have_css("direction", way)
    expect(listed).to_have_css("direction", way)
    assert page.locator("#card").evaluate(SIDES) == "ltr"
