"""What happens in one system is seen at the customer and in the other: read, published, written, in that order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from accounts.models import ChangeRequest, ProcessException
from accounts.selectors.timeline import list_timeline
from syncengine.models import OutboxMessage
from tests.factories import UserFactory
from tests.syncengine.writeback.trade import Trade, make_trade


@pytest.fixture
def trade(db: None, tmp_path: Path) -> Trade:
    return make_trade(tmp_path)


def test_the_beginning_is_kept_in_the_crm(trade: Trade) -> None:
    assert trade.run("crm", "SELECT customer, number, promised FROM erp_order") == [("C1", "A1", "2026-03-20")]
    assert trade.run("crm", "SELECT customer, kind, score FROM ai_score") == [("C1", "churn_risk", "0.2")]
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"confirmed"}


def test_a_credit_hold_stops_the_customer_here_and_in_the_crm(trade: Trade) -> None:
    trade.run("erp", "UPDATE account SET hold = 'yes', hold_reason = 'Three invoices overdue'")
    trade.go_on()

    assert trade.customer().credit_hold is True
    assert trade.run("crm", "SELECT hold, hold_reason, version FROM account") == [("yes", "Three invoices overdue", 2)]
    trade.run("erp", "UPDATE account SET hold = 'no', hold_reason = NULL")
    trade.go_on()
    assert trade.customer().credit_hold is False
    assert trade.run("crm", "SELECT hold FROM account") == [("no",)]


def test_an_invoice_is_owed_here_and_known_in_the_crm(trade: Trade) -> None:
    trade.run("erp", "INSERT INTO invoice VALUES ('I1', 'E1', '2026-02-20', '2026-03-10', '500', '500')")
    trade.go_on()

    assert trade.customer().summary.open_receivable == Decimal(500)
    assert trade.run("crm", "SELECT customer, number, open FROM erp_invoice") == [("C1", "I1", "500")]
    trade.run("erp", "UPDATE invoice SET open = '120'")
    trade.go_on()
    assert trade.customer().summary.open_receivable == Decimal(120)
    assert trade.run("crm", "SELECT open, version FROM erp_invoice") == [("120", 2)]


def test_a_backorder_is_an_exception_here_and_seen_in_the_crm(trade: Trade) -> None:
    trade.run("erp", "UPDATE sale SET promised = '2026-02-10', status = 'partly_shipped'")
    trade.run("erp", "UPDATE sale_line SET shipped = '4'")
    trade.go_on()

    (late,) = ProcessException.objects.filter(rule="E6", closed_at=None)
    assert late.account_id == trade.customer().pk
    assert trade.run("crm", "SELECT promised, status FROM erp_order") == [("2026-02-10", "partly_shipped")]
    assert trade.run("crm", "SELECT ordered, shipped FROM erp_line") == [("9", "4")]


def test_a_return_stands_in_the_timeline_and_in_the_crm(trade: Trade) -> None:
    trade.run("erp", "INSERT INTO goods_return VALUES ('R1', 'E1', '2026-03-01', 'damaged')")
    trade.go_on()

    happenings = list_timeline(UserFactory(role="finance"), trade.customer(), now=trade.now)
    assert [event.title for event in happenings if event.object == "goods_return"] == ["R1"]
    assert trade.run("crm", "SELECT customer, number, reason FROM erp_return") == [("C1", "R1", "damaged")]


def test_a_changed_score_reaches_the_crm_once(trade: Trade) -> None:
    trade.run("ai", "UPDATE score SET score = '0.9', at = '2026-03-02T08:00:00Z'")
    for _ in range(3):
        trade.go_on(timedelta(minutes=5))

    assert trade.run("crm", "SELECT customer, score, version FROM ai_score") == [("C1", "0.9", 2)]
    assert ChangeRequest.objects.count() == 0
