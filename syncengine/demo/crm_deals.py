"""The CRM's opportunities and quotes."""

from __future__ import annotations

import polars as pl

from syncengine.demo.days import Days, moments
from syncengine.demo.dice import Dice
from syncengine.demo.files import OWN, WHOSE, moment, point
from syncengine.demo.orders import ROOM

DEAL = (pl.col("deal") // (4 * ROOM)).alias(WHOSE)
LIVE = pl.lit("false").alias("IsDeleted")


def deal_key(deal: pl.Expr) -> pl.Expr:
    """Key of an opportunity."""
    return "006Dn" + deal.cast(pl.String).str.zfill(13)


def opportunities(dice: Dice, days: Days, deals: pl.DataFrame) -> pl.DataFrame:
    """Opportunity.csv; deals carry account_key, amount, number and account name."""
    deal = deals["deal"]
    return deals.with_columns(
        moments(dice, days, deal, deals["id"], deals["opened"], "deal/at").alias("created"),
        moments(dice, days, deal, deals["id"], deals["moved"], "deal/moved/at").alias("mv"),
    ).select(
        deal_key(pl.col("deal")).alias("Id"),
        pl.col("account_key").alias("AccountId"),
        pl.col("number").alias("OpportunityNumber__c"),
        (pl.col("word") + " " + pl.col("number")).alias("Name"),
        pl.col("stage").alias("StageName"),
        point(pl.col("amount")).alias("Amount"),
        pl.col("currency").alias("CurrencyIsoCode"),
        pl.col("probability").alias("Probability"),
        pl.col("closed").dt.to_string("%Y-%m-%d").alias("CloseDate"),
        pl.col("owner").alias("OwnerName"),
        pl.col("next_step").alias("NextStep"),
        moment(pl.col("created")).alias("CreatedDate"),
        pl.when(pl.col("state") == "open").then(None).otherwise(moment(pl.col("mv"))).alias("ClosedAt__c"),
        moment(pl.col("mv")).alias("LastStageChangeDate"),
        moment(pl.col("mv")).alias("LastModifiedDate"),
        LIVE,
        OWN,
    )


def opportunity_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """OpportunityLineItem.csv."""
    return lines.select(
        ("00kDn" + pl.col("deal_line").cast(pl.String).str.zfill(13)).alias("Id"),
        deal_key(pl.col("deal")).alias("OpportunityId"),
        pl.col("position").alias("SortOrder"),
        ("01tDn00" + pl.col("code")).alias("Product2Id"),
        pl.col("ware").alias("Description"),
        pl.col("quantity").alias("Quantity"),
        point(pl.col("price")).alias("UnitPrice"),
        pl.col("currency").alias("CurrencyIsoCode"),
        LIVE,
        DEAL,
    )


def quote_key(deal: pl.Expr) -> pl.Expr:
    """Key of a quote; there is one a deal."""
    return "0Q0Dn" + deal.cast(pl.String).str.zfill(13)


def quotes(deals: pl.DataFrame) -> pl.DataFrame:
    """Quote.csv; deals carry quote_number, erp_quote and ship_key."""
    return deals.filter("quoted").select(
        quote_key(pl.col("deal")).alias("Id"),
        pl.col("account_key").alias("AccountId"),
        deal_key(pl.col("deal")).alias("OpportunityId"),
        pl.col("quote_number").alias("QuoteNumber"),
        pl.col("erp_quote").alias("ErpNumber__c"),
        pl.col("quote_status").alias("Status"),
        pl.col("quote_date").dt.to_string("%Y-%m-%d").alias("QuoteDate__c"),
        pl.col("valid_until").dt.to_string("%Y-%m-%d").alias("ExpirationDate"),
        pl.col("account_key").alias("ShipToAccount__c"),
        point(pl.col("quote_net")).alias("TotalPrice"),
        pl.col("currency").alias("CurrencyIsoCode"),
        pl.col("owner").alias("OwnerName"),
        moment(
            pl.when(pl.col("state") == "open")
            .then("quote_date")
            .otherwise(pl.max_horizontal("closed", "quote_date"))
            .cast(pl.Datetime("us"))
        ).alias("LastModifiedDate"),
        LIVE,
        OWN,
    )


def quote_lines(dice: Dice, lines: pl.DataFrame, remarks: list[str]) -> pl.DataFrame:
    """QuoteLineItem.csv; lines carry quote_date."""
    short = dice.chance(lines["deal_line"], "quote/short", 0.04)
    expiry = pl.col("quote_date") + pl.duration(days=pl.when(pl.lit(short)).then(14).otherwise(180))
    return lines.with_columns(dice.pick(lines["deal_line"], "remark", remarks).alias("remark")).select(
        ("0QLDn" + pl.col("deal_line").cast(pl.String).str.zfill(13)).alias("Id"),
        quote_key(pl.col("deal")).alias("QuoteId"),
        pl.col("position").alias("LineNumber"),
        ("01tDn00" + pl.col("code")).alias("Product2Id"),
        pl.col("ware").alias("Description"),
        pl.col("quantity").alias("Quantity"),
        point(pl.col("price")).alias("UnitPrice"),
        pl.col("discount").alias("Discount"),
        pl.when(pl.col("discount") > 0)
        .then(expiry.dt.to_string("%Y-%m-%d"))
        .otherwise(None)
        .alias("DiscountExpires__c"),
        point(pl.col("net")).alias("TotalPrice"),
        pl.col("currency").alias("CurrencyIsoCode"),
        pl.col("remark").alias("Remark__c"),
        LIVE,
        DEAL,
    )
