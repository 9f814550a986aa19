"""People within their customer: one by e-mail, phone or name, and a move to another company keeps who they are."""

from __future__ import annotations

from django.test import Client

from accounts.catalogue import load
from accounts.models import Change, Contact, User
from accounts.selectors.moves import list_arrivals
from tests.syncengine.resolution.test_decisions import owner
from tests.syncengine.small_company import SmallCompany

FIRMS = (
    "C1,2026-03-01T08:00:00Z,,Acme Pumpen,,www.acme-pumpen.de,Köln,50667,Domstr. 1,DE,\n"
    "C2,2026-03-01T08:00:00Z,,Borealis Glas,,www.borealis.example,Hamburg,20095,Am Kai 4,DE,"
)


def test_a_person_told_twice_is_one_and_keeps_id_and_past_when_they_move(company: SmallCompany, client: Client) -> None:
    company.write("crm/accounts", FIRMS)
    company.write(
        "crm/contacts",
        "P1,2026-03-01T08:00:00Z,Ann Ray,ann@acme-pumpen.de,C1\nP2,2026-03-01T08:00:00Z,\"Ray, Ann\",,C1",
    )
    company.sync()
    ann = Contact.objects.get(merged_into=None)
    before = owner("C1")
    company.write(
        "crm/contacts",
        "P1,2026-03-01T09:00:00Z,Ann Ray,ann@borealis.example,C2\nP2,2026-03-01T09:00:00Z,\"Ray, Ann\",,C2",
    )
    company.sync()
    moved = Contact.objects.get(merged_into=None)
    past = Change.objects.filter(object=load()["contact"].code, row_id=ann.pk).order_by("changed_at")
    assert (moved.pk, moved.account_id, ann.account_id) == (ann.pk, owner("C2"), before)
    assert [change.before.get("account_id") for change in past if "account_id" in change.before] == [before]
    reader = User.objects.create_user("eve@example.org", "a-long-password", role="steward")
    arrival = list_arrivals(reader, [moved.pk])[moved.pk]
    assert (arrival.account_id, arrival.name) == (before, "Acme Pumpen")
    client.force_login(reader)
    page = client.get(f"/customers/{owner('C2')}/panels/everyone/").content.decode()
    assert f'At <a href="/customers/{before}/">Acme Pumpen</a> until' in page
    assert list_arrivals(stranger(), [moved.pk])[moved.pk].account_id is None


def stranger() -> User:
    """Somebody of sales without a territory, who sees no customer."""
    return User.objects.create_user("bob@example.org", "a-long-password", role="sales")
