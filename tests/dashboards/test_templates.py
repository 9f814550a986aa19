"""What every template keeps to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.shortcuts import render
from django.test import Client

from accounts.models import Account, User
from dashboards import pages
from dashboards.keymap import key_groups
from dashboards.templatetags.icons import FOLDER

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
STATIC = Path(settings.BASE_DIR, "dashboards", "static", "dashboards")


def test_templates_stay_short() -> None:
    assert [path.name for path in TEMPLATES if path.read_text().count("\n") >= 120] == []


def test_icons_that_are_used_exist() -> None:
    used = {name for path in TEMPLATES for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())}

    assert used - {path.stem for path in FOLDER.glob("*.svg")} == set()


def test_every_key_a_button_has_is_told_by_the_help() -> None:
    pressed = {key for path in TEMPLATES for key in re.findall(r'data-key="(\w)"', path.read_text())}
    told = {key for _, rows in key_groups(User(key_map={}), steward=True) for key, _ in rows}

    assert pressed - told == set()


def test_nothing_is_fetched_from_outside() -> None:
    texts = [path.read_text() for path in [*TEMPLATES, *STATIC.glob("*.css"), *STATIC.glob("*.js")]]

    assert [url for text in texts for url in re.findall(r"""(?:src|href|url)[=(]["']?https?://[^"')]+""", text)] == []


def test_scripts_fit_the_budget() -> None:
    htmx = Path(pages.__file__).parent  # our own modules; htmx adds 51 kB
    ours = sum(path.stat().st_size for path in (htmx / "static" / "dashboards").glob("*.js"))

    assert ours < 99_000


@pytest.mark.parametrize("role", ["sales", "finance", "executive", "steward", "operator"])
def test_templates_ask_the_database_nothing(
    login: Callable[[str], Client],
    customer: Callable[..., Account],
    role: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account, asked = customer(), []

    def render_watched(*args: Any, **kwargs: Any) -> Any:
        def watch(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(watch):
            return render(*args, **kwargs)

    monkeypatch.setattr(pages, "render", render_watched)
    client = login(role)
    for path in ("/", "/customers/", f"/customers/{account.pk}/", "/search/?q=acme"):
        assert client.get(path).status_code == 200

    assert asked == []
