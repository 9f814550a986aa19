"""A world of customer records small enough to resolve at every step, on a real database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import polars as pl

from accounts.frames import execute, rows
from accounts.golden.changes import Cause
from accounts.golden.crosswalk import link
from accounts.golden.touched import begin
from accounts.models import AccountCrosswalk, AccountSummary, Source
from syncengine.identity import Model, Policy, default_model
from syncengine.models import CanonicalAccount, Decision, MatchVersion
from syncengine.resolution.accounts import resolve_accounts
from syncengine.resolution.decided import open_bindings
from syncengine.resolution.evidence import evidence_of_everything
from syncengine.resolution.ids import read_anchors
from syncengine.steward.bindings import bind, unbind

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TIGHT = Policy(key_cap=3, cluster_cap=4)
BULK, INCREMENTAL = 1, 1_000_000
COMPANIES = (
    {"name": "Acme Pumpen GmbH", "website": "acme-pumpen.de", "phone": "+49 221 5551234", "city": "Köln",
     "postcode": "50667", "street": "Domstr. 1", "country": "DE", "tax_id": "DE136695976"},
    {"name": "Acme Pumpen", "website": "acme-pumpen.de", "phone": "+49 221 5551299", "city": "Bonn",
     "postcode": "53111", "street": "Rheinweg 7", "country": "DE", "tax_id": "DE129273398"},
    {"name": "Borealis Glass Ltd", "website": "borealis.co.uk", "phone": "+44 20 79460000", "city": "London",
     "postcode": "EC1A 1BB", "street": "Fleet Street 9", "country": "GB", "tax_id": None},
    {"name": "Borealis Glas", "website": "borealis.co.uk", "phone": "+49 221 5551234", "city": "Köln",
     "postcode": "50667", "street": "Domstr. 1", "country": "DE", "tax_id": None},
)  # fmt: skip


@dataclass
class World:
    """Records that come, change, go and are judged; `resolve` brings what is dirty in order."""

    bulk_at: int
    now: datetime = START
    made: int = 0
    records: list[int] = field(default_factory=list)
    dirty: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.source = Source.objects.create(name="crm", label="CRM", system="crm")

    def come(self, company: int, told: frozenset[str]) -> int:
        """A new record of a company that tells only some fields."""
        self.made += 1
        record = rows(
            "INSERT INTO accounts_accountcrosswalk (source_id, key) VALUES (%s, %s) RETURNING id",
            [self.source.pk, f"K{self.made}"],
        )[0][0]
        CanonicalAccount.objects.create(
            crosswalk_id=record, source_id=self.source.pk, stream_id=1, key=f"K{self.made}", observed_at=self.now,
            **self._values(company, told),
        )  # fmt: skip
        self.records.append(record)
        self.dirty.add(record)
        return int(record)

    def change(self, record: int, company: int, told: frozenset[str]) -> None:
        """The record says something else from now on, and lives if it was gone."""
        blank = dict.fromkeys(COMPANIES[0])
        values = blank | self._values(company, told) | {"live": True}
        CanonicalAccount.objects.filter(pk=record).update(**values)
        self.dirty.add(record)

    def go(self, record: int) -> None:
        """The source deletes the record."""
        CanonicalAccount.objects.filter(pk=record).update(live=False)
        self.dirty.add(record)

    def decide(self, kind: str, left: list[int], right: list[int]) -> Decision:
        """A steward's word, or ContradictsDecision."""
        decision = bind(kind=kind, left=left, right=right, user=None, now=self.now)
        self.dirty |= {*left, *right}
        return decision

    def undo(self, decision: Decision) -> None:
        """The word is taken back."""
        unbind(decision, user=None, now=self.now)
        self.dirty |= {*decision.records_l, *decision.records_r}

    def owe(self, record: int) -> None:
        """The customer the record belongs to has an open invoice."""
        account = AccountCrosswalk.objects.values_list("account_id", flat=True).get(pk=record)
        values = {"open_receivable": 100, "computed_date": self.now.date()}
        AccountSummary.objects.update_or_create(account_id=account, defaults=values)

    def remodel(self, trust: float) -> None:
        """Another model version is asked for, which trusts what agrees so much less."""
        MatchVersion.objects.create(body=doubting(trust).to_bytes(), made_at=self.now, wanted_at=self.now)
        self.dirty |= set(self.records[:1])

    def fall(self) -> None:
        """The server falls and comes up again: what was written without a log is gone."""
        execute("TRUNCATE syncengine_matchkey")

    def resolve(self) -> None:
        """What the lane does with dirty records, without the golden values."""
        self.now += timedelta(minutes=1)
        dirty = pl.Series(sorted(self.dirty), dtype=pl.Int64)
        self.dirty.clear()
        resolved = resolve_accounts(dirty, now=self.now, bulk_at=self.bulk_at, policy=TIGHT)
        for account in resolved.members.filter("is_new")["account_id"].unique():
            execute(
                "INSERT INTO accounts_account (id, source_ids, record_count, disputed, created_at, changed_at) "
                "VALUES (%s, '{}', 1, '{}', %s, %s)",
                [account, self.now, self.now],
            )
        begin()
        link("account", resolved.members.select("record_id", golden_id="account_id"), cause=Cause(self.now, "test", 1))

    @property
    def accounts(self) -> dict[int, int]:
        """The customer of each record."""
        return dict(rows("SELECT id, account_id FROM accounts_accountcrosswalk ORDER BY id"))

    @property
    def stored(self) -> tuple[dict[int, int], list[tuple[object, ...]]]:
        """Raw components and pairs as they are stored."""
        found = dict(rows("SELECT crosswalk_id, component_id FROM syncengine_matchrecord ORDER BY 1"))
        pairs = rows(
            "SELECT record_l, record_r, round(match_weight::numeric, 6)::float8, tier FROM syncengine_matchpair "
            "ORDER BY 1, 2"
        )
        return found, pairs

    def from_scratch(self) -> tuple[dict[int, int], dict[int, int], list[tuple[object, ...]]]:
        """Customers, raw components and pairs of the same records and decisions, worked out from nothing."""
        evidence = evidence_of_everything(now=self.now, policy=TIGHT)
        parted = evidence.part(open_bindings(), TIGHT)
        anchored = read_anchors(parted["record_id"], everything=True).join(parted, on="record_id")
        ids = anchored.group_by("cluster").agg(pl.col("account_id").min())
        owned = parted.join(ids, on="cluster", how="left").sort("record_id")
        pairs = evidence.pairs.select("record_l", "record_r", pl.col("match_weight").round(6), "tier")
        return (
            dict(owned.select("record_id", "account_id").iter_rows()),
            dict(parted.sort("record_id").select("record_id", "component_id").iter_rows()),
            list(pairs.sort("record_l", "record_r").iter_rows()),
        )

    def broken_words(self) -> list[tuple[object, ...]]:
        """Open decisions and holds that keep two records apart which share a customer all the same."""
        return rows(
            "SELECT d.kind, l, r FROM (SELECT kind, records_l, records_r FROM syncengine_decision "
            "WHERE closed_at IS NULL AND kind = 'different' UNION ALL "
            "SELECT 'held', records_l, records_r FROM syncengine_hold WHERE state = 'open') d, "
            "unnest(d.records_l) l, unnest(d.records_r) r, accounts_accountcrosswalk x, accounts_accountcrosswalk y "
            "WHERE x.id = l AND y.id = r AND x.account_id = y.account_id"
        )

    def _values(self, company: int, told: frozenset[str]) -> dict[str, str | None]:
        return {name: value for name, value in COMPANIES[company].items() if name in told}


def doubting(trust: float) -> Model:
    """The default model with every agreement worth less."""
    model = default_model()
    levels = {
        name: {level: replace(p, m=max(p.m * trust, 1e-12)) for level, p in told.items()}
        for name, told in model.levels.items()
    }
    return replace(model, levels=levels)
