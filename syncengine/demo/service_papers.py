"""Tickets, activities, contracts, scores, usage, campaigns and leads as tables of their systems."""

from __future__ import annotations

import polars as pl

from syncengine.demo import crm_customers, desk_and_ai, insights, marketing, service
from syncengine.demo.part import Part
from syncengine.demo.people import make_contacts
from syncengine.demo.sales_papers import Papers
from syncengine.demo.tellings import keys_of

LEADS_PER_CUSTOMER = 0.16


def make(part: Part, papers: Papers) -> dict[str, pl.DataFrame]:
    """All tables of this room."""
    live = part.customers.filter(pl.col("since") <= part.days.today)
    tables = _sales_tables(part, live, papers) | _campaign_tables(part, live, papers)
    return tables | _desk_tables(part, live, papers) | _ai_tables(part, live)


def _keyed(part: Part, frame: pl.DataFrame, system: str, row: str, tag: str) -> pl.DataFrame:
    keys = keys_of(part.dice, frame[row], frame["id"], part.rows[system], tag)
    return frame.with_columns(keys.alias("account_key"))


def _first_deals(papers: Papers) -> pl.DataFrame:
    return papers.deals.select("id", "deal").unique("id", keep="first", maintain_order=True)


def _sales_tables(part: Part, live: pl.DataFrame, papers: Papers) -> dict[str, pl.DataFrame]:
    known = live.filter("in_crm")
    acts = _keyed(part, service.make_activities(part.dice, known, part.days), "crm", "activity", "activity")
    slots = acts["segment"].replace_strict({"A": 2, "B": 2, "C": 1}, return_dtype=pl.Int64)
    person = acts["id"] * 8 + part.dice.below(acts["activity"], "activity/who", slots)
    about = part.dice.chance(acts["activity"], "activity/deal", 0.3)
    acts = acts.with_columns(person.alias("person"), about.alias("about"))
    acts = acts.join(_first_deals(papers), on="id", how="left", maintain_order="left").with_columns(
        pl.when("about").then("deal").otherwise(None).alias("deal"),
        pl.when(pl.col("kind") == "note")
        .then(None)
        .otherwise(crm_customers.person_key(pl.col("person")))
        .alias("contact_key"),
    )
    contracts = _keyed(part, service.make_contracts(part.dice, known, part.days), "crm", "id", "contract")
    return {
        "crm/activities.csv": crm_customers.activities(acts),
        "crm/contracts.csv": crm_customers.contracts(contracts),
    }


def _campaign_tables(part: Part, live: pl.DataFrame, papers: Papers) -> dict[str, pl.DataFrame]:
    campaigns = marketing.make_campaigns(part.dice, part.days)
    people = make_contacts(part.dice, live.filter("in_crm")).filter(pl.col("slot") < 2)
    members = _keyed(part, marketing.make_members(part.dice, people, campaigns, part.days), "crm", "person", "person")
    count = int(part.customers.height * LEADS_PER_CUSTOMER)
    first = int(part.customers["id"].min() or 0)  # type: ignore[arg-type]
    leads = marketing.make_leads(part.dice, first, count, part.customers, part.days)
    leads = _keyed(part, leads, "crm", "lead", "lead").join(
        _first_deals(papers), on="id", how="left", maintain_order="left"
    )
    tables = {
        "crm/campaign_members.csv": crm_customers.members(members),
        "crm/leads.csv": crm_customers.leads(leads),
    }
    return tables if part.number else tables | {"crm/campaigns.csv": crm_customers.campaigns(campaigns)}


def _desk_tables(part: Part, live: pl.DataFrame, papers: Papers) -> dict[str, pl.DataFrame]:
    tickets = service.make_tickets(part.dice, live.filter("in_helpdesk"), part.days)
    tickets = _keyed(part, tickets, "helpdesk", "ticket", "ticket").rename({"account_key": "organization"})
    latest = papers.orders.select("id", "date", pl.col("number").alias("order_number")).sort("date", "order_number")
    tickets = tickets.with_columns(pl.col("opened").dt.date().alias("date"), (pl.col("id") * 8).alias("person"))
    tickets = tickets.sort("date", "ticket").join_asof(latest, on="date", by="id", check_sortedness=False)
    tickets = tickets.with_columns(
        pl.when("about_order").then("order_number").otherwise(None).alias("order_number"),
        pl.when(pl.col("ticket") % 397 == 5).then(9).otherwise("csat").alias("csat"),
    ).sort("ticket")
    return {"helpdesk/tickets.jsonl": desk_and_ai.tickets(tickets)}


def _ai_tables(part: Part, live: pl.DataFrame) -> dict[str, pl.DataFrame]:
    known = live.filter("in_ai")
    scores = _keyed(part, insights.make_scores(part.dice, known, part.days), "ai", "score_id", "score")
    codes = part.wares.products.filter(pl.col("family").is_in(["Pumps", "Drives", "Controls"]))["code"].to_list()
    used = _keyed(part, insights.make_usage(part.dice, known, codes, part.days), "ai", "usage", "usage")
    return {"ai/scores.parquet": desk_and_ai.scores(scores), "ai/usage.parquet": desk_and_ai.usage(used)}
