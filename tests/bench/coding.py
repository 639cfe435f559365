"""Open coding: opening incidents of three lengths, saving segments in them, and eight coders saving at once."""

import gzip
import re
import secrets
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

from coding.desk.demonstration import PASSWORD
from tests.bench import wire
from tests.bench.client import Browser
from tests.bench.report import ms, p50, p95, say, table, verdict

OPENED, SAVES, BLOCKS, SECONDS, NAMES, SPAN = 40, 120, 6, 15, 40, 3
SHORT = "short 1"
OPENED_ONES = ("long", "middle", SHORT)
TARGETS = {"long": 50, "middle": 15}  # milliseconds to open, median
WIRE = 150  # kB on the wire for the long one
SAVE, SAVE_P95, FRAGMENT, SLOWER = 6, 12, 6_000, 1.3
RATE, RATE_P95 = 250, 60


class Desk:
    """One coder's browser."""

    def __init__(self, port, known):
        self.browser, self.coded = Browser(port).sign_in(known["email"], PASSWORD), known["coded"]
        self.words = {name: list(re.finditer(r"\S+", one["text"])) for name, one in self.coded.items()}
        self.keys, self.refused, self.largest = [], 0, 0

    def open(self, name):
        """All requests that the page itself needs from the application (its static files are kept by the browser)."""
        return self.browser.get(f"/code/{self.coded[name]['uid']}/")

    def segment(self, name, number):
        """Code the next words of an incident: where it is sent, and what."""
        one, words = self.coded[name], self.words[name]
        first = (number * 7) % (len(words) - SPAN)
        start, end = words[first].start(), words[first + SPAN - 1].end()
        return f"/code/{one['uid']}/segments/", {
            "start": start, "end": end, "quote": one["text"][start:end], "segment": str(uuid.uuid4()),
            "name": f"bench {number % NAMES}",
        }  # fmt: skip

    def save(self, name, number):
        path, fields, key = *self.segment(name, number), secrets.token_hex(16)
        answer = self.browser.post(path, fields, **{"HX-Request": "true", "Idempotency-Key": key})
        self.hear(key, answer.status, answer.body)
        return answer

    def hear(self, key, status, body):
        self.largest = max(self.largest, len(body))
        if status == 200:
            self.keys.append(key)
        else:
            self.refused += 1

    def line(self):
        """Saves through the queue of short incidents, as one of many clients (see wire.py)."""
        sent, queue = {}, [name for name in self.coded if name.startswith("short")]

        def ask(number):
            path, fields = self.segment(queue[number % len(queue)], number)
            sent[number] = secrets.token_hex(16)
            body = urlencode(fields).encode()
            return wire.request(path, body, self.browser.cookies, **{"Idempotency-Key": sent[number]})

        return wire.Line(self.browser.connection.port, ask, lambda number, *heard: self.hear(sent.pop(number), *heard))


@dataclass
class Took:
    """What saves into one incident took."""

    times: list = field(default_factory=list)
    cpu: float = 0
    largest: int = 0

    def add(self, desk, served, name, numbers, kept):
        desk.largest, before = 0, served.busy()
        times = [desk.save(name, number).seconds for number in numbers]
        if kept:
            self.times += times
            self.cpu += served.busy() - before
            self.largest = max(self.largest, desk.largest)


def measure(ground):
    made = ground.copied(ground.demonstration)
    world = made.make("coding")
    openings(ground, made, world)
    saves(ground, made, world)
    crowd(ground, made, world)


def openings(ground, made, world):
    served, rows, halves = ground.copied(made.home), [], {}
    with ground.serving(served):
        desk = Desk(served.port, world["coders"][0])
        for name in OPENED_ONES:
            for _ in range(5):
                answer = desk.open(name)
            times = [desk.open(name).seconds for _ in range(OPENED)]
            whole = len(gzip.decompress(answer.body))
            halves[name] = (p50(times) * 1000, len(answer.body) / 1000)
            rows.append((name, ms(p50(times)), ms(p95(times)), f"{len(answer.body) / 1000:.0f}", f"{whole / 1000:.0f}"))
    table(["open", "p50 ms", "p95 ms", "kB on the wire", "kB unpacked"], rows)
    say()
    for name, target in TARGETS.items():
        verdict(f"open the {name} incident, median", halves[name][0], target, "ms")
    verdict("the long incident on the wire", halves["long"][1], WIRE, "kB")
    say()


def saves(ground, made, world):
    served, rows, halves = ground.copied(made.home), [], {}
    with ground.serving(served):
        desk = Desk(served.port, world["coders"][0])
        took = {name: Took() for name in (SHORT, "long")}
        for block in range(
            BLOCKS + 1
        ):  # in turns, so that both meet the same moods of the machine; one block to warm up
            for name, one in took.items():
                one.add(
                    desk, served, name, range(block * SAVES // BLOCKS, (block + 1) * SAVES // BLOCKS), kept=block > 0
                )
        for name, one in took.items():
            times, cpu = one.times, one.cpu / SAVES
            halves[name] = (p50(times) * 1000, p95(times) * 1000, one.largest)
            rows.append((name, ms(p50(times)), ms(p95(times)), ms(max(times)), ms(cpu), one.largest))
        assert not desk.refused, f"{desk.refused} saves were refused."
    table(["save a segment in", "p50 ms", "p95 ms", "worst ms", "CPU ms", "largest fragment, bytes"], rows)
    say()
    verdict("save, median", halves[SHORT][0], SAVE, "ms")
    verdict("save, p95", halves[SHORT][1], SAVE_P95, "ms")
    verdict("long against short, median", halves["long"][0] / halves[SHORT][0], SLOWER, "times")
    verdict("largest fragment after a save", max(one[2] for one in halves.values()), FRAGMENT, "bytes")
    say()


def crowd(ground, made, world):
    served = ground.copied(made.home)
    with ground.serving(served):
        desks = [Desk(served.port, known) for known in world["coders"]]
        before = served.busy()
        every, seconds = wire.race([desk.line() for desk in desks], SECONDS)
        cpu = served.busy() - before
    keys = [key for desk in desks for key in desk.keys]
    gone = ground.lost(served, keys)
    say(
        f"Eight clients for {SECONDS} s: {len(every)} saves, {sum(desk.refused for desk in desks)} refused, {gone} lost."
    )
    say(
        f"Saves per second {len(every) / seconds:.0f}, target {RATE}: {'met' if len(every) / seconds >= RATE else 'MISSED'}."
    )
    say(f"The server computed {cpu / len(every) * 1000:.1f} ms for each, on {cpu / seconds:.2f} cores.")
    verdict("eight clients, p95", p95(every) * 1000, RATE_P95, "ms")
