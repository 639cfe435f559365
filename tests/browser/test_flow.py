"""The map of the whole in Chromium: its table is what the API says, and a band opened by keys leads to its quotes."""

import re
from collections import Counter, defaultdict

import pytest
from playwright.sync_api import expect

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person
from tests.browser.every_page import faults_of

pytestmark = pytest.mark.browser
MAP = "/p/demonstration/selective/flow/?by=modality"
READ = """() => [...document.querySelectorAll(".flow-table tbody tr")].map((row) => [
  row.dataset.key, row.dataset.depth,
  [...row.querySelectorAll("td")].map((one) => Number(one.textContent.match(/\\d+/)[0])),
])"""


@pytest.fixture
def lead(demonstration, chromium):
    made = Person(chromium, demonstration, "lead@loam.example", PASSWORD)
    yield made
    made.done()


def asked(person):
    """The whole map through the second door: its groups, and each part by its key."""
    [project] = person.context.request.get("/api/v1/projects/").json()["results"]
    said = person.context.request.get(f"/api/v1/projects/{project['uid']}/flow/?by=modality").json()
    return [one["key"] for one in said["groups"]], {part["key"]: part for part in said["parts"]}


def shown(person):
    """The page's rows with the key of the row that each stands under."""
    rows, above = {}, {}
    for key, depth, numbers in person.page.evaluate(READ):
        above[int(depth)] = key
        rows[key] = (above.get(int(depth) - 1, "") if int(depth) else "", numbers)
    return rows


def test_the_table_equals_the_database(lead):
    lead.page.goto(MAP)
    groups, parts = asked(lead)
    rows, gathered = shown(lead), defaultdict(list)
    for key, part in parts.items():
        cells = {one["group"]: one["uses"] for one in part["cells"]}
        numbers = [*(cells.get(group, 0) for group in groups), part["uses"], part["incidents"]]
        if key in rows:
            assert rows[key] == (part["under"], numbers), part["name"]
        else:
            gathered[part["under"]].append(numbers)
    others = {under: numbers for key, (under, numbers) in rows.items() if key.startswith("others:")}
    assert {under: [sum(column) for column in zip(*found, strict=True)][:-1] for under, found in gathered.items()} == {
        under: numbers[:-1] for under, numbers in others.items()
    }
    assert len(gathered) > 3
    assert len(rows) - len(others) > 30


def test_the_bands_are_as_many_uses_as_the_table_says(lead):
    lead.page.goto(MAP)
    rows = shown(lead)
    titles = lead.page.eval_on_selector_all("svg.flow .bands a", "all => all.map((one) => [one.dataset.column, one.querySelector('title').textContent])")  # fmt: skip
    drawn = Counter()
    for column, title in titles:
        drawn[column] += int(re.search(r"(\d+) uses?$", title)[1])
    total = sum(numbers[-2] for under, numbers in rows.values() if not under)
    assert (drawn["0"], drawn["1"]) == (total, total)


def test_a_band_opened_by_keys_leads_to_the_quotes_behind_it(lead):
    page = lead.page
    page.goto(MAP)
    page.get_by_role("region", name="Picture of the map").focus()
    lead.press("Tab")
    expect(page.locator("svg.flow a").first).to_be_focused()
    lead.press("ArrowDown", "ArrowRight", "ArrowDown")
    band = page.locator("svg.flow a:focus")
    expect(band).to_have_attribute("data-column", "1")
    code, uses = re.match(r"(.+) to .+: (\d+) uses?", band.locator("title").text_content()).groups()
    lead.press("Enter")
    page.wait_for_url("**/flow/quotes/**")
    expect(page.locator("h1")).to_contain_text(code)
    expect(page.locator(".behind-use li > p")).to_have_count(int(uses))
    words = page.locator(".behind-use q").first.inner_text().strip("“”…")
    page.locator(".behind-use h2 a").first.click()
    page.wait_for_url("**/incidents/**")
    expect(page.locator("main")).to_contain_text(words[:40])


def test_a_name_shows_what_leads_there_alone_and_the_table_is_one_tab_further(lead):
    page = lead.page
    page.goto(MAP)
    page.locator("svg.flow a").first.focus()
    lead.press("Tab")
    expect(page.get_by_role("region", name="The map as a table")).to_be_focused()
    page.locator("svg.flow a[data-bar=layer]").first.focus()
    lead.press("Enter")
    expect(page.get_by_text("Only what leads to")).to_be_visible()
    assert {under for under, _ in shown(lead).values() if not under} == {""}
    expect(page.locator("svg.flow a[data-bar=layer]")).to_have_count(1)
    page.get_by_role("link", name="Show the whole map").click()
    expect(page.locator("svg.flow a[data-bar=layer]")).to_have_count(2)


def test_map_quotes_and_pictures_are_readable_in_both_widths(lead):
    for path in (MAP, "/p/demonstration/selective/flow/quotes/?at=unfit", "/p/demonstration/selective/results/"):
        lead.page.goto(path)
        assert faults_of(lead.page, path) == []
