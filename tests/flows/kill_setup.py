"""Run as a program: without an argument it applies the policies, with a number it brings about that drop.

With `everything` the whole story happens here, one step after another.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

django.setup()

from django_celery_beat.models import IntervalSchedule, PeriodicTasks  # noqa: E402  (settings have to be ready)

from accounts.models import AccountCrosswalk, User  # noqa: E402
from syncengine.models import Decision, StewardTask, Stream  # noqa: E402
from syncengine.pipeline import publish_all, refresh_records, run_stream  # noqa: E402
from syncengine.policies.apply import apply_folder  # noqa: E402
from syncengine.steward.decisions import decide_duplicate, resolve_conflict  # noqa: E402
from syncengine.writeback.rounds import send_round  # noqa: E402
from tests.flows.kill_serial import CUSTOMERS, DROPS, PASSWORD, STEWARD  # noqa: E402
from tests.flows.kill_shop import make_shop  # noqa: E402
from tests.syncengine.small_company import HEADS, make_small_company  # noqa: E402

HOME = Path(os.environ["PORTAL_HOME"])


def write(stream: str, drop: int, rows: list[str]) -> None:
    """A drop appears whole or not at all."""
    path = HOME / "small" / f"{stream}-{drop:03}.csv"
    partial = path.with_suffix(".part")
    partial.write_text("\n".join((HEADS[stream], *rows)) + "\n", encoding="utf-8")
    partial.rename(path)


def bring_about(drop: int) -> None:
    """Changed customers on both sides, new and changed orders, some refused, and a steward's word."""
    day = f"2026-03-{drop + 1:02}T08:00:00Z"
    crm = [
        f"C{n},{day},,Kunde {n} Nord,+49 30 {n:04},www.kunde{n}.de,{'Bonn' if (n + drop) % 9 == 0 else 'Köln'},50667,"
        f"Weg {n},DE,"
        for n in range(CUSTOMERS)
        if (n + drop) % 3 == 0 or drop == 0
    ]
    erp = [
        f"{n};{day};Kunde {n} Nord GmbH;kunde{n}.de;Köln;50667;Weg {n};DE;;{n * 10 + drop},00" for n in range(CUSTOMERS)
    ]
    orders = [f"A{drop}-{n};{day};;{n};2026-02-01;{n + drop},50;USD" for n in range(0, CUSTOMERS, 2)]
    orders += [f"A{drop - 1}-{n};{day};1;{n};2026-02-01;1,00;USD" for n in range(0, CUSTOMERS, 12) if drop]
    orders += [f"BAD{drop};{day};;1;2026-02-01;x,y;EUR"]
    write("crm/accounts", drop, [*crm, f"MARK{drop},{day},,Zeichen {drop} Crm,,,,,,,"])
    write("erp/customers", drop, [*erp, f"MARK{drop};{day};Merkmal {drop} Erp;;;;;;;"])
    write("erp/orders", drop, [*orders, f"MARK{drop};{day};;1;2026-02-01;0,00;EUR"])
    write("erp/lines", drop, [f"MARK{drop};{day};A{drop}-0;1;1;1"])
    if drop == 2:
        decide_apart("C8", "8")
    hurry()


def hurry() -> None:
    """Everything that happens on a schedule happens every second."""
    IntervalSchedule.objects.update(every=1)
    PeriodicTasks.update_changed()


def decide_apart(left: str, right: str) -> None:
    """A steward says that two records are not the same customer."""
    records = list(AccountCrosswalk.objects.filter(key__in=[left, right]).order_by("pk").values_list("pk", flat=True))
    if Decision.objects.exists() or len(records) != 2:
        raise SystemExit(f"the records to decide on are not there: {records}")
    now = datetime.now(UTC)
    user = User.objects.get(email=STEWARD)
    task = StewardTask.objects.create(
        kind="duplicate", subject="-".join(map(str, records)), records=records, opened_at=now
    )
    decide_duplicate(task=task, kind="different", user=user, now=now)


def resolve() -> None:
    """The steward takes the CRM's city for one customer."""
    record = AccountCrosswalk.objects.get(key="C7")
    task = StewardTask.objects.get(kind="conflict", state="open", account=record.account_id)
    resolve_conflict(task=task, user=User.objects.get(email=STEWARD), now=datetime.now(UTC), record_id=record.pk)


def set_up() -> None:
    """Three systems that nothing was read of yet, and a steward."""
    make_small_company(HOME)
    make_shop(HOME / "small")
    apply_folder(HOME / "small" / "policies", by=None, now=datetime.now(UTC))
    User.objects.create_user(STEWARD, PASSWORD, role="steward")


def sync() -> None:
    """Read everything, publish, write back, and publish what the target says then."""
    for stream in Stream.objects.order_by("pk"):
        run_stream(stream.pk)
    publish_all()
    send_round(refresh=refresh_records)
    publish_all()


if __name__ == "__main__":
    if len(sys.argv) == 1:
        set_up()
    elif sys.argv[1] == "everything":
        set_up()
        for number in range(DROPS):
            bring_about(number)
            sync()
        resolve()
        sync()
    else:
        bring_about(int(sys.argv[1]))
