"""What every page's frame needs: theme, project, navigation, keys."""

import json
from functools import lru_cache, partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from coding.people import shortcuts
from coding.people.models import User

# The way, as the navigation shows it: label, page, and the path that makes it current.
WAY = [
    ("Incidents", "incidents:list"),
    ("Rounds", "rounds:list"),
    ("Axial", "axial_coding:board"),
    ("Selective", "selective_coding:integrate"),
    ("Agreement", "agreement:overview"),
    ("Reconcile", "reconciliation:queue"),
    ("Codebook", "codebook:document"),
    ("Memos", "memos:list"),
    ("Team", "people:team"),
]
# Shared pages show what others do; a coder of an open blind round is not led to them.
CLOSED_WHILE_BLIND = {name for _, name in WAY} - {"incidents:list", "rounds:list", "memos:list", "people:team"}
# What a role cannot open is not in its navigation.
NOT_FOR_CODERS = {"reconciliation:queue"}


# Pages that belong to a step of the way, though their address does not begin with that step's.
BESIDE = {
    "rounds:list": ["/code/", "/rate/", "/map/"],
    "axial_coding:board": ["/p/{}/codes/", "/p/{}/categories/"],
    "codebook:document": ["/p/{}/editions/"],
}


def beside(name: str, slug: str) -> list[str]:
    return [path.format(slug) for path in BESIDE.get(name, [])]


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Give the base page its theme, project, navigation and keys."""
    user = getattr(request, "user", AnonymousUser())  # an error before sign-in is looked up has its page too
    project, membership = getattr(request, "project", None), getattr(request, "membership", None)
    nav = []
    if project is not None:
        shielded = membership is not None and membership.is_shielded
        is_coder = membership is not None and membership.role == "coder"
        closed = (CLOSED_WHILE_BLIND if shielded else set()) | (NOT_FOR_CODERS if is_coder else set())
        for label, name in WAY:
            if name in closed:
                continue
            url = reverse(name, args=[project.slug])
            nav.append(
                {"label": label, "url": url, "current": request.path.startswith((url, *beside(name, project.slug)))}
            )
    return {"theme": getattr(user, "theme", ""), "project": project, "nav": nav,
            "membership": membership, **keys_of(user)}  # fmt: skip


def keys_of(user: User | AnonymousUser) -> dict[str, Any]:
    """Give this person's keys in the forms that pages show; each is worked out only where a page asks for it."""
    if not isinstance(user, User):
        return {}
    return {
        "key_codes": lambda: json.dumps(shortcuts.resolved(user.keys)),
        "key_caps": partial(shortcuts.caps, user.keys),
        "key_list": partial(shortcuts.listed, user.keys, user.single_keys),
        "key_dialog": lambda: dialog(json.dumps(user.keys, sort_keys=True), user.single_keys),
        "has_letters": user.single_keys,
    }


@lru_cache(maxsize=64)
def dialog(own: str, has_letters: bool) -> SafeString:
    """Draw the list of all keys for a choice of keys (JSON): two hundred key caps, the same on every page."""
    context = {"key_list": shortcuts.listed(json.loads(own), has_letters), "has_letters": has_letters}
    return render_to_string("people/keys.html#dialog", context)
