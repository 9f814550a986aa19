"""Approved requests become pins and messages, in one transaction; rejected ones cancel what waited for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction

from accounts.catalogue import load
from accounts.frames import stage
from accounts.models import Account, AccountCrosswalk, ChangeRequest
from syncengine.landing import mark_dirty
from syncengine.models import OutboxMessage, Pin
from syncengine.policies import PolicySet, current_policies
from syncengine.steward.approvals import renew_requests
from syncengine.steward.wake import wake_lane
from syncengine.writeback.outbox import Planned, plan_messages
from syncengine.writeback.plan import DIFFERENCE, needed, told_texts
from syncengine.writeback.targets import Target, list_targets
from syncengine.writeback.wake import wake_outbox

ACCOUNT = load()["account"].code


def take_requests(*, now: datetime, limit: int = 200) -> int:
    """Carry out what was approved and clear up after what was not; how many requests were taken."""
    taken = sum(take_request(request_id, now=now) for request_id in _waiting(limit))
    renew_requests(now=now)
    return taken


def _waiting(limit: int) -> list[int]:
    approved = ChangeRequest.objects.filter(state="approved").order_by("pk").values_list("pk", flat=True)
    refused = OutboxMessage.objects.filter(state="waiting", request__state__in=["rejected", "withdrawn"]).values_list(
        "request_id", flat=True
    )
    return list(dict.fromkeys([*approved[:limit], *(pk for pk in refused[:limit] if pk)]))


@transaction.atomic
def take_request(request_id: int, *, now: datetime) -> int:
    """One request; 0 where somebody else has it."""
    request = ChangeRequest.objects.select_for_update(skip_locked=True).filter(pk=request_id).first()
    if request is None:
        return 0
    if request.state in ("rejected", "withdrawn"):
        _cancel(request, now)
        return 1
    if request.state != "approved":
        return 0
    if request.kind in ("sync", "event"):
        OutboxMessage.objects.filter(request=request, state="waiting").update(state="planned", next_at=now)
    else:
        _carry_out(request, now)
    ChangeRequest.objects.filter(pk=request.pk).update(state="applied", applied_at=now)
    wake_outbox()
    return 1


def _cancel(request: ChangeRequest, now: datetime) -> None:
    """What was rejected is not planned again for the same values."""
    OutboxMessage.objects.filter(request=request, state="waiting").update(
        state="cancelled", settled_at=now, reason=request.answer or request.state, extra={"rejected": True}
    )


def _carry_out(request: ChangeRequest, now: datetime) -> None:
    """A person's values: pinned on the customer, and sent to every target that holds the customer."""
    account = survivor(request.account)
    record = AccountCrosswalk.objects.filter(account=account).order_by("pk").values_list("pk", flat=True).first()
    if record is None:
        return
    pins = {} if request.kind == "compensation" else _pin(request, record, now)
    wanted = _wanted(request, account, current_policies())
    if wanted.height:
        planned = Planned(wanted, f"request {request.pk}", request_id=request.pk, pins=pins, approved=True)
        plan_messages(planned, now=now)
    mark_dirty(ACCOUNT, pl.Series([record], dtype=pl.Int64), stream_id=None, cause=f"request {request.pk}", now=now)
    wake_lane()


def survivor(account: Account) -> Account:
    """The customer an account was merged into, if it was."""
    seen = set()
    while account.merged_into is not None and account.pk not in seen:
        seen.add(account.pk)
        account = account.merged_into
    return account


def _pin(request: ChangeRequest, record: int, now: datetime) -> dict[int, int]:
    """One pin a field, in place of the one before; their ids by field."""
    codes = [change["field"] for change in request.changes]
    Pin.objects.filter(record_id=record, field__in=codes, released_at=None).update(
        released_at=now, released_by=request.requested_by
    )
    made = Pin.objects.bulk_create(
        Pin(
            record_id=record, field=change["field"], value=change["after"], pinned_at=now,
            reason=request.reason or f"request {request.pk}", pinned_by=request.requested_by,
        )
        for change in request.changes
    )  # fmt: skip
    return {pin.field: pin.pk for pin in made}


def _wanted(request: ChangeRequest, account: Account, policies: PolicySet) -> pl.DataFrame:
    """The request's values for each live record of the customer in a target that holds the field."""
    values = {change["field"]: change["after"] for change in request.changes}
    only = request.detail.get("record_id")
    stage("requested", {"account_id": "bigint"}, pl.DataFrame({"account_id": [account.pk]}))
    parts = [_of_target(target, values, only) for target in list_targets(policies)]
    return pl.concat([pl.DataFrame(schema=DIFFERENCE), *parts])


def _of_target(target: Target, values: dict[int, str | None], only: int | None) -> pl.DataFrame:
    spec = load()["account"]
    mine = {code: value for code, value in values.items() if spec.by_code[code].name in target.write.fields}
    rows = [
        {**row, "value": mine[row["field"]], "needs": needed(spec.by_code[row["field"]], target)}
        for row in bases(target, "requested", list(mine))
        if row["base"] != mine[row["field"]] and only in (None, row["record_id"])
    ]
    return pl.DataFrame(rows, schema=DIFFERENCE) if rows else pl.DataFrame(schema=DIFFERENCE)


def bases(target: Target, accounts: str, codes: Sequence[int]) -> list[dict[str, Any]]:
    """What the target's live records of these customers say in these fields today."""
    return told_texts(target, accounts, codes).to_dicts() if codes else []
