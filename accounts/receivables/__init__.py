"""What is owed: promises, disputes, dunning, holds and collectors, the worklist, statements and the portfolio."""

from __future__ import annotations

from accounts.receivables.agreements import (
    Agreements,
    BadAgreement,
    close_dispute,
    get_agreements,
    log_dunning,
    make_promise,
    open_dispute,
    settle_promises,
    withdraw_promise,
)
from accounts.receivables.credit import CreditProfile, WhatIf, get_credit, what_if
from accounts.receivables.holds import BadRelease, decide_release, request_release
from accounts.receivables.portfolio import Portfolio, ageing_by, get_portfolio, list_promises
from accounts.receivables.statement import Statement, get_statement
from accounts.receivables.worklist import WorkItem, assign_collector, list_worklist

__all__ = [
    "Agreements",
    "BadAgreement",
    "BadRelease",
    "CreditProfile",
    "Portfolio",
    "Statement",
    "WhatIf",
    "WorkItem",
    "ageing_by",
    "assign_collector",
    "close_dispute",
    "decide_release",
    "get_agreements",
    "get_credit",
    "get_portfolio",
    "get_statement",
    "list_promises",
    "list_worklist",
    "log_dunning",
    "make_promise",
    "open_dispute",
    "request_release",
    "settle_promises",
    "what_if",
    "withdraw_promise",
]
