"""Server time of pages, list, search and API: median and 95th percentile of requests to random customers."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from time import perf_counter

from django.test import Client

from accounts.frames import rows
from accounts.models import User

REQUESTS = 60


def look_at_pages() -> None:
    """Print a line a page."""
    user, _ = User.objects.get_or_create(email="bench@concord.example", defaults={"role": "executive"})
    client = Client()
    client.force_login(user)
    dice = random.Random(7)
    ids = [
        row[0] for row in rows("SELECT id FROM accounts_account WHERE merged_into_id IS NULL ORDER BY id LIMIT 50000")
    ]
    names = [row[0] for row in rows("SELECT name FROM accounts_account WHERE name IS NOT NULL ORDER BY id LIMIT 5000")]
    looks: dict[str, Callable[[], str]] = {
        "customer overview": lambda: f"/customers/{dice.choice(ids)}/",
        "list": lambda: "/customers/",
        "list by name, filtered": lambda: f"/customers/?country={dice.choice(['DE', 'FR', 'GB'])}&sort=name",
        "search": lambda: f"/search/?q={_typo(dice, dice.choice(names))}",
        "API list": lambda: "/api/v1/accounts?limit=50",
        "API customer": lambda: f"/api/v1/accounts/{dice.choice(ids)}",
    }
    for name, path in looks.items():
        _look(client, name, path)


def _typo(dice: random.Random, name: str) -> str:
    place = dice.randrange(1, max(2, len(name) - 1))
    return name[:place] + name[place + 1 :]


def _look(client: Client, name: str, path: Callable[[], str]) -> None:
    times, codes = [], set()
    for number in range(REQUESTS + 5):
        started = perf_counter()
        response = client.get(path(), headers={"host": "localhost"})
        if number >= 5:  # the first ones fill caches
            times.append((perf_counter() - started) * 1000)
        codes.add(response.status_code)
    late = statistics.quantiles(times, n=20)[-1]
    print(f"{name:<25} {statistics.median(times):8.1f} ms median {late:8.1f} ms P95   {sorted(codes)}")
