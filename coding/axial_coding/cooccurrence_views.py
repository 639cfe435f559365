"""Pages: how codes and categories stand together, and the segments behind a cell."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from coding.axial_coding import cooccurrence_queries as queries
from coding.axial_coding.cooccurrence import OVERLAP
from coding.axial_coding.cooccurrence_queries import Setting
from coding.lib.columns import as_uid
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project

PAIRS = 50
SEGMENTS = 25


def setting_of(request: HttpRequest) -> Setting:
    """Read what is asked for; what is unknown stays as it is without."""
    asked = request.GET
    return Setting(
        known(asked.get("of"), queries.KINDS, queries.CODES), known(asked.get("way"), queries.WAYS, OVERLAP),
        known(asked.get("order"), queries.ORDERS, queries.COUNT), as_uid(asked.get("about", "")),
    )  # fmt: skip


def known(word: str | None, choices: dict[str, str], default: str) -> str:
    return word if word in choices else default


@require_safe
@project_page(shared=True)
def matrix(request: MemberRequest, project: Project) -> HttpResponse:
    """The matrix of those that meet others most, and all pairs as a list."""
    asked = setting_of(request)
    found = queries.cooccurrence(request.user, project, asked)
    here = {"of": asked.of, "way": asked.way, "order": asked.order, **({"about": asked.about} if found.about else {})}
    context: dict[str, Any] = {
        "asked": asked, "found": found, "query": urlencode(here), "kinds": queries.KINDS, "ways": queries.WAYS,
        "orders": queries.ORDERS, "page": Paginator(found.pairs, PAIRS).get_page(request.GET.get("page")),
        "in_matrix": queries.IN_MATRIX, "detail": f"codes:{asked.word}",
    }  # fmt: skip
    return render(request, "axial_coding/cooccurrence.html", context)


@require_safe
@project_page(shared=True)
def behind(request: MemberRequest, project: Project, one: UUID, other: UUID) -> HttpResponse:
    """The segments behind a cell, with their words and their places in the texts."""
    asked = setting_of(request)
    pair = queries.pair_of(request.user, project, one, other)
    if pair is None:
        raise Http404("There is no such pair of codes or categories on the board.")
    ways = queries.behind_pair(request.user, project, *pair)
    page = Paginator(ways[asked.way].readable, SEGMENTS).get_page(request.GET.get("page"))
    address = reverse("desk:incident", args=[project.slug, 0]).removesuffix("0/") + "{}/"
    of, first, second = pair
    context = {
        "asked": asked, "of": of, "one": first, "other": second, "here": ways[asked.way], "page": page,
        "ways": [(way, words, ways[way].couple) for way, words in queries.WAYS.items()],
        "segments": queries.quoted(list(page), address), "detail": f"codes:{queries.word_of(of)}",
    }  # fmt: skip
    return render(request, "axial_coding/behind_pair.html", context)
