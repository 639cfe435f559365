"""The OpenAPI description: what spectacular finds, with every operation's errors and the idempotency key."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from coding.lib.api import PROBLEM, Problem

READS = {
    "400": "The request can't be read.",
    "401": "No valid token or session.",
    "403": "A member without the right.",
    "404": "Nothing that you could see.",
    "405": "This can't be done with that method.",
    "406": "Only JSON is given.",
}
WRITES = {
    "409": "The state forbids it; look at the present state.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "The idempotency key was used for another request.",
}
SAFE = {"GET", "HEAD"}
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER,
    description="1 to 80 characters. A retry with the same key and body has one effect and gets the same answer.",
)  # fmt: skip


class Schema(AutoSchema):
    """Adds to each operation what holds for all of them."""

    def get_override_parameters(self) -> list[Any]:
        return [] if self.method in SAFE else [KEY]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        problem = self.resolve_serializer(Problem, "response").ref
        for status, says in (READS if self.method in SAFE else READS | WRITES).items():
            bodies[status] = {"description": says, "content": {PROBLEM: {"schema": problem}}}
        return bodies
