"""make bench: load a company, again with nothing and with little changed, and look at pages at its size.

Sizes are source accounts. The database of a size is kept in PORTAL_BENCH_HOME (default: a folder of the user's
cache), so that looking at pages again doesn't load it again; --fresh loads anew.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from portal.services import places
from portal.services.postgres import Postgres

SIZES = (100_000, 1_000_000)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--fresh", action="store_true", help="load even where a database of the size is kept")
    parser.add_argument("--cash", type=int, metavar="DOCUMENTS", help="links and exceptions of so many instead")
    parser.add_argument("--stories", type=int, metavar="CUSTOMERS", help="the health back-test on so many instead")
    parser.add_argument("--single", type=int, metavar="RECORDS", help="one changed record among so many instead")
    parser.add_argument("--pages", type=int, metavar="ACCOUNTS", help="pages alone, with so many instead")
    parser.add_argument("--floor", type=int, metavar="TIMES", help="the floor of so many times a kept size instead")
    options = parser.parse_args()
    if options.floor:
        return _bench("accounts", max(options.sizes), times=options.floor)
    if options.pages:
        return _bench("accounts", options.pages, fresh=options.fresh, look="pages")
    if options.single:
        return _bench("single", options.single, fresh=options.fresh)
    if options.cash:
        return _bench("cash", options.cash, fresh=options.fresh)
    if options.stories:
        return _bench("stories", options.stories, fresh=options.fresh)
    for size in options.sizes:
        _bench("accounts", size, fresh=options.fresh)
    return None


def _bench(part: str, size: int, *, fresh: bool = False, times: int = 0, look: str = "") -> None:
    home = _home() / f"{part}-{size}"
    if fresh:
        for folder in {home, places.state_folder(home)}:  # apart where a closed home hides the database
            shutil.rmtree(folder, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    server = Postgres(home)
    server.start()
    try:
        _in_process(home, server.url, look or part, size, times)
    finally:
        server.stop()


def _home() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return Path(os.environ.get("PORTAL_BENCH_HOME", cache / "concord-bench"))


def _in_process(home: Path, url: str, part: str, size: int, times: int) -> None:
    """Settings are read once a process, so each size has one of its own."""
    pid = os.fork()
    if pid == 0:
        os.environ |= {
            "PORTAL_HOME": str(home), "DATABASE_URL": url, "CELERY_BROKER_URL": "memory://",
            "DJANGO_SETTINGS_MODULE": "portal.settings", "PORTAL_LOG_LEVEL": "WARNING",
        }  # fmt: skip
        import django  # late: settings read the environment set above

        django.setup()
        from tests.benchmarks import cash, floor, pages, single, volume  # late: as above
        from tests.benchmarks.stories import bench as stories  # late: as above

        if times:
            floor.tell_floor(home, times)
        else:
            parts = {"accounts": volume, "cash": cash, "pages": pages, "single": single, "stories": stories}
            parts[part].bench(home, size)
        sys.stdout.flush()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if status:
        raise SystemExit(f"the benchmark of {size:,} accounts failed")


if __name__ == "__main__":
    main()
