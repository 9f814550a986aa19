"""Days and moments out of text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.syncengine.mapping.streams import map_field

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2040, 1, 1))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T10:00:00Z", utc(2026, 1, 31, 10)),
        ("2026-01-31T10:00:00.000+0000", utc(2026, 1, 31, 10)),
        ("2026-01-31T10:00:00.123456+02:00", utc(2026, 1, 31, 8, 0, 0, 123456)),
        ("2026-01-31T10:00:00", utc(2026, 1, 31, 9)),
        ("2026-01-31 10:00:00.5", utc(2026, 1, 31, 9, 0, 0, 500000)),
        ("2026-01-31 10:00", utc(2026, 1, 31, 9)),
        ("2026-01-31 10:00:00 +01:00", utc(2026, 1, 31, 9)),
        ("2026-07-31", utc(2026, 7, 30, 22)),
        ("2026-03-29 02:30:00", utc(2026, 3, 29, 1, 30)),
        ("2026-10-25 02:30:00", utc(2026, 10, 25, 0, 30)),
        ("31.01.2026", "refused"),
        ("0001-01-01T00:00:00Z", "refused"),
        ("2026-02-30T00:00:00Z", "refused"),
        ("2026-01-31T25:00:00", "refused"),
    ],
)
def test_moment_is_read_in_the_sources_zone(text: str, expected: object) -> None:
    assert map_field([text], "opened_at", "ticket", timezone="Europe/Berlin") == [expected]


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("1767225600", "epoch", utc(2026, 1, 1)),
        ("1767225600123", "epoch_ms", utc(2026, 1, 1, 0, 0, 0, 123000)),
        ("31.01.2026 10:00", "%d.%m.%Y %H:%M", utc(2026, 1, 31, 10)),
        ("31.01.2026 10:00 +0200", "%d.%m.%Y %H:%M %z", utc(2026, 1, 31, 8)),
        ("soon", "epoch", "refused"),
    ],
)
def test_moment_in_a_declared_format(text: str, form: str, expected: object) -> None:
    assert map_field([text], "opened_at", "ticket", format=form) == [expected]


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2026-01-31", None, date(2026, 1, 31)),
        ("20260131", None, date(2026, 1, 31)),
        ("2026-01-31T23:30:00Z", None, date(2026, 1, 31)),
        ("31.01.2026", "%d.%m.%Y", date(2026, 1, 31)),
        ("01/31/2026 09:30", "%m/%d/%Y %H:%M", date(2026, 1, 31)),
        ("31.01.2026", None, "refused"),
        ("2026-13-01", None, "refused"),
        ("00000000", None, "refused"),
    ],
)
def test_day_is_read_or_refused(text: str, form: str | None, expected: object) -> None:
    assert map_field([text], "close_date", "opportunity", format=form) == [expected]


@settings(max_examples=40)
@given(moments=st.lists(MOMENTS, min_size=1), zone=st.sampled_from(ZONES))
def test_moments_survive_being_written_in_local_time(moments: list[datetime], zone: str) -> None:
    texts: list[str | None] = [moment.isoformat(sep=" ") for moment in moments]
    expected = [moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for moment in moments]
    assert map_field(texts, "opened_at", "ticket", timezone=zone) == expected


@settings(max_examples=40)
@given(moments=st.lists(MOMENTS, min_size=1), hours=st.integers(-12, 12))
def test_moments_survive_being_written_with_an_offset(moments: list[datetime], hours: int) -> None:
    offset = timedelta(hours=hours)
    sign = "-" if hours < 0 else "+"
    texts: list[str | None] = [f"{m.isoformat()}{sign}{abs(hours):02}:00" for m in moments]
    assert map_field(texts, "opened_at", "ticket") == [(m - offset).replace(tzinfo=UTC) for m in moments]


@settings(max_examples=40)
@given(days=st.lists(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)), min_size=1))
def test_days_survive_being_written(days: list[date]) -> None:
    assert map_field([day.isoformat() for day in days], "close_date", "opportunity") == days
