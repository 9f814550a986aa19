"""Which fields of an object a user sees, and in which form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser

from accounts.access.masking import mask
from accounts.catalogue import Treatment, load, remembered
from accounts.catalogue import treatment as treatment_of_role
from accounts.catalogue.fields import OWN_PREFIX
from accounts.models import User

Reader = User | AnonymousUser
REFERENCE_ENDINGS = ("_ref_id", "_ref", "_key", "_id")
# Facts about the row rather than about the customer; everybody who may see the row may see them.
TECHNICAL = frozenset(
    {
        "id",
        "pk",
        "source",
        "source_id",
        "key",
        "created_at",
        "changed_at",
        "modified_at",
        "published_at",
        "record_count",
        "requested_id",
    }
)


@dataclass(frozen=True)
class FieldAccess:
    """How one role sees each field of one object."""

    object: str
    treatments: Mapping[str, Treatment]

    @property
    def full(self) -> tuple[str, ...]:
        """Fields whose values are seen; rows without consent never get this far."""
        return self._with("full", "consent")

    @property
    def masked(self) -> tuple[str, ...]:
        """Fields of which only the shape is seen."""
        return self._with("masked")

    @property
    def redacted(self) -> tuple[str, ...]:
        """Fields that are left out, by name. A summary is a figure beside the object, never its field."""
        return self._with("none", "summary")

    def allows(self, field: str) -> bool:
        """Whether the true value is seen, so that filtering and sorting by it tells nothing new."""
        return self.treatments.get(field) in ("full", "consent")

    def _with(self, *treatments: str) -> tuple[str, ...]:
        return tuple(field for field, seen in self.treatments.items() if seen in treatments)


@dataclass(frozen=True)
class Shown:
    """What may be seen of a row, and the names of what may not."""

    values: dict[str, Any]
    redacted: tuple[str, ...]


def treatment(user: Reader, sensitivity: str) -> Treatment:
    """How the user sees a sensitivity class; who isn't logged in sees nothing."""
    if not user.is_authenticated or not user.is_active:
        return "none"
    return treatment_of_role(user.role, sensitivity)


def field_access(user: Reader, object: str) -> FieldAccess:
    """How the user sees each field of an object of the catalogue."""
    return _role_access(user.role if user.is_authenticated and user.is_active else "", object)


@remembered
def _role_access(role: str, object: str) -> FieldAccess:
    seen = {
        name: _field_treatment(object, name, treatment_of_role(role, spec.sensitivity))
        for name, spec in load()[object].fields.items()
    }
    return FieldAccess(object, seen)


def _field_treatment(object: str, name: str, seen: Treatment) -> Treatment:
    """Consent can be on record for contacts alone; elsewhere nobody has given any."""
    if seen == "consent" and "consent_email" not in load()[object].fields:
        return "none"
    return seen


@remembered
def row_class(object: str) -> str:
    """The class that decides whether rows of the object are listed: the one most of its fields have."""
    return Counter(spec.sensitivity for spec in load()[object].fields.values()).most_common(1)[0][0]


def may_list(user: Reader, object: str) -> bool:
    """Whether the user sees rows of the object at all, be they masked."""
    return treatment(user, row_class(object)) in ("full", "masked", "consent")


def field_name(column: str, fields: Mapping[str, Any]) -> str | None:
    """The catalogue field a column holds, None for a column that is no field."""
    if column in fields:
        return column
    stems = (column.removesuffix(ending) for ending in REFERENCE_ENDINGS if column.endswith(ending))
    return next((stem for stem in stems if stem in fields), None)


def shown(row: Any, user: Reader, object: str) -> Shown:
    """A row (mapping or model) as the user may see it; a column the catalogue doesn't know is dropped."""
    values = row if isinstance(row, Mapping) else _model_values(row)
    access, fields = field_access(user, object), load()[object].fields
    seen: dict[str, Any] = {}
    hidden: set[str] = set()
    for column, value in values.items():
        field = field_name(column, fields)
        if field is None:
            seen |= {column: value} if column in TECHNICAL else {}
        elif access.allows(field):
            seen[column] = value
        elif access.treatments[field] == "masked":
            seen[column] = mask(value, fields[field].type)
        else:
            hidden.add(field)
    return Shown(seen, tuple(name for name in fields if name in hidden))


def _model_values(row: Any) -> dict[str, Any]:
    told = {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}
    own = (name for name in vars(row) if name.startswith(OWN_PREFIX))  # as with_own_fields read them
    return told | {name: getattr(row, name) for name in own}
