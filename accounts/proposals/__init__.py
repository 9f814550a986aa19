"""People's wishes for a customer's values: asked, approved or refused, and handed to the sync engine as rows."""

from __future__ import annotations

from accounts.proposals.ask import CannotChange, propose, withdraw
from accounts.proposals.decide import AlreadyDecided, NotYours, approve, may_decide, reject
from accounts.proposals.reads import Proposal, as_proposals, get_proposal, list_for_account, list_waiting

__all__ = [
    "AlreadyDecided",
    "CannotChange",
    "NotYours",
    "Proposal",
    "approve",
    "as_proposals",
    "get_proposal",
    "list_for_account",
    "list_waiting",
    "may_decide",
    "propose",
    "reject",
    "withdraw",
]
