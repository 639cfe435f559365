"""The formats in which a codebook leaves: one module each, with `write(handout)`."""

from collections.abc import Callable
from dataclasses import dataclass

from coding.codebook.formats import json_, xlsx
from coding.codebook.formats.written import Written
from coding.codebook.rules import Handout


@dataclass(frozen=True)
class Format:
    """How a format is called, and who writes it."""

    label: str
    extension: str
    content_type: str
    write: Callable[[Handout], Written]


FORMATS = {
    "xlsx": Format("XLSX", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.write),
    "json": Format("JSON", "json", "application/json", json_.write),
}
