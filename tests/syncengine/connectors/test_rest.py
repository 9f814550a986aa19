"""A declared REST API, over real sockets: read by pages and keys, changed under If-Match, created once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syncengine.connectors import (
    AnswerLost,
    Change,
    ConnectorError,
    StreamRequest,
    TargetChanged,
    TargetRefused,
    open_connector,
    open_writer,
)
from tests.syncengine.connectors.rest_server import RestServer

READ = {
    "list": "/customers", "items": "data", "next": "links.next", "one": "/customers/{key}",
    "write": {"body": {"customer": "{values}"}, "search": "/customers?marker={correlation}"},
}  # fmt: skip
STREAM = StreamRequest("customers", "account", READ, "id", datetime(2026, 3, 1, tzinfo=UTC), listing="full")


@pytest.fixture
def server() -> Iterator[RestServer]:
    with RestServer() as running:
        yield running
        running.shutdown()


def change_of(server: RestServer, key: str, **values: str) -> Change:
    with open_connector("rest", {"url": server.url}) as connector:
        (row,) = next(iter(connector.read(replace(STREAM, keys=(key,))))).rows.to_dicts()
    return Change(STREAM, values, key=key, row=row, correlation_column="marker", correlation="m-1")


def test_pages_are_read_to_the_end_with_what_stands_inside_objects(server: RestServer) -> None:
    for n in range(5):
        server.put(name=f"Customer {n}", address={"city": "Köln"})

    with open_connector("rest", {"url": server.url}) as connector:
        batches = list(connector.read(STREAM))
        keys = [key for some in connector.list_keys(STREAM) for key in some]

    assert [batch.rows.height for batch in batches] == [2, 2, 1, 0]
    assert batches[0].rows["address.city"].to_list() == ["Köln", "Köln"]
    assert (batches[-1].complete, keys) == (True, ["R1", "R2", "R3", "R4", "R5"])


def test_a_change_is_written_within_its_template_and_not_over_a_faster_one(server: RestServer) -> None:
    key = server.put(name="Brandt", address={"city": "Köln", "street": "Ring 1"})
    change = change_of(server, key, **{"name": "Brandt AG", "address.city": "Bonn"})

    with open_writer("rest", {"url": server.url}) as writer:
        writer.update(change)
        with pytest.raises(TargetChanged):
            writer.update(change)

    assert server.records[key]["address"] == {"city": "Bonn", "street": "Ring 1"}
    assert server.records[key]["version"] == 2


def test_a_refusal_comes_with_the_servers_own_words(server: RestServer) -> None:
    key = server.put(name="Brandt")
    with open_writer("rest", {"url": server.url}) as writer, pytest.raises(TargetRefused, match="needs a name"):
        writer.update(change_of(server, key, name=""))


def test_a_lost_answer_is_unknown_and_the_record_is_found_by_its_marker(server: RestServer) -> None:
    server.put(name="Somebody else")
    change = Change(STREAM, {"name": "New"}, correlation_column="marker", correlation="m-7")
    server.mute = True

    with open_writer("rest", {"url": server.url}) as writer:
        assert writer.find(change) is None
        with pytest.raises(AnswerLost):
            writer.create(change)
        assert (writer.find(change), writer.create(change)) == ("R2", "R2")

    assert len(server.records) == 2


def test_secrets_do_not_follow_a_link_to_another_server(server: RestServer) -> None:
    server.put(name="One")
    stream = replace(STREAM, read={**READ, "next": "data_next"})
    connector = open_connector("rest", {"url": server.url})
    with connector, pytest.raises(ConnectorError, match="another server"):
        connector._own("http://elsewhere.example/x", stream)  # type: ignore[attr-defined]
