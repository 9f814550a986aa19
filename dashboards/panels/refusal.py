"""The card of a refused record: what it says, where it breaks its rule, and how many others do."""

from __future__ import annotations

import json
from typing import Any

from accounts.models import User
from syncengine.models import DeadLetter
from syncengine.selectors.sync import show_payload


def letter_view(letter: DeadLetter, user: User) -> dict[str, Any]:
    """What the card shows of a refused record, its payload as far as the reader may see it."""
    alike = DeadLetter.objects.filter(stream=letter.stream, rule=letter.rule, stage=letter.stage, state="open")
    payload = letter.edited_payload or letter.payload
    seen = show_payload(user)
    return {
        "siblings": alike.exclude(pk=letter.pk).count(),
        "fields": _fields(payload, letter.reason) if seen else [],
        "editable": payload if seen and _is_record(payload) else "",
        "hidden_payload": not seen,
    }


def _fields(payload: str, reason: str) -> list[tuple[str, str, bool]]:
    """(name, value, whether the reason speaks of it) of a payload that is a record."""
    if not _is_record(payload):
        return []
    told = {name: value for name, value in json.loads(payload).items() if value not in (None, "")}
    return [(name, str(value), bool(str(value)) and str(value) in reason) for name, value in told.items()]


def _is_record(payload: str) -> bool:
    try:
        return isinstance(json.loads(payload), dict)
    except json.JSONDecodeError:
        return False
