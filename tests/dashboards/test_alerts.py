"""The inbox of alerts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.alerts.rules import alert_rules
from accounts.alerts.versions import rules_in_force
from accounts.models import Account, Alert, AlertPreference, AlertVersion
from tests.factories import AlertFactory

Login = Callable[[str], Client]
Make = Callable[..., Account]


@pytest.fixture
def alert(customer: Make) -> Alert:
    """A customer that went quiet."""
    return AlertFactory(account=customer())


def test_inbox_tells_the_roles_own_first(login: Login, alert: Alert) -> None:
    finance = AlertFactory(rule="paying_later", account=alert.account, facts={"late": 12, "change": 11})
    client = login("finance")

    mine = [row.id for row in client.get("/alerts/").context["rows"]]
    everything = [row.id for row in client.get("/alerts/?all=1").context["rows"]]

    assert (mine, everything) == ([finance.pk], [finance.pk, alert.pk])


def test_inbox_asks_the_same_whatever_its_length(login: Login, alert: Alert, customer: Make) -> None:
    client = login("sales")
    client.get("/alerts/")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/alerts/")
        return len(queries)

    few = asked()
    AlertFactory(account=customer("Other"))
    AlertFactory(account=customer("Third"))

    assert asked() == few


def test_an_alert_is_taken_up_and_woken(login: Login, alert: Alert) -> None:
    client = login("sales")
    client.post(f"/alerts/{alert.pk}/acknowledge/")
    alert.refresh_from_db()
    taken = alert.acknowledged_at is not None
    client.post(f"/alerts/{alert.pk}/wake/")
    alert.refresh_from_db()

    assert (taken, alert.acknowledged_at) == (True, None)


def test_a_snooze_needs_words(login: Login, alert: Alert) -> None:
    client = login("sales")
    client.post(f"/alerts/{alert.pk}/snooze/", {"days": "7", "reason": ""})
    alert.refresh_from_db()
    refused = alert.snoozed_until
    client.post(f"/alerts/{alert.pk}/snooze/", {"days": "7", "reason": "fair next week"})
    alert.refresh_from_db()

    assert (refused, alert.snooze_reason) == (None, "fair next week")


def test_an_alert_of_another_class_is_not_found(login: Login, alert: Alert) -> None:
    assert login("marketing").get(f"/alerts/{alert.pk}/").status_code == 404


def test_the_bell_counts_in_the_frame(login: Login, alert: Alert) -> None:
    shell = login("sales").get("/alerts/").context["shell"]

    assert [item.count for item in shell.items if item.name == "alerts"] == [1]


def test_preferences_are_kept(login: Login, alert: Alert) -> None:
    client = login("sales")

    refused = client.post("/alerts/preferences/", {"webhook_url": "http://x.example"})
    kept = client.post("/alerts/preferences/", {"digest_mail": "on", "webhook_url": "https://x.example/a"})

    assert (refused.status_code, kept.status_code) == (422, 302)
    assert AlertPreference.objects.values_list("digest_mail", "instant_mail", "webhook_url").get() == (
        True, False, "https://x.example/a")  # fmt: skip


def test_rules_are_tried_set_and_taken_back(login: Login, alert: Alert) -> None:
    client = login("steward")
    form = _form(client) | {"set.gone_quiet.ratio": "3", "note": "fewer"}
    tried = client.post("/alerts/rules/", form | {"step": "plan"})
    client.post("/alerts/rules/", form | {"step": "apply"})
    held = rules_in_force()
    client.post("/alerts/rules/0/revert/")

    assert "These settings would have sent" in tried.content.decode()
    assert (held.rules["gone_quiet"].settings["ratio"], rules_in_force()) == (3, alert_rules())


def test_rules_refuse_what_is_no_number_and_who_may_not(login: Login, alert: Alert) -> None:
    client = login("steward")
    refused = client.post("/alerts/rules/", _form(client) | {"set.gone_quiet.ratio": "often", "step": "apply"})

    assert refused.status_code == 422
    assert "Gone quiet, ratio: a number from 0" in refused.content.decode()
    assert login("sales").get("/alerts/rules/").status_code == 403
    assert not AlertVersion.objects.exists()


def _form(client: Client) -> dict[str, str]:
    """The form as the page sends it untouched."""
    context = client.get("/alerts/rules/").context
    form = {one.field: one.value for view in context["rules"] for one in view.thresholds}
    form |= {f"on.{view.rule.name}": "on" for view in context["rules"]}
    form |= {f"instant.{view.rule.name}": "on" for view in context["rules"] if view.rule.instant}
    known = context["known"]
    return form | {"cool_down_days": str(known.cool_down_days), "budget_percent": str(known.budget_percent)} | {
        "base": str(context["current"].number if context["current"] else 0)
    }  # fmt: skip
