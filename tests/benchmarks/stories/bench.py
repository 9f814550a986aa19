"""The back-test on a company the health code never saw: loaded through the ordinary pipeline, then one command."""

from __future__ import annotations

import os
from datetime import UTC, datetime, time
from pathlib import Path

from django.core.management import call_command

from accounts.frames import rows
from syncengine.models import Stream
from syncengine.pipeline import publish_all, run_stream
from syncengine.policies.apply import apply_folder
from tests.benchmarks.stories.company import TODAY, make_company

NOW = datetime.combine(TODAY, time(12), UTC)


def bench(home: Path, size: int) -> None:
    """Print the back-test of a company of so many customers; the seed comes from PORTAL_STORY_SEED."""
    seed = int(os.environ.get("PORTAL_STORY_SEED", "1"))
    print(f"\n== {size:,} customers, seed {seed} ==", flush=True)
    if not rows("SELECT to_regclass('accounts_account') IS NOT NULL")[0][0]:
        call_command("migrate", verbosity=0)
        make_company(home / "stories", size, seed=seed)
        apply_folder(home / "stories" / "policies", by=None, now=NOW)
        for stream in Stream.objects.order_by("pk"):
            print(f"{stream.name:<12} {run_stream(stream.pk).read:>8,} rows", flush=True)
        publish_all()
    count = rows("SELECT count(*) FROM accounts_account WHERE merged_into_id IS NULL AND record_count > 0")[0][0]
    print(f"{count:,} customers after matching")
    call_command("health", "backtest", today=TODAY)
