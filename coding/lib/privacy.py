"""Answers to signed-in people are theirs alone: no shared cache, no stored copy."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PrivateAnswersMiddleware:
    """Mark every answer for a signed-in person `no-store`, so that open work never lies in a cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in answer:
            answer["Cache-Control"] = "no-store, private"
        return answer
