"""Identity's rows: match keys, scored pairs, people's decisions, anchors of ids, and model versions."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class MatchVersion(models.Model):
    """A frozen model: numbers, term frequencies and thresholds, with what was measured of it."""

    number = models.AutoField(primary_key=True)
    body = models.BinaryField()
    measured = models.JSONField(default=dict)
    applied_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"match version {self.number}"


class MatchRecord(models.Model):
    """The blocking keys of one live customer record (64-bit hashes) and the raw component it is in."""

    crosswalk = models.OneToOneField(
        "accounts.AccountCrosswalk", models.CASCADE, primary_key=True, related_name="+"
    )
    component_id = models.BigIntegerField(db_index=True)
    keys = ArrayField(models.BigIntegerField(null=True))


class MatchPair(models.Model):
    """A scored pair at or above the review threshold; the smaller record id stands left."""

    record_l = models.BigIntegerField()
    record_r = models.BigIntegerField()
    match_weight = models.FloatField()
    match_probability = models.FloatField()
    tier = models.SmallIntegerField()
    rule = models.TextField()
    evidence = models.JSONField(default=list)
    match_version = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_l", "record_r"], name="match_pair_once"),
            models.CheckConstraint(
                condition=models.Q(record_l__lt=models.F("record_r")),
                name="match_pair_ordered",
            ),
        ]
        indexes = [models.Index(fields=["record_r"], name="match_pair_right")]


class Decision(models.Model):
    """A person's word on two sets of records; binds every cross pair until it is closed."""

    KINDS = ["same", "different", "related", "unsure"]

    kind = models.TextField(choices=[(k, k) for k in KINDS])
    records_l = ArrayField(models.BigIntegerField())
    records_r = ArrayField(models.BigIntegerField())
    reason = models.TextField(blank=True, default="")
    evidence = models.JSONField(default=dict)
    policy_version = models.IntegerField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["same", "different", "related", "unsure"]),
                name="decision_kind_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="decision_open",
                condition=models.Q(closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.records_l} {self.records_r}"


class Anchor(models.Model):
    """Which record carries a customer's id: the one it was born with, unless a split moved it."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    record = models.ForeignKey("accounts.AccountCrosswalk", models.CASCADE, related_name="+")
    anchored_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="anchor_account_once")]
