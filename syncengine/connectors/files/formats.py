"""Which reader reads which file, by the end of its name."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from syncengine.connectors.errors import ConnectorError
from syncengine.connectors.files.delimited import read_delimited
from syncengine.connectors.files.json_rows import read_json, read_json_lines
from syncengine.connectors.files.spec import FileSpec, Pieces
from syncengine.connectors.files.tables import read_excel, read_parquet

Reader = Callable[[Callable[[], BinaryIO], str, FileSpec], Pieces]

READERS: Mapping[str, Reader] = {
    ".csv": read_delimited,
    ".txt": read_delimited,
    ".tsv": partial(read_delimited, tabs=True),
    ".tab": partial(read_delimited, tabs=True),
    ".xlsx": read_excel,
    ".xlsm": read_excel,
    ".xlsb": read_excel,
    ".xls": read_excel,
    ".ods": read_excel,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
    ".parquet": read_parquet,
}


def read_file(path: Path, spec: FileSpec) -> Pieces:
    """Yield the rows of a file; a file that cannot be read at all is an error that names it."""
    packed = path.suffix.lower() == ".gz"
    ending = (path.with_suffix("") if packed else path).suffix.lower()
    reader = READERS.get(ending)
    if reader is None:
        known = ", ".join(READERS)
        raise ConnectorError(f"files that end with `{ending}` are not known; known are {known}", where=path.name)

    def open_file() -> BinaryIO:
        return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")

    try:
        yield from reader(open_file, path.name, spec)
    except (ConnectorError, GeneratorExit):
        raise
    except Exception as error:  # libraries of five formats fail in their own ways
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConnectorError(f"the file cannot be read ({reason})", where=path.name) from error
