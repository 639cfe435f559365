"""In a real Chromium: the relation map is moved, sized and followed by keyboard, and dragged by mouse."""

import pytest
from playwright.sync_api import expect

from coding.desk.demonstration import PASSWORD
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def lead(demonstration, chromium):
    one = Person(chromium, demonstration, "lead@loam.example", PASSWORD, viewport={"width": 1280, "height": 900})
    slug = one.page.request.get("/api/v1/projects/").json()["results"][0]["slug"]
    one.page.goto(f"/p/{slug}/axial/map/")
    one.page.locator(".map-frame[data-live]").wait_for()
    yield one
    assert one.faults == []
    one.context.close()


def view(page):
    return [float(part) for part in page.locator(".relation-map").get_attribute("viewBox").split()]


def test_keys_move_the_map_change_its_size_and_show_all_of_it(lead):
    page = lead.page
    page.locator("#map-frame").focus()
    whole, scrolled = view(page), page.evaluate("scrollY")
    page.keyboard.press("+")
    page.locator("#announce", has_text="percent").wait_for(state="attached")
    larger = view(page)
    assert larger[2] < whole[2]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    moved = view(page)
    assert moved[0] > larger[0]
    assert moved[1] > larger[1]
    assert moved[2:] == larger[2:]
    page.keyboard.press("0")
    assert view(page) == whole
    assert page.evaluate("scrollY") == scrolled  # the page stays where it is


def test_a_narrow_screen_begins_with_what_can_be_read_and_keeps_it_when_it_turns(lead):
    page = lead.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.locator(".map-frame[data-live]").wait_for()
    node = page.locator(".relation-map .node").first
    assert node.locator("rect").bounding_box()["width"] > 120
    upright = page.locator(".relation-map").get_attribute("viewBox")
    page.set_viewport_size({"width": 844, "height": 390})
    expect(page.locator(".relation-map")).not_to_have_attribute("viewBox", upright)
    assert node.locator("rect").bounding_box()["width"] > 120


def test_what_has_the_focus_comes_into_sight_and_enter_follows_it(lead):
    page = lead.page
    page.locator("#map-frame").focus()
    for key in ["+"] * 5 + ["ArrowRight"] * 30:
        page.keyboard.press(key)
    page.keyboard.press("Tab")
    link = page.locator(".relation-map a:focus")
    expect(link).to_be_visible()
    x, y, width, height = view(page)
    box = link.evaluate(
        "(one) => { const box = one.getBBox(); return [box.x + box.width / 2, box.y + box.height / 2]; }"
    )
    assert x <= box[0] <= x + width
    assert y <= box[1] <= y + height
    address = link.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_the_mouse_drags_the_map_and_buttons_do_the_same(lead):
    page = lead.page
    page.get_by_role("button", name="Larger").click()
    before, link, address = view(page), page.locator(".relation-map .node").first, page.url
    box = link.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] + 20, steps=4)
    page.mouse.up()
    assert view(page)[0] > before[0]
    assert page.url == address  # a drag that began on a box does not follow its link
    page.get_by_role("button", name="Whole map").click()
    link.click()
    page.wait_for_url("**/categories/**")
