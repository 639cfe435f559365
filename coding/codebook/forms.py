"""Forms of the codebook: a note on what is frozen or handed out."""

from django import forms

from coding.lib.text import fault

NOTE_LENGTH = 2_000


class NoteForm(forms.Form):
    """A few words on an edition or a publication; they are printed in the codebook."""

    note = forms.CharField(
        required=False, max_length=NOTE_LENGTH, widget=forms.Textarea({"rows": 2}),
        help_text="What changed and why, in a sentence. It is printed in the codebook.",
    )  # fmt: skip

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"].replace("\r\n", "\n")
        if refused := fault(note):
            raise forms.ValidationError(f"The note holds {refused}. Remove it.", code="control_character")
        return note
