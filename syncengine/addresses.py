"""Addresses outside our network: looked up once, checked, and called as they were checked."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx


class NotSent(Exception):
    """The other side did not take the message."""


def outside_address(url: str) -> str:
    """The IP address of a URL's host, none of which may lie within a private network. Raises NotSent, OSError."""
    host = urlsplit(url).hostname or ""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    if not found or not all(ipaddress.ip_address(address).is_global for address in found):
        raise NotSent(f"{host} is an address within a private network")
    return found[0]


def aimed_at(url: str, address: str | None) -> dict[str, Any]:
    """What httpx needs to call the URL at this very address, whatever its name means a moment later.

    The certificate is still checked against the name.
    """
    if address is None:
        return {"url": url}
    called = httpx.URL(url)
    name = called.netloc.decode("ascii").rpartition("@")[2]
    return {"url": called.copy_with(host=address), "headers": {"Host": name},
            "extensions": {"sni_hostname": called.host}}  # fmt: skip
