"""No hidden value through any door: every field of the catalogue, every role, every way out of the portal.

Each field of each object holds a value of its own that nothing else can hold, so that a whole page is judged
at once: what may not be seen must not stand anywhere in it, in any form it could be written.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.access import field_access, mask, may_list
from accounts.api.rows import shape_of
from accounts.api.urls import slug_of
from accounts.catalogue import FieldSpec, ObjectSpec, load, roles, treatment
from accounts.metrics import load as figures
from accounts.models import Account, User
from accounts.selectors.customer import get_customer
from accounts.selectors.list_columns import BY_NAME, offered_columns
from accounts.selectors.search_more import NUMBERED
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
    return [f"ZQ{place}QZ"] if field.type == "tags" else f"ZQ{place}QZ"


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


def written(paper: bytes) -> str:
    """The text of a PDF of ours, whose fonts keep the letters of ASCII readable."""
    pages = re.findall(rb"/ASCII85Decode /FlateDecode \][^>]*>>\s*stream\r?\n(.*?)~>", paper, re.DOTALL)
    shown = b"".join(zlib.decompressobj().decompress(base64.a85decode(page)) for page in pages)
    return shown.decode("latin-1")


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
    papers = [f"{here}/brief/?for={who}&as=pdf" for who in ("internal", "customer")] + [f"{here}/statement/?as=pdf"]
    text["pdf"] = "".join(written(client.get(path).content) for path in papers)
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
    assert (str(world) in told["pdf"]) is (treatment(role, "identity") == "full")  # paper can be read at all


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


@pytest.mark.parametrize("role", list(roles()))
def test_every_field_is_given_masked_or_named_to_programs(login: Login, world: Account, role: str) -> None:
    """Every field of every type: its name stands in the row, or among what was left out, never in both."""
    client, user = login(role), User.objects.get(role=role)
    for spec in load():
        access, names = field_access(user, spec.name), names_of(spec)
        answer = client.get(f"/api/v1/{slug_of(spec.name)}").json()
        hidden = {names[name] for name in access.redacted}
        if spec.name != "account" and not may_list(user, spec.name):
            assert not answer.get("data"), spec.name
            continue
        row = answer["data"][0]
        assert set(names.values()) & set(row) == set(names.values()) - hidden, spec.name
        assert set(answer["meta"]["redacted"]) & set(names.values()) == hidden, spec.name
        values = marked(spec, columns_of_model(spec))
        masked = {name: mask(values[name], spec.fields[name].type) for name in access.masked if name in values}
        assert {name: row[name] for name in masked} == masked, spec.name


def names_of(spec: ObjectSpec) -> dict[str, str]:
    """Each field by the name programs know it by."""
    return {field: name for name, (_, field) in shape_of(spec.name).paths.items() if field is not None}


@pytest.mark.parametrize("role", list(roles()))
def test_a_summary_tells_its_figures_and_no_others(login: Login, world: Account, role: str) -> None:
    login(role)
    seen = {name: treatment(role, metric.sensitivity) for name, metric in figures().of("customer").items()}
    due = {
        name for name, how in seen.items() if how == "full" or (how == "summary" and figures()[name].in_summary)
    }  # fmt: skip

    told = get_customer(User.objects.get(role=role), world.pk)

    assert set(told.figures) == due
    assert set(told.hidden_figures) == set(seen) - due


@pytest.mark.parametrize("role", list(roles()))
def test_search_finds_documents_and_people_of_kinds_the_role_may_see(login: Login, world: Account, role: str) -> None:
    client, user = login(role), User.objects.get(role=role)
    found, due = set(), set()
    for name, column in [*NUMBERED.items(), ("contact", "name")]:
        groups = client.get(f"/search/?q={mark(load()[name], load()[name].fields[column])}").context["groups"]
        lines = [line.url for group in groups if group.title in ("Documents", "People") for line in group.lines]
        found |= {name} if any(f"/customers/{world.pk}/" in url for url in lines) else set()
        due |= {name} if field_access(user, name).allows(column) else set()

    assert found == due
