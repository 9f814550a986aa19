"""Contacts within a customer, products by article number."""

from __future__ import annotations

import polars as pl

from syncengine.identity import partition_contacts, partition_products

PEOPLE = ["record_id", "account_id", "name", "email", "phone", "mobile"]


def clusters(rows: list[tuple[object, ...]]) -> dict[int, int]:
    schema = {"record_id": pl.Int64, "account_id": pl.Int64, **dict.fromkeys(PEOPLE[2:], pl.String)}
    return dict(partition_contacts(pl.DataFrame(rows, schema=schema, orient="row")).iter_rows())


def test_contacts_are_one_by_mail_phone_and_name() -> None:
    assert clusters(
        [
            (1, 10, "Anna Schmidt", "a.schmidt@acme.de", None, None),
            (2, 10, "Schmidt, Anna", None, None, None),
            (3, 10, "A. Schmidt", None, "030 1234568", None),
            (4, 10, "Dr. Anna Schmidt", "anna@acme.de", "+49 30 1234568", None),
            (5, 10, None, "a.schmidt@acme.de", None, None),
            (6, 10, "Bernd Maier", "b.maier@acme.de", None, None),
        ]
    ) == {1: 1, 2: 1, 3: 1, 4: 1, 5: 5, 6: 6}


def test_a_shared_mailbox_unites_nobody() -> None:
    assert clusters(
        [
            (1, 10, "Anna Schmidt", "info@acme.de", None, None),
            (2, 10, "Bernd Maier", "info@acme.de", None, None),
        ]
    ) == {1: 1, 2: 2}


def test_contacts_of_other_or_unknown_customers_stay_apart() -> None:
    rows = [
        (n, account, "Anna Schmidt", "a@acme.de", None, None) for n, account in ((1, 10), (2, 11), (3, None), (4, None))
    ]
    assert clusters(rows) == {1: 1, 2: 2, 3: 3, 4: 4}


def test_products_are_one_by_article_number() -> None:
    rows = pl.DataFrame({"record_id": [1, 2, 3, 4], "product_code": ["AB-100", "ab 100", None, None]})
    assert partition_products(rows).rows() == [(1, 1), (2, 1), (3, 3), (4, 4)]
