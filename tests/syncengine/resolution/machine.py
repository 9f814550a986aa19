"""Any sequence of what can happen to records and decisions, with what must hold after each step."""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from syncengine.models import Decision
from syncengine.steward.contradictions import ContradictsDecision
from tests.syncengine.resolution.world import COMPANIES, INCREMENTAL, World

company = st.integers(0, len(COMPANIES) - 1)
told = st.sets(st.sampled_from(sorted(COMPANIES[0])), min_size=4).map(lambda s: frozenset({*s, "name"}))
told = st.one_of(st.just(frozenset(COMPANIES[0])), told)
place = st.integers(0, 30)


class Resolution(RuleBasedStateMachine):
    """Incremental state equals resolution from scratch, whatever happened before."""

    bulk_at: ClassVar[int] = INCREMENTAL

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = World(self.bulk_at)
        self.decisions: list[Decision] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def pick(self, at: int) -> int:
        return self.world.records[at % len(self.world.records)]

    @initialize(rows=st.lists(st.tuples(company, told), min_size=2, max_size=6))
    def first_load(self, rows: list[tuple[int, frozenset[str]]]) -> None:
        for row in rows:
            self.world.come(*row)
        self.world.resolve()

    @rule(rows=st.lists(st.tuples(company, told), min_size=1, max_size=3))
    def come(self, rows: list[tuple[int, frozenset[str]]]) -> None:
        for row in rows:
            self.world.come(*row)
        self.world.resolve()

    @rule(changes=st.lists(st.tuples(place, company, told), min_size=1, max_size=2))
    def change(self, changes: list[tuple[int, int, frozenset[str]]]) -> None:
        for at, *row in changes:
            self.world.change(self.pick(at), *row)
        self.world.resolve()

    @rule(places=st.lists(place, min_size=1, max_size=3))
    def go(self, places: list[int]) -> None:
        for at in places:
            self.world.go(self.pick(at))
        self.world.resolve()

    @rule(kind=st.sampled_from(["same", "different"]), a=place, b=place, also=st.none() | place)
    def decide(self, kind: str, a: int, b: int, also: int | None) -> None:
        left, right = {self.pick(a)}, {self.pick(b)}
        if also is not None:
            left.add(self.pick(also))
        left -= right
        if not left:
            return
        try:
            with transaction.atomic():
                self.decisions.append(self.world.decide(kind, sorted(left), sorted(right)))
        except ContradictsDecision:
            return
        self.world.resolve()

    @precondition(lambda self: self.decisions)
    @rule(at=place)
    def undo(self, at: int) -> None:
        self.world.undo(self.decisions.pop(at % len(self.decisions)))
        self.world.resolve()

    @rule(trust=st.sampled_from([1.0, 0.1, 0.001]))
    def remodel(self, trust: float) -> None:
        self.world.remodel(trust)
        self.world.resolve()

    @rule()
    def fall(self) -> None:
        self.world.fall()

    @rule(at=place)
    def owe(self, at: int) -> None:
        self.world.owe(self.pick(at))

    @invariant()
    def equals_from_scratch(self) -> None:
        if not self.world.records:
            return
        accounts, raw, pairs = self.world.from_scratch()
        assert self.world.stored == (raw, pairs)
        assert self.world.accounts == accounts

    @invariant()
    def words_hold(self) -> None:
        assert self.world.broken_words() == []


class BulkResolution(Resolution):
    """The same with the bulk executor at every step."""

    bulk_at = 1
