"""Page: bring a scale in from a file."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from coding.codes.forms import CleanText
from coding.codes.models import NAME_LENGTH, Scale
from coding.codes.scale_files import read_scale
from coding.codes.scale_rules import counted, import_scale
from coding.incidents.grids import UPLOAD_LIMIT
from coding.lib.refusals import Refusal, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project


class ScaleFileForm(forms.Form):
    """A file, and what stands in place of what it says."""

    file = forms.FileField(
        label="JSON, CSV or XLSX file", widget=forms.ClearableFileInput({"accept": ".json,.csv,.tsv,.txt,.xlsx"}),
        help_text="One row per category: layer, category, definition, use when, avoid when. Or JSON.",
    )  # fmt: skip
    name = CleanText(
        max_length=NAME_LENGTH, required=False, help_text="Without one, the name in the file, or the file's own."
    )
    rating_kind = forms.ChoiceField(
        label="How it is rated", choices=[("", "As the file says, else by presence"), *Scale.RatingKind.choices],
        required=False, widget=forms.RadioSelect,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(read="lead", shared=True)
def import_page(request: MemberRequest, project: Project) -> HttpResponse:
    """Take a scale's file: all of it, or nothing with every fault named by its row."""
    form = ScaleFileForm(request.POST, request.FILES) if request.method == "POST" else ScaleFileForm()
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            scale = brought_in(request, project, form)
        except Refusal as refusal:
            form.add_error("file", getattr(refusal, "reasons", None) or refusal.message)
            status = refusal.status
        else:
            url = reverse("selective_coding:scale", args=[project.slug, scale.uid])
            return back_with(request, url, f"Imported {counted(scale)}")
    return render(request, "codes/scale_import.html", {"form": form}, status=status)


def brought_in(request: MemberRequest, project: Project, form: ScaleFileForm) -> Scale:
    file = form.cleaned_data["file"]
    data = file.read(UPLOAD_LIMIT + 1)
    content = read_scale(data, file.name, name=form.cleaned_data["name"], rating_kind=form.cleaned_data["rating_kind"])
    return import_scale(request.user, project, content)
