"""Alerts."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from accounts import models
from tests.factories.golden import AccountFactory
from tests.factories.world import NOW


class AlertFactory(DjangoModelFactory):
    class Meta:
        model = models.Alert

    rule = "gone_quiet"
    account = factory.SubFactory(AccountFactory)
    severity = "warn"
    facts = {"days": 70, "ratio": "2.3", "interval": "30 days"}
    opened_at = NOW
    renewed_at = factory.SelfAttribute("opened_at")
