"""Pages by key lose and repeat no row, in either direction, while rows come and go."""

from __future__ import annotations

import pytest
from django.db.models import F, Func, TextField, Value
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Account, columns
from accounts.selectors import paging
from accounts.selectors.customers import SORTS
from accounts.selectors.paging import BadCursor, Order, keyset_page
from tests.factories import AccountFactory, AccountSummaryFactory

NAMES = st.lists(st.sampled_from(["Änne", "anne", "Bø", "", "bo", "Zorn", None]), min_size=0, max_size=12)


def _walk(rows, order, limit):
    """All pages forward, then all pages back from the last."""
    forward, cursor, pages = [], None, []
    while True:
        page = keyset_page(rows, order, cursor, limit)
        forward += [row.pk for row in page.rows]
        pages.append(page)
        if page.next is None:
            break
        cursor = page.next
    backward, page = [row.pk for row in pages[-1].rows], pages[-1]
    while page.previous is not None:
        page = keyset_page(rows, order, page.previous, limit)
        backward = [row.pk for row in page.rows] + backward
    return forward, backward


def _customer(name):
    """A customer as publish leaves it, by id."""
    account = AccountFactory(name=name, sales_territory=None)
    AccountSummaryFactory(account=account)
    return account.pk


class TestPages(TestCase):
    @settings(max_examples=40)
    @given(names=NAMES, limit=st.integers(1, 5), descending=st.booleans())
    def test_every_row_comes_once_in_both_directions(self, names, limit, descending):
        made = {_customer(name) for name in names}
        order = SORTS["name"].reversed() if descending else SORTS["name"]
        forward, backward = _walk(Account.objects.all(), order, limit)
        assert forward == backward
        assert (len(forward), set(forward)) == (len(made), made)

    @settings(max_examples=25)
    @given(names=NAMES, late=st.sampled_from(["aa", "bo", "zz", "Änne"]), limit=st.integers(1, 4))
    def test_a_row_that_comes_in_between_moves_no_other(self, names, late, limit):
        before = [_customer(name) for name in names]
        order = SORTS["name"]
        first = keyset_page(Account.objects.all(), order, None, limit)
        _customer(late)
        seen = [row.pk for row in first.rows]
        cursor = first.next
        while cursor is not None:
            page = keyset_page(Account.objects.all(), order, cursor, limit)
            seen += [row.pk for row in page.rows]
            cursor = page.next
        kept = [pk for pk in seen if pk in before]
        assert (len(kept), set(kept)) == (len(before), set(before))


@pytest.mark.django_db
def test_cursor_of_another_order_is_refused():
    AccountFactory.create_batch(3)
    order = Order("id", F("id"), int)
    cursor = keyset_page(Account.objects.all(), order, None, 1).next
    with pytest.raises(BadCursor):
        keyset_page(Account.objects.all(), order.reversed(), cursor, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["x", "W10", "bm90IGpzb24", "eyJhIjoxfQ", "é", "WyJpZCIsMCwiYSIsMV0"])
def test_damaged_cursor_is_refused(cursor):
    with pytest.raises(BadCursor):
        keyset_page(Account.objects.all(), Order("id", F("id"), int), cursor, 1)


def test_sort_keys_are_never_null():
    assert columns.or_zero("x").output_field.null is False


@pytest.mark.django_db
def test_what_takes_too_long_is_given_up_and_asked_another_way(monkeypatch):
    accounts = [_customer(name) for name in ("a", "b", "c")]
    slow = Func(Value(0.2), function="pg_sleep", output_field=TextField())
    assert paging.within(20, lambda: list(Account.objects.annotate(slow=slow))) is None
    monkeypatch.setattr(paging, "within", lambda *_: None)
    page = keyset_page(Account.objects.all(), SORTS["name"], None, 2)
    rest = keyset_page(Account.objects.all(), SORTS["name"], page.next, 2)
    assert [row.pk for row in page.rows + rest.rows] == accounts
