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


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Give the base page its theme, project and navigation."""
    project = getattr(request, "project", None)
    nav = []
    if project is not None:
        for label, name in WAY:
            url = reverse(name, args=[project.slug])
            nav.append({"label": label, "url": url, "current": request.path.startswith(url)})
    return {"theme": getattr(request.user, "theme", ""), "project": project, "nav": nav,
            "membership": getattr(request, "membership", None)}  # fmt: skip
