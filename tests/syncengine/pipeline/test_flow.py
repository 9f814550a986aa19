"""From a file to a golden record and back out of mistakes: what a run and a round of the lane do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from accounts.catalogue import load
from accounts.models import Account, AccountLineage, AccountSummary, Change, Contact, Order, OrderLine, User
from accounts.selectors.history import get_row_as_of
from syncengine.models import DeadLetter, Dirty, Run, StewardTask, Stream
from syncengine.pipeline import StreamBusy, refresh_records, replay, run_stream
from syncengine.pipeline.source_run import STREAM_LOCK
from syncengine.selectors.queue import list_tasks
from syncengine.steward.decisions import decide_duplicate, resolve_conflict, undo
from tests.syncengine.small_company import START, SmallCompany

ACME_CRM = "C1,2026-03-01T08:00:00Z,,Acme Pumpen,+49 221 111,www.acme-pumpen.de,Köln,50667,Domstr. 1,DE,"
ACME_ERP = "10001;2026-03-01T08:00:00Z;Acme Pumpen GmbH;acme-pumpen.de;Köln;50667;Domstr. 1;DE;;5000,00"
BETA_ERP = "10002;2026-03-01T08:00:00Z;Beta Werkzeug AG;beta-werkzeug.de;Bonn;53111;Rheinweg 2;DE;;100,00"
ORDER = "A1;2026-03-01T08:00:00Z;;10001;2026-02-01;100,50;USD"


@pytest.fixture
def steward(db: None) -> User:
    return User.objects.create_user("steward@example.org", "a-long-password", role="steward")


def first_sync(company: SmallCompany) -> list[Run]:
    company.write("crm/accounts", ACME_CRM)
    company.write("erp/customers", ACME_ERP, BETA_ERP)
    company.write("erp/orders", ORDER)
    company.write("erp/lines", "L1;2026-03-01T08:00:00Z;A1;1;2;50.25")
    company.write("crm/contacts", "P1,2026-03-01T08:00:00Z,Ann Ray,ann@acme-pumpen.de,C1")
    return company.sync()


def test_two_systems_become_one_customer_with_lineage(company: SmallCompany) -> None:
    runs = first_sync(company)
    assert [run.state for run in runs] == ["succeeded"] * 5
    assert all(run.balanced for run in runs)
    acme = Account.objects.get(customer_number="10001")
    assert (acme.name, acme.legal_name, acme.record_count) == ("Acme Pumpen", "Acme Pumpen GmbH", 2)
    assert acme.sales_territory.code == "DACH"
    lineage = AccountLineage.objects.get(account=acme)
    members = dict(zip(lineage.keys, range(1, 3), strict=True))
    assert lineage.winners[0] == members["C1"]
    assert lineage.winners[1] == members["10001"]
    assert Dirty.objects.count() == 0


def test_documents_find_their_customer_and_amounts_their_rate(company: SmallCompany) -> None:
    first_sync(company)
    order = Order.objects.get(number="A1")
    assert order.account.customer_number == "10001"
    assert (order.net_amount, order.rate, order.base_net_amount) == (Decimal("100.5"), Decimal("0.5"), Decimal("50.25"))
    assert OrderLine.objects.get().order_id == order.pk
    assert Contact.objects.get().account_id == order.account_id
    summary = AccountSummary.objects.get(account=order.account)
    assert (summary.open_orders, summary.open_order_amount) == (1, Decimal("50.25"))


def test_nothing_changes_when_nothing_changed(company: SmallCompany) -> None:
    first_sync(company)
    before = list(Account.objects.order_by("pk").values())
    company.write("erp/customers", ACME_ERP, BETA_ERP)
    runs = company.sync()
    assert sum(run.created + run.updated for run in runs) == 0
    assert sum(run.unchanged for run in runs) == 2
    assert list(Account.objects.order_by("pk").values()) == before
    assert Change.objects.count() == 0


def test_unknown_customer_keeps_the_order_until_it_arrives(company: SmallCompany) -> None:
    company.write("erp/orders", ORDER)
    company.sync()
    assert Order.objects.get().account is None
    company.write("erp/customers", ACME_ERP)
    company.sync()
    assert Order.objects.get().account.customer_number == "10001"


def test_change_keeps_a_before_image(company: SmallCompany) -> None:
    first_sync(company)
    company.write("crm/accounts", ACME_CRM.replace("Acme Pumpen", "Acme Systems").replace("T08", "T09"))
    company.sync()
    acme = Account.objects.get(customer_number="10001")
    assert acme.name == "Acme Systems"
    change = Change.objects.get(object=1)
    assert (change.row_id, change.before["name"]) == (acme.pk, "Acme Pumpen")


def test_a_past_day_can_be_rebuilt_from_the_change_log(company: SmallCompany) -> None:
    first_sync(company)
    acme = Account.objects.get(customer_number="10001")
    early, names = company.now, ["Acme Systems", "Acme Group"]
    moments = []
    for hour, name in enumerate(names, start=9):
        company.pass_time()
        company.write("crm/accounts", ACME_CRM.replace("Acme Pumpen", name).replace("T08", f"T{hour:02}"))
        company.sync()
        moments.append(company.now)
    told = [get_row_as_of("account", acme.pk, at) for at in (early, *moments)]
    assert [row and row["name"] for row in told] == ["Acme Pumpen", *names]
    assert get_row_as_of("account", acme.pk, START - timedelta(days=1)) is None
    order = Order.objects.get()
    assert get_row_as_of("order", order.pk, START - timedelta(days=1)) is None
    assert get_row_as_of("order", order.pk, company.now)["number"] == "A1"


def test_older_state_never_replaces_a_newer_one(company: SmallCompany) -> None:
    first_sync(company)
    company.write("crm/accounts", ACME_CRM.replace("Acme Pumpen", "Old Name").replace("2026-03-01", "2026-02-01"))
    run = company.read("crm.accounts")
    company.publish()
    assert (run.superseded, run.balanced) == (1, True)
    assert Account.objects.get(customer_number="10001").name == "Acme Pumpen"


def test_bad_value_becomes_a_dead_letter_and_heals(company: SmallCompany) -> None:
    first_sync(company)
    company.write("erp/orders", "A2;2026-03-01T08:00:00Z;;10001;2026-02-01;12,x;EUR")
    run = company.read("erp.orders")
    assert (run.rejected, run.created, run.balanced) == (1, 0, True)
    letter = DeadLetter.objects.get()
    assert letter.key == "A2" and "net_amount" in letter.reason and "12,x" in letter.payload
    company.write("erp/orders", "A2;2026-03-01T08:00:00Z;;10001;2026-02-01;12,00;EUR")
    company.sync()
    assert Order.objects.get(number="A2").net_amount == 12
    assert DeadLetter.objects.get().state == "resolved"


def test_held_record_leaves_the_old_value_until_it_is_released(company: SmallCompany) -> None:
    first_sync(company)
    changed = ACME_ERP.replace("5000,00", "-7,00").replace("T08", "T09")
    company.write("erp/customers", changed, BETA_ERP)
    run = company.read("erp.customers")
    company.publish()
    assert (run.held, run.balanced) == (1, True)
    assert Account.objects.get(customer_number="10001").credit_limit == 5000
    (again,) = replay([DeadLetter.objects.get(severity="hold").pk], waive_holds=True, clock=company.clock)
    assert (again.read, again.updated, again.balanced) == (1, 1, True), list(DeadLetter.objects.values())
    company.publish()
    assert Account.objects.get(customer_number="10001").credit_limit == -7


def test_absent_from_a_full_listing_is_a_tombstone(company: SmallCompany) -> None:
    first_sync(company)
    company.write("erp/customers", BETA_ERP)
    run = company.read("erp.customers")
    company.publish()
    assert (run.absent, run.balanced) == (1, True)
    acme = Account.objects.get(name="Acme Pumpen")
    assert acme.customer_number is None, "values of a deleted record no longer compete"
    assert Order.objects.get(number="A1").account_id == acme.pk, "membership and documents stay"


def test_deleted_document_is_buried(company: SmallCompany) -> None:
    first_sync(company)
    company.write("erp/orders", "A1;2026-03-01T09:00:00Z;1;10001;2026-02-01;100,50;USD")
    company.sync()
    assert Order.objects.get().deleted_at is not None
    assert AccountSummary.objects.get(account__customer_number="10001").open_orders == 0


def test_deciding_different_splits_and_undo_brings_back(company: SmallCompany, steward: User) -> None:
    first_sync(company)
    acme = Account.objects.get(customer_number="10001")
    records = list(acme.crosswalk.order_by("pk").values_list("pk", flat=True))
    task = StewardTask.objects.create(
        kind="duplicate", subject="-".join(map(str, records)), account=acme, records=records, opened_at=company.now
    )
    decide_duplicate(task=task, kind="different", user=steward, now=company.clock())
    company.publish()
    assert Account.objects.filter(merged_into=None).count() == 3
    order = Order.objects.get(number="A1")
    assert order.account.customer_number == "10001"
    undo(task=task, user=steward, now=company.clock())
    company.publish()
    assert Account.objects.filter(merged_into=None).count() == 2
    assert Order.objects.get(number="A1").account_id == acme.pk


def test_conflict_is_asked_once_pinned_and_undone(company: SmallCompany, steward: User) -> None:
    company.write("crm/accounts", ACME_CRM.replace("Köln", "Bonn"))
    company.write("erp/customers", ACME_ERP)
    company.sync()
    task = StewardTask.objects.get(kind="conflict")
    acme = task.account
    assert (acme.city, acme.disputed) == ("Köln", [task.field])
    resolve_conflict(task=task, user=steward, now=company.clock(), value="Bonn")
    company.publish()
    acme.refresh_from_db()
    assert (acme.city, acme.disputed) == ("Bonn", [])
    undo(task=task, user=steward, now=company.clock())
    company.publish()
    acme.refresh_from_db()
    assert (acme.city, acme.disputed) == ("Köln", [task.field])
    assert StewardTask.objects.filter(kind="conflict", state="open").count() == 1


def test_a_value_that_cannot_be_pinned_is_refused_and_the_task_stays_open(
    company: SmallCompany, steward: User
) -> None:
    company.write("crm/accounts", ACME_CRM.replace("Köln", "Bonn"))
    company.write("erp/customers", ACME_ERP, BETA_ERP)
    company.sync()
    task = StewardTask.objects.get(kind="conflict")
    stranger = Account.objects.get(customer_number="10002").crosswalk.get()
    with pytest.raises(ValidationError, match="not one of this customer's"):
        resolve_conflict(task=task, user=steward, now=company.clock(), record_id=stranger.pk)
    with pytest.raises(ValidationError, match="needs a value"):
        resolve_conflict(task=task, user=steward, now=company.clock(), value="")
    assert StewardTask.objects.get(pk=task.pk).state == "open"


def test_nobody_is_asked_about_a_field_hidden_from_them(company: SmallCompany, steward: User) -> None:
    first_sync(company)
    acme = Account.objects.get(customer_number="10001")
    fields = load()["account"].fields
    for name in ("payment_terms", "tax_id"):
        code = fields[name].code
        StewardTask.objects.create(
            kind="conflict", subject=f"{acme.pk}:{code}", account=acme, field=code, opened_at=company.now
        )
    assert [task.field for task in list_tasks(steward, kind="conflict")] == [fields["tax_id"].code]


def test_conflict_closes_by_itself_when_the_sources_agree(company: SmallCompany) -> None:
    company.write("crm/accounts", ACME_CRM.replace("Köln", "Bonn"))
    company.write("erp/customers", ACME_ERP)
    company.sync()
    company.write("crm/accounts", ACME_CRM.replace("T08", "T09"))
    company.sync()
    assert StewardTask.objects.get(kind="conflict").state == "obsolete"
    assert Account.objects.get(customer_number="10001").disputed == []


def test_child_finds_its_parent_when_it_arrives(company: SmallCompany) -> None:
    company.write("crm/accounts", ACME_CRM + "C9")
    company.sync()
    company.write("crm/accounts", "C9,2026-03-01T08:00:00Z,,Holding SE,,holding.de,Ulm,89073,Ring 1,DE,")
    company.sync()
    assert Account.objects.get(name="Acme Pumpen").parent.name == "Holding SE"


def test_one_record_can_be_refreshed_while_its_stream_is_being_read(company: SmallCompany) -> None:
    company.write("erp/customers", ACME_ERP, BETA_ERP)
    stream = Stream.objects.get(source__name="erp", name="customers")
    with connections["default"].cursor() as cursor, psycopg.connect(**cursor.connection.info.get_parameters()) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [STREAM_LOCK, stream.pk])  # a bulk run elsewhere
        with pytest.raises(StreamBusy):
            run_stream(stream.pk, clock=company.clock)
        run = refresh_records(stream.pk, ("10002",), clock=company.clock)
    company.publish()
    assert (run.kind, run.state, run.created) == ("refresh", "succeeded", 1)
    assert [account.name for account in Account.objects.all()] == ["Beta Werkzeug AG"]
    stream.refresh_from_db()
    assert stream.watermark is None, "the next run still reads the whole file"
