"""One coder saves: 300 segments with one code each, 300 ratings, whole requests. Target: median 12 ms."""

import json
import re
import secrets
import uuid

from coding.desk.demonstration import PASSWORD
from tests.bench.client import Browser
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

    def send(self, path, fields):
        key = secrets.token_hex(16)
        answer = self.browser.post(path, fields, **{"HX-Request": "true", "Idempotency-Key": key})
        (self.keys if answer.status == 200 else self.refused).append(key)
        return answer

    def segment(self, number):
        """Code the next few words of the next incident."""
        at, turn = number % len(self.coded), number // len(self.coded)
        one, words = self.coded[at], self.words[at]
        first = turn * SPAN % (len(words) - SPAN)
        start, end = words[first].start(), words[first + SPAN - 1].end()
        fields = {"start": start, "end": end, "quote": one["text"][start:end], "segment": str(uuid.uuid4()),
                  "name": f"bench {number % NAMES}"}  # fmt: skip
        return self.send(f"/code/{one['uid']}/segments/", fields)

    def rating(self, number):
        """Change the rating of the next incident to two other categories."""
        uid = self.rated[number % len(self.rated)]
        turn = number // len(self.rated)
        chosen = [self.categories[(turn + step) % len(self.categories)] for step in (0, 5)]
        fields = {"category": chosen, "primary": chosen[0], "confidence": "high", "note": "", "action": "save"}
        if uid in self.versions:
            fields["version"] = self.versions[uid]
        answer = self.send(f"/rate/{uid}/", fields)
        if answer.status == 200:
            self.versions[uid] = json.loads(answer.text)["version"]
        return answer


def measure(ground):
    rows, halves = [], {}
    served = ground.copied(ground.demonstration)
    world = served.make("saving")
    with ground.serving(served):
        coder = Coder(served.port, world["coders"][0], world["categories"])
        for name, save in (("segment with one code", coder.segment), ("rating", coder.rating)):
            for number in range(WARM):
                save(number)
            before = served.busy()
            times = [save(number).seconds for number in range(WARM, WARM + SAVES)]
            cpu = (served.busy() - before) / SAVES
            halves[name] = p50(times)
            rows.append((name, ms(p50(times)), ms(p95(times)), ms(max(times)), ms(cpu), len(times)))
        assert not coder.refused, f"{len(coder.refused)} saves were refused."
    table(["save", "p50 ms", "p95 ms", "worst ms", "CPU ms", "saves"], rows)
    say()
    for name, half in halves.items():
        verdict(f"{name}, median", half * 1000, TARGET, "ms")
