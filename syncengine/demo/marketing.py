"""Campaigns, who was asked to them, and leads."""

from __future__ import annotations

import polars as pl

from syncengine.demo.days import AHEAD, Days
from syncengine.demo.dice import Dice
from syncengine.demo.names import make_company_names, make_people, slug
from syncengine.demo.orders import after
from syncengine.demo.places import by_country
from syncengine.demo.words import company, texts

SLA_HOURS = {"severe": 8, "high": 24, "normal": 72, "low": 120}
CAMPAIGNS = 12


def make_campaigns(dice: Dice, days: Days) -> pl.DataFrame:
    """A dozen campaigns over two years."""
    ids = pl.int_range(0, CAMPAIGNS, eager=True)
    start = days.back(700 - ids * 62)
    end = after(start, dice.between(ids, "campaign/days", 4, 40))
    names = pl.Series(texts()["campaign_names"]).gather(ids % len(texts()["campaign_names"]))
    return pl.DataFrame({"campaign": ids, "start": start, "end": end}).with_columns(
        (names + " " + start.dt.year().cast(pl.String)).alias("name"),
        dice.pick(ids, "campaign/kind", texts()["campaign_kinds"]).alias("kind"),
        (dice.between(ids, "campaign/budget", 20, 400) * 10_000).alias("budget"),
        pl.when(start > days.today)
        .then(pl.lit("planned"))
        .when(end >= days.today)
        .then(pl.lit("running"))
        .otherwise(pl.lit("ended"))
        .alias("status"),
    )


def make_members(dice: Dice, people: pl.DataFrame, campaigns: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Who was asked to a campaign and how far they went."""
    chosen = people.filter(dice.chance(people["person"], "member", 0.16))
    person = chosen["person"]
    at = dice.below(person, "member/campaign", CAMPAIGNS)
    status = dice.weigh(person, "member/status", {"sent": 55, "opened": 25, "responded": 14, "attended": 6})
    there = status.is_in(["responded", "attended"])
    day = after(campaigns["start"].gather(at), dice.below(person, "member/day", 6))
    return chosen.with_columns(
        at.alias("campaign"),
        status.alias("status"),
        pl.when(there).then(day).otherwise(None).alias("responded"),
        day.alias("day"),
    ).filter(pl.col("day") <= days.today)


def make_leads(
    dice: Dice, first: int, count: int, customers: pl.DataFrame, days: Days, tag: str = "lead"
) -> pl.DataFrame:
    """People who asked for something; a few became customers we know."""
    ids = pl.int_range(first, first + count, eager=True)
    country = dice.pick(ids, tag + "/country", ["DE", "DE", "AT", "FR", "GB", "US", "IT", "NL"])
    frame = pl.DataFrame({"lead": ids, "country": country})
    frame = by_country(frame, lambda part, code: _lead_people(dice, part, code)).sort("lead")
    known = customers.filter("in_crm")["id"] if customers.height else pl.Series([], dtype=pl.Int64)
    status = dice.weigh(ids, tag + "/status", {"new": 25, "working": 25, "qualified": 15, "converted": 15, "lost": 20})
    if not len(known):
        status = status.replace("converted", "lost")
    became = known.gather(dice.below(ids, tag + "/became", len(known))) if len(known) else ids
    return frame.with_columns(
        status.alias("status"),
        pl.when(status == "converted").then(became).otherwise(None).alias("id"),
        dice.below(ids, tag + "/campaign", CAMPAIGNS).alias("campaign"),
        dice.pick(ids, tag + "/source", texts()["lead_sources"]).alias("source"),
        days.back(dice.between(ids, tag + "/age", -AHEAD, 400)).alias("created"),
        dice.pick(ids, tag + "/owner", company()["owners"]).alias("owner"),
    ).filter(pl.col("created") <= days.today)


def _lead_people(dice: Dice, part: pl.DataFrame, code: str) -> pl.DataFrame:
    ids = part["lead"]
    people = make_people(dice, ids, code)
    firm = make_company_names(dice, ids + 777_000_000, code, pl.Series([""]).new_from_index(0, len(ids)))
    firm = firm.str.strip_chars()
    mail = slug(people["first"]) + "." + slug(people["last"]).str.replace_all("-", "") + "@" + slug(firm) + ".example"
    return part.with_columns(
        (people["first"] + " " + people["last"]).alias("person_name"),
        firm.alias("company"),
        mail.alias("email"),
    )
