"""One run of the whole portal, from the first server to the last process gone."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from portal import env
from portal.launcher import guards
from portal.launcher.children import BASE, children
from portal.launcher.supervisor import Say, Supervisor
from portal.services.lent import own_services
from portal.services.process import LOST_SERVER

HOST = "127.0.0.1"
PATIENCE = 60.0
ATTEMPTS = 5


def run_portal(*, home: Path, port: int, workers: int, say: Say) -> int:
    """The exit code after the portal ran until somebody stopped it."""
    guards.check_port_is_free(HOST, port)
    lock = guards.hold_home(home)
    supervisor = Supervisor(own_services(home), home / "logs", say)
    supervisor.listen()
    try:
        return _run(supervisor, port, workers)
    finally:
        say("Stopping")
        supervisor.stop()
        lock.close()
        say("Stopped")


def _run(supervisor: Supervisor, port: int, workers: int) -> int:
    for service in supervisor.services:
        supervisor.say(f"Starting {service.name}")
        service.start()
    code = _prepare(supervisor)
    if code or supervisor.is_stopping:
        return 0 if supervisor.is_stopping else code
    web, *others = children(HOST, port, workers)
    supervisor.start(web)
    _announce(supervisor, f"http://{HOST}:{port}")
    for child in others:  # after the first page, which they would only delay
        supervisor.start(child)
    supervisor.watch()
    return 0


def _prepare(supervisor: Supervisor) -> int:
    """The exit code of bringing tables up to date; done again where it, or a server of ours, was killed meanwhile."""
    code = 0
    for pause in range(1, ATTEMPTS + 1):
        code = supervisor.run_once(prepare_command(), dict(os.environ))
        was_killed = code < 0 or (code == LOST_SERVER and bool(supervisor.services))
        if supervisor.is_stopping or not was_killed:
            break
        time.sleep(pause)  # a server that recovers by itself lives, but takes nobody in
        supervisor.revive()
    return code


def prepare_command() -> list[str]:
    """The command that brings tables, schedule and demo up to date."""
    return [sys.executable, str(BASE / "manage.py"), "prepare"]


def _announce(supervisor: Supervisor, address: str) -> None:
    """Say the address as soon as the web server answers, and go on without it after a while."""
    deadline = time.monotonic() + PATIENCE
    while not supervisor.is_stopping and time.monotonic() < deadline:
        if _answers(f"{address}/healthz"):
            supervisor.say(f"Concord runs at {address}/ (Ctrl-C stops it; logs in {supervisor.logs})")
            return
        supervisor.look()
        time.sleep(0.1)
    if not supervisor.is_stopping:
        supervisor.say(f"The web server doesn't answer yet; see {supervisor.logs / 'web.log'}")


def _answers(address: str) -> bool:
    hosts = env.names("PORTAL_HOSTS", ("127.0.0.1",))
    try:
        urlopen(Request(address, headers={"Host": hosts[0].lstrip(".*") or HOST}), timeout=2).close()
    except (URLError, OSError):
        return False
    return True
