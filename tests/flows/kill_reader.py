"""Run as a program: reads every stream and publishes, again and again, until it is killed."""

from __future__ import annotations

import time

import django

django.setup()

from syncengine.models import Stream  # noqa: E402  (settings have to be ready)
from syncengine.pipeline import StreamBusy, publish_all, run_stream  # noqa: E402

while True:
    for stream in Stream.objects.order_by("pk"):
        try:
            run_stream(stream.pk)
        except StreamBusy:
            continue  # the server has not noticed yet that the reader before this one is gone
    publish_all()
    time.sleep(0.05)
