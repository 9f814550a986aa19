"""A backup brings back exactly what was there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, Source

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_backup_and_restore_bring_back_what_was_there(tmp_path: Path) -> None:
    Source.objects.create(name="crm", label="CRM")
    kept = Account.objects.create(name="Kölner Pumpen", tags=["a", "b"], created_at=NOW, changed_at=NOW)
    before = list(Account.objects.values())
    file = tmp_path / "portal.backup"
    call_command("backup", str(file), verbosity=0)
    Account.objects.filter(pk=kept.pk).update(name="Damaged")
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", str(file))
    call_command("restore", str(file), "--replace", verbosity=0)
    assert list(Account.objects.values()) == before
    assert Account.objects.create(name="Next", created_at=NOW, changed_at=NOW).pk == kept.pk + 1


def test_restoring_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not there"):
        call_command("restore", str(tmp_path / "nothing"))
