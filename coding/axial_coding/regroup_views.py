"""The page on which a lead merges a category into another, or lets some of its codes go into a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from coding.axial_coding.queries import board_categories, board_codes
from coding.axial_coding.views import board_url
from coding.codes.models import NAME_LENGTH, Category, Code, Mapping, Relation
from coding.codes.regroup import merge_categories, split_category
from coding.lib.forms import CleanForm
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project


def reason(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text="Kept in the audit trail.", max_length=2000, widget=forms.Textarea({"rows": 2})
    )


class MergeInto(CleanForm, forms.Form):
    """The category that stays, and why."""

    target = forms.ModelChoiceField(
        Category.objects.none(), to_field_name="uid", label="Merge into", empty_label="Choose a category"
    )
    reason = reason("Why they are merged")

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = others  # type: ignore[attr-defined]  # a ModelChoiceField


class SplitOff(CleanForm, forms.Form):
    """The new category, the codes that go into it, and why."""

    name = forms.CharField(max_length=NAME_LENGTH, label="Name of the new category")
    definition = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea({"rows": 2}))
    codes = forms.ModelMultipleChoiceField(
        Code.objects.none(), to_field_name="uid", label="Codes that go into it", widget=forms.CheckboxSelectMultiple
    )
    reason = reason("Why it is split")

    def __init__(self, *args: Any, codes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"].queryset = codes  # type: ignore[attr-defined]  # a ModelMultipleChoiceField


@project_page(read="lead", shared=True)
def regroup(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """Say what a merge or a split of one category does, and do it."""
    found = get_object_or_404(board_categories(request.user, project), uid=uid)
    codes = board_codes(request.user, project).filter(category=found)
    others = board_categories(request.user, project).exclude(pk=found.pk)
    do = request.POST.get("do", "") if request.method == "POST" else "read"
    if do not in {"read", "merge", "split"}:
        raise BadInput("This can't be done here. Go back and use one of the buttons.")
    merge = MergeInto(request.POST if do == "merge" else None, others=others, auto_id="merge_%s")
    split = SplitOff(request.POST if do == "split" else None, codes=codes, auto_id="split_%s")
    form, status = (merge if do == "merge" else split), 400
    if do != "read" and form.is_valid():
        try:
            return done(request, project, found, form)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
    context = {"category": found, "codes": codes, "others": others, "merge": merge, "split": split, **carried(found)}
    return render(request, "axial_coding/regroup.html", context, status=status if form.errors else 200)


def done(request: MemberRequest, project: Project, found: Category, form: MergeInto | SplitOff) -> HttpResponse:
    """Call the verb and go to the column that came of it."""
    data = form.cleaned_data
    if isinstance(form, MergeInto):
        into = merge_categories(request.user, found, data["target"], data["reason"])
        says = f"“{found}” is merged into “{into}”. Undo it under “What was done”."
    else:
        more = {"definition": data["definition"]}
        into = split_category(request.user, found, data["name"], list(data["codes"]), data["reason"], **more)
        says = f"“{into}” came out of “{found}”. Undo it under “What was done”."
    return back_with(request, board_url(project, place=f"column-{into.uid}"), says)


def carried(found: Category) -> dict[str, Any]:
    """Give what goes along in a merge: relations at either end, and places in scales."""
    ends = Relation.objects.filter(phenomenon=found) | Relation.objects.filter(filler_category=found)
    return {
        "relations": ends.select_related("phenomenon", "filler_category", "filler_code").order_by("pk"),
        "mappings": Mapping.objects.filter(category=found).select_related("scale", "scale_category").order_by("pk"),
    }
