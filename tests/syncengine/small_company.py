"""A company small enough to read: a CRM and an ERP export in a folder, with policies beside them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncengine.models import Run, Stream
from syncengine.pipeline import publish_all, run_stream
from syncengine.policies.apply import apply_folder

START = datetime(2026, 3, 2, 9, tzinfo=UTC)

CRM = """
source: crm
label: CRM
kind: files
system: crm
connection: {folder: "${PORTAL_HOME}/small/crm", settle: 0 seconds}
streams:
  accounts:
    object: account
    read: {files: "accounts*.csv"}
    key: Id
    modified: Modified
    deleted: IsDeleted
    fields: {name: Name, phone: Phone, website: Website, city: City, postcode: Postcode, street: Street,
             country: Country, parent: ParentId, status: {value: active}}
  contacts:
    object: contact
    read: {files: "contacts*.csv"}
    key: Id
    modified: Modified
    fields: {name: Name, email: Email, account: AccountId}
"""

ERP = """
source: erp
label: ERP
kind: files
system: erp
connection: {folder: "${PORTAL_HOME}/small/erp", settle: 0 seconds}
streams:
  customers:
    object: account
    read: {files: "customers*.csv"}
    key: No
    modified: Changed
    listing: full
    fields: {name: Name, legal_name: Name, website: Web, city: City, postcode: Zip, street: Street, country: Country,
             tax_id: Vat, customer_number: No, credit_limit: {from: Limit, decimal: ","}}
    validate:
      - {rule: required, fields: [name], severity: reject}
      - {rule: range, field: credit_limit, min: 0, severity: hold}
  orders:
    object: order
    read: {files: "orders*.csv"}
    key: No
    modified: Changed
    deleted: Gone
    fields: {account: Customer, number: No, order_date: Date, net_amount: {from: Net, decimal: ","},
             currency: Currency, status: {value: confirmed}}
  order_lines:
    object: order_line
    read: {files: "lines*.csv"}
    key: Id
    modified: Changed
    fields: {order: Order, position: Pos, quantity: Qty, unit_price: Price}
"""

SURVIVORSHIP = """
survivorship:
  account:
    default: {strategy: system_of_record, order: [erp, crm]}
    fields:
      name: {strategy: system_of_record, order: [crm, erp]}
      city: {strategy: system_of_record, order: [erp, crm], conflict: true}
"""

REFERENCE = """
base_currency: EUR
rates: [{currency: USD, date: 2026-01-01, rate: 0.5}]
legal_entities: []
territories: [{code: DACH, label: DACH, countries: [DE, AT, CH]}]
"""

HEADS = {
    "crm/accounts": "Id,Modified,IsDeleted,Name,Phone,Website,City,Postcode,Street,Country,ParentId",
    "crm/contacts": "Id,Modified,Name,Email,AccountId",
    "erp/customers": "No;Changed;Name;Web;City;Zip;Street;Country;Vat;Limit",
    "erp/orders": "No;Changed;Gone;Customer;Date;Net;Currency",
    "erp/lines": "Id;Changed;Order;Pos;Qty;Price",
}


@dataclass
class SmallCompany:
    """Writes drops, reads streams and publishes, on a clock that only moves when told to."""

    folder: Path
    now: datetime = START
    drops: int = 0

    def write(self, stream: str, *rows: str) -> None:
        """A new file of one stream; rows without their head."""
        self.drops += 1
        path = self.folder / f"{stream}-{self.drops:03}.csv"
        path.write_text("\n".join((HEADS[stream], *rows)) + "\n", encoding="utf-8")
        before = self.now.timestamp() - 3600
        os.utime(path, (before + self.drops, before + self.drops))

    def pass_time(self, hours: int = 1) -> None:
        """Let the clock move on."""
        self.now += timedelta(hours=hours)

    def clock(self) -> datetime:
        """What time it is; a little later each time it is asked."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def read(self, stream: str) -> Run:
        """Read one stream, `source.name`."""
        source, name = stream.split(".")
        found = Stream.objects.get(source__name=source, name=name)
        return run_stream(found.pk, clock=self.clock)

    def sync(self) -> list[Run]:
        """Read everything and publish it."""
        runs = [run_stream(stream.pk, clock=self.clock) for stream in Stream.objects.order_by("pk")]
        publish_all(clock=self.clock)
        return runs

    def publish(self) -> None:
        """Publish what is dirty."""
        publish_all(clock=self.clock)


def make_small_company(home: Path) -> SmallCompany:
    """Policies applied, folders there, nothing read yet."""
    folder = home / "small"
    for name in ("crm", "erp", "policies"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    texts = {"crm": CRM, "erp": ERP, "survivorship": SURVIVORSHIP, "reference": REFERENCE}
    for name, text in texts.items():
        (folder / "policies" / f"{name}.yaml").write_text(text, encoding="utf-8")
    apply_folder(folder / "policies", by=None, now=START)
    return SmallCompany(folder)
