"""No hidden field comes through any door of the interface: every role, every object, list and row."""

from __future__ import annotations

import pytest

from accounts.access import FIGURES, field_access, figure_access, may_list
from accounts.api.rows import shape_of
from accounts.api.urls import slug_of
from accounts.catalogue import load, roles
from accounts.grants import grant_territory
from tests.factories import (
    AccountCrosswalkFactory,
    AddressFactory,
    ContactFactory,
    ProductFactory,
    UserFactory,
    make,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(customer):
    """A row of every object, all of one customer where they have one."""
    account = customer()
    walk = AccountCrosswalkFactory(account=account)
    made = {"account": account, "contact": ContactFactory(account=account)}
    made |= {"address": AddressFactory(account=account), "product": ProductFactory()}
    for spec in load():
        if spec.kind == "golden":
            continue
        fields = spec.fields
        own = "account" in fields
        parent = {spec.parent: made[spec.parent]} if spec.parent and spec.parent in fields else {}
        values = {"account": account, "account_ref": walk} if own else {}
        made[spec.name] = make(spec.name, **values, **parent)
    return account, made


def _user(role, account):
    user = UserFactory(role=role)
    grant_territory(to=user, territory=account.sales_territory, by=None)
    return user


@pytest.mark.parametrize("role", list(roles()))
def test_lists_and_rows_show_exactly_what_the_role_sees(role, world, client_of):
    account, made = world
    user = _user(role, account)
    client = client_of(user)
    for object, row in made.items():
        access = field_access(user, object)
        fields = {name: field for name, (_, field) in shape_of(object).paths.items() if field is not None}
        expected = {name for name, field in fields.items() if field not in access.redacted}
        listed = client.get(f"/api/v1/{slug_of(object)}").json()
        single = client.get(f"/api/v1/{slug_of(object)}/{row.pk}")
        if not may_list(user, object):
            assert (listed["data"], single.status_code) == ([], 404), object
            assert set(listed["meta"]["redacted"]) == set(fields), object
            continue
        assert [set(item) & set(fields) for item in listed["data"]] == [expected], object
        assert set(single.json()["data"]) & set(fields) == expected, object
        assert set(single.json()["meta"]["redacted"]) == set(fields) - expected, object
        assert listed["data"][0] == single.json()["data"], object


@pytest.mark.parametrize("role", ["operator", "marketing", "administrator"])
def test_masked_and_hidden_values_appear_nowhere_in_the_text(role, world, client_of):
    account, _made = world
    account.contacts.update(consent_email=False)
    client = client_of(_user(role, account))
    text = "".join(
        client.get(f"/api/v1/{slug_of(spec.name)}?limit=5").content.decode()
        for spec in load()
        if spec.name not in ("account", "address")
    )
    people = account.contacts.values_list("name", "email", "mobile").get()
    hidden = [value for value in people if value in text] if role != "administrator" else []
    assert hidden == []


@pytest.mark.parametrize("role", list(roles()))
def test_figures_are_those_the_role_sees(role, world, client_of):
    account, _made = world
    user = _user(role, account)
    body = client_of(user).get(f"/api/v1/accounts/{account.pk}?expand=figures").json()
    assert set(body["data"]["figures"]) == {name for name in FIGURES if figure_access(user, name)}


def test_rows_of_other_territories_are_not_there(world, client_of, login):
    _account, made = world
    client = client_of(login("sales"))
    owned = [name for name in made if shape_of(name).account_path or name == "account"]
    counts = {name: len(client.get(f"/api/v1/{slug_of(name)}").json()["data"]) for name in owned}
    statuses = {name: client.get(f"/api/v1/{slug_of(name)}/{made[name].pk}").status_code for name in owned}
    assert set(counts.values()) == {0}
    assert set(statuses.values()) == {404}
