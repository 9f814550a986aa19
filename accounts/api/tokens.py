"""Who a key acts for."""

from __future__ import annotations

import hmac
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.grants import digest_of
from accounts.models import ApiToken, User

NOTED_EVERY = timedelta(minutes=5)  # a write for each call would cost more than the calls


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <prefix>.<secret>`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The user and the key; None where no key is given, so that a session may do."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        prefix, _, secret = parts[1].decode("latin-1").partition(".") if len(parts) == 2 else ("", "", "")
        now = timezone.now()
        alive = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        known = ApiToken.objects.select_related("user").filter(alive, prefix=prefix, revoked_at__isnull=True)
        token = known.first()
        if token is None or not hmac.compare_digest(token.digest, digest_of(secret)):
            raise AuthenticationFailed("The token is unknown, revoked or expired.", "bad-token")
        if not token.user.is_active:
            raise AuthenticationFailed("The user of the token is not active.", "inactive-user")
        if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a caller without a key is told to send."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """The key in the schema."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
