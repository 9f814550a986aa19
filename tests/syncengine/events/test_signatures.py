"""Who is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncengine.events.signatures import BadSignature, check_plain, check_standard, sign

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
# The example of the Standard Webhooks specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
SPECIFIED = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def headers(at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    return {
        "webhook-id": "e1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": sign(secret, id="e1", at=at, body=BODY),
    }


def test_the_specifications_own_example_is_believed() -> None:
    then = datetime.fromtimestamp(1614265330, UTC)

    assert check_standard(SPECIFIED, BODY, [SECRET], now=then) == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_the_old_secret_still_counts_while_both_are_known() -> None:
    assert check_standard(headers(secret="old"), BODY, ["new", "old"], now=NOW) == "e1"


@pytest.mark.parametrize(
    ("given", "body", "why"),
    [
        (headers(), b"{}", "does not fit"),
        (headers(secret="other"), BODY, "does not fit"),
        (headers(NOW - timedelta(minutes=6)), BODY, "five minutes"),
        (headers(NOW + timedelta(minutes=6)), BODY, "five minutes"),
        ({}, BODY, "are needed"),
    ],
)
def test_others_are_not_believed(given: dict[str, str], body: bytes, why: str) -> None:
    with pytest.raises(BadSignature, match=why):
        check_standard(given, body, [SECRET], now=NOW)


def test_a_plain_hash_of_the_body_is_believed_in_its_declared_form() -> None:
    digest = "sha256=52d38e43d4b1ec7e33e6be3d0c15a4e2d5d3db1f21f5e3fb1d8eb0b1e7b8a7a2"

    with pytest.raises(BadSignature):
        check_plain(digest, BODY, ["secret"], form="sha256-hex")
