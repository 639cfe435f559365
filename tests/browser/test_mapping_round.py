"""A mapping round's page: what it shows is what is submitted, and it says so where something is not saved."""

import pytest
from playwright.sync_api import expect

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person, script_comes_late

pytestmark = pytest.mark.browser
ROUNDS = ["Taken back", "Refused", "One of two", "Rationale first", "Typed meanwhile", "Early"]
OPEN = f"""
from coding.people.models import Project, User
from coding.rounds.rules import Plan, draft_round, open_round
from coding.codes.content import Frozen
from coding.selective_coding.mapping import Said, choose_place
project = Project.objects.get(slug="demonstration")
ada, lead = (User.objects.get(email=f"{{name}}@loam.example") for name in ("ada", "lead"))
scale = project.scales.get()
place = scale.layers.first().categories.first().uid
for name in {ROUNDS}:
    plan = Plan(name=name, stage="mapping", scale=scale, coders=[ada], incidents=[])
    opened = open_round(lead, draft_round(lead, project, plan))
    for uid in Frozen.of(opened.edition).categories:
        choose_place(ada, opened.assignments.get(), uid, Said(place, False, "As it says."))
"""
READ = """
import json
from coding.rounds.models import Assignment
held = Assignment.objects.get(round__name={name!r})
print(json.dumps([held.state, [row.rationale for row in held.mapping_choices.order_by("category__name")]]))
"""
ANSWERED = """async () => {
  while (Object.keys(localStorage).some((name) => name.startsWith("loam:draft:"))) await new Promise(requestAnimationFrame);
}"""


@pytest.fixture(scope="module")
def opened(demonstration_copy):
    demonstration_copy.ask(OPEN)
    return demonstration_copy


@pytest.fixture
def mapping(opened, chromium):
    """Open the page of a round in which Ada has given every category a place with a rationale."""
    ada = Person(chromium, opened, "ada@loam.example", PASSWORD)

    def go(name):
        ada.page.goto("/p/demonstration/rounds/")
        ada.page.get_by_role("link", name=name, exact=True).click()
        ada.page.get_by_role("link", name="Go on", exact=True).click()
        ada.page.wait_for_load_state()
        return ada.page

    yield go
    ada.context.close()


def row(page, number):
    return page.locator(".map-row").nth(number)


def stands(page, state, words):
    expect(page.locator("#status")).to_have_attribute("data-state", state)
    expect(page.locator("#status")).to_contain_text(words)


def submit(page):
    page.get_by_role("button", name="Submit the mapping").click()


def test_a_place_that_was_taken_back_is_not_submitted(opened, mapping):
    page = mapping("Taken back")
    row(page, 1).locator("select").select_option("")
    submit(page)
    name = row(page, 1).locator("h2").text_content()
    expect(page.locator("#said .error")).to_have_text(
        f"Nothing was submitted, as “{name}” is not saved. "
        "Choose a place too, or “does not fit”: a rationale alone is not kept."
    )
    expect(row(page, 1).locator("select")).to_be_focused()
    assert opened.ask(READ.format(name="Taken back"))[0] == "in_progress"
    row(page, 1).locator("textarea").fill("")
    stands(page, "saved", "Saved ")
    expect(page.locator("#said .error")).to_have_count(0)


def test_a_refused_rationale_holds_the_submission_up_and_outlives_the_tab(opened, mapping):
    page = mapping("Refused")
    row(page, 0).locator("textarea").fill("Torn\x0bapart")
    submit(page)
    expect(page.locator("#said .error")).to_contain_text("Rationale holds a vertical tab (U+000B) at position 5.")
    page.reload()
    expect(row(page, 0).locator("textarea")).to_have_value("Torn\x0bapart")
    submit(page)
    expect(page.locator("#said .error")).to_contain_text("Nothing was submitted")
    assert opened.ask(READ.format(name="Refused"))[0] == "in_progress"
    row(page, 0).locator("textarea").fill("Whole")
    submit(page)
    expect(page.locator("#said")).to_contain_text("Submitted.")
    assert "Whole" in opened.ask(READ.format(name="Refused"))[1]


def test_saved_is_said_when_every_category_is(mapping):
    page = mapping("One of two")
    row(page, 0).locator("textarea").fill("Torn\x0bapart")
    stands(page, "error", "Not saved")
    with page.expect_response("**/map/**"):
        row(page, 1).locator("textarea").fill("Well said.")
        row(page, 1).locator("select").focus()
    expect(page.locator("#status")).not_to_have_text("Saving")
    stands(page, "error", "Not saved")
    row(page, 0).locator("textarea").fill("Whole")
    stands(page, "new", "Not saved yet")
    stands(page, "saved", "Saved ")


def test_a_rationale_without_a_place_stays_on_the_device(mapping):
    page = mapping("Rationale first")
    row(page, 0).locator("textarea").fill("")
    row(page, 0).locator("select").select_option("")
    stands(page, "saved", "Saved ")
    row(page, 0).locator("textarea").fill("It is about readers.")
    expect(row(page, 0).locator(".refused")).to_contain_text("Choose a place too")
    page.reload()
    expect(row(page, 0).locator("textarea")).to_have_value("It is about readers.")
    row(page, 0).locator("select").select_option(index=2)
    stands(page, "saved", "Saved ")


def test_what_is_typed_while_a_save_is_on_its_way_is_submitted_too(opened, mapping):
    page, held = mapping("Typed meanwhile"), []
    page.route("**/map/**", lambda route: held.append(route), times=1)
    with page.expect_request("**/map/**"):
        row(page, 0).locator("select").select_option("no-fit")
    row(page, 0).locator("textarea").fill("Typed meanwhile")
    held[0].continue_()
    page.evaluate(ANSWERED)
    page.keyboard.press("Control+Enter")  # a click would leave the field, which sends it
    expect(page.locator("#said")).to_contain_text("Submitted.")
    assert "Typed meanwhile" in opened.ask(READ.format(name="Typed meanwhile"))[1]


def test_what_is_said_before_the_script_comes_is_submitted_too(opened, mapping):
    page = mapping("Early")
    with script_comes_late(page, "**/selective_coding/*.js"):
        page.reload(wait_until="commit")
        row(page, 0).locator("textarea").fill("Said early")
        row(page, 1).locator("select").select_option("no-fit")
    stands(page, "saved", "Saved ")
    submit(page)
    expect(page.locator("#said")).to_contain_text("Submitted.")
    state, rationales = opened.ask(READ.format(name="Early"))
    assert (state, "Said early" in rationales) == ("submitted", True)
