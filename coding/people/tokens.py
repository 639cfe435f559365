"""The API's way in: tokens beside sessions. It stands alone, since the framework loads it before any viewset."""

from __future__ import annotations

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from coding.people.models import Token, User
from coding.people.rules import token_hash

SAFE = {"GET", "HEAD", "OPTIONS"}


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer loam_...`; the token's scope and project bound what its user may do."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise exceptions.AuthenticationFailed("Send the token as: Authorization: Bearer TOKEN.")
        text = parts[1].decode("latin-1")
        token = Token.objects.usable().select_related("user", "project").filter(token_hash=token_hash(text)).first()
        if token is None or not token.user.is_active:
            raise exceptions.AuthenticationFailed("This token is unknown, expired or revoked. Make a new one.")
        if request.method not in SAFE and token.scope != Token.Scope.WRITE:
            raise exceptions.PermissionDenied("This token may only read. Make one with the scope “Read and write”.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
