"""Policies from a folder into the database, as an immutable version; and back into a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from accounts import audit
from accounts.models import User
from syncengine.models import PolicyVersion, Stream
from syncengine.policies.current import current_version, environment, policies_of
from syncengine.policies.load import check, read_documents
from syncengine.policies.mistakes import Mistake
from syncengine.policies.registry import register
from syncengine.policies.renew import renew
from syncengine.policies.shapes import PolicySet

APPLY_LOCK = 7302
# Written by `pull`, so that `apply` knows which version was edited.
BASE_FILE = ".base"


class PolicyMistakes(Exception):
    """Policies that cannot be applied; one line a mistake, and nothing was applied."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class StaleBase(Exception):
    """Somebody applied another version since the one these policies were edited from."""


def apply_folder(
    folder: Path | str, *, by: User | None, now: datetime, base: int | None = None, note: str = ""
) -> PolicyVersion:
    """Apply a folder; the version it made, or the current one where it says the same."""
    path = Path(folder)
    base = base if base is not None else read_base(path)
    version = apply_documents(_checked_documents(path), by=by, now=now, base=base, note=note)
    if (path / BASE_FILE).exists():
        (path / BASE_FILE).write_text(f"{version.number}\n", encoding="utf-8")
    return version


@transaction.atomic
def apply_documents(
    documents: Mapping[str, str], *, by: User | None, now: datetime, base: int | None, note: str = ""
) -> PolicyVersion:
    """Apply sound documents in one transaction with their audit row; raises StaleBase for an old base."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPLY_LOCK])
    current = current_version()
    digest = digest_of(documents)
    if current is not None and current.digest == digest:
        register(policies_of(current), now=now)
        return current
    number = current.number if current else None
    if base is not None and base != number:
        raise StaleBase(f"these policies start from version {base}, but version {number} was applied since")
    version = PolicyVersion.objects.create(
        documents=dict(documents), digest=digest, note=note, applied_by=by, applied_at=now, base=number
    )
    _take_effect(policies_of(current) if current else PolicySet(), policies_of(version), now)
    detail = {"base": number, "note": note}
    audit.record(
        user=by, action="applied policies", object="policy", row_id=version.number, detail=detail, at=now
    )
    return version


def _take_effect(before: PolicySet, after: PolicySet, now: datetime) -> None:
    _refuse_other_objects(after)
    register(after, now=now)
    renew(before, after, now=now)


def _refuse_other_objects(policies: PolicySet) -> None:
    """A stream's records are of one object for ever; its name cannot be given to another."""
    known = {(s.source.name, s.name): s.object for s in Stream.objects.select_related("source")}
    mistakes = [
        Mistake(
            source.name,
            0,
            f"the stream {stream.name} holds {known[source.name, stream.name]} records, not {stream.object}",
            "give the new stream another name",
        )
        for source in policies.sources.values()
        for stream in source.streams.values()
        if known.get((source.name, stream.name), stream.object) != stream.object
    ]
    if mistakes:
        raise PolicyMistakes(tuple(mistakes))


def digest_of(documents: Mapping[str, str]) -> str:
    """The same for the same files."""
    return hashlib.sha256(json.dumps(dict(documents), sort_keys=True).encode()).hexdigest()


def _checked_documents(path: Path) -> dict[str, str]:
    checked = check(path, environ=environment())
    if checked.mistakes:
        raise PolicyMistakes(checked.mistakes)
    return read_documents(path)[0]


def read_base(folder: Path) -> int | None:
    """The version a folder was pulled from, if it was."""
    file = folder / BASE_FILE
    text = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    return int(text) if text.isdigit() else None


def pull(folder: Path | str) -> PolicyVersion | None:
    """Write the current version's files into a folder; None before the first version."""
    version, path = current_version(), Path(folder)
    if version is None:
        return None
    for name, text in version.documents.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for extra in set(read_documents(path)[0]) - set(version.documents):
        (path / extra).unlink()
    (path / BASE_FILE).write_text(f"{version.number}\n", encoding="utf-8")
    return version
