"""The policies in force, read from the database once a version."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from django.conf import settings

from accounts import own_fields
from syncengine.models import PolicyVersion
from syncengine.policies.load import check_documents
from syncengine.policies.shapes import PolicySet


def environment() -> Mapping[str, str]:
    """The variables that policy files may name."""
    return {"PORTAL_HOME": str(settings.HOME), **os.environ}


def current_version() -> PolicyVersion | None:
    """The version applied last."""
    return PolicyVersion.objects.order_by("-number").first()


def current_policies() -> PolicySet:
    """The policies of the version applied last; empty ones before the first."""
    found = PolicyVersion.objects.order_by("-number").values_list("number", "digest").first()
    own_fields.keep_up(found)
    return _policies(*found, environment()["PORTAL_HOME"]) if found else PolicySet()


@lru_cache(maxsize=4)
def _policies(number: int, digest: str, home: str) -> PolicySet:
    """The digest tells versions of different databases apart, the home what their folders are."""
    return policies_of(PolicyVersion.objects.get(number=number), home=home)


def policies_of(version: PolicyVersion, *, home: str | None = None) -> PolicySet:
    """The policies that a version's documents make."""
    variables = {**environment(), "PORTAL_HOME": home} if home else environment()
    return replace(check_documents(version.documents, environ=variables).policy_set, number=version.number)
