"""Write a project's codebook to a file, and say what the file could not carry."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coding.codebook import rules
from coding.codebook.formats import FORMATS
from coding.lib.refusals import BadInput
from coding.people.models import Project


class Command(BaseCommand):
    help = (
        "Export a codebook. With --edition: the last publication of that edition, else its words with today's figures. "
        "Without: the last publication, else the last edition, else the living codebook."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's slug")
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument("--output", required=True, type=Path, help="the file to write; it is replaced")
        parser.add_argument("--edition", type=int, help="the edition's number")

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project “{options['project']}”.")
        handed = self.choose(project, options["edition"])
        written = FORMATS[options["format"]].write(handed)
        try:
            options["output"].write_bytes(written.data)
        except OSError as fault:
            raise CommandError(f"{options['output']} can't be written: {fault.strerror}.") from fault
        source = "publication" if handed.publication else "not published"
        self.stdout.write(f"Wrote {options['output']}: {handed.title} ({source}), SHA-256 {handed.sha256}.")
        for note in written.notes:
            self.stdout.write(f"Not carried as it is: {note}")

    def choose(self, project: Project, number: int | None) -> rules.Handout:
        try:
            return rules.handout(project, number) if number is not None else rules.last_handout(project)
        except BadInput as fault:
            raise CommandError(fault.message) from fault
