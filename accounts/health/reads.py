"""A customer's health as a reader may see it: the score with its explanation, or the band alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q

from accounts.access import treatment
from accounts.access.fields import Reader
from accounts.health.definition import Definition, Profile
from accounts.health.explain import Change, Line, Part, change_between, lines_of
from accounts.health.measures import BY_NAME, MEASURES, Measure
from accounts.health.moves import Move, list_moves
from accounts.health.reckoning import POINT, Facts, total_of
from accounts.health.versions import current_definition, definition_of
from accounts.models import Account, AccountHealth, HealthDay, HealthPulse, Insight

WEEKS = 26
CAP_WORDS = {
    "closed": "the customer is closed, insolvent or sued", "hold": "a credit hold stands",
    "tickets": "three or more severe or late tickets", "weak": "two components are at 25 or below",
    "overdue": "an invoice is overdue for too long",
    "payment": "the payment component is too low", "rhythm": "the order rhythm is too low",
    "quality": "delivery and billing are too low", "support": "the support component is too low",
}  # fmt: skip


@dataclass(frozen=True)
class ToolScore:
    """A score that a connected tool gave, beside ours."""

    kind: str
    score: Decimal | None
    text: str | None
    model: str
    scored_at: date | None


@dataclass(frozen=True)
class Health:
    """Where a customer stands today; `score` and what follows are None and empty where only the band is seen."""

    account_id: int
    state: str
    band: str | None
    full: bool
    score: Decimal | None = None
    uncapped: Decimal | None = None
    coverage: int | None = None
    cap: int | None = None
    cap_reason: str = ""
    profile: str = ""
    version: int = 0
    computed_date: date | None = None
    moved_30: Decimal | None = None
    pulse: HealthPulse | None = None
    lines: tuple[Line, ...] = ()
    days: tuple[HealthDay, ...] = ()
    change: Change | None = None
    redrawn: tuple[tuple[date, Decimal], ...] = ()

    @property
    def missing(self) -> list[str]:
        """What would have to be known for a fuller score."""
        return [line.measure.needs for line in self.lines if not line.measured and not line.stale]

    @property
    def stale(self) -> list[str]:
        """Measures whose sources are too old to judge by."""
        return [line.measure.label for line in self.lines if line.stale]


def get_health(
    user: Reader, account: Account, *, today: date, start: date | None = None, end: date | None = None
) -> Health | None:
    """The customer's health; None for roles that see none."""
    seen = treatment(user, "health")
    if seen not in ("full", "summary"):
        return None
    row: AccountHealth | None = getattr(account, "health", None)
    if row is None:
        return _unknown(account, full=seen == "full", today=today)
    if seen == "summary":
        return Health(account.pk, row.state, row.band, full=False)
    days = list_days(account, today - timedelta(weeks=WEEKS))
    return Health(
        account_id=account.pk, state=row.state, band=row.band, full=True, score=row.score, uncapped=row.uncapped,
        coverage=row.coverage, cap=row.cap, cap_reason=CAP_WORDS.get(row.cap_reason or "", ""),
        profile=definition_of(row.version).profiles[row.profile].label, version=row.version,
        computed_date=row.computed_date, moved_30=row.moved_30, pulse=current_pulse(account, today),
        lines=tuple(_seen_line(user, line) for line in lines_of(row)), days=days, redrawn=tuple(_redrawn(days)),
        change=_change(user, days, start or today - timedelta(30), end or today),
    )  # fmt: skip


def _unknown(account: Account, *, full: bool, today: date) -> Health:
    """A customer no document, call or ticket is known of: no row is kept for it."""
    definition = current_definition()
    profile = list(definition.profiles.values())[-1]  # the one for everybody
    lines = [
        Line(measure, None, None, weight, None, None, None, stale=False)
        for measure, weight in zip(MEASURES, profile.weights, strict=True) if weight
    ]  # fmt: skip
    if not full:
        return Health(account.pk, "none", None, full=False)
    return Health(
        account.pk, "none", None, full=True, coverage=0, profile=profile.label, version=definition.number,
        computed_date=today, lines=tuple(lines),
    )  # fmt: skip


def sees_input(user: Reader, measure: Measure) -> bool:
    """Whether the reader sees what a measure was computed from, beside its points."""
    return treatment(user, measure.sensitivity) == "full"


def _seen_line(user: Reader, line: Line) -> Line:
    return line if sees_input(user, line.measure) else replace(line, input=None, hidden=True)


def list_days(account: Account, since: date) -> tuple[HealthDay, ...]:
    """The days on which health changed, the oldest first; the one that held when the span began comes first."""
    rows = HealthDay.objects.filter(account=account)
    first = rows.filter(day__lte=since).order_by("-day").first()
    return (*([first] if first else []), *rows.filter(day__gt=since).order_by("day"))


def on_day(days: Sequence[HealthDay], day: date) -> HealthDay | None:
    """The row that held on a day."""
    return next((row for row in reversed(days) if row.day <= day), None)


def _change(user: Reader, days: Sequence[HealthDay], start: date, end: date) -> Change | None:
    """From the day asked for, or the first known since."""
    after = on_day(days, end)
    before = on_day(days, start) or (days[0] if days else None)
    if before is None or after is None or before.day >= after.day:
        return None
    change = change_between(before, after, max(start, before.day), end)
    if change is None:
        return None
    return replace(change, parts=tuple(_seen_part(user, part) for part in change.parts))


def _seen_part(user: Reader, part: Part) -> Part:
    seen = part.kind != "measure" or sees_input(user, BY_NAME[part.name])
    return part if seen else replace(part, before=None, after=None)


def _redrawn(days: Sequence[HealthDay]) -> list[tuple[date, Decimal]]:
    """Days of older versions scored by the formula in force, to be drawn beside what was said then."""
    definition = current_definition()
    if all(row.version == definition.number for row in days):
        return []
    found = []
    for row in days:
        profile = definition.profiles.get(row.profile) or next(iter(definition.profiles.values()))
        total = total_of(_facts(row), profile, definition)
        found += [] if total is None else [(row.day, Decimal(total) / POINT)]
    return found


def _facts(row: HealthDay | AccountHealth, hold: bool | None = None) -> Facts:
    held, closed = row.cap_reason == "hold" if hold is None else hold, row.cap_reason == "closed"
    return Facts(row.inputs, held, closed, row.pulse)


def get_moves(user: Reader, account: Account, *, today: date) -> list[Move]:
    """What would move the score most for the least effort; nothing where the reader sees no score."""
    row = AccountHealth.objects.filter(account=account).first() if treatment(user, "health") == "full" else None
    if row is None:
        return []
    definition: Definition = definition_of(row.version)
    profile: Profile = definition.profiles[row.profile]
    seen = {measure.name for measure in MEASURES if sees_input(user, measure)}
    return list_moves(account, _facts(row, bool(account.credit_hold)), profile, definition, today, seen)


def current_pulse(account: Account, today: date) -> HealthPulse | None:
    """The pulse that counts today, be it given to a customer merged into this one."""
    own = Q(account=account) | Q(account__merged_into=account)
    rows = HealthPulse.objects.filter(own, withdrawn_at=None, expires_date__gt=today)
    return rows.select_related("given_by").order_by("-given_at", "-id").first()


def list_tool_scores(user: Reader, account: Account) -> list[ToolScore]:
    """The latest score of each kind that connected tools gave."""
    if treatment(user, "health") != "full":
        return []
    rows = Insight.objects.filter(account=account, deleted_at=None)
    latest = rows.order_by("kind", "-scored_at", "-id").distinct("kind")
    return [
        ToolScore(
            row.kind or "other", row.score, row.text, " ".join(filter(None, (row.model, row.model_version))),
            row.scored_at.date() if row.scored_at else None,
        )
        for row in latest
    ]  # fmt: skip
