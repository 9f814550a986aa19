"""People's wishes for a customer's values: asked, approved or refused, and handed to the sync engine as rows."""

from __future__ import annotations

from accounts.proposals.ask import CannotChange, propose, withdraw
from accounts.proposals.decide import AlreadyDecided, NoReason, NotYours, approve, may_decide, reject
from accounts.proposals.reads import Proposal, fields_of, get_proposal, list_for_account

__all__ = [
    "AlreadyDecided",
    "CannotChange",
    "NoReason",
    "NotYours",
    "Proposal",
    "approve",
    "fields_of",
    "get_proposal",
    "list_for_account",
    "may_decide",
    "propose",
    "reject",
    "withdraw",
]
