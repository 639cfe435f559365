"""Every page of the demonstration as lead, coder and observer: median of 15 requests, after a warm-up. Target 60 ms."""

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

from coding.desk.demonstration import PASSWORD, PEOPLE
from tests.bench.client import Browser
from tests.bench.report import ms, p50, p95, table, verdict

TARGET = 60  # milliseconds
EACH, WARM, TIMES = 2, 3, 15
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


def time_page(browser, path):
    for _ in range(WARM):
        browser.get(path)
    answers = [browser.get(path) for _ in range(TIMES)]
    assert {one.status for one in answers} == {200}, path
    return [one.seconds for one in answers], len(answers[-1].body)


def measure(ground):
    rows = []
    with ground.serving(ground.copied(ground.demonstration)) as server:
        for role in ("lead", "ada", "olga"):
            browser = Browser(server.port).sign_in(PEOPLE[role][0], PASSWORD)
            for kind, path in list(walk(browser)):
                times, size = time_page(browser, path)
                rows.append((p50(times), p95(times), kind, role, path, size))
    rows.sort(reverse=True)
    shown = [(f"{kind} ({role})", ms(half), ms(most), f"{size / 1024:.1f}") for half, most, kind, role, _, size in rows]
    table(["page", "p50 ms", "p95 ms", "KB sent"], shown)
    verdict(f"\nSlowest page of {len(rows)}, {rows[0][4]}", rows[0][0] * 1000, TARGET, "ms")
