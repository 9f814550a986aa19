"""Who may see what, and nothing else decides it: pages, search, CSV and API all ask here."""

from __future__ import annotations

from accounts.access.fields import (
    FieldAccess,
    Shown,
    field_access,
    may_list,
    row_class,
    shown,
    treatment,
)
from accounts.access.figures import FIGURES, figure_access, shown_figures
from accounts.access.masking import mask
from accounts.access.scope import (
    Scope,
    forget_scope,
    get_account_or_404,
    listed_accounts,
    restrict,
    scope_of,
    visible_accounts,
    visible_contacts,
)

__all__ = [
    "FIGURES",
    "FieldAccess",
    "Scope",
    "Shown",
    "field_access",
    "figure_access",
    "forget_scope",
    "get_account_or_404",
    "listed_accounts",
    "mask",
    "may_list",
    "restrict",
    "row_class",
    "scope_of",
    "shown",
    "shown_figures",
    "treatment",
    "visible_accounts",
    "visible_contacts",
]
