"""Forms about the words: a project's start, wording, a reason."""

from django import forms
from django.core.exceptions import ValidationError

from coding.codes.models import NAME_LENGTH
from coding.codes.scales import EMPTY, LABELS
from coding.lib.text import clean, fault


class CleanText(forms.CharField):
    """A text field that stores line ends as LF and refuses control characters."""

    def to_python(self, value: object) -> str:
        text = clean(super().to_python(value) or "")
        if refused := fault(text):
            raise ValidationError(f"This holds {refused}. Remove it.", code="refused_character")
        return text


class StartForm(forms.Form):
    """What a new project needs; the rest can be said later."""

    name = CleanText(max_length=200, label="Name")
    question = CleanText(
        required=False, max_length=20_000, label="Research question", widget=forms.Textarea({"rows": 2}),
        help_text="Printed in the codebook. You can write it later.",
    )  # fmt: skip
    scale = forms.ChoiceField(
        choices=[*LABELS.items(), (EMPTY, "No scale yet")], initial="gvs", widget=forms.RadioSelect, label="Scale",
        help_text="The target of selective coding. The project gets its own copy.",
    )  # fmt: skip


class WordingForm(forms.Form):
    """A code's or category's name and criteria; `version` tells a stale page."""

    name = CleanText(max_length=NAME_LENGTH)
    definition = CleanText(required=False, max_length=20_000, widget=forms.Textarea({"rows": 3}))
    use_when = CleanText(required=False, max_length=20_000, widget=forms.Textarea({"rows": 2}))
    avoid_when = CleanText(required=False, max_length=20_000, widget=forms.Textarea({"rows": 2}))
    reason = CleanText(
        required=False, max_length=2_000, label="Reason for the change", help_text="Kept in the audit trail."
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    moved_on = False

    def wording(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("name", "definition", "use_when", "avoid_when")}


class ReasonForm(forms.Form):
    """Why a word is taken out of use."""

    reason = CleanText(max_length=2_000, widget=forms.Textarea({"rows": 2}), help_text="Kept in the audit trail.")
