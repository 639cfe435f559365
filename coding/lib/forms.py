"""What forms of several rooms share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from coding.lib.text import clean, fault


def refuse_control_characters(text: str) -> None:
    """Refuse what no text may hold; a NUL is refused by every text field already."""
    if "\x00" not in text and (refused := fault(clean(text))):
        raise ValidationError(f"This holds {refused}. Remove it.", code="refused_character")


class CleanForm(forms.BaseForm):
    """A form whose texts hold no control characters, for those whose verbs take texts as they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators.append(refuse_control_characters)
