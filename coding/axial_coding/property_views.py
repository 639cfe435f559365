"""The page of a category's properties: their ranges, and where each incident lies."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from coding.axial_coding import properties as rules
from coding.axial_coding.queries import board_categories
from coding.codes.models import Category
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.lib.text import name_key
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project, Role

INCIDENTS = 25  # on one page
Sent = dict[int, int | None]


@project_page(shared=True)
def properties(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """A category's properties; `property` in the address opens one with its incidents."""
    category = get_object_or_404(board_categories(request.user, project), uid=uid)
    refused, status = "", 200
    if request.method == "POST":
        try:
            says, opened = change(request, category)
        except Refusal as refusal:
            refused, status = refusal.message, refusal.status
            category.refresh_from_db()
        else:
            return back_with(request, f"{request.path}{opened}", says)
    context = page_of(request, category) | {"category": category, "refused": refused}
    return render(request, "axial_coding/properties.html", context, status=status)


def page_of(request: MemberRequest, category: Category) -> dict[str, Any]:
    lie, sent = rules.positions(category), request.POST
    typed = sent if sent.get("do") == "set" else None
    rows = [shown(row, lie.get(name_key(row["name"]), {}), typed) for row in rules.rows_of(category)]
    opened = next((row for row in rules.rows_of(category) if row["name"] == request.GET.get("property")), None)
    context: dict[str, Any] = {
        "rows": rows, "opened": opened, "is_lead": request.membership.role == Role.LEAD,
        "typed": None if any(row["typed"] for row in rows) else typed,
    }  # fmt: skip
    if opened:
        page = Paginator(rules.first_segments(request.user, category), INCIDENTS).get_page(request.GET.get("page"))
        steps = lie.get(name_key(opened["name"]), {})
        placed = rules.placed(list(page), steps, *refused_places(sent))
        context |= {"page": page, "placed": placed, "steps": rules.STEPS}
    return context


def shown(row: rules.Row, steps: dict[int, int], typed: QueryDict | None) -> dict[str, Any]:
    """Give a property with its incidents, and with what a refused form says of it (of none: it stands in the last)."""
    was = typed.get("was", "") if typed else ""
    is_meant = was and name_key(was) == name_key(row["name"])
    return {
        "said": row, "version": rules.version_of(row), "steps": strip(steps), "typed": typed if is_meant else None,
    }  # fmt: skip


def strip(steps: dict[int, int]) -> list[tuple[str, list[int]]]:
    """Give the incidents on each of the five steps, the first end first."""
    return [(words, [number for number, at in steps.items() if at == step]) for step, words in rules.STEPS]


def change(request: MemberRequest, category: Category) -> tuple[str, str]:
    """Do what was asked; say so, and what to open next. Raises BadInput and whatever the verbs raise."""
    post, by = request.POST, request.user
    do, name, was = post.get("do"), post.get("name", ""), post.get("was", "")
    if do == "set":
        rules.set_property(by, category, name, post.get("from", ""), post.get("to", ""), was, post.get("version"))
        return f"“{name.strip()}” is saved.", ""
    if do == "drop":
        rules.drop_property(by, category, was, post.get("version"))
        return f"“{was}” is removed. The audit trail keeps it, with where incidents lay.", ""
    if do == "locate":
        moved = rules.locate(by, category, was, steps_sent(post), steps_sent(post, "was-"))
        words = "1 incident is" if moved == 1 else f"{moved} incidents are"
        return f"{words} placed anew on “{was}”.", f"?{request.GET.urlencode()}"
    raise BadInput("This can't be done here. Go back and use one of the buttons.")


def refused_places(post: QueryDict) -> tuple[Sent, Sent]:
    """Give what a refused form chose and what it knew, to show it again; nothing where it can't be read."""
    try:
        return steps_sent(post), steps_sent(post, "was-")
    except BadInput:
        return {}, {}


def steps_sent(post: QueryDict, prefix: str = "at-") -> Sent:
    """Read `at-7=3` as incident 7 on step 3, `at-7=` as nowhere. Raises BadInput."""
    sent = {field.removeprefix(prefix): str(post[field]) for field in post if field.startswith(prefix)}
    if not all(number.isdecimal() and len(number) < 10 and len(step) < 2 for number, step in sent.items()):
        raise BadInput("This is no place on the range. Go back and use the form.")
    if not all(step == "" or step.isdecimal() for step in sent.values()):
        raise BadInput("An incident lies on one of five steps, from the first end of the range to the other.")
    return {int(number): int(step) if step else None for number, step in sent.items()}
