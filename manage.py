#!/usr/bin/env python3
"""Run Loam's commands; `demo` makes what it needs before the settings are read."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding.settings")
    if sys.argv[1:2] == ["demo"]:
        from coding.lib.home import prepare_demo

        prepare_demo(os.environ)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
