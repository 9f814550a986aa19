"""Search finds customers by anything, despite typos and accents, and nothing the user may not see."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.access import forget_scope
from accounts.selectors.search import search_customers
from accounts.selectors.search_similar import one_edit
from accounts.selectors.search_sql import fold
from tests.factories import AccountCrosswalkFactory, IdentifierFactory, SourceFactory

pytestmark = pytest.mark.django_db


def _found(user, text):
    return [hit.name for hit in search_customers(user, text)]


@pytest.mark.parametrize(
    "text",
    [
        "Müller", "muller", "MÜLLER", "Müler Pumpen", "mulller", "pumpen", "pumpen müller", "pumpne",
        "Müller Pumpen GmbH", "mü",
    ],
)  # fmt: skip
def test_names_are_found_despite_typos_and_accents(login, customer, text):
    customer(name="Müller Pumpen GmbH")
    customer(name="Dvořák Optik")
    assert _found(login("finance"), text) == ["Müller Pumpen GmbH"]


@pytest.mark.parametrize(
    "text",
    [
        "stenerdur grop plc", "stenerdur group pc", "stenedur group", "stenerdr gorup plc", "group stenrdur",
        "stenerdur groupplc",
    ],
)  # fmt: skip
def test_right_words_narrow_down_where_one_is_wrong(login, customer, text):
    for name in ("Stenerdur Group PLC", "Stenfeld Group PLC", "Durer Group Ltd"):
        customer(name=name)
    assert _found(login("finance"), text)[0] == "Stenerdur Group PLC"


def test_near_names_are_those_of_customers_the_user_sees(login, granted, customer):
    mine = customer(name="Stenerdur Group PLC")
    customer(name="Stenerdor Group PLC")
    user = granted(mine, "sales")
    forget_scope(user)
    assert _found(user, "stenerdir group") == ["Stenerdur Group PLC"]
    assert _found(login("finance"), "stenerdir group") == ["Stenerdur Group PLC", "Stenerdor Group PLC"]


def test_one_wrong_letter_in_four_is_forgiven(login, customer):
    customer(name="Acme")
    assert _found(login("finance"), "akme") == ["Acme"]


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [("akme", "acme", True), ("acm", "acme", True), ("acmme", "acme", True), ("amce", "acme", True),
     ("acme", "acme", True), ("akne", "acme", False), ("ac", "acme", False), ("", "a", True)],
)  # fmt: skip
def test_one_edit_is_one_letter(left, right, near):
    assert (one_edit(left, right), one_edit(right, left)) == (near, near)


def test_prefixes_come_before_parts(login, customer):
    customer(name="Neue Bauer Werke")
    customer(name="Bauer Bau")
    assert _found(login("finance"), "bauer") == ["Bauer Bau", "Neue Bauer Werke"]


def test_exact_numbers_come_first_and_say_so(login, customer):
    account = customer(name="Numbered", customer_number="C777")
    walk = AccountCrosswalkFactory(account=account, key="0017", source=SourceFactory(name="crm"))
    IdentifierFactory(crosswalk=walk, account=account, value="C777")
    user = login("finance")
    assert [(hit.name, hit.why) for hit in search_customers(user, "c777")] == [("Numbered", "number C777")]
    assert [hit.why for hit in search_customers(user, "0017")] == ["number 0017"]
    assert [hit.why for hit in search_customers(user, "c77")] == ["number C777"]


def test_numbers_of_hidden_classes_find_nothing(granted, customer):
    account = customer(name="Taxed", customer_number="C1")
    walk = AccountCrosswalkFactory(account=account, key="K1")
    IdentifierFactory(crosswalk=walk, account=account, scheme="tax_id", value="DE999111")
    account.search.numbers = "c1 de999111"
    account.search.save()
    assert _found(granted(account, "sales"), "DE999111") == []
    assert _found(granted(account, "sales"), "999111") == []
    assert _found(granted(account, "finance"), "999111") == ["Taxed"]


def test_search_keeps_to_the_scope(granted, login, customer):
    mine, _other = customer(name="Nordwind Mine"), customer(name="Nordwind Other")
    user = granted(mine, "sales")
    assert {text: _found(user, text) for text in ("nordwind", "wind", "nordwimd")} == {
        "nordwind": ["Nordwind Mine"],
        "wind": ["Nordwind Mine"],
        "nordwimd": ["Nordwind Mine"],
    }


def test_merged_customers_are_not_found(login, customer):
    customer(name="Gone", merged_into=customer(name="Stays"))
    assert _found(login("finance"), "gone") == []


@pytest.mark.parametrize("text", ["", "a", "  ", "%", "__", "\x00\x00", "%%%%", "'; drop", "\\\\"])
def test_texts_that_mean_nothing_find_nothing(login, customer, text):
    customer(name="Acme")
    assert _found(login("finance"), text) == []


def test_masked_roles_cannot_search(login, customer):
    customer(name="Acme")
    assert _found(login("operator"), "acme") == []


def test_python_folds_as_the_database_does():
    letters = "ÄÖÜäöüßéèçñřžšøłæœđÅåČ Müller"
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold(%s)", [letters])
        assert cursor.fetchone()[0] == fold(letters)


def test_similar_names_are_found_through_the_trigram_index(login, customer):
    """As a function of the database, whose plan cannot be asked for: so the scans of the index are counted."""
    customer(name="Müller Pumpen GmbH")
    user = login("finance")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        scans = [_scans(cursor)]
        for text in ("muler", "muler pumpen", "müller pumpem gm"):
            assert _found(user, text) == ["Müller Pumpen GmbH"]
            scans.append(_scans(cursor))
    assert scans == sorted(set(scans))


def _scans(cursor):
    cursor.execute("SELECT pg_stat_get_xact_numscans('account_search_names'::regclass)")
    return cursor.fetchone()[0]
