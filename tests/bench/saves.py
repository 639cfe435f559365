"""One coder saves: 300 segments with one code each, 300 ratings, whole requests. Target: median 12 ms."""

import json
import re
import secrets
import uuid
from urllib.parse import urlencode

from coding.desk.demonstration import PASSWORD
from tests.bench import wire
from tests.bench.client import Browser, unpacked
from tests.bench.report import ms, p50, p95, say, table, verdict

TARGET = 12  # milliseconds
SAVES, WARM = 300, 20
NAMES = 40  # different codes that a coder uses
SPAN = 3  # words


class Coder:
    """Saves as the pages' modules do, each with a key of its own; keeps what the server has confirmed."""

    def __init__(self, port, known, categories):
        self.browser = Browser(port).sign_in(known["email"], PASSWORD)
        self.coded, self.rated, self.categories = known["coded"], known["rated"], categories
        self.words = [list(re.finditer(r"\S+", one["text"])) for one in self.coded]
        self.versions = {}
        self.keys, self.refused = [], []

    def save(self, number, asked):
        """Send one save and wait for its answer."""
        path, fields, key = *asked(number), secrets.token_hex(16)
        answer = self.browser.post(path, fields, **{"HX-Request": "true", "Idempotency-Key": key})
        self.hear(path, key, answer.status, answer.text)
        return answer

    def hear(self, path, key, status, text):
        """Keep what an answer says."""
        (self.keys if status == 200 else self.refused).append(key)
        if status == 200 and path.startswith("/rate/"):
            self.versions[path] = json.loads(text)["version"]

    def line(self):
        """The same saves, in turns, as one of many clients that wait for nobody (see wire.py)."""
        sent = {}

        def ask(number):
            path, fields = (self.segment if number % 2 else self.rating)(number)
            sent[number] = path, secrets.token_hex(16)
            body = urlencode(fields, doseq=True).encode()
            return wire.request(path, body, self.browser.cookies, **{"Idempotency-Key": sent[number][1]})

        def hear(number, status, body):
            self.hear(*sent.pop(number), status, unpacked(body))

        return wire.Line(self.browser.connection.port, ask, hear)

    def segment(self, number):
        """Code the next few words of the next incident: where it is sent, and what."""
        at, turn = number % len(self.coded), number // len(self.coded)
        one, words = self.coded[at], self.words[at]
        first = turn * SPAN % (len(words) - SPAN)
        start, end = words[first].start(), words[first + SPAN - 1].end()
        fields = {"start": start, "end": end, "quote": one["text"][start:end], "segment": str(uuid.uuid4()),
                  "name": f"bench {number % NAMES}"}  # fmt: skip
        return f"/code/{one['uid']}/segments/", fields

    def rating(self, number):
        """Change the rating of the next incident to two other categories."""
        uid = self.rated[number % len(self.rated)]
        turn = number // len(self.rated)
        chosen = [self.categories[(turn + step) % len(self.categories)] for step in (0, 5)]
        fields = {"category": chosen, "primary": chosen[0], "confidence": "high", "note": "", "action": "save"}
        path = f"/rate/{uid}/"
        return path, fields | ({"version": self.versions[path]} if path in self.versions else {})


def measure(ground):
    rows, halves = [], {}
    served = ground.copied(ground.demonstration)
    world = served.make("saving")
    with ground.serving(served):
        coder = Coder(served.port, world["coders"][0], world["categories"])
        for name, asked in (("segment with one code", coder.segment), ("rating", coder.rating)):
            for number in range(WARM):
                coder.save(number, asked)
            before = served.busy()
            times = [coder.save(number, asked).seconds for number in range(WARM, WARM + SAVES)]
            cpu = (served.busy() - before) / SAVES
            halves[name] = p50(times)
            rows.append((name, ms(p50(times)), ms(p95(times)), ms(max(times)), ms(cpu), len(times)))
        assert not coder.refused, f"{len(coder.refused)} saves were refused."
    table(["save", "p50 ms", "p95 ms", "worst ms", "CPU ms", "saves"], rows)
    say()
    for name, half in halves.items():
        verdict(f"{name}, median", half * 1000, TARGET, "ms")
