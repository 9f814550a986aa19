"""Health, forecast and alerts in a real browser: nothing spills over, axe finds nothing serious, rules are set."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from accounts.alerts.versions import rules_in_force
from accounts.forecast.making import make_forecasts
from accounts.models import Account, HealthBacktest
from tests.browser.test_looks import Enter, faults, spills
from tests.dashboards.conftest import NOW, TODAY
from tests.dashboards.test_health import renew
from tests.factories import AlertFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROW = {"alarm": "Health at risk", "lapsed_flagged": 7, "lapsed_lead": 46.0, "defaulted_flagged": 2,
       "defaulted_lead": None, "false_alarms": 3, "precision": 0.75}  # fmt: skip


@pytest.fixture
def scored(company: list[Account]) -> list[Account]:
    """Customers with health on two days, an alert, a forecast and a back-test."""
    renew(*company, days_ago=40)
    renew(*company)
    AlertFactory(account=company[0])
    make_forecasts(today=TODAY, at=NOW)
    result = {"rows": [ROW], "lapsed": 8, "defaulted": 3, "meaning": "m", "customers": 3, "finding": "f"}
    HealthBacktest.objects.create(run_at=NOW, version=1, since=TODAY, until=TODAY, result=result)
    return company


@pytest.mark.parametrize("theme", [pytest.param("light", marks=pytest.mark.soak), "dark"])
def test_pages_are_sound(enter: Enter, scored: list[Account], theme: str) -> None:
    page = enter("finance")
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    paths = ["/health/", "/health/backtest/", f"/customers/{scored[0].pk}/health/", "/forecast/", "/alerts/",
             "/alerts/preferences/"]  # fmt: skip

    assert _wrong(page, paths) == []


def test_rules_are_tried_and_set_by_keyboard_alone(enter: Enter, scored: list[Account]) -> None:
    page = enter("steward", "/alerts/rules/")
    wrong = _wrong(page, ["/alerts/rules/"])
    page.locator("[name='set.gone_quiet.ratio']").fill("3")
    page.get_by_role("button", name="Try on 90 days").press("Enter")
    page.get_by_role("heading", name="These settings would have sent").wait_for()
    wrong += faults(page) + spills(page)
    page.get_by_role("button", name="Put in force").press("Enter")
    page.get_by_text("Version 1, since").or_(page.get_by_text("is in force")).first.wait_for()

    assert wrong == []
    assert rules_in_force().rules["gone_quiet"].settings["ratio"] == 3


def _wrong(page: Page, paths: list[str]) -> list[str]:
    found = []
    root = page.url.split("/", 3)
    for path in paths:
        answer = page.goto(f"{root[0]}//{root[2]}{path}")
        found += [] if answer is not None and answer.status == 200 else [f"{path}: {answer and answer.status}"]
        page.wait_for_load_state("networkidle")
        found += faults(page) + spills(page)
    return found
