"""Identity's rows: match keys, scored pairs, people's decisions, anchors of ids, and model versions."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class MatchVersion(models.Model):
    """A frozen model: numbers and term frequencies, with what was measured of it.

    `wanted_at` is when somebody asked for it; the lane's round that puts it in force writes `applied_at`.
    `limits` are the company's own limits that its stored pairs were made under.
    """

    number = models.AutoField(primary_key=True)
    body = models.BinaryField()
    measured = models.JSONField(default=dict)
    limits = models.JSONField(default=dict, db_default={})
    made_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True, blank=True)
    wanted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"match version {self.number}"


class MatchRecord(models.Model):
    """The raw component that one customer record is in.

    A record gone at its source joins nothing: it stays with the record it `follows`.
    """

    crosswalk = models.OneToOneField(  # unchecked like canonical rows, and a checked table cannot be emptied midway
        "accounts.AccountCrosswalk", models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    component_id = models.BigIntegerField(db_index=True)
    live = models.BooleanField(db_default=True)
    follows = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["crosswalk"], name="match_record_gone", condition=models.Q(live=False))]


class MatchKey(models.Model):
    """What one live customer record answers to one blocking rule: a 63-bit hash salted by the rule.

    A row a key, so that a record that changes one value rewrites one key. Unchecked like match records, and written
    without a log (UNLOGGED): keys follow from the records, and a round that finds none resolves everything.
    """

    pk = models.CompositePrimaryKey("crosswalk_id", "place")
    crosswalk = models.ForeignKey(
        "accounts.AccountCrosswalk", models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    key = models.BigIntegerField()
    place = models.SmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["key"], include=["crosswalk"], name="match_key_holders")]


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
    """A person's word on two sets of records; binds every cross pair until it is closed.

    While `pending` it waits for a second person and binds nothing. `restores` marks a split that people
    asked for, so that taking it back brings the customers together without asking again.
    """

    KINDS = ["same", "different", "related", "unsure"]
    RELATIONS = ["parent", "branch", "bill_to", "ship_to", "franchise", "former"]

    kind = models.TextField(choices=[(k, k) for k in KINDS])
    records_l = ArrayField(models.BigIntegerField())
    records_r = ArrayField(models.BigIntegerField())
    reason = models.TextField(blank=True, default="")
    relation = models.TextField(blank=True, db_default="")
    since_date = models.DateField(null=True, blank=True)
    evidence = models.JSONField(default=dict)
    policy_version = models.IntegerField(null=True)
    match_version = models.IntegerField(null=True)
    batch = models.ForeignKey("syncengine.DecisionBatch", models.SET_NULL, null=True, related_name="decisions")
    pending = models.BooleanField(db_default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
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
            ),
            GinIndex(fields=["records_l"], name="decision_left"),
            GinIndex(fields=["records_r"], name="decision_right"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.records_l} {self.records_r}"


class Anchor(models.Model):
    """Which record carries a customer's id: the one it was born with, unless a split moved it.

    The newest open row of a customer counts; a move names the decision that made it, whose undo closes it.
    """

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    record = models.ForeignKey("accounts.AccountCrosswalk", models.CASCADE, related_name="+")
    anchored_at = models.DateTimeField()
    decision = models.ForeignKey("syncengine.Decision", models.CASCADE, null=True, related_name="anchors")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(decision__isnull=True), name="anchor_birth_once"
            )
        ]


class Hold(models.Model):
    """Two customers that the model would merge and policy wants a person to look at first.

    While open it keeps every pair between the two sets of records apart, as a decision would.
    """

    STATES = ["open", "merged", "apart", "obsolete"]

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    other_account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    records_l = ArrayField(models.BigIntegerField())
    records_r = ArrayField(models.BigIntegerField())
    reasons = ArrayField(models.TextField())
    stop = models.ForeignKey("syncengine.Stop", models.SET_NULL, null=True, related_name="holds")
    state = models.TextField(choices=[(s, s) for s in STATES], default="open")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "other_account"], condition=models.Q(state="open"), name="hold_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "merged", "apart", "obsolete"]), name="hold_state_known"
            ),
        ]


class Move(models.Model):
    """Records that went from one customer to another in a publish: a merge, a split, or one leaving for another."""

    KINDS = ["merge", "split", "move"]

    at = models.DateTimeField()
    kind = models.TextField(choices=[(k, k) for k in KINDS])
    from_account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    to_account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    records = ArrayField(models.BigIntegerField())
    rest = ArrayField(models.BigIntegerField(), default=list)
    record_l = models.BigIntegerField(null=True)
    record_r = models.BigIntegerField(null=True)
    match_weight = models.FloatField(null=True)
    rule = models.TextField(blank=True, default="")
    match_version = models.IntegerField(null=True)
    decision = models.ForeignKey("syncengine.Decision", models.SET_NULL, null=True, related_name="moves")
    value = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    cause = models.TextField(blank=True, default="")
    reverted_by = models.ForeignKey("syncengine.Decision", models.SET_NULL, null=True, related_name="reverts")

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="move_newest"),
            models.Index(fields=["to_account"], name="move_to"),
            models.Index(fields=["from_account"], name="move_from"),
        ]
