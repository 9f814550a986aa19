"""Which alert rules are in force: the shipped ones with what people set, kept as versions that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.alerts.rules import AlertRule, AlertRules, BadRule, alert_rules
from accounts.models import AlertVersion, User

Changes = Mapping[str, Any]  # {"cool_down_days": 7, "budget_percent": 5, "rules": {name: {on, instant, settings…}}}
DEFAULTS = ("cool_down_days", "budget_percent")
KNOWN = {"on", "instant", "settings", "segments"}
MOST = 10_000_000
EDITORS = ("administrator", "steward")


class StaleRules(ValueError):
    """Somebody put other rules in force since these were opened."""


class NotTheirs(ValueError):
    """Rules are not this person's to set."""


def may_set_rules(user: User) -> bool:
    """Whose work the thresholds of alerts are."""
    return bool(user.is_active and user.role in EDITORS)


def version_in_force() -> AlertVersion | None:
    """The latest version; None where the shipped rules hold."""
    return AlertVersion.objects.order_by("-number").first()


def rules_in_force() -> AlertRules:
    """The rules that hold now; one query."""
    changes = AlertVersion.objects.order_by("-number").values_list("changes", flat=True).first()
    return altered(changes or {})


def altered(changes: Changes) -> AlertRules:
    """The shipped rules with these changes; raises BadRule naming every mistake."""
    shipped = alert_rules()
    mistakes = mistakes_of(changes)
    if mistakes:
        raise BadRule("\n".join(mistakes))
    given = changes.get("rules", {})
    rules = {name: _altered(rule, given.get(name, {})) for name, rule in shipped.rules.items()}
    defaults = {name: changes.get(name, getattr(shipped, name)) for name in DEFAULTS}
    return AlertRules(rules, int(defaults["cool_down_days"]), float(defaults["budget_percent"]))


def _altered(rule: AlertRule, given: Mapping[str, Any]) -> AlertRule:
    segments = {name: dict(values) for name, values in given.get("segments", rule.segments).items()}
    return replace(
        rule, on=bool(given.get("on", True)), instant=bool(given.get("instant", rule.instant)),
        settings={**rule.settings, **given.get("settings", {})}, segments=segments,
    )  # fmt: skip


def mistakes_of(changes: Changes) -> list[str]:
    """Everything that is wrong with changes, one line each."""
    found = [f"nobody reads `{name}`" for name in changes if name not in (*DEFAULTS, "rules")]
    found += [f"{name}: a number from 0 to 100" for name in DEFAULTS if not _sound(changes.get(name, 1), 100)]
    for name, given in changes.get("rules", {}).items():
        rule = alert_rules().rules.get(name)
        found += _mistakes(rule, given) if rule else [f"there is no rule `{name}`"]
    return found


def _mistakes(rule: AlertRule, given: Mapping[str, Any]) -> list[str]:
    found = [f"{rule.label}: nobody reads `{word}`" for word in given if word not in KNOWN]
    for where, values in (("", given.get("settings", {})), *given.get("segments", {}).items()):
        place = f"{rule.label}, segment {where}" if where else rule.label
        found += [f"{place}: there is no setting `{name}`" for name in values if name not in rule.settings]
        found += [
            f"{place}, {name.replace('_', ' ')}: a number from 0 to {MOST:,}"
            for name, value in values.items() if name in rule.settings and not _sound(value, MOST)
        ]  # fmt: skip
    return found


def _sound(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


@transaction.atomic
def apply_rules(*, changes: Changes, base: int, by: User, at: datetime, note: str = "") -> AlertVersion:
    """Put changes in force as a new version; refused where they were made on another version than the latest."""
    if not may_set_rules(by):
        raise NotTheirs("Setting alert rules is for stewards and administrators.")
    altered(changes)
    current = AlertVersion.objects.select_for_update().order_by("-number").first()
    if (current.number if current else 0) != base:
        raise StaleRules("Somebody set rules meanwhile; look at theirs and set yours again.")
    row = AlertVersion.objects.create(changes=dict(changes), note=note.strip(), applied_at=at, applied_by=by)
    detail = {"before": base, "note": note.strip()}
    audit.record(user=by, action="set alert rules", object="alert_rules", row_id=row.number, detail=detail, at=at)
    return row


def revert_rules(*, number: int, by: User, at: datetime) -> AlertVersion:
    """Put an earlier version in force again, as a new one; 0 stands for what was shipped."""
    earlier = AlertVersion.objects.filter(number=number).first()
    current = version_in_force()
    changes = earlier.changes if earlier else {}
    base = current.number if current else 0
    return apply_rules(changes=changes, base=base, by=by, at=at, note=f"back to version {number}")
