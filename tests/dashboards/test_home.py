"""Home: what needs a person now, what can wait, and each role's own lists."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, PutAside
from syncengine.models import StewardTask, Stream
from tests.dashboards.test_queue import duplicate, stream  # noqa: F401 - fixtures
from tests.factories import AlertFactory

Login = Callable[[str], Client]
Make = Callable[..., Account]
NAMES = {
    "sales": ["late", "movers"],
    "finance": ["calls", "stuck", "promises"],
    "support": ["slas", "movers"],
    "executive": ["leaders", "stuck", "movers"],
    "marketing": ["segments"],
    "operations": ["late", "backorders", "slow"],
    "operator": [],
}


def test_alerts_come_first_and_are_not_told_twice(login: Login, customer: Make) -> None:
    account, client = customer(), login("finance")
    AlertFactory(account=account, rule="receivables_spike", severity="bad", facts={"rise": 1, "total": 2, "days": 14})

    lines = [item.line for item in client.get("/").context["items"]]

    assert [line.split(":")[0] for line in lines] == ["alert"]


def test_line_put_aside_is_gone_and_brought_back(login: Login, customer: Make) -> None:
    account, client = customer(), login("finance")
    line = f"overdue:{account.pk}"
    before = [item.line for item in client.get("/").context["items"]]

    page = client.post("/aside/", {"line": line}, follow=True)
    gone = [item.line for item in page.context["items"]]
    ticket = next(iter(page.context["messages"])).extra_tags
    after = client.post("/undo/", {"ticket": ticket}, headers={"Referer": "/"}, follow=True)

    assert (before, gone, [item.line for item in after.context["items"]]) == ([line], [], [line])


def test_nonsense_is_not_put_aside(login: Login) -> None:
    page = login("finance").post("/aside/", {"line": "moon:1"}, follow=True)

    assert ([str(message) for message in page.context["messages"]], PutAside.objects.count()) == (
        ["'moon:1' is no line of home."],
        0,
    )


@pytest.mark.parametrize("role", list(NAMES))
def test_each_role_has_its_own_lists(login: Login, customer: Make, role: str) -> None:
    customer()

    context = login(role).get("/").context

    assert [part.name for part in context["parts"]] == NAMES[role]


@pytest.mark.parametrize(("role", "template"), [("finance", "_ageing.html"), ("executive", "_revenue.html")])
def test_money_starts_with_its_picture(login: Login, customer: Make, role: str, template: str) -> None:
    customer()

    context = login(role).get("/").context

    assert [picture.template.rpartition("/")[2] for picture in context["pictures"]] == [template]


def test_home_takes_as_many_queries_for_three_customers_as_for_one(login: Login, customer: Make) -> None:
    client, counts = login("executive"), []
    for names in (["One"], ["Two", "Three"]):
        for name in names:
            customer(name)
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        counts.append(len(queries))

    assert counts == [counts[0], counts[0]]


@pytest.mark.parametrize(
    ("role", "next_step"), [("finance", "your administrator knows"), ("operator", "manage.py sync")]
)
def test_an_empty_portal_says_what_to_do_next(login: Login, role: str, next_step: str) -> None:
    page = login(role).get("/").content.decode()

    assert ("No system is connected yet" in page, next_step in page) == (True, True)


@pytest.mark.parametrize(("value", "figure"), [("250000", "high stakes"), ("0", "")])
def test_what_is_at_stake_is_a_word_for_who_sees_no_amounts(
    login: Login, duplicate: StewardTask, value: str, figure: str  # noqa: F811
) -> None:
    StewardTask.objects.filter(pk=duplicate.pk).update(value_at_stake=Decimal(value))

    assert [item.figure for item in login("steward").get("/").context["items"]] == [figure]


def test_who_looks_after_the_sync_starts_with_its_state(login: Login, stream: Stream) -> None:  # noqa: F811
    found = login("operator").get("/").context["headlines"]

    assert [(one.label, one.value, one.url) for one in found[1:]] == [
        ("Streams on time", "1 of 1", "/sync/"),
        ("Refused records", "0", "/sync/refused/"),
    ]


def test_who_administers_starts_with_the_people(login: Login) -> None:
    found = login("administrator").get("/").context["headlines"]

    assert [(one.label, one.value, one.url) for one in found[1:]] == [("Users", "1", "/admin/users/")]
