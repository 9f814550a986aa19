"""Exceptions, chains and alerts for programs: by class, by reach, with filters and the same number of queries."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Chain, ProcessException, User
from accounts.quote_to_cash.links import DEAL
from tests.factories import AccountFactory, AlertFactory, TerritoryFactory
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Granted = Callable[[Account, str], User]


def exception(account: Account, rule: str, row_id: int = 1, stake: int = 100) -> ProcessException:
    """An open exception of a rule about an invoice."""
    return ProcessException.objects.create(
        rule=rule, account=account, object=18, row_id=row_id, document_object=18, document_id=row_id,
        label=f"INV-{row_id}",
        expected="x", found="y", difference=Decimal(stake), at_stake=Decimal(stake), currency="EUR", since_date=TODAY,
        state="new", team="Billing", opened_at=NOW, changed_at=NOW,
    )  # fmt: skip


@pytest.fixture
def account(db: None) -> Account:
    """A customer of a territory."""
    return AccountFactory(sales_territory=TerritoryFactory())


def rules_of(client: Client, query: str = "") -> list[str]:
    """Rules of the exceptions answered."""
    return [row["rule"] for row in client.get(f"/api/v1/exceptions?sort=id{query}").json()["data"]]


@pytest.mark.parametrize(
    ("role", "seen"),
    [("sales", ["E6", "E9", "E12"]), ("finance", ["E6", "E9", "E12"]), ("operations", ["E6", "E12"]),
     ("steward", ["E12"]), ("administrator", ["E12"]), ("operator", [])],
)  # fmt: skip
def test_a_role_gets_the_rules_whose_documents_it_sees(
    client_of: ClientOf, granted: Granted, account: Account, role: str, seen: list[str]
) -> None:
    for row_id, rule in enumerate(("E6", "E9", "E12"), start=1):
        exception(account, rule, row_id)

    assert rules_of(client_of(granted(account, role))) == seen


def test_amounts_a_role_does_not_see_are_absent_and_named(
    client_of: ClientOf, granted: Granted, account: Account
) -> None:
    found = exception(account, "E12")
    answer = client_of(granted(account, "steward")).get(f"/api/v1/exceptions/{found.pk}").json()

    assert not {"expected", "found", "difference", "at_stake"} & set(answer["data"])
    assert answer["meta"]["redacted"] == ["expected", "found", "difference", "at_stake"]


def test_filtering_and_sorting_by_a_hidden_value_is_refused(
    client_of: ClientOf, granted: Granted, account: Account
) -> None:
    client = client_of(granted(account, "steward"))

    assert client.get("/api/v1/exceptions?at_stake__gte=5").status_code == 400
    assert client.get("/api/v1/exceptions?sort=-at_stake").status_code == 400


def test_exceptions_are_filtered(client_of: ClientOf, granted: Granted, account: Account) -> None:
    exception(account, "E6", 1)
    exception(account, "E9", 2, stake=900)
    client = client_of(granted(account, "finance"))

    assert rules_of(client, "&rule=E6") == ["E6"]
    assert rules_of(client, "&at_stake__gte=500") == ["E9"]
    assert rules_of(client, "&open=false") == []


def test_other_territories_stay_unseen(client_of: ClientOf, granted: Granted, account: Account) -> None:
    other = exception(AccountFactory(sales_territory=TerritoryFactory()), "E6")
    client = client_of(granted(account, "sales"))

    assert rules_of(client) == []
    assert client.get(f"/api/v1/exceptions/{other.pk}").status_code == 404


def chain(account: Account, root_id: int = 1, **values: object) -> Chain:
    """A deal that was won, ordered, shipped and billed."""
    given = {
        "label": f"D-{root_id}", "state": "won", "won_date": TODAY, "ordered_date": TODAY, "deal_amount": 100,
        "ordered_amount": 100, "invoiced_amount": 90, "invoice_ids": [7], "how": "key",
    }  # fmt: skip
    return Chain.objects.create(account=account, root_object=DEAL, root_id=root_id, **given | values)


def test_chain_tells_the_steps_whose_documents_the_role_sees(
    client_of: ClientOf, granted: Granted, account: Account
) -> None:
    one = chain(account)
    told = {}
    for role in ("finance", "operations", "operator"):
        answer = client_of(granted(account, role)).get(f"/api/v1/chains/{one.pk}")
        data = answer.json().get("data", {})
        told[role] = (answer.status_code, [step["name"] for step in data.get("steps", [])], "won_date" in data)

    assert told["operator"][0] == 404
    assert told["operations"] == (200, ["order", "shipment"], False)
    assert told["finance"][1][-3:] == ["shipment", "invoice", "payment"]


def test_chains_are_filtered_as_far_as_the_role_sees(client_of: ClientOf, granted: Granted, account: Account) -> None:
    chain(account, 1, unbilled_amount=10)
    chain(account, 2, state="lost", ordered_date=None)
    sales, operations = (client_of(granted(account, role)) for role in ("sales", "operations"))

    def labels(query: str) -> list[str]:
        return [row["label"] for row in sales.get(f"/api/v1/chains?sort=id&{query}").json()["data"]]

    assert [labels(query) for query in ("", "unbilled=true", "state=lost", "ordered__gte=2020-01-01")] == [
        ["D-1", "D-2"], ["D-1"], ["D-2"], ["D-1"],
    ]  # fmt: skip
    assert operations.get("/api/v1/chains?state=lost").status_code == 400
    assert sales.get("/api/v1/chains?sort=amount").status_code == 400


@pytest.mark.parametrize("what", ["exceptions", "alerts", "chains"])
def test_lists_ask_the_same_whatever_their_length(
    client_of: ClientOf, granted: Granted, account: Account, what: str
) -> None:
    client = client_of(granted(account, "finance"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/{what}").status_code == 200
        return len(queries)

    exception(account, "E9", 1)
    chain(account, 1)
    AlertFactory(account=account)
    few = asked()
    for row_id in (2, 3):
        chain(AccountFactory(), row_id)
        exception(AccountFactory(), "E9", row_id)
        AlertFactory()

    assert asked() == few


def test_alerts_tell_their_sentence(client_of: ClientOf, granted: Granted, account: Account) -> None:
    alert = AlertFactory(account=account)
    client = client_of(granted(account, "sales"))

    assert [row["text"] for row in client.get("/api/v1/alerts?state=waiting").json()["data"]] == [
        "No order for 70 days, 2.3 times the usual 30 days."
    ]
    assert client.get(f"/api/v1/alerts/{alert.pk}").json()["data"]["account_id"] == str(account.pk)
    assert client.get("/api/v1/alerts?nonsense=1").status_code == 400
