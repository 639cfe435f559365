"""Every page of the demonstration as lead, coder and observer: median of 15 requests, after a warm-up. Target 60 ms."""

from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

from coding.desk.demonstration import PASSWORD, PEOPLE
from tests.bench.client import Browser
from tests.bench.report import ms, p50, p95, say, table, verdict

TARGET = 60  # milliseconds
EACH, WARM, TIMES = 2, 3, 15
ROLES = ("lead", "ada", "olga")
START = ("/", "/account/", "/password/", "/projects/new/")


class Links(HTMLParser):
    """The addresses that a page leads to."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "a" and dict(attrs).get("href"):
            self.found.append(dict(attrs)["href"])


def kind_of(path):
    """Name the route of an address of ours; nothing for others, for the administration and for signing out."""
    try:
        name = resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""
    return "" if name.startswith("admin:") or name == "people:sign_out" else name


def walk(browser, start=START, each=EACH):
    """Go from link to link and give (kind, path) of a few addresses of each kind."""
    waiting, seen, kinds = list(start), set(), Counter()
    while waiting:
        path = waiting.pop(0)
        kind = kind_of(path)
        if not kind or path in seen or kinds[kind] >= each:
            continue
        seen.add(path)
        answer = browser.get(path)
        if answer.status != 200:
            continue
        kinds[kind] += 1
        yield kind, path
        if "html" in answer.headers["Content-Type"]:
            there = [urlsplit(urljoin(f"http://here{path}", href)) for href in Links(answer.text).found]
            waiting += [
                one._replace(scheme="", netloc="", fragment="").geturl() for one in there if one.netloc == "here"
            ]


@dataclass(frozen=True)
class Timed:
    """One page as measured; `cpu` is what the server computed for one request, in seconds."""

    half: float
    most: float
    cpu: float
    kb: float
    is_page: bool


def time_page(server, browser, path):
    for _ in range(WARM):
        browser.get(path)
    before = server.busy()
    answers = [browser.get(path) for _ in range(TIMES)]
    cpu = (server.busy() - before) / TIMES
    assert {one.status for one in answers} == {200}, path
    times, last = [one.seconds for one in answers], answers[-1]
    return Timed(p50(times), p95(times), cpu, len(last.body) / 1024, "html" in last.headers["Content-Type"])


def measure(ground):
    rows = []
    with ground.serving(ground.copied(ground.demonstration)) as server:
        for role in ROLES:
            browser = Browser(server.port).sign_in(PEOPLE[role][0], PASSWORD)
            rows += [(kind, role, path, time_page(server, browser, path)) for kind, path in list(walk(browser))]
    rows.sort(key=lambda row: -row[3].half)
    table(
        ["page", "p50 ms", "p95 ms", "CPU ms", "KB sent"],
        [(f"{kind} ({role})", ms(one.half), ms(one.most), ms(one.cpu), f"{one.kb:.1f}") for kind, role, _, one in rows],
    )
    pages = [(one.half, path) for _, _, path, one in rows if one.is_page]
    files = [(one.half, path) for _, _, path, one in rows if not one.is_page]
    say()
    verdict(f"Slowest page of {len(pages)}, {pages[0][1]}", pages[0][0] * 1000, TARGET, "ms")
    say(f"{sum(half * 1000 > TARGET for half, _ in pages)} pages are above the target.")
    for half, path in files:
        say(f"Download {path}: {half * 1000:.0f} ms.")
