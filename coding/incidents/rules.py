"""Verbs over incidents: bring a file in, row by row, all or none."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from coding.incidents.columns import (
    FIELDS,
    RowFault,
    RowValues,
    guess_day_first,
    guess_mapping,
    mapping_faults,
    read_row,
    repeats,
)
from coding.incidents.models import Import, Incident
from coding.incidents.tables import Table, TableError, read_table
from coding.lib import clock, ids
from coding.lib.canonical import sha256
from coding.lib.refusals import BadInput, Refusal
from coding.lib.text import fold
from coding.people.models import Project, User
from coding.people.rules import lock_project_stream, record

KEPT_DAYS = 7
BATCH = 500
LIGHT = tuple(name for name in FIELDS if name not in {"text", "external_id"})


class FileUnreadable(BadInput):
    sentence = "This file could not be read as a table."


class RowsFaulty(BadInput):
    """Some rows can't be taken; nothing was imported."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        self.faults = faults
        rows = "row has a fault" if len(faults) == 1 else "rows have faults"
        first = faults[0].sentences[0] if faults else ""
        super().__init__(f"{len(faults):,} {rows}, so nothing was imported. {first}")


class ImportDone(Refusal):
    sentence = "This file was imported already."


@dataclass(frozen=True)
class Choices:
    """How to read a file: what is empty is guessed."""

    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    header_row: int | None = None
    sheet: str = ""
    day_first: bool | None = None
    remove: bool = False
    skip: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Choices":
        return cls(**{one.name: stored[one.name] for one in fields(cls) if one.name in stored})


@dataclass(frozen=True)
class Reading:
    """A file read by some choices: its rows as incidents, and what is wrong with the others."""

    table: Table
    columns: dict[str, str]
    rows: list[RowValues]
    faults: list[RowFault]
    needed: list[str]


@dataclass
class Report:
    """What an import did, in counts and in rows."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    text_differs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        parts = [f"{self.added:,} added", f"{self.updated:,} updated", f"{self.unchanged:,} unchanged"]
        if self.skipped:
            parts.append(f"{self.skipped:,} skipped")
        if self.text_differs:
            parts.append(f"{len(self.text_differs):,} left alone because their coded text differs")
        return ", ".join(parts) + "."


def read_file(data: bytes, file_name: str, choices: Choices) -> Reading:
    """Read a file by the choices, guessing what they leave open. Raises FileUnreadable."""
    try:
        table = read_table(
            data, file_name, encoding=choices.encoding or None, delimiter=choices.delimiter or None,
            header_row=choices.header_row, sheet=choices.sheet or None,
        )  # fmt: skip
    except TableError as fault:
        raise FileUnreadable(str(fault)) from fault
    columns = dict(choices.columns) or guess_mapping(table)
    needed = mapping_faults(columns, table.header)
    rows, faults = ([], []) if needed else read_rows(table, columns, choices)
    return Reading(table, columns, rows, faults, needed)


def read_rows(table: Table, columns: Mapping[str, str], choices: Choices) -> tuple[list[RowValues], list[RowFault]]:
    """Read every row; a row whose id stands earlier in the file is a fault."""
    day_first = choices.day_first
    if day_first is None and "occurred_on" in columns:
        day_first = guess_day_first(table, columns["occurred_on"])
    rows: list[RowValues] = []
    faults: list[RowFault] = []
    for row in table.rows:
        one = read_row(
            row, columns, table.header, day_first, serial_epoch=table.serial_epoch, remove=choices.remove
        )
        (rows if isinstance(one, RowValues) else faults).append(one)  # type: ignore[arg-type]  # sorted by type
    twice = repeats(rows)
    numbers = {fault.number for fault in twice}
    kept = [row for row in rows if row.number not in numbers]
    return kept, sorted([*faults, *twice], key=lambda fault: fault.number)


def upload(by: User, project: Project, file_name: str, data: bytes, at: datetime | None = None) -> Import:
    """Keep an uploaded file with its guessed reading until it is confirmed; nothing of it is imported yet."""
    reading = read_file(data, file_name, Choices())
    at = at or clock.now()
    Import.objects.filter(project=project, state=Import.State.UPLOADED, expires_at__lt=at).delete()
    return Import.objects.create(
        project=project, by=by, file_name=file_name[:255], sha256=hashlib.sha256(data).hexdigest(), payload=data,
        mapping={"columns": reading.columns}, expires_at=at + timedelta(days=KEPT_DAYS),
    )  # fmt: skip


@transaction.atomic
def confirm(by: User, waiting: Import, choices: Choices) -> Report:
    """Bring an uploaded file's rows in, all or none unless faulty ones are to be skipped."""
    locked = Import.objects.select_for_update().get(pk=waiting.pk)
    if locked.state == Import.State.DONE:
        raise ImportDone
    reading = read_file(bytes(locked.payload), locked.file_name, choices)
    report = take(by, locked.project, reading, choices, file_name=locked.file_name)
    locked.state, locked.payload = Import.State.DONE, b""
    locked.report = report_row(report)
    locked.save(update_fields=["state", "payload", "report"])
    return report


def report_row(report: Report) -> dict[str, Any]:
    return {one.name: getattr(report, one.name) for one in fields(report)} | {"sentence": report.sentence}


@transaction.atomic
def take(by: User, project: Project, reading: Reading, choices: Choices, *, file_name: str = "") -> Report:
    """Write a reading's rows. Raises BadInput for a missing column, RowsFaulty for faulty rows not to be skipped."""
    if reading.needed:
        raise BadInput(" ".join(reading.needed))
    if reading.faults and not choices.skip:
        raise RowsFaulty(reading.faults)
    report = import_rows(project, reading.rows)
    report.skipped = len(reading.faults)
    report.notes = [*reading.table.notes, *(note for row in reading.rows for note in row.notes)][:200]
    record(project, by, "import_incidents", project, after={"file": file_name, "report": report.sentence})
    return report


def import_rows(project: Project, rows: Sequence[RowValues]) -> Report:
    """Add new incidents, update what is said about known ones, and leave locked texts alone.

    A row is known by its external id, or without one by title and text together.
    """
    lock_project_stream(project)
    report, fresh = Report(), []
    known = Known(project)
    number = Incident.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    for row in rows:
        there = known.find(row)
        if there is None:
            number += 1
            fresh.append(row_incident(project, number, row))
            known.add(fresh[-1])
            report.added += 1
            if len(fresh) >= BATCH:
                Incident.objects.bulk_create(fresh)
                fresh = []
        else:
            update(there, row, report)
    Incident.objects.bulk_create(fresh)
    return report


class Known:
    """The project's incidents by external id and by title with text, without their texts in memory."""

    def __init__(self, project: Project) -> None:
        columns = ("pk", "external_id", "title", "text_sha256")
        found = Incident.objects.filter(project=project).values_list(*columns)
        self.by_id = {external: pk for pk, external, _, _ in found if external}
        self.by_text = {(title, text): pk for pk, _, title, text in found}
        self.new: set[object] = set()

    def find(self, row: RowValues) -> int | None:
        """Give the known incident's key; 0 for one that this very file brought."""
        if row.external_id:
            return self.by_id.get(row.external_id)
        return self.by_text.get((row.title, sha256(row.text)))

    def add(self, incident: Incident) -> None:
        if incident.external_id:
            self.by_id[incident.external_id] = 0
        self.by_text[(incident.title, incident.text_sha256)] = 0


def row_incident(project: Project, number: int, row: RowValues) -> Incident:
    said = {name: getattr(row, name) for name in LIGHT}
    return Incident(
        uid=ids.new_uid(), project=project, number=number, text=row.text, external_id=row.external_id or None,
        attributes=row.attributes, text_sha256=sha256(row.text), search_text=fold(f"{row.title}\n{row.text}"), **said,
    )  # fmt: skip


def update(pk: int, row: RowValues, report: Report) -> None:
    """Bring a known incident up to date; its text only while no round has opened with it."""
    if pk == 0:
        report.unchanged += 1
        return
    incident = Incident.objects.light().select_for_update().get(pk=pk)
    changed = dict(changes(incident, row))
    if incident.text_sha256 != sha256(row.text):
        if incident.text_locked_at:
            report.text_differs.append(f"Row {row.number}: {incident}")
        else:
            changed |= {"text": row.text, "text_sha256": sha256(row.text)}
    if not changed:
        report.unchanged += 0 if incident.text_sha256 != sha256(row.text) else 1
        return
    if "text" in changed or "title" in changed:
        text = changed.get("text", incident.text)
        changed["search_text"] = fold(f"{row.title}\n{text}")
    Incident.objects.filter(pk=pk).update(**changed)
    report.updated += 1


def changes(incident: Incident, row: RowValues) -> Iterator[tuple[str, Any]]:
    """Give what a row says differently, the text apart; an empty cell takes nothing away."""
    for name in LIGHT:
        said = getattr(row, name)
        if said and said != getattr(incident, name):
            yield name, said
    merged = {**incident.attributes, **row.attributes}
    if merged != incident.attributes:
        yield "attributes", merged
