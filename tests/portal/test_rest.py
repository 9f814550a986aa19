"""Errors of the interface for programs."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.rest import _errors_of


@pytest.mark.django_db
def test_refusal_is_a_problem_with_code_and_request(client: Client) -> None:
    response = client.get("/api/v1/accounts", headers={"X-Request-ID": "request-0001"})

    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert response.json() == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "Authentication credentials were not provided.",
        "instance": "/api/v1/accounts",
        "code": "not_authenticated",
        "request_id": "request-0001",
        "errors": [],
    }


@pytest.mark.django_db
def test_schema_is_served(client: Client) -> None:
    response = client.get("/api/v1/schema")

    assert response.status_code == 200
    assert b"/api/v1/accounts/{id}" in response.content


def test_validation_names_each_parameter() -> None:
    assert _errors_of({"name": ["This field is required."]}) == [
        {"parameter": "name", "code": "invalid", "message": "This field is required."}
    ]
