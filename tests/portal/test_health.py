"""The probes, on the suite's own database and broker."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings


def test_healthz_answers_without_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_is_ok_when_all_parts_are(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "migrations": "ok", "broker": "ok"}


@pytest.mark.django_db
@override_settings(CELERY_BROKER_URL="redis+socket:///nowhere/broker.sock")
def test_readyz_names_the_part_that_is_down(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "database": "ok",
        "migrations": "ok",
        "broker": "unavailable",
    }


def test_request_id_is_kept_when_well_formed(client: Client) -> None:
    kept = client.get("/healthz", headers={"X-Request-ID": "abcd-1234-efgh"})["X-Request-ID"]
    made = client.get("/healthz", headers={"X-Request-ID": "two\twords"})["X-Request-ID"]

    assert kept == "abcd-1234-efgh"
    assert len(made) == 32
