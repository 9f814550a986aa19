"""manage.py sync: read sources now and publish what they said, with a progress bar a stream."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from syncengine.models import Run, Stream
from syncengine.pipeline import StreamBusy, publish_all, read_each, refresh_records, run_stream


class Command(BaseCommand):
    help = "Read one source or all of them, then publish. Exit code 1 when a run failed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", help="name of the source; all when left out")
        parser.add_argument("--stream", help="one stream of the source")
        parser.add_argument("--all", action="store_true", help="every source (the default)")
        parser.add_argument("--keys", nargs="+", help="only these records of the stream, at once")
        parser.add_argument(
            "--accept-changes",
            action="store_true",
            help="believe the source however much of what is known it changes, or its listing lacks",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        streams = _streams(options["source"], options["stream"])
        if not streams:
            raise CommandError("Nothing to read: no such source or stream, or no policies applied yet.")
        if options["keys"]:
            failed = _refresh(streams, tuple(options["keys"]))
        else:
            failed = _read_and_publish(streams, accept_changes=options["accept_changes"])
        if failed:
            raise CommandError("; ".join(f"{run.stream}: {run.message}" for run in failed))


def _streams(source: str | None, stream: str | None) -> list[Stream]:
    chosen = Stream.objects.filter(active=True).select_related("source").order_by("source_id", "id")
    if source:
        chosen = chosen.filter(source__name=source)
    if stream:
        chosen = chosen.filter(name=stream)
    return list(chosen)


def _refresh(streams: list[Stream], keys: tuple[str, ...]) -> list[Run]:
    """Fetch single records, also while a bulk run reads their stream."""
    runs = [refresh_records(stream.pk, keys) for stream in streams]
    publish_all()
    return [run for run in runs if run.state != "succeeded"]


def _read_and_publish(streams: list[Stream], *, accept_changes: bool) -> list[Run]:
    columns = (
        TextColumn("{task.description:34}"),
        BarColumn(24),
        TextColumn("{task.fields[rows]:>10,} rows"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=Console(), refresh_per_second=5) as bars:
        runs = read_each(streams, lambda stream: _read(stream, bars, accept_changes=accept_changes))
        _publish(bars)
    return [run for run in runs if run is not None and run.state != "succeeded"]


def _read(stream: Stream, bars: Progress, *, accept_changes: bool) -> Run | None:
    bar = bars.add_task(f"{stream.source.label} · {stream.name}", total=None, rows=0)
    counted = 0

    def advance(_: str, rows: int) -> None:
        nonlocal counted
        counted += rows
        bars.update(bar, rows=counted)

    try:
        run = run_stream(stream.pk, progress=advance, accept_changes=accept_changes)
    except StreamBusy:
        bars.update(bar, description=f"{stream.name}: being read already", total=1, completed=1)
        return None
    bars.update(bar, total=1, completed=1)
    return run


def _publish(bars: Progress) -> None:
    bar = bars.add_task("Publish", total=None, rows=0)
    done = 0

    def advance(_: str, rows: int) -> None:
        nonlocal done
        done += rows
        bars.update(bar, rows=done)

    publish_all(progress=advance)
    bars.update(bar, total=1, completed=1)
