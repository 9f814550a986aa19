"""Pages for what went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Account, SourceState

Login = Callable[[str], Client]
Make = Callable[..., Account]


def test_what_broke_is_told_with_the_number_it_has_in_the_log(login: Login) -> None:
    client = login("finance")
    client.raise_request_exception = False
    rename("accounts_alert", "accounts_alert_gone")

    response = client.get("/alerts/?state=muted", headers={"X-Request-ID": "asked-by-a-test"})

    page = response.content.decode()
    links = re.findall(r'class="button[^"]*" href="([^"]+)"', page)
    assert (response.status_code, re.findall(r"<code>(.*?)</code>", page), links) == (
        500, ["asked-by-a-test"], ["/alerts/?state=muted", "/"],
    )  # fmt: skip


def test_what_is_not_there_leads_to_search(login: Login) -> None:
    response = login("finance").get("/nothing/")

    links = re.findall(r'class="button[^"]*" href="([^"]+)"', response.content.decode())
    assert (response.status_code, links) == (404, ["/", "/search/"])


@pytest.mark.django_db(transaction=True)
def test_sections_that_break_are_told_in_their_place(login: Login, customer: Make) -> None:
    account, client = customer(), login("finance")
    sections = {}
    for table in ("accounts_payment", "accounts_payment_gone"):
        page = client.get(f"/customers/{account.pk}/finance/")
        sections[table] = (page.status_code, [one.panel.name for one in page.context["main"] if one.failed])
        rename(table, "accounts_payment_gone" if table == "accounts_payment" else "accounts_payment")

    assert sections == {"accounts_payment": (200, []), "accounts_payment_gone": (200, ["invoices", "payments"])}


def rename(table: str, name: str) -> None:
    """Takes a table from under the pages, or puts it back."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {name}")


@pytest.mark.parametrize(
    ("role", "text"),
    [
        ("sales", "It cannot be read at the moment; those who run the portal are told."),
        ("steward", "/data/erp: this folder does not exist"),
    ],
)
def test_what_a_broken_source_says_is_for_those_who_run_it(login: Login, customer: Make, role: str, text: str) -> None:
    account = customer()
    broken = SourceState.objects.filter(source__name="erp")
    broken.update(state="error", message="/data/erp: this folder does not exist")

    banners = login(role).get(f"/customers/{account.pk}/").context["banners"]

    assert [banner.text for banner in banners if banner.icon == "history"] == [text]
