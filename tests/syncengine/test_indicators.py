"""What running the portal is measured by says what its runs, checks and alerts say, and is kept by day."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.metrics import load
from accounts.models import Alert, CompanyFigure
from accounts.quote_to_cash.kept import get_figure, history_of, list_figures
from syncengine.models import Quality, Run, StewardTask, Stream
from syncengine.operations.indicators import renew_operation, tell_operation
from tests.factories import AccountFactory, SourceFactory, SourceStateFactory, UserFactory, make
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVERY = {name for name in load().of("operation") if name != "adoption"}


@pytest.fixture
def stream() -> Stream:
    """A stream of the ERP, read for the first time a month ago."""
    made = Stream.objects.create(source=SourceFactory(), name="orders", object="order")
    ran(made, 30 * DAY)
    return made


def ran(stream: Stream, ago: timedelta, state: str = "succeeded", **counts: int) -> Run:
    """A run that began so long ago and took a minute."""
    began = NOW - ago
    ended = None if state == "running" else began + MINUTE
    return Run.objects.create(stream=stream, state=state, started_at=began, finished_at=ended, **counts)


def told(name: str) -> Decimal | None:
    """A figure to one place."""
    value = tell_operation(at=NOW, today=TODAY)[name].value
    return None if value is None else round(value, 1)


def test_success_and_errors_are_those_of_finished_runs_of_a_week(stream: Stream) -> None:
    ran(stream, 8 * DAY, "failed", read=100, rejected=100)
    ran(stream, 3 * DAY, read=90, rejected=1)
    ran(stream, 2 * DAY, "failed", read=10, rejected=1)
    ran(stream, DAY, "cancelled")
    ran(stream, HOUR, "running")

    assert (told("call_success_rate"), told("error_rate")) == (Decimal(50), Decimal(2))


def test_a_failure_of_several_runs_is_detected_once_and_over_with_the_next_good_run(stream: Stream) -> None:
    for ago in (10, 9, 8):
        ran(stream, ago * HOUR, "failed")
    ran(stream, 7 * HOUR)
    ran(stream, 2 * HOUR, "failed")
    for ago in (10 * HOUR - 31 * MINUTE, 8 * HOUR):  # the second comes when the first has told already
        Alert.objects.create(rule="failed_calls", source=stream.source, subject="orders", severity="bad",
                             opened_at=NOW - ago, renewed_at=NOW, closed_at=NOW)  # fmt: skip
    Alert.objects.create(rule="failed_calls", source=stream.source, subject="prices", severity="bad",
                         opened_at=NOW - HOUR, renewed_at=NOW)  # fmt: skip

    assert (told("time_to_detect"), told("time_to_recover")) == (Decimal(30), Decimal(180))


def test_latency_is_from_the_change_to_the_page_and_leaves_out_the_first_load(stream: Stream) -> None:
    for minutes in (1, 2, 30):
        make("order", source=stream.source, published_at=NOW - HOUR, modified_at=NOW - HOUR - minutes * MINUTE)
    make("order", source=stream.source, published_at=NOW - HOUR, modified_at=NOW - 90 * DAY)
    make("invoice", source=stream.source, published_at=NOW - 2 * DAY, modified_at=NOW - 3 * DAY)
    make("invoice", source=SourceFactory(name="crm"), published_at=NOW - HOUR, modified_at=NOW - 3 * HOUR)

    found = tell_operation(at=NOW, today=TODAY)["sync_latency"]

    assert (found.value, found.facts) == (Decimal(2), {"count": 3, "p95": "27.2"})


def test_freshness_counts_streams_in_use(stream: Stream) -> None:
    for name, state, ago in (("orders", "ok", MINUTE), ("quotes", "ok", DAY), ("paused", "paused", DAY)):
        Stream.objects.get_or_create(source=stream.source, name=name, object="order")
        SourceStateFactory(source=stream.source, stream=name, state=state, data_at=NOW - ago, target_seconds=3600)

    assert told("freshness") == Decimal(50)


def test_completeness_is_the_share_of_fields_that_are_filled(stream: Stream) -> None:
    whole = {"name": "A", "country": "DE", "tax_id": "DE1", "owner": "o@x", "segment": "A", "record_count": 1}
    kept = AccountFactory(**whole)
    AccountFactory(**whole | {"tax_id": None, "segment": None})
    AccountFactory(**whole | {"name": None}, merged_into=kept)

    assert told("completeness") == Decimal(80)


def test_duplicates_are_the_pairs_that_wait(stream: Stream) -> None:
    for subject, kind, state in (("a", "duplicate", "open"), ("b", "duplicate", "done"), ("c", "conflict", "open")):
        StewardTask.objects.create(kind=kind, subject=subject, state=state, opened_at=NOW)

    assert told("duplicate_count") == Decimal(1)


def test_quality_is_that_of_the_latest_measured_day_by_weight(stream: Stream) -> None:
    for rule, ago, weight, failed in (("a", 1, 100, 50), ("a", 0, 100, 10), ("b", 0, 300, 0)):
        Quality.objects.create(stream=stream, rule=rule, dimension="validity", day=TODAY - ago * DAY, measured_at=NOW,
                               checked=1, failed=0, weight=weight, failed_weight=failed)  # fmt: skip

    assert told("quality_validity") == Decimal("97.5")


def test_every_figure_is_told_and_those_nothing_is_known_of_have_no_value() -> None:
    found = tell_operation(at=NOW, today=TODAY)

    assert EVERY - set(found) == {name for name in EVERY if name.startswith("quality_")}
    assert {name for name, one in found.items() if one.value is not None} == {"duplicate_count"}


def test_they_are_kept_by_day_and_shown_to_who_sees_them(stream: Stream) -> None:
    operator = UserFactory(role="operator")
    ran(stream, HOUR)
    renew_operation(at=NOW - DAY, today=TODAY - DAY)
    renew_operation(at=NOW, today=TODAY)

    found = get_figure(operator, "call_success_rate", today=TODAY)

    assert found is not None
    assert (found.value, found.computed_at) == (Decimal(100), NOW)
    assert [value for _, value in history_of(operator, "call_success_rate")] == [None, Decimal(100)]
    assert list_figures(operator)["call_success_rate"] == found
    assert get_figure(UserFactory(role="marketing"), "call_success_rate", today=TODAY) is None
    assert CompanyFigure.objects.filter(name="call_success_rate").count() == 2
