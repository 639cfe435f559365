"""A figure's reliability table as CSV, in the form that R's irr and irrCAC read: a row a unit, a column a coder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coding.agreement.models import Measurement
from coding.agreement.queries import table_of
from coding.agreement.units import Judgements

if TYPE_CHECKING:
    import pandas

FORMULA = ("=", "+", "-", "@")


def reliability_table(one: Measurement, said: Judgements) -> pandas.DataFrame:
    """Give the table behind a figure: index the incident's number, a column for each coder, empty for missing.

    Present/absent is 1 and 0; a set is written {6|7}, the empty set {}.
    """
    import pandas  # heavy, and seldom asked for

    rows = [[written(value) for value in row] for row in table_of(one, said)]
    index = pandas.Index([unit.number for unit in said.units], name="incident")
    return pandas.DataFrame(rows, index=index, columns=[as_text(coder.name) for coder in said.coders])


def written(value: Any) -> str | None:
    """Write one judgement; None stays missing."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, frozenset):
        return "{" + "|".join(str(number) for number in sorted(value)) + "}"
    return as_text(str(value))


def as_text(cell: str) -> str:
    """Keep a spreadsheet from reading a cell as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
