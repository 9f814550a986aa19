"""Static files for a portal that serves copies made by collectstatic."""

from __future__ import annotations

from typing import ClassVar

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Ours alone: texts inside other people's bundles look like imports.
MODULES = "dashboards/*.js"
IMPORTS = (
    (r"""(?P<matched>import\s*["'](?P<url>\./[^"']+)["']\s*;)""", """import "%(url)s";"""),
    (
        r"""(?P<matched>import\s+(?P<import>[^;"']+?)\s+from\s*["'](?P<url>\./[^"']+)["']\s*;)""",
        """import %(import)s from "%(url)s";""",
    ),
)


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed copies; modules too import each other by hash, so that no release mixes with the last."""

    patterns: ClassVar = (*CompressedManifestStaticFilesStorage.patterns, (MODULES, IMPORTS))
