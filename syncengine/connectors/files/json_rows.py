"""JSON lines and JSON arrays as flat rows of texts; numbers keep the digits the file has."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from syncengine.connectors.errors import ConnectorError
from syncengine.connectors.files.encoding import detect_encoding
from syncengine.connectors.files.spec import FileSpec, Piece, Pieces
from syncengine.connectors.text import flatten, rows_frame
from syncengine.records import Refusal

ROWS = 20_000
BLOCK = 1 << 20
LONGEST_PAYLOAD = 10_000
Open = Callable[[], BinaryIO]


class Digits(float):
    """A number that remembers how it was written."""

    written: str

    def __new__(cls, written: str) -> Digits:
        """Return the number with its writing kept."""
        number = super().__new__(cls, written)
        number.written = written
        return number

    def __repr__(self) -> str:
        return self.written


DECODER = json.JSONDecoder(parse_float=Digits)


def read_json(open_file: Open, name: str, spec: FileSpec) -> Pieces:
    """Yield the objects of a JSON file: one a line, or the elements of an array."""
    encoding = spec.encoding or detect_encoding(open_file)
    if spec.path or _is_array(open_file, encoding):
        return _read_array(open_file, encoding, name, spec)
    return _read_lines(open_file, encoding, name)


def read_json_lines(open_file: Open, name: str, spec: FileSpec) -> Pieces:
    """Yield the objects of a JSON lines file."""
    return _read_lines(open_file, spec.encoding or detect_encoding(open_file), name)


def _is_array(open_file: Open, encoding: str) -> bool:
    with open_file() as file:
        return file.read(4096).decode(encoding, "ignore").lstrip("\ufeff \t\r\n").startswith("[")


def _read_lines(open_file: Open, encoding: str, name: str) -> Pieces:
    # A loop over rows: numbers must keep their digits, which no vectorised reader does.
    rows: list[dict[str, str | None]] = []
    refused: list[Refusal] = []
    with open_file() as file:
        text = io.TextIOWrapper(file, encoding=encoding, errors="backslashreplace", newline="\n")
        for number, line in enumerate(text, 1):
            if line.strip():
                _take(line, f"{name}:{number}", rows, refused)
            if len(rows) >= ROWS or len(refused) >= ROWS:
                yield Piece(rows_frame(rows), tuple(refused))
                rows, refused = [], []
    yield Piece(rows_frame(rows), tuple(refused))


def _take(line: str, where: str, rows: list[dict[str, str | None]], refused: list[Refusal]) -> None:
    try:
        record = DECODER.decode(line)
    except ValueError as error:
        reason = f"this line is not JSON ({getattr(error, 'msg', 'broken')})"
        refused.append(Refusal(None, reason, where, line.rstrip("\r\n")))
        return
    if isinstance(record, dict):
        rows.append(flatten(record))
    else:
        refused.append(Refusal(None, "this line is not an object with named fields", where, line.rstrip("\r\n")))


def _read_array(open_file: Open, encoding: str, name: str, spec: FileSpec) -> Pieces:
    rows: list[dict[str, str | None]] = []
    refused: list[Refusal] = []
    elements = _walk(open_file, encoding, name, spec.path) if spec.path else _elements(open_file, encoding, name)
    for number, element in enumerate(elements, 1):
        if isinstance(element, Refusal):
            refused.append(element)
        elif isinstance(element, dict):
            rows.append(flatten(element))
        else:
            payload = json.dumps(element, ensure_ascii=False, default=str)
            refused.append(Refusal(None, "this element is not an object", f"{name}:element {number}", payload))
        if len(rows) >= ROWS:
            yield Piece(rows_frame(rows), tuple(refused))
            rows, refused = [], []
    yield Piece(rows_frame(rows), tuple(refused))


def _walk(open_file: Open, encoding: str, name: str, path: str) -> Iterator[Any]:
    """Yield the elements of the list that stands at `path` inside one JSON document."""
    with open_file() as file:
        try:
            value = DECODER.decode(file.read().decode(encoding))
        except ValueError:
            raise ConnectorError("the file is not one JSON document", where=name) from None
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, list):
        raise ConnectorError(f"there is no list at `{path}`", where=name)
    yield from value


def _elements(open_file: Open, encoding: str, name: str) -> Iterator[Any]:
    """Yield the elements of an array without holding the file in memory."""
    with open_file() as file:
        text = io.TextIOWrapper(file, encoding=encoding, errors="backslashreplace")
        buffer, count = text.read(BLOCK).lstrip("\ufeff \t\r\n").removeprefix("["), 0
        while True:
            buffer = buffer.lstrip(" \t\r\n,")
            if buffer.startswith("]"):
                return
            try:
                element, end = DECODER.raw_decode(buffer)
                whole = end < len(buffer)
            except ValueError:
                whole = False
            if not whole:
                more = text.read(max(BLOCK, len(buffer)))
                if not more:
                    yield Refusal(
                        None,
                        "the array breaks off or is not JSON from here on",
                        f"{name}:element {count + 1}",
                        buffer[:LONGEST_PAYLOAD],
                    )
                    return
                buffer += more
                continue
            buffer, count = buffer[end:], count + 1
            yield element
