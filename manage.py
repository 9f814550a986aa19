#!/usr/bin/env python
"""Run one of the portal's commands."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    # Imported after the settings module is named, since Django reads the name on import of its commands.
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
