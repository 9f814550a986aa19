"""What those who look after data and people see first of both."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from accounts.models import User
from dashboards.panels.headlines.headline import Headline, counted
from dashboards.panels.sync import BoardLine
from dashboards.templatetags.figures import number, plain


def sync_headlines(lines: Sequence[BoardLine]) -> list[Headline]:
    """Streams on time, records that wait, and where the data are poorest; nothing without streams."""
    if not lines:
        return []
    return [_on_time(lines), _refused(lines), *_poorest(lines)]


def people_headlines() -> list[Headline]:
    """How many people may log in."""
    count = User.objects.filter(is_active=True).count()
    return [Headline("Users", number(count), note="May log in", url=reverse("admin_users"))]


def _on_time(lines: Sequence[BoardLine]) -> Headline:
    late = [line for line in lines if line.tone in ("warn", "bad")]
    tone = "bad" if any(line.tone == "bad" for line in late) else "warn" if late else ""
    note = f"{counted(len(late), 'stream needs', 'streams need')} a look" if late else "None needs a look"
    on_time = f"{len(lines) - len(late)} of {len(lines)}"
    return Headline("Streams on time", on_time, note=note, tone=tone, url=reverse("sync"))


def _refused(lines: Sequence[BoardLine]) -> Headline:
    count = sum(line.row.open_refused for line in lines)
    note = "Wait for an answer" if count else "Every record was taken"
    return Headline("Refused records", number(count), note=note, tone="warn" if count else "", url=reverse("refused"))


def _poorest(lines: Sequence[BoardLine]) -> list[Headline]:
    scores = [(line.quality.score, line.row.stream) for line in lines if line.quality]
    if not scores:
        return []
    score, stream = min(scores, key=lambda found: found[0])
    note = f"{stream.source.label}, {plain(stream.name)}"
    return [Headline("Lowest quality", f"{number(score, 1)} %", note=note, url=reverse("stream", args=[stream.pk]))]
