"""The company's own limits and thresholds of identity, and under which of them the stored pairs were made."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

from accounts.reference import Tolerance, list_tolerances
from syncengine.identity import POLICY, RULES, Policy
from syncengine.models import MatchVersion

# What a pair or a customer depends on: where one of these changes, everything is resolved anew.
PARTED_BY = ("key_cap", "cluster_cap", "automatic", "review", "shared_name_cap")


def company_policy() -> Policy:
    """Limits as the reference tables say, else as shipped."""
    told = list_tolerances()
    run = told["guard_run"]
    return Policy(
        key_cap=_count(told["guard_key"], POLICY.key_cap),
        cluster_cap=_count(told["guard_cluster"], POLICY.cluster_cap),
        automatic=_share(told["match_automatic"], POLICY.automatic),
        review=_share(told["match_review"], POLICY.review),
        breaker_share=float((run.percent or Decimal(0)) / 100),
        breaker_least=int(run.amount or 0),
        shared_name_cap=_count(told["guard_names"], POLICY.shared_name_cap),
    )


def _count(told: Tolerance, shipped: int) -> int:
    return shipped if told.amount is None else max(int(told.amount), 1)


def _share(told: Tolerance, shipped: float) -> float:
    return shipped if told.percent is None else float(told.percent / 100)


def changed(made_under: dict[str, float], policy: Policy) -> bool:
    """Whether the pairs of the version in force were made under other limits, or by older rules."""
    return bool(made_under) and made_under != _parting(policy)


def keep(number: int, policy: Policy) -> None:
    """Remember the limits that a version's pairs are made under from now on."""
    MatchVersion.objects.filter(pk=number).exclude(limits=_parting(policy)).update(limits=_parting(policy))


def _parting(policy: Policy) -> dict[str, float]:
    whole = asdict(policy)
    return {name: whole[name] for name in PARTED_BY} | {"rules": RULES}
