"""Many clients in one thread: each keeps one connection, and sends its next request when the last answer is there.

A client of the standard library for each needs as much of the machine as half the server; these leave it to the server.
"""

import selectors
import socket
import time
from dataclasses import dataclass, field

HEAD_END = b"\r\n\r\n"


@dataclass
class Line:
    """One client's connection: `ask(number)` gives the next request as bytes, `hear(number, status, body)` its answer."""

    port: int
    ask: object
    hear: object
    number: int = 0
    times: list = field(default_factory=list)

    def __post_init__(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heard, self.length = b"", None

    def send(self):
        self.begun = time.perf_counter()
        self.socket.sendall(self.ask(self.number))

    def receive(self):
        """Read what came; say whether the answer is whole."""
        came = self.socket.recv(65_536)
        assert came, "The server closed the connection."
        self.heard += came
        if self.length is None and HEAD_END in self.heard:
            head = self.heard.split(HEAD_END, 1)[0]
            lines = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
            self.length = len(head) + len(HEAD_END) + int(lines[b"content-length"])
        return self.length is not None and len(self.heard) >= self.length

    def finish(self):
        self.times.append(time.perf_counter() - self.begun)
        status, body = int(self.heard[9:12]), self.heard.split(HEAD_END, 1)[1]
        self.hear(self.number, status, body)
        self.heard, self.length = b"", None
        self.number += 1


def race(lines, seconds, warm=4):
    """Let all ask without a pause; give the seconds of every answer after the first ones, and how long it took."""
    for _ in range(warm):
        for line in lines:
            line.send()
            while not line.receive():
                pass
            line.finish()
    with selectors.DefaultSelector() as ready:
        for line in lines:
            line.times.clear()
            ready.register(line.socket, selectors.EVENT_READ, line)
        begun, waiting = time.perf_counter(), len(lines)
        for line in lines:
            line.send()
        while waiting:
            for key, _ in ready.select(60):
                line = key.data
                if not line.receive():
                    continue
                line.finish()
                if time.perf_counter() - begun < seconds:
                    line.send()
                else:
                    waiting -= 1
                    ready.unregister(line.socket)
        took = time.perf_counter() - begun
    for line in lines:
        line.socket.close()
    return [one for line in lines for one in line.times], took


def request(path, body, cookies, **headers):
    """Write a form's request as the pages' modules send it."""
    said = {
        "Host": "127.0.0.1", "Content-Type": "application/x-www-form-urlencoded", "Content-Length": len(body),
        "Accept-Encoding": "gzip", "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": cookies["csrftoken"], "HX-Request": "true", **headers,
    }  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
