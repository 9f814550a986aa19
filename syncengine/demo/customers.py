"""The true customers: who they are, whom they belong to, and how their story goes."""

from __future__ import annotations

import polars as pl

from syncengine.demo import places
from syncengine.demo.days import Days
from syncengine.demo.dice import Dice
from syncengine.demo.names import fold, make_company_names, make_legal_forms, make_stems, slug
from syncengine.demo.taxnumbers import make_registrations, make_tax_ids
from syncengine.demo.words import company, countries

# Customers come in blocks, in which groups, strangers of one name and shared offices have fixed places.
BLOCK = 50
GROUP, STRANGERS, OFFICE, CAMPUS = (0, 3), (20, 21), (30, 31), 6
STORIES = {
    "steady": 50,
    "growing": 13,
    "shrinking": 8,
    "quiet": 8,
    "late": 8,
    "trouble": 5,
    "unhappy": 4,
    "new": 4,
}
ENTITIES = {
    "DE": "DE01",
    "AT": "DE01",
    "NL": "DE01",
    "CH": "CH01",
    "FR": "FR01",
    "IT": "FR01",
    "ES": "FR01",
    "GB": "GB01",
    "US": "US01",
    "PL": "PL01",
}
SEATS = ["DE-N", "DE-S", "ALPS", "FRANCE", "SOUTH", "NORTH", "UK", "US"]  # two owners each
TERRITORIES = {
    "AT": "ALPS",
    "CH": "ALPS",
    "FR": "FRANCE",
    "IT": "SOUTH",
    "ES": "SOUTH",
    "NL": "NORTH",
    "PL": "NORTH",
    "GB": "UK",
    "US": "US",
}
TERMS = {
    "30 days net": 55,
    "14 days 2 %, 30 days net": 20,
    "14 days net": 12,
    "60 days net": 10,
    "prepaid": 3,
}


def make_customers(dice: Dice, first: int, count: int, days: Days) -> pl.DataFrame:
    """Customers first to first + count - 1, one row each."""
    ids = pl.int_range(first, first + count, eager=True)
    country = dice.weigh(_home(dice, ids), "country", {c: w["weight"] // 10 for c, w in countries().items()})
    frame = pl.DataFrame({"id": ids, "country": country})
    frame = places.by_country(frame, lambda part, code: _local(dice, part, code)).sort("id")
    frame = _relate(dice, frame)
    return _relationship(dice, _reachable(dice, frame), days)


def _home(dice: Dice, ids: pl.Series) -> pl.Series:
    # Most subsidiaries live in their parent's country.
    place = ids % BLOCK
    stays = (place > GROUP[0]) & (place <= GROUP[1]) & dice.chance(ids, "group/home", 0.75)
    return pl.select(pl.when(stays).then(ids - place).otherwise(ids)).to_series()


def _local(dice: Dice, part: pl.DataFrame, code: str) -> pl.DataFrame:
    ids = part["id"]
    where = places.make_places(dice, ids, code)
    before = places.make_places(dice, ids, code, "before").drop("area")
    before = before.rename({name: f"old_{name}" for name in before.columns})
    return (
        part.hstack(where)
        .hstack(before)
        .with_columns(
            make_company_names(dice, ids, code, where["city"]).alias("base"),
            make_legal_forms(dice, ids, code).alias("form"),
            places.make_phones(dice, ids, code, where["area"]).alias("phone"),
            make_tax_ids(dice, ids, code),
            make_registrations(dice, ids, code, where["city"]).cast(pl.String),
            dice.pick(ids, "group/division", countries()[code]["divisions"]).alias("division"),
        )
    )


def _relate(dice: Dice, frame: pl.DataFrame) -> pl.DataFrame:
    """Give groups their name, strangers the same name, and some neighbours one address."""
    ids, place = frame["id"], frame["id"] % BLOCK
    start = ids - place
    grouped = dice.chance(start, "group", 0.9) & (place > 0) & (place <= GROUP[1])
    grouped = grouped & (place <= 1 + dice.below(start, "group/size", 3))
    twin = (place == STRANGERS[1]) & dice.chance(start, "stranger", 0.8)
    neighbour = (place == OFFICE[1]) | (grouped & dice.chance(ids, "group/campus", 0.2))
    model = pl.select(
        pl.when(grouped).then(start).when(twin | (place == OFFICE[1])).then(ids - 1).otherwise(ids)
    ).to_series()
    other = frame[(model - ids[0]).clip(0, len(ids) - 1)] if len(ids) else frame
    same = pl.Series(other["country"] == frame["country"]) & neighbour & (other["id"] == model)
    frame = frame.with_columns(
        pl.when(grouped)
        .then(other["base"] + " " + frame["division"])
        .when(twin)
        .then(other["base"])
        .otherwise(frame["base"])
        .alias("base"),
        *(pl.when(same).then(other[c]).otherwise(frame[c]).alias(c) for c in ("street", "postcode", "city", "region")),
        pl.when(grouped).then(start).otherwise(None).alias("parent"),
        pl.when(grouped & dice.chance(ids, "group/domain", 0.55)).then(start).otherwise(ids).alias("domain_of"),
    )
    return frame


def _reachable(dice: Dice, frame: pl.DataFrame) -> pl.DataFrame:
    """Add names, web domain and mailbox; domains stand under .example, so that no mail reaches anyone."""
    ids = frame["id"]
    name = frame["base"] + " " + frame["form"]
    words = slug(frame["base"].str.replace_all(r" (&|et|e|y|i) ", " "))
    short = words.str.split("-").list.head(2).list.join("-")
    host = pl.select(pl.when(dice.chance(ids, "domain/short", 0.6)).then(short).otherwise(words)).to_series()
    taken = ~host.is_first_distinct()
    host = pl.select(
        pl.when(taken).then(host + "-" + slug(frame["city"]) + ids.cast(pl.String)).otherwise(host)
    ).to_series()
    domain = host + "-" + frame["country"].str.to_lowercase() + ".example"
    at = (frame["domain_of"] - ids[0]).clip(0, len(ids) - 1) if len(ids) else ids
    mailbox = dice.pick(ids, "mailbox", ["info", "info", "office", "contact", "sales", "mail"])
    trade = pl.select(
        pl.when(dice.chance(ids, "trade", 0.08)).then(make_stems(dice, ids, "trade/stem")).otherwise(None)
    ).to_series()
    return frame.with_columns(
        name.alias("legal_name"),
        frame["base"].alias("name"),
        trade.alias("trade_name"),
        domain.gather(at).alias("domain"),
        mailbox.alias("mailbox"),
    )


def _relationship(dice: Dice, frame: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Add how we deal with the customer: segment, territory, owner, currency, terms, story."""
    ids, words = frame["id"], company()
    segment = dice.weigh(ids, "segment", {"A": 10, "B": 30, "C": 60})
    territory, story = _territory(frame), dice.weigh(ids, "story", STORIES)
    seat = territory.replace_strict({code: 2 * i for i, code in enumerate(SEATS)}, return_dtype=pl.Int64)
    size = segment.replace_strict({"A": 900, "B": 180, "C": 40}, return_dtype=pl.Int64)
    return frame.with_columns(
        segment.alias("segment"),
        territory.alias("territory"),
        story.alias("story"),
        pl.Series(words["owners"]).gather(seat + dice.below(ids, "owner", 2)).alias("owner"),
        dice.pick(ids, "collector", words["collectors"]).alias("collector"),
        dice.pick(ids, "industry", words["industries"]).alias("industry"),
        (size * (0.3 + 1.9 * dice.unit(ids, "employees"))).cast(pl.Int64).alias("employees"),
        frame["country"].replace({c: w["currency"] for c, w in countries().items()}).alias("currency"),
        frame["country"].replace({c: w["language"] for c, w in countries().items()}).alias("language"),
        frame["country"].replace(ENTITIES).alias("entity"),
        dice.weigh(ids, "terms", TERMS).alias("terms"),
        dice.pick(ids, "incoterm", words["incoterms"]).alias("incoterm"),
        dice.between(ids, "duns", 100_000_000, 999_999_999).cast(pl.String).alias("duns"),
        days.back(_age(dice, ids, story)).alias("since"),
        fold(frame["city"]).alias("city_plain"),
        *_known_to(dice, ids),
    )


def _territory(frame: pl.DataFrame) -> pl.Series:
    north = frame["postcode"].str.slice(0, 1).is_in(list("01234"))
    return pl.select(
        pl.when(frame["country"] == "DE")
        .then(pl.when(north).then(pl.lit("DE-N")).otherwise(pl.lit("DE-S")))
        .otherwise(frame["country"].replace(TERRITORIES))
    ).to_series()


def _age(dice: Dice, ids: pl.Series, story: pl.Series) -> pl.Series:
    """For how many days they have been customers; below zero for those who come with the ticks."""
    years = dice.between(ids, "since", 800, 6500)
    age = pl.select(pl.when(story == "new").then(dice.between(ids, "since/new", 20, 85)).otherwise(years)).to_series()
    later = (story == "new") & dice.chance(ids, "born", 0.4)
    return pl.select(pl.when(later).then(-dice.between(ids, "born/day", 1, 365)).otherwise(age)).to_series()


def _known_to(dice: Dice, ids: pl.Series) -> tuple[pl.Series, ...]:
    """Which systems know the customer; every one is known to at least one of CRM and ERP."""
    crm = dice.chance(ids, "in/crm", 0.86)
    return (
        crm.alias("in_crm"),
        (dice.chance(ids, "in/erp", 0.80) | ~crm).alias("in_erp"),
        dice.chance(ids, "in/helpdesk", 0.45).alias("in_helpdesk"),
        dice.chance(ids, "in/ai", 0.72).alias("in_ai"),
    )
