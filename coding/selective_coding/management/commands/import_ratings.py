"""Import one coder's ratings from the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coding.incidents.management.commands.import_incidents import first_lead
from coding.lib.refusals import Refusal
from coding.people.models import Project, User
from coding.selective_coding.rating_files import read_ratings
from coding.selective_coding.rating_imports import RatingsFaulty, import_ratings, target_scale


class Command(BaseCommand):
    help = (
        "Import ratings from a CSV or JSONL file: an incident by external_id or exact text, then categories "
        "(presence scales) or a vector (stance scales). They become the coder's submitted work in a round, hidden "
        "like live work until its release. The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", required=True, help="the project's slug")
        parser.add_argument("--coder", required=True, metavar="EMAIL", help="who rated")
        parser.add_argument(
            "--round", default="Imported ratings", help="an open rating round, or the name of a new one"
        )
        parser.add_argument("--scale", default="", help="the scale's name, where the project has several")
        parser.add_argument("--add-incidents", action="store_true", help="add incidents for texts that are not there")
        parser.add_argument("--skip-faulty", action="store_true", help="leave faulty rows out instead of refusing all")
        parser.add_argument("--dry-run", action="store_true", help="read and report, import nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project “{options['project']}”.")
        coder = User.objects.filter(email__iexact=options["coder"], memberships__project=project).first()
        if coder is None:
            raise CommandError(f"{options['coder']} is no member of the project.")
        try:
            data = options["file"].read_bytes()
            self.take(project, coder, data, options)
        except OSError as fault:
            raise CommandError(f"{options['file']} can't be read: {fault.strerror}.") from fault
        except RatingsFaulty as refusal:
            for fault_ in refusal.faults:
                self.stdout.write(str(fault_))
            raise CommandError(refusal.message) from refusal
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal

    def take(self, project: Project, coder: User, data: bytes, options: dict[str, Any]) -> None:
        scale, plain, _ = target_scale(project, options["scale"], options["round"])
        found = read_ratings(data, options["file"].name, plain)
        for note in found.notes:
            self.stdout.write(note)
        if options["dry_run"]:
            self.stdout.writelines(f"{fault}\n" for fault in found.faults)
            self.stdout.write(f"{len(found.lines):,} rows can be read. Nothing was imported.")
            return
        done = import_ratings(
            first_lead(project), project, coder, found, round_name=options["round"], scale=scale,
            file_name=options["file"].name, skip=options["skip_faulty"], add_missing=options["add_incidents"],
        )  # fmt: skip
        for fault in done.faults:
            self.stdout.write(str(fault))
        self.stdout.write(done.sentence)
