"""The order of the stages, and nothing else: source runs on one side, the publish lane on the other."""

from syncengine.pipeline.daily import renew_day
from syncengine.pipeline.lane import publish_all, publish_round
from syncengine.pipeline.replay import replay
from syncengine.pipeline.side_by_side import read_each
from syncengine.pipeline.source_run import StreamBusy, refresh_records, run_stream

__all__ = [
    "StreamBusy",
    "publish_all",
    "publish_round",
    "read_each",
    "refresh_records",
    "renew_day",
    "replay",
    "run_stream",
]
