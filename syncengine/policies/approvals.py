"""Who approves: the `approvals:` part of the policies."""

from __future__ import annotations

from accounts.catalogue import roles
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.sections import Section
from syncengine.policies.shapes import Approvals


def read_approvals(section: Section) -> Approvals:
    """Whether a changed policy needs a second person, and whose word counts."""
    below = section.section("policies", "approvals of policies")
    if below is None:
        return Approvals()
    by = below.texts("by")
    for role in by:
        if role not in roles():
            below.mistake(below.at("by"), f"there is no role “{role}”", did_you_mean(role, roles()))
    found = Approvals(two_people=below.flag("two_people", True), by=by or Approvals.by)
    below.done()
    return found
