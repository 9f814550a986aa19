"""Companies that belong together without being one: a parent and its branches, who pays, who receives."""

from __future__ import annotations

from django.db import models

RELATIONS = ["parent", "branch", "bill_to", "ship_to", "franchise", "former"]
# Kinds that make a tree: `other_account` stands above `account`.
HIERARCHY = ["parent", "branch"]


class Relation(models.Model):
    """One confirmed relation, read from `account`: its parent, its head office, who pays, who it used to be."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="relations")
    other_account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="related_from")
    kind = models.TextField(choices=[(kind, kind) for kind in RELATIONS])
    since_date = models.DateField(null=True, blank=True)
    decision = models.BigIntegerField()  # the decision it follows from, by value: decisions stand above this room
    confirmed_by = models.TextField(blank=True, default="")
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "other_account", "kind"], name="relation_once"),
            models.CheckConstraint(condition=models.Q(kind__in=RELATIONS), name="relation_kind_known"),
            models.CheckConstraint(condition=~models.Q(account=models.F("other_account")), name="relation_of_two"),
        ]
