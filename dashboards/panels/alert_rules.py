"""Alert rules as a form: what is shown of each, and the changes a sent form stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.alerts.backtest import Trial, Tried
from accounts.alerts.conditions import CONDITIONS
from accounts.alerts.rules import AlertRule, AlertRules, alert_rules
from accounts.alerts.versions import DEFAULTS

# What a threshold counts.
LABELS = {
    "fall": "points fallen", "rise": "points risen", "rise_percent": "percent risen", "days": "days looked at",
    "coverage": "coverage from", "ratio": "times the usual interval", "orders": "orders from", "floor": "amount from",
    "change": "days later than before", "items": "invoices from", "quarters": "quarters bought in",
    "of": "of the last quarters", "times": "times as many as usual", "least": "at least",
}  # fmt: skip


@dataclass(frozen=True)
class Threshold:
    """One number of a rule, for every customer or for those of a segment."""

    field: str
    label: str
    value: str


@dataclass(frozen=True)
class RuleView:
    """One rule on the page; what it would have done with and without the changes, where that was tried."""

    rule: AlertRule
    thresholds: tuple[Threshold, ...]
    tried: bool  # rules about sources are not tried on history
    before: Tried | None
    after: Tried | None


def list_rules(rules: AlertRules, before: Trial | None = None, after: Trial | None = None) -> list[RuleView]:
    """Every rule, those about customers first."""
    then, now = _by_rule(before), _by_rule(after)
    ordered = sorted(rules.rules.values(), key=lambda rule: rule.about != "customer")
    return [
        RuleView(rule, thresholds_of(rule), rule.name in CONDITIONS, then.get(rule.name), now.get(rule.name))
        for rule in ordered
    ]  # fmt: skip


def _by_rule(trial: Trial | None) -> dict[str, Tried]:
    return {row.rule: row for row in trial.rows} if trial else {}


def thresholds_of(rule: AlertRule) -> tuple[Threshold, ...]:
    """Its numbers in words, those of a segment after those of everybody."""
    own = [(f"set.{rule.name}.{name}", _words(name), value) for name, value in rule.settings.items()]
    for segment, values in rule.segments.items():
        own += [(f"seg.{rule.name}.{segment}.{name}", f"{_words(name)}, segment {segment}", value)
                for name, value in values.items()]  # fmt: skip
    return tuple(Threshold(field, label, f"{value:.10g}") for field, label, value in own)


def _words(name: str) -> str:
    return LABELS.get(name, name.replace("_", " "))


def changes_of(form: Mapping[str, Any]) -> dict[str, Any]:
    """What a sent form sets otherwise than shipped; text that is no number is kept, for the check to name it."""
    shipped = alert_rules()
    found: dict[str, Any] = {
        name: value for name in DEFAULTS if name in form and (value := _number(form[name])) != getattr(shipped, name)
    }
    rules = {name: given for name, rule in shipped.rules.items() if (given := _changes(rule, form))}
    return found | ({"rules": rules} if rules else {})


def _changes(rule: AlertRule, form: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {} if form.get(f"on.{rule.name}") else {"on": False}
    if bool(form.get(f"instant.{rule.name}")) != rule.instant:
        found["instant"] = not rule.instant
    settings = {
        name: value for name, was in rule.settings.items()
        if f"set.{rule.name}.{name}" in form and (value := _number(form[f"set.{rule.name}.{name}"])) != was
    }  # fmt: skip
    segments = {
        segment: {name: _number(form.get(f"seg.{rule.name}.{segment}.{name}", was)) for name, was in values.items()}
        for segment, values in rule.segments.items()
    }
    found |= {"settings": settings} if settings else {}
    return found | ({"segments": segments} if segments != rule.segments else {})


def _number(text: Any) -> float | int | str:
    """The number a person typed; the text itself where it is none."""
    try:
        value = float(str(text).replace(",", "."))
    except ValueError:
        return str(text)
    return int(value) if value.is_integer() else value


def finding(before: Trial, after: Trial) -> str:
    """The trial in one sentence."""
    days = (after.until - after.since).days
    sample = f" of a sample of {after.looked_at:,} customers" if after.sampled else ""
    told = f"These settings would have sent {after.alerts:,} alerts{sample} in {days} days ({before.alerts:,} as it is)"
    if not after.gone:
        return f"{told}; nobody lapsed or defaulted meanwhile."
    lead = f", half of them {after.lead:.0f} days before or earlier" if after.lead is not None else ""
    return f"{told}; {after.flagged:,} of {after.gone:,} customers that lapsed or defaulted were flagged{lead}."
