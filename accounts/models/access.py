"""Territories, and who was granted which of them or a single customer.

Permissions are rows of tables of their own with direct foreign keys: one join instead of guardian's
generic look-up, which took 589 ms where this took 4.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class Territory(models.Model):
    """A part of the market; customers belong to one by code or by country."""

    code = models.TextField(unique=True)
    label = models.TextField()
    countries = ArrayField(models.CharField(max_length=2), default=list)

    class Meta:
        permissions = [("see_territory", "May see the customers of the territory")]

    def __str__(self) -> str:
        return self.label


class TerritoryGroupPermission(GroupObjectPermissionBase):
    """A territory granted to a group."""

    content_object = models.ForeignKey(Territory, on_delete=models.CASCADE)


class TerritoryUserPermission(UserObjectPermissionBase):
    """A territory granted to one person."""

    content_object = models.ForeignKey(Territory, on_delete=models.CASCADE)


class AccountUserPermission(UserObjectPermissionBase):
    """A single customer shared with one person."""

    content_object = models.ForeignKey("accounts.Account", on_delete=models.CASCADE)


class AccountGroupPermission(GroupObjectPermissionBase):
    """A single customer shared with a group."""

    content_object = models.ForeignKey("accounts.Account", on_delete=models.CASCADE)
