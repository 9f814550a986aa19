"""What lists and headlines show of a customer, kept by each publish."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import Combinable

from accounts.models import columns

FILTERED = ("sales_territory", "segment", "country", "status", "owner")
# Each order has one index that also holds what is filtered by, so that rows that don't fit are passed over
# without being read; the order everybody starts with has one index a filter besides.
SORT_KEYS: dict[str, Combinable] = {
    "name": models.F("name_key"),
    "revenue": columns.or_zero("revenue_ttm"),
    "overdue": columns.or_zero("overdue_receivable"),
    "last_order": columns.or_never("last_order_date"),
    "pipeline": columns.or_zero("open_pipeline"),
}


class AccountSummary(models.Model):
    """Figures of one customer in our base currency, as of the last publish that touched it.

    Beside them stand the few fields that lists filter and sort by, copied in the statement that writes the
    figures: what is filtered and what is sorted by have to lie in one index, or a list of small customers by
    high revenue walks past all the others.
    """

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="summary")
    name_key = models.TextField(default="")
    country = columns.country()
    segment = columns.text()
    status = columns.text()
    owner = columns.text()
    sales_territory = models.ForeignKey(
        "accounts.Territory",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    revenue_ttm = columns.money()
    revenue_previous = columns.money()
    open_pipeline = columns.money()
    weighted_pipeline = columns.money()
    open_deals = models.IntegerField(default=0)
    open_orders = models.IntegerField(default=0)
    open_order_amount = columns.money()
    order_count = models.IntegerField(default=0)
    first_order_date = columns.day()
    last_order_date = columns.day()
    open_receivable = columns.money()
    overdue_receivable = columns.money()
    oldest_due_date = columns.day()
    unapplied_cash = columns.money()
    exposure = columns.money()
    available_credit = columns.money()
    open_tickets = models.IntegerField(default=0)
    severe_tickets = models.IntegerField(default=0)
    last_contact_at = columns.instant()
    contact_count = models.IntegerField(default=0)
    open_tasks = models.IntegerField(default=0, db_default=0)
    computed_date = models.DateField()

    class Meta:
        indexes = [
            *(models.Index(key, "account", *FILTERED, name=f"summary_{name}") for name, key in SORT_KEYS.items()),
            *(models.Index(field, SORT_KEYS["revenue"], "account", name=f"summary_{field}") for field in FILTERED),
            models.Index(
                fields=["oldest_due_date"],
                name="summary_due",
                condition=models.Q(oldest_due_date__isnull=False),
            ),
            # What few customers have, and lists ask for: without these a list that finds nobody reads everybody.
            models.Index(
                fields=["available_credit"], name="summary_over_limit", condition=models.Q(available_credit__lt=0)
            ),
            models.Index(fields=["open_tickets"], name="summary_tickets", condition=models.Q(open_tickets__gt=0)),
        ]


class AccountMonths(models.Model):
    """Net invoiced of one customer by month, the oldest of 24 first; apart, since no list filters by it."""

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="months")
    revenue_months = ArrayField(models.DecimalField(max_digits=20, decimal_places=2), default=list)
    months_to_date = columns.day()


class AccountSearch(models.Model):
    """Folded names and numbers of a customer, with a trigram index of their own."""

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="search")
    names = models.TextField()
    numbers = models.TextField(default="")
