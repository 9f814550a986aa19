"""Customers as each system knows them: which rows it has, under which keys, and how they are written."""

from __future__ import annotations

import polars as pl

from syncengine.demo.days import Days, moments
from syncengine.demo.dice import Dice
from syncengine.demo.dirt import gaps, messy_names, messy_streets, typos, where
from syncengine.demo.places import international, national

COPIES = {"crm": 0.045, "erp": 0.032, "helpdesk": 0.03, "ai": 0.02}  # customers a system has twice
CODES = {"crm": 1, "erp": 2, "helpdesk": 3, "ai": 4}


def scrambled(numbers: pl.Series) -> pl.Series:
    """Nine digits that don't betray their order; distinct for distinct numbers below a thousand million."""
    return ((numbers * 48_271 + 104_729) % 1_000_000_000).cast(pl.String).str.zfill(9)


def _with_copies(dice: Dice, known: pl.DataFrame, system: str) -> pl.DataFrame:
    """Those a system knows, and a second time those it entered twice."""
    twice = known.filter(dice.chance(known["id"], f"twice/{system}", COPIES[system]))
    numbered = [part.with_columns(pl.lit(copy, pl.Int64).alias("copy")) for copy, part in enumerate((known, twice))]
    return pl.concat(numbered).sort("id", "copy")


def make_rows(dice: Dice, customers: pl.DataFrame, system: str, days: Days) -> pl.DataFrame:
    """One row a source record of a system: the customer, `row` (a number of its own), `copy`, `key`.

    After the company was made phones change, customers come, and duplicates are merged away.
    """
    rows = _with_copies(dice, customers.filter(pl.col(f"in_{system}") & (pl.col("since") <= days.today)), system)
    row = (rows["id"] * 2 + rows["copy"]) * 8 + CODES[system]
    merged_on = days.back(-dice.between(row, "merged", 1, 300))
    gone = (rows["copy"] == 1) & (merged_on <= days.today)
    changes = days.back(-dice.between(row, "changes", 1, 500))
    changed = dice.chance(row, "changes/at all", 0.6) & (changes <= days.today)
    touched = days.back(dice.below(row, "modified", 700))
    at = where(changed, changes, pl.select(pl.max_horizontal(touched, rows["since"])).to_series())
    other = rows["phone"].str.head(-3) + dice.between(row, "changes/to", 100, 999).cast(pl.String)
    return rows.with_columns(
        row.alias("row"),
        _keys(rows, system).alias("key"),
        where(changed, other, rows["phone"]).alias("phone"),
        changed.alias("changed"),
        moments(dice, days, row, rows["id"], at, "minute").alias("modified"),
    ).filter(~gone)


def _keys(rows: pl.DataFrame, system: str) -> pl.Series:
    number = rows["id"] * 2 + rows["copy"]
    if system == "crm":
        return "001Dn0000" + scrambled(number)
    if system == "erp":
        return (1_000_000 + number).cast(pl.String)
    return ("3604" if system == "helpdesk" else "cmp_") + scrambled(number)


def _dialled(dice: Dice, rows: pl.DataFrame) -> pl.Series:
    """The switchboard or an extension, spelled as one dials it at home or from abroad."""
    ids = rows["row"]
    direct = rows["phone"].str.head(-2) + dice.between(ids, "direct/dial", 10, 98).cast(pl.String)
    phone = where(dice.chance(ids, "direct", 0.14), direct, rows["phone"])
    home, abroad = national(rows["country"], phone), international(rows["country"], phone)
    return where(dice.chance(ids, "phone/home", 0.4), home, abroad)


def crm_rows(dice: Dice, rows: pl.DataFrame) -> pl.DataFrame:
    """Names and addresses as sales people typed them."""
    ids = rows["row"]
    moved = dice.chance(ids, "moved", 0.07)
    hidden = dice.chance(ids, "domain/none", 0.38)
    site = where(dice.chance(ids, "site/form", 0.5), "www." + rows["domain"], "https://www." + rows["domain"] + "/")
    mail = rows["mailbox"] + "@" + rows["domain"]
    mistyped = typos(dice, ids, rows["tax_id"], 1.0, "tax/typo")
    tax = where(dice.chance(ids, "tax/other", 0.012), mistyped, rows["tax_id"])
    return rows.with_columns(
        messy_names(dice, rows, bare=0.35, trade=0.35, typing=0.035).alias("told_name"),
        messy_streets(dice, rows, where(moved, rows["old_street"], rows["street"])).alias("told_street"),
        where(moved, rows["old_postcode"], rows["postcode"]).alias("told_postcode"),
        where(moved, rows["old_city"], rows["city"]).alias("told_city"),
        where(moved, rows["old_region"], rows["region"]).alias("told_region"),
        gaps(dice, ids, _dialled(dice, rows), 0.22, "phone/none").alias("told_phone"),
        where(hidden, None, gaps(dice, ids, site, 0.1, "site/none")).alias("told_site"),
        where(hidden, None, gaps(dice, ids, mail, 0.45, "mail/none")).alias("told_email"),
        gaps(dice, ids, tax, 0.70, "tax/none").alias("told_tax"),
    )


def erp_rows(dice: Dice, rows: pl.DataFrame) -> pl.DataFrame:
    """Names and addresses as bookkeeping keeps them: nearly right, at times in capitals."""
    ids = rows["row"]
    moved = dice.chance(ids, "moved", 0.03)
    spelled = national(rows["country"], rows["phone"]).str.replace(" ", "/", literal=True)
    return rows.with_columns(
        messy_names(dice, rows, bare=0.03, trade=0.04, typing=0.02).alias("told_name"),
        messy_streets(dice, rows, where(moved, rows["old_street"], rows["street"])).alias("told_street"),
        where(moved, rows["old_postcode"], rows["postcode"]).alias("told_postcode"),
        where(moved, rows["old_city"], rows["city"]).alias("told_city"),
        gaps(dice, ids, spelled, 0.35, "phone/none").alias("told_phone"),
        gaps(dice, ids, "rechnung@" + rows["domain"], 0.6, "mail/none").alias("told_email"),
        gaps(dice, ids, rows["tax_id"], 0.14, "tax/none").alias("told_tax"),
        gaps(dice, ids, rows["registration_id"], 0.35, "register/none").alias("told_register"),
        gaps(dice, ids, rows["duns"], 0.7, "duns/none").alias("told_duns"),
    )


def light_rows(dice: Dice, rows: pl.DataFrame) -> pl.DataFrame:
    """Names as help desk and AI tool have them: short, with a domain more often than an address."""
    ids = rows["row"]
    return rows.with_columns(
        messy_names(dice, rows, bare=0.55, trade=0.3, typing=0.03).alias("told_name"),
        gaps(dice, ids, messy_streets(dice, rows, rows["street"]), 0.5, "street/none").alias("told_street"),
        gaps(dice, ids, rows["postcode"], 0.4, "postcode/none").alias("told_postcode"),
        gaps(dice, ids, rows["city"], 0.12, "city/none").alias("told_city"),
        gaps(dice, ids, rows["domain"], 0.28, "site/none").alias("told_site"),
        gaps(dice, ids, international(rows["country"], rows["phone"]), 0.5, "phone/none").alias("told_phone"),
    )


def keys_of(dice: Dice, ids: pl.Series, customers: pl.Series, rows: pl.DataFrame, tag: str) -> pl.Series:
    """For each paper the key its customer has in a system; of two records now and then the second."""
    first = rows.filter(pl.col("copy") == 0).select("id", pl.col("key").alias("k0"))
    second = rows.filter(pl.col("copy") == 1).select("id", pl.col("key").alias("k1"))
    frame = pl.DataFrame({"id": customers.cast(pl.Int64), "other": dice.chance(ids, f"copy/{tag}", 0.25)})
    frame = frame.join(first, on="id", how="left", maintain_order="left")
    frame = frame.join(second, on="id", how="left", maintain_order="left")
    chosen = pl.when(pl.col("other") & pl.col("k1").is_not_null()).then("k1").otherwise("k0")
    return frame.select(chosen.alias("key")).to_series()
