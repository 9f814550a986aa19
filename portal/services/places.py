"""Where the services keep data and sockets; the same answer in every process of one PORTAL_HOME."""

from __future__ import annotations

import hashlib
import os
import pwd
from pathlib import Path

from portal import env

# A unix socket's path holds at most 107 bytes; the longest name below the folder is ".s.PGSQL.5432.lock".
LONGEST_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
# For root only: PostgreSQL refuses to run as root, and its user can't enter a home that is closed to others.
OPEN_STATE = Path("/var/lib/concord")
SHORT_SOCKETS = Path("/tmp")


def service_user() -> pwd.struct_passwd | None:
    """The user that servers run as where we are root, None where they run as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("PostgreSQL doesn't run as root, and there is no user postgres or nobody to run it as")


def prepared(home: Path) -> Path:
    """The folder, made where it is missing, so that the servers' user can pass through it."""
    try:
        if not home.exists():
            home.mkdir(parents=True)
            home.chmod(0o700 if service_user() is None else 0o711)
    except OSError as error:
        raise env.BadValue("PORTAL_HOME", f"a folder we may make ({error.strerror})", str(home)) from None
    return home


def is_open(path: Path) -> bool:
    """True where any user can pass through all folders above the path."""
    return all(parent.stat().st_mode & 0o001 for parent in path.parents if parent.exists())


def state_folder(home: Path) -> Path:
    """The folder for the servers' data: PORTAL_HOME, unless the servers' user couldn't enter it."""
    if service_user() is None or is_open(home / "postgres"):
        return home
    return OPEN_STATE / _digest(home)


def socket_folder(home: Path, name: str) -> Path:
    """The 0700 folder of a service's socket, short enough for a socket's path."""
    near = state_folder(home) / "sockets" / name
    if len(os.fsencode(near)) <= LONGEST_FOLDER:
        return near
    return SHORT_SOCKETS / f"concord-{os.geteuid()}-{_digest(home)}" / name


def database_url(home: Path) -> str:
    """The URL of the database that the portal brings along."""
    return f"postgresql://portal@/portal?host={socket_folder(home, 'postgres')}"


def broker_socket(home: Path) -> Path:
    """The socket of the broker that the portal brings along."""
    return socket_folder(home, "broker") / "broker.sock"


def broker_url(home: Path) -> str:
    """The URL, as Celery reads it, of the broker that the portal brings along."""
    return f"redis+socket://{broker_socket(home)}?virtual_host=0"


def _digest(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:10]
