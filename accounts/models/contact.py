"""People at customers, as all systems together know them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from accounts.models import columns
from accounts.models.source_row import one_of


class ContactValues(models.Model):
    """The fields of a contact as the catalogue lists them."""

    name = columns.text()
    email = columns.text()
    phone = columns.text()
    mobile = columns.text()
    job_title = columns.text()
    buying_role = columns.code("decision", "influence", "purchasing", "billing", "technical", "user")
    language = columns.text()
    consent_email = columns.flag()
    consent_phone = columns.flag()
    consent_source = columns.text()
    consent_date = columns.day()
    bounced = columns.flag()
    status = columns.code("active", "left", "inactive")

    class Meta:
        abstract = True


class Contact(ContactValues):
    """A person; without a customer while the company the person belongs to has not arrived."""

    account = models.ForeignKey(
        "accounts.Account",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    source_ids = ArrayField(models.SmallIntegerField(), default=list)
    record_count = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = one_of(
            "contact",
            status=["active", "left", "inactive"],
            buying_role=[
                "decision",
                "influence",
                "purchasing",
                "billing",
                "technical",
                "user",
            ],
        )
        indexes = [GinIndex(OpClass(columns.named_or_mailed(), name="gin_trgm_ops"), name="contact_words")]

    def __str__(self) -> str:
        return self.name or self.email or f"Contact {self.pk}"
