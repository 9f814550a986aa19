"""The whole company as it stands on one day: every export table of a part of the customers, by folder and file."""

from __future__ import annotations

import polars as pl

from syncengine.demo import export_crm, export_erp, export_light, sales_papers, service_papers
from syncengine.demo.part import Part
from syncengine.demo.people import make_contacts
from syncengine.demo.tellings import keys_of

Tables = dict[str, pl.DataFrame]


def make_tables(part: Part) -> Tables:
    """Every table of a part."""
    papers, credit = sales_papers.make(part)
    service = service_papers.make(part, papers)
    return account_tables(part, credit) | _contact_tables(part) | papers.tables | service | _common_tables(part)


def account_tables(part: Part, credit: pl.DataFrame) -> Tables:
    """The customers as each system lists them."""
    dice, crm = part.dice, part.rows["crm"]
    parent = keys_of(dice, crm["row"], crm["parent"], crm, "parent")
    known = keys_of(dice, crm["row"], crm["id"], part.rows["erp"], "known")
    return {
        "crm/accounts.csv": export_crm.accounts(dice, crm.with_columns(parent.alias("parent_key")), known),
        "erp/customers.csv": export_erp.customers(dice, part.rows["erp"], credit),
        "helpdesk/organizations.jsonl": export_light.organizations(part.rows["helpdesk"]),
        "ai/companies.parquet": export_light.companies(part.rows["ai"]),
    }


def plain_credit(part: Part) -> pl.DataFrame:
    """Credit terms by segment alone, for companies made without papers."""
    return sales_papers.credit_terms(part, pl.DataFrame(schema={"id": pl.Int64, "yearly": pl.Int64, "half": pl.Int64}),
                                     pl.DataFrame(schema={"id": pl.Int64, "overdue_since": pl.Date}))  # fmt: skip


def _contact_tables(part: Part) -> Tables:
    dice, live = part.dice, part.customers.filter(pl.col("since") <= part.days.today)
    people = make_contacts(dice, live)
    origin = pl.lit(part.days.origin)
    keys = {s: keys_of(dice, people["person"], people["id"], part.rows[s], "person") for s in ("crm", "erp", "helpdesk")}
    there = {
        "crm": keys["crm"].is_not_null() & ((people["slot"] < 2) | dice.chance(people["person"], "crm/person", 0.8)),
        "erp": keys["erp"].is_not_null() & dice.chance(people["person"], "erp/person", 0.35),
        "helpdesk": keys["helpdesk"].is_not_null() & ((people["slot"] < 1) | dice.chance(people["person"], "hd/person", 0.5)),
    }
    pick = lambda system: (people.filter(there[system]), keys[system].filter(there[system]))  # noqa: E731
    return {
        "crm/contacts.csv": export_crm.contacts(dice, *pick("crm"), origin),
        "erp/contacts.csv": export_erp.contacts(*pick("erp")),
        "helpdesk/users.jsonl": export_light.users(dice, *pick("helpdesk")),
    }


def _common_tables(part: Part) -> Tables:
    """What does not belong to customers; told once, with the first part."""
    if part.number:
        return {}
    wares = part.wares
    return {
        "crm/products.csv": export_crm.products(wares.products),
        "erp/products.csv": export_erp.products(wares.products),
        "ai/products.parquet": export_light.products(wares.products),
        "erp/price_books.csv": export_erp.price_books(wares.books),
        "erp/stock.csv": export_erp.stock(wares.stock),
    }


def truth(part: Part) -> pl.DataFrame:
    """Which true customer each account record of each system tells of."""
    frames = [
        rows.select(pl.lit(system).alias("source"), "key", pl.col("id").alias("customer"), "copy")
        for system, rows in part.rows.items()
    ]
    return pl.concat(frames)


def stories(part: Part) -> pl.DataFrame:
    """What was planted: the story, group and true master data of each customer."""
    kept = ["id", "story", "parent", "name", "legal_name", "trade_name", "city", "country", "tax_id", "segment"]
    return part.customers.filter(pl.col("since") <= part.days.today).select(kept)
