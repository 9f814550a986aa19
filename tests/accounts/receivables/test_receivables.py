"""Promises, disputes, holds, the worklist, statements and the portfolio."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from accounts import receivables
from accounts.golden import touched
from accounts.golden.summary import summarise
from accounts.models import AccountFigures, AuditEntry, DunningEntry, InvoiceDispute, PaymentPromise
from tests.accounts.golden.companies import Company
from tests.factories import AccountFactory, UserFactory, make
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db


def _renew(*accounts):
    touched.begin()
    touched.touch("SELECT unnest(%s::bigint[])", [[account.pk for account in accounts]])
    touched.settle()
    receivables.settle_promises(at=NOW, today=TODAY)
    summarise(today=TODAY)
    for account in accounts:
        account.refresh_from_db()


def _invoice(account, amount, days_late, **values):
    due = TODAY - timedelta(days=days_late)
    paid = {"invoice_date": due - timedelta(days=30), "due_date": due, "rate": Decimal(1), "status": "open"}
    amounts = dict.fromkeys(("gross_amount", "open_amount", "base_open_amount"), Decimal(amount))
    return make("invoice", account=account, **(paid | amounts | values))


@pytest.fixture
def clerk():
    return UserFactory(role="finance")


@pytest.fixture
def account():
    return AccountFactory(credit_limit=Decimal(1000), temporary_limit=None)


def test_a_promise_is_kept_when_its_invoice_is_paid_in_time_and_broken_when_its_day_passes(account, clerk):
    early = NOW - timedelta(days=20)
    paid = _invoice(account, 100, 40, status="paid", paid_date=TODAY - timedelta(days=5))
    late = _invoice(account, 200, 40)
    for invoice in (paid, late):
        receivables.make_promise(
            account=account, amount=Decimal(90), currency="EUR", promised_date=TODAY - timedelta(days=2),
            invoice_id=invoice.pk, by=clerk, now=early,
        )  # fmt: skip
    receivables.make_promise(
        account=account, amount=Decimal(5), currency="EUR", promised_date=TODAY, by=clerk, now=early
    )
    _renew(account)
    states = list(PaymentPromise.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["kept", "broken", "open"]
    figures = AccountFigures.objects.get(pk=account.pk)
    assert (figures.kept_promises, figures.broken_promises, figures.promise_kept_rate) == (1, 1, Decimal(50))


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"amount": Decimal(0)}, "A promise needs an amount above zero."),
        ({"promised_date": date(2020, 1, 1)}, "The promised day has passed. Give today or a later day."),
        ({"invoice_id": -1}, "The invoice is not one of this customer's. Choose one from the list."),
    ],
)
def test_bad_promises_are_refused_with_what_to_do(account, clerk, values, why):
    given = {"amount": Decimal(1), "currency": "EUR", "promised_date": TODAY, "by": clerk, "now": NOW} | values
    with pytest.raises(receivables.BadAgreement) as refused:
        receivables.make_promise(account=account, **given)
    assert (str(refused.value), PaymentPromise.objects.count(), AuditEntry.objects.count()) == (why, 0, 0)


@pytest.mark.parametrize("named", [True, False], ids=["of an invoice", "of none"])
def test_the_same_promise_is_kept_once_until_it_is_taken_back(account, clerk, named):
    invoice = _invoice(account, 100, 5).pk if named else None
    given = {"account": account, "currency": "EUR", "promised_date": TODAY, "invoice_id": invoice, "by": clerk}
    first = receivables.make_promise(amount=Decimal(90), now=NOW, **given)
    with pytest.raises(receivables.BadAgreement) as refused:
        receivables.make_promise(amount=Decimal("90.00"), now=NOW + timedelta(hours=1), **given)
    receivables.make_promise(amount=Decimal(91), now=NOW, **given)
    receivables.withdraw_promise(promise=first, by=clerk, now=NOW)
    receivables.make_promise(amount=Decimal(90), now=NOW, **given)
    assert str(refused.value) == "This promise is kept already: same invoice, amount and day."
    assert list(PaymentPromise.objects.order_by("pk").values_list("amount", "state")) == [
        (90, "withdrawn"), (91, "open"), (90, "open"),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="promise kept here").count() == 3


def test_a_reminder_sent_twice_within_a_minute_is_logged_once(account, clerk):
    given = {"account": account, "kind": "call", "text": "Asked for it"}
    receivables.log_dunning(by=clerk, now=NOW, **given)
    with pytest.raises(receivables.BadAgreement) as refused:
        receivables.log_dunning(by=clerk, now=NOW + timedelta(seconds=59), **given)
    receivables.log_dunning(by=clerk, now=NOW + timedelta(seconds=59), **given | {"text": "And again"})
    receivables.log_dunning(by=UserFactory(role="finance"), now=NOW + timedelta(seconds=59), **given)
    receivables.log_dunning(by=clerk, now=NOW + timedelta(seconds=60), **given)
    assert str(refused.value) == "You logged this reminder a moment ago."
    assert list(DunningEntry.objects.order_by("pk").values_list("text", flat=True)) == [
        "Asked for it", "And again", "Asked for it", "Asked for it",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["support", "marketing", "operations", "steward"])
def test_who_sees_no_receivables_agrees_on_none(account, role):
    with pytest.raises(PermissionDenied):
        receivables.open_dispute(account=account, reason="price", by=UserFactory(role=role), now=NOW)


def test_a_dispute_counts_in_the_figures_until_it_is_closed_and_once_an_invoice(account, clerk):
    invoice = _invoice(account, 300, 10)
    found = receivables.open_dispute(account=account, reason="price", invoice_id=invoice.pk, by=clerk, now=NOW)
    with pytest.raises(receivables.BadAgreement):
        receivables.open_dispute(account=account, reason="price", invoice_id=invoice.pk, by=clerk, now=NOW)
    _renew(account)
    assert AccountFigures.objects.get(pk=account.pk).disputed_receivable == 300
    receivables.close_dispute(dispute=found, accepted=False, outcome="As agreed", by=clerk, now=NOW)
    _renew(account)
    assert AccountFigures.objects.get(pk=account.pk).disputed_receivable is None
    assert InvoiceDispute.objects.get().state == "rejected"


def test_a_hold_is_released_by_somebody_else_with_a_reason_and_a_last_day(clerk):
    account = AccountFactory(credit_hold=True)
    sales = UserFactory(role="executive")
    release = receivables.request_release(
        account=account, reason="Paid by wire today", until_date=TODAY + timedelta(days=7), by=sales, now=NOW
    )
    with pytest.raises(receivables.BadRelease):
        receivables.decide_release(release=release, approve=True, note="", by=sales, now=NOW)
    with pytest.raises(receivables.BadRelease):
        receivables.request_release(
            account=account, reason="Again", until_date=TODAY + timedelta(days=7), by=sales, now=NOW
        )
    receivables.decide_release(release=release, approve=True, note="Seen", by=clerk, now=NOW)
    release.refresh_from_db()
    assert (release.state, release.decided_by) == ("approved", clerk)
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == [
        "hold release requested", "hold release approved",
    ]  # fmt: skip


def test_the_worklist_puts_first_whom_a_call_is_most_worth(clerk):
    large, old, promised = (AccountFactory(name=name) for name in ("Large", "Old", "Promised"))
    _invoice(large, 1000, 10)
    _invoice(old, 700, 170)
    _invoice(promised, 2000, 10)
    receivables.make_promise(
        account=promised, amount=Decimal(2000), currency="EUR", promised_date=TODAY, by=clerk, now=NOW
    )
    _renew(large, old, promised)
    found = receivables.list_worklist(clerk, today=TODAY)
    assert [(row.name, round(row.priority), row.next_action) for row in found] == [
        ("Old", 2022, "Remind"), ("Large", 1111, "Remind"), ("Promised", 556, "Wait for the promise"),
    ]  # fmt: skip
    assert receivables.list_worklist(UserFactory(role="support"), today=TODAY) == []


def test_a_collector_assigned_here_stands_before_the_one_of_the_erp(account, clerk):
    _invoice(account, 10, 5)
    _renew(account)
    receivables.assign_collector(account=account, collector=clerk, by=clerk, now=NOW)
    assert [row.collector for row in receivables.list_worklist(clerk, today=TODAY, collector=clerk.email)] == [
        clerk.email
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_worklist_takes_the_same_queries_for_one_and_three(clerk, count, django_assert_num_queries):
    accounts = [AccountFactory() for _ in range(count)]
    for account in accounts:
        _invoice(account, 10, 5)
    _renew(*accounts)
    with django_assert_num_queries(2):
        assert len(receivables.list_worklist(clerk, today=TODAY)) == count


def test_statement_balances_by_currency_and_agrees_with_its_csv(account, clerk):
    _invoice(account, 100, 40)
    _invoice(account, 50, -5, currency="USD")
    make("payment", account=account, kind="payment", unapplied_amount=Decimal(30), currency="EUR")
    make("credit_note", account=account, open_amount=Decimal(10), currency="EUR")
    found = receivables.get_statement(clerk, account, as_of=TODAY)
    assert {part.currency: part.balance for part in found.parts} == {"EUR": Decimal(60), "USD": Decimal(50)}
    assert found.parts[0].buckets == {"31–60": Decimal(100)}
    lines = list(found.csv())
    assert len(lines) == 1 + 4 + 2
    assert lines[4].split(",")[6] == "60.0000"
    assert receivables.get_statement(UserFactory(role="support"), account, as_of=TODAY) is None


def test_portfolio_figures_follow_their_definitions(clerk):
    first, second = AccountFactory(country="DE"), AccountFactory(country="FR")
    _invoice(first, 900, 20)
    _invoice(second, 100, -10, invoice_date=TODAY - timedelta(days=20))
    paid = TODAY - timedelta(days=10)
    _invoice(first, 500, 90, status="paid", open_amount=0, base_open_amount=0, paid_date=paid)
    _renew(first, second)
    found = receivables.get_portfolio(clerk)
    assert found.dso == Decimal(1000) * 90 / 1000
    assert found.best_dso == Decimal(100) * 90 / 1000
    assert found.delinquent_days == found.dso - found.best_dso
    # Owed at the start 500; billed 1000; owed now 1000, of which 100 not due.
    assert round(found.effectiveness, 4) == round(Decimal(500 + 1000 - 1000) * 100 / (500 + 1000 - 100), 4)
    by_country = dict(receivables.ageing_by(clerk, "country"))
    assert {name: part["open_receivable"] for name, part in by_country.items()} == {"DE": 900, "FR": 100}
    assert sum(part["open_receivable"] for part in by_country.values()) == found["open_receivable"]


def test_what_a_new_order_would_do_names_every_rule_that_blocks_it(account, clerk):
    _invoice(account, 900, 5)
    _renew(account)
    profile = receivables.get_credit(clerk, account, today=TODAY)
    assert (profile.limit, profile.available, profile.used) == (1000, 100, 90)
    assert receivables.what_if(profile, account, Decimal(50), today=TODAY).blocked_by == ()
    account.credit_hold, account.credit_limit_expires_date = True, TODAY - timedelta(days=1)
    after = receivables.what_if(profile, account, Decimal(200), today=TODAY)
    assert (after.available, after.blocked_by) == (
        Decimal(-100),
        ("The customer is on hold.", "The limit would be exceeded.", "The limit has expired."),
    )


def test_the_nearest_limit_above_binds_the_group_and_says_what_was_summed(clerk):
    top = AccountFactory(credit_limit=Decimal(1000), temporary_limit=None)
    daughters = [AccountFactory(parent=top, credit_limit=None) for _ in range(2)]
    for company in daughters:
        _invoice(company, 300, 5)
    _renew(top, *daughters)
    profile = receivables.get_credit(clerk, daughters[0], today=TODAY)
    assert (profile.scope, profile.limit, profile.exposure, profile.available) == ("group", 1000, 600, 400)
    assert (profile.seen_companies, profile.companies) == (3, 3)


def test_overdue_customers_of_a_random_company_are_those_of_the_worklist(clerk):
    company = Company(3, 50)
    company.renew()
    late = AccountFigures.objects.filter(overdue_receivable__gt=0).values_list("pk", flat=True)
    assert {row.account_id for row in receivables.list_worklist(clerk, today=TODAY)} == set(late)


# The worked examples of the definitions: three invoices 2, 5 and 4 days late.


def test_days_beyond_terms_are_weighted_by_amount(account):
    for amount, days in ((100, 2), (100, 5), (200, 4)):
        due = TODAY - timedelta(days=60)
        _invoice(account, amount, 60, status="paid", paid_date=due + timedelta(days=days), due_date=due)
    _renew(account)
    weighted = Decimal(100 * 2 + 100 * 5 + 200 * 4) / 400
    assert AccountFigures.objects.get(pk=account.pk).days_beyond_terms == weighted == Decimal("3.75")


def test_a_customer_who_stops_paying_does_not_look_unchanged(account):
    due = TODAY - timedelta(days=100)
    _invoice(account, 100, 100, status="paid", paid_date=due)
    _renew(account)
    before = AccountFigures.objects.get(pk=account.pk).days_beyond_terms
    _invoice(account, 100, 50)
    _renew(account)
    assert (before, AccountFigures.objects.get(pk=account.pk).days_beyond_terms) == (0, 25)


def test_no_sales_in_the_window_give_no_dso(account):
    _invoice(account, 100, 200)
    _renew(account)
    assert AccountFigures.objects.get(pk=account.pk).days_sales_outstanding is None
