"""The tabs of a customer: group, people and data, as roles see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.catalogue import load, roles
from accounts.models import Account
from dashboards.panels.tabs import TABS
from tests.dashboards.conftest import NOW
from tests.factories import ContactFactory

Login = Callable[[str], Client]
Make = Callable[..., Account]


def panel(response: object, name: str) -> dict[str, object]:
    """What one section of a page shows."""
    return next(filled.content for filled in response.context["main"] if filled.panel.name == name)  # type: ignore[attr-defined]


def test_group_sums_what_the_reader_may_see_and_says_so(login: Login, customer: Make) -> None:
    top = customer("Top")
    for name, territory in (("Near", top.sales_territory), ("Far", None)):
        customer(name, parent=top, sales_territory=territory)

    page = login("sales").get(f"/customers/{top.pk}/group/")

    group = panel(page, "group")["group"]
    assert (group.seen, group.total, group.sums["revenue_ttm"]) == (2, 3, 24_000)  # type: ignore[attr-defined]
    assert ("2 of 3 companies" in page.content.decode(), "Far" in page.content.decode()) == (True, False)


def test_group_takes_as_many_queries_for_three_companies_as_for_two(login: Login, customer: Make) -> None:
    top, client, counts = customer("Top"), login("finance"), []
    for name in ("One", "Two"):
        customer(name, parent=top)
        client.get(f"/customers/{top.pk}/group/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/customers/{top.pk}/group/")
        counts.append(len(queries))

    assert counts == [counts[0], counts[0]]


def test_customer_of_no_group_is_told_to_stand_alone(login: Login, customer: Make) -> None:
    account = customer()

    assert "Stands alone" in login("finance").get(f"/customers/{account.pk}/group/").content.decode()


def test_parents_in_a_circle_end_somewhere(login: Login, customer: Make) -> None:
    first, second = customer("One"), customer("Two")
    Account.objects.filter(pk=first.pk).update(parent=second)
    Account.objects.filter(pk=second.pk).update(parent=first)

    assert login("finance").get(f"/customers/{first.pk}/group/").status_code == 200


def test_people_show_those_who_agreed_to_marketing_alone(login: Login, customer: Make) -> None:
    account = customer()
    ContactFactory(account=account, name="Erika Agreed", consent_email=True)
    ContactFactory(account=account, name="Otto Silent", consent_email=False)

    page = login("marketing").get(f"/customers/{account.pk}/people/").content.decode()

    assert ("Erika Agreed" in page, "Otto Silent" in page) == (True, False)


def test_history_tells_differences_and_hides_what_the_role_may_not_see(login: Login, customer: Make) -> None:
    account = customer(phone="+49 1")
    code = load()["account"].code
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO accounts_change (changed_at, object, row_id, cause, policy_version, before)
               SELECT %s, %s, id, 'publish', 1, to_jsonb(a) || '{"phone": "+49 0", "tax_id": "DE1"}'
                 FROM accounts_account a WHERE id = %s""",
            [NOW - timedelta(hours=1), code, account.pk],
        )

    page = login("sales").get(f"/customers/{account.pk}/data/")

    (_change, fields), = panel(page, "changes")["changes"]  # type: ignore[misc]
    assert fields == [("Phone", "+49 0", "+49 1")]
    assert ("DE1" in page.content.decode(), "1 value hidden for your role" in page.content.decode()) == (False, True)


@pytest.mark.parametrize("role", list(roles()))
def test_every_tab_a_role_is_offered_opens_and_no_other(login: Login, customer: Make, role: str) -> None:
    account, client = customer(), login(role)
    offered = {link.url for link in client.get(f"/customers/{account.pk}/").context["tabs"]}

    answers = {name: client.get(f"/customers/{account.pk}/{name}/").status_code for name in TABS}

    assert answers == {name: 200 if f"/customers/{account.pk}/{name}/" in offered else 404 for name in TABS}
