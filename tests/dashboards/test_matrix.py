"""No hidden value through any door: every field of the catalogue, every role, every way out of the portal.

Each field of each object holds a value of its own that nothing else can hold, so that a whole page is judged
at once: what may not be seen must not stand anywhere in it, in any form it could be written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.access import field_access, may_list
from accounts.api.urls import slug_of
from accounts.catalogue import FieldSpec, ObjectSpec, load, roles
from accounts.models import Account, User
from accounts.selectors.list_columns import BY_NAME, offered_columns
from dashboards.panels.tabs import tab_links
from tests.factories import (
    AccountCrosswalkFactory,
    AccountSummaryFactory,
    AddressFactory,
    ContactFactory,
    ProductFactory,
    make,
)

Login = Callable[[str], Client]
PLAIN = ("text", "email", "phone", "url", "tags", "money", "date", "datetime", "integer", "decimal")


def mark(spec: ObjectSpec, field: FieldSpec) -> Any:
    """A value that only this field holds."""
    place = spec.code * 100 + field.code
    if field.type in ("money", "decimal"):
        return Decimal(8_100_000 + place)
    if field.type == "integer":
        return 5_200_000 + place
    if field.type in ("date", "datetime"):
        day = date(2041, 1, 1) + timedelta(days=place)
        return day if field.type == "date" else datetime.combine(day, time(9), UTC)
    return [f"Zq{place}qZ"] if field.type == "tags" else f"Zq{place}qZ"


def forms(value: Any) -> list[str]:
    """How the value could be written."""
    if isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, (date, datetime)):
        return [f"{value:%Y-%m-%d}", f"{value.day} {value:%b %Y}", f"{value:%d.%m.%Y}"]
    return [value] if isinstance(value, str) else [f"{int(value)}", f"{int(value):,}"]


def marked(spec: ObjectSpec, columns: set[str]) -> dict[str, Any]:
    """A value of its own for each field of the object that can have one."""
    plain = (field for field in spec.fields.values() if field.type in PLAIN and field.name in columns)
    return {field.name: mark(spec, field) for field in plain}


def columns_of_model(spec: ObjectSpec) -> set[str]:
    """Columns that a row of the object has."""
    from accounts import models

    return {column.name for column in getattr(models, spec.model)._meta.get_fields()}


@pytest.fixture
def world(customer: Callable[..., Account]) -> Account:
    """A customer with one row of every object, each field with a value of its own."""
    specs = {spec.name: spec for spec in load()}
    values = {name: marked(spec, columns_of_model(spec)) for name, spec in specs.items()}
    account = customer(**values["account"])
    AccountSummaryFactory._meta.model.objects.filter(account=account).update(order_count=1)
    walk = AccountCrosswalkFactory(account=account)
    made: dict[str, Any] = {"account": account, "product": ProductFactory(**values["product"])}
    made["contact"] = ContactFactory(account=account, consent_email=True, **values["contact"])
    made["address"] = AddressFactory(account=account, **values["address"])
    for name, spec in specs.items():
        if spec.kind == "golden":
            continue
        own = {"account": account, "account_ref": walk} if "account" in spec.fields else {}
        parent = {spec.parent: made[spec.parent]} if spec.parent and spec.parent in spec.fields else {}
        made[name] = make(name, **own, **parent, **values[name])
    return account


def doors(client: Client, user: User, account: Account) -> dict[str, str]:
    """Everything the portal hands out about the customer, by the way it is handed out."""
    here = f"/customers/{account.pk}"
    pages = [link.url for link in tab_links(user, account.pk, "")]
    text: dict[str, str] = {
        "page": "".join(client.get(path).content.decode() for path in [*pages, f"{here}/peek/", "/"]),
        "list": client.get("/customers/?columns=all").content.decode(),
        "csv": client.get("/customers/export.csv?columns=all").getvalue().decode(),  # type: ignore[attr-defined]
        "brief": "".join(client.get(f"{here}/brief/?for={who}").content.decode() for who in ("internal", "customer")),
    }
    reads = [f"/api/v1/{slug_of(spec.name)}" for spec in load()]
    text["api"] = "".join(client.get(path).content.decode() for path in reads)
    return text


@pytest.mark.parametrize("role", list(roles()))
def test_no_door_tells_what_the_role_may_not_see(login: Login, world: Account, role: str) -> None:
    client, user = login(role), User.objects.get(role=role)
    told = doors(client, user, world)
    leaks, missing = [], []
    for spec in load():
        access, listed = field_access(user, spec.name), spec.name == "account" or may_list(user, spec.name)
        for name, value in marked(spec, columns_of_model(spec)).items():
            seen = listed and access.allows(name)
            for door, text in told.items():
                stands = any(form in text for form in forms(value))
                if stands and not seen:
                    leaks.append((door, spec.name, name))
                if seen and not stands and door == "api":
                    missing.append((spec.name, name))

    assert leaks == []
    assert missing == []


@pytest.mark.parametrize("role", list(roles()))
def test_list_and_csv_hold_exactly_the_columns_the_role_may_choose(login: Login, world: Account, role: str) -> None:
    client, user = login(role), User.objects.get(role=role)
    offered = [column.name for column in offered_columns(user)]

    head = client.get("/customers/export.csv?columns=all").getvalue().decode().splitlines()[0]  # type: ignore[attr-defined]
    page = client.get("/customers/?columns=all")

    assert head.split(",") == ["id", *offered]
    assert [column.name for column in page.context["page"].columns] == offered
    assert set(offered) <= set(BY_NAME)


@pytest.mark.parametrize("role", ["sales", "support", "marketing", "operations", "executive", "operator"])
def test_what_is_hidden_is_named(login: Login, world: Account, role: str) -> None:
    client, user = login(role), User.objects.get(role=role)
    hidden = set(field_access(user, "account").redacted)

    named = client.get(f"/api/v1/accounts/{world.pk}").json()["meta"]["redacted"]

    assert hidden == set(named) & set(load()["account"].fields)
