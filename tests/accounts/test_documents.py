"""Documents, ageing and timeline of one customer."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.catalogue import load
from accounts.models import Change, HealthDay
from accounts.selectors import documents
from accounts.selectors.money import rates_behind
from accounts.selectors.receivables import BUCKETS, bucket_of, days_overdue, get_ageing
from accounts.selectors.timeline import list_timeline
from tests.factories import CurrencyRateFactory, make
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db
LISTS = {
    "opportunity": documents.list_opportunities,
    "quote": documents.list_quotes,
    "order": documents.list_orders,
    "shipment": documents.list_shipments,
    "payment": documents.list_payments,
    "credit_note": documents.list_credit_notes,
    "ticket": documents.list_tickets,
    "activity": documents.list_activities,
    "contract": documents.list_contracts,
    "insight": documents.list_insights,
}


def _invoice(account, days, amount, **values):
    """An open invoice that is so many days overdue."""
    values = {"status": "open", "open_amount": amount, "base_open_amount": amount} | values
    return make("invoice", account=account, due_date=TODAY - timedelta(days=days), **values)


@pytest.mark.parametrize("object", list(LISTS))
def test_sections_show_live_documents_of_the_customer_alone(login, customer, object):
    account = customer()
    role = "executive" if object != "ticket" else "support"
    kept = make(object, account=account, key="K 1")
    make(object)
    make(object, account=account, deleted_at=NOW)
    section = LISTS[object](login(role), account)
    assert [(row.id, row.key, row.url) for row in section.rows] == [
        (kept.pk, "K 1", f"https://erp.example/{object}/K%201")
    ]
    assert (section.object, section.more) == (object, False)


@pytest.mark.parametrize("object", list(LISTS))
def test_sections_take_the_same_queries_for_one_and_three_rows(
    login, customer, object, django_assert_num_queries
):
    account, user = customer(), login("executive" if object != "ticket" else "support")
    for added in (1, 2):
        for _ in range(added):
            make(object, account=account)
        with django_assert_num_queries(2):
            LISTS[object](user, account)


def test_a_section_the_role_does_not_see_is_none(login, customer):
    account = customer()
    make("quote", account=account)
    assert documents.list_quotes(login("support"), account) is None
    assert documents.list_invoices(login("support"), account, as_of=TODAY) is None


def test_the_latest_comes_first_and_more_is_told(login, customer):
    account, user = customer(), login("finance")
    for day in (1, 3, 2):
        make("order", account=account, order_date=date(2026, 1, day))
    make("order", account=account, order_date=None)
    section = documents.list_orders(user, account, limit=3)
    assert [row["order_date"] and row["order_date"].day for row in section.rows] == [3, 2, 1]
    assert section.more is True


def test_invoices_tell_days_overdue_and_bucket(login, customer):
    account = customer()
    _invoice(account, 31, Decimal(5), invoice_date=date(2026, 1, 3))
    _invoice(account, -5, Decimal(5), invoice_date=date(2026, 1, 2))
    _invoice(account, 90, Decimal(0), status="paid", invoice_date=date(2026, 1, 1))
    rows = documents.list_invoices(login("finance"), account, as_of=TODAY).rows
    assert [(row["days_overdue"], row["bucket"]) for row in rows] == [
        (31, "31–60"),
        (0, "Not due"),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-1, "Not due"), (0, "Not due"), (1, "1–30"), (30, "1–30"), (31, "31–60"), (60, "31–60"), (61, "61–90"),
     (90, "61–90"), (91, "90+"), (9999, "90+")],
)  # fmt: skip
def test_buckets_by_days_overdue(days, bucket):
    assert bucket_of(days) == bucket


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.dates(date(2000, 1, 1), date(2050, 1, 1)))
def test_every_day_falls_into_one_bucket(due, as_of):
    assert bucket_of(days_overdue(due, as_of)) in BUCKETS


def test_ageing_sums_to_open_receivables_and_keeps_credits_apart(login, customer):
    account = customer()
    CurrencyRateFactory(currency="EUR", rate=1)
    for days, amount in ((-3, 10), (5, 20), (45, 30), (75, 40), (200, 50), (0, 7)):
        _invoice(account, days, Decimal(amount))
    _invoice(account, 10, Decimal(0))
    _invoice(account, 10, Decimal(99), status="cancelled")
    _invoice(account, 10, Decimal(99), deleted_at=NOW)
    _invoice(account, 1, Decimal(5), base_open_amount=None, currency="XXX")
    make("credit_note", account=account, open_amount=Decimal(8), base_open_amount=Decimal(8))
    make("payment", account=account, unapplied_amount=Decimal(3), base_unapplied_amount=Decimal(3))
    ageing = get_ageing(login("finance"), account, as_of=TODAY)
    assert ageing.buckets == {"Not due": 17, "1–30": 20, "31–60": 30, "61–90": 40, "90+": 50}
    assert (ageing.total, ageing.overdue, ageing.credits, ageing.unapplied, ageing.net) == (
        157,
        140,
        8,
        3,
        146,
    )
    assert (ageing.oldest_days, ageing.items, ageing.unrated, ageing.currency) == (200, 7, 1, "EUR")


def test_what_is_open_counts_at_the_rate_of_the_day_and_the_rate_is_told(login, customer):
    account = customer()
    CurrencyRateFactory(currency="EUR", rate=1)
    for days, rate in ((-9, "0.9"), (-2, "0.8"), (3, "2")):
        CurrencyRateFactory(currency="USD", rate=Decimal(rate), rate_date=TODAY + timedelta(days=days))
    _invoice(account, 5, Decimal(100), currency="USD", base_open_amount=Decimal(90))
    make("credit_note", account=account, currency="USD", open_amount=Decimal(10), base_open_amount=Decimal(9))
    make("payment", account=account, currency="USD", unapplied_amount=Decimal(20), base_unapplied_amount=Decimal(18))
    ageing = get_ageing(login("finance"), account, as_of=TODAY)
    assert (ageing.total, ageing.credits, ageing.unapplied) == (80, 8, 16)
    assert rates_behind(account, TODAY) == [("USD", Decimal("0.8"), TODAY - timedelta(days=2))]


def test_nothing_open_has_no_overdue_share(login, customer):
    ageing = get_ageing(login("finance"), customer(), as_of=TODAY)
    assert (ageing.total, ageing.overdue_share, ageing.oldest_days) == (0, None, None)


@pytest.mark.parametrize("role", ["support", "steward", "marketing", "operator"])
def test_ageing_is_for_who_sees_receivables_in_full(login, customer, role):
    assert get_ageing(login(role), customer(), as_of=TODAY) is None


def test_timeline_is_one_stream_the_latest_first(login, customer, django_assert_num_queries):
    account, user = customer(), login("finance")
    make("invoice", account=account, invoice_date=date(2026, 1, 3), number="I1", gross_amount=Decimal(9))
    make("order", account=account, order_date=date(2026, 1, 1), number="O1")
    make("payment", account=account, payment_date=date(2026, 2, 1), number="P1")
    make("order", account=account, order_date=date(2027, 1, 1), number="future")
    make("order", account=account, order_date=date(2026, 1, 1), number="gone", deleted_at=NOW)
    with django_assert_num_queries(2):
        found = list_timeline(user, account, now=NOW)
    assert [(item.object, item.title) for item in found] == [
        ("payment", "P1"), ("invoice", "I1"), ("order", "O1"),
    ]  # fmt: skip
    assert (found[1].amount, found[1].currency, found[1].source, found[1].day) == (9, "EUR", "ERP", True)


def test_timeline_holds_what_the_role_sees(login, customer):
    account = customer()
    for object in (*LISTS, "invoice", "goods_return"):
        make(object, account=account)
    seen = {
        role: {item.object for item in list_timeline(login(role), account, now=NOW)}
        for role in ("support", "operations", "marketing", "steward")
    }
    assert seen == {
        "support": {"order", "shipment", "goods_return", "ticket", "insight"},
        "operations": {"order", "shipment", "goods_return"},
        "marketing": set(),
        "steward": set(),
    }


def test_timeline_stops_at_its_limit(login, customer):
    account = customer()
    for _ in range(4):
        make("order", account=account)
    assert len(list_timeline(login("finance"), account, now=NOW, limit=3)) == 3


def test_timeline_tells_of_bands_holds_and_changed_values(login, customer):
    account = customer(credit_hold=True, credit_hold_reason="Insolvent", city="Bonn")
    before = {"credit_hold": False, "credit_hold_reason": None, "city": "Köln", "segment": account.segment}
    Change.objects.create(changed_at=NOW - timedelta(days=3), id=1, object=load()["account"].code, row_id=account.pk,
                          cause="run", policy_version=1, before=before)  # fmt: skip
    for back, band in ((9, "healthy"), (2, "risk")):
        values = {"profile": "default", "version": 1, "state": "scored", "score": 50, "uncapped": 50, "coverage": 90}
        HealthDay.objects.create(account=account, day=TODAY - timedelta(days=back), band=band, raw_band=band,
                                 inputs=[], scores=[], parts=[], **values)  # fmt: skip
    told = {
        role: [(item.object, item.title, item.state) for item in list_timeline(login(role), account, now=NOW)]
        for role in ("finance", "operations", "steward")
    }
    assert told == {
        "finance": [("health", "healthy", "risk"), ("hold", "Insolvent", "put on hold"), ("change", "city", None)],
        "operations": [("hold", "", "put on hold")],
        "steward": [("hold", "", "put on hold"), ("change", "city", None)],
    }
