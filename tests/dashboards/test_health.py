"""Pages on health: the customer's tab, the pulse, the portfolio, and what each role sees of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client

from accounts.golden import touched
from accounts.health.renewal import renew_health
from accounts.models import Account, AccountHealth, HealthPulse
from tests.dashboards.conftest import NOW, TODAY
from tests.factories import make

pytestmark = pytest.mark.django_db
Login = Callable[[str], Client]
Make = Callable[..., Account]


@pytest.fixture
def acme(customer: Make) -> Account:
    """A customer with rhythm, a late invoice and a severe ticket, scored a month ago and today."""
    account = customer(customer_since_date=TODAY - timedelta(900), segment="B", tags=[])
    shared = {"account": account, "promised_date": None}
    for days in (20, 50, 80, 110, 140):
        make("order", order_date=TODAY - timedelta(days), status="closed", order_type="repeat", **shared)
    for days in (200, 150, 100):
        at = TODAY - timedelta(days)
        make("invoice", account=account, invoice_date=at, due_date=at + timedelta(30), paid_date=at + timedelta(35),
             status="paid", open_amount=0, base_open_amount=0)  # fmt: skip
    renew(account, days_ago=40)
    opened = datetime.combine(TODAY, time(1), UTC) - timedelta(3)
    make("ticket", account=account, priority="severe", status="open", opened_at=opened, solved_at=None)
    renew(account)
    return account


def renew(*accounts: Account, days_ago: int = 0) -> None:
    with transaction.atomic():
        touched.begin()
        touched.touch("SELECT unnest(%s::bigint[])", [[account.pk for account in accounts]])
        touched.settle()
        renew_health(at=NOW, today=TODAY - timedelta(days_ago))


def test_tab_explains_the_score(login: Login, acme: Account) -> None:
    page = login("finance").get(f"/customers/{acme.pk}/health/").content.decode()
    score = AccountHealth.objects.get(account=acme).score

    assert score is not None
    assert f"{score:.1f} of 100" in page
    for words in ("Days beyond terms", "Severe or late tickets", "26 weeks"):
        assert words in page
    assert "waterfall" in page
    assert "Hidden for your role" in page  # finance sees the sum of support, not its rows


def test_overview_shows_the_block(login: Login, acme: Account) -> None:
    page = login("sales").get(f"/customers/{acme.pk}/").content.decode()

    assert 'id="health-title"' in page
    assert "health__score" in page


def test_marketing_sees_the_band_alone(login: Login, acme: Account) -> None:
    score = AccountHealth.objects.get(account=acme).score
    client = login("marketing")
    page = client.get(f"/customers/{acme.pk}/").content.decode()

    assert 'id="health-title"' in page
    assert "health__score" not in page
    assert f"{score:.1f}" not in page
    assert client.get(f"/customers/{acme.pk}/health/").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("finance", 200), ("marketing", 200), ("operations", 403), ("steward", 403)]
)
def test_portfolio_is_for_who_sees_health(login: Login, acme: Account, role: str, status: int) -> None:
    assert login(role).get("/health/").status_code == status


def test_portfolio_asks_the_same_for_one_and_for_three(
    login: Login, acme: Account, customer: Make, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = login("executive")
    with django_assert_max_num_queries(60) as first:  # type: ignore[attr-defined]
        client.get("/health/")
    for name in ("Beta", "Gamma"):
        renew(customer(name))
    with django_assert_max_num_queries(len(first)):  # type: ignore[attr-defined]
        client.get("/health/")


def test_list_shows_sorts_and_filters_by_health(login: Login, acme: Account, customer: Make) -> None:
    other = customer("Silent Ltd")
    renew(other)
    client = login("finance")
    band = AccountHealth.objects.get(account=acme).band

    assert "Silent Ltd" not in client.get(f"/customers/?band={band}").content.decode()
    page = client.get("/customers/?sort=-health").content.decode()
    assert page.index("Acme Pumps") < page.index("Silent Ltd")


def test_pulse_is_given_and_withdrawn(login: Login, acme: Account) -> None:
    client = login("finance")
    client.post(f"/customers/{acme.pk}/pulse/", {"points": "-5", "reason": "Their buyer left"})
    assert HealthPulse.objects.get(withdrawn_at=None).points == -5
    assert "Their buyer left" in client.get(f"/customers/{acme.pk}/health/").content.decode()

    client.post(f"/customers/{acme.pk}/pulse/", {"withdraw": "1"})
    assert AccountHealth.objects.get(account=acme).pulse == 0


@pytest.mark.parametrize("given", [{"points": "x", "reason": "y"}, {"points": "12", "reason": "y"}, {"points": "3"}])
def test_pulse_refused_changes_nothing(login: Login, acme: Account, given: dict[str, str]) -> None:
    login("finance").post(f"/customers/{acme.pk}/pulse/", given)

    assert not HealthPulse.objects.exists()


def test_api_tells_health_by_role(login: Login, acme: Account) -> None:
    row = AccountHealth.objects.get(account=acme)
    full = login("finance").get(f"/api/v1/accounts/{acme.pk}/health").json()
    band = login("marketing").get(f"/api/v1/accounts/{acme.pk}/health").json()

    assert Decimal(full["data"]["score"]) == row.score
    told = sum(Decimal(measure["points"] or 0) for measure in full["data"]["measures"])
    assert told * 10_000 == sum(part or 0 for part in row.parts)
    assert band["data"] == {"state": row.state, "band": row.band}
    assert "score" in band["meta"]["redacted"]
