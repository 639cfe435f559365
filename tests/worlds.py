"""Two worlds: the same start, in one of which the others act; what one coder can get must be the same in both.

The start is built once; each world is a savepoint on it that is rolled back. Ids and times come from sequences of
their own for every actor, so that what one does can't shift what another is given.
"""

import contextlib
import copy
import hashlib
import re
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from coding.lib import clock, ids

START = datetime(2026, 1, 1, tzinfo=UTC)
MASKS = [
    (re.compile(rb'x-csrftoken": "\w{64}'), b'x-csrftoken": "MASKED'),
    (re.compile(rb'csrfmiddlewaretoken" value="\w{64}'), b'csrfmiddlewaretoken" value="MASKED'),
]


class Sources:
    """Ids and times by actor."""

    def __init__(self):
        self.actor = "setup"
        self.counts = defaultdict(int)

    def number(self, kind):
        self.counts[self.actor, kind] += 1
        return self.counts[self.actor, kind]

    def uid(self):
        digest = hashlib.md5(f"{self.actor}:{self.number('uid')}".encode()).digest()
        return uuid.UUID(bytes=digest, version=4)

    def now(self):
        day = int(hashlib.md5(self.actor.encode()).hexdigest()[:2], 16)
        return START + timedelta(days=day, seconds=self.number("time"))


@contextlib.contextmanager
def sources():
    """Put the sequences in place of chance and clock."""
    made, kept = Sources(), (ids.source, clock.source)
    ids.source, clock.source = made.uid, made.now
    try:
        yield made
    finally:
        ids.source, clock.source = kept


@contextlib.contextmanager
def started(build):
    """Build a start with its sequences, in a transaction around all tests that ask for it; theirs are savepoints in it."""
    with sources() as made, transaction.atomic():
        yield build(), made
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Answer:
    """What a coder gets: status, headers, body, without what is new at each request by design."""

    status: int
    headers: tuple
    body: bytes

    @classmethod
    def of(cls, response):
        body = b"".join(response.streaming_content) if response.streaming else response.content
        for pattern, mask in MASKS:
            body = pattern.sub(mask, body)
        # Expires is the wall clock of the request (never_cache), not something that others can move.
        headers = sorted((name, value) for name, value in response.headers.items() if name != "Expires")
        return cls(response.status_code, tuple(headers), body)


@dataclass(frozen=True)
class Ask:
    """One request of the crawl table."""

    name: str
    path: str
    method: str = "get"
    data: object = None
    headers: tuple = ()
    json: bool = False

    @property
    def label(self):
        return f"{self.method.upper()} {self.path} ({self.name})"

    def send(self, client):
        extra = {"headers": dict(self.headers)}
        if self.json:
            extra["content_type"] = "application/json"
        send = getattr(client, self.method)
        return Answer.of(send(self.path, self.data, **extra) if self.data is not None else send(self.path, **extra))


class Undo(Exception):
    pass


def world(source, coder, asks, others=None):
    """Let the others act (or not), then ask everything as the coder; leaves the database as it was."""
    answers = {}
    before = dict(source.counts)
    with contextlib.suppress(Undo), transaction.atomic():
        if others is not None:
            others()
        source.actor = "coder"
        client = Client(raise_request_exception=False)
        client.force_login(coder)
        for number, ask in enumerate(asks):
            answers[f"{number}. {ask.label}"] = ask.send(client)
        raise Undo
    source.counts.clear()
    source.counts.update(before)
    source.actor = "setup"
    return answers


def alone(start, crawl):
    """Ask everything of a crawl table as the coder when nobody else has acted; rows that the table makes go again."""
    made, source = copy.deepcopy(start[0]), start[1]
    before, answers = dict(source.counts), {}
    with contextlib.suppress(Undo), transaction.atomic():
        answers = world(source, made.coder, crawl(made))
        raise Undo
    source.counts.clear()
    source.counts.update(before)
    return answers


def differences(source, coder, asks, others, known=None):
    """Name every request that answers differently when the others have acted; what is known is got when they have not."""
    alone, among = known or world(source, coder, asks), world(source, coder, asks, others)
    assert alone.keys() == among.keys()
    assert all(answer.status < 500 for answer in alone.values()), [k for k, a in alone.items() if a.status >= 500]
    return [
        f"{label}: {first_difference(alone[label], among[label])}" for label in alone if alone[label] != among[label]
    ]


def first_difference(one, other):
    """Show where two answers part, for whoever has to mend it."""
    if one.status != other.status:
        return f"status {one.status} against {other.status}"
    if one.headers != other.headers:
        return (
            f"headers {sorted(set(one.headers) ^ set(other.headers))} {one.body[:400]!r} against {other.body[:400]!r}"
        )
    at = next(
        (i for i, (a, b) in enumerate(zip(one.body, other.body, strict=False)) if a != b),
        min(len(one.body), len(other.body)),
    )
    return f"{one.body[max(0, at - 60) : at + 40]!r} against {other.body[max(0, at - 60) : at + 40]!r}"


def route_names(patterns=None, prefix=""):
    """Name every registered route but the administrator's."""
    found = set()
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                found |= route_names(pattern.url_patterns, space)
        elif isinstance(pattern, URLPattern):
            found.add(prefix + (pattern.name or str(pattern.pattern)))
    return found
