"""Exceptions of the way from deal to payment: what was expected, what was found, and what people made of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.models import columns

STATES = ("new", "assigned", "waiting", "resolved", "accepted", "dismissed")
OPEN_STATES = ("new", "assigned", "waiting")
REASONS = ("timing", "tax", "fx", "partial", "cancelled", "mapping", "data_error", "real")
HAPPENINGS = ("opened", "reopened", "resolved", "changed", "assigned", "state", "reason", "comment", "accepted")


class ProcessException(models.Model):
    """One finding of one rule about one document or line: there is one row for it, whatever becomes of it."""

    rule = models.TextField()
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    object = models.SmallIntegerField()  # the document or line it is about
    row_id = models.BigIntegerField()
    document_object = models.SmallIntegerField()
    document_id = models.BigIntegerField()
    other_object = models.SmallIntegerField(null=True, blank=True)  # the side it is compared with
    other_id = models.BigIntegerField(null=True, blank=True)
    chain = models.ForeignKey("accounts.Chain", models.SET_NULL, null=True, related_name="+")
    label = columns.text()
    expected = columns.text()
    found = columns.text()
    difference = columns.money()
    unit = models.TextField(default="money")
    currency = columns.currency()
    at_stake = columns.money()
    since_date = columns.day()
    legal_entity = columns.text()
    state = models.TextField(choices=[(state, state) for state in STATES], default="new")
    reason = models.TextField(choices=[(reason, reason) for reason in REASONS], blank=True, default="")
    team = models.TextField()
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    acceptance = models.ForeignKey("accounts.AcceptedDifference", models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "object", "row_id"], name="exception_once"),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="exception_state_known"),
            models.CheckConstraint(condition=models.Q(reason__in=(*REASONS, "")), name="exception_reason_known"),
        ]
        indexes = [
            models.Index(fields=["account", "state"], name="exception_account"),
            models.Index(
                columns.or_zero("at_stake"),
                "id",
                name="exception_stake",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.Index(fields=["rule", "state"], name="exception_rule"),
            models.Index(fields=["document_object", "document_id"], name="exception_document"),
            models.Index(fields=["changed_at", "id"], name="exception_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.label or self.document_id}"


class ExceptionEvent(models.Model):
    """One moment in the life of an exception."""

    exception = models.ForeignKey(ProcessException, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    what = models.TextField(choices=[(what, what) for what in HAPPENINGS])
    text = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(what__in=HAPPENINGS), name="exception_event_known")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.what}"


class AcceptedDifference(models.Model):
    """A difference nobody need look at until a day: of one rule, for one customer or all, up to an amount."""

    rule = models.TextField()
    account = models.ForeignKey("accounts.Account", models.CASCADE, null=True, blank=True, related_name="+")
    up_to = columns.money()  # difference in base currency; none means any
    reason = models.TextField()
    until_date = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["rule", "until_date"], name="accepted_rule")]

    def __str__(self) -> str:
        return f"{self.rule} until {self.until_date}"
