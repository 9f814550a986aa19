"""The company's rules as pages and commands read them: versions, drafts, what is being applied, and the dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from accounts.access import treatment
from accounts.catalogue import FieldSpec, load
from accounts.frames import rows
from accounts.models import User
from syncengine.landing import POLICY_CAUSE
from syncengine.models import PolicyVersion
from syncengine.policies import PolicySet, current_policies

READERS = ("steward", "operator", "administrator")
WORDS = {
    "system_of_record": "by the order of systems",
    "most_recent": "the newest",
    "most_frequent": "what most records say",
    "longest": "the fullest",
    "highest": "the highest",
    "lowest": "the lowest",
    "aggregate": "all of them together",
    "manual": "a steward decides",
}


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


@dataclass(frozen=True)
class Entry:
    """One field in the data dictionary."""

    field: FieldSpec
    sources: tuple[str, ...]
    rule: str
    sees: str
    freshness: timedelta | None
    checks: tuple[str, ...]


def may_see_rules(user: User) -> bool:
    """Whose business the company's rules are."""
    return bool(user.is_active and user.role in READERS)


def applying() -> Applying | None:
    """What is being applied at this moment, if anything."""
    waiting = int(rows("SELECT count(*) FROM syncengine_dirty WHERE cause LIKE %s", [f"{POLICY_CAUSE}%"])[0][0])
    latest = PolicyVersion.objects.order_by("-number").values_list("number", "queued").first()
    if not waiting or latest is None:
        return None
    return Applying(latest[0], waiting, max(latest[1], waiting))


def list_dictionary(user: User, object_name: str) -> list[Entry]:
    """Every field of an object with what the policies in force say of it."""
    policies = current_policies()
    return [_entry(user, policies, field) for field in load()[object_name].fields.values()]


def _entry(user: User, policies: PolicySet, field: FieldSpec) -> Entry:
    told = _told(policies, field)
    rules = [rule for rule in policies.rules if rule.object == field.object]
    streams = [stream for source in policies.sources.values() for stream in source.streams.values()]
    rules += [rule for stream in streams for rule in stream.rules if rule.object == field.object]
    return Entry(
        field=field,
        sources=tuple(dict.fromkeys(label for label, _ in told)),
        rule=_rule(policies, field, [label for label, _ in told]),
        sees=treatment(user, field.sensitivity),
        freshness=min((fresh for _, fresh in told), default=None),
        checks=tuple(dict.fromkeys(rule.sentence for rule in rules if field.name in rule.fields)),
    )


def _told(policies: PolicySet, field: FieldSpec) -> Sequence[tuple[str, timedelta]]:
    """The sources that tell a field, with the age their data may have."""
    found = []
    for source in policies.sources.values():
        for stream in source.streams.values():
            also = [entry.fields for entry in stream.also if entry.object == field.object]
            maps = [*(stream.fields if stream.object == field.object else ()), *(m for part in also for m in part)]
            found += [(source.label, stream.freshness)] if any(m.field == field.name for m in maps) else []
    return found


def _rule(policies: PolicySet, field: FieldSpec, told: Sequence[str]) -> str:
    """How its value comes about, in a few words."""
    if field.of:
        return f"worked out from {field.of.replace('_', ' ')}"
    if load()[field.object].kind != "golden":
        return "as the document says" if told else ""
    if not told:
        return ""
    policy = policies.field_policy(field.object, field.name, load())
    words = WORDS[policy.strategy]
    if policy.strategy == "system_of_record":
        labels = [policies.sources[name].label for name in policy.order if name in policies.sources]
        words = " → ".join(label for label in labels if label in told) or words
    asks = ["asks where systems differ"] * policy.conflict + ["changes need approval"] * policy.approval
    return "; ".join([words, *asks])
