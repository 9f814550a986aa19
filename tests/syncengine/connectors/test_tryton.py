"""The Tryton connector passes the suite over a real Tryton, and meets what is special there."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import yaml

from syncengine.connectors import Connector, ConnectorError, Kind, StreamRequest, open_connector
from syncengine.connectors.errors import with_retries
from syncengine.connectors.tryton.client import TrytonClient, rpc_error
from syncengine.connectors.tryton.decode import flat_record
from tests.conftest import BASE
from tests.syncengine.connectors.suite import ConnectorSuite, later, read_all, rows_of
from tests.syncengine.connectors.tryton_server import TrytonServer

PRESET: dict[str, Any] = yaml.safe_load((BASE / "syncengine/presets/tryton.yaml").read_text())


def stream_of(name: str, **changes: Any) -> StreamRequest:
    declared = PRESET["streams"][name]
    return StreamRequest(
        name=name,
        object=declared["object"],
        read=changes.pop("read", declared["read"]),
        key=declared["key"],
        modified=declared["modified"],
        until=changes.pop("until", None) or datetime.now(UTC),
        overlap=changes.pop("overlap", timedelta(0)),
        listing=declared["listing"],
        **changes,
    )


@pytest.fixture
def connector(tryton: TrytonServer) -> Iterator[Connector]:
    with open_connector("tryton", tryton.connection) as connector:
        yield connector


def settled() -> None:
    """Wait into the next second, since a window ends with one."""
    time.sleep(1.05)


class TestTryton(ConnectorSuite):
    @pytest.fixture(autouse=True)
    def _server(self, tryton: TrytonServer) -> None:
        self.server = tryton

    @pytest.fixture
    def connector(self, connector: Connector) -> Connector:
        return connector

    @pytest.fixture
    def unreachable(self) -> Connector:
        nowhere = open_connector(
            "tryton", {"url": "http://127.0.0.1:1", "database": "x", "user": "x", "password": "x"}
        )
        nowhere.client.retries = lambda call: call()  # type: ignore[attr-defined]
        return nowhere

    @pytest.fixture
    def stream(self) -> StreamRequest:
        return stream_of("accounts")

    def keys(self) -> list[str]:
        return [str(row["id"]) for row in self.server.find("party.party")]

    def empty(self, stream: StreamRequest) -> StreamRequest:
        return replace(stream, read={**stream.read, "domain": [["id", "=", 0]]})

    def change(self) -> str:
        party = self.server.find("party.party")[3]["id"]
        self.server.write("party.party", party, name=f"Renamed {time.monotonic_ns()}")
        return str(party)

    def misdeclared(self, stream: StreamRequest) -> StreamRequest:
        return replace(stream, read={**stream.read, "fields": ["name", "no_such_field"]})


def test_party_carries_address_phone_and_tax_number(connector: Connector) -> None:
    rows = rows_of(read_all(connector, stream_of("accounts")))
    (brandt,) = [row for row in rows if row["name"] == "Brandt Maschinenbau GmbH"]
    columns = ("address.city", "address.country.code", "phone.value", "email.value")
    told = [brandt[column] for column in columns]
    assert told == ["Hamburg", "DE", "+49 30 5550001", "info@customer1.example"]
    assert str(brandt["tax.code"]).startswith("DE")
    assert brandt["active"] == "true"


def test_changed_child_brings_its_parent(tryton: TrytonServer, connector: Connector) -> None:
    settled()
    mark = read_all(connector, stream_of("accounts"))[-1].watermark
    address = tryton.find("party.address", [], ["party"])[2]
    tryton.write("party.address", address["id"], city="Neustadt")
    rows = rows_of(read_all(connector, later(stream_of("accounts"), mark)))
    assert [(row["id"], row["address.city"]) for row in rows] == [(str(address["party"]), "Neustadt")]


def test_new_record_is_found_before_its_first_update(tryton: TrytonServer, connector: Connector) -> None:
    party = tryton.find("party.party")[4]["id"]
    settled()
    mark = read_all(connector, stream_of("addresses"))[-1].watermark
    address = tryton.create("party.address", party=party, city="Neuhaus")
    rows = rows_of(read_all(connector, later(stream_of("addresses"), mark)))
    assert [(row["id"], row["write_date"], row["city"]) for row in rows] == [(str(address), None, "Neuhaus")]
    assert rows[0]["record.modified_at"] == rows[0]["create_date"]


def test_share_becomes_per_cent(connector: Connector) -> None:
    rows = rows_of(read_all(connector, stream_of("opportunities")))
    assert {row["conversion_probability"] for row in rows} == {"50.0"}


def test_inactive_record_is_read_and_deleted_one_is_missing(
    tryton: TrytonServer, connector: Connector
) -> None:
    resting, gone = tryton.create_customer("Ruhend AG"), tryton.create_customer("Weg AG")
    tryton.write("party.party", resting, active=False)
    tryton.delete("party.party", gone)
    listed = {key for keys in connector.list_keys(stream_of("accounts")) for key in keys}
    rows = rows_of(read_all(connector, stream_of("accounts", keys=(str(resting), str(gone)))))
    assert [str(resting) in listed, str(gone) in listed] == [True, False]
    assert [(row["id"], row["active"]) for row in rows] == [(str(resting), "false")]


@pytest.fixture(scope="session")
def credited(tryton: TrytonServer) -> tuple[str, str]:
    """The id of a credit note and the total of the invoice it credits."""
    posted = tryton.find("account.invoice", [["state", "=", "posted"]], ["total_amount"])[0]
    return str(tryton.credit_invoice(posted["id"])), posted["total_amount"]["decimal"]


def test_credit_note_has_positive_amounts(connector: Connector, credited: tuple[str, str]) -> None:
    rows = rows_of(read_all(connector, stream_of("credit_notes")))
    assert [(row["id"], row["total_amount"]) for row in rows] == [credited]


@pytest.mark.parametrize("name", sorted(PRESET["streams"]))
def test_preset_streams_read_what_they_map(
    connector: Connector, name: str, credited: tuple[str, str]
) -> None:
    rows = rows_of(read_all(connector, stream_of(name)))
    declared = PRESET["streams"][name]
    columns = [m if isinstance(m, str) else m.get("from") for m in declared["fields"].values()]
    assert rows
    assert [column for column in columns if column and column not in rows[0]] == []


def test_paid_invoice_comes_again_with_nothing_open(tryton: TrytonServer, connector: Connector) -> None:
    order = tryton.create_order(tryton.find("party.party", [["addresses.city", "=", "Leipzig"]])[0]["id"])
    (invoice,) = tryton.invoices_of(order)
    tryton.post_invoice(invoice)
    settled()
    mark = read_all(connector, stream_of("invoices"))[-1].watermark
    paid_before = read_all(connector, stream_of("payments"))[-1].watermark
    tryton.pay_invoice(invoice)
    rows = rows_of(read_all(connector, later(stream_of("invoices"), mark)))
    payments = rows_of(read_all(connector, later(stream_of("payments"), paid_before)))
    assert [(r["id"], r["state"], r["amount_to_pay"], r["sales.first"]) for r in rows] == [
        (str(invoice), "paid", "0", str(order))
    ]
    assert [row["credit"] for row in payments] == [rows[0]["total_amount"]]


def test_wrong_password_is_a_configuration_error(tryton: TrytonServer) -> None:
    with (
        open_connector("tryton", {**tryton.connection, "password": "wrong"}) as connector,
        pytest.raises(ConnectorError) as caught,
    ):
        connector.check()
    assert caught.value.kind is Kind.CONFIGURATION


def test_lost_session_is_renewed(tryton: TrytonServer) -> None:
    client = TrytonClient(**tryton.connection)
    client.call("model.res.user.get_preferences", True, {})
    client.session = base64.b64encode(b"admin:1:stale").decode()
    assert client.call("model.party.party.search_count", [["id", "<", 0]], 0, None, client.context) == 0


def served(*answers: httpx.Response) -> tuple[TrytonClient, list[float]]:
    """Return a client whose server gives these answers, and the pauses it makes."""
    replies, pauses = iter(answers), []
    client = TrytonClient(
        url="http://erp",
        database="x",
        user="u",
        password="p",
        transport=httpx.MockTransport(lambda request: next(replies)),
        retries=lambda call: with_retries(call, sleep=pauses.append, jitter=lambda: 0.5),
    )
    client.session = "open"
    return client, pauses


def test_server_that_asks_to_wait_is_obeyed() -> None:
    busy = httpx.Response(429, headers={"Retry-After": "7"})
    client, pauses = served(busy, httpx.Response(503), httpx.Response(200, json={"result": [1]}))
    assert client.call("model.x.search") == [1]
    assert pauses == [7.5, 2.0]


def test_error_inside_success_is_an_error_without_its_traceback() -> None:
    error = ["UserError", ["Party in use", "Traceback (most recent call last): secret"]]
    client, pauses = served(httpx.Response(200, json={"id": 1, "error": error}))
    with pytest.raises(ConnectorError) as caught:
        client.call("model.x.delete")
    assert (caught.value.kind, pauses) == (Kind.REFUSED, [])
    assert str(caught.value) == "Tryton http://erp/x model.x.delete: Tryton says UserError: Party in use"


def test_unknown_model_is_a_configuration_error() -> None:
    assert rpc_error(["'party.nope'", "Traceback"], where="x").kind is Kind.CONFIGURATION


def test_tryton_values_become_text() -> None:
    at = {"__class__": "datetime", "year": 2026, "month": 1, "day": 2, "hour": 3, "minute": 4, "second": 5}
    record = {
        "id": 7,
        "amount": {"__class__": "Decimal", "decimal": "1.10"},
        "day": {"__class__": "date", "year": 2026, "month": 1, "day": 2},
        "at": {**at, "microsecond": 6},
        "rate": 0.5,
        "origin": "sale.sale,12",
        "sales": [3, 4],
        "country.": {"id": 5, "code": "DE"},
        "lang.": None,
    }
    assert flat_record(record) == {
        "id": "7",
        "amount": "1.10",
        "day": "2026-01-02",
        "at": "2026-01-02T03:04:05.000006+00:00",
        "rate": "0.5",
        "origin": "sale.sale,12",
        "origin.id": "12",
        "sales": "[3, 4]",
        "sales.first": "3",
        "country.id": "5",
        "country.code": "DE",
    }
