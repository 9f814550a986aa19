"""The declared sources: sound, reading every file, and feeding nearly every field there is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.catalogue import load
from syncengine.connectors import StreamRequest, open_connector
from syncengine.demo.install import POLICIES
from syncengine.mapping import compile_stream, map_rows
from syncengine.policies import PolicySet
from syncengine.policies.load import check
from tests.syncengine.demo.conftest import Company

UNFED = {
    ("order", "quote"), ("order", "opportunity"), ("ticket", "order"),  # they live in other systems
    ("order", "original_number"), ("invoice", "original_number"),  # the demo's CRM keeps no copies of papers
}  # fmt: skip


@pytest.fixture(scope="module")
def policies(company: Company, tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    """The policies, with the company under their PORTAL_HOME."""
    home = tmp_path_factory.mktemp("home")
    (home / "company").symlink_to(company.folder)
    checked = check(POLICIES, environ={"PORTAL_HOME": str(home)})
    assert checked.mistakes == ()
    return checked.policy_set


def test_policies_feed_every_field_a_source_can_know(policies: PolicySet) -> None:
    streams = [stream for source in policies.sources.values() for stream in source.streams.values()]
    fed = {(stream.object, field.field) for stream in streams for field in stream.fields}
    fed |= {(also.object, field.field) for stream in streams for also in stream.also for field in also.fields}
    known = {(spec.name, field.name) for spec in load() for field in spec.fields.values() if field.owner != "portal"}

    assert known - fed == UNFED


def test_policies_map_every_file_and_refuse_only_what_was_planted(policies: PolicySet) -> None:
    refused: dict[str, int] = {}
    for source in policies.sources.values():
        connector = open_connector("files", {**source.connection, "settle": "0 seconds"}, timezone=source.timezone)
        for stream in source.streams.values():
            plan = compile_stream(stream, load())
            request = StreamRequest(
                name=stream.name, object=stream.object, read=stream.read, key=stream.key,
                until=datetime.now(UTC), listing=stream.listing,
            )  # fmt: skip
            for batch in connector.read(request):
                found = list(batch.refused)
                mapped = map_rows(batch.rows, plan) if batch.rows.height else []
                found += [refusal for part in mapped for refusal in part.refused]
                refused[stream.name] = refused.get(stream.name, 0) + len(found)

    planted = {"orders": 2, "order_lines": 1, "payments": 2, "activities": 1, "tickets": 1}
    assert {name: count for name, count in refused.items() if count and name != "customers"} == planted
    assert refused["customers"] < 10
