"""What a database needs before the portal serves it, in the order it needs it."""

from __future__ import annotations

import io

from django.core.management import call_command
from django.core.management.base import OutputWrapper
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.grants import DemoLogin, create_demo_users
from accounts.loading import is_loading
from accounts.models import Account, Source, User
from portal import schedule
from portal.celery import app
from portal.launcher.redelivery import restore_unacknowledged
from syncengine.demo.install import was_removed
from syncengine.first_load import end_first_load

# What is otherwise renewed by the clock, so that a new portal doesn't wait for it.
FIRST_FIGURES = (
    "syncengine.renew_products", "syncengine.daily", "syncengine.renew_company", "syncengine.renew_operation",
    "syncengine.order_queue",
)  # fmt: skip


def prepare(*, customers: int, out: OutputWrapper) -> None:
    """Tables, schedule, tasks of a killed worker and, for more than 0 customers, the demo company."""
    migrate(out)
    schedule.install(has_demo=customers > 0)
    restored = restore_unacknowledged(app)
    if restored:
        out.write(f"Handed out again: {restored} unfinished tasks\n")
    if customers:
        demonstrate(customers, out)
    elif not User.objects.exists():
        out.write("Nobody can log in yet: run `manage.py createsuperuser`\n")


def migrate(out: OutputWrapper) -> None:
    """Bring the tables up to date, with a line that counts the steps."""
    executor = MigrationExecutor(connection)
    steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if steps:
        call_command("migrate", interactive=False, stdout=StepCounter(out, steps), no_color=True)
        out.write("\n")


def demonstrate(customers: int, out: OutputWrapper) -> None:
    """The demo company where the database has none, its first sync where nothing arrived yet, its logins."""
    if was_removed():
        return
    if not Source.objects.exists():
        create_demo_users()
        call_command("demo", customers=customers, stdout=out)
    if not Account.objects.exists():
        call_command("sync", all=True, stdout=out)
        if is_loading():  # a company that was made up needs nobody's word that its data stand
            end_first_load(by=None, now=timezone.now())
        for task in FIRST_FIGURES:  # done by the workers once they are up
            app.send_task(task)
    if User.objects.filter(is_demo=True).exists():
        _print_logins(create_demo_users(), out)


def _print_logins(logins: list[DemoLogin], out: OutputWrapper) -> None:
    out.write("\nLogins of the demo company:\n")
    for login in logins:
        out.write(f"  {login.role:<14} {login.email:<34} {login.password}\n")
    out.write("\n")


class StepCounter(io.TextIOBase):
    """Turns migrate's lines into one that counts."""

    def __init__(self, out: OutputWrapper, steps: int) -> None:
        self.out = out
        self.steps = steps
        self.done = 0
        self.started_at = timezone.now()

    def write(self, text: str) -> int:
        """Count a finished step."""
        if "OK" in text:
            self.done += 1
            seconds = (timezone.now() - self.started_at).total_seconds()
            self.out.write(f"\rTables: step {self.done} of {self.steps}, {seconds:.0f} s")
            self.out.flush()
        return len(text)
