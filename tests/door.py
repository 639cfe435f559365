"""The second door in tests: a client that speaks JSON as one person, by session or by token."""

import json

from django.test import Client

from coding.people.rules import issue_token

PROBLEM = "application/problem+json"


class Door:
    """Send JSON to /api/v1/ as somebody; a body may be any value, or raw bytes."""

    def __init__(self, user=None, **token):
        self.client = Client(raise_request_exception=False)
        self.headers = {}
        if token:
            self.headers["Authorization"] = (
                f"Bearer {issue_token(user, 'test', token.pop('scope', 'write'), **token)[1]}"
            )
        elif user is not None:
            self.client.force_login(user)

    def send(self, method, path, body=None, key=None, kind="application/json", **headers):
        extra = {"headers": {**self.headers, **({"Idempotency-Key": key} if key is not None else {}), **headers}}
        if method in {"post", "put", "patch", "delete"}:
            raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body)
            extra |= {"data": raw, "content_type": kind}
        return getattr(self.client, method)(path if path.startswith("/") else f"/api/v1/{path}", **extra)

    def get(self, path, **more):
        return self.send("get", path, **more)

    def post(self, path, body=None, **more):
        return self.send("post", path, body, **more)

    def put(self, path, body=None, **more):
        return self.send("put", path, body, **more)

    def patch(self, path, body=None, **more):
        return self.send("patch", path, body, **more)

    def delete(self, path, **more):
        return self.send("delete", path, **more)


def is_problem(answer, status):
    """Say whether an answer is an error as every error is."""
    if answer.status_code != status or answer["Content-Type"] != PROBLEM:
        return False
    said = answer.json()
    return said["status"] == status and bool(said["detail"]) and {"type", "title"} <= said.keys()
