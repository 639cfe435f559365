"""A bad network loses nothing and does nothing twice: offline, killed, dropped, doubled, late, in two tabs, signed out.

`LOAM_OFFLINE_RUNS=200 pytest tests/browser/test_offline.py` makes as many random runs; without it there are five, of
seeds of their own on each kind of database. `LOAM_OFFLINE_SEED=17` begins with another seed, such as that of a run
which failed.
"""

import contextlib
import json
import os
import random
import signal
import sqlite3
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from tests.browser.chromium import FLAGS
from tests.browser.conftest import Held
from tests.browser.server import IS_SQLITE, PASSWORD

pytestmark = pytest.mark.browser
RUNS = int(os.environ.get("LOAM_OFFLINE_RUNS", "5"))
FIRST_SEED = int(os.environ.get("LOAM_OFFLINE_SEED", "1" if IS_SQLITE else "6"))
ACTS = 8  # of each run
RULES = 30  # incidents for the tests of one rule each
WORDS = [f"𝒘ord{n:02}" for n in range(60)]  # a letter of two UTF-16 units: offsets are code points
TEXT = "\n\n".join(" ".join(WORDS[at : at + 20]) for at in (0, 20, 40))

MAKE = f"""
import json
from django.db import transaction
from tests import factory
with transaction.atomic():
    lead, ada, bo = (factory.user(name) for name in ("netlead", "netada", "netbo"))
    for one in (lead, ada, bo):
        one.set_password({PASSWORD!r})
        one.save()
    project = factory.project(lead, "Bad network")
    for one in (ada, bo):
        project.memberships.create(user=one, role="coder")
    factory.incidents(project, {RULES + RUNS}, {TEXT!r})
    coded = factory.round_of(project, [ada, bo])
    held = [[str(one.uid) for one in coded.assignments.filter(coder=coder).order_by("position")] for coder in (ada, bo)]
print(json.dumps(held))
"""

SAVE = """async ([url, fields, words]) => {
  const loaded = performance.getEntriesByType('resource').map((one) => one.name);
  const { save } = await import(loaded.find((one) => one.includes('/open_coding/saving.')));
  window.said ??= [];
  window.answered ??= [];
  save(url, fields, words).then(() => window.said.push(words), (wrong) => window.said.push(wrong.message))
    .then(() => window.answered.push(words));
}"""
# As a function: an expression is evaluated anew each time that it is asked, which the pages' policy forbids.
LOADED = "() => performance.getEntriesByType('resource').some((one) => one.name.includes('/open_coding/saving.'))"
KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open('loam');
  opening.onsuccess = () => {
    const rows = opening.result.transaction('changes').objectStore('changes').getAll();
    rows.onsuccess = () => { opening.result.close(); resolve(rows.result.map((one) => one.words)); };
  };
})"""
BUSY = """() => new Promise((resolve) => {
  const opening = indexedDB.open('loam');
  opening.onsuccess = () => {
    const rows = opening.result.transaction('changes', 'readwrite').objectStore('changes');
    const goOn = () => { resolve(); if (!window.isFree) rows.count().onsuccess = goOn; };
    goOn();
  };
})"""
AT_ONCE = "dispatchEvent(new Event('online'))"
UNSAVED = "[...(CSS.highlights.get('unsaved') ?? [])].map(String)"


class Room:
    """The world of these tests: a server, whose incidents are handed out one by one."""

    def __init__(self, server):
        self.server = server
        ada, bo = server.ask(MAKE)
        self.runs, self.free, self.bos = ada[RULES:], ada[:RULES], bo

    def next(self):
        return self.free.pop()

    def rows(self, question):
        kind, _, place = self.server.env["DATABASE_URL"].partition("://")
        if kind == "sqlite":
            with contextlib.closing(sqlite3.connect(place.removeprefix("/"), timeout=20)) as reader:
                return reader.execute(question).fetchall()
        import psycopg

        with psycopg.connect(self.server.env["DATABASE_URL"]) as reader:
            return reader.execute(question).fetchall()

    def acts(self, uid):
        """Whatever was done in an assignment, in its order: the verb, and the words that it was about."""
        asked = "SELECT verb, after, before FROM people_event WHERE stream LIKE '%{}' ORDER BY position"
        return [(verb, quote_in(after or before)) for verb, after, before in self.rows(asked.format(uid))]


def quote_in(scene):
    """The words of the first stretch of which an event tells, whatever its shape."""
    row = json.loads(scene)
    row = (row.get("segments") or [row])[0]
    return TEXT[row["start"] : row["end"]]


@pytest.fixture(scope="module")
def room(server):
    return Room(server)


@pytest.fixture(scope="module")
def signed_in(room, chromium):
    """The cookies of Ada and Bo, who sign in once for all tests."""
    kept = {}
    for name in ("netada", "netbo"):
        context = chromium.new_context(base_url=room.server.url)
        sign_in(context.new_page(), name)
        kept[name] = context.storage_state()
        context.close()
    return kept


@pytest.fixture
def device(room, chromium, signed_in):
    """Make a browser of somebody's own: what it keeps, no other has."""
    made = []

    def make(name="netada", **more):
        context = chromium.new_context(base_url=room.server.url, storage_state=signed_in[name], **more)
        context.set_default_timeout(15_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.unroute_all(behavior="ignoreErrors")  # nothing of a request that nobody carries on holds up the end
        context.close()


def sign_in(page, name):
    page.goto("/sign-in/")
    fill_in(page, name)
    expect(page.get_by_role("button", name="Sign out")).to_be_attached()  # the form's own address ends alike


def fill_in(page, name):
    page.get_by_label("E-mail address").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def desk(context, uid):
    page = context.new_page()
    page.goto(f"/code/{uid}/")
    expect(status(page)).to_have_attribute("data-state", "saved")
    return page


def status(page):
    return page.locator("#status")


def code(page, uid, word, **more):
    """Code a word as the panel does; returns when the device keeps it, which may take two seconds at most."""
    start = TEXT.index(word)
    fields = {"start": str(start), "end": str(start + len(word)), "quote": word, "name": f"about {word}", **more}
    act(page, f"/code/{uid}/segments/", fields, f"Coded {word}")


def undo(page, uid, number=1):
    act(page, f"/code/{uid}/undo/", {}, f"Undone {number}")


def act(page, url, fields, words):
    page.wait_for_function(LOADED)  # nobody acts before that on a tab that was opened just now
    page.evaluate(SAVE, [url, fields, words])
    until = time.monotonic() + 2
    while words not in page.evaluate(KEPT) and words not in page.evaluate("window.answered"):
        assert time.monotonic() < until, "not on the device after two seconds"


def eventually(holds):
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def saved(page):
    expect(status(page)).to_have_attribute("data-state", "saved")
    expect(status(page)).to_contain_text("Saved ")


def coded(*words):
    return [("code_segment", word) for word in words]


def test_saved_shows_when_the_server_has_answered_and_not_before(room, device):
    uid, context = room.next(), device()
    page = desk(context, uid)
    held = Held(context, "**/segments/")
    with page.expect_request("**/segments/"):
        code(page, uid, "𝒘ord00")
    expect(status(page)).to_have_text("Saving")
    assert page.evaluate("window.said") == []
    held.let_go(page)
    saved(page)
    assert page.evaluate("window.said") == ["Coded 𝒘ord00"]
    assert room.acts(uid) == coded("𝒘ord00")


def by_keyboard(page, name, *keys):
    for key in (*keys, "Enter"):
        page.keyboard.press(key)
    page.keyboard.type(name)
    page.keyboard.press("Enter")


def processes(folder):
    """The processes of the browser that keeps its things in this folder, the oldest first."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in line.read_bytes():
                found.append(int(line.parent.name))
    return sorted(found)


def test_half_an_hour_without_a_connection_then_a_killed_browser(room, chromium, chromium_path, tmp_path):
    uid, kinds = room.next(), chromium.browser_type
    how = {"executable_path": chromium_path, "args": FLAGS, "base_url": room.server.url}
    context = kinds.launch_persistent_context(tmp_path / "browser", **how)
    context.clock.install()
    page = context.pages[0]
    sign_in(page, "netada")
    page.goto(f"/code/{uid}/")
    context.set_offline(True)
    page.locator("#text").focus()
    by_keyboard(page, "first", "ArrowRight")
    by_keyboard(page, "second", "ArrowRight")
    context.clock.fast_forward("30:00")
    by_keyboard(page, "third", "ArrowRight", "Shift+ArrowRight")
    expect(status(page)).to_have_text("Not saved yet, kept on this device: 3 changes")
    eventually(lambda: page.evaluate(UNSAVED) == ["𝒘ord00", "𝒘ord01", "𝒘ord02 𝒘ord03"])
    page.locator("#unsaved summary").click()
    expect(page.locator("#unsaved li")).to_contain_text(["Coded as third", "Coded as second", "Coded as first"])
    assert room.acts(uid) == []
    time.sleep(2)  # what is younger may be lost, so the promise says
    for one in processes(tmp_path / "browser"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    with contextlib.suppress(Error):
        context.close()
    (tmp_path / "browser" / "SingletonLock").unlink(missing_ok=True)
    context = kinds.launch_persistent_context(tmp_path / "browser", **how)
    page = context.pages[0]
    page.goto(f"/code/{uid}/")
    if "/sign-in/" in page.url:  # the browser writes its cookies down twice a minute
        fill_in(page, "netada")
    saved(page)
    expect(page.locator(".margin [data-go]")).to_have_text(["first", "second", "third"])
    context.close()
    assert room.acts(uid) == coded("𝒘ord00", "𝒘ord01", "𝒘ord02 𝒘ord03")


def test_what_the_server_does_not_take_stays_in_sight_and_holds_nothing_up(room, device):
    uid, context = room.next(), device()
    page = desk(context, uid)
    context.set_offline(True)
    code(page, uid, WORDS[0])
    code(page, uid, WORDS[1], quote="something else")
    code(page, uid, WORDS[2])
    context.set_offline(False)
    expect(status(page)).to_contain_text("Not taken: 1 change")
    assert room.acts(uid) == coded(WORDS[0], WORDS[2])
    sentence = page.evaluate("window.said").pop(1)
    page.reload()
    expect(status(page)).to_contain_text("Not taken: 1 change")
    page.locator("#unsaved summary").click()
    expect(page.locator("#unsaved li")).to_contain_text(sentence)
    with page.expect_response("**/segments/"):
        page.get_by_role("button", name="Try again").click()
    expect(page.locator("#unsaved li")).to_contain_text(sentence)
    page.evaluate(BUSY)  # a disk that takes its time: what is dropped is there until it has gone from it
    page.get_by_role("button", name="Drop").click()
    expect(status(page)).to_have_text("Saving")
    page.evaluate("window.isFree = true")
    expect(status(page)).to_have_attribute("data-state", "saved")
    assert page.evaluate(KEPT) == []


def test_undoing_what_was_not_taken_undoes_nothing_else(room, device):
    uid, context = room.next(), device()
    page = desk(context, uid)
    code(page, uid, WORDS[0])
    saved(page)
    context.set_offline(True)
    code(page, uid, WORDS[1], quote="something else")
    undo(page, uid)
    context.set_offline(False)
    expect(status(page)).to_contain_text("Not taken: 1 change")
    assert "nothing to undo" in page.evaluate("window.said")[-1]
    assert room.acts(uid) == coded(WORDS[0])


def test_a_refusal_heard_at_once_that_holds_no_work_is_said_and_not_kept(room, device):
    uid, context = room.next(), device()
    page = desk(context, uid)
    undo(page, uid)
    expect(status(page)).to_have_text("There is nothing left to undo in this incident.")
    expect(page.locator("#unsaved")).to_be_hidden()


def test_who_was_signed_out_loses_nothing_and_goes_on_after_a_new_sign_in(room, device):
    uid, context = room.next(), device()
    page = desk(context, uid)
    context.clear_cookies(name="sessionid")
    code(page, uid, WORDS[0])
    expect(status(page)).to_have_text("You were signed out. Kept on this device: 1 change")
    other = context.new_page()
    sign_in(other, "netada")
    page.evaluate(AT_ONCE)
    saved(page)
    assert room.acts(uid) == coded(WORDS[0])
    context.clear_cookies(name="sessionid")
    code(page, uid, WORDS[1])
    page.locator("#unsaved summary").click()
    page.get_by_role("link", name="Sign in").click()
    fill_in(page, "netada")
    page.wait_for_url(f"**/code/{uid}/")  # back at the text, whichever tab heard first that it was signed out
    eventually(lambda: room.acts(uid) == coded(*WORDS[:2]))
    expect(status(page)).to_have_attribute("data-state", "saved")


def test_another_person_on_this_device_neither_sees_nor_sends_it(room, device):
    uid, context = room.next(), device()
    page, bos = desk(context, uid), room.bos[0]
    context.route("**/segments/", lambda route: route.abort())
    code(page, uid, WORDS[0])
    context.clear_cookies()
    context.unroute_all()
    other = context.new_page()
    sign_in(other, "netbo")
    other.goto(f"/code/{bos}/")
    page.evaluate(AT_ONCE)
    expect(page.locator("#unsaved .panel")).to_contain_text("Somebody else is signed in now.")
    expect(other.locator("#unsaved")).to_be_hidden()
    code(other, bos, WORDS[1])
    saved(other)
    assert (room.acts(uid), room.acts(bos)) == ([], coded(WORDS[1]))
    context.clear_cookies()
    sign_in(other, "netada")
    page.evaluate(AT_ONCE)
    saved(page)
    assert room.acts(uid) == coded(WORDS[0])


def test_two_tabs_share_one_line_and_one_goes_on_when_the_other_is_killed(room, device):
    uid, context = room.next(), device()
    one, other = desk(context, uid), desk(context, uid)
    context.set_offline(True)
    for page, word in ((one, WORDS[0]), (other, WORDS[1]), (one, WORDS[2])):
        code(page, uid, word)
    for page in (one, other):
        expect(status(page)).to_have_text("Not saved yet, kept on this device: 3 changes")
        expect(page.locator("#unsaved li")).to_have_count(3)
    one.close(run_before_unload=False)
    context.set_offline(False)
    saved(other)
    assert other.locator("#text .seg").all_text_contents() == [*WORDS[:3]]
    assert room.acts(uid) == coded(*WORDS[:3])


def test_of_all_tabs_one_sends_at_a_time(room, device):
    uid, context = room.next(), device()
    one, other = desk(context, uid), desk(context, uid)
    held = Held(context, "**/segments/")
    with one.expect_request("**/segments/"):
        code(one, uid, WORDS[0])
    code(other, uid, WORDS[1])
    other.wait_for_timeout(500)
    assert len(held.routes) == 1
    held.let_go(one)
    held.let_go(other)
    saved(other)
    assert room.acts(uid) == coded(*WORDS[:2])


def test_two_devices_add_to_each_other(room, device):
    uid, laptop, phone = room.next(), device(), device()
    pages = [desk(laptop, uid), desk(phone, uid)]
    for context, page, name in zip((laptop, phone), pages, ("as the laptop", "as the phone"), strict=True):
        context.set_offline(True)
        code(page, uid, WORDS[0], name=name)
    for context, page in zip((phone, laptop), pages[::-1], strict=True):
        context.set_offline(False)
        saved(page)
    expect(pages[0].locator(".margin [data-go]")).to_have_text(["as the phone", "as the laptop"])
    assert room.acts(uid) == coded(WORDS[0], WORDS[0])


def test_a_fault_over_one_incident_does_not_hold_up_another(room, device):
    uid, free, context = room.next(), room.next(), device()
    page, other = desk(context, uid), desk(context, free)
    context.route(f"**/{uid}/segments/", lambda route: route.fulfill(status=500, body="Broken"))
    code(page, uid, WORDS[0])
    code(other, free, WORDS[1])
    expect(other.locator("#text .seg")).to_have_text([WORDS[1]])
    expect(status(other)).to_have_text("Not saved yet, kept on this device: 1 change")
    assert (room.acts(uid), room.acts(free)) == ([], coded(WORDS[1]))
    context.unroute_all()
    page.evaluate(AT_ONCE)
    saved(page)
    assert room.acts(uid) == coded(WORDS[0])


def test_what_waits_is_sent_from_whatever_page_comes_first(room, device):
    uid, context = room.next(), device()
    page = desk(context, uid)
    context.set_offline(True)
    code(page, uid, WORDS[0])
    page.close(run_before_unload=False)
    context.set_offline(False)
    page = context.new_page()
    with page.expect_response("**/segments/"):
        page.goto("/")
    assert room.acts(uid) == coded(WORDS[0])


def test_signing_out_asks_before_it_throws_anything_away(room, device):
    uid, context, asked = room.next(), device(), []
    context.clear_cookies()  # a session of its own, which ends here
    sign_in(context.new_page(), "netada")
    page = desk(context, uid)
    context.route("**/segments/", lambda route: route.abort())
    code(page, uid, WORDS[0])
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="Sign out").click()
    eventually(lambda: page.title() and asked)
    expect(status(page)).to_contain_text("kept on this device: 1 change")
    assert asked == [
        "1 of your changes is on this device only and not saved yet. Signing out throws it away. Sign out?"
    ]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/")
    assert page.evaluate(KEPT) == []


@pytest.mark.parametrize("how", [{"status": 500, "body": "Broken"}, None], ids=["fault", "no connection"])
def test_a_sign_out_that_does_not_go_through_throws_nothing_away(room, device, how):
    uid, context, said = room.next(), device(), []
    page = desk(context, uid)
    context.route("**/segments/", lambda route: route.abort())
    context.route("**/sign-out/", lambda route: route.fulfill(**how) if how else route.abort())
    code(page, uid, WORDS[0])
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    page.get_by_role("button", name="Sign out").click()
    eventually(lambda: page.title() and len(said) == 2)
    assert said[1].startswith("You are still signed in")
    assert page.evaluate(KEPT) == [f"Coded {WORDS[0]}"]
    context.unroute_all()
    page.evaluate(AT_ONCE)
    saved(page)
    assert room.acts(uid) == coded(WORDS[0])


def test_who_signed_in_again_elsewhere_can_sign_out_of_an_old_page(room, device):
    uid, context = room.next(), device()
    page = desk(context, uid)
    context.clear_cookies(name="sessionid")
    sign_in(context.new_page(), "netada")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")


def test_nothing_is_submitted_before_all_is_saved(room, device):
    uid, context, submitted = room.next(), device(), []
    page = desk(context, uid)
    page.on("request", lambda request: submitted.append(request.url) if "/submit/" in request.url else None)
    held = Held(context, "**/segments/")
    with page.expect_request("**/segments/"):
        code(page, uid, WORDS[0])
    page.locator("#submit").click()
    expect(page.locator("#untouched")).to_have_text("Submitting when your last changes are saved.")
    assert submitted == []
    expect(page.locator("dialog[open]")).to_have_count(0)
    held.let_go(page)
    eventually(lambda: submitted or page.locator("dialog[open]").count())
    assert room.acts(uid)[0] == ("code_segment", WORDS[0])


def test_nothing_is_submitted_without_a_connection(room, device):
    uid, context = room.next(), device()
    page = desk(context, uid)
    context.set_offline(True)
    code(page, uid, WORDS[0])
    expect(status(page)).to_contain_text("kept on this device")
    page.locator("#submit").click()
    expect(page.locator("#untouched")).to_have_text("Not all your changes are saved yet. Submit when they are.")
    assert page.url.endswith(f"/code/{uid}/")


def test_a_browser_that_keeps_nothing_says_so_and_warns_before_the_page_goes(room, device):
    uid, context, asked = room.next(), device(), []
    context.add_init_script("IDBFactory.prototype.open = () => { throw new Error('none here'); }")
    page = desk(context, uid)
    page.locator("h2").first.click()  # a browser asks only who has touched the page
    context.set_offline(True)
    start = TEXT.index(WORDS[0])
    fields = {"start": str(start), "end": str(start + len(WORDS[0])), "quote": WORDS[0], "name": "held"}
    page.evaluate(SAVE, [f"/code/{uid}/segments/", fields, "Coded"])
    expect(status(page)).to_have_text("Not saved yet: 1 change. Leave this page open")
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    context.set_offline(False)
    saved(page)
    assert (asked, room.acts(uid)) == (["beforeunload"], coded(WORDS[0]))


def test_a_change_that_is_not_on_the_device_yet_asks_before_the_page_goes(room, device):
    uid, context, asked = room.next(), device(), []
    context.add_init_script("IDBFactory.prototype.open = () => ({})")  # a disk that takes its time
    page = desk(context, uid)
    page.locator("h2").first.click()
    page.wait_for_function(LOADED)
    page.evaluate(SAVE, [f"/code/{uid}/marks/", {"start": "0", "kind": "nothing_here"}, "Judged"])
    expect(status(page)).to_have_text("Saving")
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    eventually(lambda: page.title() and asked)
    assert asked == ["beforeunload"]


NEWS = """([key, line]) => {
  const wait = window.setTimeout;
  window.setTimeout = (run, after, ...more) => (after === 1000 ? 0 : wait(run, after, ...more)); // as long as it takes
  const word = JSON.stringify([{ from: line, key: 'of another tab', at: Date.now() }]);
  localStorage.setItem(`loam-taken-${document.body.dataset.user}`, word);
}"""


def test_what_is_done_while_an_undo_waits_to_hear_of_other_tabs_is_not_lost_nor_passed_over(room, device):
    uid, context, asked, held = room.next(), device(), [], []
    page = desk(context, uid)
    page.locator("h2").first.click()
    code(page, uid, WORDS[0])
    saved(page)
    page.evaluate(NEWS, ["of another tab", f"/code/{uid}/"])
    context.route(f"**/code/{uid}/", lambda route: held.append(route))
    page.evaluate(SAVE, [f"/code/{uid}/undo/", {}, "Undone"])
    start = TEXT.index(WORDS[1])
    fields = {"start": str(start), "end": str(start + len(WORDS[1])), "quote": WORDS[1], "name": "meanwhile"}
    page.evaluate(SAVE, [f"/code/{uid}/segments/", fields, "Coded"])
    expect(status(page)).to_have_text("Saving")
    page.locator("#submit").click()
    expect(page.locator("#untouched")).to_have_text("Submitting when your last changes are saved.")
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    eventually(lambda: page.title() and asked)
    assert asked == ["beforeunload"]
    page.route("**/submit/", lambda route: route.abort())
    held.pop().continue_()
    eventually(lambda: page.title() and room.acts(uid) == [*coded(WORDS[0]), ("undo", WORDS[0]), *coded(WORDS[1])])


def test_an_undo_takes_back_nothing_that_its_page_has_never_seen(room, device):
    uid, laptop, phone = room.next(), device(), device()
    here, there = desk(laptop, uid), desk(phone, uid)
    code(there, uid, WORDS[0])
    saved(there)
    undo(here, uid)
    expect(status(here)).to_contain_text("Something was changed in another tab or on another device since.")
    assert room.acts(uid) == coded(WORDS[0])


DEAF = """
addEventListener("storage", (event) => window.isDeaf && event.stopImmediatePropagation());
window.BroadcastChannel = class extends BroadcastChannel {
  set onmessage(hear) { super.onmessage = (event) => window.isDeaf || hear(event); }
};
"""


def test_a_tab_that_missed_a_change_finds_it_though_it_has_heard_of_the_next(room, device):
    uid, context = room.next(), device()
    context.add_init_script(DEAF)
    here, there = desk(context, uid), desk(context, uid)
    here.evaluate("window.isDeaf = true")  # as while it loads
    code(there, uid, WORDS[0])
    saved(there)
    here.evaluate("window.isDeaf = false")
    code(there, uid, WORDS[25])  # in another paragraph, which is drawn alone
    expect(here.locator("#text .seg")).to_have_text([WORDS[0], WORDS[25]])


class Network:
    """A network that drops, doubles, delays and reorders by a seed."""

    def __init__(self, seed):
        self.chance, self.late, self.seen = random.Random(seed), [], []

    def __call__(self, route):
        with contextlib.suppress(Error):  # a tab that was killed meanwhile waits for no answer
            self.carry(route)

    def carry(self, route):
        self.deliver(0.3)
        draw = self.chance.random()
        kind = next(kind for kind, upto in KINDS if draw < upto)
        self.seen.append(kind)
        if kind == "answer lost":
            route.fetch()
            route.abort()
        elif kind == "late":
            self.late.append(kept(route.request))
            route.abort()
        elif kind == "lost":
            route.abort()
        elif kind == "fault":
            route.fulfill(status=503, body="Busy")
        else:
            if kind == "twice":
                route.fetch()
            answer = route.fetch()
            if kind == "slow":
                time.sleep(self.chance.uniform(0.02, 0.15))
            route.fulfill(response=answer)

    def deliver(self, share=1.0):
        """Bring some of what was late, in any order: others have overtaken it."""
        self.chance.shuffle(self.late)
        for asked in [one for one in self.late if self.chance.random() < share]:
            self.late.remove(asked)
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(asked, timeout=20).close()


KINDS = [
    ("answer lost", 0.3),
    ("twice", 0.4),
    ("late", 0.5),
    ("lost", 0.6),
    ("fault", 0.65),
    ("slow", 0.75),
    ("well", 1),
]


def kept(request):
    headers = {name: value for name, value in request.all_headers().items() if not name.startswith(":")}
    return urllib.request.Request(request.url, request.post_data_buffer, headers, method="POST")


class Run:
    """One coder at one incident, whom chance disturbs."""

    def __init__(self, context, uid, seed):
        self.context, self.uid, self.chance = context, uid, random.Random(seed)
        self.network, self.expected, self.pages = Network(seed), [], [desk(context, uid)]
        self.words = self.chance.sample(WORDS, ACTS)
        context.route(
            "**/code/*/**", lambda route: self.network(route) if route.request.method == "POST" else route.continue_()
        )

    def go(self):
        for word in self.words:
            self.chance.choice(
                [self.nothing, self.nothing, self.leave, self.come_back, self.kill, self.open, self.wait]
            )()
            page = self.chance.choice(self.pages)
            standing = self.standing()
            if standing and self.chance.random() < 0.2:
                undo(page, self.uid, len(self.expected))
                self.expected.append(("undo", standing[-1]))
            else:
                code(page, self.uid, word)
                self.expected.append(("code_segment", word))
        self.come_back()

    def standing(self):
        left = []
        for verb, word in self.expected:
            left.append(word) if verb == "code_segment" else left.pop()
        return left

    def nothing(self):
        pass

    def wait(self):
        self.pages[0].wait_for_timeout(self.chance.randrange(100))

    def leave(self):
        self.context.set_offline(True)

    def come_back(self):
        self.context.set_offline(False)

    def open(self):
        if len(self.pages) < 3:
            self.come_back()
            self.pages.append(self.context.new_page())
            self.pages[-1].goto(f"/code/{self.uid}/")

    def kill(self):
        self.open()
        self.pages.pop(0).close(run_before_unload=False)
        if not self.pages:
            self.open()

    def end(self):
        """The network stays as bad as it is until everything is through."""
        until = time.monotonic() + 60
        while any("Saved " not in (status(page).text_content() or "") for page in self.pages[:1]):
            assert time.monotonic() < until, [status(page).text_content() for page in self.pages]
            for page in self.pages:
                page.evaluate(AT_ONCE)
                page.wait_for_timeout(20)
        self.network.deliver()


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + RUNS))
def test_each_act_has_one_effect_in_its_order_whatever_the_network_does(room, device, seed):
    context = device()
    run = Run(context, room.runs[seed - FIRST_SEED], seed)
    run.go()
    run.end()
    why = f"LOAM_OFFLINE_SEED={seed} LOAM_OFFLINE_RUNS=1: {run.network.seen}"
    assert room.acts(run.uid) == run.expected, why
    for page in run.pages:
        saved(page)
        assert sorted(page.locator("#text .seg").all_text_contents()) == sorted(set(run.standing())), why
    assert run.pages[0].evaluate(KEPT) == [], why
