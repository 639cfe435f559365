"""The whole way of axial coding by keyboard alone: what the lead does on its pages, and what the database holds then."""

import itertools
import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Held, Person
from tests.browser.test_selecting import rows

pytestmark = pytest.mark.browser
WORDS = {
    "the late fee had been waived": ["false promise", "false promise"],
    "sometimes makes things up": ["making up", "inventing"],
}
MAKE = """
import json
from django.conf import settings
from django.db import transaction
from django.test import Client
from tests import factory
from tests.axial_coding.factory import coded
with transaction.atomic():
    lead = factory.user("lead{number}", is_active=True)
    project = factory.project(lead, "Axial by keys")
    coders = [factory.member(project, name + "{number}") for name in ("ada", "bo")]
    coded(project, coders, {words})
    client = Client()
    client.force_login(lead)
    print(json.dumps([settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value, project.slug, project.pk]))
"""
NUMBERS = itertools.count(1)
# How many columns to the right of the focus a card stands.
FROM_HERE = """(card) => {
  const all = [...document.querySelectorAll(".column")];
  return all.indexOf(document.getElementById(card).closest(".column")) - all.indexOf(document.activeElement.closest(".column"));
}"""


@pytest.fixture
def desk(server, chromium):
    """A lead before the board of a project whose round is released."""
    make = MAKE.format(number=next(NUMBERS), words=WORDS)
    cookie, session, slug, key = server.ask(make)
    lead = Person(chromium, server)
    lead.context.add_cookies([{"name": cookie, "value": session, "url": server.url}])
    lead.page.goto(f"/p/{slug}/axial/")
    yield Desk(lead, server, slug, key)
    lead.done()


class Desk:
    def __init__(self, lead, server, slug, key):
        self.lead, self.page, self.press, self.server, self.slug, self.key = (
            lead,
            lead.page,
            lead.press,
            server,
            slug,
            key,
        )

    def use(self, role, name, **more):
        self.lead.use(self.page.get_by_role(role, name=name, **more).first)

    def write(self, label, words):
        self.lead.reach(self.page.get_by_label(label, exact=True).first)
        self.page.keyboard.type(words)

    def card(self, name, number=0):
        return self.page.locator(".code-card", has=self.page.get_by_role("heading", name=name, exact=True)).nth(number)

    def column(self, name):
        return self.page.locator(f'.column[data-column="{name}"]')

    def go_to(self, card):
        """Come onto the board by Tab, then by arrows to the card's column and the card."""
        stop = self.page.locator('.code-card[tabindex="0"]')
        expect(stop).to_have_count(1)  # every card is one until the page's script has come
        self.lead.reach(stop)
        uid = card.get_attribute("id")  # an answer may draw the card anew at any moment
        for _ in range(10):
            steps = self.page.evaluate(FROM_HERE, uid)
            if steps == 0:
                break
            self.press("ArrowRight" if steps > 0 else "ArrowLeft")
        self.press("Home")
        for _ in range(10):
            if self.page.evaluate("document.activeElement.id") == uid:
                return
            self.press("ArrowDown")
        raise AssertionError(f"No arrow leads to {card}.")

    def rows(self, query):
        return rows(self.server, query.format(project=self.key))


def categories(desk):
    """The first category by the form that stands open, the second by opening it."""
    desk.write("Name", "Trust")
    desk.press("Enter")
    expect(desk.column("Trust")).to_be_visible()
    desk.lead.use(desk.page.locator("#new-category > summary"))
    desk.write("Name", "Repair")
    desk.press("Enter")
    expect(desk.column("Repair")).to_be_visible()


def merges(desk):
    """Equal names are merged by one button; that is undone, and done again after a look at what becomes of them."""
    desk.use("button", re.compile("Merge these 2"))
    expect(desk.column("Not sorted yet").locator(".code-card")).to_have_count(3)
    undoes(desk)
    expect(desk.column("Not sorted yet").locator(".code-card")).to_have_count(4)
    for number in (0, 1):
        desk.go_to(desk.card("false promise", number))
        desk.press("Space")
    expect(desk.page.locator("#selected")).to_have_text("2 selected:")
    desk.use("button", "Merge selected")
    expect(desk.page.get_by_role("heading", name="Merge 2 codes")).to_be_visible()
    desk.write("Reason", "One promise.")
    desk.use("button", "Merge into the chosen code")
    expect(desk.column("Not sorted yet").locator(".code-card")).to_have_count(3)


def sorts(desk):
    """One card is carried, one moved by its form, and two are selected and moved together."""
    page, press = desk.page, desk.press
    desk.go_to(desk.card("false promise"))
    press("Shift+ArrowRight")
    expect(page.locator("#announce")).to_contain_text("Picked up “false promise”. Over Repair")
    press("ArrowRight", "ArrowLeft", "Enter")
    expect(desk.column("Repair").locator(".code-card")).to_have_count(1)
    expect(desk.card("false promise")).to_be_focused()
    desk.go_to(desk.card("inventing"))
    press("m")
    expect(page.get_by_label("Move to")).to_be_focused()
    page.keyboard.type("Repair")
    press("Enter")
    expect(desk.column("Repair").locator(".code-card")).to_have_count(2)
    for name in ("inventing", "making up"):
        desk.go_to(desk.card(name))
        press("Space")
    desk.lead.reach(page.get_by_label("Category for the selected codes"))
    page.keyboard.type("Trust")
    desk.use("button", "Move selected")
    expect(desk.column("Trust").locator(".code-card")).to_have_count(2)


def undoes(desk):
    desk.use("link", "What was done")
    desk.lead.use(desk.page.locator("summary").filter(has_text="Undo: Merged").first)
    desk.lead.reach(desk.page.locator("details[open]").get_by_label("Why it is undone"))
    desk.page.keyboard.type("Compared too quickly.")
    desk.press("Enter")
    expect(desk.page.get_by_text("Undone.")).to_be_visible()
    desk.use("link", "Axial coding", exact=True)


def relates(desk):
    """A relation with its rationale; the segment that speaks for it is attached."""
    desk.use("link", "Relate categories")
    for label, words in (("Phenomenon", "Trust"), ("Role", "Consequence"), ("What fills it", "Repair")):
        desk.write(label, words)
    desk.write("Rationale (optional)", "The fee was paid back.")
    desk.use("button", "Add the relation")
    expect(desk.page.get_by_text("Conjecture: no segment speaks for it yet")).to_be_visible()
    desk.use("link", re.compile("Attach segments"))
    desk.use("button", re.compile("^For ?:"))
    expect(desk.page.locator("#attached ~ ul strong")).to_have_count(1)


def splits(desk):
    """Go through the segments of a code with two keys, one of which leads to the new code."""
    page = desk.page
    desk.use("link", "Axial", exact=True)
    desk.go_to(desk.card("making up"))
    desk.lead.use(desk.card("making up").get_by_role("link", name="making up", exact=True))
    desk.use("link", "Split this code")
    desk.write("Name of the new code", "excusing")
    desk.use("button", "Go through the segments")
    expect(page.get_by_text("Segment 1 of 2")).to_be_visible()
    desk.press("1")
    expect(page.get_by_text("Segment 2 of 2")).to_be_visible()
    desk.press("2")
    desk.write("Why it is split", "Two things in one.")
    desk.use("button", "Split the code")
    expect(page).not_to_have_url(re.compile("/split/"))


def test_the_whole_axial_way_by_keyboard_alone(desk):
    categories(desk)
    merges(desk)
    sorts(desk)
    relates(desk)
    splits(desk)
    placed = "SELECT code.name, category.name FROM codes_code code LEFT JOIN codes_category category ON category.id = code.category_id"
    assert sorted(desk.rows(placed + " WHERE code.project_id = {project} AND code.merged_into_id IS NULL")) == [
        ("excusing", "Trust"), ("false promise", "Repair"), ("inventing", "Trust"), ("making up", "Trust"),
    ]  # fmt: skip
    relation = "FROM codes_relation one JOIN codes_category category ON category.id = one.phenomenon_id WHERE category.project_id = {project}"
    assert desk.rows(f"SELECT category.name, one.role, one.rationale {relation}") == [
        ("Trust", "consequence", "The fee was paid back.")
    ]


PLACED = """SELECT code.name, category.name FROM codes_code code JOIN codes_category category
    ON category.id = code.category_id WHERE code.project_id = {project}"""


def carries(desk, name):
    desk.go_to(desk.card(name))
    desk.press("Shift+ArrowRight", "Enter")


def test_what_is_dropped_stands_there_before_it_is_stored_and_is_stored_in_its_order(desk):
    sent = []
    categories(desk)
    desk.page.on("request", lambda one: sent.append(parse_qs(one.post_data)) if "/axial/move/" in one.url else None)
    held = Held(desk.page, "**/axial/move/", times=1)
    carries(desk, "making up")
    trust = desk.page.locator('.column[data-column="Trust"], .column[data-column="Repair"]')
    expect(trust.locator(".code-card[data-waiting]")).to_have_count(1)
    expect(desk.card("making up")).to_be_focused()
    carries(desk, "inventing")
    expect(trust.locator(".code-card[data-waiting]")).to_have_count(2)
    assert len(sent) == 1
    assert desk.rows(PLACED) == []
    held.let_go(desk.page)
    expect(desk.page.locator(".code-card[data-waiting]")).to_have_count(0)
    expect(desk.page.locator("#board-says")).to_contain_text("“inventing” is in")
    assert sorted(name for name, _ in desk.rows(PLACED)) == ["inventing", "making up"]
    (first,), (second,) = (one["code"] for one in sent)
    assert first != second


def test_who_has_gone_on_when_the_answer_comes_stays_there_and_keeps_what_they_carry(desk):
    categories(desk)
    held = Held(desk.page, "**/axial/move/", times=1)
    carries(desk, "making up")
    desk.go_to(desk.card("inventing"))
    desk.press("Shift+ArrowRight")
    held.let_go(desk.page)
    expect(desk.page.locator("#board-says")).to_contain_text("“making up” is in")
    expect(desk.card("inventing")).to_be_focused()
    expect(desk.page.locator(".code-card[data-carried]")).to_have_count(1)
    desk.press("Enter")
    expect(desk.page.locator("#board-says")).to_contain_text("“inventing” is in")
    assert sorted(name for name, _ in desk.rows(PLACED)) == ["inventing", "making up"]


def test_what_is_selected_meanwhile_stays_selected_and_takes_nothing_along_that_was_dropped(desk):
    categories(desk)
    held = Held(desk.page, "**/axial/move/", times=1)
    carries(desk, "making up")
    carries(desk, "inventing")
    desk.go_to(desk.card("false promise"))
    desk.press("Space")
    held.let_go(desk.page)
    expect(desk.page.locator(".code-card[data-waiting]")).to_have_count(0)
    expect(desk.page.locator("#selected")).to_have_text("1 selected:")
    expect(desk.card("false promise").get_by_role("checkbox")).to_be_checked()
    before = dict(desk.rows(PLACED))
    assert sorted(before) == ["inventing", "making up"]

    held = Held(desk.page, "**/axial/move/", times=1)
    desk.go_to(desk.card("inventing"))
    desk.press("Shift+ArrowRight", "Enter")
    desk.go_to(desk.card("false promise"))
    desk.press("Shift+ArrowRight", "Enter")
    held.let_go(desk.page)
    expect(desk.page.locator("#board-says")).to_contain_text("“false promise” is in")
    after = dict(desk.rows(PLACED))
    assert after["making up"] == before["making up"] == after["false promise"]
    assert after["inventing"] != before["inventing"]


def test_a_move_that_was_opened_meanwhile_stays_open(desk):
    categories(desk)
    held = Held(desk.page, "**/axial/move/", times=1)
    carries(desk, "making up")
    desk.go_to(desk.card("inventing"))
    desk.press("m")
    expect(desk.page.get_by_label("Move to")).to_be_focused()
    held.let_go(desk.page)
    expect(desk.page.locator("#board-says")).to_contain_text("“making up” is in")
    expect(desk.page.get_by_label("Move to")).to_be_focused()
    desk.page.keyboard.type("Trust")
    desk.press("Enter")
    expect(desk.page.locator("#board-says")).to_contain_text("“inventing” is in “Trust”")


def moves(desk, name, into):
    desk.go_to(desk.card(name))
    desk.press("m")
    expect(desk.page.get_by_label("Move to")).to_be_focused()
    desk.page.keyboard.type(into)
    desk.press("Enter")


def test_moves_by_form_stand_there_in_their_order_however_late_the_answers_come(desk):
    categories(desk)
    held = Held(desk.page, "**/axial/move/", times=1)
    carries(desk, "making up")
    moves(desk, "false promise", "Trust")
    after = desk.column("Not sorted yet").get_by_role("listitem", name="false promise")
    expect(after).to_be_focused()  # the card that came after it has the same name
    moves(desk, "inventing", "Repair")
    expect(desk.page.locator(".code-card[data-waiting]")).to_have_count(3)
    held.let_go(desk.page)
    expect(desk.page.locator("#board-says")).to_contain_text("“inventing” is in “Repair”")
    expect(desk.page.locator(".code-card[data-waiting]")).to_have_count(0)
    placed = dict(desk.rows(PLACED))
    assert (placed["false promise"], placed["inventing"]) == ("Trust", "Repair")
    for name, column in placed.items():
        expect(desk.column(column).get_by_role("heading", name=name, exact=True)).to_be_visible()
    assert desk.lead.faults == []


def test_a_form_without_a_choice_stays_open_and_says_so(desk):
    categories(desk)
    desk.go_to(desk.card("inventing"))
    desk.press("m")
    expect(desk.page.get_by_label("Move to")).to_be_focused()
    desk.press("Enter")
    expect(desk.page.locator("#board-says")).to_contain_text("Choose a category to move to")
    expect(desk.page.get_by_label("Move to")).to_be_focused()
    assert all("400" in fault for fault in desk.lead.faults)  # Chromium and htmx tell of it in the console
    desk.lead.faults.clear()


def test_a_refused_drop_puts_the_card_back_and_says_why(desk):
    categories(desk)
    desk.page.route(
        "**/axial/move/",
        lambda route: route.fulfill(status=409, content_type="text/plain", body="Somebody has merged this code."),
    )
    desk.page.set_viewport_size({"width": 390, "height": 500})
    carries(desk, "making up")
    expect(desk.page.locator("#board-says")).to_have_text("Somebody has merged this code.")
    assert desk.page.evaluate("scrollY") > 200  # far below where it stands at first
    expect(desk.page.locator("#board-says")).to_be_in_viewport(ratio=1)
    expect(desk.column("Not sorted yet").locator(".code-card")).to_have_count(4)
    expect(desk.page.locator(".code-card[data-waiting]")).to_have_count(0)
    expect(desk.card("making up")).to_be_focused()
    assert all("409" in fault for fault in desk.lead.faults)  # Chromium and htmx tell of it in the console
    desk.lead.faults.clear()
