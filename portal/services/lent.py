"""Our own servers for the time of one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal import env
from portal.services import places
from portal.services.broker import Broker
from portal.services.postgres import Postgres
from portal.services.service import Service


def own_services(home: Path) -> list[Service]:
    """The servers that no URL replaces."""
    services: list[Service] = []
    if not env.text("DATABASE_URL"):
        services.append(Postgres(home))
    if not env.text("CELERY_BROKER_URL"):
        services.append(Broker(home))
    return services


@contextmanager
def lent_services(home: Path) -> Iterator[None]:
    """Servers of a portal that was started once: those of the running one, else started for the moment."""
    known = (places.state_folder(home) / "postgres" / "PG_VERSION").exists()
    services = own_services(home) if known else []
    try:
        for service in services:
            service.start()
        yield
    finally:
        for service in services:
            service.stop()
