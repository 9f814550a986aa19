"""What is sent twice at the same moment is kept once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts import receivables
from accounts.models import AuditEntry, DunningEntry, InvoiceDispute, PaymentPromise
from tests.factories import AccountFactory, UserFactory, make
from tests.factories.world import NOW, TODAY

ACTS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "promise": (receivables.make_promise, PaymentPromise,
                {"amount": Decimal(90), "currency": "EUR", "promised_date": TODAY}),
    "reminder": (receivables.log_dunning, DunningEntry, {"kind": "call", "text": "Asked for it"}),
    "dispute": (receivables.open_dispute, InvoiceDispute, {"reason": "price"}),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ACTS)
def test_a_form_sent_twice_at_the_same_moment_is_kept_once(name: str) -> None:
    act, model, given = ACTS[name]
    account, clerk, start = AccountFactory(), UserFactory(role="finance"), Barrier(2)
    invoice = make("invoice", account=account).pk

    def send(_: int) -> str:
        try:
            connection.ensure_connection()
            start.wait()
            act(account=account, invoice_id=invoice, by=clerk, now=NOW, **given)
            return "kept"
        except receivables.BadAgreement:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        answers = sorted(workers.map(send, range(2)))

    assert (answers, model.objects.count(), AuditEntry.objects.count()) == (["kept", "refused"], 1, 1)
