"""What the repository holds, and what no file of it may say."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent.parent
ALLOWED = {
    *("accounts", "syncengine", "dashboards", "portal", "templates", "tests", "docs", ".ci"),
    *("manage.py", "Makefile", "README.md", "LICENSE", "pyproject.toml", "requirements.txt", ".gitignore"),
}
LONGEST_FILE = 500
VAGUE = {"utils.py", "helpers.py", "common.py", "core.py", "manager.py", "processor.py"}
# Our own pages below /home/ are no folder of anybody's.
MACHINE = re.compile(r"(?<![\w.])/(?:home(?!/(?:parts|aside)/)|Users|root|work|mnt)/\w+")
REGISTRY = re.compile(r"pypi\.org|files\.pythonhosted\.org|npmjs\.(?:com|org)|docker\.io|ghcr\.io")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that the repository holds."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=BASE, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git work tree")
    return tuple(Path(name) for name in listed.stdout.split("\0") if name and (BASE / name).exists())


def texts() -> list[tuple[Path, str]]:
    """Files of words that we wrote, with their text; this one has to name what it looks for."""
    kinds = {".py", ".md", ".yaml", ".yml", ".toml", ".txt", ".html", ".css", ".js", ""}
    own = [path for path in tracked() if path.suffix in kinds and BASE / path != Path(__file__)]
    return [(path, (BASE / path).read_text(encoding="utf-8", errors="replace")) for path in own]


def test_top_level_is_as_drawn() -> None:
    assert {path.parts[0] for path in tracked()} - ALLOWED == set()


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRY], ids=["machine paths", "registry hosts"])
def test_no_file_names(pattern: re.Pattern[str]) -> None:
    assert [f"{path}: {pattern.search(text)[0]}" for path, text in texts() if pattern.search(text)] == []  # type: ignore[index]


def test_no_file_has_a_vague_name() -> None:
    assert [path for path in tracked() if path.name in VAGUE] == []


def test_no_file_is_too_long() -> None:
    code = [(path, text.count("\n")) for path, text in texts() if path.suffix == ".py"]

    assert [
        (path, lines) for path, lines in code if lines > LONGEST_FILE and "migrations" not in path.parts
    ] == []


def test_django_free_modules_load_without_django() -> None:
    """Import contracts see the rooms; this sees what really gets loaded."""
    modules = "syncengine.records, syncengine.connectors, portal.env"
    code = f"import sys, {modules}; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=BASE).returncode == 0
