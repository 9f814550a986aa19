"""Readers give typed values, and bad ones end start-up with one line that names the variable."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import env

POSTGRES_URL = "a URL like postgresql://user:password@host:5432/name"
BASE = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> str:
    """A variable's name that is unset again afterwards."""
    monkeypatch.delenv("PORTAL_TRIED", raising=False)
    return "PORTAL_TRIED"


@pytest.mark.parametrize(("given", "read"), [("1", True), ("Yes", True), ("off", False), ("", False)])
def test_flag_reads_words(variable: str, monkeypatch: pytest.MonkeyPatch, given: str, read: bool) -> None:
    monkeypatch.setenv(variable, given)

    assert env.flag(variable) is read


@given(st.integers(min_value=0, max_value=70000))
def test_integer_keeps_to_its_limits(number: int) -> None:
    os.environ["PORTAL_TRIED"] = str(number)
    try:
        if 1 <= number <= 65535:
            assert env.integer("PORTAL_TRIED", 8000, 1, 65535) == number
        else:
            with pytest.raises(env.BadValue):
                env.integer("PORTAL_TRIED", 8000, 1, 65535)
    finally:
        del os.environ["PORTAL_TRIED"]


def test_names_splits_at_commas(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, " a.example, b.example ,")

    assert env.names(variable) == ["a.example", "b.example"]


def test_database_reads_every_part_of_a_url(variable: str) -> None:
    read = env.database(variable, "postgresql://p%40t:s%3Acret@db.example:6432/portal?sslmode=require")

    assert read == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "portal",
        "USER": "p@t",
        "PASSWORD": "s:cret",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_database_takes_a_socket_folder(variable: str) -> None:
    read = env.database(variable, "postgresql://portal@/portal?host=/run/postgresql")

    assert (read["HOST"], read["PORT"], read["OPTIONS"]) == ("/run/postgresql", "", {})


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("PORTAL_PORT=eighty", "PORTAL_PORT must be a whole number from 1 to 65535, not 'eighty'"),
        ("PORTAL_HTTPS=perhaps", "PORTAL_HTTPS must be 1 or 0, not 'perhaps'"),
        ("PORTAL_LOG_FORMAT=xml", "PORTAL_LOG_FORMAT must be one of json, console, not 'xml'"),
        (
            "PORTAL_DEMO_CUSTOMERS=-1",
            "PORTAL_DEMO_CUSTOMERS must be a whole number from 0 to 10000000, not '-1'",
        ),
        (
            "CELERY_BROKER_URL=http://broker",
            "CELERY_BROKER_URL must be a redis:// or amqp:// URL, not 'http://broker'",
        ),
        (
            "DATABASE_URL=mysql://me:secret@db/portal",
            "DATABASE_URL must be a URL like postgresql://user:password@host:5432/name, not 'mysql://me:…@db/portal'",
        ),
        ("PORTAL_HOME=/dev/null", "PORTAL_HOME must be a folder, not '/dev/null'"),
    ],
)
def test_bad_value_ends_start_up_with_one_line(setting: str, line: str) -> None:
    name, _, value = setting.partition("=")
    result = subprocess.run(
        [sys.executable, "manage.py", "help"],
        cwd=BASE,
        env=os.environ | {name: value},
        capture_output=True,
        text=True,
    )

    assert (result.returncode, result.stderr.strip()) == (1, line)
