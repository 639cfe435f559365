"""What every viewset shares: JSON only, bounded bodies and pages, errors as application/problem+json."""

import json
from typing import Any

from rest_framework import exceptions, status
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer as PlainJSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

from coding.lib.refusals import Refusal
from coding.lib.text import fault

MOST_BYTES = 5 * 1024 * 1024
MOST_DEPTH = 32
MOST_ROWS = 200


class JSONRenderer(PlainJSONRenderer):
    """JSON, in UTF-8, without an HTML form beside it."""

    charset = None


class LimitedJSONParser(BaseParser):
    """JSON of at most 5 MB and 32 levels; refuses NaN, doubled keys and characters that no text may hold."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            value = json.loads(body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)
        except (ValueError, RecursionError) as wrong:
            raise exceptions.ParseError(f"The body is not JSON that can be read: {wrong}.") from wrong
        check(value)
        return value


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is larger than 5 MB. Send it in parts."
    default_code = "too_large"


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MOST_ROWS


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


def check(value: Any, depth: int = 0) -> None:
    """Refuse values nested too deep, and texts with refused characters, wherever they stand."""
    if depth > MOST_DEPTH:
        raise exceptions.ParseError(f"The body is nested deeper than {MOST_DEPTH} levels.")
    if isinstance(value, str) and (refused := fault(value)):
        raise exceptions.ParseError(f"A text in the body holds {refused}. Remove it.")
    if isinstance(value, dict):
        for key, inner in value.items():
            check(key, depth + 1)
            check(inner, depth + 1)
    if isinstance(value, list):
        for inner in value:
            check(inner, depth + 1)


def problem(raised: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every error as application/problem+json (RFC 9457): type, title, status, detail, and errors by field."""
    if isinstance(raised, Refusal):
        return _answer(raised.status, raised.code, raised.message)
    plain = exception_handler(raised, context)
    if plain is None:
        return None
    if isinstance(raised, exceptions.ValidationError):
        return _answer(plain.status_code, "invalid", "Some fields can't be taken as they are.", errors=plain.data)
    detail = plain.data.get("detail", "") if isinstance(plain.data, dict) else str(plain.data)
    answer = _answer(plain.status_code, getattr(detail, "code", "error"), str(detail))
    for name, value in plain.headers.items():
        answer.headers.setdefault(name, value)
    return answer


def _answer(code: int, kind: str, detail: str, **more: Any) -> Response:
    body = {"type": "about:blank", "title": kind, "status": code, "detail": detail, **more}
    return Response(body, status=code, content_type="application/problem+json")
