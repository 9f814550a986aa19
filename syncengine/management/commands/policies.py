"""manage.py policies: check, plan, apply, revert, compare and pull the company's rules."""

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
from syncengine.models import PolicyVersion
from syncengine.policies.apply import PlanMoved, PolicyMistakes, StaleBase, apply_folder, pull, revert_to
from syncengine.policies.current import current_policies, current_version, environment, policies_of
from syncengine.policies.differences import Difference, compare
from syncengine.policies.drafts import plan_for
from syncengine.policies.load import Checked, check, read_documents
from syncengine.policies.mistakes import Mistake
from syncengine.policies.plan import PolicyPlan
from syncengine.selectors.policies import applying

MARKS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("−", "red")}


class Command(BaseCommand):
    help = (
        "check, plan, apply and pull take a folder; revert takes a version's number, diff two of them (or one: "
        "against the version in force); status tells what is being applied. Exit code 1 when there are mistakes, "
        "another base, or records that moved since the plan."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check", "plan", "apply", "pull", "revert", "diff", "status"])
        parser.add_argument("what", nargs="*", help="folder of YAML files (default: PORTAL_HOME/policies), or versions")
        parser.add_argument("--note", default="", help="apply: why, kept with the version")
        parser.add_argument("--by", help="apply: e-mail of the login answering for it")
        parser.add_argument("--base", type=int, help="apply: the version these policies were edited from")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout, soft_wrap=True)  # type: ignore[arg-type]
        current_policies()  # whose own fields count as known
        what = options["what"]
        folder = Path(what[0] if what else Path(settings.HOME) / "policies")
        if options["action"] == "apply":
            _apply(console, folder, options)
        elif options["action"] == "pull":
            _pull(console, folder)
        elif options["action"] == "plan":
            _plan(console, folder)
        elif options["action"] == "revert":
            _revert(console, _numbers(what, 1), options)
        elif options["action"] == "diff":
            _diff(console, _numbers(what, 1, 2))
        elif options["action"] == "status":
            _status(console)
        else:
            _show_check(console, check(folder, environ=environment()))


def _numbers(what: list[str], *counts: int) -> list[int]:
    if len(what) not in counts or not all(word.isdigit() for word in what):
        raise CommandError("Name versions by their number, as `status` lists them.")
    return [int(word) for word in what]


def _plan(console: Console, folder: Path) -> None:
    checked = check(folder, environ=environment())
    if checked.mistakes:
        _refuse(console, checked.mistakes)
    current = current_version()
    documents = read_documents(folder)[0]
    plan = plan_for(documents, base=current.number if current else None, now=timezone.now())
    show_plan(console, plan)


def _revert(console: Console, numbers: list[int], options: dict[str, Any]) -> None:
    by = _login(options["by"])
    try:
        version = revert_to(numbers[0], by=by, now=timezone.now(), note=options["note"])
    except PolicyVersion.DoesNotExist as error:
        raise CommandError(f"There is no version {numbers[0]}.") from error
    except PolicyMistakes as error:
        _refuse(console, error.mistakes)
    else:
        console.print(f"[green]✓[/] Version {version.number} is in force; it says what version {numbers[0]} said.")


def _diff(console: Console, numbers: list[int]) -> None:
    current = current_version()
    wanted = [*numbers, *([current.number] if current and len(numbers) == 1 else [])]
    found = {version.number: version for version in PolicyVersion.objects.filter(number__in=wanted)}
    missing = [number for number in wanted if number not in found]
    if missing:
        raise CommandError(f"There is no version {missing[0]}.")
    before, after = (policies_of(found[number]) for number in wanted)
    differences = compare(before, after)
    for difference in differences:
        console.print(_line(difference))
    if not differences:
        console.print(f"Versions {wanted[0]} and {wanted[1]} say the same.")


def _status(console: Console) -> None:
    for version in PolicyVersion.objects.order_by("-number")[:10]:
        who = version.applied_by or "system"
        line = f"version {version.number}  {version.applied_at:%Y-%m-%d %H:%M}  {who}  {version.note}"
        console.print(line, markup=False)
    found = applying()
    if found is not None:
        left = f"{found.waiting:,} of {found.queued:,} records wait"
        console.print(f"[yellow]↻[/] Version {found.number} is being applied: {left}.")


def _login(email: str | None) -> User | None:
    by = User.objects.filter(email=email).first() if email else None
    if email and by is None:
        raise CommandError(f"There is no login {email}.")
    return by


def _apply(console: Console, folder: Path, options: dict[str, Any]) -> None:
    by = _login(options["by"])
    try:
        version = apply_folder(folder, by=by, now=timezone.now(), base=options["base"], note=options["note"])
    except PolicyMistakes as error:
        _refuse(console, error.mistakes)
    except StaleBase as error:
        raise CommandError(f"{error}. Pull, bring in your changes, and apply again.") from error
    except PlanMoved as error:
        raise CommandError(f"{error}. Plan again, and apply that.") from error
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
    if not (plan.golden or plan.documents):
        console.print("No golden value would change by other survivors.")
    else:
        _show_values(console, plan)
    links = plan.links
    if links.moved or links.merged:
        console.print(f"{links.moved:,} records would move, {links.merged:,} customers merge, {links.new:,} be new.")
    for task in plan.tasks:
        console.print(f"{task.kind} tasks: {task.opened:,} would open, {task.closed:,} close.")
    for judged in plan.judged:
        console.print(
            f"{judged.stream}: {judged.refused:,} more refused, {judged.held:,} held, {judged.warned:,} doubted; "
            f"{judged.freed:,} taken that are refused today."
        )
    for message in plan.write_backs:
        console.print(f"{message.count:,} × {message.field} would be written to {message.target}.")
    if plan.money.customers:
        money = plan.money
        console.print(
            f"{money.customers:,} customers with {money.revenue_ttm:,.0f} revenue of twelve months "
            f"and {money.open_receivables:,.0f} open receivables."
        )
    if plan.waiting:
        console.print(f"[yellow]![/] {plan.waiting:,} records wait to be published; the plan does not see them yet.")


def _show_values(console: Console, plan: PolicyPlan) -> None:
    table = Table("Object", "Field", "Values", "For example", "was", "becomes")
    for change in (*plan.golden, *plan.documents):
        head = (change.object, change.field, f"{change.count:,}")
        for place, sample in enumerate(change.samples):
            table.add_row(*(head if place == 0 else ("", "", "")), *sample)
    console.print(table)
