"""manage.py policies: check, plan, apply and pull the company's rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.table import Table
from rich.text import Text

from accounts.models import User
from syncengine.policies.apply import PolicyMistakes, StaleBase, apply_folder, pull
from syncengine.policies.current import environment
from syncengine.policies.differences import Difference
from syncengine.policies.load import Checked, check
from syncengine.policies.mistakes import Mistake
from syncengine.policies.plan import PolicyPlan, plan_folder

MARKS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("−", "red")}


class Command(BaseCommand):
    help = "Check, plan, apply or pull policies. Exit code 1 when there are mistakes or another base."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check", "plan", "apply", "pull"])
        parser.add_argument("folder", nargs="?", help="folder of YAML files (default: PORTAL_HOME/policies)")
        parser.add_argument("--note", default="", help="apply: why, kept with the version")
        parser.add_argument("--by", help="apply: e-mail of the login answering for it")
        parser.add_argument("--base", type=int, help="apply: the version these policies were edited from")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout, soft_wrap=True)  # type: ignore[arg-type]
        folder = Path(options["folder"] or Path(settings.HOME) / "policies")
        if options["action"] == "apply":
            _apply(console, folder, options)
        elif options["action"] == "pull":
            _pull(console, folder)
        elif options["action"] == "plan":
            show_plan(console, plan_folder(folder, now=timezone.now()))
        else:
            _show_check(console, check(folder, environ=environment()))


def _apply(console: Console, folder: Path, options: dict[str, Any]) -> None:
    by = User.objects.filter(email=options["by"]).first() if options["by"] else None
    if options["by"] and by is None:
        raise CommandError(f"There is no login {options['by']}.")
    try:
        version = apply_folder(folder, by=by, now=timezone.now(), base=options["base"], note=options["note"])
    except PolicyMistakes as error:
        _refuse(console, error.mistakes)
    except StaleBase as error:
        raise CommandError(f"{error}. Pull, bring in your changes, and apply again.") from error
    else:
        console.print(f"[green]✓[/] Version {version.number} is in force.")


def _pull(console: Console, folder: Path) -> None:
    version = pull(folder)
    if version is None:
        raise CommandError("No policies were applied yet.")
    console.print(f"[green]✓[/] Version {version.number} written to {folder}.")


def _show_check(console: Console, checked: Checked) -> None:
    if checked.mistakes:
        _refuse(console, checked.mistakes)
    for source in checked.policy_set.sources.values():
        console.print(f"  {source.label}: {', '.join(source.streams)}", markup=False)
    console.print("[green]✓[/] No mistakes.")


def _refuse(console: Console, mistakes: tuple[Mistake, ...]) -> None:
    for mistake in mistakes:
        console.print(f"✗ {mistake}", style="red", markup=False, highlight=False)
    raise CommandError(f"{len(mistakes)} mistake{'s' if len(mistakes) != 1 else ''}; nothing was applied.")


def show_plan(console: Console, plan: PolicyPlan) -> None:
    """Print what would change, the golden values last since they are what matters."""
    if plan.mistakes:
        _refuse(console, plan.mistakes)
    if not plan.differences:
        console.print(f"Nothing differs from version {plan.base or 0}.")
        return
    for difference in plan.differences:
        console.print(_line(difference))
    for source, stream in plan.read_anew:
        console.print(f"[yellow]↻[/] {source}.{stream} is read anew from its beginning")
    _show_golden(console, plan)


def _line(difference: Difference) -> Text:
    mark, colour = MARKS[difference.kind]
    told = " → ".join(text for text in (difference.before, difference.after) if text)
    return Text.assemble((mark, colour), " ", difference.place, "  ", (told, "dim"))


def _show_golden(console: Console, plan: PolicyPlan) -> None:
    if not plan.golden:
        console.print("No golden value would change by other survivors.")
        return
    table = Table("Object", "Field", "Values", "For example", "was", "becomes")
    for change in plan.golden:
        head = (change.object, change.field, f"{change.count:,}")
        for place, sample in enumerate(change.samples):
            table.add_row(*(head if place == 0 else ("", "", "")), *sample)
    console.print(table)
