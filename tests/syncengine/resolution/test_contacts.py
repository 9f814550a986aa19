"""People within their customer: one by e-mail, phone or name, and a move to another company keeps who they are."""

from __future__ import annotations

from django.test import Client

from accounts.catalogue import load
from accounts.models import Account, Change, Contact, User
from accounts.selectors.moves import list_arrivals, list_departures
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
        'P1,2026-03-01T08:00:00Z,Ann Ray,ann@acme-pumpen.de,C1\nP2,2026-03-01T08:00:00Z,"Ray, Ann",,C1',
    )
    company.sync()
    ann = Contact.objects.get(merged_into=None)
    before = owner("C1")
    company.write(
        "crm/contacts",
        'P1,2026-03-01T09:00:00Z,Ann Ray,ann@borealis.example,C2\nP2,2026-03-01T09:00:00Z,"Ray, Ann",,C2',
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


def test_whom_a_person_left_says_where_they_went(company: SmallCompany, client: Client) -> None:
    company.write("crm/accounts", FIRMS)
    company.write("crm/contacts", "P1,2026-03-01T08:00:00Z,Ann Ray,ann@acme-pumpen.de,C1")
    company.sync()
    for line in ("P1,2026-03-01T09:00:00Z,Ann Ray,ann@borealis.example,C2",
                 "P1,2026-03-01T10:00:00Z,Ann Ray,ann.ray@borealis.example,C2"):  # fmt: skip
        company.write("crm/contacts", line)
        company.sync()
    left, home = owner("C1"), owner("C2")
    ann = Contact.objects.get(merged_into=None)
    went = Change.objects.filter(object=load()["contact"].code, row_id=ann.pk).earliest("changed_at").changed_at
    client.force_login(User.objects.create_user("eve@example.org", "a-long-password", role="steward"))
    page = client.get(f"/customers/{left}/panels/everyone/").content.decode()
    assert f'moved to <a href="/customers/{home}/">Borealis Glas</a>, since' in page
    assert "Moved on" not in client.get(f"/customers/{home}/panels/everyone/").content.decode()
    told = [client.get(f"/api/v1/accounts/{account}/moves").json()["data"] for account in (left, home)]
    at = went.isoformat().replace("+00:00", "Z")
    assert told == [
        {"arrivals": [],
         "departures": [{"contact": str(ann.pk), "name": "Ann Ray", "account": str(home), "at": at}]},
        {"arrivals": [{"contact": str(ann.pk), "account": str(left), "at": at}], "departures": []},
    ]  # fmt: skip
    (seen,) = list_departures(stranger(), Account.objects.get(pk=left))
    assert (seen.account_id, seen.name) == (None, "")


def stranger() -> User:
    """Somebody of sales without a territory, who sees no customer."""
    return User.objects.create_user("bob@example.org", "a-long-password", role="sales")
