"""Starts a throw-away PostgreSQL and broker before settings are read, unless TEST_DATABASE_URL is given.

Loaded with `-p`, since Django reads its settings before any conftest.py is looked at.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from portal.services import places
from portal.services.broker import Broker
from portal.services.postgres import Postgres

HOME = Path(tempfile.mkdtemp(prefix="concord-test-"))


def start_services() -> None:
    """Point the environment at servers that end with this process."""
    HOME.chmod(0o711)  # the servers' user has to pass through
    os.environ |= {
        "PORTAL_HOME": str(HOME),
        "SECRET_KEY": "a-key-for-tests-only",
        "PORTAL_LOG_LEVEL": "WARNING",
    }
    given = os.environ.get("TEST_DATABASE_URL")
    services = [Broker(HOME, throw_away=True)] + ([] if given else [Postgres(HOME, throw_away=True)])
    for service in services:
        service.start()
    os.environ["DATABASE_URL"] = given or places.database_url(HOME)
    os.environ["CELERY_BROKER_URL"] = places.broker_url(HOME)
    atexit.register(end_services, services)


def end_services(services: list[Broker | Postgres]) -> None:
    """Leave neither process nor file."""
    for service in services:
        service.stop()
    for folder in {HOME, places.state_folder(HOME)}:
        shutil.rmtree(folder, ignore_errors=True)


# Browser tests call the live server's database from the thread of Playwright's loop.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
start_services()
