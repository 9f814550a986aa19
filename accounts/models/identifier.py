"""Every number a customer is known by, in every system, for look-ups."""

from __future__ import annotations

from django.db import models

from accounts.catalogue import load

SCHEMES = ("customer_number", "tax_id", "registration_id", "duns")


def schemes() -> tuple[str, ...]:
    """The fields that customers are looked up by: numbers, and what the company declared to be searched."""
    return (*SCHEMES, *(field.name for field in load()["account"].own if field.searched))


class Identifier(models.Model):
    """One number of one customer, as one source record states it."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="identifiers")
    crosswalk = models.ForeignKey("accounts.AccountCrosswalk", models.CASCADE, related_name="+")
    scheme = models.TextField()  # the field it stands in: one of these four, or a searched one of the company's own
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["crosswalk", "scheme"], name="identifier_one_per_record"),
            models.CheckConstraint(
                condition=models.Q(scheme__in=list(SCHEMES)) | models.Q(scheme__startswith="x_"),
                name="identifier_scheme_known",
            ),
        ]
        indexes = [models.Index(fields=["value"], name="identifier_value")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"
