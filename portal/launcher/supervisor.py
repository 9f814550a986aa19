"""Keeps servers and children running until told to stop, then leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from portal.launcher.children import Child, start
from portal.services.process import end_with_parent
from portal.services.service import Service

ALL_SECONDS = 3.8  # whoever pressed Ctrl-C waits for five at most
SOFT_SECONDS = 1.5  # for running tasks to finish
HURRIED_SECONDS = 0.8  # for giving them back to the queue
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
LOOK_EVERY = 0.2
ASK_SERVERS_EVERY = 3.0
Say = Callable[[str], None]


@dataclass
class Running:
    """A child with its process and its history of ends."""

    child: Child
    process: subprocess.Popen[bytes]
    started_at: float
    pause: float = 1.0
    restart_at: float | None = None


class Supervisor:
    """Starts, watches and ends the processes of one portal."""

    def __init__(self, services: Sequence[Service], logs: Path, say: Say) -> None:
        self.services = services
        self.logs = logs
        self.say = say
        self.running: list[Running] = []
        self.signals = 0
        self._asked_at = 0.0

    @property
    def is_stopping(self) -> bool:
        """True once somebody asked for the end."""
        return self.signals > 0

    def listen(self) -> None:
        """Take Ctrl-C, termination and a closed terminal as requests to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def start(self, child: Child) -> None:
        """Start the child and watch it from now on."""
        self.running.append(Running(child, start(child, self.logs), time.monotonic()))

    def run_once(self, command: Sequence[str], environment: dict[str, str]) -> int:
        """The exit code of a command that uses our terminal and ends when we are told to stop."""
        ended_with_us = end_with_parent(signal.SIGTERM)
        process = subprocess.Popen(command, env=environment, start_new_session=True, preexec_fn=ended_with_us)
        while process.poll() is None and not self.is_stopping:
            time.sleep(0.05)
        _end_group(process, 1.0)
        return process.returncode

    def watch(self) -> None:
        """Restart what ends, until told to stop."""
        while not self.is_stopping:
            self.look()
            time.sleep(LOOK_EVERY)

    def look(self) -> None:
        """Restart once whatever has ended and whose pause is over."""
        self._look_at_services()
        for running in self.running:
            if running.restart_at is None and running.process.poll() is not None:
                self._note_end(running)
            elif running.restart_at is not None and time.monotonic() >= running.restart_at:
                running.process = start(running.child, self.logs)
                running.started_at, running.restart_at = time.monotonic(), None

    def revive(self) -> None:
        """Start again the servers that have ended."""
        for service in self.services:
            if not service.is_alive():
                self.say(f"{service.name} has ended and is started again")
                service.start()
                self._renew_listeners(service.name)

    def stop(self) -> None:
        """End children first, then their servers."""
        deadline = time.monotonic() + ALL_SECONDS
        for service in self.services:
            if service.is_ours:
                service.announce_stop()
        for running in self.running:
            _signal(running.process, running.child.soft_end)
        self._await_ends(SOFT_SECONDS)
        for running in self.running:
            _signal(running.process, running.child.hurried_end)
        self._await_ends(HURRIED_SECONDS)
        for running in self.running:
            _kill_group(running.process)
        for service in reversed(self.services):
            service.stop(max(0.1, deadline - time.monotonic()))

    def _look_at_services(self) -> None:
        if time.monotonic() < self._asked_at + ASK_SERVERS_EVERY:
            return
        self._asked_at = time.monotonic()
        self.revive()

    def _renew_listeners(self, name: str) -> None:
        for running in self.running:
            if running.child.listens_to == name:
                _kill_group(running.process)  # asked to end, it would wait for the connection it lost

    def _note_end(self, running: Running) -> None:
        _kill_group(running.process)  # what it started may still hold its port
        lived = time.monotonic() - running.started_at
        running.pause = 1.0 if lived > STEADY_SECONDS else min(running.pause * 2, LONGEST_PAUSE)
        running.restart_at = time.monotonic() + running.pause
        log = self.logs / f"{running.child.name}.log"
        code = running.process.returncode
        self.say(f"{running.child.name} ended ({code}), starts again in {running.pause:.0f} s; see {log}")

    def _await_ends(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and any(r.process.poll() is None for r in self.running):
            time.sleep(0.02)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(number)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_group(process: subprocess.Popen[bytes], seconds: float) -> None:
    _signal(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    _kill_group(process)
