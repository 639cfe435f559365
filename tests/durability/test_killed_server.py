"""Nothing saved is lost: the server is killed in the middle of saves, and every save that it answered is there."""

import http.client
import json
import threading
import time
import uuid

import pytest

from tests.browser.server import copied
from tests.durability.inside import LENGTH

CLIENTS = 8
KILLS = 2
SAVES = 40  # answered before each kill
PATIENCE = 10  # seconds


class Coder(threading.Thread):
    """Somebody who codes and rates in turn, as fast as the server answers; remembers what was answered and sent."""

    def __init__(self, server, given, scale):
        super().__init__(daemon=True)
        self.port, self.given, self.scale = server.port, given, scale
        self.answered, self.sent, self.turn = {}, {}, 0

    def again(self):
        """Give a thread that goes on where this one was stopped."""
        other = Coder.__new__(Coder)
        threading.Thread.__init__(other, daemon=True)
        other.__dict__.update({name: self.__dict__[name] for name in KEPT})
        return other

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while self.turn < LENGTH:
            key, asked = self.next_save()
            self.sent[key] = asked
            try:
                self.answered[key] = self.send(connection, key, *asked)
            except (OSError, http.client.HTTPException, ValueError):
                return  # the server is gone: whether this one was saved, the record says

    def next_save(self):
        """Code the next word and rate anew, in turn."""
        self.turn += 1
        key, start = str(uuid.uuid4()), self.turn // 2 * 2 % LENGTH
        if self.turn % 2:
            body = {"start": start, "end": start + 1, "quote": "a", "codes": [{"name": f"word {self.turn}"}]}
            return key, ("POST", f"assignments/{self.given['code']}/segments/", body)
        chosen = [self.scale[(self.turn + step) % len(self.scale)] for step in range(1 + self.turn % 3)]
        body = {"choices": [{"scale_category": uid} for uid in chosen], "primary": chosen[0]}
        return key, ("PUT", f"assignments/{self.given['rate']}/ratings/", body)

    def send(self, connection, key, method, path, body):
        headers = {
            "Authorization": f"Bearer {self.given['token']}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        connection.request(method, f"/api/v1/{path}", json.dumps(body), headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        assert answer.status in {200, 201}, said
        return said


KEPT = ("port", "given", "scale", "answered", "sent", "turn")


@pytest.fixture(scope="module")
def killed():
    """Let eight clients save, kill the server under them, twice; give it restarted, with them and what is there."""
    with copied("empty") as server:
        made = inside(server, f"prepare({CLIENTS})")
        coders = [Coder(server, given, made["scale"]) for given in made["people"]]
        for _ in range(KILLS):
            server.start()
            coders = [coder.again() for coder in coders]
            for coder in coders:
                coder.start()
            wait_for(coders, sum(len(coder.answered) for coder in coders) + SAVES)
            server.kill()
            for coder in coders:
                coder.join(20)
        server.start()
        try:
            yield server, coders, inside(server, "look()")
        finally:
            server.stop()


def wait_for(coders, answered):
    """Wait until that many saves are answered, as long as clients go on."""
    until = time.monotonic() + PATIENCE
    while sum(len(coder.answered) for coder in coders) < answered and time.monotonic() < until:
        time.sleep(0.005)


def inside(server, call):
    """Call a function of `inside.py` in a process of its own, on the server's database."""
    text = f"from tests.durability import inside; inside.{call}"
    return json.loads(server.manage("shell", "--no-imports", "-c", text).splitlines()[-1])


def test_the_kill_came_in_the_middle_of_saves(killed):
    _, coders, _ = killed
    assert sum(len(coder.answered) for coder in coders) >= KILLS * SAVES
    assert any(len(coder.sent) > len(coder.answered) for coder in coders)


def test_every_answered_save_is_there(killed):
    _, coders, there = killed
    for coder in coders:
        assert set(coder.answered) - set(there["saved"]) == set()
        for key, said in coder.answered.items():
            if "codes" in said:
                saved = there["saved"][key]
                assert (saved["uid"], sorted(saved["codes"])) == (said["uid"], sorted(said["codes"]))


def test_nothing_is_there_that_nobody_sent(killed):
    _, coders, there = killed
    assert set(there["saved"]) - {key for coder in coders for key in coder.sent} == set()


def test_no_save_is_half_there_and_every_chain_holds(killed):
    assert killed[2]["faults"] == []


def test_a_retry_after_the_restart_has_one_effect(killed):
    """Each client sends its unanswered saves again, and an answered one: all are taken, none twice."""
    server, coders, _ = killed
    for coder in coders:
        retried = [key for key in coder.sent if key not in coder.answered] + list(coder.answered)[-1:]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        for key in retried:
            said = coder.send(connection, key, *coder.sent[key])
            assert coder.answered.setdefault(key, said) == said
        connection.close()
    there = inside(server, "look()")
    assert there["faults"] == []
    assert set(there["saved"]) == {key for coder in coders for key in coder.sent}
