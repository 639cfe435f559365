"""What every page's frame needs: theme, project, navigation."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

# The way, as the navigation shows it: label, page, and the path that makes it current.
WAY = [
    ("Incidents", "incidents:list"),
    ("Rounds", "rounds:list"),
    ("Axial", "axial_coding:board"),
    ("Selective", "selective_coding:integrate"),
    ("Agreement", "agreement:overview"),
    ("Reconcile", "reconciliation:queue"),
    ("Codebook", "codebook:document"),
    ("Team", "people:team"),
]
# Shared pages show what others do; a coder of an open blind round is not led to them.
CLOSED_WHILE_BLIND = {name for _, name in WAY} - {"incidents:list", "rounds:list", "people:team"}
# What a role cannot open is not in its navigation.
NOT_FOR_CODERS = {"reconciliation:queue"}


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Give the base page its theme, project and navigation."""
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
            nav.append({"label": label, "url": url, "current": request.path.startswith(url)})
    return {"theme": getattr(request.user, "theme", ""), "project": project, "nav": nav,
            "membership": membership}  # fmt: skip
