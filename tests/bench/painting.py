"""In Chromium, the incident of 10,000 words and 2,000 segments: from Enter to the painted highlight, and scrolling.

"Marked" is the first frame in which the words bear the mark of what is being saved, "saved" the first one with the
segment as the server has it. A frame counts when the one after it begins.
"""

import shutil

from coding.desk.demonstration import PASSWORD
from tests.bench.report import ms, p50, p95, say, table, verdict
from tests.browser.chromium import FLAGS

SAVES, WARM, TARGET, LONGEST_TASK, STEP = 60, 5, 100, 50, 400  # milliseconds; pixels of one turn of the wheel
WATCH = """() => {
  const input = document.getElementById("panel-name");
  window.frames_ = {};
  window.tasks = [];
  new PerformanceObserver((found) => tasks.push(...found.getEntries().map((one) => one.duration)))
    .observe({ type: "longtask" });
  input.addEventListener("keydown", ({ code, timeStamp }) => {
    if (code !== "Enter") return;
    const segments = document.querySelectorAll("#text .margin li").length;
    const took = {};
    window.took = null;
    let seen = "";
    const look = () => {
      if (seen === "both") { took.saved = performance.now() - timeStamp; window.took = took; return; }
      if (seen === "marked") took.marked ??= performance.now() - timeStamp;
      if (CSS.highlights.has("unsaved")) seen ||= "marked";
      if (document.querySelectorAll("#text .margin li").length > segments) seen = "both";
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}"""


def measure(ground):
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        return say("Chromium is not installed, so this was not measured.")
    from playwright.sync_api import sync_playwright

    served = ground.copied(ground.empty)
    world = served.make("coding")
    with ground.serving(served), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 800}).new_page()
        opened(page, served.url, world["coders"][0])
        saves(page)
        scrolling(page)
        browser.close()
    return None


def opened(page, url, coder):
    page.goto(f"{url}/sign-in/")
    page.get_by_label("E-mail address").fill(coder["email"])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    page.goto(f"{url}/code/{coder['coded']['long']['uid']}/")
    page.wait_for_load_state("networkidle")
    page.evaluate(WATCH)
    page.locator("#text").focus()


def saves(page):
    """Code by the keyboard alone, three words each, further and further down the text."""
    found = []
    for number in range(WARM + SAVES):
        for key in ("ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
            page.keyboard.press(key)
        page.keyboard.type(f"bench {number}")
        page.keyboard.press("Enter")
        page.wait_for_function("window.took")
        found.append(page.evaluate("window.took"))
    rows = []
    for name in ("marked", "saved"):
        times = [one[name] / 1000 for one in found[WARM:] if name in one]
        rows.append((name, ms(p50(times)), ms(p95(times)), ms(max(times)), len(times)))
    table(["Enter until", "p50 ms", "p95 ms", "worst ms", "saves"], rows)
    say()
    verdict("Enter until saved and painted, p95", float(rows[-1][2]), TARGET, "ms")


def scrolling(page):
    """Turn the wheel from one end of the text to the other, and back."""
    page.mouse.move(640, 400)
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(500)
    page.evaluate("window.tasks.length = 0")
    height = page.evaluate("document.documentElement.scrollHeight")
    for step in [*[STEP] * (height // STEP), *[-STEP] * (height // STEP)]:
        page.mouse.wheel(0, step)
        page.wait_for_timeout(16)
    page.wait_for_timeout(500)
    tasks = page.evaluate("window.tasks")
    say(f"Scrolling {2 * height:,} pixels: {len(tasks)} tasks over {LONGEST_TASK} ms{', the longest' if tasks else ''}"
        f"{f' {max(tasks):.0f} ms' if tasks else ''}: {'MISSED' if tasks else 'met'}.")  # fmt: skip
