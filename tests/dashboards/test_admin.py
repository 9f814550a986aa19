"""Administration: users and grants, seeing as another person, keys, the audit log, forgotten passwords."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from accounts import audit
from accounts.access import visible_accounts
from accounts.catalogue import roles
from accounts.models import Account, ApiToken, AuditEntry, Note, Territory, User
from tests.factories import UserFactory

Login = Callable[[str], Client]
Make = Callable[..., Account]
PAGES = ("/admin/users/", "/admin/roles/", "/admin/territories/", "/admin/keys/", "/admin/webhooks/", "/admin/audit/")


@pytest.mark.parametrize("role", [role for role in roles() if role != "administrator"])
def test_administration_is_for_administrators(login: Login, role: str) -> None:
    client = login(role)

    assert {client.get(path).status_code for path in PAGES} == {403}


def test_pages_of_administration_open(login: Login) -> None:
    client = login("administrator")

    assert [client.get(path).status_code for path in PAGES] == [200] * len(PAGES)


def test_new_user_chooses_a_password_by_mail(login: Login, client: Client) -> None:
    login("administrator").post("/admin/users/new/", {"email": "Eva@example.com", "role": "sales"})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)
    assert link is not None
    form = client.get(link[1], follow=True)
    client.post(form.redirect_chain[-1][0], {"new_password1": "a-fine-secret", "new_password2": "a-fine-secret"})

    assert client.login(username="eva@example.com", password="a-fine-secret")
    assert AuditEntry.objects.filter(action="user created").count() == 1


@pytest.mark.parametrize(("email", "known"), [("anna@example.com", 1), ("stranger@example.com", 0)])
def test_forgotten_password_tells_strangers_nothing(client: Client, db: None, email: str, known: int) -> None:
    UserFactory(email="anna@example.com", password="a-good-secret")

    page = client.post("/password/forgotten/", {"email": email}, follow=True).content.decode()

    assert ("If that e-mail is known here" in page, len(mail.outbox)) == (True, known)


def test_territories_are_as_ticked(login: Login, customer: Make, territory: Territory) -> None:
    account, person, client = customer(), UserFactory(role="sales"), login("administrator")
    client.post(f"/admin/users/{person.pk}/territories/", {"territory": [territory.pk]})
    given = list(visible_accounts(User.objects.get(pk=person.pk)))
    client.post(f"/admin/users/{person.pk}/territories/", {})

    assert (given, list(visible_accounts(User.objects.get(pk=person.pk)))) == ([account], [])


def test_a_customer_is_shared_by_name_or_number(login: Login, customer: Make) -> None:
    client, other = login("administrator"), UserFactory(role="sales")
    customer("Acme", customer_number="4711")
    for name in ("Brandt", "Kessler", "Kessler"):
        customer(name)

    told = []
    for text in ("acme", "4711", "Kessler", "Nobody", ""):
        page = client.post(f"/admin/users/{other.pk}/share/", {"customer": text}, follow=True)
        told.append([str(message) for message in page.context["messages"]])

    unknown = ["Give the name or the customer number as the customer's page shows it."]
    shared = [f"Acme is shared with {other}."]
    several = ["More than one customer is called Kessler; give the customer number."]
    assert told == [shared, shared, several, unknown, unknown]


def test_nobody_locks_out_themselves_or_changes_their_own_role(login: Login) -> None:
    client = login("administrator")
    own = User.objects.get(role="administrator")

    client.post(f"/admin/users/{own.pk}/active/")
    client.post(f"/admin/users/{own.pk}/role/", {"role": "sales"})
    own.refresh_from_db()

    assert (own.is_active, own.role) == (True, "administrator")


def test_viewing_as_shows_the_other_persons_portal_read_only_and_is_audited(login: Login, customer: Make) -> None:
    account = customer("Acme Pumps", sales_territory=None)
    seller, client = UserFactory(role="sales", email="seller@example.com"), login("administrator")
    client.post(f"/admin/users/{seller.pk}/view-as/")

    home = client.get("/").content.decode()
    hidden = client.get(f"/customers/{account.pk}/").status_code
    written = client.post(f"/customers/{account.pk}/notes/", {"text": "No"}).status_code
    client.get("/customers/export.csv").getvalue()  # type: ignore[attr-defined]
    client.post("/admin/view-as/stop/")

    assert ("You see the portal as" in home, hidden, written, Note.objects.count()) == (True, 404, 403, 0)
    assert client.get("/admin/users/").status_code == 200
    assert AuditEntry.objects.get(action="customers exported").detail["viewed_by"] == "administrator@example.com"
    assert [entry.action for entry in AuditEntry.objects.filter(action__startswith="viewing").order_by("id")] == [
        "viewing as begun", "viewing as ended"]  # fmt: skip


def test_viewing_as_ends_with_the_administrators_role(login: Login) -> None:
    seller, client = UserFactory(role="finance"), login("administrator")
    client.post(f"/admin/users/{seller.pk}/view-as/")
    User.objects.filter(role="administrator").update(role="support")

    assert "You see the portal as" not in client.get("/").content.decode()


def test_own_key_is_told_once_and_opens_the_interface_until_revoked(login: Login, customer: Make) -> None:
    customer()
    client, program = login("finance"), Client()
    page = client.post("/account/tokens/", {"label": "Report"}).content.decode()
    secret = re.search(r"data-secret>([^<]+)<", page)
    assert secret is not None
    header = {"Authorization": f"Bearer {secret[1]}"}
    opened = program.get("/api/v1/accounts", headers=header).status_code
    token = ApiToken.objects.get()
    client.post(f"/account/tokens/{token.pk}/revoke/")

    assert (opened, program.get("/api/v1/accounts", headers=header).status_code) == (200, 401)
    assert secret[1] not in client.get("/account/tokens/").content.decode()


def test_audit_log_is_searched_by_who_and_customer(login: Login, customer: Make) -> None:
    account, seller = customer(), login("finance")
    seller.post(f"/customers/{account.pk}/notes/", {"text": "Hello"})
    client = login("administrator")

    found = client.get("/admin/audit/", {"who": "finance", "customer": str(account.pk)}).context["entries"]

    assert [entry.action for entry in found] == ["note written"]
    assert list(client.get("/admin/audit/", {"who": "nobody"}).context["entries"]) == []


def test_audit_log_names_whom_and_what_it_is_about(login: Login, customer: Make) -> None:
    client, account, other = login("administrator"), customer("Acme"), UserFactory(first_name="Nora", last_name="Ash")
    for object, row in (("account", account.pk), ("user", other.pk), ("policy", 1), ("account", 0)):
        audit.record(user=other, action="seen", object=object, row_id=row)

    lines = client.get("/admin/audit/", {"action": "seen"}).context["lines"]

    assert [(entry.object, about) for entry, about in lines] == [
        ("account", ""), ("policy", ""), ("user", str(other)), ("account", "Acme"),
    ]  # fmt: skip


def test_own_keys_are_kept_and_each_does_one_thing(login: Login) -> None:
    client, user = login("finance"), User.objects.get()
    client.post("/account/keys/", {"key-j": "i", "key-k": "k"})
    user.refresh_from_db()
    kept = (user.key_map, user.single_keys)
    client.post("/account/keys/", {"key-j": "k", "single_keys": "1"})
    user.refresh_from_db()

    assert kept == (user.key_map, user.single_keys) == ({"j": "i"}, False)
