"""Figures, links, exceptions, health and alerts at volume: from scratch, and after a thousand documents changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

from django.core.management import call_command
from django.db import transaction

from accounts import derived
from accounts.alerts.watch import renew_alerts
from accounts.frames import execute, rows
from accounts.golden import first_load, touched
from accounts.golden.summary import summarise
from accounts.health.renewal import renew_health
from accounts.quote_to_cash import chains, exceptions, links, papers
from accounts.quote_to_cash.rules import tolerances
from tests.benchmarks.memory import Peak

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 6, tzinfo=UTC)
PER_CUSTOMER = 5  # quote, order, shipment, invoice, payment; a deal for every third, two lines an order and invoice
BATCH = 1_000
BATCHES = 5
HEAD = "source_id, key, published_at"
# Grain: one document a customer; a twentieth of the invoices is billed too dear, a tenth of the orders names no quote.
FILL = (
    "INSERT INTO accounts_source (id, name, label, system, record_url) VALUES (1, 'erp', 'ERP', 'other', '')",
    "INSERT INTO accounts_currencyrate (currency, rate_date, rate) VALUES ('EUR', '2000-01-01', 1)",
    "INSERT INTO accounts_product (id, name, product_code, family, source_ids, record_count, created_at, changed_at) "
    "SELECT g, 'P' || g, 'P' || g, 'F' || g %% 9, '{{1}}', 1, now(), now() FROM generate_series(1, 500) g",
    "INSERT INTO accounts_productcrosswalk (id, source_id, key, product_id) SELECT id, 1, 'P' || id, id "
    "FROM accounts_product",
    "INSERT INTO accounts_account (id, name, segment, status, payment_terms, source_ids, record_count, disputed, "
    "created_at, changed_at) SELECT g, 'Customer ' || g, chr(65 + g %% 3), 'active', '30 days', '{{1}}', 1, '{{}}', "
    "now(), now() FROM generate_series(1, {n}) g",
    f"INSERT INTO accounts_opportunity (id, {HEAD}, account_id, number, state, amount, base_amount, currency, rate, "
    "opened_at, closed_at) SELECT g, 1, 'D' || g, now(), g, 'D' || g, 'won', 2000, 2000, 'EUR', 1, "
    "{day} - interval '60 days', {day} - interval '20 days' FROM generate_series(1, {n}, 3) g",
    f"INSERT INTO accounts_quote (id, {HEAD}, account_id, opportunity_key, opportunity_id, number, status, quote_date, "
    "net_amount, base_net_amount, currency, rate) SELECT g, 1, 'Q' || g, now(), g, 'D' || g, CASE WHEN g %% 3 = 1 "
    "THEN g END, 'Q' || g, 'accepted', {day} - 30, 2000, 2000, 'EUR', 1 FROM generate_series(1, {n}) g",
    f"INSERT INTO accounts_quoteline (id, {HEAD}, quote_id, product_ref_id, position, quantity, "
    "unit_price, net_amount) "
    "SELECT g * 2 + p, 1, 'QL' || g * 2 + p, now(), g, 1 + (g + p) %% 500, p, 10, 100, 1000 "
    "FROM generate_series(1, {n}) g, generate_series(0, 1) p",
    f"INSERT INTO accounts_order (id, {HEAD}, account_id, number, customer_po, quote_number, order_type, order_date, "
    "requested_date, promised_date, status, hold, net_amount, base_net_amount, currency, rate, payment_terms) "
    "SELECT g, 1, 'O' || g, now(), g, 'O' || g, 'PO' || g, CASE WHEN g %% 10 > 0 THEN 'Q' || g END, 'new', {day} - 15, "
    "{day} - 5, {day} - 3, CASE WHEN g %% 40 = 0 THEN 'confirmed' ELSE 'shipped' END, false, 2000, 2000, 'EUR', 1, "
    "'30 days' FROM generate_series(1, {n}) g",
    f"INSERT INTO accounts_orderline (id, {HEAD}, order_id, product_ref_id, position, quantity, "
    "unit_price, net_amount, "
    "shipped_quantity, invoiced_quantity) SELECT g * 2 + p, 1, 'OL' || g * 2 + p, now(), g, 1 + (g + p) %% 500, p, 10, "
    "CASE WHEN g %% 30 = 0 THEN 103 ELSE 100 END, 1000, CASE WHEN g %% 40 = 0 THEN 0 ELSE 10 END, "
    "CASE WHEN g %% 40 = 0 THEN 0 ELSE 10 END FROM generate_series(1, {n}) g, generate_series(0, 1) p",
    f"INSERT INTO accounts_shipment (id, {HEAD}, account_id, order_id, number, status, shipped_date) SELECT g, 1, "
    "'S' || g, now(), g, g, 'S' || g, 'delivered', {day} - 4 FROM generate_series(1, {n}) g WHERE g %% 40 > 0",
    f"INSERT INTO accounts_invoice (id, {HEAD}, account_id, order_id, number, customer_po, invoice_date, due_date, "
    "paid_date, status, net_amount, gross_amount, open_amount, base_net_amount, base_open_amount, currency, rate, "
    "disputed) SELECT g, 1, 'I' || g, now(), g, CASE WHEN g %% 50 > 0 THEN g END, 'I' || g, 'PO' || g, {day} - 2, "
    "{day} + 28, {day} + 30, 'paid', 2000, 2380, 0, 2000, 0, 'EUR', 1, false FROM generate_series(1, {n}) g",
    f"INSERT INTO accounts_invoiceline (id, {HEAD}, invoice_id, order_line_id, position, quantity, net_amount) "
    "SELECT g * 2 + p, 1, 'IL' || g * 2 + p, now(), g, CASE WHEN g %% 50 > 0 THEN g * 2 + p END, p, 10, "
    "CASE WHEN g %% 20 = 0 THEN 1100 ELSE 1000 END FROM generate_series(1, {n}) g, generate_series(0, 1) p",
    f"INSERT INTO accounts_payment (id, {HEAD}, account_id, number, kind, payment_date, amount, unapplied_amount, "
    "base_amount, base_unapplied_amount, currency, rate) SELECT g, 1, 'Y' || g, now(), g, 'Y' || g, 'payment', "
    "{day} + 30, 2380, 0, 2380, 0, 'EUR', 1 FROM generate_series(1, {n}) g",
    f"INSERT INTO accounts_settlement (id, {HEAD}, payment_id, invoice_id, amount, settled_date) SELECT "
    "g, 1, 'T' || g, "
    "now(), g, g, 2380, {day} + 30 FROM generate_series(1, {n}) g",
)
DAY = "(date '2026-10-01' - (g % 300)::int)"


def bench(home: Path, size: int) -> None:
    """Print the figures for so many documents."""
    customers = max(1, size // PER_CUSTOMER)
    print(f"\n== {size:,} documents of {customers:,} customers ==", flush=True)
    call_command("migrate", verbosity=0)
    if not rows("SELECT 1 FROM accounts_order LIMIT 1"):
        _fill(customers)
    _from_scratch()
    _changed(customers)


def _fill(customers: int) -> None:
    started = perf_counter()
    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")  # the rows fit each other; checks are timed elsewhere
        for statement in FILL:
            execute(statement.format(n=customers, day=DAY).replace("%%", "%"))
    for table in ("opportunity", "quote", "quoteline", "order", "orderline", "shipment", "invoice", "invoiceline",
                  "payment", "settlement", "account"):  # fmt: skip
        execute(f"ANALYZE accounts_{table}")
    print(f"documents made            {perf_counter() - started:8.1f} s")


def _from_scratch() -> None:
    execute(f"TRUNCATE {', '.join(first_load.DERIVED)}, accounts_alert, accounts_exceptionevent CASCADE")
    stages: dict[str, float] = {}
    started = perf_counter()
    # As a first load writes: keys and secondary indexes after the rows, in the same transaction and time.
    with Peak() as peak, transaction.atomic():
        _touch("SELECT id FROM accounts_account")
        with first_load.keys_after(first_load.DERIVED):
            for name, step in _steps():
                began = perf_counter()
                step()
                stages[name] = perf_counter() - began
            began = perf_counter()
        stages["keys and indexes"] = perf_counter() - began
    for name, seconds in stages.items():
        print(f"  {name:<23} {seconds:8.1f} s")
    print(f"from scratch              {perf_counter() - started:8.1f} s")
    print(f"peak memory               {peak.bytes / 2**30:8.2f} GB, PostgreSQL included")
    for table in ("link", "chain", "processexception", "accounthealth", "alert"):
        print(f"    {table:<20} {rows(f'SELECT count(*) FROM accounts_{table}')[0][0]:>12,} rows")


def _steps() -> list[tuple[str, object]]:
    return [
        ("summary", lambda: summarise(today=TODAY)),
        ("documents gathered", papers.gather),
        ("links", lambda: (links.make_links(tolerances()["inferred_link"]), links.store_links())),
        ("chains", lambda: (chains.make_chains(TODAY), chains.store_chains())),
        ("exceptions", lambda: (exceptions.find_exceptions(TODAY), exceptions.store_exceptions(NOW))),
        ("health", lambda: renew_health(at=NOW, today=TODAY)),
        ("alerts", lambda: renew_alerts(at=NOW, today=TODAY)),
    ]  # type: ignore[list-item]


def _changed(customers: int) -> None:
    """Five times over, a thousand invoices say something else and their customers are renewed."""
    step = max(BATCHES, customers // BATCH)
    for turn in range(BATCHES):
        execute("UPDATE accounts_invoice SET base_net_amount = base_net_amount + 1 WHERE id %% %s = %s", [step, turn])
        stages: dict[str, float] = {}
        started = perf_counter()
        with transaction.atomic():
            _touch(f"SELECT generate_series({turn or step}, {customers}, {step})")  # as told: nothing is looked for
            changed = derived.renew(at=NOW, timed=stages.__setitem__)
        seconds = perf_counter() - started
        told = ", ".join(f"{name} {part:.2f}" for name, part in stages.items() if part >= 0.01)
        print(f"{BATCH:,} documents changed   {seconds:8.2f} s, {sum(changed.values()):,} rows written ({told})")


def _touch(query: str) -> None:
    touched.begin()
    touched.touch(query)
    touched.settle()
