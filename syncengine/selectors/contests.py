"""Systems that keep changing fields they do not own, with a proposed end to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.catalogue import load
from accounts.frames import rows
from syncengine.policies import PolicySet, current_policies

OFTEN = 3  # changes of one record from which a habit is assumed


@dataclass(frozen=True)
class Contest:
    """One field that one system keeps changing though another one owns it."""

    source: str
    object: str
    field: str
    owner: str
    records: int
    times: int
    last_at: datetime
    proposal: str


def list_contested() -> list[Contest]:
    """Fields by how often they were changed by who does not own them."""
    policies = current_policies()
    found = rows(
        "SELECT s.name, s.label, c.object, c.field, count(*), sum(c.times), max(c.last_at) "
        "FROM (SELECT f.*, coalesce(a.source_id, k.source_id, d.source_id, p.source_id) AS source_id "
        "FROM syncengine_fieldcontest f "
        "LEFT JOIN syncengine_canonicalaccount a ON f.object = 1 AND a.crosswalk_id = f.record_id "
        "LEFT JOIN syncengine_canonicalcontact k ON f.object = 2 AND k.crosswalk_id = f.record_id "
        "LEFT JOIN syncengine_canonicaladdress d ON f.object = 3 AND d.crosswalk_id = f.record_id "
        "LEFT JOIN syncengine_canonicalproduct p ON f.object = 4 AND p.crosswalk_id = f.record_id "
        "WHERE f.times >= %s) c JOIN accounts_source s ON s.id = c.source_id "
        "GROUP BY 1, 2, 3, 4 ORDER BY 6 DESC LIMIT 20",
        [OFTEN],
    )
    return [_contest(policies, *row) for row in found]


def _contest(
    policies: PolicySet, name: str, label: str, code: int, field: int, records: int, times: int, last_at: datetime
) -> Contest:
    spec = load().by_code[code]
    told = spec.by_code[field]
    order = policies.field_policy(spec.name, told.name, load()).order
    owner = policies.sources[order[0]].label if order and order[0] in policies.sources else ""
    proposal = _proposal(policies, name, label, told.name, owner)
    return Contest(label, spec.label, told.label, owner, records, int(times), last_at, proposal)


def _proposal(policies: PolicySet, name: str, label: str, field: str, owner: str) -> str:
    source = policies.sources.get(name)
    writes = [stream.write for stream in source.streams.values() if stream.write] if source else []
    if any(field in write.fields and write.propagate for write in writes):
        return f"Make the field read-only in {label}: what it writes there is overwritten each time."
    if writes:
        return f"Let {owner}’s value be written to {label}, or make the field read-only there."
    return f"Make the field read-only in {label}, or put {label} before {owner} in the rule."
