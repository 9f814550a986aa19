"""What people use, counted by day and role and never by person."""

from __future__ import annotations

from django.db import models

USE_KINDS = ("page", "figure", "api")


class UseCount(models.Model):
    """How often a role opened a page or asked for a figure on a day."""

    day = models.DateField()
    role = models.TextField()
    kind = models.TextField()
    name = models.TextField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "role", "kind", "name"], name="use_count_once"),
            models.CheckConstraint(condition=models.Q(kind__in=USE_KINDS), name="use_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.role} {self.name} {self.count}"
