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
STATUS = {"quiet": "Dormant", "unhappy": "Customer", "new": "Customer"}


def accounts(dice: Dice, rows: pl.DataFrame, erp_keys: pl.Series) -> pl.DataFrame:
    """Account.csv; rows carry parent_key."""
    ids = rows["row"]
    known = gaps(dice, ids, erp_keys, 0.62, "erp/none")
    status = where(
        rows["in_erp"],
        rows["story"].replace_strict(STATUS, default="Customer"),
        pl.Series(["Prospect"]).new_from_index(0, len(ids)),
    )
    status = where(dice.chance(ids, "status/odd", 0.002), pl.Series(["???"]).new_from_index(0, len(ids)), status)
    employees = where(dice.chance(ids, "employees/odd", 0.002), -rows["employees"], rows["employees"])
    terms = where(
        dice.chance(ids, "terms/other", 0.02),
        pl.Series(["60 days net"]).new_from_index(0, len(ids)),
        rows["terms"],
    )
    currency = where(
        dice.chance(ids, "currency/other", 0.008),
        pl.Series(["USD"]).new_from_index(0, len(ids)),
        rows["currency"],
    )
    other = dice.chance(ids, "ship/other", 0.15)
    country = rows["country"].replace(COUNTRY_NAMES)
    country = where(dice.chance(ids, "country/code", 0.3), rows["country"], country)
    tags = dice.pick(
        ids,
        "tags",
        ["", "", "", "", "key account", "fair contact;new plant", "reference customer", "energy project"],
    )
    return rows.with_columns(
        known.alias("erp"),
        status.alias("st"),
        employees.alias("emp"),
        terms.alias("pt"),
        currency.alias("cur"),
        country.alias("cn"),
        tags.alias("tg"),
        gaps(dice, ids, rows["industry"], 0.12, "industry/none").alias("ind"),
        other.alias("other"),
    ).select(
        pl.col("key").alias("Id"),
        pl.col("told_name").alias("Name"),
        pl.col("parent_key").alias("ParentId"),
        pl.col("st").alias("Status__c"),
        pl.col("ind").alias("Industry"),
        pl.col("segment").alias("Segment__c"),
        pl.col("emp").alias("NumberOfEmployees"),
        pl.col("told_phone").alias("Phone"),
        pl.col("told_email").alias("Email__c"),
        pl.col("told_site").alias("Website"),
        pl.col("told_street").alias("BillingStreet"),
        pl.col("told_city").alias("BillingCity"),
        pl.col("told_region").alias("BillingState"),
        pl.col("told_postcode").alias("BillingPostalCode"),
        pl.col("cn").alias("BillingCountry"),
        *(
            pl.when("other").then(f"old_{c}").otherwise(None).alias(f"Shipping{n}")
            for c, n in (("street", "Street"), ("city", "City"), ("postcode", "PostalCode"))
        ),
        pl.when("other").then("cn").otherwise(None).alias("ShippingCountry"),
        pl.col("owner").alias("OwnerName"),
        pl.col("territory").alias("Territory__c"),
        pl.col("told_tax").alias("VatId__c"),
        pl.col("trade_name").alias("TradeName__c"),
        pl.col("tg").alias("Tags__c"),
        pl.col("erp").alias("AccountNumber"),
        pl.col("language").alias("Language__c"),
        pl.col("cur").alias("CurrencyIsoCode"),
        pl.col("pt").alias("PaymentTerms__c"),
        moment(pl.col("modified")).alias("LastModifiedDate"),
        LIVE,
        OWN,
    )


def contacts(dice: Dice, people: pl.DataFrame, account_keys: pl.Series, today: pl.Expr) -> pl.DataFrame:
    """Contact.csv."""
    ids = people["person"]
    mail = gaps(dice, ids, people["email"], 0.12, "contact/mail")
    mail = where(dice.chance(ids, "contact/mail/odd", 0.004), mail.str.replace("@", " at ", literal=True), mail)
    calling = people["country"].replace_strict(
        {
            "DE": "49",
            "AT": "43",
            "CH": "41",
            "FR": "33",
            "IT": "39",
            "ES": "34",
            "NL": "31",
            "GB": "44",
            "US": "1",
            "PL": "48",
        }
    )
    return people.with_columns(
        account_keys.alias("acc"),
        mail.alias("ml"),
        gaps(dice, ids, "+" + calling + " " + people["direct"], 0.4, "contact/phone").alias("ph"),
        gaps(dice, ids, "+" + calling + " " + people["mobile"], 0.5, "contact/mobile").alias("mo"),
    ).select(
        person_key(pl.col("person")).alias("Id"),
        pl.col("acc").alias("AccountId"),
        pl.col("first").alias("FirstName"),
        pl.col("last").alias("LastName"),
        pl.col("ml").alias("Email"),
        pl.col("ph").alias("Phone"),
        pl.col("mo").alias("MobilePhone"),
        pl.col("title").alias("Title"),
        pl.col("role").alias("BuyingRole__c"),
        pl.col("language").alias("Language__c"),
        _ticked("consent_email").alias("OptInEmail__c"),
        _ticked("consent_phone").alias("OptInPhone__c"),
        pl.when(pl.col("consent_email").is_not_null()).then("consent_source").otherwise(None).alias("ConsentSource__c"),
        pl.when(pl.col("consent_email").is_not_null())
        .then((today - pl.duration(days=pl.col("consent_age"))).dt.to_string("%Y-%m-%d"))
        .otherwise(None)
        .alias("ConsentDate__c"),
        pl.when("bounced").then(pl.lit("true")).otherwise(pl.lit("false")).alias("EmailBounced"),
        pl.col("person_status").alias("Status__c"),
        moment(today.cast(pl.Datetime("us")) - pl.duration(hours=pl.col("consent_age") * 5)).alias("LastModifiedDate"),
        LIVE,
        OWN,
    )


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
