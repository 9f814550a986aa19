"""Bounds, working hours, and a new version of the model: planned, shown, applied."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account
from syncengine.models import MatchPair, MatchVersion
from syncengine.resolution.models import in_force
from syncengine.selectors.precision import lower_bound, upper_error
from syncengine.steward.deadlines import add_working_hours
from tests.syncengine.resolution.test_decisions import CRM, ERP
from tests.syncengine.resolution.world import doubting
from tests.syncengine.small_company import SmallCompany

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(("sample", "most"), [(25, 0.113), (60, 0.049), (300, 0.01)])
def test_a_sample_without_errors_bounds_the_error_rate(sample: int, most: float) -> None:
    assert upper_error(0, sample) == pytest.approx(most, abs=0.001)


@pytest.mark.parametrize(
    ("right", "total", "least"), [(412, 413, 0.9886), (3, 4, 0.2486), (0, 5, 0.0), (4000, 4010, 0.9958)]
)
def test_lower_bound_is_exact(right: int, total: int, least: float) -> None:
    assert lower_bound(right, total) == pytest.approx(least, abs=0.0002)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ((2026, 3, 2, 10), 4, (2026, 3, 2, 14)),  # a Monday
        ((2026, 3, 6, 16), 4, (2026, 3, 9, 12)),  # over a weekend
        ((2026, 3, 7, 12), 8, (2026, 3, 9, 17)),  # asked on a Saturday
        ((2026, 3, 2, 7), 1, (2026, 3, 2, 10)),  # before work
    ],
)
def test_deadlines_count_working_hours(start: tuple[int, ...], hours: int, due: tuple[int, ...]) -> None:
    begun, ends = (datetime(*at, tzinfo=BERLIN) for at in (start, due))  # type: ignore[misc]
    assert add_working_hours(begun.astimezone(UTC), hours, BERLIN) == ends


def test_a_version_is_planned_before_it_is_applied(company: SmallCompany) -> None:
    company.write("crm/accounts", CRM)
    company.write("erp/customers", ERP)
    company.sync()
    first = in_force()
    assert (Account.objects.count(), MatchVersion.objects.count()) == (1, 1)
    version = MatchVersion.objects.create(body=doubting(1e-4).to_bytes(), made_at=company.now).number
    with pytest.raises(CommandError, match="has no plan yet"):
        call_command("identity", "apply", str(version))
    told = StringIO()
    call_command("identity", "plan", str(version), stdout=told)
    assert "0 pairs gained, 1 lost of 1; customers 1 → 2" in told.getvalue()
    assert "Lost: Acme Pumpen ↔ Acme Pumpen GmbH" in told.getvalue()
    assert in_force() == first
    call_command("identity", "apply", str(version), "--wait", stdout=StringIO())
    assert in_force() == version
    assert Account.objects.filter(merged_into=None).count() == 2
    assert set(MatchPair.objects.values_list("match_version", flat=True)) <= {version}
    call_command("identity", "apply", str(first), "--force", "--wait", stdout=StringIO())
    assert (in_force(), Account.objects.filter(merged_into=None).count()) == (first, 1)


def test_report_says_what_was_answered(company: SmallCompany) -> None:
    told = StringIO()
    call_command("identity", "report", stdout=told)
    assert "nothing answered yet" in told.getvalue()
    with pytest.raises(CommandError, match="no match version 7; there are: none"):
        call_command("identity", "plan", "7")
