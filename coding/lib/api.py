"""What every viewset shares: JSON only, bounded bodies and pages, strict fields, errors as application/problem+json."""

import json
import uuid
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, serializers, status
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer as PlainJSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from coding.lib.refusals import Forbidden, Refusal
from coding.lib.text import fault

MOST_BYTES = 5 * 1024 * 1024
MOST_DEPTH = 32
MOST_ROWS = 200
MOST_TEXT = 20_000  # code points of a definition, note or reason
LARGEST = 2**53 - 1  # beyond it programs read JSON numbers differently (RFC 7493, section 2.2)
PROBLEM = "application/problem+json"
UNKNOWN = "There is nothing at this address that you could see. Check the address and its ids."


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
        except RecursionError as wrong:
            raise exceptions.ParseError(f"The body is nested deeper than {MOST_DEPTH} levels.") from wrong
        except ValueError as wrong:
            raise exceptions.ParseError(f"The body is not JSON that can be read: {wrong}.") from wrong
        check(value)
        return value


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is larger than 5 MB. Send it in parts."
    default_code = "too_large"


class Pages(PageNumberPagination):
    """Pages of 50 rows, or as many as asked for up to 200."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MOST_ROWS

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get("page_size", str(self.page_size))
        if not (asked.isascii() and asked.isdigit() and len(asked) < 5 and 1 <= int(asked) <= MOST_ROWS):
            raise exceptions.ValidationError({"page_size": [f"A page holds 1 to {MOST_ROWS} rows."]})
        return int(asked)


class Text(serializers.CharField):
    """A text that is one in JSON too: no number or boolean turned into words, nothing trimmed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        kwargs.setdefault("max_length", MOST_TEXT)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number: no text of digits, no float, no boolean."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class YesNo(serializers.BooleanField):
    """`true` or `false`, and no word that means one of them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Uid(serializers.UUIDField):
    """A public id, as text."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Problem(serializers.Serializer[Any]):
    """What every error answers (RFC 9457): `title` names the kind, `detail` says what to do."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(required=False, help_text="By field: what can't be taken and why.")  # type: ignore[assignment]  # a field of that name


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


def check(value: Any, depth: int = 1) -> None:
    """Refuse what is nested too deep, texts with refused characters and numbers too large, wherever they stand."""
    if isinstance(value, str) and (refused := fault(value)):
        raise exceptions.ParseError(f"A text in the body holds {refused}. Remove it.")
    if isinstance(value, int | float) and not abs(value) <= LARGEST:  # NaN is not, either
        raise exceptions.ParseError(f"A number in the body is beyond ±{LARGEST}. Send a smaller one.")
    if not isinstance(value, dict | list):
        return
    if depth > MOST_DEPTH:
        raise exceptions.ParseError(f"The body is nested deeper than {MOST_DEPTH} levels.")
    for inner in (*value.keys(), *value.values()) if isinstance(value, dict) else value:
        check(inner, depth + 1)


def problem(raised: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every error as application/problem+json (RFC 9457): type, title, status, detail, and errors by field."""
    from rest_framework.views import exception_handler  # it reads this module's names when it is first imported

    if isinstance(raised, Refusal):
        return _answer(raised.status, raised.code, raised.message)
    raised = _plain(raised)
    plain = exception_handler(raised, context)
    if plain is None:
        return None
    if isinstance(raised, exceptions.ValidationError):
        errors = plain.data if isinstance(plain.data, dict) else {"body": plain.data}
        return _answer(plain.status_code, "invalid", "Some fields can't be taken as they are.", errors=errors)
    detail = plain.data.get("detail", "") if isinstance(plain.data, dict) else str(plain.data)
    answer = _answer(plain.status_code, getattr(detail, "code", "error"), str(detail))
    for name, value in plain.headers.items():
        answer.headers.setdefault(name, value)
    return answer


def _plain(raised: Exception) -> Exception:
    """Say in the API's words what Django raises: nothing there, no right, a body that can't be read."""
    if isinstance(raised, Http404):
        return exceptions.NotFound(UNKNOWN)
    if isinstance(raised, PermissionDenied):
        return exceptions.PermissionDenied(str(raised) if isinstance(raised, Forbidden) else None)
    if isinstance(raised, RequestDataTooBig):
        return TooLarge()
    if isinstance(raised, BadRequest | SuspiciousOperation):
        return exceptions.ParseError("This request could not be read. Send its body as JSON.")
    return raised


def _answer(code: int, kind: str, detail: str, **more: Any) -> Response:
    return Response(body_of(code, kind, detail, **more), status=code, content_type=PROBLEM)


def body_of(code: int, kind: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": "about:blank", "title": kind, "status": code, "detail": detail, **more}


@csrf_exempt
def unknown(request: HttpRequest, rest: str = "") -> JsonResponse:
    """Answer an address under the API's that leads nowhere."""
    hint = "" if rest.endswith("/") else " Addresses end with a slash."
    return JsonResponse(body_of(404, "not_found", UNKNOWN + hint), status=404, content_type=PROBLEM)


def broken(request: HttpRequest) -> JsonResponse:
    """Answer a fault of ours in the API's own form; nothing of the fault leaves."""
    body = body_of(500, "server_error", "Something broke on our side. What you sent was not saved; try it again.")
    return JsonResponse(body, status=500, content_type="application/problem+json")
