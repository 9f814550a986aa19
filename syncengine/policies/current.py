"""The policy version that rules at the moment."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from syncengine.models import PolicyVersion
from syncengine.policies.load import check_documents
from syncengine.policies.shapes import PolicySet


def current_version() -> PolicyVersion | None:
    """The version applied last."""
    return PolicyVersion.objects.order_by("-number").first()


def current_policies() -> PolicySet:
    """The policies of the version applied last; empty ones before the first."""
    head = PolicyVersion.objects.order_by("-number").values_list("number", "digest").first()
    return PolicySet() if head is None else _policies(*head)


@lru_cache(maxsize=4)
def _policies(number: int, digest: str) -> PolicySet:
    # A version never changes, so it is read once per process; the digest keeps test databases apart.
    return policies_of(PolicyVersion.objects.get(number=number))


def policies_of(version: PolicyVersion) -> PolicySet:
    """The policies that a version's documents make."""
    return replace(check_documents(version.documents).policy_set, number=version.number)
