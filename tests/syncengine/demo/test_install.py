"""The demo in a portal: its sources declared, its people logged in, and all of it gone again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.models import LegalEntity, Source, Territory, User
from syncengine.demo.install import follow_clock, has_company, install_company, was_removed
from syncengine.demo.remove import KEPT, remove_company
from syncengine.models import PolicyVersion, Stream

NOW = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)


@pytest.fixture
def home(db: None, settings: Any, tmp_path: Path) -> Path:
    """A home folder with a database of our own."""
    settings.HOME, settings.OWN_DATABASE = tmp_path, True
    return tmp_path


def test_install_declares_sources_territories_and_people(home: Path) -> None:
    install_company(customers=10, seed=1, now=NOW)

    assert sorted(Source.objects.values_list("name", flat=True)) == ["ai", "crm", "erp", "helpdesk"]
    assert (Territory.objects.count(), LegalEntity.objects.count()) == (8, 6)
    assert Stream.objects.count() == 38
    assert User.objects.filter(is_demo=True).exists()


def test_follow_clock_tells_nothing_twice(home: Path) -> None:
    install_company(customers=20, seed=1, now=NOW)

    assert follow_clock(now=NOW).rows == {}
    assert follow_clock(now=NOW.replace(day=25)).total > 0
    assert follow_clock(now=NOW.replace(day=25)).rows == {}


def test_remove_leaves_real_people_and_nothing_else(home: Path) -> None:
    User.objects.create_user("real@person.example", "long enough a secret", role="steward")
    install_company(customers=10, seed=1, now=NOW)
    assert has_company()
    remove_company()

    models = [model for app in ("accounts", "syncengine") for model in apps.get_app_config(app).get_models(True)]
    left = {m._meta.db_table: m._default_manager.count() for m in models if m._meta.db_table not in KEPT}
    assert {table: count for table, count in left.items() if count} == {}
    assert list(User.objects.values_list("email", flat=True)) == ["real@person.example"]
    assert (has_company(), was_removed()) == (False, True)


def test_known_passwords_enter_no_foreign_database(home: Path, settings: Any) -> None:
    settings.OWN_DATABASE = False
    with pytest.raises(CommandError, match="DATABASE_URL names a database of yours"):
        call_command("demo", customers=10)
    call_command("demo", customers=10, force=True)

    assert PolicyVersion.objects.count() == 1
    assert not User.objects.filter(is_demo=True).exists()
