"""What people do with exceptions and links; each act is kept in the exception's history and the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from accounts import audit
from accounts.access import scope_of
from accounts.models import (
    AcceptedDifference,
    Account,
    ExceptionEvent,
    LinkDecision,
    ProcessException,
    User,
)
from accounts.models.exception import OPEN_STATES, REASONS
from accounts.quote_to_cash.reading import visible_exceptions

LONGEST_ACCEPTANCE = timedelta(days=730)
BY_HAND = ("assigned", "waiting", "dismissed", "new")


class Refused(ValueError):
    """An act that makes no sense as asked, said in words for who asked."""


@dataclass(frozen=True)
class Ends:
    """The two documents of a link, by catalogue code and id."""

    left_object: int
    left_id: int
    right_object: int
    right_id: int


@transaction.atomic
def assign(*, exception: ProcessException, to: User | None, by: User, at: datetime) -> None:
    """It is somebody's work, who sees it too; nobody's again with none."""
    held = _held(exception)
    if to is not None and not visible_exceptions(to).filter(pk=exception.pk).exists():
        raise Refused(f"{to} does not see this exception, so it would never be looked at.")
    state = held.state if held.state == "waiting" else ("assigned" if to else "new")
    _change(held, by, at, "assigned", str(to) if to else "nobody", assignee=to, state=state)


@transaction.atomic
def set_state(*, exception: ProcessException, state: str, by: User, at: datetime, text: str = "") -> None:
    """Waiting on the source, no issue, or open again; what closes it needs a reason."""
    held = _held(exception, closed_too=state == "new")
    if state not in BY_HAND:
        raise Refused(f"Nobody sets {state!r}: only the source resolves, and acceptances have an end.")
    if state == "dismissed" and not text.strip():
        raise Refused("Say why this is no issue, so that nobody asks again.")
    closed_at = at if state == "dismissed" else None
    _change(held, by, at, "state", f"{state}: {text.strip()}".rstrip(": "), state=state, closed_at=closed_at)


@transaction.atomic
def set_reason(*, exception: ProcessException, reason: str, by: User, at: datetime) -> None:
    """Why the two sides differ."""
    if reason not in REASONS:
        raise Refused(f"{reason!r} is no reason code; choose {', '.join(REASONS)}.")
    _change(_held(exception, closed_too=True), by, at, "reason", reason, reason=reason)


@transaction.atomic
def comment(*, exception: ProcessException, text: str, by: User, at: datetime) -> None:
    """A remark for whoever looks at it next."""
    if not text.strip():
        raise Refused("There is nothing written.")
    _change(_held(exception, closed_too=True), by, at, "comment", text.strip()[:4000])


@transaction.atomic
def accept(
    *,
    exception: ProcessException,
    reason: str,
    until: date,
    by: User,
    at: datetime,
    whole_company: bool = False,
    up_to: Decimal | None = None,
) -> AcceptedDifference:
    """Differences of this rule are nobody's business until a day: this customer's, or everybody's up to an amount."""
    held = _held(exception)
    if not reason.strip():
        raise Refused("Say why the difference is accepted.")
    if not at.date() <= until <= at.date() + LONGEST_ACCEPTANCE:
        raise Refused(f"An acceptance ends within {LONGEST_ACCEPTANCE.days} days from today.")
    if whole_company:
        _require_company(by, up_to)
    rule = AcceptedDifference.objects.create(
        rule=held.rule, account=None if whole_company else held.account, up_to=up_to, reason=reason.strip(),
        until_date=until, by=by, at=at,
    )  # fmt: skip
    for one in _covered(held, rule, by):
        _change(one, by, at, "accepted", reason.strip(), state="accepted", acceptance=rule, closed_at=at)
    return rule


def _require_company(by: User, up_to: Decimal | None) -> None:
    """Refuses who does not see all customers, and an acceptance for all of them without an end."""
    if not scope_of(by).everything:
        raise Refused("For all customers, somebody who sees all of them has to accept it.")
    if up_to is None:
        raise Refused("For all customers, say up to which amount.")


@transaction.atomic
def end_acceptance(*, acceptance: AcceptedDifference, by: User, at: datetime) -> list[int]:
    """The difference counts again: gives the customers whose exceptions open with their next renewal."""
    if acceptance.account_id is None and not scope_of(by).everything:
        raise Refused("It holds for all customers, so somebody who sees all of them has to end it.")
    if not AcceptedDifference.objects.filter(pk=acceptance.pk, ended_at__isnull=True).update(ended_at=at):
        raise Refused("It has ended already.")
    audit.record(user=by, action="acceptance ended", object="exception_rule", row_id=acceptance.pk, at=at)
    covered = ProcessException.objects.filter(acceptance=acceptance, state="accepted")
    return sorted(covered.order_by().values_list("account_id", flat=True).distinct())


@transaction.atomic
def decide_link(*, ends: Ends, verdict: str, account: Account, by: User, at: datetime) -> LinkDecision:
    """Remember that two documents belong together or not; the latest word holds."""
    pair = vars_of(ends)
    LinkDecision.objects.select_for_update().filter(**pair, closed_at__isnull=True).update(closed_at=at)
    decision = LinkDecision.objects.create(**pair, verdict=verdict, by=by, at=at)
    detail = pair | {"verdict": verdict, "account": account.pk}
    audit.record(user=by, action=f"link {verdict}", object="link", row_id=decision.pk, detail=detail, at=at)
    return decision


def vars_of(ends: Ends) -> dict[str, int]:
    """The ends as column values."""
    return {
        "left_object": ends.left_object,
        "left_id": ends.left_id,
        "right_object": ends.right_object,
        "right_id": ends.right_id,
    }


def _covered(held: ProcessException, rule: AcceptedDifference, by: User) -> list[ProcessException]:
    """Open exceptions the acceptance covers, as far as the person sees them; the rest follows with the next renewal."""
    rows = visible_exceptions(by).filter(rule=held.rule, account=held.account, state__in=OPEN_STATES)
    if rule.up_to is not None:
        rows = rows.filter(at_stake__lte=rule.up_to)
    return list(rows.order_by("pk")[:500])


def _held(exception: ProcessException, *, closed_too: bool = False) -> ProcessException:
    """Locks the row; refused where the source closed it meanwhile."""
    held = ProcessException.objects.select_for_update(of=("self",)).select_related("account").get(pk=exception.pk)
    if not closed_too and held.state not in OPEN_STATES:
        raise Refused(f"This exception is {held.state} meanwhile.")
    return held


def _change(held: ProcessException, by: User, at: datetime, what: str, text: str, **values: object) -> None:
    ProcessException.objects.filter(pk=held.pk).update(**values, changed_at=at)
    ExceptionEvent.objects.create(exception=held, at=at, user=by, what=what, text=text)
    detail = {"what": what, "text": text[:200]}
    audit.record(user=by, action="exception changed", object="exception", row_id=held.pk, detail=detail, at=at)
