"""Forms are UTF-8: whatever else a request claims, some of it no text at all, is refused before it is read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

SENTENCE = "Forms are sent as UTF-8. Leave the charset out, or say UTF-8."


class OnlyUtf8Middleware:
    """Answer 415 to a body in another character set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.strip("\"' ").lower() not in {"utf-8", "utf8"}:
            return HttpResponse(SENTENCE, status=415, content_type="text/plain; charset=utf-8")
        return self.get_response(request)
