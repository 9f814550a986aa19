"""Every figure of a customer that follows from documents: by legal entity of ours, and all together."""

from __future__ import annotations

from django.db import models

from accounts.models import columns


class MoneyFigures(models.Model):
    """What is told per legal entity and adds up to the customer's, all in our base currency."""

    revenue_ttm = columns.money()
    revenue_previous = columns.money()
    lifetime_value = columns.money()
    credit_sales_90d = columns.money()
    opening_receivable = columns.money()
    open_receivable = columns.money()
    not_due = columns.money()
    overdue_1_30 = columns.money()
    overdue_31_60 = columns.money()
    overdue_61_90 = columns.money()
    overdue_over_90 = columns.money()
    overdue_receivable = columns.money()
    disputed_receivable = columns.money()
    open_credits = columns.money()
    unapplied_cash = columns.money()
    deposits = columns.money()
    backlog = columns.money()
    shipped_not_invoiced = columns.money()
    held_orders = columns.money()
    exposure = columns.money()
    margin_revenue = columns.money()
    margin = columns.money()
    late_amount = columns.money()
    late_money_days = models.DecimalField(max_digits=26, decimal_places=4, null=True)
    paid_amount = columns.money()
    paid_money_days = models.DecimalField(max_digits=26, decimal_places=4, null=True)
    open_items = models.IntegerField(default=0)
    unrated_items = models.IntegerField(default=0)
    late_items = models.IntegerField(default=0)
    paid_items = models.IntegerField(default=0)

    class Meta:
        abstract = True


class EntityFigures(MoneyFigures):
    """Money between one customer and one of our legal entities; an unnamed one is the empty code."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="entity_figures", db_index=False)
    legal_entity = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "legal_entity"], name="entity_figures_of_account")]


class CompanyFigure(models.Model):
    """One figure of all customers together on one day, told again through the day; each past day stands as it ended."""

    name = models.TextField()
    day = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    facts = models.JSONField(default=dict)  # what it was made of: parts of a share, P90, how many counted or did not
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "day"], name="company_figure_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"


class AccountFigures(MoneyFigures):
    """One customer's figures beside those of the lists; what cannot be told is null, never zero."""

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="figures")
    available_credit = columns.money()
    limit_used = columns.quantity()
    days_beyond_terms = columns.quantity()
    days_to_pay = columns.quantity()
    days_sales_outstanding = columns.quantity()
    overdue_share = columns.quantity()
    gross_margin = columns.quantity()
    order_interval = columns.quantity()
    order_rhythm = columns.quantity()
    expected_order_date = columns.day()
    late_quote_orders = models.IntegerField(default=0)
    open_returns = models.IntegerField(default=0)
    returns_ttm = models.IntegerField(default=0)
    price_differences = models.IntegerField(default=0)
    open_promises = models.IntegerField(default=0)
    kept_promises = models.IntegerField(default=0)
    broken_promises = models.IntegerField(default=0)
    promise_kept_rate = columns.quantity()
    contract_value = columns.money()
    recurring_revenue = columns.money()
    renewals_due = models.IntegerField(default=0)
    next_renewal_date = columns.day()
    attributed_revenue = columns.money()
    breached_tickets = models.IntegerField(default=0)
    oldest_open_ticket_days = models.IntegerField(null=True)
    csat = columns.quantity()
    csat_count = models.IntegerField(default=0)
    first_response_hours = columns.quantity()
    last_two_way_at = columns.instant()
