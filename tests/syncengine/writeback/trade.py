"""An ERP and an AI tool whose papers a CRM keeps too: three databases, a portal between them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from accounts.models import Account
from syncengine.models import Stream
from syncengine.pipeline import publish_all, refresh_records, run_stream
from syncengine.policies.apply import apply_folder
from syncengine.writeback.rounds import send_round

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ERP = """
CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT, tax TEXT, hold TEXT, hold_reason TEXT);
CREATE TABLE invoice (id TEXT PRIMARY KEY, customer TEXT, date TEXT, due TEXT, net TEXT, open TEXT);
CREATE TABLE sale (id TEXT PRIMARY KEY, customer TEXT, date TEXT, promised TEXT, status TEXT, net TEXT);
CREATE TABLE sale_line (id TEXT PRIMARY KEY, sale TEXT, quantity TEXT, shipped TEXT, price TEXT, net TEXT);
CREATE TABLE goods_return (id TEXT PRIMARY KEY, customer TEXT, date TEXT, reason TEXT);
INSERT INTO account VALUES ('E1', 'Brandt Maschinenbau GmbH', 'DE136695976', 'no', NULL);
INSERT INTO sale VALUES ('A1', 'E1', '2026-02-01', '2026-03-20', 'confirmed', '900');
INSERT INTO sale_line VALUES ('A1-1', 'A1', '9', '0', '100', '900');
"""
AI = """
CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT, tax TEXT);
CREATE TABLE score (id TEXT PRIMARY KEY, company TEXT, kind TEXT, score TEXT, at TEXT);
INSERT INTO account VALUES ('X1', 'Brandt Maschinenbau', 'DE136695976');
INSERT INTO score VALUES ('S1', 'X1', 'churn_risk', '0.2', '2026-03-01T08:00:00Z');
"""
CRM = """
CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT, tax TEXT, hold TEXT, hold_reason TEXT,
                      version INT NOT NULL DEFAULT 1);
INSERT INTO account VALUES ('C1', 'Brandt Maschinenbau GmbH', 'DE136695976', 'no', NULL, 1);
CREATE TABLE erp_invoice (id INTEGER PRIMARY KEY, marker TEXT UNIQUE, version INT DEFAULT 1, customer TEXT,
                          number TEXT, open TEXT);
CREATE TABLE erp_order (id INTEGER PRIMARY KEY, marker TEXT UNIQUE, version INT DEFAULT 1, customer TEXT, number TEXT,
                        promised TEXT, status TEXT);
CREATE TABLE erp_line (id INTEGER PRIMARY KEY, marker TEXT UNIQUE, version INT DEFAULT 1, ordered TEXT, shipped TEXT);
CREATE TABLE erp_return (id INTEGER PRIMARY KEY, marker TEXT UNIQUE, version INT DEFAULT 1, customer TEXT,
                         number TEXT, reason TEXT);
CREATE TABLE ai_score (id INTEGER PRIMARY KEY, marker TEXT UNIQUE, version INT DEFAULT 1, customer TEXT, kind TEXT,
                       score TEXT);
"""
ERP_POLICY = """
source: erp
label: ERP
kind: sql
system: erp
connection: {url: "sqlite:///FOLDER/erp.sqlite"}
streams:
  accounts:
    object: account
    read: {table: account}
    key: id
    fields: {name: name, tax_id: tax, credit_hold: {from: hold, true: ["yes"], false: ["no"]},
             credit_hold_reason: hold_reason}
  invoices:
    object: invoice
    read: {table: invoice}
    key: id
    fields: {account: customer, number: id, invoice_date: date, due_date: due, net_amount: net, gross_amount: net,
             open_amount: open, currency: {value: EUR}, status: {value: open}}
  orders:
    object: order
    read: {table: sale}
    key: id
    fields: {account: customer, number: id, order_date: date, promised_date: promised, status: status, net_amount: net,
             currency: {value: EUR}}
  lines:
    object: order_line
    read: {table: sale_line}
    key: id
    fields: {order: sale, quantity: quantity, shipped_quantity: shipped, unit_price: price, net_amount: net,
             currency: {value: EUR}}
  returns:
    object: goods_return
    read: {table: goods_return}
    key: id
    fields: {account: customer, number: id, return_date: date, reason: reason, status: {value: open}}
"""
AI_POLICY = """
source: ai
label: AI
kind: sql
system: ai
connection: {url: "sqlite:///FOLDER/ai.sqlite"}
streams:
  companies: {object: account, read: {table: account}, key: id, fields: {name: name, tax_id: tax}}
  scores:
    object: insight
    read: {table: score}
    key: id
    fields: {account: company, kind: kind, score: score, scored_at: at}
"""
CRM_POLICY = """
source: crm
label: CRM
kind: sql
system: crm
connection: {url: "sqlite:///FOLDER/crm.sqlite"}
streams:
  accounts:
    object: account
    read: {table: account}
    key: id
    version: version
    fields: {name: name, tax_id: tax, credit_hold: {from: hold, true: ["yes"], false: ["no"]},
             credit_hold_reason: hold_reason}
    write: {fields: [credit_hold, credit_hold_reason], by_policy: [credit_hold, credit_hold_reason],
            version: version, increments: true, propagate: true}
copies:
"""
COPY = """
  {name}:
    object: {object}
    of: {of}
    read: {{table: {table}}}
    key: id
    fields: {{{fields}}}
    write: {{fields: [{names}], correlation: marker, version: version, increments: true}}
"""
COPIES = (
    ("invoices", "invoice", "erp", "erp_invoice", {"account": "customer", "number": "number", "open_amount": "open"}),
    ("orders", "order", "erp", "erp_order",
     {"account": "customer", "number": "number", "promised_date": "promised", "status": "status"}),
    ("lines", "order_line", "erp", "erp_line", {"quantity": "ordered", "shipped_quantity": "shipped"}),
    ("returns", "goods_return", "erp", "erp_return", {"account": "customer", "number": "number", "reason": "reason"}),
    ("scores", "insight", "ai", "ai_score", {"account": "customer", "kind": "kind", "score": "score"}),
)  # fmt: skip
SHARED = """
base_currency: EUR
legal_entities: []
survivorship: {account: {default: {strategy: system_of_record, order: [erp, crm, ai]}}}
"""


@dataclass
class Trade:
    """The three systems on a clock that only moves when told to."""

    home: Path
    now: datetime = START

    def clock(self) -> datetime:
        """What time it is; a little later each time it is asked."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def run(self, system: str, statement: str) -> list[tuple[Any, ...]]:
        """One statement on a system's own database."""
        with sqlite3.connect(self.home / f"{system}.sqlite") as connection:
            return list(connection.execute(statement).fetchall())

    def go_on(self, by: timedelta = timedelta(minutes=2)) -> None:
        """Everything is read, published, sent, and what came back is published."""
        self.now += by
        kept = Stream.objects.filter(source__name="crm").exclude(name="accounts")
        for stream in Stream.objects.filter(active=True).exclude(pk__in=kept.values("pk")).order_by("pk"):
            run = run_stream(stream.pk, clock=self.clock)
            assert (run.state, run.message) == ("succeeded", "")
        publish_all(clock=self.clock)
        send_round(refresh=lambda stream, keys: refresh_records(stream, keys, clock=self.clock), clock=self.clock)
        publish_all(clock=self.clock)

    def customer(self) -> Account:
        """The one customer."""
        return Account.objects.select_related("summary").get(merged_into=None)


def make_trade(home: Path) -> Trade:
    """Everything there is read, published and kept in the CRM."""
    for name, tables in (("erp", ERP), ("ai", AI), ("crm", CRM)):
        with sqlite3.connect(home / f"{name}.sqlite") as connection:
            connection.executescript(tables)
    copies = "".join(_copy(*copy) for copy in COPIES)
    (home / "policies").mkdir()
    for name, text in (("erp", ERP_POLICY), ("ai", AI_POLICY), ("crm", CRM_POLICY + copies), ("shared", SHARED)):
        (home / "policies" / f"{name}.yaml").write_text(text.replace("FOLDER", str(home)), encoding="utf-8")
    apply_folder(home / "policies", by=None, now=START)
    trade = Trade(home)
    trade.go_on()
    return trade


def _copy(name: str, object_name: str, of: str, table: str, fields: dict[str, str]) -> str:
    told = ", ".join(f"{field}: {column}" for field, column in fields.items())
    return COPY.format(name=name, object=object_name, of=of, table=table, fields=told, names=", ".join(fields))
