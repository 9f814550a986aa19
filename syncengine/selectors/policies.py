"""The company's rules as pages and commands read them: versions, drafts, and what is being applied."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.frames import rows
from syncengine.landing import POLICY_CAUSE
from syncengine.models import PolicyVersion


@dataclass(frozen=True)
class Applying:
    """A version whose consequences still wait for the publish lane."""

    number: int
    waiting: int
    queued: int

    @property
    def done(self) -> int:
        """How much of it is done, in percent."""
        return 100 - round(100 * min(self.waiting, self.queued) / self.queued) if self.queued else 100


def applying() -> Applying | None:
    """What is being applied at this moment, if anything."""
    waiting = int(rows("SELECT count(*) FROM syncengine_dirty WHERE cause = %s", [POLICY_CAUSE])[0][0])
    latest = PolicyVersion.objects.order_by("-number").values_list("number", "queued").first()
    if not waiting or latest is None:
        return None
    return Applying(latest[0], waiting, max(latest[1], waiting))
