"""The sync engine's own rows: policies, runs, records, identity and stewardship."""

from __future__ import annotations

from syncengine.models.canonical import (
    CanonicalAccount,
    CanonicalAddress,
    CanonicalContact,
    CanonicalProduct,
)
from syncengine.models.event import InboxEvent
from syncengine.models.guard import Firing, Stop
from syncengine.models.match import (
    Anchor,
    Decision,
    Hold,
    MatchKey,
    MatchPair,
    MatchRecord,
    MatchVersion,
    Move,
)
from syncengine.models.operations import ErrorGroup, FreshnessCheck, KeyProof, RunLine, SchemaDrift
from syncengine.models.outgoing import WebhookDelivery, WebhookEndpoint
from syncengine.models.policy import PolicyDraft, PolicyVersion, Stream
from syncengine.models.record import Dirty, Payload, SourceRecord
from syncengine.models.run import DeadLetter, Run
from syncengine.models.steward import (
    DecisionBatch,
    FieldContest,
    Opinion,
    Pin,
    PlantedPair,
    StewardTask,
    TaskComment,
)
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
    "DecisionBatch",
    "Dirty",
    "Echo",
    "ErrorGroup",
    "FieldContest",
    "Firing",
    "FreshnessCheck",
    "Hold",
    "InboxEvent",
    "KeyProof",
    "MatchKey",
    "MatchPair",
    "MatchRecord",
    "MatchVersion",
    "Move",
    "Opinion",
    "OutboxField",
    "OutboxMessage",
    "Payload",
    "Pin",
    "PlantedPair",
    "PolicyDraft",
    "PolicyVersion",
    "Quality",
    "Run",
    "RunLine",
    "SchemaDrift",
    "SourceRecord",
    "StewardTask",
    "Stop",
    "Stream",
    "TaskComment",
    "Waiver",
    "WebhookDelivery",
    "WebhookEndpoint",
]
