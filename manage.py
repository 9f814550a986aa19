#!/usr/bin/env python
"""Run one of the portal's commands, on our own servers where no URL names others."""

from __future__ import annotations

import os
import sys

# These bring their own servers or need none.
WITHOUT_SERVERS = ("run", "prepare", "help", "version", "check", "makemigrations", "collectstatic", "--help")


def main(arguments: list[str]) -> None:
    """Run the command."""
    if arguments[1:2] == ["resolve_files"]:
        # It needs files alone, so nothing of the portal is loaded or started for it.
        from syncengine.management.commands.resolve_files import Command

        return Command().run_from_argv(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    # Late, since Django reads the name of the settings module on import of its commands.
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from portal.services.lent import lent_services

    if len(arguments) < 2 or arguments[1] in WITHOUT_SERVERS:
        return execute_from_command_line(arguments)
    with lent_services(settings.HOME):
        return execute_from_command_line(arguments)


if __name__ == "__main__":
    main(sys.argv)
