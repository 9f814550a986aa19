"""identity train: a version of one's own, measured and not in force until somebody applies it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from syncengine.models import MatchVersion
from syncengine.resolution import models
from syncengine.resolution.training import train_version
from tests.syncengine.resolution.world import BULK, START, World

EVERYTHING = frozenset({"name", "website", "phone", "city", "postcode", "street", "country", "tax_id"})

pytestmark = pytest.mark.django_db


def test_a_trained_version_waits_to_be_applied() -> None:
    world = World(BULK)
    for company in (0, 0, 1, 2, 3):
        world.come(company, EVERYTHING)
    world.resolve()
    in_force = models.in_force()
    trained = train_version(user=None, now=START)
    version = MatchVersion.objects.get(pk=trained.number)
    assert (trained.records, trained.labels, trained.after) == (5, 0, None)
    assert (version.applied_at, version.measured, models.in_force()) == (None, {"records": 5, "labels": 0}, in_force)
    assert models.load_model(trained.number).levels["phone"] != models.load_model(in_force or 0).levels["phone"]


def test_training_without_records_says_so() -> None:
    with pytest.raises(CommandError, match="no customer records yet"):
        call_command("identity", "train", stdout=StringIO())
