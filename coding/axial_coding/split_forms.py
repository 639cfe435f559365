"""Forms of a split: the wording of both codes, and the reason with which it is done."""

from __future__ import annotations

from typing import Any

from django import forms

from coding.codes.checks import CRITERIA
from coding.codes.models import NAME_LENGTH, Code
from coding.lib.forms import CleanForm


def text(label: str) -> forms.CharField:
    return forms.CharField(required=False, label=label, max_length=20_000, widget=forms.Textarea({"rows": 2}))


class SplitForm(CleanForm, forms.Form):
    """The new code's name and criteria, and the old one's from then on; `version` of that one tells a stale page."""

    name = forms.CharField(max_length=NAME_LENGTH, label="Name of the new code")
    definition = text("Definition")
    use_when = text("Use when")
    avoid_when = text("Avoid when")
    kept_definition = text("Definition")
    kept_use_when = text("Use when")
    kept_avoid_when = text("Avoid when")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def new(self) -> dict[str, str]:
        return {field: self.cleaned_data[field] for field in ("name", *CRITERIA)}

    def kept(self) -> dict[str, str]:
        return {field: self.cleaned_data[f"kept_{field}"] for field in CRITERIA}

    @property
    def of_new(self) -> list[Any]:
        return [self[field] for field in ("name", *CRITERIA)]

    @property
    def of_kept(self) -> list[Any]:
        return [self[f"kept_{field}"] for field in CRITERIA]


def start_of(code: Code, split: Any) -> dict[str, str]:
    """Fill the form with what was written already, else with the code's own wording."""
    kept, new = {**code.wording(), **(split.kept if split else {})}, split.new if split else {}
    return {**new, **{f"kept_{field}": kept[field] for field in CRITERIA}}


class DoneForm(CleanForm, forms.Form):
    """Why the code is split."""

    reason = forms.CharField(
        label="Why it is split",
        help_text="Kept in the audit trail.",
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )
