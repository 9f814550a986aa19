"""Conditions behind the views people start their day with: mine, going quiet, over the limit, new, incomplete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import (
    DecimalField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual

from accounts.access.figures import NEAR_LIMIT
from accounts.models import Account, Alert, Opportunity, Order, User, columns
from accounts.workspace import FOLLOWED, followed_accounts

MISSABLE = ("country", "city", "owner", "segment", "industry", "phone", "email", "customer_number", "parent")
CREDIT = ("hold", "near", "over")
QUIET_AFTER = 2  # times the usual interval between orders
FEW_ORDERS = 3
WON_DAYS = 7  # five working days
OWNED = "SELECT account_id FROM accounts_accountsummary WHERE owner = ANY(%s)"
MONEY = DecimalField(max_digits=24, decimal_places=8)


def either(rows: QuerySet[Account], condition: Q | Exists, wanted: bool) -> QuerySet[Account]:
    """The rows for which the condition holds, or those for which it doesn't."""
    return rows.filter(condition) if wanted else rows.exclude(condition)


def missing_any(names: Sequence[str]) -> Q:
    """At least one of the fields is not known."""
    unknown = sorted(set(names) - set(MISSABLE))
    if unknown:
        raise ValidationError(f"{', '.join(unknown)} can't be asked for; try {', '.join(MISSABLE)}.")
    lacks = Q()
    for name in names:
        lacks |= Q(**{f"{name}__isnull": True})
        lacks |= Q() if name == "parent" else Q(**{name: ""})
    return lacks


def mine(user: User) -> Q:
    """The person's name or e-mail stands as owner, or the person follows the customer."""
    names = [name for name in (user.email, user.get_full_name()) if name]
    # One set of ids, looked up by index: an OR of two conditions would be asked of every customer.
    return Q(pk__in=RawSQL(f"{OWNED} UNION {FOLLOWED}", [names, user.pk]))


def followed(user: User) -> Q:
    """The person follows the customer."""
    return Q(pk__in=followed_accounts(user))


def new_since(day: date) -> Q:
    """Customer since that day, or first ordered since."""
    return Q(customer_since_date__gte=day) | Q(customer_since_date=None, summary__first_order_date__gte=day)


def quiet(today: date) -> Q:
    """Silent for longer than twice the mean interval of at least three orders, and still worth something."""
    last, first = F("summary__last_order_date"), F("summary__first_order_date")
    silent = ExpressionWrapper((Value(today) - last) * (F("summary__order_count") - 1), DurationField())
    usual = ExpressionWrapper((last - first) * QUIET_AFTER, DurationField())
    still = GreaterThan(columns.or_zero("summary__revenue_ttm"), 0)
    return Q(GreaterThan(silent, usual)) & Q(still) & Q(summary__order_count__gte=FEW_ORDERS)


def told_of(rule: str) -> Q:
    """An alert of the rule is open; by id, since they are few and customers many."""
    return Q(pk__in=Alert.objects.filter(rule=rule, closed_at=None, account__isnull=False).values("account"))


def credit_state(state: str) -> Q:
    """On hold; near the limit, as the credit light has it; or beyond the limit."""
    if state == "hold":
        return Q(credit_hold=True)
    if state == "over":
        return Q(summary__available_credit__lt=0)
    used, left = columns.or_zero("summary__exposure"), F("summary__available_credit")
    near = GreaterThanOrEqual(used, ExpressionWrapper((used + left) * Value(NEAR_LIMIT), MONEY))
    return Q(near) & Q(summary__available_credit__gte=0)


def won_not_ordered(today: date) -> Exists:
    """A deal was won a working week ago and no order names it."""
    since, until = today - timedelta(days=365), today - timedelta(days=WON_DAYS)
    won = Opportunity.objects.filter(
        account=OuterRef("pk"), state="won", deleted_at=None, closed_at__date__range=(since, until)
    )
    return Exists(won.filter(~Exists(Order.objects.filter(opportunity=OuterRef("pk"), deleted_at=None))))
