"""A real ERP is written to: fields and children in one call, under its own check, never over somebody's edit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts import proposals
from accounts.models import Account
from syncengine.models import OutboxMessage, StewardTask, Stream
from syncengine.pipeline import publish_all, refresh_records, run_stream
from syncengine.policies.apply import apply_folder
from syncengine.writeback.rounds import send_round
from tests.factories import UserFactory
from tests.syncengine.connectors.tryton_server import TrytonServer

POLICY = """
source: erp
label: Tryton
kind: tryton
system: erp
connection: {{url: "{url}", database: {database}, user: {user}, password: {password}}}
streams:
  accounts:
    object: account
    read:
      model: party.party
      fields: [name, code, active]
      children:
        address: {{model: party.address, parent: party, order: [sequence, id], fields: [street, city]}}
        phone: {{model: party.contact_mechanism, parent: party, where: [[type, "=", phone]], order: [sequence, id],
                 fields: [value]}}
    key: id
    modified: record.modified_at
    fields: {{name: name, customer_number: code, city: address.city, phone: phone.value}}
    write: {{fields: [name, city, phone]}}
"""


@pytest.fixture
def erp(db: None, tryton: TrytonServer, tmp_path: Path) -> TrytonServer:
    """Tryton declared as a source that may be written to, and read."""
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "erp.yaml").write_text(POLICY.format(**tryton.connection), encoding="utf-8")
    apply_folder(policies, by=None, now=datetime.now(UTC))
    return tryton


def read() -> None:
    run = run_stream(Stream.objects.get().pk)
    assert (run.state, run.message) == ("succeeded", "")
    publish_all()


def send(party: int) -> list[str]:
    """The states in which this party's messages ended; the server has parties of other tests too."""
    before = set(OutboxMessage.objects.filter(state__in=("confirmed", "conflict")).values_list("pk", flat=True))
    send_round(refresh=refresh_records)
    publish_all()
    return list(OutboxMessage.objects.filter(key=str(party)).exclude(pk__in=before).values_list("state", flat=True))


@pytest.mark.slow
def test_an_edit_reaches_tryton_and_its_children_and_a_faster_one_there_is_not_overwritten(erp: TrytonServer) -> None:
    party = erp.create_customer("Vogt Armaturen GmbH", city="Kassel", phone="+49 561 123456")
    read()
    account = Account.objects.get(name="Vogt Armaturen GmbH")
    steward = UserFactory(role="steward")
    wanted = {"name": "Vogt Ventile GmbH", "city": "Fulda", "phone": "+49 661 987654"}

    proposals.propose(account=account, values=wanted, user=steward, now=datetime.now(UTC))

    assert send(party) == ["confirmed"], OutboxMessage.objects.values("key", "state", "reason")
    assert [row["name"] for row in erp.find("party.party", [["id", "=", party]], ["name"])] == ["Vogt Ventile GmbH"]
    assert erp.find("party.address", [["party", "=", party]], ["city"])[0]["city"] == "Fulda"
    phones = erp.find("party.contact_mechanism", [["party", "=", party], ["type", "=", "phone"]], ["value"])
    assert [row["value"] for row in phones] == ["+49 661 987654"]
    _conflict(erp, party, account, steward)


def _conflict(erp: TrytonServer, party: int, account: Account, steward: object) -> None:
    account.refresh_from_db()
    proposals.propose(account=account, values={"city": "Gera"}, user=steward, now=datetime.now(UTC))  # type: ignore[arg-type]
    (address,) = erp.find("party.address", [["party", "=", party]])
    erp.write("party.address", address["id"], city="Suhl")

    assert send(party) == ["conflict"]
    assert erp.find("party.address", [["party", "=", party]], ["city"])[0]["city"] == "Suhl"
    assert StewardTask.objects.get(kind="conflict", state="open").evidence["values"][0]["current"] == "Suhl"
