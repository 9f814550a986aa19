"""Accepted differences as one reader sees them: which rule, whose, until when, and how much they cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import Http404

from accounts.access import scope_of, visible_accounts
from accounts.access.fields import Reader
from accounts.models import AcceptedDifference, ProcessException
from accounts.quote_to_cash.reading import redacted_amounts
from accounts.quote_to_cash.rules import ExceptionRule, visible_rules

SHOWN = 200


@dataclass(frozen=True)
class Acceptance:
    """One accepted difference with the exceptions it keeps closed; value is None where the role sees no amounts."""

    row: AcceptedDifference
    rule: ExceptionRule
    covers: int
    at_stake: Decimal | None
    may_end: bool

    def runs(self, today: date) -> bool:
        """Whether it still holds."""
        return self.row.ended_at is None and self.row.until_date >= today


def list_acceptances(user: Reader, *, today: date, past: bool = False) -> Sequence[Acceptance]:
    """Those that hold, the first to end first, or those that are over, the latest first; two queries."""
    running = Q(ended_at__isnull=True, until_date__gte=today)
    rows = visible_acceptances(user).select_related("account", "by")
    found = list(
        rows.exclude(running).order_by("-until_date", "-id")[:SHOWN]
        if past
        else rows.filter(running).order_by("until_date", "id")[:SHOWN]
    )
    covered = {row["acceptance"]: row for row in _covered(user, found)}
    everything, rules = scope_of(user).everything, visible_rules(user)
    return [_told(user, row, rules[row.rule], covered.get(row.pk, {}), everything) for row in found]


def visible_acceptances(user: Reader) -> QuerySet[AcceptedDifference]:
    """Acceptances of rules the user sees, for everybody or for a customer within reach."""
    mine = Q(account__isnull=True) | Q(account__in=visible_accounts(user)) | Q(
        account__merged_into__in=visible_accounts(user))  # fmt: skip
    return AcceptedDifference.objects.filter(mine, rule__in=list(visible_rules(user)))


def get_acceptance(user: Reader, id: int) -> AcceptedDifference:
    """One acceptance the user may see; not found otherwise."""
    found = visible_acceptances(user).filter(pk=id).first()
    if found is None:
        raise Http404("No such accepted difference.")
    return found


def _covered(user: Reader, rows: Sequence[AcceptedDifference]) -> Any:
    """Grain: one acceptance, with its exceptions of customers within reach."""
    found = ProcessException.objects.filter(acceptance__in=[row.pk for row in rows], state="accepted")
    scope = scope_of(user)
    found = found if scope.everything else found.filter(scope.condition("account"))
    return found.order_by().values("acceptance").annotate(n=Count("id"), stake=Sum(F("at_stake")))


def _told(user: Reader, row: AcceptedDifference, rule: ExceptionRule, covered: dict[str, object],
          everything: bool) -> Acceptance:  # fmt: skip
    stake = None if redacted_amounts(user, rule) else Decimal(str(covered.get("stake") or 0))
    return Acceptance(row, rule, int(str(covered.get("n", 0))), stake, everything or row.account_id is not None)
