"""The `events:` section of a source: how its calls are signed, and what events of its own shape look like."""

from __future__ import annotations

from collections.abc import Mapping

from syncengine.policies.sections import Section
from syncengine.policies.shapes import Events, EventShape

SIGNATURES = ("standard", "sha256-hex", "sha256-base64")


def read_events(section: Section, streams: Mapping[str, object]) -> Events | None:
    """What the source declares about its events, or None where it sends none."""
    below = section.section("events", "`events`")
    if below is None:
        return None
    signature = below.one_of("signature", SIGNATURES, "standard")
    header = below.text("header")
    if signature != "standard" and not header:
        below.mistake(None, f"`signature: {signature}` needs `header`", "name the header that carries the signature")
    kafka = below.plain("kafka")
    for name in ("brokers", "topic") if kafka else ():
        if not kafka.get(name):
            below.mistake(below.at("kafka"), f"`kafka` needs `{name}`", "add it")
    found = Events(
        secrets=tuple(below.plain("secrets").values()) or _one_secret(below),
        signature=signature,
        header=header or "",
        shapes=tuple(_shape(entry, streams) for entry in below.sections("shapes", "a shape of events")),
        kafka=kafka,
    )
    if not found.secrets and not kafka:
        problem = "`events` needs `secret`: an event nobody signed is not believed"
        below.mistake(None, problem, "add `secret: {secret: NAME_OF_A_VARIABLE}`")
    below.done()
    return found


def _one_secret(below: Section) -> tuple[object, ...]:
    node = below.at("secret")
    return () if node is None else (below.document.plain(node),)


def _shape(entry: Section, streams: Mapping[str, object]) -> EventShape:
    stream = entry.one_of("stream", streams, "", needed=True)
    when = {str(name): str(value) for name, value in entry.plain("when").items()}
    found = EventShape(
        stream=stream,
        key=entry.word("key", needed=True),
        id=entry.text("id"),
        kind=entry.text("type"),
        at=entry.text("at"),
        each=entry.text("each"),
        when=when,
    )
    entry.done()
    return found
