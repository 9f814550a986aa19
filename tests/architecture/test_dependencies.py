"""What the code imports is what requirements.txt names: a bare machine has nothing else."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent.parent
ROOMS = ("accounts", "syncengine", "dashboards", "portal")


def normalised(name: str) -> str:
    """A distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(lines: list[str]) -> set[str]:
    """Distributions that requirement lines name."""
    found = [re.match(r"[A-Za-z0-9._-]+", line) for line in lines]
    return {normalised(match[0]) for match in found if match}


def imported(folder: str) -> set[str]:
    """Distributions of other people that the folder's files import."""
    modules: set[str] = set()
    for path in (BASE / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                modules.add(node.module.partition(".")[0])
    known = packages_distributions()
    return {
        normalised(known.get(module, [module])[0])
        for module in modules - set(sys.stdlib_module_names) - {*ROOMS, "tests", "__future__"}
    }


def test_requirements_name_every_import_of_the_product() -> None:
    required = named((BASE / "requirements.txt").read_text().splitlines())

    # kombu and billiard are Celery's own halves, released and pinned by it
    assert set().union(*(imported(room) for room in ROOMS)) - required - {"kombu", "billiard"} == set()


def test_dev_group_names_every_import_of_the_tests() -> None:
    project = tomllib.loads((BASE / "pyproject.toml").read_text())
    required = named((BASE / "requirements.txt").read_text().splitlines())

    # Tryton and the matchers we are measured against are installed into environments of their own by what uses them
    elsewhere = {"kombu", "trytond", "proteus", "dedupe", "rapidfuzz"}
    assert imported("tests") - required - named(project["dependency-groups"]["dev"]) - elsewhere == set()


def test_every_requirement_is_pinned() -> None:
    lines = [line for line in (BASE / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]

    assert [line for line in lines if not re.match(r"\S+==\S+\s+# \S", line)] == []
