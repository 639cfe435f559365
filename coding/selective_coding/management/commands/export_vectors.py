"""Write texts with their value vectors as JSONL."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coding.lib.refusals import BadInput
from coding.people.models import Project, User
from coding.selective_coding.vectors import Vectors, coder_vectors, consensus_vectors


class Command(BaseCommand):
    help = (
        "Export (text, value vector) pairs of released rounds on a stance scale: the consensus, or one coder's rating."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's slug")
        parser.add_argument("--output", required=True, type=Path, help="the file to write; it is replaced")
        latest = "only this round; else each incident's latest pilot, main or re-coding round"
        parser.add_argument("--round", default="", help=latest)
        parser.add_argument("--coder", default="", metavar="EMAIL", help="what this coder said, not the consensus")
        parser.add_argument("--scale", default="", help="the scale's name, where several are stance scales")

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project “{options['project']}”.")
        try:
            found = self.collect(project, options)
            with options["output"].open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(found.lines())
        except BadInput as refusal:
            raise CommandError(refusal.message) from refusal
        except OSError as fault:
            raise CommandError(f"{options['output']} can't be written: {fault.strerror}.") from fault
        self.stdout.write(f"Wrote {options['output']}: {len(found.found):,} texts with their vectors.")
        for note in found.notes:
            self.stdout.write(note)

    def collect(self, project: Project, options: dict[str, Any]) -> Vectors:
        if not options["coder"]:
            return consensus_vectors(project, options["round"], options["scale"])
        coder = User.objects.filter(email__iexact=options["coder"], memberships__project=project).first()
        if coder is None:
            raise CommandError(f"{options['coder']} is no member of the project.")
        return coder_vectors(project, coder, options["round"], options["scale"])
