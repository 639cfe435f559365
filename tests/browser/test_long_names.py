"""Names as long as they may be, of one word, on a phone: no page grows wider than it."""

from tests.browser.server import PASSWORD

MAKE = f"""
import json
from tests import factory
from django.db import transaction
with transaction.atomic():
    word = "w" * 110
    lead, coder = (factory.user(name, is_active=True) for name in ("longlead", "longcoder"))
    for one in (lead, coder):
        one.name = word
        one.set_password({PASSWORD!r})
        one.save()
    project = factory.project(lead, word)
    project.memberships.create(user=coder, role="coder")
    factory.incidents(project, 1)
    project.incidents.update(title=word * 4)
    coded = factory.round_of(project, [lead, coder], name=word)
print(json.dumps({{"slug": project.slug, "round": str(coded.uid)}}))
"""


def test_long_names_fit_on_a_phone(server, person):
    made = server.ask(MAKE)
    for email in ("longlead@example.org", "longcoder@example.org"):
        page = person(email, viewport={"width": 390, "height": 800}).page
        for path in ("", "rounds/", f"rounds/{made['round']}/", "rounds/new/", "incidents/", "incidents/1/", "team/"):
            page.goto(f"/p/{made['slug']}/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
