"""An order kept in two systems counts once, whichever comes first and whatever happens to the original."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts import derived
from accounts.golden import touched
from accounts.models import Account, AccountFigures, AccountSummary, Invoice, Link, Order
from accounts.products.figures import renew_products
from tests.factories import AccountCrosswalkFactory, AccountFactory, SourceFactory, make
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return AccountFactory()


def _order(account, source, number, **values):
    held = AccountCrosswalkFactory(account=account, source=source)
    amounts = {"net_amount": Decimal(100), "base_net_amount": Decimal(100), "rate": Decimal(1)}
    return make("order", account=account, account_ref=held, source=source, number=number, status="confirmed",
                order_date=TODAY, **amounts | values)  # fmt: skip


def _renew(*accounts):
    touched.begin()
    touched.touch("SELECT unnest(%s::bigint[])", [[account.pk for account in accounts]])
    touched.settle()
    derived.renew(at=NOW)


def _counted(account):
    row = AccountSummary.objects.get(pk=account.pk)
    return row.order_count, row.open_order_amount


def test_a_copy_counts_until_its_original_is_there_and_again_once_it_is_gone(account):
    crm, erp = SourceFactory(name="crm"), SourceFactory(name="erp")
    copy = _order(account, crm, "C-1", original_number="E-1")
    _renew(account)
    assert _counted(account) == (1, Decimal(100))

    original = _order(account, erp, "E-1")
    _renew(account)
    copy.refresh_from_db()
    assert (_counted(account), copy.account_id) == ((1, Decimal(100)), None)

    Order.objects.filter(pk=original.pk).update(deleted_at=NOW)
    _renew(account)
    copy.refresh_from_db()
    assert (_counted(account), copy.account_id) == ((1, Decimal(100)), account.pk)


def test_an_order_of_another_customer_is_no_original(account):
    crm, erp = SourceFactory(name="crm"), SourceFactory(name="erp")
    other = AccountFactory()
    _order(account, crm, "C-1", original_number="E-1")
    _order(other, erp, "E-1")
    _renew(account, other)
    assert (_counted(account)[0], _counted(other)[0]) == (1, 1)

    Order.objects.filter(account=other).update(account=account)  # the two are one company after all
    Account.objects.filter(pk=other.pk).update(merged_into=account)
    _renew(account)
    assert _counted(account) == (1, Decimal(100))


def test_what_a_copy_names_links_its_original(account):
    crm, erp = SourceFactory(name="crm"), SourceFactory(name="erp")
    deal = make("opportunity", account=account, source=crm, state="won", base_amount=Decimal(7))
    original = _order(account, erp, "E-1", quote_number=None, order_type="repeat")
    _order(account, crm, "C-1", original_number="E-1", opportunity=deal)
    _renew(account)
    found = Link.objects.filter(right_object=14).values_list("left_id", "right_id", "how")
    assert list(found) == [(deal.pk, original.pk, "key")]


def test_copies_of_invoices_and_of_lines_are_in_no_sum(account):
    crm, erp = SourceFactory(name="crm"), SourceFactory(name="erp")
    line = {"quantity": 5, "shipped_quantity": 0, "net_amount": Decimal(50)}
    first = make("order_line", order=_order(account, erp, "E-1"), **line)
    make("order_line", order=_order(account, crm, "C-1", original_number="E-1"), product_ref=first.product_ref, **line)
    for source, number, original in ((erp, "I-1", None), (crm, "J-1", "I-1")):
        make("invoice", account=account, account_ref=AccountCrosswalkFactory(account=account, source=source),
             source=source, number=number, original_number=original, status="open", invoice_date=TODAY,
             open_amount=Decimal(30), base_open_amount=Decimal(30), base_net_amount=Decimal(30))  # fmt: skip
    _renew(account)
    figures = AccountFigures.objects.get(pk=account.pk)
    assert (figures.open_receivable, figures.revenue_ttm, figures.backlog) == (30, 30, 50)
    assert Invoice.objects.filter(account=account).count() == 1
    renew_products(at=NOW, today=TODAY)
    assert first.product_ref is None or first.product_ref.product.figures.ordered == 5
