"""People who log in, what they are granted, and keys that act for them."""

from __future__ import annotations

from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from accounts import models
from tests.factories.world import NOW


class UserFactory(DjangoModelFactory):
    class Meta:
        model = models.User

    email = factory.Sequence(lambda n: f"user{n}@concord.example")
    role = "finance"

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **values: Any) -> models.User:
        return models.User.objects.create_user(values.pop("email"), values.pop("password", None), **values)


class GroupFactory(DjangoModelFactory):
    class Meta:
        model = Group

    name = factory.Sequence(lambda n: f"Group {n}")


class TerritoryFactory(DjangoModelFactory):
    class Meta:
        model = models.Territory

    code = factory.Sequence(lambda n: f"T{n}")
    label = factory.LazyAttribute(lambda territory: f"Territory {territory.code}")


class ApiTokenFactory(DjangoModelFactory):
    class Meta:
        model = models.ApiToken

    user = factory.SubFactory(UserFactory)
    prefix = factory.Sequence(lambda n: f"ccd_{n:08x}")
    digest = "0" * 64
    created_at = NOW


class AuditEntryFactory(DjangoModelFactory):
    class Meta:
        model = models.AuditEntry

    at = NOW
    user = factory.SubFactory(UserFactory)
    user_label = "somebody"
    action = "looked"
