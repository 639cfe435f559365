"""Import 10,000 incidents of 300 words, by the command and by the page. Target: 10 s and 300 MB at most."""

import csv
import os
import random
import re
import subprocess
import sys
import time

from coding.desk.demonstration import PASSWORD
from tests.bench.client import Browser
from tests.bench.machine import children, peak_of
from tests.bench.report import say, table, verdict
from tests.browser.server import ROOT

ROWS, WORDS, SECONDS, MEMORY = 10_000, 300, 10, 300
SYLLABLES = [
    "ka",
    "lo",
    "mi",
    "re",
    "su",
    "ta",
    "ne",
    "po",
    "ri",
    "du",
    "sa",
    "vel",
    "mon",
    "tar",
    "ing",
    "est",
    "al",
    "or",
]


def write_file(path):
    """Write the table: ids, titles, dates, links and texts of an invented language, the same in every run."""
    chance = random.Random(7)
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(5_000)]
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "title", "date", "url", "text"])
        for number in range(1, ROWS + 1):
            parts = [" ".join(chance.choices(words, k=WORDS // 6)) for _ in range(6)]
            day = f"20{number % 20 + 5:02}-{number % 12 + 1:02}-{number % 28 + 1:02}"
            rows.writerow([f"N{number}", f"Report {number}", day, f"https://example.org/{number}", "\n\n".join(parts)])


def by_command(served, path, slug):
    """Give seconds and MB of `manage.py import_incidents`, start of Python included."""
    command = [sys.executable, "manage.py", "import_incidents", str(path), "--project", slug]
    begun = time.perf_counter()
    with served.log.open("a") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=served.env, stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, served.log.read_text()
    return time.perf_counter() - begun, used.ru_maxrss / 1024


def by_page(served, path, slug):
    """Give seconds of upload, preview and confirmation, and the MB of the greater worker."""
    browser = Browser(served.port).sign_in("lead@bench.example", PASSWORD)
    sent = browser.upload(f"/p/{slug}/incidents/import/", path.name, path.read_bytes())
    assert sent.status == 302, sent.text
    preview = browser.get(sent.headers["Location"])
    chosen = {name: value for name, value in shown_choices(preview.text) if value}
    done = browser.post(sent.headers["Location"], {**chosen, "confirm": "1"})
    assert done.status == 302, done.text
    said = browser.get(sent.headers["Location"]).text
    assert f"{ROWS:,} added" in said, said
    return [sent.seconds, preview.seconds, done.seconds], max(peak_of(pid) for pid in children(served.process.pid))


def shown_choices(text):
    """Give (name, value) of the choices that the preview shows as selected."""
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', text, re.S):
        found = re.search(r'<option value="([^"]*)" selected', options)
        if found:
            yield name, found[1]


def measure(ground):
    path = ground.folder / "reports.csv"
    write_file(path)
    say(f"{ROWS:,} rows, {path.stat().st_size / 1e6:.1f} MB of CSV.\n")
    served = ground.copied(ground.empty)
    slug = served.make("project")["slug"]
    paged = ground.copied(served.home)
    seconds, memory = by_command(served, path, slug)
    again, _ = by_command(served, path, slug)
    with ground.serving(paged):
        steps, most = by_page(paged, path, slug)
    table(["way", "s", "MB"], [
        ("command", f"{seconds:.1f}", f"{memory:.0f}"), ("command, the same file again", f"{again:.1f}", ""),
        ("page: upload", f"{steps[0]:.1f}", ""), ("page: preview", f"{steps[1]:.1f}", ""),
        ("page: confirm", f"{steps[2]:.1f}", ""), ("page: all", f"{sum(steps):.1f}", f"{most:.0f}"),
    ])  # fmt: skip
    say()
    verdict("command", seconds, SECONDS, "s")
    verdict("command", memory, MEMORY, "MB")
    verdict("page, its longest step", max(steps), SECONDS, "s")
    verdict("page, its server process", most, MEMORY, "MB")
