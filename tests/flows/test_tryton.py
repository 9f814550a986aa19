"""The main job on real input: a real ERP beside a CRM export, synced, changed, synced again, seen on page and API."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Account, Invoice, Order, Territory, User
from syncengine import presets
from syncengine.models import Run, Stream
from syncengine.pipeline import publish_all, run_stream
from syncengine.policies.apply import apply_folder
from tests.syncengine.connectors.tryton_server import TrytonServer

CRM = """
source: crm
label: CRM
kind: files
system: crm
connection: {folder: "${PORTAL_HOME}/crm", settle: 0 seconds}
streams:
  accounts:
    object: account
    read: {files: "accounts*.csv"}
    key: Id
    modified: LastModifiedDate
    fields: {name: Name, city: City, postcode: Zip, street: Street, country: Country, segment: Segment, owner: Owner}
"""
SURVIVORSHIP = """
survivorship:
  account:
    default: {strategy: system_of_record, order: [erp, crm]}
    fields: {segment: {strategy: system_of_record, order: [crm, erp]}}
"""
HEAD = "Id,LastModifiedDate,Name,City,Zip,Street,Country,Segment,Owner"
ROWS = (
    "001A,2026-03-01T08:00:00Z,Brandt Maschinenbau,Hamburg,20095,Hauptstraße 12,DE,Key account,Ann Ray",
    "001B,2026-03-01T08:00:00Z,Hofer Pumpen,München,80805,Isarring 88,DE,Standard,Ann Ray",
)


@pytest.fixture
def erp(db: None, tryton: TrytonServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrytonServer]:
    """Tryton declared as ERP beside a CRM export, policies applied."""
    monkeypatch.setenv("PORTAL_HOME", str(tmp_path))
    for name, value in tryton.connection.items():
        monkeypatch.setenv(f"TRYTON_{name.upper()}", str(value))
    policies = tmp_path / "policies"
    policies.mkdir()
    shutil.copy(Path(presets.__path__[0]) / "tryton.yaml", policies / "erp.yaml")
    (policies / "crm.yaml").write_text(CRM, encoding="utf-8")
    (policies / "survivorship.yaml").write_text(SURVIVORSHIP, encoding="utf-8")
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "accounts-1.csv").write_text("\n".join((HEAD, *ROWS)) + "\n", encoding="utf-8")
    apply_folder(policies, by=None, now=datetime.now(UTC))
    yield tryton


def sync() -> list[Run]:
    runs = [run_stream(stream.pk) for stream in Stream.objects.filter(active=True).order_by("pk")]
    publish_all()
    assert [run.message for run in runs if run.state != "succeeded"] == []
    assert all(run.balanced for run in runs)
    return runs


@pytest.mark.slow
def test_a_real_erp_and_a_crm_export_become_customers(erp: TrytonServer) -> None:
    sync()
    brandt = Account.objects.get(segment="Key account")
    assert (brandt.name, brandt.city, brandt.record_count) == ("Brandt Maschinenbau GmbH", "Hamburg", 2)
    assert Order.objects.filter(account__isnull=False).count() == Order.objects.count() > 0
    assert Invoice.objects.filter(account__isnull=False).exists()
    _change_and_delete(erp, brandt)


def _change_and_delete(erp: TrytonServer, brandt: Account) -> None:
    key = int(brandt.crosswalk.get(source__name="erp").key)
    newcomer = erp.create_customer("Vogt Armaturen GmbH", city="Kassel", phone="+49 561 123456")
    doomed = erp.create_customer("Kurz Gelebt GmbH", city="Ulm")
    sync()
    assert Account.objects.get(name="Kurz Gelebt GmbH").crosswalk.get().deleted_at is None
    erp.write("party.party", key, name="Brandt Anlagenbau GmbH")
    order = erp.create_order(newcomer, quantity=3)
    (invoice,) = erp.invoices_of(order)
    erp.post_invoice(invoice)
    erp.delete("party.party", doomed)
    runs = sync()
    brandt.refresh_from_db()
    assert brandt.name == "Brandt Anlagenbau GmbH"
    assert sum(run.absent for run in runs if run.stream.name == "accounts") == 1
    vogt = Account.objects.get(name="Vogt Armaturen GmbH")
    posted = Invoice.objects.get(account=vogt, key=str(invoice))
    assert posted.status == "open" and posted.open_amount == posted.gross_amount > 0
    _see(vogt, posted)


def _see(account: Account, invoice: Invoice) -> None:
    """The page and the API show the same order and invoice."""
    user = User.objects.create_user("finance@example.org", "a-long-password", role="finance")
    client = Client()
    client.force_login(user)
    page = client.get(f"/customers/{account.pk}/", headers={"host": "localhost"})
    assert page.status_code == 200
    assert invoice.number in page.content.decode()
    answer = client.get(f"/api/v1/invoices?account={account.pk}", headers={"host": "localhost"}).json()
    assert [row["number"] for row in answer["data"]] == [invoice.number]
    assert Territory.objects.count() == 0, "a company without territories shows everything to roles that see all"
