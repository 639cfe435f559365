"""Forms of the import: the file, and how to read it."""

from typing import Any

from django import forms

from coding.incidents.columns import FIELDS
from coding.incidents.grids import DELIMITERS, ENCODINGS
from coding.incidents.rules import Choices, Reading

LABELS = {
    "title": "Title", "text": "Text", "occurred_on": "Date", "source_name": "Source", "source_url": "Link",
    "external_id": "Id in the source", "language": "Language", "modality": "Modality",
    "lifecycle_stage": "Life-cycle stage", "occurrence": "Occurrence (what happened; groups reports)",
}  # fmt: skip
ORDERS = {"": "As the dates themselves say", "day": "Day first: 31/12/2024", "month": "Month first: 12/31/2024"}


class UploadForm(forms.Form):
    file = forms.FileField(
        label="CSV or XLSX file", help_text="One incident per row, at least a title and a text. Up to 50 MB.",
        widget=forms.ClearableFileInput({"accept": ".csv,.tsv,.txt,.xlsx"}),
    )  # fmt: skip


class ReadingForm(forms.Form):
    """How to read the file: every guess is shown and can be changed."""

    encoding = forms.ChoiceField(required=False)
    delimiter = forms.ChoiceField(required=False)
    sheet = forms.ChoiceField(required=False)
    day_first = forms.ChoiceField(label="Dates such as 03/04/2024", choices=list(ORDERS.items()), required=False)
    remove = forms.BooleanField(
        label="Remove control characters", required=False,
        help_text="Form feeds and the like are taken out, and the report says where.",
    )  # fmt: skip
    skip = forms.BooleanField(label="Leave faulty rows out", required=False, help_text="Otherwise all rows or none.")

    def __init__(self, data: Any, reading: Reading) -> None:
        table = reading.table
        initial = {name: reading.columns.get(name, "") for name in FIELDS}
        initial |= {"encoding": table.encoding, "delimiter": table.delimiter, "sheet": table.sheet}
        super().__init__(data, initial=initial)
        self.fields["encoding"].choices = list(ENCODINGS.items())  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["delimiter"].choices = list(DELIMITERS.items())  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["sheet"].choices = [(name, name) for name in table.sheets]  # type: ignore[attr-defined]  # a ChoiceField
        for name in ("encoding", "delimiter") if table.kind == "xlsx" else ("sheet",):
            del self.fields[name]
        columns = [("", "Not in this file"), *((name, name) for name in table.header)]
        for name in FIELDS:
            self.fields[name] = forms.ChoiceField(label=LABELS[name], choices=columns, required=False)

    def column_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in FIELDS]

    def file_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in FIELDS]


def choices_from(data: Any) -> Choices:
    """Read the posted choices as they are; the verbs say what is wrong with them."""
    columns = {name: data[name] for name in FIELDS if data.get(name)}
    order = {"day": True, "month": False}.get(data.get("day_first", ""))
    return Choices(
        columns=columns, encoding=data.get("encoding", ""), delimiter=data.get("delimiter", ""),
        sheet=data.get("sheet", ""), day_first=order, remove=bool(data.get("remove")), skip=bool(data.get("skip")),
    )  # fmt: skip
