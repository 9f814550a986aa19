"""What every answer carries, and in which form it travels."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User


@pytest.mark.django_db
def test_pages_travel_compressed_and_answers_to_programs_as_they_are() -> None:
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(User.objects.create_user("anna@example.com", "a-long-password", role="finance"))

    page, answer = client.get("/customers/"), client.get("/api/v1/me")

    assert (page.headers.get("Content-Encoding"), answer.headers.get("Content-Encoding")) == ("gzip", None)
    assert len(page.content) < 20_000
    assert answer.headers["ETag"].startswith('"')
