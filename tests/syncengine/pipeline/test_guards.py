"""Runs that end before their source does: too much would change or go, or somebody asks."""

from __future__ import annotations

import pytest

from syncengine.models import Run, Stream
from syncengine.operations.cancelling import NotRunning, ask_to_cancel
from syncengine.pipeline import run_stream
from tests.factories import UserFactory
from tests.syncengine.small_company import SmallCompany


def test_a_listing_that_lacks_too_much_deletes_nothing_until_somebody_says_so(company: SmallCompany) -> None:
    rows = [f"{n};2026-03-01T08:00:00Z;Firma Nummer {n};;Ort {n};;;DE;;1,00" for n in range(150)]
    company.write("erp/customers", *rows)
    company.sync()
    company.write("erp/customers", rows[0])
    stopped = company.read("erp.customers")
    assert (stopped.state, stopped.absent, stopped.known_after) == ("stopped", 0, 150)
    assert "--accept-changes" in stopped.message
    again = Stream.objects.get(source__name="erp", name="customers")
    run = run_stream(again.pk, clock=company.clock, accept_changes=True)
    assert (run.state, run.absent, run.balanced) == ("succeeded", 149, True)


def test_a_run_that_changes_too_much_changes_nothing_until_somebody_says_so(company: SmallCompany) -> None:
    rows = [f"{n};2026-03-01T08:00:00Z;Firma Nummer {n};;Ort {n};;;DE;;1,00" for n in range(600)]
    company.write("erp/customers", *rows)
    company.sync()
    company.write("erp/customers", *[row.replace("Firma", "XXX").replace("T08", "T09") for row in rows])
    stopped = company.read("erp.customers")
    assert (stopped.state, stopped.updated, stopped.known_after) == ("stopped", 0, 600)
    assert "600 of 600 known records would change" in stopped.message
    again = Stream.objects.get(source__name="erp", name="customers")
    run = run_stream(again.pk, clock=company.clock, accept_changes=True)
    assert (run.state, run.updated, run.balanced) == ("succeeded", 600, True)


def test_a_run_ends_between_batches_when_somebody_asks(company: SmallCompany) -> None:
    company.write("erp/customers", "1;2026-03-01T08:00:00Z;Eins;;;;;DE;;1,00")

    def ask(_: str, rows: int) -> None:
        if rows:
            ask_to_cancel(run=Run.objects.get(state="running"), user=UserFactory(role="operator"), now=company.now)

    stream = Stream.objects.get(source__name="erp", name="customers")
    cancelled = run_stream(stream.pk, clock=company.clock, progress=ask)
    resumed = company.read("erp.customers")

    ends = [(run.state, run.balanced, run.known_after) for run in (cancelled, resumed)]
    assert ends == [("cancelled", True, 1), ("succeeded", True, 1)]
    assert [line.level for line in cancelled.lines.order_by("id")] == ["info", "warn"]
    with pytest.raises(NotRunning):
        ask_to_cancel(run=cancelled, user=UserFactory(role="operator"), now=company.now)
