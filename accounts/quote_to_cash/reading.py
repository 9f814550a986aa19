"""Exceptions as one reader sees them: rules whose documents the role may see, customers within reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import Http404

from accounts.access import scope_of, treatment
from accounts.access.fields import Reader
from accounts.catalogue import load
from accounts.models import Account, ExceptionEvent, ProcessException, columns
from accounts.models.exception import OPEN_STATES
from accounts.quote_to_cash.rules import ExceptionRule, exception_rules, tolerances, visible_rules
from accounts.reference import Tolerance
from accounts.selectors.paging import Order, Page, keyset_page

SORTS = {
    order.name: order
    for order in (
        Order("at_stake", columns.or_zero("at_stake"), Decimal),
        Order("changed_at", F("changed_at"), datetime.fromisoformat),
        Order("id", F("id"), int),
    )
}
AMOUNT_FIELDS = ("expected", "found", "difference", "at_stake")
NOUNS = {spec.code: spec.label for spec in load()}


@dataclass(frozen=True)
class ExceptionRow:
    """One exception with its rule's words; amounts are None where the reader's role does not see them."""

    exception: ProcessException
    rule: ExceptionRule
    sentence: str
    shows_amounts: bool

    @property
    def id(self) -> int:
        """The exception's id."""
        return int(self.exception.pk)

    @property
    def at_stake(self) -> Decimal | None:
        """Value at stake in the base currency."""
        return self.exception.at_stake if self.shows_amounts else None

    @property
    def open(self) -> bool:
        """Whether somebody still has to look at it."""
        return self.exception.state in OPEN_STATES

    @property
    def document(self) -> str:
        """What kind of document it is about."""
        return NOUNS[self.exception.document_object]


@dataclass(frozen=True)
class RuleTotal:
    """Open exceptions of one rule."""

    rule: ExceptionRule
    count: int
    at_stake: Decimal | None


def visible_exceptions(user: Reader) -> QuerySet[ProcessException]:
    """Every exception the user may see, closed ones too."""
    rows = ProcessException.objects.filter(rule__in=list(visible_rules(user)))
    if treatment(user, "identity") not in ("full", "masked"):
        return rows.none()
    scope = scope_of(user)
    return rows if scope.everything else rows.filter(scope.condition("account"))


def page_of(rows: QuerySet[ProcessException], *, sort: str, cursor: str | None, limit: int) -> Page[ProcessException]:
    """A page of exceptions already narrowed to what the user may see."""
    order = SORTS[sort.removeprefix("-")]
    order = order.reversed() if sort.startswith("-") else order
    return keyset_page(rows.select_related("account", "assignee"), order, cursor, limit)


def told(user: Reader, rows: Iterable[ProcessException]) -> tuple[ExceptionRow, ...]:
    """Exceptions with their words, in two reads whatever their number."""
    known, rules = tolerances(), exception_rules().rules
    return tuple(_row(user, row, rules[row.rule], known) for row in rows if row.rule in rules)


def total_by_rule(user: Reader, rows: QuerySet[ProcessException]) -> tuple[RuleTotal, ...]:
    """Open exceptions of each rule with their value, the most valuable first."""
    rules = visible_rules(user)
    found = rows.filter(state__in=OPEN_STATES).values("rule").annotate(n=Count("id"), stake=Sum("at_stake"))
    totals = [
        RuleTotal(rules[row["rule"]], row["n"], row["stake"] if _sees_amounts(user, rules[row["rule"]]) else None)
        for row in found.order_by("rule")
        if row["rule"] in rules
    ]
    return tuple(sorted(totals, key=lambda total: (-(total.at_stake or 0), total.rule.number)))


def get_exception(user: Reader, id: int) -> ExceptionRow:
    """One exception the user may see; not found otherwise."""
    found = visible_exceptions(user).select_related("account", "assignee", "acceptance", "chain").filter(pk=id).first()
    if found is None:
        raise Http404("No such exception.")
    return told(user, [found])[0]


def neighbours(rows: QuerySet[ProcessException], exception: ProcessException) -> int | None:
    """The next open exception by value after this one, for working through the list."""
    stake = exception.at_stake or Decimal(0)
    later = rows.filter(state__in=OPEN_STATES).exclude(pk=exception.pk).annotate(value=columns.or_zero("at_stake"))
    found = later.filter(Q(value__lt=stake) | Q(value=stake, pk__lt=exception.pk)).order_by("-value", "-pk").first()
    return found.pk if found else None


def account_exceptions(user: Reader, account: Account, *, limit: int = 10) -> tuple[ExceptionRow, ...]:
    """Open exceptions of one customer, the most valuable first."""
    rows = visible_exceptions(user).filter(account=account, state__in=OPEN_STATES)
    rows = rows.select_related("account", "assignee").order_by(columns.or_zero("at_stake").desc(), "-id")
    return told(user, rows[:limit])


def list_events(exception: ProcessException) -> list[ExceptionEvent]:
    """What happened to it, the latest first."""
    return list(exception.events.select_related("user").order_by("-at", "-id")[:100])


def redacted_amounts(user: Reader, rule: ExceptionRule) -> tuple[str, ...]:
    """Names of the values the user does not see of a rule's exceptions."""
    return () if _sees_amounts(user, rule) else AMOUNT_FIELDS


def _sees_amounts(user: Reader, rule: ExceptionRule) -> bool:
    return treatment(user, rule.amounts) == "full"


def _row(user: Reader, row: ProcessException, rule: ExceptionRule, known: Mapping[str, Tolerance]) -> ExceptionRow:
    return ExceptionRow(row, rule, rule.told(known), _sees_amounts(user, rule))
