"""What must be looked at again because the rules changed, though no source said anything new."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from accounts.catalogue import load
from accounts.frames import execute
from syncengine.landing import POLICY_CAUSE, REASONS_CAUSE, UNKNOWN, mark_dirty
from syncengine.models import SourceRecord, Stream
from syncengine.policies.differences import changed_survivorship, remapped_streams
from syncengine.policies.plan.golden import diff_golden
from syncengine.policies.shapes import PolicySet


def renew(before: PolicySet, after: PolicySet, *, now: datetime) -> int:
    """Queue the golden records that other rules make different, and have changed streams read anew; rows queued."""
    queued = sum(_queue(name, before, after, now) for name in changed_survivorship(before, after))
    queued += _queue_territories(before, after, now)
    for source, stream in remapped_streams(before, after):
        found = Stream.objects.get(source__name=source, name=stream)
        SourceRecord.objects.filter(stream=found).update(digest=UNKNOWN)
        Stream.objects.filter(pk=found.pk).update(watermark=None, listed_at=None)
    return queued


def _queue(name: str, before: PolicySet, after: PolicySet, now: datetime) -> int:
    """Records whose golden record would have another value, or another reason for it.

    A customer comes whole by one of its records; what has but another reason says of which fields.
    """
    found = diff_golden(name, before, after, now=now)
    concerned, reasoned = found.concerned, found.reasoned
    if name == "account":
        concerned, reasoned = concerned.unique("cluster"), reasoned.unique("cluster")
    else:
        concerned, reasoned = pl.concat([concerned, reasoned]), reasoned.clear()
    reasons = REASONS_CAUSE + ",".join(map(str, found.fields))
    for records, cause in ((concerned, POLICY_CAUSE), (reasoned, reasons)):
        mark_dirty(load()[name].code, records["record_id"].sort(), stream_id=None, cause=cause, now=now)
    return concerned.height + reasoned.height


def _queue_territories(before: PolicySet, after: PolicySet, now: datetime) -> int:
    """Records of customers in territories and countries that were dealt out anew."""
    moved = set(before.reference.territories) ^ set(after.reference.territories)
    if not moved or not before.sources:
        return 0
    codes = [territory.code for territory in moved]
    countries = [country for territory in moved for country in territory.countries]
    return execute(
        "INSERT INTO syncengine_dirty (object, record_id, stream_id, cause, landed_at) "
        "SELECT %s, x.id, NULL, %s, %s FROM accounts_account a JOIN accounts_accountcrosswalk x ON x.account_id = a.id "
        "WHERE a.territory = ANY(%s) OR (a.territory IS NULL AND a.country = ANY(%s))",
        [load()["account"].code, POLICY_CAUSE, now, codes, countries],
    )
