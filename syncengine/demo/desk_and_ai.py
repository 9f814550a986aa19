"""The help desk's JSON lines and the AI tool's Parquet tables."""

from __future__ import annotations

import polars as pl

from syncengine.demo.dice import Dice
from syncengine.demo.dirt import gaps
from syncengine.demo.files import OWN, moment


def organizations(rows: pl.DataFrame) -> pl.DataFrame:
    """Organisations of the help desk, nested."""
    return rows.select(
        pl.col("key").alias("id"),
        pl.col("told_name").alias("name"),
        pl.col("told_site").alias("domain"),
        pl.struct(
            pl.col("told_street").alias("street"),
            pl.col("told_postcode").alias("zip"),
            pl.col("told_city").alias("city"),
            pl.col("country").alias("country_code"),
        ).alias("address"),
        pl.col("told_phone").alias("phone"),
        moment(pl.col("modified")).alias("updated_at"),
        pl.lit(False).alias("deleted"),
        OWN,
    )


def users(dice: Dice, people: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """People who write to the help desk."""
    return people.with_columns(
        keys.alias("k"), gaps(dice, people["person"], "+" + people["direct"], 0.6, "user/phone").alias("ph")
    ).select(
        user_key(pl.col("person")).alias("id"),
        pl.col("k").alias("organization_id"),
        pl.col("person_name").alias("name"),
        pl.col("email").alias("email"),
        pl.lit(None, pl.String).alias("phone"),
        pl.col("language").alias("locale"),
        pl.lit(False).alias("deleted"),
        OWN,
    )


def user_key(person: pl.Expr) -> pl.Expr:
    """Key of a help desk user."""
    return "3905" + ((person * 48_271 + 31) % 1_000_000_000).cast(pl.String).str.zfill(9)


def tickets(rows: pl.DataFrame) -> pl.DataFrame:
    """Tickets, nested; rows carry organization, requester and order number."""
    return rows.select(
        ("T" + pl.col("ticket").cast(pl.String)).alias("id"),
        ("T-" + pl.col("ticket").cast(pl.String)).alias("number"),
        pl.struct(pl.col("organization").alias("organization_id"), user_key(pl.col("person")).alias("user_id")).alias(
            "requester"
        ),
        pl.col("subject"),
        pl.col("theme").alias("category"),
        pl.col("priority"),
        pl.col("status"),
        pl.struct(moment(pl.col("sla_due")).alias("due_at"), pl.col("breached")).alias("sla"),
        pl.struct(
            moment(pl.col("opened")).alias("opened_at"),
            moment(pl.col("answered")).alias("first_reply_at"),
            moment(pl.col("solved")).alias("solved_at"),
        ).alias("times"),
        pl.struct(pl.col("contacts"), pl.col("csat").alias("rating")).alias("effort"),
        pl.struct(pl.col("order_number")).alias("custom"),
        moment(pl.coalesce("solved", "answered", "opened")).alias("updated_at"),
        pl.lit(False).alias("deleted"),
        OWN,
    )


def companies(rows: pl.DataFrame) -> pl.DataFrame:
    """Companies as the AI tool has scraped them together."""
    return rows.select(
        pl.col("key").alias("company_id"),
        pl.col("told_name").alias("company_name"),
        pl.col("told_site").alias("domain"),
        pl.col("told_city").alias("city"),
        pl.col("country").alias("country"),
        pl.col("industry").alias("industry"),
        pl.col("employees").alias("headcount"),
        pl.col("modified").alias("refreshed_at"),
        pl.lit(False).alias("removed"),
        OWN,
    )


def scores(rows: pl.DataFrame) -> pl.DataFrame:
    """Scores of companies."""
    return rows.select(
        ("s" + pl.col("score_id").cast(pl.String)).alias("score_id"),
        pl.col("account_key").alias("company_id"),
        pl.col("kind"),
        pl.col("score").cast(pl.Float64),
        pl.col("text"),
        pl.col("model"),
        pl.col("version").alias("model_version"),
        pl.col("scored").alias("scored_at"),
        OWN,
    )


def usage(rows: pl.DataFrame) -> pl.DataFrame:
    """Running hours by month."""
    return rows.select(
        ("u" + pl.col("usage").cast(pl.String) + "-" + pl.col("month").dt.to_string("%Y%m")).alias("usage_id"),
        pl.col("account_key").alias("company_id"),
        pl.col("code").alias("sku"),
        pl.col("measure"),
        pl.col("month"),
        pl.col("quantity").cast(pl.Float64),
        pl.col("people").cast(pl.Int64),
        OWN,
    )


def products(wares: pl.DataFrame) -> pl.DataFrame:
    """The articles machines report about."""
    return wares.select(pl.col("code").alias("sku"), pl.col("name").alias("title"))
