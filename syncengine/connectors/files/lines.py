"""A file as chunks of numbered lines, whatever its encoding, in bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from syncengine.records import Refusal

CHUNK = 1 << 24
# Stands where wide characters (UTF-16, UTF-32) cannot be read; no text of a file holds it by itself.
MARK = "\x00\ufffd\x00"
codecs.register_error("mark_broken", lambda error: (MARK, getattr(error, "end", 0)))


@dataclass(frozen=True, slots=True)
class Lines:
    """Consecutive lines without their `\\n`; lines whose bytes cannot be read are null."""

    text: pl.Series
    first: int
    refused: tuple[Refusal, ...]


def read_lines(open_file: Callable[[], BinaryIO], encoding: str, name: str, *, chunk: int = CHUNK) -> Iterator[Lines]:
    """Yield the file's lines chunk by chunk; lines of foreign bytes come back as refusals."""
    wide = encoding.replace("_", "-").lower().startswith(("utf-16", "utf-32", "utf-7"))
    first = 1
    for block in _wide_blocks(open_file, encoding, chunk) if wide else _narrow_blocks(open_file, chunk):
        lines = _decode(block, "utf-8" if wide else encoding, name, first)
        yield lines
        first += len(lines.text)


def _narrow_blocks(open_file: Callable[[], BinaryIO], chunk: int) -> Iterator[bytes]:
    with open_file() as file:
        yield from _cut_at_lines(iter(lambda: file.read(chunk), b""))


def _wide_blocks(open_file: Callable[[], BinaryIO], encoding: str, chunk: int) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="mark_broken")
    with open_file() as file:
        pieces = (decoder.decode(b).encode() for b in iter(lambda: file.read(chunk), b""))
        yield from _cut_at_lines(pieces)


def _cut_at_lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield blocks that end with a line; a file with bare carriage returns ends its lines with those."""
    rest, old_mac = b"", None
    for piece in pieces:
        if old_mac is None:
            old_mac = b"\r" in piece and b"\n" not in piece
        block = rest + (piece.replace(b"\r", b"\n") if old_mac else piece)
        cut = block.rfind(b"\n") + 1
        if cut:
            yield block[:cut]
        rest = block[cut:]
    if rest:
        yield rest


def _decode(block: bytes, encoding: str, name: str, first: int) -> Lines:
    block = block.removesuffix(b"\n")
    try:
        text = block.decode(encoding)
    except UnicodeDecodeError:
        return _decode_each(block, encoding, name, first)
    lines = Lines(pl.Series("line", text.split("\n"), dtype=pl.String), first, ())
    return _drop_marked(lines, name) if MARK in text else lines


def _drop_marked(lines: Lines, name: str) -> Lines:
    broken = lines.text.str.contains(MARK, literal=True)
    refused = tuple(
        Refusal(
            None,
            "characters cannot be read",
            f"{name}:{lines.first + i}",
            lines.text[i].replace(MARK, "\ufffd"),
        )
        for i in broken.arg_true()
    )
    return Lines(lines.text.set(broken, None), lines.first, refused)


def _decode_each(block: bytes, encoding: str, name: str, first: int) -> Lines:
    # Only a block with a foreign byte comes here, so that its other lines are kept.
    texts: list[str | None] = []
    refused = []
    for number, raw in enumerate(block.split(b"\n"), first):
        try:
            texts.append(raw.decode(encoding))
        except UnicodeDecodeError as error:
            texts.append(None)
            reason = f"byte {error.start + 1} of the line is not {encoding}"
            refused.append(Refusal(None, reason, f"{name}:{number}", raw.decode("utf-8", "backslashreplace")))
    return Lines(pl.Series("line", texts, dtype=pl.String), first, tuple(refused))
