"""A real Chromium where there is one; in CI a missing one is a failure."""

import os
import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Kept
from tests.browser.server import PASSWORD, running

# The shell is the same engine without a window's frame: it needs half the time, and shows the same pages.
expect.set_options(timeout=20_000)  # a machine that is busy is slow, not wrong
STAYS = ("Tab", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")  # keys after which no other page comes
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium_path():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing = (
            "Chromium is not installed, so the browser tests did not run. Install it (Debian: apt install chromium)."
        )
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="session")
def server(chromium_path):
    with running("empty", workers=None) as started:
        yield started


@pytest.fixture(scope="session")
def demonstration(chromium_path):
    """A server with the demonstration; tests that look at it leave it as it is."""
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def demonstration_copy(chromium_path):
    """A demonstration of one file's own, for tests that change it."""
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(chromium_path):
    return Kept.open(chromium_path)


@contextmanager
def script_comes_late(page, address):
    """Hold back the scripts of this address while something is done on the page that asks for them."""
    held, is_late = [], True
    page.route(address, lambda route: held.append(route) if is_late else route.continue_())
    yield
    assert held, "No script was asked for."
    is_late = False
    for route in held:
        route.continue_()


class Held:
    """What is sent to an address, held back in the browser until the test lets it go on, the first first."""

    def __init__(self, where, address, **how):
        self.routes = []
        where.route(address, self.hold, **how)

    def hold(self, route):
        if route.request.method == "POST":
            self.routes.append(route)
        else:
            route.continue_()

    def let_go(self, page):
        """Wait until there is one: a page says that it is saving before the browser has asked."""
        for _ in range(750):
            if self.routes:
                return self.routes.pop(0).continue_()
            page.wait_for_timeout(20)
        raise AssertionError("Nothing was sent.")


class Person:
    """Somebody at a browser of their own; whatever goes wrong in its console fails the test."""

    def __init__(self, browser, server, email="", password=PASSWORD, **context):
        self.server = server
        self.context = browser.new_context(base_url=server.url, accept_downloads=True, **context)
        self.faults = []
        self.open()
        self.email, self.password = email, password
        if email:
            self.come_in()

    def open(self):
        """Go on in a new tab of this browser, which keeps what pages load and who is signed in."""
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def come_in(self):
        """Be signed in: by the form the first time, after that with the cookies of then, as a browser keeps them.

        Each browser context is new, so nothing but who this is comes from an earlier test.
        """
        if self.email in self.server.sessions:
            self.context.add_cookies(self.server.sessions[self.email])
        else:
            self.sign_in()
            self.server.sessions[self.email] = self.context.cookies()

    def sign_in(self):
        self.page.goto("/sign-in/")
        self.page.get_by_label("E-mail address").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(self.password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_attached()  # the form's own address ends alike

    def press(self, *keys):
        """Press keys once the page has loaded: one pressed before its script is there means nothing yet."""
        leads = True
        for key in keys:
            if leads:
                self.page.wait_for_load_state()
            self.page.keyboard.press(key)
            leads = not key.endswith(STAYS)

    def reach(self, target):
        """Go to an element by Tab, or by Shift and Tab where it stands before the focus."""
        self.page.wait_for_load_state()
        one, key = self.found(target)
        for _ in range(80):
            where = one.evaluate("(one) => one.isConnected && (one === document.activeElement ? 'here' : 'away')")
            if where == "here":
                return
            if where:
                self.page.keyboard.press(key)
            else:
                one, key = self.found(target)  # an answer has drawn it anew
        raise AssertionError(f"{key} does not lead to {target}.")

    def found(self, target):
        """An element, found once as to look for it after each key takes longer than the key, and the key that leads there."""
        one = target.element_handle()
        before = one.evaluate("(one) => document.activeElement.compareDocumentPosition(one) & 2")
        inside = self.page.evaluate("document.activeElement !== document.body")
        return one, "Shift+Tab" if inside and before else "Tab"

    def use(self, target):
        self.reach(target)
        self.press("Enter")

    def done(self):
        assert self.faults == []
        self.context.close()


@pytest.fixture
def person(chromium, server):
    made = []

    def make(email="", **context):
        made.append(Person(chromium, server, email, **context))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
