"""`manage.py identity`: how good matching is, what a new version would change, and putting one in force."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from syncengine.identity.training import Measured
from syncengine.models import Firing, MatchVersion, Stop
from syncengine.resolution.training import NothingToLearn, train_version
from syncengine.resolution.versions import PairSample, PlanOutdated, VersionPlan, apply_version, plan_version
from syncengine.selectors import precision
from syncengine.selectors.people import list_people

FIRED = 20  # guards a report tells


class Command(BaseCommand):
    """Sub-commands of identity."""

    help = (
        "report: how good matching is. train: learn a version of your own. "
        "plan N: what match version N would change. apply N: put it in force."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        report = actions.add_parser("report", help="precision by rule and score, agreement, the flow of the queue")
        report.add_argument("--days", type=int, default=90)
        actions.add_parser("train", help="learn a match version from your records and decisions; it is not applied")
        plan = actions.add_parser("plan", help="what a match version would change")
        plan.add_argument("version", type=int)
        apply = actions.add_parser("apply", help="put a planned match version in force")
        apply.add_argument("version", type=int)
        apply.add_argument("--force", action="store_true", help="without a plan, or where it is out of date")
        apply.add_argument("--wait", action="store_true", help="publish here and now instead of leaving it to a worker")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        actions: dict[str, Callable[..., None]] = {
            "report": self._report, "train": self._train, "plan": self._plan, "apply": self._apply,
        }  # fmt: skip
        actions[action](**options)

    def _report(self, *, days: int, **_: Any) -> None:
        now = timezone.now()
        since = now - timedelta(days=days)
        self._table("By rule", precision.list_by_rule(since=since))
        self._table("By probability", precision.list_by_band(since=since))
        self._table("On the pairs people judged", precision.list_labelled())
        self._table("Agreement of two people", [precision.get_agreement()])
        self._table("Planted pairs answered right", [precision.get_planted()])
        self._table("Planted pairs, by person", [replace(p.planted, label=p.name) for p in list_people(since=since)])
        flow = precision.get_flow(now=now)
        self.stdout.write(
            f"Queue, 30 days: {flow.opened} came, {flow.answered} answered, {flow.settled} settled by themselves, "
            f"{flow.waiting} wait, {flow.overdue} of them overdue."
        )
        self._fired()
        for version in MatchVersion.objects.defer("body").order_by("number"):
            measured = {name: value for name, value in version.measured.items() if name != "plan"}
            state = f"in force since {version.applied_at:%Y-%m-%d %H:%M}" if version.applied_at else "not applied"
            self.stdout.write(f"Version {version.number}: {state} {measured or ''}".rstrip())

    def _fired(self) -> None:
        """Guards that fired in the latest run in which any did."""
        latest = Firing.objects.order_by("-run_id").values_list("run_id", flat=True).first()
        for row in Firing.objects.filter(run=latest).order_by("-records", "pk")[:FIRED]:
            self.stdout.write(f"Guard in run {row.run_id}: {row.guard}, {row.subject}: {row.sentence}")
        for stop in Stop.objects.filter(state="open").order_by("pk"):
            self.stdout.write(f"Stopped {stop.at:%Y-%m-%d %H:%M}: {stop.sentence} The queue asks.")

    def _table(self, title: str, lines: list[precision.Precision]) -> None:
        self.stdout.write(f"{title}:")
        told = [line for line in lines if line.total]
        for line in told:
            share = f"{line.share:6.1%}  ≥ {line.least:.1%}"
            self.stdout.write(f"  {line.label:<28} {line.right:>6} of {line.total:<6} {share}")
        if not told:
            self.stdout.write("  nothing answered yet")

    def _train(self, **_: Any) -> None:
        try:
            trained = train_version(user=None, now=timezone.now())
        except NothingToLearn as error:
            raise CommandError(str(error)) from error
        number = trained.number
        self.stdout.write(f"Version {number}: learnt on {trained.records} records and {trained.labels} judged pairs.")
        for title, measured in (("In force", trained.before), (f"Version {number}", trained.after)):
            if measured is not None:
                self.stdout.write(f"  {title}: {_figures(measured)}")
        if trained.after is None:
            self.stdout.write("  Too few judged pairs to measure it: answer more questions, then train again.")
        self.stdout.write(f"`identity plan {number}` shows what it would change, `identity apply {number}` does it.")

    def _plan(self, *, version: int, **_: Any) -> None:
        self._check(version)
        self._show(plan_version(version, now=timezone.now()))

    def _apply(self, *, version: int, force: bool, wait: bool, **_: Any) -> None:
        from syncengine.pipeline import publish_all  # late: the other sub-commands need no pipeline

        self._check(version)
        try:
            self._show(apply_version(version, user=None, now=timezone.now(), force=force))
        except PlanOutdated as error:
            raise CommandError(str(error)) from error
        if wait:
            publish_all()
        word = "is in force" if wait else "takes force with the next round"
        self.stdout.write(f"Version {version} {word}.")

    def _check(self, version: int) -> None:
        if not MatchVersion.objects.filter(pk=version).exists():
            known = ", ".join(map(str, MatchVersion.objects.order_by("number").values_list("number", flat=True)))
            raise CommandError(f"There is no match version {version}; there are: {known or 'none'}.")

    def _show(self, plan: VersionPlan) -> None:
        self.stdout.write(
            f"Version {plan.version} against {plan.in_force}: {plan.pairs_gained} pairs gained, {plan.pairs_lost} lost "
            f"of {plan.pairs_before}; customers {plan.customers_before} → {plan.customers_after}; "
            f"pairs for people {plan.review_before} → {plan.review_after}."
        )
        for title, samples in (("Gained", plan.gained), ("Lost", plan.lost)):
            for sample in samples:
                self.stdout.write(f"  {title}: {_words(sample)}")


def _figures(measured: Measured) -> str:
    shares = {"precision": measured.precision, "recall": measured.recall, "with review": measured.recall_with_review}
    told = [f"{name} {s.right}/{s.total} ({s.low:.1%} to {s.high:.1%})" for name, s in shares.items()]
    return ", ".join(told)


def _words(sample: PairSample) -> str:
    weight = sample.weight_after if sample.weight_after is not None else sample.weight_before
    return f"{sample.name_l} ↔ {sample.name_r} ({weight:+.1f} bits)"
