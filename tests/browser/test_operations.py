"""Pages of the sync and the administration in a real browser: nothing spills over, and axe finds nothing serious."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import Source, User
from syncengine.models import (
    DeadLetter,
    ErrorGroup,
    KeyProof,
    Run,
    RunLine,
    SchemaDrift,
    Stream,
    WebhookDelivery,
    WebhookEndpoint,
)
from tests.browser.test_looks import faults, spills
from tests.dashboards.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Page]


def some_sync(source: Source) -> list[str]:
    """A stream with everything its pages can show; their addresses."""
    stream = Stream.objects.create(source=source, name="orders", object="order")
    seen = {"stream": stream, "seen_at": NOW}
    SchemaDrift.objects.create(column="Stage", kind="values", was="A, B", now="C", mapped=True, **seen)
    SchemaDrift.objects.create(column="", kind="volume", was="10 rows", now="900 rows", mapped=True, **seen)
    KeyProof.objects.create(stream=stream, checked_at=NOW, listed=2, known=1, missing=1, missing_keys=["K-1"], extra=0)
    Run.objects.create(stream=stream, state="succeeded", started_at=NOW, created=30, read=30, known_after=30)
    run = Run.objects.create(stream=stream, state="failed", started_at=NOW, read=2, rejected=2, message="no answer",
                             stages={"land": 1.5, "map": 0.5})  # fmt: skip
    RunLine.objects.create(run=run, at=NOW, level="warn", text="2 read: 2 rejected")
    group = ErrorGroup.objects.create(stream=stream, fingerprint="f", stage="map", title="amount “…” is no number",
                                      count=2, first_at=NOW, last_at=NOW)  # fmt: skip
    letter = DeadLetter.objects.create(stream=stream, group=group, run=run, key="K-1", stage="map", payload="{}",
                                       reason="“x” is no number", fingerprint="f", created_at=NOW,
                                       seen_at=NOW)  # fmt: skip
    return [f"/sync/streams/{stream.pk}/", f"/sync/runs/{run.pk}/", f"/sync/errors/{group.pk}/", "/sync/schema/",
            "/sync/refused/", f"/sync/refused/{letter.pk}/"]  # fmt: skip


def test_pages_of_the_sync_are_sound(enter: Enter, live_server: LiveServer, sources: dict[str, Source]) -> None:
    paths = some_sync(sources["erp"])
    page = enter("steward")
    found: list[str] = []
    for place, path in enumerate(paths):
        page.emulate_media(color_scheme="dark" if place % 2 else "light")
        page.goto(live_server.url + path)
        found += faults(page) + spills(page)

    assert found == []


def test_pages_of_the_administration_are_sound(enter: Enter, live_server: LiveServer) -> None:
    page = enter("administrator")
    person = User.objects.get(role="administrator")
    hook = WebhookEndpoint.objects.create(user=person, url="https://x.example/a/long/path", secret="s", created_at=NOW)
    WebhookDelivery.objects.create(endpoint=hook, seq=1, body="{}", next_at=NOW, planned_at=NOW)
    paths = ["users/", f"users/{person.pk}/", "roles/", "territories/", "keys/", "webhooks/", f"webhooks/{hook.pk}/",
             "audit/"]  # fmt: skip
    found: list[str] = []
    for place, path in enumerate(paths):
        page.emulate_media(color_scheme="dark" if place % 2 else "light")
        page.goto(f"{live_server.url}/admin/{path}")
        found += faults(page) + spills(page)

    assert found == []
