"""Applying policies: an immutable version, and the rows of sources, streams and reference tables it declares."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.audit import record
from accounts.models import CurrencyRate, LegalEntity, Source, SourceState, Territory, User
from syncengine.models import PolicyVersion, Stream
from syncengine.policies.beat import apply_schedules
from syncengine.policies.current import environment
from syncengine.policies.load import check_documents, read_documents
from syncengine.policies.mistakes import Mistake
from syncengine.policies.shapes import PolicySet, Reference


class StaleBase(Exception):
    """Somebody applied another version since the one these policies were edited from."""


class PolicyMistakes(Exception):
    """Policy files that cannot be applied; one line a mistake."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


def apply_folder(
    folder: Path, *, by: User | None, now: datetime, note: str = "", base: int | None = None
) -> PolicyVersion:
    """Apply a folder of policy files. Raises PolicyMistakes, with every one of them, or StaleBase."""
    documents, unreadable = read_documents(folder)
    if unreadable:
        raise PolicyMistakes(unreadable)
    return apply_documents(documents, by=by, now=now, note=note, base=base)


@transaction.atomic
def apply_documents(
    documents: Mapping[str, str], *, by: User | None, now: datetime, note: str = "", base: int | None = None
) -> PolicyVersion:
    """Apply policy documents as a new version; the version in force when nothing has changed."""
    checked = check_documents(documents, environ=environment())
    if checked.mistakes:
        raise PolicyMistakes(checked.mistakes)
    latest = PolicyVersion.objects.select_for_update().order_by("-number").first()
    if latest and base is not None and base != latest.number:
        raise StaleBase(f"These policies were edited from version {base}; version {latest.number} is in force.")
    digest = hashlib.sha256(repr(sorted(documents.items())).encode()).hexdigest()
    if latest and latest.digest == digest:
        return latest
    version = PolicyVersion.objects.create(
        documents=dict(documents), digest=digest, note=note, applied_by=by, applied_at=now,
        base=latest.number if latest else None,
    )  # fmt: skip
    _register(checked.policy_set)
    record(user=by, action="applied policies", object="policy", row_id=version.number, detail={"note": note}, at=now)
    return version


def _register(policies: PolicySet) -> None:
    """Sources and streams keep their numbers for ever; those no longer declared are put to rest."""
    for declared in policies.sources.values():
        source, _ = Source.objects.update_or_create(
            name=declared.name,
            defaults={"label": declared.label, "system": declared.system, "record_url": declared.record_url,
                      "retired_at": None},
        )  # fmt: skip
        for stream in declared.streams.values():
            Stream.objects.update_or_create(
                source=source, name=stream.name, defaults={"object": stream.object, "active": True}
            )
            SourceState.objects.update_or_create(
                source=source, stream=stream.name,
                defaults={"object": stream.object, "target_seconds": int(stream.freshness.total_seconds())},
            )  # fmt: skip
    _rest_others(policies)
    _refer(policies.reference)
    apply_schedules(policies)


def _rest_others(policies: PolicySet) -> None:
    declared = {(source.name, name) for source in policies.sources.values() for name in source.streams}
    for stream in Stream.objects.select_related("source"):
        if (stream.source.name, stream.name) not in declared:
            Stream.objects.filter(pk=stream.pk).update(active=False)
            SourceState.objects.filter(source=stream.source, stream=stream.name).update(state="paused")


def _refer(reference: Reference) -> None:
    """Reference tables that figures and pages read."""
    CurrencyRate.objects.bulk_create(
        [CurrencyRate(currency=r.currency, rate_date=r.date, rate=r.rate) for r in reference.rates],
        update_conflicts=True, unique_fields=["currency", "rate_date"], update_fields=["rate"],
    )  # fmt: skip
    LegalEntity.objects.bulk_create(
        [LegalEntity(code=e.code, label=e.label, country=e.country, currency=e.currency)
         for e in reference.legal_entities],
        update_conflicts=True, unique_fields=["code"], update_fields=["label", "country", "currency"],
    )  # fmt: skip
    Territory.objects.bulk_create(
        [Territory(code=t.code, label=t.label, countries=list(t.countries)) for t in reference.territories],
        update_conflicts=True, unique_fields=["code"], update_fields=["label", "countries"],
    )  # fmt: skip
