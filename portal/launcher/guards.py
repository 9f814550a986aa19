"""What must hold before anything is started: a free port, and no second portal in the same folder."""

from __future__ import annotations

import fcntl
import socket
from pathlib import Path
from typing import IO


def check_port_is_free(host: str, port: int) -> None:
    """Ends start-up with one line where another process listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections don't count
        try:
            probe.bind((host, port))
        except PermissionError:
            raise SystemExit(f"PORTAL_PORT {port} is not open to this user; name one above 1023") from None
        except OSError:
            raise SystemExit(f"PORTAL_PORT {port} is taken by another process; name another") from None


def hold_home(home: Path) -> IO[str]:
    """The held lock of the folder; ends start-up with one line where a portal already runs from it."""
    lock = (home / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(f"A portal already runs from {home}; stop it or name another PORTAL_HOME") from None
    return lock
