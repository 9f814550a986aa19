"""Campaigns, their members and leads, one row as its source system keeps it."""

from __future__ import annotations

from django.db import models

from accounts.models import columns
from accounts.models.source_row import (
    SourceRow,
    account_cache,
    crosswalk,
    document,
    one_of,
    source_row,
)


class Campaign(SourceRow):
    """A marketing campaign."""

    number = columns.text()
    name = columns.text()
    kind = columns.text()
    status = columns.code("planned", "running", "ended")
    start_date = columns.day()
    end_date = columns.day()
    budget = columns.money()
    currency = columns.currency()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("campaign") + one_of("campaign", status=["planned", "running", "ended"])
        indexes = [
            models.Index(fields=["number"], name="campaign_number"),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class CampaignMember(SourceRow):
    """A person in a campaign."""

    campaign_key = columns.text()
    campaign = document("Campaign")
    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache(indexed=True)
    contact_ref = crosswalk("ContactCrosswalk")
    status = columns.code("sent", "opened", "responded", "attended")
    responded_at = columns.instant()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("campaign_member") + one_of(
            "campaign_member", status=["sent", "opened", "responded", "attended"]
        )
        indexes = [
            models.Index(
                fields=["source", "campaign_key"],
                name="campaign_member_campaign_wait",
                condition=models.Q(campaign__isnull=True, campaign_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Lead(SourceRow):
    """Somebody who may become a customer."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    campaign_key = columns.text()
    campaign = document("Campaign")
    opportunity_key = columns.text()
    opportunity = document("Opportunity")
    name = columns.text()
    company = columns.text()
    email = columns.text()
    lead_source = columns.text()
    status = columns.code("new", "working", "qualified", "converted", "lost")
    created_date = columns.day()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("lead") + one_of("lead", status=["new", "working", "qualified", "converted", "lost"])
        indexes = [
            models.Index(fields=["account", "-created_date"], name="lead_account"),
            models.Index(
                fields=["source", "campaign_key"],
                name="lead_campaign_wait",
                condition=models.Q(campaign__isnull=True, campaign_key__isnull=False),
            ),
            models.Index(
                fields=["source", "opportunity_key"],
                name="lead_opportunity_wait",
                condition=models.Q(opportunity__isnull=True, opportunity_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.key
