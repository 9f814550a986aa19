"""Every number a customer is known by, in every system, for look-ups."""

from __future__ import annotations

from django.db import models


class Identifier(models.Model):
    """One number of one customer, as one source record states it."""

    account = models.ForeignKey(
        "accounts.Account", models.CASCADE, related_name="identifiers"
    )
    crosswalk = models.ForeignKey(
        "accounts.AccountCrosswalk", models.CASCADE, related_name="+"
    )
    scheme = models.TextField(
        choices=[
            (s, s) for s in ("customer_number", "tax_id", "registration_id", "duns")
        ]
    )
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["crosswalk", "scheme"], name="identifier_one_per_record"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    scheme__in=["customer_number", "tax_id", "registration_id", "duns"]
                ),
                name="identifier_scheme_known",
            ),
        ]
        indexes = [models.Index(fields=["value"], name="identifier_value")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"
