"""What is at stake in a task and which comes first: value, how likely it is true, and how soon it is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.frames import execute
from syncengine.models import StewardTask
from syncengine.steward.deadlines import due_times

# Fields an invoice is printed from.
BILLING = {
    "legal_name", "street", "city", "postcode", "country", "tax_id", "email", "payment_terms", "currency",
    "customer_number",
}  # fmt: skip
# How much nearer a due task moves: (hours left up to, factor); after the last, one.
SOON = ((0, 4.0), (8, 3.0), (24, 2.0), (72, 1.5))
FORMULA = "value at stake × likelihood × due soon (4 overdue, 3 within 8 hours, 2 within a day, 1.5 within three)"
# Ids of the open tasks of touched customers, by an index each: of a large company most tasks are of others.
TOUCHED = " UNION ".join(
    f"SELECT t.id FROM syncengine_stewardtask t JOIN touched_accounts a ON a.account_id = t.{side} "
    "WHERE t.state = 'open'"
    for side in ("account_id", "other_account_id")
)
UNRANKED = "SELECT t.id FROM syncengine_stewardtask t WHERE t.state = 'open' AND t.priority = 0"


def value_tasks(*, now: datetime) -> None:
    """What is at stake in the open tasks of touched customers: revenue of twelve months and open receivables."""
    due = due_times(now)["money"]
    execute(
        "UPDATE syncengine_stewardtask t SET value_at_stake = v.value, both_open = v.both_open, "
        "urgency = CASE WHEN v.both_open AND t.urgency = 'other' THEN 'money' ELSE t.urgency END, "
        "due_at = CASE WHEN v.both_open AND t.urgency = 'other' AND t.due_at > %s THEN %s ELSE t.due_at END FROM ("
        "SELECT t.id, coalesce(sum(coalesce(s.revenue_ttm, 0) + coalesce(s.open_receivable, 0)), 0)::numeric(20, 2) "
        "AS value, count(*) FILTER (WHERE s.open_receivable > 0) = 2 AS both_open "
        f"FROM ({TOUCHED}) mine JOIN syncengine_stewardtask t ON t.id = mine.id "
        "LEFT JOIN accounts_accountsummary s ON s.account_id IN (t.account_id, t.other_account_id) GROUP BY t.id) v "
        "WHERE v.id = t.id AND (v.value <> t.value_at_stake OR v.both_open <> t.both_open)",
        [due, due],
    )
    renew_priorities(now=now, among=f"{TOUCHED} UNION {UNRANKED}")


def renew_priorities(*, now: datetime, kinds: Sequence[str] = tuple(StewardTask.KINDS), among: str = "") -> int:
    """The order of the queue as of now, of some kinds of tasks or those whose ids are selected; how many moved."""
    cases = " ".join(f"WHEN t.due_at <= %(now)s + interval '{hours} hours' THEN {factor}" for hours, factor in SOON)
    worth = (
        "greatest(t.value_at_stake, 1)::float8 * coalesce(t.confidence, 1) * "
        f"(CASE WHEN t.waiting_since IS NOT NULL THEN 1.0 {cases} ELSE 1.0 END)"
    )
    return execute(
        f"UPDATE syncengine_stewardtask t SET priority = {worth} WHERE t.state = 'open' AND t.priority <> {worth} "
        f"AND t.kind = ANY(%(kinds)s){f' AND t.id IN ({among})' if among else ''}",
        {"now": now, "kinds": list(kinds)},
    )
