"""Words chosen by keyboard, mouse and finger are the words that the database holds, in whatever script."""

import itertools
import json
import sqlite3
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from coding.lib.paragraphs import paragraphs
from tests.browser.server import PASSWORD

pytestmark = pytest.mark.browser
UDHR = settings.BASE_DIR.parent / "shared" / "data" / "multilingual"
DECLARATIONS = {"english": "eng", "chinese": "cmn_hans", "arabic": "arb", "hindi": "hin"}

OWN = {
    "latin": "The cafe\u0301’s naïve bot said: “Don’t worry.” It was wrong.\n\n"
             "Nobody checked the answer, and 3,000 people read it. They paid\ntwice, and left.\n \n* * *\n\nThe end.",
    "chinese": "聊天机器人告诉顾客退款已经批准。事实并非如此。\n\n没有人检查这个回答。顾客付了两次钱。",
    "arabic": "قال المساعد إن الرسوم أُلغيت. لم يكن ذلك صحيحًا.\n\nلم يتحقق أحد من الجواب. دفع الضيف open source مرتين.",
    "hindi": "सहायक ने कहा कि शुल्क माफ़ हो गया है। यह सच नहीं था।\n\nकिसी ने उत्तर की जाँच नहीं की। क्षत्रिय ने पैसे दिए।",
    "emoji": "The bot wrote 👩‍👩‍👧‍👦 and 🇩🇪🇫🇷 and 👍🏽 again. 𝔘𝔫𝔦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️ done.\n\n🎉🎉 Second 1️⃣ line. 👍🏽\n\n𝕬\t  𝕭",
    "thai": "แชตบอตบอกลูกค้าว่าคืนเงินแล้ว\n\nไม่มีใครตรวจคำตอบ",
}  # fmt: skip
# The word under each of these characters, as a reader would mark it.
WORDS = {
    "latin": ["cafe\u0301’s", "naïve", "Don’t", "wrong"],
    "chinese": ["机器", "顾客", "批准"],
    "arabic": ["المساعد", "أُلغيت", "صحيحًا"],
    "hindi": ["सहायक", "माफ़", "शुल्क"],
    "emoji": ["👩‍👩‍👧‍👦", "🇩🇪", "🇫🇷", "👍🏽", "𝔘𝔫𝔦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "❤️"],
    "thai": ["ลูกค้า", "เงิน"],
}
SENTENCES = {
    "latin": ["The cafe\u0301’s naïve bot said: “Don’t worry.”", "It was wrong."],
    "chinese": ["聊天机器人告诉顾客退款已经批准。", "事实并非如此。"],
    "arabic": ["قال المساعد إن الرسوم أُلغيت.", "لم يكن ذلك صحيحًا."],
    "hindi": ["सहायक ने कहा कि शुल्क माफ़ हो गया है।", "यह सच नहीं था।"],
}

MAKE = """
import json, sys
from django.db import transaction
from coding.incidents.columns import RowValues
from coding.incidents.rules import import_rows
from tests import factory
texts = json.load(open({path!r}))
with transaction.atomic():
    lead, coder = (factory.user(name, is_active=True) for name in ("selectlead", "selectcoder"))
    for one in (lead, coder):
        one.set_password({password!r})
        one.save()
    project = factory.project(lead, "Selecting")
    project.memberships.create(user=coder, role="coder")
    rows = [RowValues(n, title=name, text=text, external_id=name) for n, (name, text) in enumerate(texts.items(), 1)]
    import_rows(project, rows)
    coded = factory.round_of(project, [coder])
    print(json.dumps({{one.incident.title: [str(one.uid), one.pk] for one in coded.assignments.select_related("incident")}}))
"""

# Whoever names words does it in a text of its own, so that each test finds the text as it was.
COPIES = ("keyboard", "mouse", "named", "margin", "nested")
NUMBERS = itertools.count(1)
LATEST = """SELECT s."start", s."end" FROM open_coding_coding c JOIN open_coding_segment s ON s.id = c.segment_id
            WHERE s.assignment_id = %d ORDER BY c.id DESC LIMIT 1"""

# What is painted as chosen, paragraph by paragraph, by the page's own ranges.
CHOSEN = """() => [...(CSS.highlights.get('pending') ?? [])].flatMap((range) =>
  [...document.querySelectorAll('#text .words')].filter((words) => range.intersectsNode(words)).map((words) => {
    const part = document.createRange();
    part.selectNodeContents(words);
    if (words.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
    if (words.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
    return part.toString();
  }).filter((part) => part))"""

# Where a stretch of a paragraph's text stands in the window: the middle of its first and of its last character.
PLACE = """async ([quote, stay]) => {
  const words = [...document.querySelectorAll('#text .words')].find((one) => one.textContent.includes(quote));
  if (!stay) words.scrollIntoView({ block: 'center' });
  // What comes into sight is laid out by the next frame only, and moves what stands below it.
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let at = NaN; at !== words.getBoundingClientRect().top; await frame()) {
    at = words.getBoundingClientRect().top;
    await frame();
  }
  const at = words.textContent.indexOf(quote);
  const clusters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(quote)];
  const box = (from, to) => {
    const range = document.createRange();
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    let before = 0, started = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.data.length;
      if (!started && from < before + length) { range.setStart(node, from - before); started = true; }
      if (started && to <= before + length) { range.setEnd(node, to - before); break; }
      before += length;
    }
    const { left, top, width, height } = range.getClientRects()[0];
    return { x: left + width / 2, y: top + height / 2, left, right: left + width };
  };
  const last = clusters.at(-1);
  return [box(at, at + clusters[0].segment.length), box(at + last.index, at + quote.length)];
}"""


def texts():
    found = dict(OWN)
    for name, code in DECLARATIONS.items():
        path = UDHR / f"udhr_{code}.txt"
        if path.exists():
            found[f"udhr {name}"] = path.read_text(encoding="utf-8").removeprefix("\ufeff")
    return found


@pytest.fixture(scope="module")
def desks(server):
    """The assignments of one coder, by the names of their texts."""
    path = Path(server.env["LOAM_HOME"]) / "selecting.json"
    every = texts()
    copies = {f"{name}, {copy}": text for name, text in every.items() for copy in COPIES}
    path.write_text(json.dumps(every | copies), encoding="utf-8")
    return server.ask(MAKE.format(path=str(path), password=PASSWORD))


@pytest.fixture(scope="module")
def chair(server, chromium):
    """Where the coder sits for all tests: passwords are slow to check, and so are new windows."""
    from tests.browser.conftest import Person

    coder = Person(chromium, server, "selectcoder@example.org")
    yield coder
    coder.context.close()


@pytest.fixture
def desk(desks, chair, person, server):
    """Open a text on the coder's desk, in a window of its own where it has to be another kind of window."""

    def sit(name, copy="", **context):
        uid, key = desks[f"{name}, {copy}" if copy else name]
        coder = person(storage_state=chair.context.storage_state(), **context) if context else chair
        coder.page.mouse.move(0, 0)
        coder.page.goto(f"/code/{uid}/")
        expect(coder.page.locator("#text .words").first).to_be_visible()
        return Desk(coder, server, key, texts()[name])

    yield sit
    assert chair.faults == []


def at(place):
    return {"x": place["x"], "y": place["y"]}


class Desk:
    """One text before a coder."""

    def __init__(self, coder, server, key, text):
        self.coder, self.page, self.server, self.key, self.text = coder, coder.page, server, key, text

    def keys(self, *keys):
        self.coder.press(*keys)

    def chosen(self):
        """What the page shows as chosen, a piece of each paragraph."""
        return self.page.evaluate(CHOSEN)

    def walk(self, *keys):
        """What is chosen after each of these keys."""
        self.page.locator("#text").focus()
        return [(self.keys(key), "|".join(self.chosen()))[1] for key in keys]

    def stored(self):
        """The segment that was named last, as the database holds it."""
        return rows(self.server, LATEST % self.key)[0]

    def name_it(self):
        """Name what is chosen through the open panel, and check what the database holds of it; gives these words."""
        shown = self.chosen()
        assert shown
        self.page.keyboard.type(f"name {next(NUMBERS):04}")
        with self.page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
            self.page.keyboard.press("Enter")
        expect(self.page.locator("#panel")).to_be_hidden()
        expect(self.page.locator("#status")).to_have_attribute("data-state", "saved")
        start, end = self.stored()
        held = [self.text[max(p.start, start) : min(p.end, end)] for p in paragraphs(self.text)]
        assert [list(one) for one in held if one] == [list(one) for one in shown]
        assert self.text[start:end].strip() == self.text[start:end]
        return self.text[start:end]

    def places(self, quote, *, stay=False):
        """The middle of its first and of its last character, in the middle of the window; or where it is now."""
        return self.page.evaluate(PLACE, [quote, stay])

    def drag(self, start, end, steps=6):
        self.page.mouse.move(start["x"], start["y"])
        self.page.mouse.down()
        self.page.mouse.move(end["x"], end["y"], steps=steps)
        self.page.mouse.up()

    def is_open(self):
        expect(self.page.locator("#panel")).to_be_visible()
        return self.chosen()

    def settle(self):
        """Let the page do what it still has to: the panel opens in a task of its own, at a double click and again."""
        self.page.evaluate("() => new Promise((done) => setTimeout(() => requestAnimationFrame(done)))")

    def is_closed(self):
        self.settle()
        expect(self.page.locator("#panel")).to_be_hidden()


def rows(server, query):
    """Read from the server's database by a connection of the test's own."""
    url = server.env["DATABASE_URL"]
    if url.startswith("sqlite"):
        found = sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)
    else:
        import psycopg

        found = psycopg.connect(url)
    try:
        return [tuple(row) for row in found.execute(query).fetchall()]
    finally:
        found.close()


EVERY_TEXT = [*OWN, *(f"udhr {name}" for name in DECLARATIONS)]


@pytest.fixture(params=EVERY_TEXT)
def script(request):
    if request.param.startswith("udhr") and not UDHR.is_dir():
        pytest.skip(f"The declarations are not in {UDHR}, so only our own short texts were chosen from.")
    return request.param


def test_words_chosen_by_keyboard_are_the_words_that_are_stored(desk, script):
    coder = desk(script, "keyboard")
    coder.page.locator("#text").focus()
    for keys in (
        ["ArrowRight", "ArrowRight", "Shift+ArrowRight"],
        ["ArrowDown", "Control+ArrowRight"],
        ["Control+Home", "ArrowRight", *["Shift+ArrowDown"] * 3],
        ["Control+End", "Shift+Control+ArrowUp", "Shift+Control+ArrowLeft"],
        ["Control+Home", "End", "Shift+Home"],
    ):
        coder.keys(*keys, "Enter")
        coder.is_open()
        coder.name_it()


def test_words_chosen_by_mouse_are_the_words_that_are_stored(desk, script):
    coder = desk(script, "mouse")
    parts = [part for part in coder.page.locator("#text .words").all_text_contents() if any(map(str.isalpha, part))]
    one, other = parts[0].strip(), parts[1].strip()
    first = coder.places(one)[0]
    coder.page.mouse.dblclick(first["x"], first["y"])
    coder.is_open()
    coder.name_it()
    middle = coder.places(other)[1]
    coder.page.mouse.click(middle["x"], middle["y"], click_count=3)
    coder.settle()
    coder.is_open()
    coder.name_it()
    first, last = coder.places(one)[0], coder.places(other, stay=True)[0]
    coder.drag(first, last)
    coder.is_open()
    coder.name_it()


def test_an_answer_that_arrives_during_a_drag_does_not_end_it(desk):
    coder = desk("latin")
    page, held = coder.page, []
    page.route("**/segments/", lambda route: held.append(route))
    page.mouse.dblclick(**at(coder.places("people")[0]))
    coder.is_open()
    page.keyboard.type("named before the drag")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_hidden()
    start, end = coder.places("Nobody checked")[0], coder.places("the answer", stay=True)[1]
    before = page.locator("#text [data-seg]").count()
    page.mouse.move(**at(start))
    page.mouse.down()
    page.mouse.move((start["x"] + end["x"]) / 2, end["y"], steps=3)
    with page.expect_response("**/segments/"):
        held.pop().continue_()
    page.unroute("**/segments/")
    expect(page.locator("#status")).to_have_attribute("data-state", "saved")
    page.mouse.move(**at(end), steps=3)
    page.mouse.up()
    assert "checked the answe" in " ".join(coder.is_open())
    expect(page.locator("#text [data-seg]")).not_to_have_count(before)
    coder.name_it()


@pytest.mark.parametrize("name", WORDS)
def test_a_double_click_takes_one_word_of_the_language(desk, name):
    coder = desk(name)
    for word in WORDS[name]:
        for place in coder.places(word):
            coder.page.mouse.dblclick(place["x"], place["y"])
            assert coder.is_open() == [word]
            coder.keys("Escape")


@pytest.mark.parametrize("name", SENTENCES)
def test_a_triple_click_takes_a_sentence(desk, name):
    coder = desk(name)
    for sentence in SENTENCES[name]:
        for place in coder.places(sentence):
            coder.page.mouse.click(place["x"], place["y"], click_count=3)
            coder.settle()
            assert coder.is_open() == [sentence]
            coder.keys("Escape")


def test_a_double_click_that_is_dragged_takes_whole_words(desk):
    coder = desk("chinese")
    start, end = coder.places("机器")[1], coder.places("顾客", stay=True)[0]
    coder.page.mouse.move(start["x"], start["y"])
    coder.page.mouse.down()
    coder.page.mouse.up()
    coder.page.mouse.down(click_count=2)
    coder.page.mouse.move(end["x"], end["y"], steps=4)
    coder.page.mouse.up(click_count=2)
    assert coder.is_open() == ["机器人告诉顾客"]


def test_the_caret_walks_by_word_sentence_and_paragraph(desk):
    coder = desk("latin")
    assert coder.walk("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft") == [
        "The",
        "cafe\u0301’s",
        "naïve",
        "cafe\u0301’s",
    ]
    assert coder.walk("Control+ArrowRight", "Control+ArrowRight", "Control+ArrowRight", "Control+ArrowLeft") == [
        *SENTENCES["latin"], "Nobody checked the answer, and 3,000 people read it.", SENTENCES["latin"][1],
    ]  # fmt: skip
    assert coder.walk("ArrowDown", "End", "Home", "ArrowUp") == ["Nobody", "left", "Nobody", "The"]
    assert coder.walk("Control+End", "Control+Home") == ["end", "The"]


def test_a_line_wrapped_by_hand_does_not_end_a_sentence(desk):
    coder = desk("latin")
    coder.walk("ArrowRight", "ArrowDown", "End")
    assert coder.walk("Control+ArrowLeft") == ["They paid\ntwice, and left."]


def test_a_paragraph_without_words_is_one_place(desk):
    coder = desk("latin")
    coder.walk("ArrowRight", "ArrowDown")
    assert coder.walk("ArrowDown", "ArrowRight", "ArrowLeft") == ["* * *", "The", "* * *"]


def test_shift_extends_from_a_fixed_word_and_shrinks_back_over_it(desk):
    coder = desk("latin")
    coder.walk("ArrowRight", "ArrowRight", "ArrowRight")
    assert coder.walk(*["Shift+ArrowRight"] * 2, *["Shift+ArrowLeft"] * 4, *["Shift+ArrowRight"] * 3) == [
        "naïve bot", "naïve bot said", "naïve bot", "naïve", "cafe\u0301’s naïve", "The cafe\u0301’s naïve",
        "cafe\u0301’s naïve", "naïve", "naïve bot",
    ]  # fmt: skip
    assert coder.walk("Shift+End", "Shift+Home", "Shift+ArrowDown") == [
        "naïve bot said: “Don’t worry.” It was wrong.", "The cafe\u0301’s naïve", "naïve",
    ]  # fmt: skip


def test_shift_extends_by_sentence_and_by_paragraph(desk):
    coder = desk("latin")
    coder.walk("ArrowRight", "ArrowDown", "ArrowRight")
    one, two = "checked the answer, and 3,000 people read it.", " They paid\ntwice, and left."
    assert coder.walk("Shift+Control+ArrowRight", "Shift+Control+ArrowRight", "Shift+Control+ArrowLeft") == [
        one,
        one + two,
        one,
    ]
    assert coder.walk("Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowUp", "Shift+ArrowUp") == [
        one + two, f"{one}{two}| \n* * *", one + two, "checked",
    ]  # fmt: skip
    first = "The cafe\u0301’s naïve bot said: “Don’t worry.” It was wrong."
    assert coder.walk("Shift+ArrowUp", "Shift+ArrowUp") == ["Nobody checked", f"{first}|Nobody checked"]


def test_in_right_to_left_text_the_arrows_follow_the_eye(desk):
    coder = desk("arabic")
    assert coder.walk("ArrowLeft", "ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowRight", "ArrowRight") == [
        "قال", "المساعد", "المساعد إن", "المساعد", "قال",
    ]  # fmt: skip
    assert coder.walk("Control+ArrowLeft", "Control+ArrowLeft", "Control+ArrowRight") == [
        *SENTENCES["arabic"], SENTENCES["arabic"][0],
    ]  # fmt: skip
    assert coder.walk("End", "Home") == ["صحيحًا", "قال"]


def test_emoji_are_places_of_the_walk(desk):
    coder = desk("emoji")
    coder.walk(*["ArrowRight"] * 3)
    assert coder.walk(*["ArrowRight"] * 5) == ["👩‍👩‍👧‍👦", "and", "🇩🇪", "🇫🇷", "and"]
    assert coder.walk("ArrowDown", "End") == ["🎉", "👍🏽"]


def test_after_a_save_and_after_escape_the_walk_goes_on(desk):
    coder = desk("thai", "named")
    two = coder.walk("ArrowRight", "ArrowRight")[1]
    coder.keys("Enter")
    assert coder.is_open() == [two]
    coder.name_it()
    assert coder.chosen() == []
    three = coder.walk("ArrowRight")[0]
    assert coder.text.index(two) + len(two) == coder.text.index(three)
    coder.keys("Escape")
    assert coder.chosen() == []
    assert coder.walk("ArrowLeft") == [two]


def test_a_screen_reader_hears_what_is_chosen_shortened_where_it_is_long(desk):
    coder = desk("latin")
    coder.walk("ArrowRight", "ArrowRight")
    expect(coder.page.locator("#announce")).to_have_text("cafe\u0301’s")
    coder.walk("Control+Home", "Shift+Control+End")
    expect(coder.page.locator("#announce")).to_contain_text("…")
    said = coder.page.locator("#announce").text_content()
    assert said.startswith("The cafe\u0301’s naïve bot")
    assert said.endswith("The end.")
    assert len(said) < 130


def test_a_plain_click_chooses_nothing_and_the_walk_begins_there(desk):
    coder = desk("latin")
    place = coder.places("answer")[0]
    coder.page.mouse.click(place["x"], place["y"])
    coder.is_closed()
    assert coder.chosen() == []
    assert coder.walk("ArrowRight", "ArrowRight") == ["answer", "and"]
    coder.page.mouse.click(place["x"], place["y"])
    coder.is_closed()
    assert coder.chosen() == []


def test_a_quick_drag_that_ends_outside_ends_on_its_line(desk):
    coder = desk("latin", viewport={"width": 1280, "height": 900})
    start = coder.places("naïve")[0]
    box = coder.page.locator(".work-main").bounding_box()
    coder.drag({"x": start["left"] + 1, "y": start["y"]}, {"x": box["x"] + box["width"] + 90, "y": start["y"]}, steps=1)
    assert coder.is_open() == ["naïve bot said: “Don’t worry.” It was wrong."]
    coder.keys("Escape")
    start = coder.places("naïve")[0]
    coder.drag({"x": start["left"] + 1, "y": start["y"]}, {"x": start["x"], "y": 899}, steps=1)
    assert coder.is_open()[-1] == "The end."
    coder.keys("Escape")
    end = coder.places("worry")[1]
    coder.drag({"x": end["right"] - 1, "y": end["y"]}, {"x": end["x"], "y": 5}, steps=1)
    assert coder.is_open() == ["The cafe\u0301’s naïve bot said: “Don’t worry"]
    coder.keys("Escape")
    end, title = coder.places("worry")[1], coder.page.locator(".text-head h2").bounding_box()
    coder.drag({"x": title["x"] + 20, "y": title["y"] + 10}, {"x": end["right"] - 1, "y": end["y"]}, steps=1)
    assert coder.is_open() == ["The cafe\u0301’s naïve bot said: “Don’t worry"]


def test_margin_names_are_no_part_of_a_selection(desk):
    coder = desk("hindi", "margin", viewport={"width": 1280, "height": 900})
    coder.walk("ArrowRight", "Shift+ArrowRight")
    coder.keys("Enter")
    coder.is_open()
    coder.name_it()
    name = coder.page.locator(".margin li").first.bounding_box()
    start = coder.places("कहा")[0]
    coder.drag(start, {"x": name["x"] + 4, "y": start["y"]})
    assert "".join(coder.is_open()) in coder.text
    coder.keys("Escape")
    # As the keyboard of the browser and other tools select: from a name in the margin into the next paragraph.
    coder.page.evaluate("""() => {
      const last = [...document.querySelectorAll('#text .words')].at(-1);
      getSelection().setBaseAndExtent(document.querySelector('.margin'), 0, last.firstChild, 4);
    }""")
    found = coder.page.evaluate("""async () => {
      const { spanOf } = await import(performance.getEntriesByType('resource')
        .find((one) => one.name.includes('/offsets.')).name);
      const { start, end, quote } = spanOf(getSelection().getRangeAt(0));
      return { start, end, quote };
    }""")
    assert coder.text[found["start"] : found["end"]] == found["quote"] == "किसी"


def test_words_are_chosen_across_highlights_that_lie_in_each_other(desk):
    coder = desk("hindi", "nested")
    for keys in (["ArrowRight", *["Shift+ArrowRight"] * 6], ["Home", "ArrowRight", *["Shift+ArrowRight"] * 3]):
        coder.walk(*keys)
        coder.keys("Enter")
        coder.is_open()
        coder.name_it()
    assert coder.page.locator("#text mark").count() > 2
    coder.walk("Home", "ArrowRight", "ArrowRight", "Shift+ArrowDown", "Shift+ArrowRight")
    coder.keys("Enter")
    coder.is_open()
    coder.name_it()
    start, end = coder.places("कहा")[0], coder.places("यह", stay=True)[1]
    coder.drag(start, end)
    coder.is_open()
    coder.name_it()
    place = coder.places("शुल्क")[0]
    coder.page.mouse.dblclick(place["x"], place["y"])
    assert "".join(coder.is_open()) == "शुल्क"


def test_half_a_character_is_never_chosen(desk):
    coder = desk("emoji")
    found = coder.page.evaluate("""async () => {
      const { spanOf } = await import(performance.getEntriesByType('resource')
        .find((one) => one.name.includes('/offsets.')).name);
      const node = document.querySelector('#text .words').firstChild;
      const all = [];
      for (let from = 0; from < node.data.length; from += 1) for (let to = from + 1; to <= node.data.length; to += 3) {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, to);
        const span = spanOf(range);
        if (span) all.push([span.start, span.end, span.quote, span.range.toString()]);
      }
      return all;
    }""")
    from coding.lib.paragraphs import snap

    assert found
    for start, end, quote, shown in found:
        assert coder.text[start:end] == quote == shown
        assert snap(coder.text, start, end) == (start, end)


def test_a_click_with_shift_extends_what_was_chosen(desk):
    coder = desk("arabic")
    coder.walk("ArrowLeft", "ArrowLeft")
    place = coder.places("أُلغيت")[0]
    coder.page.keyboard.down("Shift")
    coder.page.mouse.click(place["x"], place["y"])
    coder.page.keyboard.up("Shift")
    assert coder.is_open() == ["المساعد إن الرسوم أُلغيت"]


def test_a_finger_opens_the_panel_and_the_focus_stays(desk):
    coder = desk("chinese", "named", has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    place = coder.places("顾客")[0]
    coder.page.touchscreen.tap(place["x"], place["y"])
    coder.is_closed()
    handles = """([from, to]) => {
      const node = document.querySelector('#text .words').firstChild;
      getSelection().setBaseAndExtent(node, from, node, to);
    }"""
    coder.page.evaluate(handles, [2, 5])
    assert coder.is_open() == ["机器人"]
    assert coder.page.evaluate("document.activeElement.id") != "panel-name"
    coder.page.locator("#panel-name").tap()
    coder.page.keyboard.type("typed")
    coder.page.wait_for_timeout(700)
    expect(coder.page.locator("#panel-name")).to_have_value("typed")
    coder.page.locator("#panel-name").fill("")
    assert coder.name_it() == "机器人"
