"""A value as it stood on a past day: what was golden, who had won by which rule, and what the others said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.access import get_account_or_404
from accounts.models import Account, User
from accounts.selectors.lineage import FieldLineage, get_lineage
from syncengine.models import PolicyVersion
from syncengine.policies.apply import apply_folder
from tests.factories import UserFactory
from tests.syncengine.small_company import SURVIVORSHIP, SmallCompany

CRM = "C1,{at},,{name},+49 221 111,www.acme-pumpen.de,Köln,50667,Domstr. 1,DE,"
ERP = "10001;{at};{name};acme-pumpen.de;Köln;50667;Domstr. 1;DE;;5000,00"
ERP_FIRST = SURVIVORSHIP.replace("name: {strategy: system_of_record, order: [crm, erp]}",
                                 "name: {strategy: system_of_record, order: [erp, crm]}")  # fmt: skip


@pytest.fixture
def finance(db: None) -> User:
    return UserFactory(role="finance")


@pytest.fixture
def days(company: SmallCompany) -> list[datetime]:
    """Three days: both systems speak, the CRM says another name, and then the ERP's name is what counts."""
    ends = []
    company.write("crm/accounts", CRM.format(at="2026-03-01T08:00:00Z", name="Acme Pumpen"))
    company.write("erp/customers", ERP.format(at="2026-03-01T08:00:00Z", name="Acme Pumpen GmbH"))
    company.sync()
    ends.append(company.now)
    company.pass_time()
    company.write("crm/accounts", CRM.format(at="2026-03-01T09:00:00Z", name="Acme Systems"))
    company.sync()
    ends.append(company.now)
    company.pass_time()
    file = company.folder / "policies" / "survivorship.yaml"
    file.write_text(ERP_FIRST, encoding="utf-8")
    apply_folder(file.parent, by=None, now=company.now)
    company.publish()
    return [*ends, company.now]


def told(user: User, at: datetime | None) -> FieldLineage:
    account = get_account_or_404(user, Account.objects.get(customer_number="10001").pk)
    found = get_lineage(user, account, "name", at=at)
    assert found is not None
    return found


def test_each_day_has_its_value_winner_losers_and_reason(days: list[datetime], finance: User) -> None:
    found = [told(finance, at) for at in (*days, None)]

    assert [one.value for one in found] == ["Acme Pumpen", "Acme Systems", *["Acme Pumpen GmbH"] * 2]
    assert [(one.source, one.key) for one in found] == [("crm", "C1"), ("crm", "C1"), *[("erp", "10001")] * 2]
    assert [[(loser.source, loser.value) for loser in one.losers] for one in found] == [
        [("ERP", "Acme Pumpen GmbH")], [("ERP", "Acme Pumpen GmbH")], *[[("CRM", "Acme Systems")]] * 2
    ]  # fmt: skip
    assert found[0].sentence == "CRM comes first in the order of systems for this field."
    first, second = PolicyVersion.objects.order_by("number").values_list("number", flat=True)
    assert [one.policy_version for one in found] == [first, first, second, second]


def test_nothing_is_told_of_the_time_before(days: list[datetime], finance: User) -> None:
    account = Account.objects.get(customer_number="10001")

    assert get_lineage(finance, account, "name", at=days[0] - timedelta(days=9)) is None


def test_a_program_asks_for_a_moment(days: list[datetime], finance: User, client: Client) -> None:
    client.force_login(finance)
    path = f"/api/v1/accounts/{Account.objects.get(customer_number='10001').pk}/lineage"

    found = client.get(path, {"field": "name", "as_of": days[0].isoformat()})
    refused = client.get(path, {"field": "name", "as_of": "yesterday"})

    assert found.json()["data"]["lineage"]["value"] == "Acme Pumpen"
    assert refused.status_code == 400
    assert refused.json()["code"] == "bad-moment"


def test_the_page_shows_a_day(days: list[datetime], finance: User, client: Client) -> None:
    client.force_login(finance)
    path = f"/customers/{Account.objects.get(customer_number='10001').pk}/values/name/"

    shown = client.get(path, {"on": days[1].date().isoformat()}).content.decode()
    before = client.get(path, {"on": datetime(2020, 1, 1, tzinfo=UTC).date().isoformat()}).content.decode()

    assert "What each record said" in shown
    assert "nothing was known of this field" in before
    assert client.get(path, {"on": "no day"}).status_code == 200
