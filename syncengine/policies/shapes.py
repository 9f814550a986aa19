"""The company's rules as frozen, picklable data: what the YAML said, checked and typed. No Django here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from accounts.catalogue import Catalogue
from syncengine.policies.company import Reference

Severity = Literal["reject", "hold", "warn"]


@dataclass(frozen=True)
class Schedule:
    """When a stream is read: every so often, or by a cron text of five fields."""

    every: timedelta | None = None
    cron: str | None = None


@dataclass(frozen=True)
class FieldMap:
    """How one catalogue field is made from source columns; exactly one of the ways to read is set."""

    field: str
    columns: tuple[str, ...] = ()
    how: Literal["column", "constant", "join", "first_of", "template"] = "column"
    value: str | None = None
    separator: str = " "
    template: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    format: str | None = None
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    otherwise: str | None = None
    default: str | None = None
    empty: tuple[str, ...] = ()
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    transform: tuple[str, ...] = ()
    on_error: Literal["refuse", "null"] = "refuse"
    owner: str | None = None
    changed: str | None = None


@dataclass(frozen=True)
class AlsoMap:
    """A further object told by the same source row, with a key of its own."""

    object: str
    key: str
    fields: tuple[FieldMap, ...]
    unless_empty: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One validation rule with the sentence a person reads when it fails."""

    kind: str
    fields: tuple[str, ...] = ()
    severity: Severity = "reject"
    sentence: str = ""
    object: str = ""
    values: tuple[str, ...] = ()
    min: Decimal | date | None = None
    max: Decimal | date | None = None
    pattern: str | None = None
    to: str | None = None
    forbids: str | None = None
    across: str = "source"

    @property
    def name(self) -> str:
        """Short stable name by which failures are counted."""
        return f"{self.kind}:{'+'.join(self.fields)}" if self.fields else self.kind


@dataclass(frozen=True)
class WriteField:
    """One field that may be written: the target's column, and its words for ours where they differ."""

    field: str
    column: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Write:
    """What may be written into a stream's records, and how.

    `version` is a column that moves with every change of a record; without one the values themselves are
    compared. `propagate` lets golden values follow by themselves; `approval` lists fields a person approves
    first in any case, `by_policy` those of finance's that need nobody.
    """

    fields: Mapping[str, WriteField]
    version: str | None = None
    increments: bool = False
    correlation: str | None = None
    create: bool = False
    propagate: bool = False
    approval: tuple[str, ...] = ()
    by_policy: tuple[str, ...] = ()
    rate: int = 600
    dry_run: bool = False


@dataclass(frozen=True)
class Stream:
    """One kind of rows of a source: how to read them and what golden objects they tell."""

    name: str
    source: str
    object: str
    read: Mapping[str, Any]
    key: str
    fields: tuple[FieldMap, ...]
    modified: FieldMap | None = None
    published: FieldMap | None = None
    version: str | None = None
    deleted: FieldMap | None = None
    listing: Literal["full", "delta"] = "delta"
    schedule: Schedule = Schedule(every=timedelta(hours=1))
    freshness: timedelta = timedelta(hours=2)
    overlap: timedelta = timedelta(minutes=10)
    timezone: str = "UTC"
    sparse: bool = False
    also: tuple[AlsoMap, ...] = ()
    rules: tuple[Rule, ...] = ()
    write: Write | None = None


@dataclass(frozen=True)
class Lines:
    """The lines that are created together with a document; `into` says where its target keeps them."""

    object: str
    fields: Mapping[str, WriteField]
    into: Mapping[str, Any]


@dataclass(frozen=True)
class Copy:
    """Rows of a source (`of`) that another one keeps too: what is written there, which rows, and who approves.

    `when` are values a row must have, `unless` objects of which none may follow from it; `first_order` waits for
    the customer's billing, tax, terms and fulfilment data.
    """

    stream: Stream
    of: str
    when: Mapping[str, str] = dataclasses.field(default_factory=dict)
    unless: tuple[str, ...] = ()
    lines: Lines | None = None
    approved_by: str = ""
    first_order: bool = False


@dataclass(frozen=True)
class EventShape:
    """Where a system's own events keep what we need; paths with dots, `each` the list they stand in."""

    stream: str
    key: str
    id: str | None = None
    kind: str | None = None
    at: str | None = None
    each: str | None = None
    when: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Events:
    """How a source tells us of changes: who signs, in which shape, or over which topic."""

    secrets: tuple[Any, ...] = ()
    signature: str = "standard"
    header: str = ""
    shapes: tuple[EventShape, ...] = ()
    kafka: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A system customers are read from, with its streams; secrets stand in `connection` by name only."""

    name: str
    label: str
    kind: str
    system: str
    connection: Mapping[str, Any]
    streams: Mapping[str, Stream]
    timezone: str = "UTC"
    record_url: str = ""
    events: Events | None = None
    copies: Mapping[str, Copy] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class FieldPolicy:
    """Which of several sources' values survives in a field."""

    strategy: str = "system_of_record"
    order: tuple[str, ...] = ()
    conflict: bool = False
    ignore_empty: bool = True
    distrust_invalid: bool = True
    distrust_deleted: bool = True
    minimum_age: timedelta | None = None
    approval: bool = False


@dataclass(frozen=True)
class Survivorship:
    """The field policies of one object: a default and its exceptions."""

    object: str
    default: FieldPolicy
    fields: Mapping[str, FieldPolicy] = dataclasses.field(default_factory=dict)

    def policy(self, name: str) -> FieldPolicy:
        """The policy that decides one field."""
        return self.fields.get(name, self.default)


@dataclass(frozen=True)
class Approvals:
    """Whether changed policies need a second person, and which roles may be that person."""

    two_people: bool = True
    by: tuple[str, ...] = ("steward", "administrator")


@dataclass(frozen=True)
class OwnField:
    """A field the company adds to an object: what the field catalogue says of its own."""

    object: str
    name: str
    type: str
    sensitivity: str
    owner: str
    meaning: str
    label: str = ""
    unit: str | None = None
    choices: tuple[str, ...] = ()
    filter: bool = True
    search: bool = False


@dataclass(frozen=True)
class PolicySet:
    """Everything one policy version says."""

    sources: Mapping[str, Source] = dataclasses.field(default_factory=dict)
    survivorship: Mapping[str, Survivorship] = dataclasses.field(default_factory=dict)
    reference: Reference = dataclasses.field(default_factory=Reference)
    rules: tuple[Rule, ...] = ()
    approvals: Approvals = Approvals()
    own_fields: Mapping[str, OwnField] = dataclasses.field(default_factory=dict)
    number: int | None = None

    def stream(self, source: str, name: str) -> Stream:
        """One stream by the names of its source and itself."""
        return self.sources[source].streams[name]

    def rules_for(self, stream: Stream, object_name: str) -> tuple[Rule, ...]:
        """The rules that rows of an object from this stream must pass: its own and the company's."""
        everywhere = tuple(rule for rule in self.rules if rule.object == object_name)
        return tuple(rule for rule in stream.rules if rule.object == object_name) + everywhere

    def field_policy(self, object_name: str, field_name: str, catalogue: Catalogue) -> FieldPolicy:
        """The declared policy of a field, else one that trusts its owner's system first."""
        declared = self.survivorship.get(object_name)
        if declared is not None:
            return declared.policy(field_name)
        owner = catalogue[object_name].fields[field_name].owner
        ranked = sorted(self.sources.values(), key=lambda source: source.system != owner)
        return FieldPolicy(order=tuple(source.name for source in ranked))
