"""What makes two refusals the same: stage, rule, and the words without the values they name."""

from __future__ import annotations

import hashlib
import re

QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|'[^']*'")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def stripped(reason: str) -> str:
    """The message without the values it names."""
    return NUMBER.sub("…", QUOTED.sub("“…”", reason))


def group_fingerprint(stage: str, rule: str, reason: str) -> str:
    """The same for records refused in the same stage by the same rule with the same words."""
    return hashlib.sha256("\x1f".join((stage, rule, stripped(reason))).encode()).hexdigest()[:24]
