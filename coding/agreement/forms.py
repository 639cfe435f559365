"""A table from elsewhere, and what to measure in it."""

from typing import Any

from django import forms

from coding.agreement.standalone import LEVELS, WEIGHTS, Row, Wanted, measure_ratings, measure_spans
from coding.agreement.tables import NoTable, read_long, read_spans, read_wide, text_of

MOST_BYTES = 1024 * 1024  # anybody may ask, and the whole of it is computed while they wait
FORMS = {
    "wide": "A table: one row a unit, one column a coder",
    "long": "A list: one row a judgement",
    "spans": "Spans of a text, as JSON",
}
LEVEL_NAMES = {
    "": "What the values have: sets, or names", "nominal": "Names (nominal)", "ordinal": "Ranks (ordinal)",
    "interval": "Numbers (interval)", "ratio": "Numbers from 0 on (ratio)", "set:masi": "Sets, by MASI",
    "set:jaccard": "Sets, by Jaccard", "set:passonneau2004": "Sets, by Passonneau 2004",
    "set:nominal": "Sets, equal or not",
}  # fmt: skip


class FileForm(forms.Form):
    """Nothing of the file is kept."""

    file = forms.FileField(
        label="CSV or JSON file",
        help_text="UTF-8, up to 1 MB. In a table the first column names the unit; an empty cell is missing, "
        "{a|b} is a set of labels, {} the empty set.",
        widget=forms.ClearableFileInput({"accept": ".csv,.tsv,.txt,.json"}),
    )  # fmt: skip
    layout = forms.ChoiceField(
        label="What the file is", choices=list(FORMS.items()), widget=forms.RadioSelect, initial="wide"
    )
    columns = forms.CharField(
        label="Columns of a list", required=False, max_length=300, initial="unit,coder,value",
        help_text="The names of its columns for the unit, the coder and the value, separated by commas.",
    )  # fmt: skip
    level = forms.ChoiceField(
        label="Level of alpha", required=False, choices=[(name, LEVEL_NAMES[name]) for name in ("", *LEVELS)]
    )
    weights = forms.ChoiceField(
        label="Weights of the kappas", required=False, choices=[("", "None"), *((name, name) for name in WEIGHTS)]
    )  # fmt: skip
    value = forms.CharField(
        label="One value against the rest", required=False, max_length=200, help_text="In sets and spans one label.",
    )  # fmt: skip

    def measure(self) -> list[Row] | None:
        """Measure what was sent; None where it can't be read, and the form then says why."""
        said: dict[str, Any] = self.cleaned_data
        if said["file"].size > MOST_BYTES:
            self.add_error(
                "file", "This file is larger than 1 MB. Measure it from the command line: manage.py agreement."
            )
            return None
        try:
            wanted = Wanted(level=said["level"], weights=said["weights"], value=said["value"])
            text = text_of(said["file"].read())
            if said["layout"] == "spans":
                return measure_spans(read_spans(text), wanted)
            read = (
                read_wide(text)
                if said["layout"] == "wide"
                else read_long(text, [one.strip() for one in said["columns"].split(",")])
            )
            return measure_ratings(read, wanted)
        except NoTable as fault:
            self.add_error("file", str(fault))
            return None
