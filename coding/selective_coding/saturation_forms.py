"""The settings of saturation, from the address; and a judgement as it was posted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from coding.lib.forms import CleanForm
from coding.lib.refusals import BadInput
from coding.selective_coding.saturation import Setting

MOST_BASE, MOST_RUN = 1_000, 100
DEFAULT = Setting()


class SettingForm(CleanForm, forms.Form):
    """Base, run and threshold; what the address does not name is as published."""

    base = forms.IntegerField(min_value=1, max_value=MOST_BASE, label="Incidents in the base", initial=DEFAULT.base)
    run = forms.IntegerField(min_value=1, max_value=MOST_RUN, label="Incidents in a run", initial=DEFAULT.run)
    threshold = forms.IntegerField(min_value=0, max_value=100, label="Threshold in per cent", initial=DEFAULT.threshold)

    def setting(self) -> Setting:
        """Give the setting. Raises BadInput with the first fault as a sentence."""
        if not self.is_valid():
            field, faults = next(iter(self.errors.items()))
            raise BadInput(f"{self.fields[field].label}: {faults[0]}")
        return Setting(**self.cleaned_data)


def setting_form(query: QueryDict) -> SettingForm:
    """Read the settings from a query; the form that comes back shows what was asked."""
    data: dict[str, Any] = {name: query.get(name, getattr(DEFAULT, name)) for name in ("base", "run", "threshold")}
    return SettingForm(data)


def reached_in(text: str) -> bool:
    """Read a posted judgement."""
    if text not in {"yes", "no"}:
        raise BadInput("Say whether the category is saturated: yes, or not yet.")
    return text == "yes"
