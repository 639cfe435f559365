"""Refusals: one small error per rule, turned into an answer in one place."""

from collections.abc import Callable
from typing import ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme


class Refusal(Exception):
    """A verb's refusal. The message is a full sentence that says what happened and what to do.

    `status` is 409 where the state forbids it, 400 where the input does, 422 for a reused key.
    """

    status: ClassVar[int] = 409
    sentence: ClassVar[str] = "This can't be done now."

    def __init__(self, sentence: str = "") -> None:
        self.message = sentence or self.sentence
        super().__init__(self.message)

    @property
    def code(self) -> str:
        return type(self).__name__


class BadInput(Refusal):
    """The input can't be taken as it is."""

    status = 400
    sentence = "This could not be read. Check what was sent."


class Forbidden(PermissionDenied):
    """A member without the right: 403 with a sentence."""


class RefusalMiddleware:
    """Answer a Refusal raised in a page: a fragment for htmx, else the page it came from with the sentence on top."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code == 405 and request.method == "GET" and not answer.content:
            page = render(request, "405.html", status=405)
            page["Allow"] = answer["Allow"]
            return page
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        if request.headers.get("HX-Request"):
            answer = HttpResponse(exception.message, status=exception.status, content_type="text/plain; charset=utf-8")
            answer["HX-Reswap"] = "none"
            return answer
        context = {"refusal": exception, "back": own_path(request)}
        return render(request, "refusal.html", context, status=exception.status)


def own_path(request: HttpRequest, default: str = "/") -> str:
    """Give the page that the person came from, when it is one of ours."""
    back = request.headers.get("Referer", "")
    return back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else default


def back_with(request: HttpRequest, url: str, sentence: str) -> HttpResponse:
    """Redirect after a plain POST, with a sentence on the next page."""
    messages.success(request, sentence)
    return redirect(url)
