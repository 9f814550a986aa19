"""The company as it stands on one day: every export table of a part of the customers."""

from __future__ import annotations

import polars as pl

from syncengine.demo import crm_customers, desk_and_ai, erp_masters, sales_papers, service_papers
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
        "crm/accounts.csv": crm_customers.accounts(dice, crm.with_columns(parent.alias("parent_key")), known),
        "erp/customers.csv": erp_masters.customers(dice, part.rows["erp"], credit),
        "helpdesk/organizations.jsonl": desk_and_ai.organizations(part.rows["helpdesk"]),
        "ai/companies.parquet": desk_and_ai.companies(part.rows["ai"]),
    }


def plain_credit(part: Part) -> pl.DataFrame:
    """Credit terms by segment alone, for companies made without papers."""
    return sales_papers.credit_terms(
        part,
        pl.DataFrame(schema={"id": pl.Int64, "yearly": pl.Int64, "half": pl.Int64}),
        pl.DataFrame(schema={"id": pl.Int64, "overdue_since": pl.Date}),
    )


def _contact_tables(part: Part) -> Tables:
    dice, live = part.dice, part.customers.filter(pl.col("since") <= part.days.today)
    people = make_contacts(dice, live)
    origin = pl.lit(part.days.origin)
    keys = {
        s: keys_of(dice, people["person"], people["id"], part.rows[s], "person") for s in ("crm", "erp", "helpdesk")
    }
    there = {
        "crm": keys["crm"].is_not_null() & ((people["slot"] < 2) | dice.chance(people["person"], "crm/person", 0.8)),
        "erp": keys["erp"].is_not_null() & dice.chance(people["person"], "erp/person", 0.35),
        "helpdesk": keys["helpdesk"].is_not_null()
        & ((people["slot"] < 1) | dice.chance(people["person"], "hd/person", 0.5)),
    }
    pick = lambda system: (people.filter(there[system]), keys[system].filter(there[system]))  # noqa: E731
    return {
        "crm/contacts.csv": crm_customers.contacts(dice, *pick("crm"), origin),
        "erp/contacts.csv": erp_masters.contacts(*pick("erp")),
        "helpdesk/users.jsonl": desk_and_ai.users(dice, *pick("helpdesk")),
    }


def _common_tables(part: Part) -> Tables:
    """What does not belong to customers; told once, with the first part."""
    if part.number:
        return {}
    wares = part.wares
    return {
        "crm/products.csv": crm_customers.products(wares.products),
        "erp/products.csv": erp_masters.products(wares.products),
        "ai/products.parquet": desk_and_ai.products(wares.products),
        "erp/price_books.csv": erp_masters.price_books(wares.books),
        "erp/stock.csv": erp_masters.stock(wares.stock),
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
    kept = [
        "id",
        "story",
        "parent",
        "name",
        "legal_name",
        "trade_name",
        "city",
        "country",
        "tax_id",
        "segment",
    ]
    return part.customers.filter(pl.col("since") <= part.days.today).select(kept)
