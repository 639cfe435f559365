"""The form that settles one disagreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from coding.codes.models import ScaleCategory
from coding.reconciliation.models import Decision
from coding.reconciliation.queries import Lane
from coding.selective_coding.readings import STANCES

OWN = (Decision.Outcome.MERGE, Decision.Outcome.RECODE)


class SettleForm(forms.Form):
    """What stands, by whose reading or by own choice, and why.

    `outcome` is `one:` and a coder's public id, or merge, recode or plural. The ticked categories count for merge and
    recode only, so that a page without script can send them along with any outcome.
    """

    outcome = forms.ChoiceField(error_messages={"required": "Choose what stands: one reading, or your own choice."})
    category = forms.TypedMultipleChoiceField(required=False, coerce=int)
    primary = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    reason = forms.ChoiceField(
        choices=Decision.Reason.choices, error_messages={"required": "Choose why coders read this differently."}
    )
    rationale = forms.CharField(
        max_length=20_000, widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Write the rationale, so that a reviewer can follow the decision."},
    )  # fmt: skip

    def __init__(self, *args: Any, lanes: Sequence[Lane], categories: Sequence[ScaleCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lanes = {lane.key: lane.reading for lane in lanes if lane.reading and not lane.is_machine}
        self.categories = {row.number: row for row in categories}
        numbers = [(number, number) for number in self.categories]
        self.fields["outcome"].choices = [(key, key) for key in [*self.lanes, *OWN, Decision.Outcome.PLURAL]]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["category"].choices = numbers  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["primary"].choices = numbers  # type: ignore[attr-defined]  # a ChoiceField

    def decided(self) -> dict[str, Any]:
        """Give outcome, choices, primary, reason and rationale as `settle` takes them."""
        outcome, choices, primary = self.choices()
        return {"outcome": outcome, "choices": choices, "primary": primary, **self.why()}

    def why(self) -> dict[str, str]:
        return {"reason": self.cleaned_data["reason"], "rationale": self.cleaned_data["rationale"]}

    def choices(self) -> tuple[str, list[ScaleCategory], ScaleCategory | None]:
        chosen = self.cleaned_data["outcome"]
        if chosen in self.lanes:
            reading = self.lanes[chosen]
            return Decision.Outcome.ONE, sorted(reading.categories, key=lambda row: row.number), reading.primary
        if chosen == Decision.Outcome.PLURAL:
            return chosen, [], None
        numbers = sorted(set(self.cleaned_data["category"]))
        primary = self.cleaned_data["primary"] if self.cleaned_data["primary"] in numbers else None
        if len(numbers) == 1:
            primary = numbers[0]
        return chosen, [self.categories[number] for number in numbers], primary and self.categories[primary]


class StanceForm(SettleForm):
    """The same for a stance scale: a stance for each value in place of ticked categories."""

    def __init__(self, *args: Any, lanes: Sequence[Lane], categories: Sequence[ScaleCategory], **kwargs: Any) -> None:
        super().__init__(*args, lanes=lanes, categories=categories, **kwargs)
        for number in self.categories:
            self.fields[f"stance-{number}"] = forms.TypedChoiceField(
                required=False, coerce=int, empty_value=None, choices=[(stance, stance) for stance in STANCES],
                error_messages={"invalid_choice": "A stance is −1, 0 or +1."},
            )  # fmt: skip

    def decided(self) -> dict[str, Any]:
        """Give outcome, stances, reason and rationale as `settle` takes them."""
        chosen = self.cleaned_data["outcome"]
        said: dict[str, Any] = {"choices": [], "primary": None, **self.why()}
        if chosen in self.lanes:
            return {"outcome": Decision.Outcome.ONE, "stances": dict(self.lanes[chosen].stances), **said}
        given = {row: self.cleaned_data[f"stance-{number}"] for number, row in self.categories.items()}
        return {"outcome": chosen, "stances": {row: one for row, one in given.items() if one is not None}, **said}
