"""What other rooms' pages show of memos."""

from typing import Any

from django import template
from django.template import Context

from coding.incidents.models import Incident
from coding.memos.models import Memo
from coding.memos.views import Draft

register = template.Library()


@register.inclusion_tag("memos/on.html#panel", takes_context=True)
def empty_memo_form(context: Context, incident: Incident) -> dict[str, Any]:
    """The form of a memo on an incident, without the memos that there are: what a page keeps for lost connections."""
    return {
        "kind": "incident", "thing": incident, "project": context["project"], "membership": context["membership"],
        "draft": Draft(Memo.Kind.CODE), "may_write": True, "in_place": True,
    }  # fmt: skip
