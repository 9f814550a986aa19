"""From deal to payment: links between documents, what people decided of them, and the chains they make."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import columns

HOWS = ("person", "key", "number", "inferred")
VERDICTS = ("confirmed", "rejected")


class Pair(models.Model):
    """Two documents, each by the catalogue code of its object and its id; the earlier one is left."""

    left_object = models.SmallIntegerField()
    left_id = models.BigIntegerField()
    right_object = models.SmallIntegerField()
    right_id = models.BigIntegerField()

    class Meta:
        abstract = True


class Link(Pair):
    """One document follows from another: how that is known, and how surely. Derived, never edited."""

    account = models.ForeignKey("accounts.Account", models.SET_NULL, null=True, related_name="+")
    how = models.TextField(choices=[(how, how) for how in HOWS])
    confidence = models.DecimalField(max_digits=4, decimal_places=3)
    evidence = models.TextField(blank=True, default="")
    amount = columns.money()  # what a payment settles of an invoice

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["left_object", "left_id", "right_object", "right_id"], name="link_pair"),
            models.CheckConstraint(condition=models.Q(how__in=HOWS), name="link_how_known"),
        ]
        indexes = [models.Index(fields=["right_object", "right_id"], name="link_right")]

    def __str__(self) -> str:
        return f"{self.left_object}:{self.left_id} → {self.right_object}:{self.right_id} by {self.how}"


class LinkDecision(Pair):
    """What a person said of a pair; the latest open one holds over every later computing."""

    verdict = models.TextField(choices=[(verdict, verdict) for verdict in VERDICTS])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["left_object", "left_id", "right_object", "right_id"],
                condition=models.Q(closed_at__isnull=True),
                name="link_decision_one_open",
            ),
            models.CheckConstraint(condition=models.Q(verdict__in=VERDICTS), name="link_decision_known"),
        ]
        indexes = [models.Index(fields=["right_object", "right_id"], name="link_decision_right")]

    def __str__(self) -> str:
        return f"{self.verdict} {self.left_object}:{self.left_id} → {self.right_object}:{self.right_id}"


class Chain(models.Model):
    """What became of one deal, else of one quote, order or invoice without any: dates and base amounts by step."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    root_object = models.SmallIntegerField()
    root_id = models.BigIntegerField()
    label = columns.text()
    owner = columns.text()
    legal_entity = columns.text()
    state = models.TextField()
    opened_date = columns.day()
    quoted_date = columns.day()
    won_date = columns.day()
    ordered_date = columns.day()
    shipped_date = columns.day()
    invoiced_date = columns.day()
    due_date = columns.day()
    paid_date = columns.day()
    latest_date = columns.day()
    cohort_date = columns.day()
    deal_amount = columns.money()
    quoted_amount = columns.money()
    ordered_amount = columns.money()
    shipped_amount = columns.money()
    invoiced_amount = columns.money()
    paid_amount = columns.money()
    overdue_amount = columns.money()
    backlog_amount = columns.money()  # confirmed and not shipped, at order price
    unbilled_amount = columns.money()  # shipped and not invoiced, at order price
    how = models.TextField(blank=True, default="")  # the weakest link to an order
    lines_due = models.IntegerField(default=0)
    lines_on_time = models.IntegerField(default=0)
    invoices = models.IntegerField(default=0)
    invoices_right = models.IntegerField(default=0)
    quote_ids = ArrayField(models.BigIntegerField(), default=list)
    order_ids = ArrayField(models.BigIntegerField(), default=list)
    shipment_ids = ArrayField(models.BigIntegerField(), default=list)
    invoice_ids = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root_object", "root_id"], name="chain_root")]
        indexes = [
            models.Index(fields=["account", "-latest_date"], name="chain_account"),
            models.Index(fields=["cohort_date"], name="chain_cohort"),
        ]

    def __str__(self) -> str:
        return self.label or f"Chain {self.pk}"
