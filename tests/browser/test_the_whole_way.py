"""The whole way, once, in real browsers: a lead and two coders, from the import to the downloaded codebook."""

import csv
import io

import pytest
from django.conf import settings
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser.server import PASSWORD

pytestmark = pytest.mark.browser
FIXTURE = settings.BASE_DIR / "fixtures" / "incidents" / "three.csv"
INCIDENTS = list(csv.DictReader(FIXTURE.open(encoding="utf-8")))
PROJECT = "The whole way"

SELECT = """([quote]) => {
  const all = [...document.querySelectorAll('#text .words')];
  const words = all.find((one) => one.textContent.includes(quote));
  const at = words.textContent.indexOf(quote);
  const place = (offset, last) => {
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    let before = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (offset < before + node.data.length) {
        const range = document.createRange();
        range.setStart(node, offset - before); range.setEnd(node, offset - before + 1);
        const box = range.getClientRects()[0];
        return { x: last ? box.right - 0.5 : box.left + 0.5, y: box.top + box.height / 2 };
      }
      before += node.data.length;
    }
  };
  words.scrollIntoView({ block: 'center' });
  return [place(at, false), place(at + quote.length - 1, true)];
}"""


def word_run(index, first, count):
    """A run of words of an incident's first paragraph, exactly as it stands in the text."""
    words = INCIDENTS[index]["text"].split("\n\n")[0].split(" ")
    return " ".join(words[first : first + count])


def select_by_mouse(page, quote):
    start, end = page.evaluate(SELECT, [quote])
    page.mouse.move(start["x"], start["y"])
    page.mouse.down()
    page.mouse.move(end["x"], end["y"], steps=6)
    page.mouse.up()
    expect(page.locator("#panel")).to_be_visible()


def saved(page):
    expect(page.locator("#status")).to_have_attribute("data-state", "saved")
    expect(page.locator("#status")).to_contain_text("Saved ")


def leaving(page, act):
    """Do what leads to another page, and wait until it is there: the same words stand on both."""
    before = page.url
    act()
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state()  # its modules listen by then


def invited(lead, person, name):
    """Invite somebody by link; they make their account behind it."""
    lead.page.get_by_role("link", name="Team").click()
    lead.page.get_by_label("E-mail address").fill(f"{name.lower()}@example.org")
    lead.page.get_by_role("button", name="Make the link").click()
    link = lead.page.get_by_label("Link").input_value()
    coder = person()
    coder.email = f"{name.lower()}@example.org"
    coder.page.goto(link)
    coder.page.get_by_label("Name").fill(name)
    coder.page.get_by_label("Password", exact=True).fill(PASSWORD)
    coder.page.get_by_label("Password confirmation").fill(PASSWORD)
    coder.page.get_by_role("button", name="Join").click()
    expect(coder.page.get_by_role("heading", name=PROJECT)).to_be_visible()
    return coder


def start_project(lead):
    page = lead.page
    page.get_by_role("link", name="Start a project").first.click()
    page.get_by_label("Name", exact=True).fill(PROJECT)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name=PROJECT)).to_be_visible()
    page.get_by_role("link", name="Import incidents").click()
    page.get_by_label("CSV or XLSX file").set_input_files(FIXTURE)
    page.get_by_role("button", name="Upload and look").click()
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.locator("main")).to_contain_text("3 added")


def open_round(lead, name, stage):
    page = lead.page
    page.get_by_role("link", name="Rounds").click()
    page.get_by_role("link", name="Plan a round").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label(stage, exact=True).check()
    for coder in ("Ada", "Bo"):
        page.get_by_label(coder, exact=True).check()
    page.get_by_role("button", name="Look at the plan").click()
    page.get_by_role("button", name="Open the round").click()
    expect(page.locator("main")).to_contain_text("is open")


def submit_as_it_is(page, act, key=""):
    """Submit an incident with untouched paragraphs: the page lists them, and asks what is to be said of them."""
    expect(page.locator("#untouched")).to_contain_text("untouched")
    leaving(page, act)
    answer = page.get_by_role("radio", name="Read, nothing here").first
    answer.press("Space") if key else answer.check()
    submit = page.get_by_role("button", name="Submit")
    leaving(page, lambda: submit.press(key) if key else submit.click())


def code_by_mouse(coder):
    """Ada codes with the mouse: two segments an incident, one of them with two codes."""
    page = coder.page
    page.goto("/")
    leaving(page, lambda: page.get_by_role("link", name="Begin").click())
    for index in range(3):
        select_by_mouse(page, word_run(index, 1, 3))
        page.keyboard.type(f"naming {index}")
        page.keyboard.press("Shift+Enter")
        saved(page)
        page.keyboard.type("second look")
        page.keyboard.press("Enter")
        expect(page.locator(".margin [data-go]")).to_have_count(2)
        select_by_mouse(page, word_run(index, 6, 4))
        page.keyboard.type("shared word")
        page.keyboard.press("Enter")
        expect(page.locator(".margin [data-go]")).to_have_count(3)
        saved(page)
        submit_as_it_is(page, lambda: page.get_by_role("button", name="Submit").click())


def code_by_keyboard(coder):
    """Bo codes without a mouse: chooses words by arrow keys, names, undoes, takes words in vivo, submits."""
    page = coder.page
    page.goto("/")
    page.get_by_role("link", name="Begin").focus()
    leaving(page, lambda: page.keyboard.press("Enter"))
    for _ in range(3):
        page.locator("#text").focus()
        coder.press("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Enter")
        page.keyboard.type("shared word")
        page.keyboard.press("Enter")
        expect(page.locator(".margin [data-go]")).to_have_count(1)
        saved(page)
        coder.press("ArrowDown", "Enter", "v")
        expect(page.locator(".margin [data-go]")).to_have_count(2)
        saved(page)
        page.keyboard.press("Control+z")
        expect(page.locator(".margin [data-go]")).to_have_count(1)
        page.locator("#submit").focus()
        submit_as_it_is(page, lambda: page.keyboard.press("Enter"), "Enter")


def release(lead):
    page = lead.page
    page.reload()
    expect(page.locator("main")).to_contain_text("All have submitted")
    page.get_by_role("button", name="Release the round").click()
    expect(page.locator("main")).to_contain_text("is released")


def group_and_relate(lead):
    page = lead.page
    page.get_by_role("link", name="Axial").click()
    merge = page.get_by_role("button", name="Merge these 2")
    merge.click()
    expect(merge).to_have_count(0)
    for name, codes in (
        ("First phenomenon", ("naming 0", "naming 1", "naming 2")),
        ("Second phenomenon", ("second look", "shared word")),
    ):
        for code in codes:
            page.locator(".code-card", has_text=code).first.get_by_role("checkbox").check()
        page.get_by_label("Or the name of a new category").fill(name)
        page.get_by_role("button", name="Move selected").click()
        expect(page.locator(".column", has_text=name).first).to_be_visible()
        page.reload()
    page.get_by_role("link", name="Relate categories").click()
    page.get_by_label("Phenomenon").select_option(label="First phenomenon")
    page.get_by_label("Role").select_option(label="Consequence")
    page.get_by_label("What fills it").select_option(label="Second phenomenon")
    page.get_by_label("Rationale").fill("It follows in every report.")
    page.get_by_role("button", name="Add the relation").click()
    expect(page.locator(".paradigm")).to_contain_text("Second phenomenon")


def map_to_the_scale(lead):
    page = lead.page
    page.get_by_role("link", name="Selective").click()
    page.get_by_label("Place of First phenomenon").select_option(label="7 Misinformation and Factual Hallucinations")
    page.get_by_label("Rationale for First phenomenon").fill("Stated as fact, and not so.")
    page.get_by_role("button", name="Save the place of First phenomenon").click()
    expect(page.locator("#counts")).to_contain_text("1 of 2 without a place")
    page.get_by_label("Place of Second phenomenon").select_option(label="Does not fit")
    page.get_by_label("Rationale for Second phenomenon").fill("It names readers, not outputs.")
    page.get_by_role("button", name="Save the place of Second phenomenon").click()
    expect(page.locator("#counts")).to_contain_text("0 of 2 without a place")


def rate(coder, keys):
    """Rate each incident by keys alone: a list of key presses for each."""
    page = coder.page
    page.goto("/")
    page.get_by_role("link", name="Begin").click()
    for pressed in keys:
        expect(page.locator("#rating")).to_be_visible()
        page.locator("body").click(position={"x": 2, "y": 2})
        coder.press(*pressed)
        expect(page.locator("#status")).to_have_attribute("data-state", "saved")
        leaving(page, lambda: page.keyboard.press("Control+Enter"))


def read_and_settle(lead):
    page = lead.page
    page.get_by_role("link", name="Agreement", exact=True).first.click()
    page.get_by_role("link", name="Read Rating 1").click()
    expect(page.get_by_role("heading", name="Agreement · Rating 1")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Krippendorff")
    expect(page.locator("main")).to_contain_text("Misinformation and Factual Hallucinations")
    page.locator("main").get_by_role("link", name="Misinformation and Factual Hallucinations").first.click()
    expect(page.locator("main")).to_contain_text(INCIDENTS[0]["title"])
    page.get_by_role("link", name="Reconcile").first.click()
    page.get_by_role("link", name="Settle the first").click()
    page.get_by_label("Recode").check()
    page.get_by_label("Misinformation and Factual Hallucinations", exact=True).check()
    page.get_by_label("Primary: Misinformation and Factual Hallucinations").check()
    page.get_by_label("Edge case").check()
    page.get_by_label("Rationale").fill("The report calls it invented, and nobody meant to deceive.")
    leaving(page, page.get_by_role("button", name="Settle").click)
    expect(page.locator("main")).to_contain_text("settled")


def finalise_and_download(lead):
    page = lead.page
    page.get_by_role("link", name="Selective", exact=True).click()
    page.get_by_label("Storyline", exact=True).fill("What seems right is taken for true.")
    page.get_by_role("button", name="Save the storyline").click()
    expect(page.locator("main")).to_contain_text("Storyline saved.")
    page.get_by_role("link", name="Codebook", exact=True).first.click()
    page.get_by_text("Freeze an edition", exact=True).click()
    page.get_by_role("button", name="Freeze edition").click()
    expect(page.locator("main")).to_contain_text("is frozen.")
    page.get_by_role("link", name="Finalise").click()
    page.get_by_role("button", name="Finalise").click()
    expect(page.locator("#publications + *")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").first.click()
    return load_workbook(io.BytesIO(download.value.path().read_bytes()))


def cells(book):
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_from_the_import_to_the_downloaded_codebook(server, person):
    server.manage(
        "createsuperuser",
        "--noinput",
        "--email",
        "lead@example.org",
        "--name",
        "Lead",
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )
    lead = person("lead@example.org")
    start_project(lead)
    ada, bo = invited(lead, person, "Ada"), invited(lead, person, "Bo")

    open_round(lead, "Open coding 1", "Open coding")
    code_by_mouse(ada)
    code_by_keyboard(bo)
    release(lead)
    group_and_relate(lead)
    map_to_the_scale(lead)

    open_round(lead, "Rating 1", "Rating")
    rate(ada, [["Digit7"], ["Digit6"], ["Digit5", "Minus"]])
    rate(bo, [["Digit7", "Digit6"], ["Digit6"], ["Digit5", "Minus"]])
    release(lead)
    read_and_settle(lead)

    sheets = cells(finalise_and_download(lead))
    flat = {value for rows in sheets.values() for row in rows for value in row}
    assert {"naming 0", "second look", "shared word", "First phenomenon", "Second phenomenon"} <= flat
    assert "Misinformation and Factual Hallucinations" in flat
    assert "The report calls it invented, and nobody meant to deceive." in flat
    assert word_run(0, 1, 3) in flat
    for somebody in (lead, ada, bo):
        somebody.done()
