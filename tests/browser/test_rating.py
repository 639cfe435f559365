"""Selective coding by keys alone: rating incidents, giving stances, mapping categories; the storyline's links."""

import pytest
from playwright.sync_api import expect

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person, script_comes_late
from tests.browser.every_page import faults_of

pytestmark = pytest.mark.browser
INCIDENTS, MOST_PRESSES = 12, 6

OPEN = f"""
from coding.codes.models import Example, ScaleCategory
from coding.codes.rules import add_scale
from coding.codes.scales import shipped
from coding.people.models import Project, User
from coding.rounds.rules import Plan, draft_round, open_round
project = Project.objects.get(slug="demonstration")
people = [User.objects.get(email=f"{{name}}@loam.example") for name in ("ada", "bo")]
lead = User.objects.get(email="lead@loam.example")
incidents = list(project.incidents.order_by("number"))
gvs = project.scales.get()
for place in ScaleCategory.objects.filter(layer__scale=gvs):
    for incident, kind in zip(incidents[-3:], ("typical", "typical", "borderline")):
        Example.objects.create(scale_category=place, incident=incident, start=0, end=60, kind=kind)
values = add_scale(lead, project, shipped("schwartz"))
for name, stage, scale, count in (
    ("By keys", "rating", gvs, {INCIDENTS}), ("Values by keys", "rating", values, 2), ("Mapping by keys", "mapping", gvs, 0),
    ("Changed", "rating", gvs, 2), ("Answer lost", "rating", gvs, 2), ("Refused", "rating", gvs, 2),
    ("Values left", "rating", values, 2), ("Signed out", "rating", gvs, 2), ("Sign-out", "rating", gvs, 2),
    ("Early", "rating", gvs, 2), ("Values early", "rating", values, 2),
):
    plan = Plan(name=name, stage=stage, scale=scale, coders=people, incidents=incidents[:count])
    open_round(lead, draft_round(lead, project, plan))
"""
READ = """
import json
from coding.rounds.models import Assignment
held = Assignment.objects.filter(round__name={name!r}, coder__name="Ada").order_by("position")
print(json.dumps([
    [one.state, one.none_applies,
     sorted([row.scale_category.number, row.stance, row.is_primary] for row in one.ratings.all()),
     sorted([row.category.name, row.scale_category and row.scale_category.number, row.rationale]
            for row in one.mapping_choices.all())]
    for one in held
]))
"""


@pytest.fixture(scope="module")
def opened(demonstration_copy):
    demonstration_copy.ask(OPEN)
    return demonstration_copy


@pytest.fixture
def ada(opened, chromium):
    made = Person(chromium, opened, "ada@loam.example", PASSWORD)
    yield made
    made.context.close()


def written(server, name):
    """What the database holds of Ada's work in a round."""
    return server.ask(READ.format(name=name))


def begin(person, name):
    """Go into a round, and count the keys that are pressed from there on."""
    page, pressed = person.page, []
    page.goto("/p/demonstration/rounds/")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("link", name="Begin").click()
    page.wait_for_load_state()

    def press(*keys):
        pressed.extend(keys)
        person.press(*keys)

    return press, pressed


def incident(page):
    return page.locator("#rating h2")


def submitted(page, press, number):
    """Submit by key, and wait until the next incident of the round is there."""
    press("Control+Enter")
    expect(page.locator("h1")).to_contain_text(f"incident {number + 1} of")
    expect(page.locator(".work-head progress")).to_have_js_property("value", number)


def test_twelve_incidents_are_rated_by_keys_alone(opened, ada):
    press, pressed = begin(ada, "By keys")
    page = ada.page
    page.evaluate("window.isTheSamePage = true")
    said = [("Digit7",), ("Digit6", "Shift+Digit7"), ("KeyN",), ("Minus", "Shift+Equal")] * 3
    for number, keys in enumerate(said, 1):
        before = len(pressed)
        press(*keys)
        if number < INCIDENTS:
            submitted(page, press, number)
        else:
            press("Control+Enter")
            page.wait_for_url("**/rounds/**")
        assert len(pressed) - before <= MOST_PRESSES
        if number < INCIDENTS:
            assert page.evaluate("window.isTheSamePage"), "the next incident was not there yet, so its page was loaded"
    seventh, both, none, last = (
        [[7, None, True]],
        [[6, None, False], [7, None, True]],
        [],
        [[11, None, False], [12, None, True]],
    )
    expected = [["submitted", rows == none, rows, []] for rows in (seventh, both, none, last)] * 3
    assert written(opened, "By keys") == expected
    ada.done()


def test_two_examples_open_with_the_definition(opened, chromium):
    bo = Person(chromium, opened, "bo@loam.example", PASSWORD, viewport={"width": 1280, "height": 900})
    begin(bo, "By keys")
    box = bo.page.locator("#definition")
    expect(box.locator(".anchor")).to_have_count(0)
    bo.page.get_by_role("checkbox", name="Misinformation and Factual Hallucinations").focus()
    expect(box.locator(".anchor")).to_have_count(2)
    expect(box).to_contain_text("Example:")
    expect(box.locator(".anchor").last).to_be_in_viewport()
    while not box.evaluate("box => box.scrollTop >= box.scrollHeight - box.clientHeight - 1"):
        before = box.evaluate("box => box.scrollTop")
        bo.press("d")
        assert box.evaluate("box => box.scrollTop") > before
    bo.press("d")
    assert box.evaluate("box => box.scrollTop") == 0
    assert faults_of(bo.page, bo.page.url) == []
    bo.done()


@pytest.mark.parametrize("name", ["Early", "Values early"])
def test_what_is_said_before_the_script_comes_is_saved(opened, ada, name):
    page = ada.page
    page.goto("/p/demonstration/rounds/")
    page.get_by_role("link", name=name, exact=True).click()
    with script_comes_late(page, "**/selective_coding/*.js"):
        page.get_by_role("link", name="Begin").click()
        if name == "Early":
            page.locator("#rating input[name=category]").nth(1).check()
            page.locator("#rating input[name=category]").nth(3).check()
        else:
            page.locator("#rating .stance").nth(2).locator("label").last.click()
    expect(page.locator("#status")).to_have_attribute("data-state", "saved")
    expect(page.locator("#status")).to_contain_text("Saved ")
    state, _, said, _ = written(opened, name)[0]
    assert (state, len(said)) == ("in_progress", 2 if name == "Early" else 1)


def test_going_on_can_be_gone_back(opened, chromium):
    """The address is that of the incident shown; back asks the server, and a place in the page does not."""
    bo = Person(chromium, opened, "bo@loam.example", PASSWORD)
    press, _ = begin(bo, "By keys")
    page = bo.page
    first, address = incident(page).text_content(), page.url
    press("Digit7")
    submitted(page, press, 1)
    assert page.url != address
    expect(page.locator("main")).to_be_focused()
    expect(page.locator("#announce")).to_contain_text(f"incident 2 of {INCIDENTS}: {incident(page).text_content()}")
    press("Digit6")
    expect(page.locator("#status")).to_have_attribute("data-state", "saved")
    page.evaluate("location.hash = 'main'")
    expect(page.get_by_role("checkbox", name="Disinformation Fraud")).to_be_checked()
    page.go_back()
    page.go_back()
    expect(incident(page)).to_have_text(first)
    expect(page.locator("main")).to_contain_text("After submitting")
    page.go_forward()
    expect(page.get_by_role("checkbox", name="Disinformation Fraud")).to_be_checked()
    bo.done()


def test_a_value_has_one_row_of_three_keys(opened, ada):
    press, _ = begin(ada, "Values by keys")
    page = ada.page
    expect(page.get_by_role("radiogroup")).to_have_count(10)
    expect(page.get_by_role("radiogroup").first.get_by_role("radio")).to_have_count(3)
    press("Digit3", "Digit1", "Digit2", "ArrowUp", "ArrowUp", "Digit2", "KeyN")
    expect(page.locator("#stances-count")).to_have_text("10 of 10 values")
    submitted(page, press, 1)
    press(*["Digit3"] * 10)
    expect(page.locator("#stances-count")).to_have_text("10 of 10 values")
    press("Control+Enter")
    page.wait_for_url("**/rounds/**")
    first, second = written(opened, "Values by keys")
    assert first == ["submitted", False, [[n, 1 if n == 1 else 0, False] for n in range(1, 11)], []]
    assert second == ["submitted", False, [[n, 1, False] for n in range(1, 11)], []]
    ada.done()


def hold(page):
    """Hold the page's first save up; gives it, to be let go."""
    held = []

    def first(route):
        if held or route.request.method != "POST":
            route.continue_()
        else:
            held.append(route)

    page.route("**/rate/**", first)
    return held


def test_a_change_takes_the_place_of_a_submit_that_waits(opened, ada):
    press, _ = begin(ada, "Changed")
    page = ada.page
    held = hold(page)
    with page.expect_request("**/rate/**"):
        press("Digit7")
    press("Control+Enter", "Digit6")
    held[0].continue_()
    expect(page.locator("#status")).to_have_text("Saved, not submitted")
    expect(page.locator("#said")).to_contain_text("Not submitted yet, as it was changed after Submit.")
    assert written(opened, "Changed")[0] == ["in_progress", False, [[6, None, False], [7, None, True]], []]
    submitted(page, press, 1)
    ada.done()


def test_a_change_after_a_submit_whose_answer_was_lost_is_kept_and_said(opened, ada):
    press, _ = begin(ada, "Answer lost")
    page, address = ada.page, ada.page.url
    press("Digit7")
    expect(page.locator("#status")).to_have_attribute("data-state", "saved")
    page.route("**/rate/**", lambda route: (route.fetch(), route.abort()))
    press("Control+Enter")
    expect(page.locator("#status")).to_have_attribute("data-state", "kept")
    page.unroute_all()
    page.get_by_label("Note").fill("A second look")
    page.get_by_label("Note").blur()
    expect(page.locator("#said")).to_contain_text("Submitted without your last change, which is kept on this device")
    expect(page.get_by_label("Note")).to_have_value("A second look")
    assert written(opened, "Answer lost")[0] == ["submitted", False, [[7, None, True]], []]
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_contain_text("incident 2 of")
    page.goto(address)
    expect(page.locator("#said")).to_contain_text("not part of what stands")
    page.get_by_role("button", name="Show the change").click()
    expect(page.get_by_label("Note")).to_have_value("A second look")
    page.get_by_role("button", name="Throw the change away").click()
    expect(page.get_by_label("Note")).to_have_value("")


def test_the_words_of_a_refused_submit_outlive_the_tab(opened, ada):
    press, _ = begin(ada, "Refused")
    page = ada.page
    press("Digit7")
    page.get_by_label("Note").fill("Torn\x0bapart")
    press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("vertical tab")
    expect(page.locator("#status")).to_have_text("Not saved")
    page.reload()
    expect(page.get_by_label("Note")).to_have_value("Torn\x0bapart")
    page.get_by_label("Note").fill("Whole")
    submitted(page, press, 1)


def test_what_is_said_after_the_session_ended_is_kept_and_sent_after_a_new_sign_in(opened, ada):
    press, _ = begin(ada, "Signed out")
    page, address = ada.page, ada.page.url
    ada.context.clear_cookies(name="sessionid")
    press("Digit7")
    page.get_by_label("Note").fill("Said too late")
    page.get_by_label("Note").blur()
    expect(page.locator("#status")).to_have_text("Not saved yet, kept on this device")
    expect(page.locator("#said")).to_contain_text("Your sign-in has ended.")
    ada.sign_in()
    page.goto(address)
    expect(page.locator("#status")).to_have_attribute("data-state", "saved")
    expect(page.get_by_label("Note")).to_have_value("Said too late")


def test_signing_out_asks_before_it_throws_a_rating_away(opened, chromium):
    ada, asked = Person(chromium, opened), []  # a session of her own, which ends here
    ada.email, ada.password = "ada@loam.example", PASSWORD
    ada.sign_in()
    page, drafts = ada.page, "Object.keys(localStorage).filter((one) => one.startsWith('loam:draft:')).length"
    begin(ada, "Sign-out")
    page.route("**/rate/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("Note").fill("Said on a train")
    page.get_by_label("Note").blur()
    expect(page.locator("#status")).to_have_text("Not saved yet, kept on this device")
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#status")).to_have_text("Not saved yet, kept on this device")
    assert page.evaluate(drafts) == 1
    assert asked == ["What you were writing is on this device only. Signing out throws it away. Sign out?"]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    assert page.evaluate(drafts) == 0
    ada.context.close()


def test_what_an_incomplete_rating_says_is_saved_when_its_submit_is_refused(opened, ada):
    press, _ = begin(ada, "Values left")
    page = ada.page
    held = hold(page)
    with page.expect_request("**/rate/**"):
        press("Digit3")
    page.get_by_label("Note").fill("Nine to go")
    press("Control+Enter")
    held[0].continue_()
    expect(page.locator("#said")).to_contain_text("9 of 10 values have no stance yet")
    expect(page.locator("#status")).to_have_text("Saved, not submitted")
    page.reload()
    expect(page.get_by_label("Note")).to_have_value("Nine to go")


COVERED = """() => {
  const box = document.activeElement.closest(".rating-row").getBoundingClientRect();
  return [box.top + 1, box.bottom - 1].filter((y) => !document.elementFromPoint(box.left + 9, y)?.closest(".rating-row")).length;
}"""


def test_on_a_small_screen_the_value_whose_turn_it_is_stands_in_sight(opened, chromium):
    bo = Person(
        chromium, opened, "bo@loam.example", PASSWORD, viewport={"width": 390, "height": 700}, reduced_motion="reduce"
    )
    press, _ = begin(bo, "Values by keys")
    for _ in range(10):
        press("Digit3")
        assert bo.page.evaluate(COVERED) == 0
    for _ in range(9):
        press("ArrowUp")
        assert bo.page.evaluate(COVERED) == 0
    assert faults_of(bo.page, bo.page.url) == []
    bo.done()


def test_a_mapping_is_made_by_keys_alone(opened, ada):
    press, _ = begin(ada, "Mapping by keys")
    page = ada.page
    total = page.locator(".map-row").count()
    while page.evaluate("document.activeElement.name") != "place":
        press("Tab")
    for _ in range(total - 1):
        press("Digit7", "Enter")
    press("KeyN", "Tab")
    page.keyboard.type("It is about readers.")
    expect(page.locator("#done")).to_have_text(f"{total} of {total} mapped")
    press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("Submitted.")
    ((state, _, _, rows),) = written(opened, "Mapping by keys")
    assert state == "submitted"
    assert [row[1:] for row in rows if row[1] is None] == [[None, "It is about readers."]]
    assert [row[1] for row in rows if row[1] is not None] == [7] * (total - 1)
    ada.done()


def test_the_storyline_links_what_it_names_and_misses_the_core(opened, chromium):
    lead = Person(chromium, opened, "lead@loam.example", PASSWORD)
    page = lead.page
    page.goto("/p/demonstration/selective/")
    told = page.locator("#storyline")
    core = told.locator("a strong").text_content()
    other = next(
        name for name in page.locator(".placings th a").all_text_contents() if name != core and core not in name
    )
    field = page.get_by_label("Storyline", exact=True)
    field.fill(f"It begins with @{other}, as in @incident 2. Nobody knows @[no such thing].")
    page.get_by_role("button", name="Save the storyline").click()
    expect(told.locator(".text a")).to_have_text([other, "incident 2"])
    expect(told).to_contain_text(f"does not name the core category yet: write @{core}")
    expect(told).to_contain_text("These name nothing: @[no such thing]")
    field.fill(f"It begins with @{other} and ends with @{core}.")
    page.get_by_role("button", name="Save the storyline").click()
    expect(told.locator(".text a")).to_have_text([other, core])
    expect(told).not_to_contain_text("does not name the core")
    told.locator(".text a", has_text=core).click()
    expect(page.locator("h1")).to_contain_text(core)
    lead.done()


def test_the_lead_chooses_an_example_by_quoting_an_incident(opened, chromium):
    lead = Person(chromium, opened, "lead@loam.example", PASSWORD)
    page = lead.page
    page.goto("/p/demonstration/selective/")
    page.get_by_role("link", name="Read the scale").click()
    page.get_by_role("link", name="Anchor examples").click()
    page.get_by_label("Category").select_option(index=1)
    page.get_by_label("Number of the incident").fill("1")
    page.get_by_label("Words", exact=True).fill("words of another report")
    page.get_by_label("Why", exact=True).fill("It says so.")
    page.get_by_role("button", name="Choose it").click()
    expect(page.locator(".notice.error")).to_contain_text("Incident 1 does not say this")
    page.get_by_label("Words", exact=True).fill("A passenger sued the airline")
    page.get_by_role("button", name="Choose it").click()
    chosen = page.locator("blockquote", has_text="A passenger sued the airline")
    expect(chosen).to_be_visible()
    page.locator("details", has_text="A passenger sued the airline").locator("summary").click()
    assert faults_of(page, page.url) == []
    lead.faults = [one for one in lead.faults if "400" not in one]  # the refusal of the first words
    lead.done()
