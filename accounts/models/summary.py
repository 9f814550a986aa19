"""What lists and headlines show of a customer, kept by each publish."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import columns


class AccountSummary(models.Model):
    """Figures of one customer in our base currency, as of the last publish that touched it."""

    account = models.OneToOneField(
        "accounts.Account", models.CASCADE, primary_key=True, related_name="summary"
    )
    revenue_ttm = columns.money()
    revenue_previous = columns.money()
    revenue_months = ArrayField(
        models.DecimalField(max_digits=20, decimal_places=2), default=list
    )
    months_to_date = columns.day()
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
    open_tickets = models.IntegerField(default=0)
    severe_tickets = models.IntegerField(default=0)
    last_contact_at = columns.instant()
    contact_count = models.IntegerField(default=0)
    open_tasks = models.IntegerField(default=0)
    computed_date = models.DateField()

    class Meta:
        indexes = [
            models.Index(columns.or_zero("revenue_ttm"), "account", name="summary_revenue"),
            models.Index(columns.or_zero("overdue_receivable"), "account", name="summary_overdue"),
            models.Index(columns.or_never("last_order_date"), "account", name="summary_last_order"),
            models.Index(columns.or_zero("open_pipeline"), "account", name="summary_pipeline"),
            models.Index(
                fields=["oldest_due_date"],
                name="summary_due",
                condition=models.Q(oldest_due_date__isnull=False),
            ),
        ]


class AccountSearch(models.Model):
    """Folded names and numbers of a customer, with a trigram index of their own."""

    account = models.OneToOneField(
        "accounts.Account", models.CASCADE, primary_key=True, related_name="search"
    )
    names = models.TextField()
    numbers = models.TextField(default="")
