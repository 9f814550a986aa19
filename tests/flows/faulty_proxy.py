"""A small TCP proxy in front of a server that cuts, delays and swallows answers when told to."""

from __future__ import annotations

import random
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

MODES = ("good", "slow", "cut", "mute")


class FaultyProxy:
    """Listens on 127.0.0.1. `mode`: good; slow (each answer waits); cut (connections break); mute (requests
    arrive, answers do not, and then the connection breaks). The target is a unix socket or a port of this machine."""

    def __init__(self, target: Path | int, *, seed: int = 1) -> None:
        self.target, self.mode, self.dice = target, "good", random.Random(seed)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.server.getsockname()[1])
        self.open: set[socket.socket] = set()
        self.closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def turn(self, mode: str) -> None:
        """Behave so from now on; a cut also breaks what is open."""
        self.mode = mode
        if mode == "cut":
            for each in list(self.open):
                _break(each)

    def close(self) -> None:
        """No more connections."""
        self.closed = True
        self.server.close()
        self.turn("cut")

    def _accept(self) -> None:
        while not self.closed:
            with suppress(OSError):
                client, _ = self.server.accept()
                if self.mode == "cut":
                    _break(client)
                    continue
                self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        try:
            upstream = _reach(self.target)
        except OSError:
            _break(client)
            return
        self.open |= {client, upstream}
        threading.Thread(target=self._pump, args=(client, upstream, False), daemon=True).start()
        threading.Thread(target=self._pump, args=(upstream, client, True), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        try:
            while data := source.recv(65536):
                if answers and self.mode == "slow":
                    time.sleep(self.dice.uniform(0.02, 0.15))
                if answers and self.mode == "mute":
                    time.sleep(0.3)  # long enough for the server to have done what it was asked
                    break
                sink.sendall(data)
        except OSError:
            pass
        finally:
            for each in (source, sink):
                self.open.discard(each)
                _break(each)


def _reach(target: Path | int) -> socket.socket:
    if isinstance(target, int):
        return socket.create_connection(("127.0.0.1", target))
    upstream = socket.socket(socket.AF_UNIX)
    upstream.connect(str(target))
    return upstream


def _break(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        each.close()
