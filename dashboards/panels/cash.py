"""Sections of a customer's page about the way from deal to payment: live chains, all chains, and signals."""

from __future__ import annotations

from typing import Any

from accounts.alerts.inbox import account_alerts, rules_of
from accounts.models import User
from accounts.quote_to_cash.chain_reading import account_chains
from accounts.quote_to_cash.reading import account_exceptions
from accounts.quote_to_cash.rules import visible_rules
from dashboards.panels.exceptions import lines_of
from dashboards.panels.section import Panel, Reading, class_of

CHAINS = "dashboards/q2c/_chains.html"


def _live(reading: Reading) -> Any:
    found = account_chains(reading.user, reading.customer.account, live_only=True, limit=5)
    wrong = sum(strip.exceptions for strip in found)
    finding = f"{wrong} open exception{'' if wrong == 1 else 's'}" if wrong else ""
    return {"strips": found, "currency": reading.currency, "finding": finding, "live": True}


def _all(reading: Reading) -> Any:
    found = account_chains(reading.user, reading.customer.account, limit=25)
    finding = f"The latest {len(found)}" if len(found) == 25 else ""
    return {"strips": found, "currency": reading.currency, "finding": finding, "live": False}


def _signals(reading: Reading) -> Any:
    account = reading.customer.account
    return {
        "alerts": account_alerts(reading.user, account, now=reading.now, limit=6),
        "exceptions": lines_of(account_exceptions(reading.user, account, limit=5)),
        "currency": reading.currency,
    }


def _has_signals(user: User) -> bool:
    return bool(visible_rules(user)) or any(rule.about == "customer" for rule in rules_of(user))


PANELS = (
    Panel("signals", "Signals", "dashboards/alerts/_signals.html", _signals, _has_signals),
    Panel("process", "On its way", CHAINS, _live, class_of("order")),
    Panel("chains", "From deal to payment", CHAINS, _all, class_of("order")),
)
