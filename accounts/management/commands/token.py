"""Make a key for a program that acts as one user."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.grants import create_token
from accounts.models import User


class Command(BaseCommand):
    """Prints the key once; it cannot be shown again."""

    help = "Makes an API token for a user and prints it once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--label", default="command line", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody active logs in as {options['email']}.")
        self.stdout.write(create_token(user=user, label=options["label"], by=None, now=timezone.now()))
