"""The people who work for customers."""

from __future__ import annotations

import polars as pl

from syncengine.demo.dice import Dice
from syncengine.demo.names import make_people, slug
from syncengine.demo.places import by_country, make_mobiles
from syncengine.demo.words import company, countries


def make_contacts(dice: Dice, customers: pl.DataFrame) -> pl.DataFrame:
    """One row a person: name, mailbox, phones, position, consent."""
    count = customers["segment"].replace_strict({"A": 4, "B": 3, "C": 2}, return_dtype=pl.Int64)
    count = count - dice.below(customers["id"], "people/fewer", 2)
    frame = customers.select("id", "country", "language", "domain", "phone")
    frame = frame.with_columns(count.alias("n")).with_columns(pl.int_ranges(0, pl.col("n")).alias("slot"))
    frame = frame.explode("slot").with_columns((pl.col("id") * 8 + pl.col("slot")).alias("person"))
    return by_country(frame, lambda part, code: _local(dice, part, code)).sort("person")


def _local(dice: Dice, part: pl.DataFrame, code: str) -> pl.DataFrame:
    ids, words = part["person"], company()
    people = make_people(dice, ids, code)
    first, last = slug(people["first"]), slug(people["last"]).str.replace_all("-", "")
    initial = dice.chance(part["id"], "person/initial", 0.3)
    mailbox = pl.select(pl.when(initial).then(first.str.slice(0, 1)).otherwise(first)).to_series() + "." + last
    titles = words["job_titles"][countries()[code]["language"]]
    place = dice.below(ids, "person/title", len(titles))
    asked = dice.chance(ids, "person/asked", 0.7)
    return part.hstack(people).with_columns(
        (people["first"] + " " + people["last"]).alias("person_name"),
        (mailbox + "@" + part["domain"]).alias("email"),
        make_mobiles(dice, ids, code).alias("mobile"),
        (part["phone"].str.head(-2) + dice.between(ids, "person/dial", 11, 98).cast(pl.String)).alias("direct"),
        pl.Series(titles).gather(place).alias("title"),
        pl.Series(words["buying_roles"]).gather(place).alias("role"),
        pl.when(asked).then(dice.chance(ids, "person/consent", 0.62)).otherwise(None).alias("consent_email"),
        pl.when(asked).then(dice.chance(ids, "person/consent/phone", 0.35)).otherwise(None).alias("consent_phone"),
        dice.pick(ids, "person/source", ["web form", "fair", "contract", "telephone"]).alias("consent_source"),
        dice.between(ids, "person/consent/age", 30, 1400).alias("consent_age"),
        dice.chance(ids, "person/bounced", 0.03).alias("bounced"),
        dice.weigh(ids, "person/status", {"active": 92, "left": 6, "inactive": 2}).alias("person_status"),
    )
