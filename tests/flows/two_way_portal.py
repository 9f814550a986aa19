"""Run as a program: without an argument the portal's work in a loop until killed; with one, a part of it once."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import django

django.setup()

from accounts.models import User  # noqa: E402  (settings have to be ready)
from syncengine.models import OutboxMessage, StewardTask, Stream  # noqa: E402
from syncengine.pipeline import StreamBusy, publish_all, refresh_records, run_stream  # noqa: E402
from syncengine.policies.apply import apply_folder  # noqa: E402
from syncengine.steward.decisions import resolve_conflict  # noqa: E402
from syncengine.writeback.rounds import send_round  # noqa: E402

HOME = Path(os.environ["PORTAL_HOME"])
PATIENCE = 180


def work() -> bool:
    """Everything once: read, publish, send, publish; whether all could be read and nothing was to be sent."""
    states = [_read(stream.pk) for stream in Stream.objects.order_by("pk")]
    publish_all()
    sent = send_round(refresh=refresh_records)
    publish_all()
    return set(states) == {"succeeded"} and not any(sent.values())


def _read(stream_id: int) -> str:
    try:
        return run_stream(stream_id).state
    except StreamBusy:
        return "busy"  # the server has not noticed yet that the reader before this one is gone


def settle_tasks() -> None:
    """A steward answers every conflict with what was wanted."""
    user, _ = User.objects.get_or_create(email="steward@example.org", defaults={"role": "steward"})
    for task in StewardTask.objects.filter(state="open", kind="conflict"):
        value = next(v for v in task.evidence["values"] if v["field"] == task.field)
        resolve_conflict(task=task, user=user, now=datetime.now(UTC), value=value["wanted"])


def waiting() -> bool:
    """Whether anything is still to be asked, sent or looked up."""
    moving = OutboxMessage.objects.filter(state__in=["planned", "sending", "sent", "unknown", "waiting"])
    return moving.exists() or StewardTask.objects.filter(state="open", kind="conflict").exists()


def settle() -> None:
    """Until everything was read twice and nothing was left to do."""
    calm, end = 0, time.monotonic() + PATIENCE
    while calm < 2 and time.monotonic() < end:
        settle_tasks()
        calm = calm + 1 if work() and not waiting() else 0
        time.sleep(0.3)


def main(what: str) -> None:
    if what == "setup":
        apply_folder(HOME / "policies", by=None, now=datetime.now(UTC))
        work()
    elif what == "settle":
        settle()
    else:
        while True:
            work()
            time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
