"""Log lines are JSON with the request or run they belong to."""

from __future__ import annotations

import io
import json
import logging
import logging.config

import structlog

from portal.logging import logging_config


def test_line_carries_bound_ids() -> None:
    stream = io.StringIO()
    config = logging_config("json", "INFO")
    handler = logging.StreamHandler(stream)
    formatter = config["formatters"]["structured"].copy()
    handler.setFormatter(formatter.pop("()")(**formatter))
    logger = logging.Logger("tried")
    logger.addHandler(handler)

    with structlog.contextvars.bound_contextvars(run_id=7, request_id="request-0001"):
        logger.info("rows taken", extra={"rows": 3})

    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "rows taken",
        "level": "info",
        "logger": "tried",
        "run_id": 7,
        "request_id": "request-0001",
        "rows": 3,
    }
