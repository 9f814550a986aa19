"""Other profiles: what they would change, and going back."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from accounts.health.definition import shipped_document
from accounts.health.plan import plan_definition
from accounts.health.versions import apply_definition, current_definition, revert_definition
from accounts.models import Account, AccountHealth, HealthVersion
from tests.accounts.health.conftest import health_of, renew
from tests.accounts.health.test_renewal import DAY, late_payer
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_plan_tells_what_renewing_then_does(customer: Callable[..., Account]) -> None:
    accounts = [late_payer(customer) for _ in range(2)]
    renew(DAY, *accounts)
    before = health_of(accounts[0])
    kinder = deepcopy(shipped_document())
    kinder["caps"] = []
    plan = plan_definition(document=kinder, today=DAY, at=NOW)
    still = list(AccountHealth.objects.values_list("version", flat=True))
    apply_definition(document=kinder, by=UserFactory(), at=NOW)
    renew(DAY, *accounts)
    after = health_of(accounts[0])

    assert (plan.customers, plan.changed) == (2, 2)
    assert plan.bands == {(before.raw_band, after.raw_band): 2}
    told = [(turn.score_before, turn.score_after) for turn in plan.turns]
    assert told == [(float(before.score or 0), float(after.score or 0))] * 2
    assert still == [before.version] * 2


def test_going_back_is_a_version_of_its_own(customer: Callable[..., Account]) -> None:
    first = apply_definition(document=shipped_document(), by=None, at=NOW)
    strict = deepcopy(shipped_document()) | {"bands": {"healthy": 80, "watch": 60}}
    second = apply_definition(document=strict, by=None, at=NOW, note="stricter")
    back = revert_definition(number=first.number, by=None, at=NOW)

    assert (second.healthy, back.healthy, current_definition().number) == (80, 75, back.number)
    assert HealthVersion.objects.count() == 3


def test_the_command_plans_a_file(customer: Callable[..., Account], tmp_path: Path) -> None:
    renew(DAY, late_payer(customer))
    file, told = tmp_path / "profiles.yaml", StringIO()
    file.write_text(yaml.safe_dump(shipped_document()))
    call_command("health", "plan", str(file), stdout=told)

    assert told.getvalue() == "0 of 1 customers would change band; scores move by +0.0 on average.\n"
