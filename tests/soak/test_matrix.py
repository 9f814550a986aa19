"""The whole matrix: every field, every role, and every address that answers, where `make test` walks the main doors."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from accounts.access import field_access, may_list
from accounts.api.urls import urlpatterns as api_patterns
from accounts.catalogue import load, roles
from accounts.metrics import load as figures
from accounts.models import Account, User
from accounts.selectors.customers import sorts_of
from accounts.selectors.groups import groupings_of
from accounts.selectors.list_columns import offered_columns
from dashboards.urls import urlpatterns as page_patterns
from tests.dashboards.conftest import customer, login, sources, territory  # noqa: F401 - fixtures
from tests.dashboards.test_matrix import columns_of_model, doors, forms, mark, marked, world  # noqa: F401 - a fixture

Login = Callable[[str], Client]
# Words that addresses ask for, beside numbers of rows.
NAMES = {
    "field": [field for spec in load() if spec.name == "account" for field in spec.fields],
    "name": ["overview", "sales", "finance", "service", "orders", "timeline", "people", "data", "group", "health",
             "money", "chains", "relationship", "facts", "documents", "crm", "erp"],
    "by": ["segment", "country", "owner"],
}  # fmt: skip
MOST_IDS = 3  # rows of each kind of document that an address is tried with


def addresses(account: Account) -> Iterator[str]:
    """Every address there is, filled with whatever it could mean."""
    ids = sorted({account.pk, *(pk for model in apps.get_app_config("accounts").get_models() for pk in first(model))})
    for pattern in [*page_patterns, *api_patterns]:
        if isinstance(pattern, URLPattern) and pattern.name not in ("logout", "stop_viewing", "view_as"):
            yield from filled(pattern, [account.pk] if "customers/" in str(pattern.pattern) else ids)


def first(model: type) -> list[int]:
    """A few keys of a table."""
    field = model._meta.pk  # type: ignore[attr-defined]
    if field.get_internal_type() not in ("AutoField", "BigAutoField", "BigIntegerField", "IntegerField"):
        return []
    return list(model.objects.order_by("pk").values_list("pk", flat=True)[:MOST_IDS])  # type: ignore[attr-defined]


def filled(pattern: URLPattern, ids: list[int]) -> Iterator[str]:
    """The addresses of one pattern."""
    metrics = list(figures())
    known = NAMES | {"id": ids, "number": [1], "what": ["promise"], "act": ["edit"], "answer": ["kept"]}
    if "metrics/" in str(pattern.pattern):
        known |= {"name": metrics}
    wanted = list(pattern.pattern.converters)
    choices: list[dict[str, object]] = [{}]
    for name in wanted:
        choices = [chosen | {name: value} for chosen in choices for value in known.get(name, [])]
    for chosen in choices:
        try:
            yield reverse(str(pattern.name), kwargs=chosen)
        except NoReverseMatch:
            continue


def told(client: Client, path: str) -> str:
    """What a GET gives, streamed or not; nothing where it is refused."""
    answer = client.get(path)
    assert answer.status_code < 500, path
    body = answer.getvalue() if answer.streaming else answer.content
    return body.decode("utf-8", "replace") if answer.status_code == 200 else ""


@pytest.mark.parametrize("role", list(roles()))
def test_no_address_tells_what_the_role_may_not_see(login: Login, world: Account, role: str) -> None:  # noqa: F811
    client, user = login(role), User.objects.get(role=role)
    hidden = dict(unseen(user))
    leaks, answered = set(), 0
    for path in [*addresses(world), *lists(user)]:
        text = told(client, path)
        answered += bool(text)
        # An address that names a field repeats it; its value is what must not stand there.
        leaks |= {(path, *place) for place, value in hidden.items() if any(form in text for form in forms(value))}

    assert leaks == set()
    assert answered > 20


def unseen(user: User) -> Iterator[tuple[tuple[str, str], object]]:
    """Each field whose value the user does not see, with that value."""
    for spec in load():
        access, listed = field_access(user, spec.name), spec.name == "account" or may_list(user, spec.name)
        for name, value in marked(spec, columns_of_model(spec)).items():
            if not (listed and access.allows(name)):
                yield (spec.name, name), value


def lists(user: User) -> list[str]:
    """The customer list in every order, by every group and with each column alone."""
    return [
        *(f"/customers/?sort={sign}{name}" for name in sorts_of(user) for sign in ("", "-")),
        *(f"/customers/?group={name}" for name in groupings_of(user)),
        *(f"/customers/?columns={column.name}" for column in offered_columns(user)),
        *(f"/customers/export.csv?columns={column.name}" for column in offered_columns(user)),
    ]


@pytest.mark.parametrize("role", list(roles()))
def test_nothing_is_found_by_a_value_the_role_may_not_see(login: Login, world: Account, role: str) -> None:  # noqa: F811
    """Searching, filtering and sorting by a hidden value would tell it one guess at a time."""
    client, user = login(role), User.objects.get(role=role)
    found = {
        (object, name, *hit)
        for (object, name), value in unseen(user)
        for form in forms(value)
        for hit in hits(client, world, form)
    }

    assert found == set()


def hits(client: Client, account: Account, text: str) -> set[tuple[str, ...]]:
    """Where a search for the text gives the customer or something of it."""
    page = client.get("/search/", {"q": text})
    if "similar name" in page.content.decode():
        return set()  # nothing held the text itself, so names like it were offered
    groups = page.context["groups"]
    found: set[tuple[str, ...]] = {
        ("search", line.url) for group in groups for line in group.lines if f"/customers/{account.pk}/" in line.url
    }
    answer = client.get("/customers/", {"q": text})
    rows = answer.context["page"].rows if answer.status_code == 200 else ()
    return found | {("list",) for row in rows if row.id == account.pk}


@pytest.mark.parametrize("role", list(roles()))
def test_what_may_be_seen_stands_in_list_and_csv(login: Login, world: Account, role: str) -> None:  # noqa: F811
    client, user = login(role), User.objects.get(role=role)
    spec, text = load()["account"], doors(client, user, world)
    access = field_access(user, "account")
    missing = [
        (door, column.name)
        for column in offered_columns(user)
        if column.name in marked(spec, columns_of_model(spec)) and access.allows(column.name)
        for door in ("list", "csv")
        if not any(form in text[door] for form in forms(mark(spec, spec.fields[column.name])))
    ]

    assert missing == []
