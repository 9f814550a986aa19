"""The whole fixed beat table and the queue of every kind of work; streams bring their own schedule."""

from __future__ import annotations

# One queue a kind of work, so that a first load never keeps a steward's decision waiting.
QUEUES = {
    "syncengine.tasks.sync*": {"queue": "sync"},
    "syncengine.tasks.publish*": {"queue": "publish"},
}
