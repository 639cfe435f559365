"""In Chromium, the board with 500 codes in 40 categories: from Enter, which drops a card, to the card painted there.

A frame counts when the one after it begins. A card stands there at once, marked until the server has stored the move;
how long that takes is told too. The page itself is asked for 20 times as well.
"""

import shutil

from coding.desk.demonstration import PASSWORD
from tests.bench.client import Browser
from tests.bench.report import ms, p50, p95, say, table, verdict
from tests.browser.chromium import FLAGS

MOVES, WARM, TARGET, OPENED, PAGE = 40, 5, 100, 20, 60  # milliseconds
LEAD = "lead@bench.example"
WATCH = """() => {
  window.tasks = [];
  new PerformanceObserver((found) => tasks.push(...found.getEntries().map((one) => one.duration))).observe({ type: "longtask" });
  addEventListener("keydown", ({ code, timeStamp, target }) => {
    if (code !== "Enter") return;
    const id = target.id, from = target.closest(".column").id;
    window.took = [];
    let seen = 0;
    const look = () => {
      if (seen > took.length) took.push(performance.now() - timeStamp);
      const card = document.getElementById(id);
      const there = card.closest(".column").id !== from;
      if (seen === took.length) seen += seen ? !card.hasAttribute("data-waiting") : there;
      if (took.length < 2) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}"""


def measure(ground):
    served = ground.copied(ground.empty)
    world = served.make("board")
    with ground.serving(served):
        openings(served, world)
        path = shutil.which("chromium") or shutil.which("google-chrome")
        if path is None:
            return say("Chromium is not installed, so moves were not measured.")
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 800}).new_page()
            moves(opened(page, served.url, world))
            browser.close()
    return None


def openings(served, world):
    browser = Browser(served.port).sign_in(LEAD, PASSWORD)
    path = f"/p/{world['slug']}/axial/"
    times = [browser.get(path).seconds for _ in range(OPENED + WARM)][WARM:]
    size = len(browser.get(path).body) / 1000
    say(f"The page with {world['codes']} codes in {world['categories']} categories: {size:.0f} kB on the wire.")
    verdict("open the board, median", p50(times) * 1000, PAGE, "ms")


def opened(page, url, world):
    page.goto(f"{url}/sign-in/")
    page.get_by_label("E-mail address").fill(LEAD)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    page.goto(f"{url}/p/{world['slug']}/axial/")
    page.wait_for_load_state("networkidle")
    page.evaluate(WATCH)
    return page


def moves(page):
    """Carry cards from all over the board one column on, by the keyboard alone."""
    found = []
    for number in range(WARM + MOVES):
        page.locator(".column:not(:last-child) .code-card").nth(number * 11).focus()
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Enter")
        page.wait_for_function("window.took.length === 2")
        found.append(page.evaluate("window.took"))
    painted, stored = ([one / 1000 for one in times] for times in zip(*found[WARM:], strict=True))
    table(["Enter until", "p50 ms", "p95 ms", "worst ms", "moves"], [
        (what, ms(p50(times)), ms(p95(times)), ms(max(times)), len(times))
        for what, times in (("the card is painted in its column", painted), ("the answer that it is stored is", stored))
    ])  # fmt: skip
    say()
    verdict("move until painted, p95", p95(painted) * 1000, TARGET, "ms")
