"""Forms of axial coding: a category, a merge, a relation."""

from __future__ import annotations

from typing import Any

from django import forms

from coding.axial_coding.queries import Card, board_categories, board_codes
from coding.codes.models import NAME_LENGTH, Category, Code, Relation
from coding.lib.forms import CleanForm
from coding.people.models import Project, User


class CategoryForm(forms.Form):
    """A new category; its criteria can be worded later."""

    name = forms.CharField(max_length=NAME_LENGTH)
    definition = forms.CharField(required=False, widget=forms.Textarea({"rows": 2}))


class MergeForm(CleanForm, forms.Form):
    """Which of the selected codes stands for all, and why."""

    target = forms.ChoiceField(
        widget=forms.RadioSelect, label="Keep this code", help_text="The others will be read as this one."
    )
    reason = forms.CharField(
        widget=forms.Textarea({"rows": 2}), max_length=2000, help_text="Kept in the audit trail."
    )  # fmt: skip

    def __init__(self, *args: Any, cards: list[Card], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(card.code.uid), card_in_words(card)) for card in cards]
        self.fields["target"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["target"].initial = choices[0][0]


def card_in_words(card: Card) -> str:
    segments = "1 segment" if card.segments == 1 else f"{card.segments} segments"
    return f"{card.code.name} ({card.code.coined_by}, {segments})"


class RelationForm(forms.Form):
    """One link of the paradigm model."""

    phenomenon = forms.ModelChoiceField(Category.objects.none(), to_field_name="uid", empty_label="Choose a category")
    role = forms.ChoiceField(choices=Relation.Role.choices, label="Role")
    filler = forms.ChoiceField(label="What fills it")
    rationale = forms.CharField(
        required=False, widget=forms.Textarea({"rows": 2}), max_length=20_000,
        help_text="What in the reports makes you think so. Until segments are attached, the relation is a conjecture.",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories, codes = board_categories(user, project), board_codes(user, project)
        self.fields["phenomenon"].queryset = categories  # type: ignore[attr-defined]  # a ModelChoiceField
        self.words: dict[str, Category | Code] = {
            **{category.ref(): category for category in categories}, **{code.ref(): code for code in codes}
        }  # fmt: skip
        self.fields["filler"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", "Choose a category or code"),
            ("Categories", [(ref, str(word)) for ref, word in self.words.items() if isinstance(word, Category)]),
            ("Codes", [(ref, code_in_words(word)) for ref, word in self.words.items() if isinstance(word, Code)]),
        ]

    def relation(self) -> dict[str, Any]:
        """Give the arguments of `relate`."""
        data = self.cleaned_data
        return {**data, "filler": self.words[data["filler"]]}


def code_in_words(code: Code) -> str:
    """Name a code; until it is adopted also its coiner, since others may bear the name."""
    return code.name if code.adopted_at else f"{code.name} ({code.coined_by})"
