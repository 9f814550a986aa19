"""Addresses of the same page in another state."""

from __future__ import annotations

from django.http import QueryDict


def link(params: QueryDict, **changes: str | None) -> str:
    """The address with some parameters changed; None takes one away."""
    changed = params.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    return f"?{changed.urlencode()}"
