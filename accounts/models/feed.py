"""The change feed: what programs read to follow customers without missing anything."""

from __future__ import annotations

from django.db import models


class FeedEvent(models.Model):
    """One thing that happened to a customer; numbers are given under the publish lane, in the order of commits."""

    TYPES = [
        "customer.created", "customer.updated", "customer.merged", "alert.opened", "feed.reset",
    ]  # fmt: skip

    seq = models.BigIntegerField(primary_key=True)
    type = models.TextField(choices=[(t, t) for t in TYPES])
    account = models.ForeignKey("accounts.Account", models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["at"], name="feed_at")]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"
