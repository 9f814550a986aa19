"""The field catalogue and the role matrix: what every field is and who may see it. No Django here."""

from __future__ import annotations

from accounts.catalogue.fields import Catalogue, FieldSpec, ObjectSpec, load
from accounts.catalogue.roles import ClassSpec, RoleSpec, Treatment, classes, roles, treatment

__all__ = [
    "Catalogue",
    "ClassSpec",
    "FieldSpec",
    "ObjectSpec",
    "RoleSpec",
    "Treatment",
    "classes",
    "load",
    "roles",
    "treatment",
]
