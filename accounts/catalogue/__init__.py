"""The field catalogue and the role matrix: what every field is and who may see it. No Django here."""

from __future__ import annotations

from accounts.catalogue.fields import Catalogue, FieldSpec, ObjectSpec
from accounts.catalogue.own import load, remembered
from accounts.catalogue.roles import ChangeSpec, ClassSpec, RoleSpec, Treatment, changes, classes, roles, treatment

__all__ = [
    "Catalogue",
    "ChangeSpec",
    "ClassSpec",
    "FieldSpec",
    "ObjectSpec",
    "RoleSpec",
    "Treatment",
    "changes",
    "classes",
    "load",
    "remembered",
    "roles",
    "treatment",
]
