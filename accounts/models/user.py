"""Logins: a person and the role that decides what the person sees."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models

ROLES = (
    "sales", "finance", "support", "marketing", "operations", "executive", "steward", "operator", "administrator",
)  # fmt: skip


class EmailUserManager(UserManager["User"]):
    """Makes users who log in by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:  # type: ignore[override]
        """A new user with a hashed password."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:  # type: ignore[override]
        """A new administrator who may also use Django's own admin tools."""
        return self.create_user(
            email,
            password,
            role="administrator",
            is_staff=True,
            is_superuser=True,
            **fields,
        )


class User(AbstractUser):
    """Somebody who logs in; sees what the role and the granted territories allow."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    role = models.TextField(choices=[(role, role) for role in ROLES], default="sales")
    theme = models.TextField(choices=[(t, t) for t in ("system", "light", "dark")], default="system")
    density = models.TextField(
        choices=[(d, d) for d in ("comfortable", "default", "compact")],
        default="default",
    )
    is_demo = models.BooleanField(default=False)
    single_keys = models.BooleanField(default=True)  # pressed without a modifier; some people's tools press them too
    key_map = models.JSONField(default=dict, blank=True)  # the key shipped -> the key this person presses instead

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[EmailUserManager] = EmailUserManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(role__in=ROLES), name="user_role_known")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email
