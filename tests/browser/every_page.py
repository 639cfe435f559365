"""Walk every page of the demonstration as a role: no fault for axe, no sideways scrolling, one filled button."""

from collections import Counter
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person

EACH = 1  # page of one kind is enough: all of them come from one template
ALIKE = 4  # rows of one kind, which come from one loop, are looked at by axe; the others are taken out before
ROWS = "li, tr, article, section, details, blockquote, figure, dt, dd, g, text"
THIN = """([rows, most]) => {
  for (const parent of document.querySelectorAll("main :not(form, fieldset)")) {
    const seen = {};
    for (const one of [...parent.children]) {
      if (!one.matches(rows) || one.closest("form")) continue;
      const kind = `${one.tagName} ${one.getAttribute("class")}`;
      seen[kind] = (seen[kind] ?? 0) + 1;
      if (seen[kind] > most) one.remove();
    }
  }
}"""
VIEWS = ((1280, "light"), (390, "dark"))
NO_PAGES = {
    "codebook:export", "codebook:schema", "agreement:table", "agreement:csv", "agreement:json", "agreement:picture",
    "agreement:trend", "selective_coding:results_file", "selective_coding:vectors", "people:sign_out",
}  # fmt: skip
AXE = Axe().axe_script
# Axe need not fetch the style sheets once more: only an experimental rule, which does not run, would read them.
RUN = "axe.run({resultTypes: ['violations'], preload: false}).then((found) => found.violations)"


def kind_of(path):
    """Name the route of an address of ours; None for whatever is none."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


def links(page):
    # By the attribute: the property of a link in a picture is no text.
    whole = "(one) => new URL(one.getAttribute('href'), document.baseURI).href"
    return page.eval_on_selector_all("a[href]", f"all => all.map({whole})")


def pages(person, start=("/", "/account/", "/password/", "/projects/new/")):
    """Walk from link to link, a few addresses of each kind; the page stands open while it is yielded."""
    base = person.server.url
    waiting, seen, kinds = [f"{base}{path}" for path in start], set(), Counter()
    while waiting:
        address = waiting.pop(0)
        parts = urlsplit(address)
        kind = kind_of(parts.path)
        plain = parts._replace(fragment="").geturl()
        if not address.startswith(base) or kind is None or kind in NO_PAGES or plain in seen or kinds[kind] >= EACH:
            continue
        if kind.startswith("admin:"):
            continue
        seen.add(plain)
        kinds[kind] += 1
        answer = person.page.goto(plain)
        assert answer.status == 200, f"{plain}: {answer.status}"
        waiting.extend(links(person.page))
        yield kind, plain


def faults_of(page, address, views=VIEWS, alike=None):
    """Say what is wrong with a page as it stands, wide and light, then narrow and dark."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    page.emulate_media(reduced_motion="reduce")  # before any colour changes, so that none is half way to another
    faults = [fault for view in views for fault in misfits(page, *shown(page, address, *view))]
    if alike:
        page.evaluate(THIN, [ROWS, alike])
    again = reversed(views)  # the page stands in the last of them
    return faults + [fault for view in again for fault in unreadable(page, *shown(page, address, *view))]


def shown(page, address, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    return f"{address} {width} px {scheme}", width


def misfits(page, where, width):
    needed = page.evaluate("document.documentElement.scrollWidth")
    if needed > width:
        yield f"{where}: {needed} px are needed"
    filled = page.locator("main .button.primary:visible, .footer-bar .button.primary:visible").count()
    if filled > 1:
        yield f"{where}: {filled} filled buttons"


def unreadable(page, where, width):
    for one in page.evaluate(RUN):
        yield f"{where}: {one['id']} at {one['nodes'][0]['target']}: {one['nodes'][0]['html'][:160]}"


LEAST = {"lead": 25, "ada": 10, "olga": 12, "": 2}  # kinds of page, so that a walk that ends early is seen


def views_of(role, kind):
    """Others read what the lead reads, from the same templates, but for the coding room: one view more is enough."""
    return VIEWS if role in {"lead", ""} or kind.startswith("open_coding:") else VIEWS[1:]


def check_every_page(demonstration, chromium, role):
    """Walk as one role; an empty role is nobody."""
    person = Person(chromium, demonstration, f"{role}@loam.example" if role else "", PASSWORD)
    start = (
        ("/", "/account/", "/password/", "/projects/new/")
        if role
        else ("/sign-in/", "/password/reset/", "/agreement-of-a-file/")
    )
    person.context.add_init_script(AXE)  # read once for all pages: to read it takes as long as to load one
    walked, faults = Counter(), []
    for kind, address in pages(person, start):
        walked[kind] += 1
        faults += faults_of(person.page, address, views_of(role, kind), ALIKE)
    assert not faults, "\n".join(faults)
    assert len(walked) >= LEAST[role], walked
    person.done()
