"""Run the way in a home of its own, and take its pictures where a folder for them is given."""

import argparse
import os
from pathlib import Path

SHOWN = {
    "board": "axial/",
    "pairs": "axial/co-occurrence/",
    "relations": "axial/map/",
    "flow": "selective/flow/",
    "results": "selective/results/",
}


def main():
    asked = argparse.ArgumentParser(prog="python -m tests.walkthrough", description=__doc__)
    asked.add_argument("file", type=Path, help="a CSV file with incident_id, title, description and date")
    asked.add_argument("--home", type=Path, required=True, help="a folder that is not there yet")
    asked.add_argument("--pictures", type=Path, help="where pictures go; they need Chromium")
    told = asked.parse_args()
    told.home.mkdir(parents=True)
    os.environ.update(LOAM_HOME=str(told.home.resolve()), DJANGO_SETTINGS_MODULE="coding.settings")
    os.environ.pop("DATABASE_URL", None)
    walk(told)


def walk(told):
    import django

    from coding.lib.home import prepare_demo

    prepare_demo(os.environ)
    django.setup()
    from django.core.management import call_command

    from tests.walkthrough.way import Way

    call_command("demo", "--no-serve", "--empty")
    way = Way.whole(told.file)
    print(
        f"{len(way.incidents)} incidents went the whole way. To look: LOAM_HOME={told.home} python manage.py demo --empty"
    )
    print("Sign in as lea@walk.example with the demonstration's password.")
    if told.pictures:
        take_pictures(told.home.resolve(), way.project.slug, told.pictures)


def take_pictures(home, slug, folder):
    import shutil

    from playwright.sync_api import sync_playwright

    from coding.desk.demonstration import PASSWORD
    from tests.browser.chromium import FLAGS
    from tests.browser.conftest import BROWSERS, Person
    from tests.browser.server import Server

    folder.mkdir(parents=True, exist_ok=True)
    server = Server(home, f"sqlite:///{home}/loam.sqlite3")
    server.start()
    try:
        with sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, BROWSERS)))
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            lead = Person(browser, server, "lea@walk.example", PASSWORD, viewport={"width": 1280, "height": 900})
            for name, where in SHOWN.items():
                lead.page.goto(f"/p/{slug}/{where}")
                lead.page.screenshot(path=folder / f"{name}.png")
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
