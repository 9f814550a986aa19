"""Messages leave once, signed, and what goes wrong is kept."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from datetime import timedelta

import pytest
from django.core import mail

from accounts.alerts.telling import plan_digest
from accounts.models import AlertDelivery
from syncengine.addresses import NotSent, aimed_at, outside_address
from syncengine.notices import send_due, signed
from tests.factories import AlertFactory, UserFactory
from tests.factories.world import NOW

pytestmark = pytest.mark.django_db


def planned() -> None:
    """One digest for one person."""
    UserFactory(role="finance", email="f@x.example", date_joined=NOW - timedelta(days=9))
    AlertFactory(rule="paying_later", facts={"late": 12, "change": 11})
    plan_digest(now=NOW)


def test_a_mail_is_sent_once_and_says_what_and_where() -> None:
    planned()

    assert (send_due(clock=lambda: NOW), send_due(clock=lambda: NOW)) == (1, 0)
    sent = mail.outbox[0]
    assert (sent.to, len(mail.outbox)) == (["f@x.example"], 1)
    assert "Pays 12 days after the due date, 11 days later than before." in sent.body
    assert AlertDelivery.objects.get().state == "sent"


def test_a_mail_server_that_refuses_leaves_its_reason(settings: object) -> None:
    planned()
    settings.EMAIL_BACKEND = "tests.syncengine.no_such_backend"  # type: ignore[attr-defined]

    assert send_due(clock=lambda: NOW) == 0
    assert AlertDelivery.objects.get().state == "failed"


def test_a_signature_covers_id_time_and_body() -> None:
    headers = signed("alert-1", NOW, "{}", "secret")

    text = f"alert-1.{int(NOW.timestamp())}.{{}}".encode()
    expected = b64encode(hmac.new(b"secret", text, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "https://10.1.2.3/", "https://[::1]/"])
def test_a_webhook_reaches_no_inner_address(url: str) -> None:
    with pytest.raises(NotSent):
        outside_address(url)


def test_a_name_is_called_at_the_address_that_was_checked() -> None:
    aim = aimed_at("https://hooks.example:8443/a?b=c", "203.0.113.7")

    assert (str(aim["url"]), aim["headers"], aim["extensions"]) == (
        "https://203.0.113.7:8443/a?b=c", {"Host": "hooks.example:8443"}, {"sni_hostname": "hooks.example"},
    )  # fmt: skip
