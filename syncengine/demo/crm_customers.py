"""The CRM's customers and people, and what marketing and sales do with them: comma separated, UTF-8."""

from __future__ import annotations

import polars as pl

from syncengine.demo.crm_deals import LIVE, deal_key
from syncengine.demo.dice import Dice
from syncengine.demo.dirt import gaps, where
from syncengine.demo.files import OWN, WHOSE, iso, moment, point

COUNTRY_NAMES = {
    "DE": "Germany",
    "AT": "Austria",
    "CH": "Switzerland",
    "FR": "France",
    "IT": "Italy",
    "ES": "Spain",
    "NL": "Netherlands",
    "GB": "United Kingdom",
    "US": "United States",
    "PL": "Poland",
}
CALLING_CODES = {
    "DE": "49", "AT": "43", "CH": "41", "FR": "33", "IT": "39",
    "ES": "34", "NL": "31", "GB": "44", "US": "1", "PL": "48",
}  # fmt: skip
STATUS = {"quiet": "Dormant", "unhappy": "Customer", "new": "Customer"}
TAGS = ["", "", "", "", "key account", "fair contact;new plant", "reference customer", "energy project"]
# What the export calls its columns, and what ours are called.
ACCOUNT = {
    "Id": "key", "Name": "told_name", "ParentId": "parent_key", "Status__c": "status", "Industry": "industry",
    "Segment__c": "segment", "NumberOfEmployees": "employees", "Phone": "told_phone", "Email__c": "told_email",
    "Website": "told_site", "BillingStreet": "told_street", "BillingCity": "told_city", "BillingState": "told_region",
    "BillingPostalCode": "told_postcode", "BillingCountry": "told_country", "OwnerName": "owner",
    "Territory__c": "territory", "VatId__c": "told_tax", "TradeName__c": "trade_name", "Tags__c": "tags",
    "AccountNumber": "erp", "Language__c": "language", "CurrencyIsoCode": "currency", "PaymentTerms__c": "terms",
}  # fmt: skip
SHIPPING = {
    "ShippingStreet": pl.when("other").then("old_street"),
    "ShippingCity": pl.when("other").then("old_city"),
    "ShippingPostalCode": pl.when("other").then("old_postcode"),
    "ShippingCountry": pl.when("other").then("told_country"),
}
CONTACT = {
    "AccountId": "account_key", "FirstName": "first", "LastName": "last", "Email": "email", "Phone": "phone",
    "MobilePhone": "mobile", "Title": "title", "BuyingRole__c": "role", "Language__c": "language",
}  # fmt: skip


def accounts(dice: Dice, rows: pl.DataFrame, erp_keys: pl.Series) -> pl.DataFrame:
    """Account.csv; rows carry parent_key."""
    told = rows.with_columns(
        *_dirtied(dice, rows),
        erp=gaps(dice, rows["row"], erp_keys, 0.62, "erp/none"),
        other=dice.chance(rows["row"], "ship/other", 0.15),
        industry=gaps(dice, rows["row"], rows["industry"], 0.12, "industry/none"),
        tags=dice.pick(rows["row"], "tags", TAGS),
    )
    return told.select(**ACCOUNT, **SHIPPING, LastModifiedDate=moment(pl.col("modified"))).with_columns(
        told.select(LIVE, OWN)
    )


def _dirtied(dice: Dice, rows: pl.DataFrame) -> list[pl.Series]:
    """Columns in which some rows say something odd, or in another way than the rest."""
    ids = rows["row"]

    def some(name: str, share: float, odd: pl.Series | str, told: pl.Series) -> pl.Series:
        instead = pl.Series([odd]).new_from_index(0, len(ids)) if isinstance(odd, str) else odd
        return where(dice.chance(ids, name, share), instead, told)

    prospect = pl.Series(["Prospect"]).new_from_index(0, len(ids))
    status = where(rows["in_erp"], rows["story"].replace_strict(STATUS, default="Customer"), prospect)
    return [
        some("status/odd", 0.002, "???", status).alias("status"),
        some("employees/odd", 0.002, -rows["employees"], rows["employees"]).alias("employees"),
        some("terms/other", 0.02, "60 days net", rows["terms"]).alias("terms"),
        some("currency/other", 0.008, "USD", rows["currency"]).alias("currency"),
        some("country/code", 0.3, rows["country"], rows["country"].replace(COUNTRY_NAMES)).alias("told_country"),
    ]


def contacts(dice: Dice, people: pl.DataFrame, account_keys: pl.Series, today: pl.Expr) -> pl.DataFrame:
    """Contact.csv."""
    ids = people["person"]
    mail = gaps(dice, ids, people["email"], 0.12, "contact/mail")
    mail = where(dice.chance(ids, "contact/mail/odd", 0.004), mail.str.replace("@", " at ", literal=True), mail)
    calling = "+" + people["country"].replace_strict(CALLING_CODES) + " "
    told = people.with_columns(
        account_key=account_keys,
        email=mail,
        phone=gaps(dice, ids, calling + people["direct"], 0.4, "contact/phone"),
        mobile=gaps(dice, ids, calling + people["mobile"], 0.5, "contact/mobile"),
    )
    return told.select(
        person_key(pl.col("person")).alias("Id"), **CONTACT, **_consent(today),
        EmailBounced=pl.when("bounced").then(pl.lit("true")).otherwise(pl.lit("false")), Status__c="person_status",
        LastModifiedDate=moment(today.cast(pl.Datetime("us")) - pl.duration(hours=pl.col("consent_age") * 5)),
    ).with_columns(told.select(LIVE, OWN))  # fmt: skip


def _consent(today: pl.Expr) -> dict[str, pl.Expr]:
    """What people agreed to, and where and when they said so, if they did."""
    asked = pl.col("consent_email").is_not_null()
    day = (today - pl.duration(days=pl.col("consent_age"))).dt.to_string("%Y-%m-%d")
    return {
        "OptInEmail__c": _ticked("consent_email"),
        "OptInPhone__c": _ticked("consent_phone"),
        "ConsentSource__c": pl.when(asked).then("consent_source"),
        "ConsentDate__c": pl.when(asked).then(day),
    }


def person_key(person: pl.Expr) -> pl.Expr:
    """Key of a contact."""
    return "003Dn0000" + ((person * 48_271 + 7) % 1_000_000_000).cast(pl.String).str.zfill(9)


def products(wares: pl.DataFrame) -> pl.DataFrame:
    """Product2.csv."""
    return wares.select(
        ("01tDn00" + pl.col("code")).alias("Id"),
        pl.col("code").alias("ProductCode"),
        pl.col("name").alias("Name"),
        pl.col("family").alias("Family"),
        (pl.col("family") + ", " + pl.col("name")).alias("Description"),
        (pl.col("status") != "inactive").cast(pl.String).alias("IsActive"),
        LIVE,
    )


def activities(acts: pl.DataFrame) -> pl.DataFrame:
    """Activity.csv; rows carry account_key, contact_key and deal."""
    return acts.select(
        ("00TDn" + pl.col("activity").cast(pl.String).str.zfill(13)).alias("Id"),
        pl.col("account_key").alias("AccountId"),
        pl.col("contact_key").alias("WhoId"),
        deal_key(pl.col("deal")).alias("WhatId"),
        pl.col("kind").alias("Type"),
        pl.col("direction").alias("Direction__c"),
        pl.col("subject").alias("Subject"),
        moment(pl.col("happened")).alias("ActivityDateTime"),
        pl.col("owner").alias("OwnerName"),
        LIVE,
        OWN,
    )


def contracts(rows: pl.DataFrame) -> pl.DataFrame:
    """Contract.csv."""
    return rows.select(
        ("800Dn" + pl.col("id").cast(pl.String).str.zfill(13)).alias("Id"),
        pl.col("account_key").alias("AccountId"),
        ("C-" + pl.col("id").cast(pl.String).str.zfill(6)).alias("ContractNumber"),
        pl.col("word").alias("Name"),
        pl.col("contract_status").alias("Status"),
        iso("start").alias("StartDate"),
        iso("end").alias("EndDate"),
        iso("renewal").alias("RenewalDate__c"),
        point(pl.col("value")).alias("ContractValue__c"),
        point(pl.col("recurring")).alias("RecurringAmount__c"),
        pl.col("currency").alias("CurrencyIsoCode"),
        moment(pl.col("start").cast(pl.Datetime("us"))).alias("LastModifiedDate"),
        LIVE,
        OWN,
    )


def campaigns(rows: pl.DataFrame) -> pl.DataFrame:
    """Campaign.csv."""
    return rows.select(
        campaign_key(pl.col("campaign")).alias("Id"),
        ("CMP-" + pl.col("campaign").cast(pl.String)).alias("Code__c"),
        pl.col("name").alias("Name"),
        pl.col("kind").alias("Type"),
        pl.col("status").alias("Status"),
        iso("start").alias("StartDate"),
        iso("end").alias("EndDate"),
        point(pl.col("budget")).alias("BudgetedCost"),
        pl.lit("EUR").alias("CurrencyIsoCode"),
        LIVE,
    )


def campaign_key(campaign: pl.Expr) -> pl.Expr:
    """Key of a campaign."""
    return "701Dn" + campaign.cast(pl.String).str.zfill(13)


def members(rows: pl.DataFrame) -> pl.DataFrame:
    """CampaignMember.csv; rows carry account_key."""
    return rows.select(
        ("00vDn" + pl.col("person").cast(pl.String).str.zfill(13)).alias("Id"),
        campaign_key(pl.col("campaign")).alias("CampaignId"),
        pl.col("account_key").alias("AccountId"),
        person_key(pl.col("person")).alias("ContactId"),
        pl.col("status").alias("Status"),
        moment(pl.col("responded").cast(pl.Datetime("us"))).alias("FirstRespondedDate"),
        LIVE,
        OWN,
    )


def leads(rows: pl.DataFrame) -> pl.DataFrame:
    """Lead.csv; rows carry account_key."""
    return rows.select(
        ("00QDn" + pl.col("lead").cast(pl.String).str.zfill(13)).alias("Id"),
        pl.col("person_name").alias("Name"),
        pl.col("company").alias("Company"),
        pl.col("email").alias("Email"),
        pl.col("source").alias("LeadSource"),
        pl.col("status").alias("Status"),
        pl.col("account_key").alias("ConvertedAccountId"),
        deal_key(pl.col("deal")).alias("ConvertedOpportunityId"),
        campaign_key(pl.col("campaign")).alias("CampaignId"),
        pl.col("created").dt.to_string("%Y-%m-%d").alias("CreatedDate"),
        LIVE,
        pl.col("lead").alias(WHOSE),
    )


def _ticked(name: str) -> pl.Expr:
    known = pl.when(name).then(pl.lit("1")).otherwise(pl.lit("0"))
    return pl.when(pl.col(name).is_null()).then(None).otherwise(known)
