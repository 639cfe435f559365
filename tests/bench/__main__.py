"""Run all parts, or those that `--only` names, and print what was measured on which machine."""

import argparse
import os
import tempfile

from tests.bench.machine import facts, load
from tests.bench.report import say

PARTS = (
    "size",
    "start",
    "pages",
    "saves",
    "coding",
    "painting",
    "crowd",
    "imports",
    "growth",
    "agreement",
    "figures",
    "saturation",
    "board",
    "flow",
)


def arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--folder", help="where databases are made: choose the disk that Loam will run on")
    parser.add_argument(
        "--postgres", default="", metavar="URL", help="measure on this PostgreSQL server, in databases made for the run"
    )
    return parser.parse_args()


def settle_environment(folder):
    """Let nothing of the caller's own Loam in: neither its database nor its folder."""
    for name in [name for name in os.environ if name.startswith("LOAM_")]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ["LOAM_HOME"] = os.path.join(folder, "own")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"


def run(parts, folder, postgres):
    settle_environment(folder)
    import django

    django.setup()
    from tests.bench import (
        agreement,
        board,
        coding,
        crowd,
        figures,
        flow,
        growth,
        imports,
        pages,
        painting,
        saturation,
        saves,
        size,
        start,
    )
    from tests.bench.ground import Ground

    modules = {"size": size, "start": start, "pages": pages, "saves": saves, "coding": coding, "painting": painting, "crowd": crowd, "imports": imports,
               "growth": growth, "agreement": agreement, "figures": figures, "saturation": saturation, "board": board, "flow": flow}  # fmt: skip
    ground = Ground(folder, postgres)
    for name, value in facts(folder, postgres):
        say(f"{name:11} {value}")
    try:
        for name in parts:
            say(f"\n## {name} (load average {load()})\n{modules[name].__doc__}\n")
            modules[name].measure(ground)
            say(f"Load average afterwards {load()}.")
    finally:
        ground.databases.remove()


if __name__ == "__main__":
    chosen = arguments()
    with tempfile.TemporaryDirectory(prefix="loam-bench-", dir=chosen.folder) as where:
        run(chosen.only, where, chosen.postgres)
