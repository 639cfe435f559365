"""What leaves as files: a figure's reliability table as R's irr and irrCAC read it, and all measurements of a round."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from coding.agreement.behind import Behind
from coding.agreement.models import Measurement

if TYPE_CHECKING:
    import pandas

FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "coefficient", "level", "about", "name", "value", "undefined_because", "low", "high", "interval_because", "caution",
    "percent", "uses", "units", "coders", "pairable", "standard_error", "seed", "resamples", "batch", "at",
    "input_sha256", "uid",
)  # fmt: skip


def reliability_table(found: Behind) -> pandas.DataFrame:
    """Give the table behind a figure: index the unit, a column for each coder, empty for missing.

    Present/absent is 1 and 0; a set is written {6|7}, the empty set {}. Of texts: code points marked in each incident.
    """
    import pandas  # heavy, and seldom asked for

    rows = [[written(value) for value in row] for row in found.table]
    index = pandas.Index([as_text(key) for key in found.keys], name=found.noun)
    return pandas.DataFrame(rows, index=index, columns=[as_text(coder) for coder in found.coders])


def written(value: Any) -> str | None:
    """Write one judgement; None stays missing."""
    if value is None:
        return None
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, frozenset):
        return "{" + "|".join(str(number) for number in sorted(value)) + "}"
    return as_text(str(value))


def as_text(cell: str) -> str:
    """Keep a spreadsheet from reading a cell as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def plain(one: Measurement, *, opened: bool) -> dict[str, Any]:
    """Write a measurement as plain data; who said what beside what only for who has `opened` the readings."""
    beside = {key: value for key, value in one.beside.items() if opened or key != "confusion"}
    return {
        "uid": str(one.uid), "coefficient": one.coefficient, "level": one.level, "about": one.method.get("about"),
        "value": one.value, "undefined_because": one.undefined_because, "low": one.low, "high": one.high,
        "interval_because": one.interval_because, "caution": one.caution, "percent": one.percent, "uses": one.uses,
        "units": one.units, "coders": one.coders, "pairable": one.pairable, "left_out": one.left_out,
        "beside": beside, "method": {key: value for key, value in one.method.items() if key != "about"},
        "seed": one.seed, "input_sha256": one.input_sha256, "batch": one.batch, "at": one.at.isoformat(),
    }  # fmt: skip


def as_json(found: Iterable[Measurement], about: dict[str, Any], *, opened: bool) -> str:
    """Write all measurements of a round, the earlier batches too."""
    rows = [plain(one, opened=opened) for one in found]
    return json.dumps({**about, "measurements": rows}, ensure_ascii=False, indent=1)


def as_csv(found: Iterable[Measurement]) -> str:
    """Write all measurements of a round, a row a figure; what stands beside a figure has rows of its own below it."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for one in found:
        for row in rows_of(one):
            table.writerow(["" if row.get(name) is None else cell(row[name]) for name in COLUMNS])
    return out.getvalue()


def cell(value: Any) -> Any:
    return as_text(value) if isinstance(value, str) else value


def rows_of(one: Measurement) -> Iterator[dict[str, Any]]:
    about = one.method.get("about") or {}
    own = plain(one, opened=False) | {"about": about.get("uid", ""), "name": about.get("name", ""),
                        "resamples": one.method.get("resamples")}  # fmt: skip
    yield own
    common = {key: own[key] for key in ("level", "about", "batch", "at", "input_sha256", "uid")}
    coders = one.method.get("coders") or []
    for row in one.beside.get("coefficients") or []:
        yield common | {"name": own["name"]} | row
    for row in one.beside.get("pairs") or []:
        names = " and ".join(coders[at] for at in row["coders"])
        pair = {"name": names, "units": row["units"], "coders": 2}
        percent = None if row.get("agreement") is None else 100 * row["agreement"]
        yield common | pair | {"coefficient": one.coefficient, "value": row["value"], "percent": percent,
                               "undefined_because": row["undefined_because"]}  # fmt: skip
        if row.get("kappa"):
            yield common | pair | {"coefficient": "cohen_kappa"} | row["kappa"]
