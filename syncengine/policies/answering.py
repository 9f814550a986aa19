"""Drift answered in the policies: a draft in which a new name, a new column or a new value has its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.catalogue import load
from accounts.models import User
from syncengine.models import PolicyDraft, SchemaDrift
from syncengine.policies.current import current_version
from syncengine.policies.drafts import save_draft
from syncengine.policies.remap import NotMappable, mapped, renamed, translated

__all__ = ["NotMappable", "draft_answer"]


@transaction.atomic
def draft_answer(*, drift: SchemaDrift, to: str, user: User, now: datetime) -> PolicyDraft:
    """A draft of what is in force with the drift answered; the drift itself is accepted. Raises NotMappable."""
    version = current_version()
    if version is None:
        raise NotMappable("No policies are in force.")
    documents = _answered(version.documents, drift, to.strip())
    note = f"{drift.stream.source.name}.{drift.stream.name}: {drift.told}"
    made = save_draft(documents=documents, user=user, now=now, note=note)
    SchemaDrift.objects.filter(pk=drift.pk).update(state="accepted", decided_by=user, decided_at=now)
    return made


def _answered(documents: Mapping[str, str], drift: SchemaDrift, to: str) -> dict[str, str]:
    where = {"source": drift.stream.source.name, "stream": drift.stream.name, "column": drift.column}
    if not to:
        raise NotMappable("Say what it is mapped to.")
    if drift.kind in ("renamed", "removed"):
        return renamed(documents, **where, to=to)
    if drift.kind == "values":
        return translated(documents, **where, value=drift.now.split(", ")[0], to=to)
    if drift.kind != "added":
        raise NotMappable("There is nothing to map; accept it or mend the source.")
    if to not in load()[drift.stream.object].fields:
        raise NotMappable(f"There is no field {to}.")
    return mapped(documents, **where, field=to)
