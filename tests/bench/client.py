"""A browser without a window: cookies, the CSRF header, one connection kept alive, and a clock."""

import gzip
import http.client
import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode

BROKEN = (http.client.RemoteDisconnected, http.client.CannotSendRequest, ConnectionError)
FORM = "application/x-www-form-urlencoded"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float

    @property
    def text(self):
        return unpacked(self.body)


def unpacked(body):
    """Give an answer's text; what is compressed begins with gzip's own two bytes."""
    return (gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body).decode()


class Browser:
    """One person's browser; `reopened` counts the times that the server had closed the connection."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies = {}
        self.reopened = 0

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, fields, **headers):
        """Send a form as the pages' modules do."""
        body = fields if isinstance(fields, bytes) else urlencode(fields, doseq=True).encode()
        return self.ask("POST", path, body, {"Content-Type": FORM, "X-CSRFToken": self.cookies["csrftoken"], **headers})

    def ask(self, method, path, body=None, headers=None):
        """One whole request: from its first byte out to its last byte in."""
        said = {"Accept-Encoding": "gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        start = time.perf_counter()
        try:
            answer, content = self.exchange(method, path, body, said | (headers or {}))
        except BROKEN:
            self.connection.close()
            self.reopened += 1
            answer, content = self.exchange(method, path, body, said | (headers or {}))
        seconds = time.perf_counter() - start
        for line in answer.headers.get_all("Set-Cookie", []):
            name, value = re.match(r"([^=]+)=([^;]*)", line).groups()
            self.cookies[name] = value
        return Answer(answer.status, answer.headers, content, seconds)

    def exchange(self, method, path, body, headers):
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer, answer.read()

    def sign_in(self, email, password):
        self.get("/sign-in/")
        answer = self.post("/sign-in/", {"username": email, "password": password})
        assert answer.status == 302, f"{email} can't sign in: {answer.status}"
        return self

    def upload(self, path, name, data):
        """Send one file as a form with a file field does."""
        edge = "loam-bench-edge"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
        body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
        return self.post(path, body, **{"Content-Type": f"multipart/form-data; boundary={edge}"})

    def close(self):
        self.connection.close()
