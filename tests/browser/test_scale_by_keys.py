"""Changing a scale by keyboard alone: each effect is read before, each act is done and taken back, and the database agrees."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.every_page import faults_of
from tests.browser.test_selecting import rows

pytestmark = pytest.mark.browser
SEVEN, SIX = "Misinformation and Factual Hallucinations", "Disinformation Fraud and Identity Manipulation"
PLURAL = "Contextual and Pluralistic Values Layer"
MAKE = """
import json
from django.conf import settings
from django.db import transaction
from django.test import Client
from coding.codes.models import ScaleCategory
from coding.codes.rules import create_category, map_category
from coding.reconciliation.rules import release_round
from tests import factory
from tests.selective_coding.factory import categories, rate
with transaction.atomic():
    lead = factory.user("scalelead", is_active=True)
    project = factory.project(lead, "Scale by keys")
    coders = [factory.member(project, name) for name in ("scaleada", "scalebo")]
    ScaleCategory.objects.filter(layer__scale__project=project).exclude(number__in=[1, 6, 7, 11, 12]).delete()
    factory.incidents(project, 2)
    rated = factory.round_of(project, coders, "rating", name="Spring")
    for one in rated.assignments.all():
        rate(one, 7)
    release_round(lead, rated)
    factory.round_of(project, coders, "rating", name="Autumn")
    for name in ("Made up", "Garbled"):
        map_category(lead, create_category(lead, project, name), project.scales.get(), categories(project)[7], "So it is.")
    client = Client()
    client.force_login(lead)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    print(json.dumps([settings.SESSION_COOKIE_NAME, cookie.value, project.slug, project.pk, str(project.scales.get().uid)]))
"""
STATE = """
SELECT layer.position, layer.name, place.position, place.number, place.name, place.retired_at IS NULL, category.name
FROM codes_scalecategory place JOIN codes_layer layer ON layer.id = place.layer_id
JOIN codes_scale scale ON scale.id = layer.scale_id
LEFT JOIN codes_mapping mapping ON mapping.scale_category_id = place.id
LEFT JOIN codes_category category ON category.id = mapping.category_id
WHERE scale.project_id = {project} ORDER BY layer.position, place.position, category.name
"""


@pytest.fixture
def desk(server, chromium):
    """A lead before the page that changes a scale on which a round was rated, and another is open."""
    cookie, session, slug, key, scale = server.ask(MAKE)
    lead = Person(chromium, server)
    lead.context.add_cookies([{"name": cookie, "value": session, "url": server.url}])
    lead.page.goto(f"/p/{slug}/selective/scales/{scale}/edit/")
    yield Desk(lead, key)
    lead.done()


class Desk:
    def __init__(self, lead, key):
        self.lead, self.page, self.key = lead, lead.page, key

    def state(self):
        return rows(self.lead.server, STATE.format(project=self.key))

    def use(self, role, name, **more):
        self.lead.use(self.page.get_by_role(role, name=name, **more).first)

    def opens(self, name, change=""):
        """Follow the name of a category, and open one of its changes; give what the page then says."""
        self.use("link", name)
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(name)
        if change:
            self.lead.use(self.page.locator("details.change > summary").filter(has_text=change))
        return self.page.locator("details[open] > form") if change else self.page.locator("main")

    def write(self, label, words):
        """Write into a field of what is open, in place of what stands there."""
        opened = self.page.locator("details[open]")
        field = (opened if opened.count() else self.page.locator("main")).get_by_label(label, exact=True).first
        self.lead.reach(field)
        if field.evaluate("(one) => one.tagName") != "SELECT":
            self.lead.press("ControlOrMeta+a")
        self.page.keyboard.type(words)

    def does(self, button, said):
        """Give the reason, press the button, and read what happened."""
        self.write("Reason", "The team agreed.")
        self.use("button", button, exact=True)
        expect(self.page.get_by_text(said)).to_be_visible()
        expect(self.page).to_have_url(re.compile("/edit/#"))

    def takes_back(self, said, before):
        """Undo what stands first in the list, and find everything as it was."""
        assert self.state() != before
        newest = self.page.locator(".acts > li").first
        expect(newest).to_contain_text(said)
        self.lead.use(newest.locator("summary"))
        self.write("Why it is undone", "Not after all.")
        self.lead.press("Enter")
        expect(self.page.get_by_text("Undone:").first).to_be_visible()
        assert self.state() == before


def test_a_scale_is_changed_and_every_change_taken_back_by_keyboard_alone(desk):
    """In the order of the page: words, order, another layer, merge, split, retirement and return."""
    before, page = desk.state(), desk.page

    told = desk.opens(SEVEN)
    expect(told).to_contain_text("2 mappings and 4 released ratings in 1 round point here and stay")
    expect(told).to_contain_text("there it is read in “Autumn”")
    assert faults_of(page, page.url) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    desk.write("Name", "Slips")
    desk.does("Reword", "“Slips” is reworded. The next edition has it.")
    desk.takes_back("Reworded “Slips”", before)

    desk.use("button", f"Move {SEVEN} up")
    expect(page.get_by_text(f"“{SEVEN}” moved up.")).to_be_visible()
    desk.takes_back(f"Moved “{SEVEN}” up in its layer", before)

    told = desk.opens(SEVEN, "Move it to another layer")
    for words in (
        "Editions and open rounds keep it in the layer where they froze it",
        "Results count its 4 released ratings",
        "Garbled",
        "Made up",
    ):
        expect(told).to_contain_text(words)
    desk.write("Layer", PLURAL)
    desk.does("Move the category", f"“{SEVEN}” stands in “{PLURAL}” now.")
    desk.takes_back(f"Moved “{SEVEN}” to the layer “{PLURAL}”", before)

    told = desk.opens(SEVEN, "Merge it into another category")
    for words in ("4 released ratings of number 7 stay as they are", "These mappings go over", "Garbled", "Made up"):
        expect(told).to_contain_text(words)
    desk.write("Merge into", "6 Dis")
    desk.does("Merge the category", f"“{SEVEN}” is merged into “{SIX}”.")
    desk.takes_back(f"Merged “{SEVEN}” into “{SIX}”", before)

    told = desk.opens(SEVEN, "Split it in two")
    expect(told).to_contain_text("The released ratings stay with 7")
    made = page.locator("details[open] fieldset").filter(has_text="The new category")
    desk.lead.reach(made.get_by_label("Name", exact=True))
    page.keyboard.type("Garbling")
    desk.lead.reach(page.get_by_role("checkbox", name="Garbled"))
    desk.lead.press("Space")
    desk.does("Split the category", "“Garbling” is number 13.")
    assert [row[3] for row in desk.state() if row[6]] == [7, 13]
    desk.takes_back(f"Split “{SEVEN}”: “Garbling” is new", before)

    told = desk.opens(SEVEN, "Retire it")
    for words in ("4 released ratings stay as they are", "These lose their place", "Garbled", "Made up"):
        expect(told).to_contain_text(words)
    desk.does("Retire the category", "2 categories have no place in the scale now.")
    retired = desk.state()
    assert faults_of(page, page.url) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    told = desk.opens(SEVEN)
    expect(told).to_contain_text("What was mapped here gets its place again, unless it has another by now.")
    desk.does("Bring it back", "2 categories have their place again.")
    assert desk.state() == before
    desk.takes_back(f"Brought “{SEVEN}” back", retired)
    desk.takes_back(f"Retired “{SEVEN}”", before)
