"""Each verb of open coding, by keyboard alone and by mouse, in five scripts: what the server holds after each step.

Every verb is done both ways in Latin and in Arabic, whose text runs the other way, and one way in each other script;
that words are chosen both ways in all of them is shown in test_selecting.py.
"""

import json
from functools import partial
from typing import NamedTuple

import pytest
import regex
from playwright.sync_api import expect

from coding.lib.paragraphs import paragraphs
from tests.browser.conftest import Person
from tests.browser.test_selecting import CHOSEN, DECLARATIONS, OWN, UDHR, rows

pytestmark = pytest.mark.browser
SCRIPTS = {"latin": "english", "arabic": "arabic", "chinese": "chinese", "hindi": "hindi", "emoji": ""}
PAIRS = [
    ("latin", "keyboard"), ("latin", "mouse"), ("arabic", "mouse"), ("arabic", "keyboard"),
    ("chinese", "mouse"), ("hindi", "keyboard"), ("emoji", "mouse"),
]  # fmt: skip
NAMES = {
    "latin": ["promise", "café duty"], "arabic": ["وعد لم يُوفَ", "واجب"], "chinese": ["承诺", "责任"],
    "hindi": ["वचन", "कर्तव्य"], "emoji": ["🤝🏽 promise", "👩‍⚖️🇩🇪"],
}  # fmt: skip
# The words of a paragraph where no space tells them apart; elsewhere they are what stands between spaces.
UNSPACED = {
    "世界人权宣言": [],
    "鉴于对人类": ["鉴于", "对", "人类", "家庭", "所有", "成员", "的", "固有", "尊严"],
    "聊天机器人": ["聊天", "机器", "人", "告诉", "顾客", "退款", "已经", "批准", "事实"],
    "The bot wrote": ["The", "bot", "wrote", "👩‍👩‍👧‍👦", "and", "🇩🇪", "🇫🇷", "and", "👍🏽", "again"],
}
ENOUGH = 9  # words in a row, of one paragraph

MAKE = """
import json
from django.conf import settings
from django.db import transaction
from django.test import Client
from coding.incidents.columns import RowValues
from coding.incidents.rules import import_rows
from tests import factory
texts, name = json.load(open({path!r})), {name!r}
with transaction.atomic():
    lead = factory.user(name + "lead", is_active=True)
    project = factory.project(lead, name)
    held = dict()
    rows = [RowValues(n, title=title, text=text, external_id=title) for n, (title, text) in enumerate(texts.items(), 1)]
    import_rows(project, rows)
    coders = [factory.user(name + coder, is_active=True, has_toured=True) for coder in {coders!r}]
    for coder in coders:
        project.memberships.create(user=coder, role="coder")
    coded = factory.round_of(project, coders)
    for coder, called in zip(coders, {coders!r}):
        client = Client()
        client.force_login(coder)
        work = coded.assignments.filter(coder=coder).select_related("incident")
        held[called] = [client.cookies[settings.SESSION_COOKIE_NAME].value,
                        {{one.incident.title: [str(one.uid), one.pk] for one in work}}]
    print(json.dumps([settings.SESSION_COOKIE_NAME, held]))
"""

# What the page shows of each segment: the words of its runs, the names in the margin, and whether it is in doubt.
SHOWN = """() => {
  const runs = [...document.querySelectorAll('#text .seg')];
  const uids = new Set(runs.flatMap((run) => run.dataset.seg.split(' ')));
  return Object.fromEntries([...uids].map((uid) => {
    const own = runs.filter((run) => run.dataset.seg.split(' ').includes(uid));
    const names = [...document.querySelectorAll(`#text .margin [data-go="${uid}"]`)].map((one) => one.textContent);
    return [uid, [own.map((run) => run.textContent).join(''), names, own.some((run) => 'uncertain' in run.dataset)]];
  }));
}"""

# Where a stretch of code points of one paragraph stands in the window: the edges and the middles of its two ends.
PLACES = """([start, end]) => {
  const all = [...document.querySelectorAll('#text .words')];
  const words = all.findLast((one) => Number(one.dataset.start) <= start);
  const units = (count) => [...words.textContent].slice(0, count - Number(words.dataset.start)).join('').length;
  const [from, to] = [units(start), units(end)];
  const clusters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(words.textContent.slice(from, to))];
  const isRight = getComputedStyle(words).direction === 'rtl';
  words.scrollIntoView({ block: 'center' });
  const box = (first, last, isEnd) => {
    const range = document.createRange();
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    let before = 0, started = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.data.length;
      if (!started && first < before + length) { range.setStart(node, first - before); started = true; }
      if (started && last <= before + length) { range.setEnd(node, last - before); break; }
      before += length;
    }
    const { left, top, width, height } = range.getClientRects()[0];
    const inset = Math.min(1, width / 5);
    return { y: top + height / 2, middle: left + width / 2, edge: isEnd === isRight ? left + inset : left + width - inset };
  };
  const last = clusters.at(-1);
  return [box(from, from + clusters[0].segment.length, false), box(from + last.index, to, true)];
}"""


class Row(NamedTuple):
    """A segment as the server holds it."""

    start: int
    end: int
    quote: str
    names: list
    is_uncertain: bool = False


def text_of(script):
    """Give the declaration in this script where it is at hand, else a short text of our own."""
    path = UDHR / f"udhr_{DECLARATIONS.get(SCRIPTS[script])}.txt"
    return path.read_text(encoding="utf-8").removeprefix("\ufeff") if path.exists() else OWN[script]


def words_of(text):
    """Find the first paragraph with enough words: its index and the spans of its words, in code points."""
    for index, part in enumerate(paragraphs(text)):
        said = text[part.start : part.end].strip()
        words = next((words for head, words in UNSPACED.items() if said.startswith(head)), None)
        if words is None:
            words = [regex.sub(r"^[^\p{L}\p{N}]+|[^\p{L}\p{M}\p{N}]+$", "", one) for one in said.split()]
        if len(words) >= ENOUGH:
            return index, list(placed(text, part.start, words))
    raise AssertionError("No paragraph has enough words.")


def placed(text, at, words):
    for word in words:
        start = text.index(word, at)
        at = start + len(word)
        yield start, at


def desks_for(server, name, texts, coders):
    """Make a project with these texts, and give for each coder a session and the assignments by their texts' names."""
    path = server.log.with_name(f"{name}.json")
    path.write_text(json.dumps(texts), encoding="utf-8")
    cookie, held = server.ask(MAKE.format(path=str(path), name=name, coders=coders))
    return {
        coder: ({"name": cookie, "value": session, "url": server.url}, work) for coder, (session, work) in held.items()
    }


@pytest.fixture(scope="module")
def desks(server):
    return desks_for(server, "everyverb", {script: text_of(script) for script in SCRIPTS}, list(HANDS))


@pytest.fixture(scope="module")
def coders(desks, chromium, server):
    """Two at browsers of their own, which keep what every page loads; each text is open to one of them once."""
    made = {way: Person(chromium, server) for way in HANDS}
    for way, coder in made.items():
        coder.context.add_cookies([desks[way][0]])
    yield made
    for coder in made.values():
        coder.done()


@pytest.fixture(params=PAIRS, ids="-".join)
def hands(request, desks, coders, server):
    """A coder before an incident in one script, who uses the keyboard alone, or the mouse for all but typing names."""
    script, way = request.param
    coder = coders[way]
    uid, key = desks[way][1][script]
    coder.page.mouse.move(0, 0)
    coder.page.goto(f"/code/{uid}/")
    yield HANDS[way](coder, server, uid, key, script)
    assert coder.faults == []


class Hands:
    """What both ways share: how a step is read back."""

    def __init__(self, coder, server, uid, key, script):
        self.page, self.press, self.server, self.uid, self.key = coder.page, coder.press, server, uid, key
        self.coder = coder
        self.script, self.text, self.names = script, text_of(script), {}
        self.paragraph, self.spans = words_of(self.text)

    def ask(self, what):
        return self.page.request.get(f"/api/v1/assignments/{self.uid}/{what}/?page_size=200").json()["results"]

    def named(self, code):
        if code not in self.names:
            self.names |= {one["uid"]: one["name"] for one in self.ask("codes")}
        return self.names[code]

    def segments(self):
        """Read the segments back through the API, and see that the page shows the same."""
        found = self.ask("segments")
        held = [
            Row(
                one["start"], one["end"], one["quote"], [self.named(code) for code in one["codes"]], one["is_uncertain"]
            )
            for one in found
        ]
        shown = self.page.evaluate(SHOWN)
        assert {one["uid"]: list(row[2:]) for one, row in zip(found, held, strict=True)} == shown
        self.uids = {row[:2]: one["uid"] for one, row in zip(found, held, strict=True)}
        return held

    def marks(self):
        """Read from the database where paragraphs were marked, and how; the API gives no list of them."""
        query = f'SELECT "start", "end", kind FROM open_coding_mark WHERE assignment_id = {self.key} ORDER BY "start"'
        return rows(self.server, query)

    def state(self):
        return self.segments(), self.marks()

    def row(self, first, last, *names, **how):
        """The segment from one word of the paragraph to another, as it should be."""
        start, end = self.spans[first][0], self.spans[last][1]
        return Row(start, end, self.text[start:end], list(names), **how)

    def saves(self, act):
        """Act, and wait until the server has confirmed it and the page says so."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            act()
        assert sent.value.ok, sent.value.text()
        expect(self.page.locator("#status")).to_have_attribute("data-state", "saved")

    def has_chosen(self, first, last):
        """The words that the page paints as chosen are those that were meant, code point by code point."""
        start, end = self.spans[first][0], self.spans[last][1]
        assert [list(part) for part in self.page.evaluate(CHOSEN)] == [list(self.text[start:end])]

    def panel(self, *, is_open=True):
        """See that the panel waits for a name, or is closed."""
        if not is_open:
            return expect(self.page.locator("#panel")).to_be_hidden()
        expect(self.page.locator("#panel")).to_be_visible()
        return expect(self.page.locator("#panel-name")).to_have_value("")

    def code(self, first, last, name, *, again=False):
        """Choose words and give them a name; with `again` the panel stays for another one."""
        self.choose(first, last)
        self.has_chosen(first, last)
        self.name(name, again=again)

    def name(self, name, *, again=False):
        self.panel()
        self.page.keyboard.type(name)
        self.saves(partial(self.apply, again))
        self.panel(is_open=again)

    def card(self, first, last, *names):
        """Open the card of a segment by its first word, unless it is there, and wait until it shows these codes."""
        uid = self.uids[self.spans[first][0], self.spans[last][1]]
        card = self.page.locator(f'.segment-card[data-segment="{uid}"]')
        if not card.count():
            self.enter(uid, first)
        expect(card.locator("li .code-name")).to_have_text(names)
        expect(card).to_have_attribute("data-end", str(self.spans[last][1]))
        return card

    def change(self, card, old, new):
        self.use(card.get_by_role("button", name=f"Change {old}", exact=True))
        expect(self.page.locator("#panel label")).to_have_text("Change this code to")
        self.name(new)

    def does(self, card, button):
        self.saves(lambda: self.use(card.get_by_role("button", name=button, exact=True)))


class Keyboard(Hands):
    """All by keys: the focus goes by Tab, as far as it has to."""

    @property
    def onwards(self):
        return "ArrowLeft" if self.script == "arabic" else "ArrowRight"

    def use(self, target):
        self.coder.use(target)

    def enter(self, uid, first):
        self.use(self.page.locator(f'#text .seg[tabindex][data-seg^="{uid}"]'))

    def choose(self, first, last, *, opens=True):
        if self.page.evaluate("document.activeElement === document.body"):
            self.press(self.onwards)  # which leads into the text
        if not self.page.evaluate("document.activeElement.closest('#text') !== null"):
            self.coder.reach(self.page.locator("#text"))
        self.press("Control+Home", *["ArrowDown"] * self.paragraph, *[self.onwards] * first)
        self.press(*[f"Shift+{self.onwards}"] * (last - first), *["Enter"] * opens)

    def apply(self, again):
        self.press("Shift+Enter" if again else "Enter")

    def in_vivo(self, word):
        self.choose(word, word)
        self.panel()
        self.saves(lambda: self.press("v"))

    def again(self, word, number, name):
        expect(self.page.locator(f'#codes [data-recent="{number}"]')).to_have_attribute("data-name", name)
        self.choose(word, word, opens=False)
        self.has_chosen(word, word)
        self.saves(lambda: self.press(str(number)))

    def move_end(self, card, last):
        self.press("e")
        expect(self.page.locator("#mode")).to_be_visible()
        self.press(f"Shift+{self.onwards}")
        self.saves(lambda: self.press("Enter"))

    def split(self, card, word):
        """Cut before the last word, to which the first step backwards leads."""
        self.press("x")
        expect(self.page.locator("#mode")).to_be_visible()
        self.press({"ArrowLeft": "ArrowRight", "ArrowRight": "ArrowLeft"}[self.onwards])
        self.has_chosen(word, word)
        self.saves(lambda: self.press("Enter"))

    def doubt(self, card):
        self.saves(lambda: self.press("u"))

    def nothing_here(self):
        """Mark the last paragraph."""
        self.choose(0, 0, opens=False)
        self.press("Control+End")
        self.saves(lambda: self.press("n"))

    def delete(self, card):
        self.saves(lambda: self.press("Delete"))

    def undo(self):
        self.saves(lambda: self.press("Control+z"))

    def redo(self):
        self.saves(lambda: self.press("Control+Shift+z"))


class Mouse(Hands):
    """All by pointing, but for the names, which nobody can point at before they are there."""

    def places(self, first, last):
        return self.page.evaluate(PLACES, [self.spans[first][0], self.spans[last][1]])

    def drag(self, start, end):
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=6)
        self.page.mouse.up()

    def use(self, target):
        target.click()

    def enter(self, uid, first):
        """Click on the end of a word: on its beginning may lie the handle of the segment before it."""
        place = self.places(first, first)[1]
        self.page.mouse.click(place["middle"], place["y"])

    def choose(self, first, last):
        start, end = self.places(first, last)
        if first == last:
            self.page.mouse.dblclick(start["middle"], start["y"])
        else:
            self.drag((start["edge"], start["y"]), (end["edge"], end["y"]))
        self.panel()

    def apply(self, again):
        self.page.locator("#panel-codes [aria-selected=true]").click(modifiers=["Shift"] if again else [])

    def in_vivo(self, word):
        self.choose(word, word)
        self.has_chosen(word, word)
        self.saves(lambda: self.page.locator("#panel-codes").get_by_text("In vivo", exact=False).click())

    def again(self, word, number, name):
        self.choose(word, word)
        self.has_chosen(word, word)
        row = self.page.locator(f"#codes li[data-name={json.dumps(name, ensure_ascii=False)}]")
        self.saves(lambda: row.click())

    def move_end(self, card, last):
        handle = self.page.locator('.handle[data-side="end"]')
        expect(handle).to_be_visible()
        end = self.places(last, last)[1]
        box = handle.bounding_box()
        self.saves(
            lambda: self.drag((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), (end["edge"], end["y"]))
        )

    def split(self, card, word):
        self.use(card.get_by_role("button", name="Split", exact=True))
        expect(self.page.locator("#mode")).to_be_visible()
        place = self.places(word, word)[0]
        self.saves(lambda: self.page.mouse.dblclick(place["middle"], place["y"]))

    def doubt(self, card):
        self.does(card, "Uncertain")

    def nothing_here(self):
        """Nothing but a key marks one paragraph: by mouse it is said on the page of submitting."""

    def delete(self, card):
        self.does(card, "Delete the segment")

    def undo(self):
        self.saves(lambda: self.page.get_by_role("button", name="Undo", exact=True).click())

    def redo(self):
        self.saves(lambda: self.page.get_by_role("button", name="Redo", exact=True).click())


HANDS = {"keyboard": Keyboard, "mouse": Mouse}


def the_way(hands):
    """Every verb in turn, each with the segments that it should leave."""
    row = hands.row
    one, two = NAMES[hands.script]
    alive = row(5, 5).quote
    stretch, taken, third = row(2, 3, one, two), row(5, 5, alive), row(8, 8, two)
    yield lambda: hands.code(2, 3, one, again=True), [row(2, 3, one)]
    yield lambda: hands.name(two), [stretch]
    yield lambda: hands.in_vivo(5), [stretch, taken]
    yield lambda: hands.again(8, 2, two), [stretch, taken, third]
    changed = row(2, 3, alive, two)
    yield lambda: hands.change(hands.card(2, 3, one, two), one, alive), [changed, taken, third]
    yield lambda: hands.does(hands.card(2, 3, alive, two), f"Take off {alive}"), [row(2, 3, two), taken, third]
    yield lambda: hands.move_end(hands.card(2, 3, two), 4), [row(2, 4, two), taken, third]
    yield lambda: hands.split(hands.card(2, 4, two), 4), [row(2, 3, two), row(4, 4, two), taken, third]
    yield lambda: hands.does(hands.card(2, 3, two), "Join"), [row(2, 4, two), taken, third]
    doubted = row(2, 4, two, is_uncertain=True)
    yield lambda: hands.doubt(hands.card(2, 4, two)), [doubted, taken, third]
    yield lambda: hands.delete(hands.card(5, 5, alive)), [doubted, third]


def same(found, meant):
    """Compare segments, their words code point by code point."""
    assert [row[:2] for row in found] == [row[:2] for row in meant]
    assert [list(row.quote) for row in found] == [list(row.quote) for row in meant]
    assert found == meant


def test_every_verb_leaves_what_was_meant_and_is_taken_back_and_done_again(hands):
    assert hands.state() == ([], [])
    states = [([], [])]
    for act, meant in the_way(hands):
        act()
        found = hands.state()
        same(found[0], meant)
        states.append(found)
    before = hands.marks()
    hands.nothing_here()
    if hands.marks() != before:
        states.append(hands.state())
    for stood in states[-2::-1]:
        hands.undo()
        same(hands.segments(), stood[0])
        assert hands.marks() == stood[1]
    for stands in states[1:]:
        hands.redo()
        same(hands.segments(), stands[0])
        assert hands.marks() == stands[1]
