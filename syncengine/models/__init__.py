"""The sync engine's own rows: policies, runs, records, identity and stewardship."""

from __future__ import annotations

from syncengine.models.canonical import (
    CanonicalAccount,
    CanonicalAddress,
    CanonicalContact,
    CanonicalProduct,
)
from syncengine.models.event import InboxEvent
from syncengine.models.match import (
    Anchor,
    Decision,
    MatchPair,
    MatchRecord,
    MatchVersion,
)
from syncengine.models.policy import PolicyDraft, PolicyVersion, Stream
from syncengine.models.record import Dirty, Payload, SourceRecord
from syncengine.models.run import DeadLetter, Run
from syncengine.models.steward import Pin, StewardTask
from syncengine.models.validation import Quality, Waiver
from syncengine.models.writeback import Breaker, Echo, OutboxField, OutboxMessage

__all__ = [
    "Anchor",
    "Breaker",
    "CanonicalAccount",
    "CanonicalAddress",
    "CanonicalContact",
    "CanonicalProduct",
    "DeadLetter",
    "Decision",
    "Dirty",
    "Echo",
    "InboxEvent",
    "MatchPair",
    "MatchRecord",
    "MatchVersion",
    "OutboxField",
    "OutboxMessage",
    "Payload",
    "Pin",
    "PolicyDraft",
    "PolicyVersion",
    "Quality",
    "Run",
    "SourceRecord",
    "StewardTask",
    "Stream",
    "Waiver",
]
