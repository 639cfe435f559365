#!/usr/bin/env python3
"""Run Loam's commands; `demo` makes what it needs before the settings are read, and `agreement` needs nothing."""

import os
import secrets
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding.settings")
    if sys.argv[1:2] == ["demo"]:
        from coding.lib.home import prepare_demo

        prepare_demo(os.environ)
    elif sys.argv[1:2] == ["agreement"]:  # it signs and stores nothing, so any secret will do
        os.environ.setdefault("LOAM_SECRET_KEY", secrets.token_urlsafe(64))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
