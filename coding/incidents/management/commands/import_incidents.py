"""Import a table of incidents from the command line: the same reading and the same verb as the page."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coding.incidents import rules
from coding.incidents.columns import FIELDS
from coding.incidents.grids import ENCODINGS
from coding.lib.refusals import BadInput
from coding.people.models import Project, Role, User


class Command(BaseCommand):
    help = "Import incidents from a CSV or XLSX file into a project. The same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", required=True, help="the project's slug")
        parser.add_argument("--map", nargs="+", action="extend", default=[], metavar="FIELD=COLUMN",
                            help=f"fields: {', '.join(FIELDS)}")  # fmt: skip
        parser.add_argument("--encoding", default="", choices=["", *ENCODINGS])
        parser.add_argument("--skip-faulty", action="store_true", help="leave faulty rows out instead of refusing all")
        parser.add_argument("--dry-run", action="store_true", help="read and report, import nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        # Bytes of a command that are no UTF-8 come as halves of characters, which no event or sentence can hold.
        slug, name = (one.encode(errors="replace").decode() for one in (options["project"], options["file"].name))
        project = Project.objects.filter(slug=slug).first()
        if project is None:
            raise CommandError(f"There is no project “{slug}”.")
        try:
            reading, choices = self.read(options)
            self.say(reading)
            if not options["dry_run"]:
                report = rules.take(first_lead(project), project, reading, choices, file_name=name)
                self.stdout.write(report.sentence)
        except BadInput as fault:
            raise CommandError(fault.message) from fault

    def read(self, options: dict[str, Any]) -> tuple[rules.Reading, rules.Choices]:
        """Read the file; what `--map` does not name is guessed."""
        try:
            data = options["file"].read_bytes()
        except OSError as fault:
            raise CommandError(f"{options['file']} can't be read: {fault.strerror}.") from fault
        given = {}
        for pair in options["map"]:
            name, sign, column = pair.partition("=")
            if not sign:
                raise CommandError(f"“{pair}” is not FIELD=COLUMN.")
            given[name] = column
        choices = rules.Choices(encoding=options["encoding"], skip=options["skip_faulty"])
        guessed = rules.read_file(data, options["file"].name, choices)
        kept = {name: column for name, column in guessed.columns.items() if column not in given.values()}
        choices = rules.Choices(columns=kept | given, encoding=options["encoding"], skip=options["skip_faulty"])
        return rules.read_file(data, options["file"].name, choices), choices

    def say(self, reading: rules.Reading) -> None:
        table = reading.table
        self.stdout.write(f"{len(table.rows):,} rows, {table.encoding or table.sheet}.")
        for name, column in reading.columns.items():
            self.stdout.write(f"  {name} = {column}")
        for note in [*table.notes, *reading.needed, *(line for fault in reading.faults for line in fault.sentences)]:
            self.stdout.write(note)


def first_lead(project: Project) -> User:
    """The person in whose name a command acts: the project's first lead."""
    lead = User.objects.filter(memberships__project=project, memberships__role=Role.LEAD).order_by("memberships__pk")
    found = lead.first()
    if found is None:
        raise CommandError("The project has no lead. Make somebody lead first.")
    return found
