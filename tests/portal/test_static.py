"""Static files as a production portal serves them: by hash, for ever, from itself alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
NAMED = re.compile(r'(?:href|src|data-library)="(/static/[^"]+)"|import\s*"(\./[^"]+)"')
FOR_EVER = "max-age=315360000, public, immutable"


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What collectstatic makes with the settings of a production portal."""
    home = tmp_path_factory.mktemp("production")
    given = {"PORTAL_HOME": str(home), "PORTAL_HTTPS": "1", "PORTAL_HOSTS": "portal.example",
             "SECRET_KEY": "k" * 60, "PORTAL_STATIC_ROOT": str(home / "static")}  # fmt: skip
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        cwd=settings.BASE_DIR, env=os.environ | given, check=True,
    )  # fmt: skip
    return home / "static"


@pytest.fixture
def browser(collected: Path) -> Iterator[Client]:
    """Somebody at a portal that serves these files."""
    hashed = settings.STORAGES | {"staticfiles": {"BACKEND": "portal.hashed.HashedFiles"}}
    with override_settings(STATIC_ROOT=str(collected), STORAGES=hashed, WHITENOISE_USE_FINDERS=False):
        yield Client()


def asked_for(client: Client, address: str) -> dict[str, str]:
    """Every file a page asks for, with those that scripts import, and how long each may be kept."""
    found: dict[str, str] = {}
    waiting = [next(filter(None, names)) for names in NAMED.findall(client.get(address).content.decode())]
    while waiting:
        name = waiting.pop().replace("./", "/static/dashboards/")
        response = client.get(name)
        found[name] = response.get("Cache-Control", "")
        text = response.getvalue().decode() if name.endswith(".js") and "plotly" not in name else ""
        waiting += [module for _, module in NAMED.findall(text) if module]
    return found


def test_pages_ask_for_hashed_names_that_browsers_keep_for_ever(browser: Client, db: None) -> None:
    files = asked_for(browser, "/login/")

    kinds = {Path(name).suffix for name in files}
    unhashed = [name for name in files if not HASHED.search(name)]
    brief = [name for name, kept in files.items() if kept != FOR_EVER]
    assert (kinds, unhashed, brief) == ({".css", ".js", ".svg"}, [], [])


def test_every_module_of_the_pages_is_among_them(browser: Client, db: None) -> None:
    asked = {re.sub(r"\.[0-9a-f]{12}", "", Path(name).name) for name in asked_for(browser, "/login/")}
    own = Path(settings.BASE_DIR) / "dashboards" / "static" / "dashboards"

    assert {path.name for path in own.iterdir()} - asked == set()


def test_names_without_a_hash_are_asked_for_again_within_the_hour(browser: Client, db: None) -> None:
    kept = browser.get("/static/dashboards/base.css")["Cache-Control"]

    assert kept == "max-age=3600, public"
