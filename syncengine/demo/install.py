"""The demo company in this portal: files under PORTAL_HOME, policies applied, logins for its people."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from accounts.grants import create_demo_users
from syncengine.demo.generate import STATE, Progress, Summary, generate, quiet, read_state
from syncengine.demo.tick import tick
from syncengine.policies.apply import apply_folder

POLICIES = Path(__file__).parent / "policies"
REMOVED = ".removed"


class NotOurDatabase(Exception):
    """The database was named from outside: known passwords and invented customers don't belong there."""


def company_folder() -> Path:
    """Where the demo company's export files lie."""
    return Path(settings.HOME) / "company"


def require_own_database(*, force: bool) -> None:
    """Raise unless the database is the portal's own, or somebody insists."""
    if not (settings.OWN_DATABASE or force):
        raise NotOurDatabase("DATABASE_URL names a database of yours; the demo enters it only with --force")


def install_company(*, customers: int, seed: int, now: datetime, progress: Progress = quiet) -> Summary:
    """Write the company up to this moment, apply its policies, and create logins in our own database."""
    (company_folder() / REMOVED).unlink(missing_ok=True)
    summary = generate(
        company_folder(),
        customers=customers,
        seed=seed,
        today=now.date(),
        share=share_of_day(now),
        progress=progress,
    )
    apply_folder(POLICIES, by=None, now=now, note="Demo company")
    if settings.OWN_DATABASE:  # its passwords are known to everyone
        create_demo_users()
    return summary


def share_of_day(now: datetime) -> float:
    """How much of its day has passed at a moment, in steps of ten minutes."""
    return (now.hour * 6 + now.minute // 10) / 144


def has_company() -> bool:
    """Whether a demo company lies in PORTAL_HOME."""
    return (company_folder() / STATE).exists()


def was_removed() -> bool:
    """Whether somebody took the demo company away, so that no start brings it back by itself."""
    return (company_folder() / REMOVED).exists()


def follow_clock(*, now: datetime) -> Summary:
    """Tell what has happened up to this moment; nothing where the company is ahead of the clock."""
    return tick(company_folder(), today=now.date(), share=share_of_day(now))


def move_on(*, progress: Progress = quiet) -> Summary:
    """Move the company one whole day on."""
    last = read_state(company_folder()).today
    return tick(company_folder(), today=last + timedelta(days=1), progress=progress)
