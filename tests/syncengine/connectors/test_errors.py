"""Failures are told by table, and only what may pass later is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from syncengine.connectors import ConnectorError, Kind, open_connector
from syncengine.connectors.errors import http_error, read_retry_after, with_retries
from syncengine.connectors.secrets import resolve_secrets
from syncengine.connectors.window import Window, plan_windows


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Kind.REFUSED),
        (401, Kind.CONFIGURATION),
        (302, Kind.CONFIGURATION),
        (422, Kind.REFUSED),
        (429, Kind.RETRY),
        (500, Kind.RETRY),
        (501, Kind.CONFIGURATION),
        (503, Kind.RETRY),
    ],
)
def test_status_has_a_kind(status: int, kind: Kind) -> None:
    assert http_error(status, where="x", headers={}).kind is kind


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), (None, None), ("soon", None), ("Thu, 01 Jan 1970 00:01:40 GMT", 90.0)],
)
def test_retry_after_is_read_as_number_or_date(value: str | None, seconds: float | None) -> None:
    assert read_retry_after(value, now=10.0) == seconds


def failing(*errors: ConnectorError) -> tuple[list[float], object]:
    left, pauses = list(errors), []

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    try:
        return pauses, with_retries(call, sleep=pauses.append, jitter=lambda: 0.5)
    except ConnectorError as error:
        return pauses, error


def test_pauses_grow_until_it_passes() -> None:
    busy = [ConnectorError("busy", kind=Kind.RETRY) for _ in range(3)]
    assert failing(*busy) == ([1.0, 2.0, 4.0], "done")


def test_long_waits_are_cut_to_a_minute() -> None:
    assert failing(ConnectorError("busy", kind=Kind.RETRY, retry_after=900))[0] == [60.0]


@pytest.mark.parametrize("kind", [Kind.CONFIGURATION, Kind.REFUSED])
def test_what_cannot_pass_is_not_tried_again(kind: Kind) -> None:
    error = ConnectorError("no", kind=kind)
    assert failing(error) == ([], error)


def test_secrets_are_read_where_they_stand() -> None:
    told = {"url": "https://${HOST}/x", "auth": [{"secret": "KEY"}], "port": 7}
    assert resolve_secrets(told, {"HOST": "erp", "KEY": "s3"}) == {
        "url": "https://erp/x",
        "auth": ["s3"],
        "port": 7,
    }


def test_secret_named_by_a_loader_is_read() -> None:
    @dataclass(frozen=True)
    class Secret:
        name: str

    assert resolve_secrets({"password": Secret("KEY")}, {"KEY": "s3"}) == {"password": "s3"}


def test_unknown_kind_names_known_ones() -> None:
    with pytest.raises(ConnectorError, match="known are files, rest, sql, tryton"):
        open_connector("sap", {})


def test_interrupted_window_is_finished_before_the_next() -> None:
    first = Window("2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00")
    windows = plan_windows(
        first.reached(7), until="2026-01-03T00:00:00.000000+00:00", overlap=timedelta(minutes=10)
    )
    assert windows == [
        Window("2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00", 7),
        Window("2026-01-01T23:50:00.000000+00:00", "2026-01-03T00:00:00.000000+00:00"),
    ]
