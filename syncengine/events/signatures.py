"""Whether a call really comes from the system it names: Standard Webhooks, and plain HMAC as others do it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"


class BadSignature(Exception):
    """Nobody who knows the secret signed this, or not lately."""


def sign(secret: str, *, id: str, at: datetime, body: bytes) -> str:
    """The `webhook-signature` of a message."""
    digest = hmac.new(key_of(secret), _signed(id, str(int(at.timestamp())), body), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def check_standard(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], *, now: datetime) -> str:
    """The message's id, if one of the secrets signed it within five minutes. Raises BadSignature."""
    id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not (id and at and given):
        raise BadSignature("webhook-id, webhook-timestamp and webhook-signature are needed")
    readable = at.isdecimal() and len(at) < 16
    if not readable or abs(now.timestamp() - int(at)) > TOLERANCE.total_seconds():
        raise BadSignature("the timestamp is more than five minutes away from our clock")
    for part in given.split():
        version, _, text = part.partition(",")
        if version == "v1" and any(_matches(text, secret, _signed(id, at, body)) for secret in secrets):
            return id
    raise BadSignature("the signature does not fit")


def check_plain(given: str, body: bytes, secrets: Sequence[str], *, form: str) -> None:
    """A header that is the HMAC-SHA256 of the body, in hexadecimal or base64. Raises BadSignature."""
    text = given.removeprefix("sha256=").strip()
    for secret in secrets:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        expected = digest.hex() if form == "sha256-hex" else base64.b64encode(digest).decode()
        if hmac.compare_digest(expected.encode(), text.encode()):
            return
    raise BadSignature("the signature does not fit")


def key_of(secret: str) -> bytes:
    """The key behind a secret: base64 after `whsec_`, else the text itself."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def _signed(id: str, at: str, body: bytes) -> bytes:
    return f"{id}.{at}.".encode() + body


def _matches(text: str, secret: str, signed: bytes) -> bool:
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(digest), text.encode())
