"""Twenty people at once on a real server, each with three seconds between clicks."""

from __future__ import annotations

import os
import random
import socket
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, perf_counter, sleep

import httpx
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

PEOPLE, PAUSE, SECONDS, WORKERS = 20, 3.0, 60, 2
WARMING = 10.0  # seconds until every thread of every worker has a connection and the policies; told apart
BUDGET = 250  # milliseconds at the 95th percentile
TABS = ("", "sales/", "finance/", "orders/", "timeline/", "health/")
LISTS = ("/customers/", "/customers/?country=DE", "/customers/?has_overdue=true&sort=-overdue", "/customers/?q=miller")


def look_at_crowd(ids: Sequence[int]) -> None:
    """Print how long people wait for their pages."""
    cookie, clicks, failed = _cookie(), list[tuple[float, float]](), list[str]()
    with served() as address:
        people = [
            threading.Thread(target=_person, args=(address, cookie, random.Random(n), ids, clicks, failed))
            for n in range(PEOPLE)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
    cold, times = [ms for at, ms in clicks if at < WARMING], [ms for at, ms in clicks if at >= WARMING]
    late = statistics.quantiles(times, n=20)[-1]
    told = "within" if late <= BUDGET else "beyond"
    print(
        f"{PEOPLE} people, {PAUSE:.0f} s a click      {statistics.median(times):6.1f} ms {late:6.1f} ms  "
        f"{len(times)} pages, {len(failed)} failed; P95 {told} {BUDGET} ms; slowest of a cold start {max(cold):.0f} ms",
        flush=True,
    )
    for line in failed[:5]:
        print(f"    {line}")


@contextmanager
def served() -> Iterator[str]:
    """Granian over the same database, as the launcher starts it; stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS)]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "granian",
            *options,
            "--blocking-threads",
            "4",
            "--no-ws",
            "--log-level",
            "warning",
            "portal.wsgi:application",
        ],
        env=os.environ | {"PORTAL_HOSTS": "127.0.0.1"},
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _wait(address: str) -> None:
    until = monotonic() + 60
    while monotonic() < until:
        try:
            httpx.get(f"{address}/healthz", timeout=2)
        except httpx.TransportError:
            sleep(0.3)
        else:
            return
    raise SystemExit("The server did not come up within a minute.")


def _cookie() -> str:
    user, _ = get_user_model().objects.get_or_create(email="crowd@concord.example", defaults={"role": "executive"})
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _person(
    address: str,
    cookie: str,
    dice: random.Random,
    ids: Sequence[int],
    clicks: list[tuple[float, float]],
    failed: list[str],
) -> None:
    """Walks from home to a list to a customer and its tabs until the time is over: when each click was, and its ms."""
    began = monotonic()
    sleep(dice.random() * PAUSE)
    until = began + WARMING + SECONDS
    with httpx.Client(base_url=address, cookies={settings.SESSION_COOKIE_NAME: cookie}, timeout=30) as browser:
        while monotonic() < until:
            for path in _walk(dice, ids):
                started = perf_counter()
                answer = browser.get(path)
                clicks.append((monotonic() - began, (perf_counter() - started) * 1000))
                if answer.status_code not in (200, 404):  # a tab without anything for the role isn't there
                    failed.append(f"{path}: {answer.status_code}")
                sleep(PAUSE)


def _walk(dice: random.Random, ids: Sequence[int]) -> list[str]:
    customer = dice.choice(ids)
    return ["/", dice.choice(LISTS), *(f"/customers/{customer}/{tab}" for tab in dice.sample(TABS, 3))]
