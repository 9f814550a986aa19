"""A change somebody asked for, as its card and its own page show it."""

from __future__ import annotations

from typing import Any

from accounts import proposals
from accounts.selectors.money import base_currency
from dashboards.panels.written import STATES
from syncengine.models import OutboxMessage
from syncengine.policies import current_policies

SHOWN = 20


def change_view(found: proposals.Proposal) -> dict[str, Any]:
    """Before and after, why, by which policy, where it goes and what hangs on it."""
    word, tone = STATES[found.request.state]
    messages = OutboxMessage.objects.filter(request=found.request).select_related("stream__source").order_by("pk")
    return {
        "proposal": found, "word": word, "tone": tone, "targets": _targets(found),
        "messages_": list(messages[:SHOWN]), "currency": base_currency(),
    }  # fmt: skip


def _targets(found: proposals.Proposal) -> list[str]:
    """The systems that would be told."""
    fields = {wish.field.name for wish in found.wishes}
    return [
        source.label
        for source in current_policies().sources.values()
        if any(stream.write and fields & set(stream.write.fields) for stream in source.streams.values())
    ]
