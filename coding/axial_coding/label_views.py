"""The page on which a lead labels a category in vivo; whoever reads the board reads which words it may be."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from coding.axial_coding import labels
from coding.axial_coding.queries import board_categories
from coding.codes.models import NAME_LENGTH, Category
from coding.lib.forms import CleanForm
from coding.lib.refusals import Refusal, back_with
from coding.lib.text import strip_faults
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project, Role


class LabelForm(CleanForm, forms.Form):
    """The words, why, and the label that stood when the page was opened."""

    label = forms.CharField(
        required=False, max_length=NAME_LENGTH, label="In-vivo label",
        help_text="Words of a report that name the category best. Left empty, it has no label.",
        widget=forms.TextInput({"dir": "auto", "list": "said"}),
    )  # fmt: skip
    reason = forms.CharField(required=False, max_length=2_000, help_text="Kept in the audit trail.")
    was = forms.CharField(required=False, widget=forms.HiddenInput)


@project_page(shared=True)
def label_page(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """A category's label and the quotes it may be taken from; `words` in the address fills the field."""
    found = get_object_or_404(board_categories(request.user, project), uid=uid)
    taken = strip_faults(request.GET.get("words", found.in_vivo_label))[0][:NAME_LENGTH]
    form = LabelForm(request.POST or None, initial={"label": taken, "was": found.in_vivo_label})
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            labels.label_category(request.user, found, data["label"], data["reason"], was=data["was"])
        except Refusal as refusal:
            found.refresh_from_db()
            form, status = again(form, found, refusal), refusal.status
        else:
            return back_with(request, reverse("codes:category", args=[project.slug, found.uid]), said(data["label"]))
    is_lead, label = request.membership.role == Role.LEAD, found.in_vivo_label
    context = {
        "category": found, "form": form, "is_lead": is_lead, "offered": labels.offered(request.user, found),
        "is_gone": bool(label) and is_lead and not labels.stands(request.user, found, label),
    }  # fmt: skip
    return render(request, "axial_coding/label.html", context, status=status)


def again(form: LabelForm, found: Category, refusal: Refusal) -> LabelForm:
    """Give the form back with what was written in it, ready to be saved over the label that stands now."""
    form = LabelForm({**form.cleaned_data, "was": found.in_vivo_label})
    form.add_error("label", refusal.message)
    return form


def said(label: str) -> str:
    return f"The label is “{' '.join(label.split())}”." if label.strip() else "The category has no label now."
