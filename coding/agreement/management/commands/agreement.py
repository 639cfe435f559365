"""Measure a table from elsewhere: no project, no sign-in, nothing stored."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coding.agreement.standalone import LEVELS, SOURCES, WEIGHTS, Row, Wanted, measure_ratings, measure_spans
from coding.agreement.tables import NoTable, read_long, read_spans, read_wide, text_of

HELP = """Measure agreement in a file.

A table has the unit in its first column and one column for each coder; an empty cell is missing, {a|b} is a set of
labels, {} the empty set. A long list has one judgement a row. Spans stand in a JSON file.
"""
HEAD = ("coefficient", "level", "about", "value", "95 %", "s.e.", "units", "coders", "judgements")


class Command(BaseCommand):
    help = HELP
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, or JSON for spans")
        parser.add_argument("--long", metavar="UNIT,CODER,VALUE", default="", help="the columns of a long list")
        parser.add_argument("--coefficient", action="append", default=[], metavar="NAME",
                            help=f"may be repeated; without it, those that fit: {', '.join(SOURCES)}")  # fmt: skip
        parser.add_argument("--level", default="", choices=["", *LEVELS], metavar="LEVEL", help=", ".join(LEVELS))
        parser.add_argument("--weights", default="", choices=["", *WEIGHTS], metavar="WEIGHTS", help=", ".join(WEIGHTS))
        parser.add_argument("--value", default="", help="one value against the rest; in sets and spans one label")
        parser.add_argument("--bootstrap", type=int, default=1000, help="resamples for the interval of alpha; 0: none")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--json", action="store_true", help="full precision, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = self.measured(options)
        except NoTable as fault:
            raise CommandError(str(fault)) from fault
        if options["json"]:
            self.stdout.write(json.dumps([row.plain for row in rows], indent=1, ensure_ascii=False, allow_nan=False))
        else:
            self.stdout.write("\n".join(readable(rows)))

    def measured(self, options: dict[str, Any]) -> list[Row]:
        wanted = Wanted(
            options["coefficient"], options["level"], options["weights"], options["value"], options["bootstrap"],
            options["seed"],
        )  # fmt: skip
        try:
            text = text_of(options["file"].read_bytes())
        except OSError as fault:
            raise CommandError(f"{options['file']} can't be read: {fault.strerror}.") from fault
        if options["file"].suffix.lower() == ".json":
            return measure_spans(read_spans(text), wanted)
        read = read_long(text, options["long"].split(",")) if options["long"] else read_wide(text)
        return measure_ratings(read, wanted)


def readable(rows: list[Row]) -> list[str]:
    """Write figures as a table for the eye: three decimals, the reason where there is no number."""
    lines, notes = [HEAD, *map(cells, rows)], []
    for row in rows:
        about = f" ({row.about})" if row.about else ""
        notes += [f"{row.coefficient}{about}: {said}" for said in (row.found.undefined_because, *row.notes) if said]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return [*table, *(["", *dict.fromkeys(notes)] if notes else [])]


def cells(row: Row) -> tuple[str, ...]:
    one = row.found
    value = "–" if one.value is None else f"{one.value:.3f}"
    bounds = "" if one.low is None or one.high is None else f"{one.low:.3f} to {one.high:.3f}"
    error = "" if one.standard_error is None else f"{one.standard_error:.3f}"
    counts = (str(one.units), str(one.coders), str(one.pairable))
    return row.coefficient, row.level, row.about, value, bounds, error, *counts
