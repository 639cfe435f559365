"""Import a scale from the command line: the same reading and the same verb as the page."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coding.codes.models import Scale
from coding.codes.scale_files import ScaleFaulty, read_scale
from coding.codes.scale_rules import counted, import_scale
from coding.incidents.management.commands.import_incidents import first_lead
from coding.lib.refusals import Refusal
from coding.people.models import Project


class Command(BaseCommand):
    help = (
        "Import a scale into a project from JSON (as in fixtures/codes), CSV or XLSX (layer, category, definition, "
        "use when, avoid when, rating kind)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", required=True, help="the project's slug")
        parser.add_argument("--name", default="", help="the scale's name; else what the file says, or its file name")
        parser.add_argument("--rating", default="", choices=["", *Scale.RatingKind.values], help="how it is rated")

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project “{options['project']}”.")
        try:
            data = options["file"].read_bytes()
            content = read_scale(data, options["file"].name, name=options["name"], rating_kind=options["rating"])
            scale = import_scale(first_lead(project), project, content)
        except OSError as fault:
            raise CommandError(f"{options['file']} can't be read: {fault.strerror}.") from fault
        except ScaleFaulty as refusal:
            for reason in refusal.reasons:
                self.stdout.write(reason)
            raise CommandError(refusal.message) from refusal
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(counted(scale))
