"""The house stands as drawn: imports and foreign keys point down, and nothing lies about."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Field

BASE = Path(__file__).resolve().parent.parent.parent
ROOMS = ("accounts", "syncengine", "dashboards", "portal")  # lowest first


def rank(label: str) -> int:
    """The height of a room; applications that aren't ours lie below all."""
    return ROOMS.index(label) if label in ROOMS else -1


def test_imports_point_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-cache"], cwd=BASE, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout


def test_foreign_keys_point_down() -> None:
    upward = [
        f"{model.__name__}.{field.name} → {field.related_model}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.related_model not in (None, "self")
        if rank(field.related_model._meta.app_label) > rank(model._meta.app_label) >= 0  # type: ignore[union-attr]
    ]

    assert upward == []


def test_upper_rooms_hold_no_tables() -> None:
    tables = [model for room in ("dashboards", "portal") for model in apps.get_app_config(room).get_models()]

    assert tables == []


@pytest.mark.django_db
def test_migrations_tell_all_of_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
