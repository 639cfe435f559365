"""No text that somebody wrote becomes markup, on any page."""

import re

from django.apps import apps
from django.db.models import CharField, JSONField, TextField
from django.test import Client
from django.urls import reverse

from coding.codes import rules as code_rules
from coding.rounds import rules as round_rules
from coding.rounds.models import Round
from tests import factory
from tests.test_two_worlds import World, crawl
from tests.worlds import sources

MARKUP = "\"'><b id=evil>&amp;{{ 7 }}"
KEPT = {"slug", "email", "password", "theme", "name_key", "search_text", "text_sha256", "token_hash", "sha256", "unit", "role"}  # fmt: skip


def taint():
    """Write markup into every text that somebody wrote, in every room (what never changes aside)."""
    for model in apps.get_models():
        if not model.__module__.startswith("coding.") or model.__name__ in {
            "Event",
            "Edition",
            "Publication",
            "Measurement",
        }:
            continue
        fields = [one for one in model._meta.concrete_fields if isinstance(one, CharField | TextField)]
        texts = [one.name for one in fields if not (one.choices or one.name in KEPT or isinstance(one, JSONField))]
        for row in model.objects.all() if texts else []:
            for name in texts:
                most = model._meta.get_field(name).max_length or 10_000
                if getattr(row, name):
                    setattr(row, name, f"{getattr(row, name)[: most - len(MARKUP)]}{MARKUP}")
            row.save(update_fields=texts)


def test_no_text_becomes_markup_on_any_page(db):
    with sources():
        world = World()
        taint()
        code_rules.tell(world.lead, world.project, MARKUP, 0)
        code_rules.freeze(world.lead, world.project, MARKUP)
        for one in Round.objects.filter(project=world.project).released():
            round_rules.open_readings(world.lead, one)
        fresh = [
            factory.round_of(world.project, [world.lead], stage, is_blind=False, name=f"{stage}{MARKUP}")
            for stage in ("open", "rating")
        ]
        asks = [ask for ask in crawl(world) if ask.method == "get"]
    paths = [reverse("open_coding:workspace", args=[fresh[0].assignments.first().uid]),
             reverse("selective_coding:rate", args=[fresh[1].assignments.first().uid]), *(ask.path for ask in asks)]  # fmt: skip
    shown = 0
    for user in (world.lead, world.coder):
        client = Client()
        client.force_login(user)
        for path in paths:
            answer = client.get(path)
            body = answer.content.decode(errors="replace")
            if answer["Content-Type"].startswith("text/html"):
                assert "<b id=evil" not in body, path
                shown += "&lt;b id=evil" in body
            assert "script-src 'self'" in answer["Content-Security-Policy"], path
            assert answer["X-Content-Type-Options"] == "nosniff", path
            assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>|\son\w+=|\sstyle=|javascript:", body) or "attachment" in answer.get("Content-Disposition", ""), path  # fmt: skip
    assert shown > 30
