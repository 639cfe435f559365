"""The form of a new round."""

from __future__ import annotations

from typing import Any

from django import forms

from coding.codes.models import Edition, Scale
from coding.incidents.models import Incident
from coding.lib.collation import in_order
from coding.lib.forms import CleanForm
from coding.people.models import Project, User
from coding.rounds.models import Round
from coding.rounds.rules import Plan, sample

# A round that nobody could work on is not offered.
STAGES = [choice for choice in Round.Stage.choices if choice[0] in Round.WORK_PAGES]
BY_NUMBER = (Round.Sampling.THEORETICAL, Round.Sampling.BY_HAND)
ON_A_SCALE = {Round.Stage.RATING, Round.Stage.MAPPING}
OF_INCIDENTS = {Round.Stage.OPEN, Round.Stage.RATING}


MOST_NUMBERS = 100_000


def numbers_in(text: str) -> set[int]:
    """Read "1-20, 25" as incident numbers. Raises ValidationError with a sentence."""
    numbers: set[int] = set()
    for part in text.replace("–", "-").replace(";", ",").split(","):
        ends = [end.strip() for end in part.split("-")]
        if not part.strip():
            continue
        if len(ends) > 2 or not all(end.isascii() and end.isdigit() and len(end) < 8 for end in ends):
            raise forms.ValidationError(f"“{part.strip()}” is no incident number. Write them like 1-20, 25.", "number")
        first, last = int(ends[0]), int(ends[-1])
        if last < first:
            raise forms.ValidationError(f"“{part.strip()}” runs backwards. Write the smaller number first.", "range")
        if last - first >= MOST_NUMBERS or len(numbers) > MOST_NUMBERS:
            raise forms.ValidationError(f"“{part.strip()}” is longer than {MOST_NUMBERS:,} incidents.", "range")
        numbers.update(range(first, last + 1))
    return numbers


class CoderField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}{' (machine)' if obj.is_machine else ''}"


class RoundForm(CleanForm, forms.Form):
    """A plan for a round: work, incidents, coders."""

    name = forms.CharField(max_length=120)
    stage = forms.ChoiceField(choices=STAGES, widget=forms.RadioSelect)
    purpose = forms.ChoiceField(
        choices=Round.Purpose.choices, initial=Round.Purpose.MAIN,
        help_text="Only main rounds enter a headline; pilots are there to mend the codebook. "
        "A stability round hides from its coders what they did before.",
    )  # fmt: skip
    scale = forms.ModelChoiceField(
        Scale.objects.none(), required=False, to_field_name="uid", help_text="For a rating or mapping round."
    )
    edition = forms.ModelChoiceField(
        Edition.objects.none(), required=False, to_field_name="uid",
        empty_label="The present state, frozen when the round opens",
        help_text="What coders read as codes, definitions and scale for as long as the round is open.",
    )  # fmt: skip
    sampling = forms.ChoiceField(choices=Round.Sampling.choices, widget=forms.RadioSelect, label="Incidents")
    words = forms.CharField(
        required=False, max_length=200, label="Search words", help_text="For those that match a search."
    )
    size = forms.IntegerField(required=False, min_value=1, max_value=100_000, label="Sample size")
    seed = forms.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="The same seed draws the same incidents and deal."
    )
    numbers = forms.CharField(
        required=False, max_length=10_000, label="Incident numbers", help_text="For example 1-20, 25."
    )
    sampling_note = forms.CharField(
        required=False, label="Reason for this choice", widget=forms.Textarea({"rows": 2}),
        help_text="A choice by hand or theory needs it; it is printed in the audit trail.",
    )  # fmt: skip
    coders = CoderField(User.objects.none(), to_field_name="uid", widget=forms.CheckboxSelectMultiple)
    coders_per_incident = forms.IntegerField(min_value=1, max_value=50, initial=2)
    is_blind = forms.BooleanField(
        required=False, initial=True, label="Blind",
        help_text="Coders see nothing of each other until release. A round coded together reports no agreement.",
    )  # fmt: skip
    instructions = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))
    due_on = forms.DateField(required=False, label="Due on", widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: Any, project: Project, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project, self.user = project, user
        scales = Scale.objects.filter(project=project, rating_kind=Scale.RatingKind.PRESENCE)
        self.fields["scale"].queryset = scales  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["scale"].initial = scales.first()
        editions = Edition.objects.filter(project=project).order_by("-number")
        self.fields["edition"].queryset = editions  # type: ignore[attr-defined]  # a ModelChoiceField
        coders = User.objects.filter(pk__in=project.memberships.exclude(role="observer").values("user"))
        self.fields["coders"].queryset = coders.order_by(in_order("name"), "pk")  # type: ignore[attr-defined]  # a ModelChoiceField

    def incidents(self) -> list[Incident]:
        """Choose the incidents as the form says."""
        data = self.cleaned_data
        found = Incident.objects.visible_to(self.user).filter(project=self.project).in_use().light()
        if data["sampling"] == Round.Sampling.FILTER:
            found = found.matching(data["words"])
        chosen = list(found.order_by("number"))
        if data["sampling"] in BY_NUMBER:  # in Python: a database takes only so many numbers in a query
            chosen = [incident for incident in chosen if incident.number in data["chosen"]]
        return sample(chosen, data["size"], data["seed"] or 0) if data["sampling"] == "random" else chosen

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("stage") == Round.Stage.AXIAL:  # all codes of the edition, and no incident
            data |= {"sampling": Round.Sampling.ALL, "sampling_note": ""}
        sampling = data.get("sampling")
        if sampling == Round.Sampling.FILTER and not data.get("words"):
            self.add_error("words", "Write the words to search for.")
        if sampling == Round.Sampling.RANDOM and not data.get("size"):
            self.add_error("size", "Say how many incidents to draw.")
        if sampling in BY_NUMBER and not data.get("numbers"):
            self.add_error("numbers", "Write the numbers of the incidents, for example 1-20, 25.")
        try:
            data["chosen"] = numbers_in(data.get("numbers") or "")
        except forms.ValidationError as fault:
            self.add_error("numbers", fault)
        return data

    def plan(self) -> Plan:
        """Give the plan for `draft_round`."""
        data, stage = self.cleaned_data, self.cleaned_data["stage"]
        return Plan(
            name=data["name"], stage=stage, coders=list(data["coders"]),
            incidents=self.incidents() if stage in OF_INCIDENTS else [],
            purpose=data["purpose"], sampling=data["sampling"], sampling_note=data["sampling_note"],
            scale=data["scale"] if stage in ON_A_SCALE else None, edition=data["edition"],
            instructions=data["instructions"],
            is_blind=data["is_blind"], coders_per_incident=data["coders_per_incident"], seed=data["seed"] or 0,
            due_on=data["due_on"],
        )  # fmt: skip
