"""What the papers say adds up to the cent and refers to papers that exist."""

from __future__ import annotations

import polars as pl
import pytest

from tests.syncengine.demo.conftest import Company


def cents(column: str) -> pl.Expr:
    """An amount with a decimal comma or point, in cents."""
    return pl.col(column).str.replace(",", ".", literal=True).str.replace(".", "", literal=True).cast(pl.Int64)


def _sums(frame: pl.DataFrame, by: str, amount: str) -> dict[str, int]:
    rows = frame.filter(pl.col(by).is_not_null()).group_by(by).agg(cents(amount).sum())
    return dict(rows.iter_rows())


@pytest.mark.parametrize(
    ("head", "key", "amount", "lines", "line_amount"),
    [
        ("orders", "Auftragsnr", "Nettowert", "order_lines", "Nettowert"),
        ("invoices", "Rechnungsnr", "Netto", "invoice_lines", "Netto"),
        ("credit_notes", "Gutschriftnr", "Netto", "credit_note_lines", "Netto"),
    ],
)
def test_lines_sum_to_their_paper(
    company: Company, head: str, key: str, amount: str, lines: str, line_amount: str
) -> None:
    papers = _sums(company.read(f"erp/{head}.csv"), key, amount)

    assert _sums(company.read(f"erp/{lines}.csv"), key, line_amount) == papers


def test_quote_lines_sum_to_their_quote(company: Company) -> None:
    quotes = _sums(company.read("crm/quotes.csv"), "Id", "TotalPrice")

    assert _sums(company.read("crm/quote_lines.csv"), "QuoteId", "TotalPrice") == quotes


def test_invoices_are_open_by_what_was_not_settled(company: Company) -> None:
    invoices = company.read("erp/invoices.csv")
    settled = _sums(company.read("erp/settlements.csv"), "Rechnungsnr", "Betrag")
    rows = invoices.select("Rechnungsnr", cents("Brutto"), cents("Offen"), cents("Netto"), cents("Steuer"), "Status")

    for number, gross, open_, net, tax, status in rows.iter_rows():
        assert gross == net + tax
        assert open_ == gross - settled.get(number, 0)
        assert status == ("BEZAHLT" if open_ == 0 else "OFFEN")


def test_payments_are_used_by_their_settlements(company: Company) -> None:
    payments = company.read("erp/payments.csv")
    used = _sums(company.read("erp/settlements.csv"), "Zahlungsnr", "Betrag")

    for number, amount, rest in payments.select("Zahlungsnr", cents("Betrag"), cents("NichtZugeordnet")).iter_rows():
        assert amount == used[number] + rest


def test_credit_notes_are_open_by_what_was_not_used(company: Company) -> None:
    credits = company.read("erp/credit_notes.csv").select("Gutschriftnr", cents("Brutto"), cents("Offen"))
    used = _sums(company.read("erp/settlements.csv"), "Gutschriftnr", "Betrag")

    assert all(open_ == gross - used.get(number, 0) for number, gross, open_ in credits.iter_rows())


@pytest.mark.parametrize(
    ("table", "column", "other"),
    [
        ("erp/order_lines.csv", "Auftragsnr", "erp/orders.csv"),
        ("erp/order_lines.csv", "Artikelnr", "erp/products.csv"),
        ("erp/shipments.csv", "Auftragsnr", "erp/orders.csv"),
        ("erp/shipment_lines.csv", "Liefernr", "erp/shipments.csv"),
        ("erp/shipment_lines.csv", "AuftragspositionId", "erp/order_lines.csv"),
        ("erp/invoices.csv", "Auftragsnr", "erp/orders.csv"),
        ("erp/invoice_lines.csv", "AuftragspositionId", "erp/order_lines.csv"),
        ("erp/settlements.csv", "Rechnungsnr", "erp/invoices.csv"),
        ("erp/settlements.csv", "Zahlungsnr", "erp/payments.csv"),
        ("erp/settlements.csv", "Gutschriftnr", "erp/credit_notes.csv"),
        ("erp/prices.csv", "Preisliste", "erp/price_books.csv"),
        ("erp/prices.csv", "Kundennr", "erp/customers.csv"),
        ("erp/promises.csv", "Rechnungsnr", "erp/invoices.csv"),
        ("erp/returns.csv", "Auftragsnr", "erp/orders.csv"),
        ("erp/contacts.csv", "Kundennr", "erp/customers.csv"),
        ("crm/contacts.csv", "AccountId", "crm/accounts.csv"),
        ("crm/accounts.csv", "ParentId", "crm/accounts.csv"),
        ("crm/opportunities.csv", "AccountId", "crm/accounts.csv"),
        ("crm/opportunity_lines.csv", "OpportunityId", "crm/opportunities.csv"),
        ("crm/opportunity_lines.csv", "Product2Id", "crm/products.csv"),
        ("crm/quotes.csv", "OpportunityId", "crm/opportunities.csv"),
        ("crm/activities.csv", "AccountId", "crm/accounts.csv"),
        ("crm/activities.csv", "WhoId", "crm/contacts.csv"),
        ("crm/activities.csv", "WhatId", "crm/opportunities.csv"),
        ("crm/campaign_members.csv", "ContactId", "crm/contacts.csv"),
        ("crm/campaign_members.csv", "CampaignId", "crm/campaigns.csv"),
        ("crm/leads.csv", "ConvertedAccountId", "crm/accounts.csv"),
        ("crm/contracts.csv", "AccountId", "crm/accounts.csv"),
        ("helpdesk/users.jsonl", "organization_id", "helpdesk/organizations.jsonl"),
        ("ai/scores.parquet", "company_id", "ai/companies.parquet"),
        ("ai/usage.parquet", "sku", "ai/products.parquet"),
    ],
)
def test_references_name_rows_that_exist(company: Company, table: str, column: str, other: str) -> None:
    keys = company.read(other)
    known = set(keys[keys.columns[0]])

    assert set(company.read(table)[column].drop_nulls()) - known == set()


def test_only_planted_orders_name_unknown_customers(company: Company) -> None:
    orders, customers = company.read("erp/orders.csv"), set(company.read("erp/customers.csv")["Kundennr"])
    unknown = orders.filter(~pl.col("Kundennr").is_in(list(customers)))["Kundennr"]

    assert unknown.str.starts_with("99").all()
    assert 0 < len(unknown) < orders.height * 0.01
