"""The company as its two systems export it: books with money in commas, a desk with people, tickets and deals."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.benchmarks.stories.dirt import name_of, other_name, soil
from tests.benchmarks.stories.papers import Papers, Row, write
from tests.benchmarks.stories.people import Customer, customers

TODAY = date(2026, 11, 1)
CITIES = (("Leeds", "LS", "GB"), ("Bremen", "28", "DE"), ("Lyon", "69", "FR"), ("Tampere", "33", "FI"))
BOOKS = """
source: books
label: Books
kind: files
system: erp
connection: {folder: "${PORTAL_HOME}/stories/books", settle: 0 seconds}
streams:
  customers:
    object: account
    read: {files: "customers*.csv"}
    key: No
    fields: {name: Name, legal_name: Name, website: Web, city: City, postcode: Zip, street: Street, country: Country,
             tax_id: Vat, customer_number: No, customer_since_date: Since, status: {value: active}}
  orders:
    object: order
    read: {files: "orders*.csv"}
    key: No
    fields: {account: Customer, number: No, order_date: Date, promised_date: Promised, status: Status,
             net_amount: {from: Net, decimal: ","}, currency: {value: EUR}}
  shipments:
    object: shipment
    read: {files: "shipments*.csv"}
    key: No
    fields: {account: Customer, order: Order, number: No, shipped_date: Shipped, status: {value: shipped}}
  invoices:
    object: invoice
    read: {files: "invoices*.csv"}
    key: No
    fields: {account: Customer, order: Order, number: No, invoice_date: Date, due_date: Due, paid_date: Paid,
             status: {from: Status, values: {O: open, P: paid}}, net_amount: {from: Net, decimal: ","},
             gross_amount: {from: Net, decimal: ","}, open_amount: {from: Open, decimal: ","}, currency: {value: EUR}}
"""
DESK = """
source: desk
label: Desk
kind: files
system: crm
connection: {folder: "${PORTAL_HOME}/stories/desk", settle: 0 seconds}
streams:
  accounts:
    object: account
    read: {files: "accounts*.csv"}
    key: Id
    fields: {name: Name, website: Web, city: City, postcode: Zip, street: Street, country: Country}
  contacts:
    object: contact
    read: {files: "contacts*.csv"}
    key: Id
    fields: {name: Name, email: Email, account: Account}
  tickets:
    object: ticket
    read: {files: "tickets*.csv"}
    key: Id
    fields: {account: Account, number: Id, subject: Subject, priority: Priority, status: Status, opened_at: Opened,
             solved_at: Solved, csat: Csat}
  activities:
    object: activity
    read: {files: "activities*.csv"}
    key: Id
    fields: {account: Account, contact: Contact, kind: Kind, direction: Direction, happened_at: At}
  deals:
    object: opportunity
    read: {files: "deals*.csv"}
    key: Id
    fields: {account: Account, name: Name, state: State, stage: State, amount: Amount, currency: {value: EUR},
             opened_at: Opened, closed_at: Closed, close_date: Closes, stage_changed_at: Moved}
"""
REFERENCE = """
base_currency: EUR
rates: []
legal_entities: []
territories: [{code: ALL, label: All, countries: [GB, DE, FR, FI]}]
"""


def make_company(folder: Path, count: int, *, seed: int, today: date = TODAY) -> list[Customer]:
    """Write the exports and policies of so many customers; what really became of them is given back, not written."""
    people = customers(count, seed=seed, today=today)
    papers, dice = write(people, seed=seed, today=today), Random(f"dirt {seed}")
    soil(papers, dice)
    policies = folder / "policies"
    policies.mkdir(parents=True, exist_ok=True)
    for name, text in (("books", BOOKS), ("desk", DESK), ("reference", REFERENCE)):
        (policies / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, rows in (_books(people, papers) | _desk(people, papers, dice)).items():
        _write(folder / f"{name}.csv", rows)
    return people


def _books(people: list[Customer], papers: Papers) -> dict[str, list[Row]]:
    return {
        "books/customers": [
            {"No": one.number, "Name": name_of(one.number), **_place(one), "Web": f"www.customer{one.number}.example",
             "Vat": f"GB{900_000_000 + one.number * 37}", "Since": one.joined} for one in people
        ],
        "books/orders": [
            {"No": row["no"], "Customer": row["customer"], "Date": row["date"], "Promised": row["promised"],
             "Status": row["status"], "Net": _comma(row["net"])} for row in papers.orders
        ],
        "books/shipments": [
            {"No": row["no"], "Order": row["order"], "Customer": row["customer"], "Shipped": row["shipped"]}
            for row in papers.shipments
        ],
        "books/invoices": [
            {"No": row["no"], "Order": row["order"], "Customer": row["customer"], "Date": row["date"],
             "Due": row["due"], "Paid": row["paid"], "Status": "P" if row["paid"] else "O", "Net": _comma(row["net"]),
             "Open": _comma(0 if row["paid"] else row["net"])} for row in papers.invoices
        ],
    }  # fmt: skip


def _desk(people: list[Customer], papers: Papers, dice: Random) -> dict[str, list[Row]]:
    """Nineteen of twenty customers are on the desk's list, many under another spelling."""
    listed = [one for one in people if dice.random() < 0.95]
    known = {one.number for one in listed}
    return {
        "desk/accounts": [
            {"Id": f"A{one.number}", "Name": other_name(name_of(one.number), dice), **_place(one),
             "Web": f"https://customer{one.number}.example/"} for one in listed
        ],
        "desk/contacts": [
            {"Id": row["id"], "Name": f"Person {row['id']}", "Email": f"p{row['id']}@customer{row['customer']}.example",
             "Account": f"A{row['customer']}"} for row in papers.contacts if row["customer"] in known
        ],
        "desk/tickets": [
            {"Id": row["id"], "Account": f"A{row['customer']}", "Subject": row["subject"], "Priority": row["priority"],
             "Status": "solved" if row["solved"] else "open", "Opened": _noon(row["opened"]),
             "Solved": _noon(row["solved"]), "Csat": row["csat"]}
            for row in papers.tickets if row["customer"] in known
        ],
        "desk/activities": [
            {"Id": row["id"], "Account": f"A{row['customer']}", "Contact": row["contact"], "Kind": row["kind"],
             "Direction": row["direction"], "At": _noon(row["day"])}
            for row in papers.activities if row["customer"] in known
        ],
        "desk/deals": [
            {"Id": row["id"], "Account": f"A{row['customer']}", "Name": f"Deal {row['id']}", "State": row["state"],
             "Amount": row["amount"], "Opened": _noon(row["opened"]), "Closed": _noon(row["closed"]),
             "Closes": row["closes"], "Moved": _noon(row["moved"])}
            for row in papers.deals if row["customer"] in known
        ],
    }  # fmt: skip


def _place(one: Customer) -> Row:
    city, code, country = CITIES[one.number % len(CITIES)]
    return {"City": city, "Zip": f"{code}{one.number % 900 + 100}", "Street": f"Works Road {one.number}",
            "Country": country}  # fmt: skip


def _comma(amount: object) -> str:
    return f"{float(str(amount)):.2f}".replace(".", ",")


def _noon(day: object) -> str:
    return f"{day}T12:00:00Z" if day else ""


def _write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def true_events(people: list[Customer], since: date, until: date) -> tuple[int, int]:
    """How many really left and how many really broke (and were not cured) between two days."""
    left = sum(one.left is not None and since <= one.left <= until for one in people)
    broke = sum(one.broke is not None and not one.cured and since <= one.broke + timedelta(90) <= until
                for one in people)  # fmt: skip
    return left, broke
