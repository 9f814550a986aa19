"""Starting and ending server processes, as root and as an ordinary user."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
HURRIED_SECONDS = 0.5
LOST_SERVER = 75  # exit code of a command whose server went away under it: EX_TEMPFAIL of sysexits.h
LIBC = ctypes.CDLL(None)


def identity_options(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments for subprocess that make the child run as that user."""
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def end_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A preexec_fn after which the kernel signals the child when its parent dies, however it dies."""
    parent = os.getpid()

    def arrange() -> None:
        if hasattr(LIBC, "prctl"):
            LIBC.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # died between fork and here
            os._exit(1)

    return arrange


def private_folder(path: Path, user: pwd.struct_passwd | None) -> None:
    """Make the folder 0700 and the user's, refusing one that somebody else put there."""
    owners = {os.geteuid(), user.pw_uid if user else os.geteuid()}
    try:
        path.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or path.stat().st_uid not in owners:
            raise PermissionError
    except PermissionError:
        raise SystemExit(f"{path} belongs to another user; name another folder as PORTAL_HOME") from None
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)
    path.chmod(0o700)


def await_condition(condition: Callable[[], bool], seconds: float) -> bool:
    """True as soon as the condition holds, False when the time is over."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.03)
    return True


def end(process: subprocess.Popen[bytes], signals: Sequence[signal.Signals], seconds: float) -> None:
    """Send one signal after the other, waiting after each; kill the group where none of them helped."""
    for number, patience in zip(signals, (seconds, HURRIED_SECONDS), strict=True):
        if process.poll() is not None:
            return
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def exists(number: int) -> bool:
    """True while a process of that id lives."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
