"""Pages at size: server time, queries and bytes of each page, tab and filter, and twenty people at once."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.frames import rows
from accounts.models import User
from accounts.quote_to_cash.kept import renew_company
from dashboards.panels.tabs import TABS
from tests.benchmarks.crowd import look_at_crowd

REQUESTS = 60
# What htmx says of the part of the page it asks for.
PARTS = {
    "beside the list": {"HX-Request": "true", "HX-Target": "drawer-body"},
    "palette, as typed": {"HX-Request": "true", "HX-Target": "palette-hits"},
    "palette, a letter missing": {"HX-Request": "true", "HX-Target": "palette-hits"},
}
SETTLE = 5  # requests that fill caches
HEAD = f"{'':<28} {'median':>9} {'P95':>9}  {'queries':>7} {'bytes':>9}"
FILTERS = (
    "country=DE", "segment=A", "status=active", "has_overdue=true", "has_open_tickets=true",
    "quiet=true", "paying_later=true", "mine=true", "won_not_ordered=true", "credit=over", "band=risk", "new_days=90",
    "missing=phone", "revenue__gte=100000&sort=name", "q=miller", "sort=-overdue", "sort=-health", "group=segment",
)  # fmt: skip


def bench(home: Path, size: int) -> None:
    """Pages alone, in a company that is loaded first where it is not there yet."""
    from tests.benchmarks import volume  # late: it looks at pages itself

    if volume.fill(home, size):
        seconds, read, _ = volume.sync()
        print(f"first load                {seconds:8.1f} s, {read:,} records")
    look_at_pages()


def look_at_pages() -> None:
    """Print a line a page, with the company's figures told as the clock tells them every few minutes."""
    client, dice, now = _client(), random.Random(7), timezone.now()
    renew_company(at=now, today=timezone.localdate(now))
    ids = [
        row[0] for row in rows("SELECT id FROM accounts_account WHERE merged_into_id IS NULL ORDER BY id LIMIT 50000")
    ]
    names = [row[0] for row in rows("SELECT name FROM accounts_account WHERE name IS NOT NULL ORDER BY id LIMIT 5000")]
    looks: dict[str, Callable[[], str]] = {
        "home": lambda: "/",
        "home, what follows": lambda: dice.choice(["/figures/", "/attention/", "/parts/"]),
        "customer overview": lambda: f"/customers/{dice.choice(ids)}/",
        **{f"tab {name}": (lambda name=name: f"/customers/{dice.choice(ids)}/{name}/") for name in TABS},  # type: ignore[misc]
        "brief": lambda: f"/customers/{dice.choice(ids)}/brief/",
        "beside the list": lambda: f"/customers/{dice.choice(ids)}/peek/",
        "palette, as typed": lambda: f"/search/?q={quote(_so_far(dice, dice.choice(names)))}",
        "palette, a letter missing": lambda: f"/search/?q={quote(_typo(dice, dice.choice(names)))}",
        "alerts": lambda: "/alerts/",
        "quote to cash": lambda: "/q2c/",
        "exceptions": lambda: "/q2c/exceptions/",
        "receivables": lambda: "/receivables/",
        "products": lambda: "/products/",
        "health": lambda: "/health/",
        "API list": lambda: "/api/v1/accounts?limit=50",
        "API customer": lambda: f"/api/v1/accounts/{dice.choice(ids)}",
        "list": lambda: "/customers/",
        **{f"list {asked}": (lambda asked=asked: f"/customers/?{asked}") for asked in FILTERS},  # type: ignore[misc]
    }
    print(HEAD)
    for name, path in looks.items():
        _look(client, name, path)
    _look_at_queue(dice)
    look_at_crowd(ids)


def _look_at_queue(dice: random.Random) -> None:
    """The steward's list, a card, and the card after it, which is fetched while somebody looks at the first."""
    client = _client("steward")
    asked = "SELECT id FROM syncengine_stewardtask WHERE state = 'open' ORDER BY id LIMIT 5000"
    tasks = [row[0] for row in rows(asked)]
    looks: dict[str, Callable[[], str]] = {
        "queue": lambda: "/queue/",
        "queue, a card": lambda: f"/queue/{dice.choice(tasks)}/",
        "queue, the next card": lambda: f"/queue/{dice.choice(tasks)}/next/",
    }
    for name, path in looks.items() if tasks else ():
        _look(client, name, path)


def _client(role: str = "executive") -> Client:
    user, _ = User.objects.get_or_create(email=f"bench-{role}@concord.example", defaults={"role": role})
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def _so_far(dice: random.Random, name: str) -> str:
    return name[: dice.randrange(3, max(4, len(name) + 1))]


def _typo(dice: random.Random, name: str) -> str:
    place = dice.randrange(1, max(2, len(name) - 1))
    return name[:place] + name[place + 1 :]


def _look(client: Client, name: str, path: Callable[[], str]) -> None:
    times, codes, sizes = [], set(), []
    for number in range(REQUESTS + SETTLE):
        started = perf_counter()
        response = client.get(path(), headers=PARTS.get(name))
        if number >= SETTLE:
            times.append((perf_counter() - started) * 1000)
            sizes.append(len(response.content))
        codes.add(response.status_code)
    with CaptureQueriesContext(connection) as queries:
        client.get(path())
    late = statistics.quantiles(times, n=20)[-1]
    strange = "" if codes <= {200, 404} else f"  {sorted(codes)}"
    print(
        f"{name:<28} {statistics.median(times):6.1f} ms {late:6.1f} ms  {len(queries):>7} {max(sizes):>9,}{strange}",
        flush=True,
    )
