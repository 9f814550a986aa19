"""Which comparisons a model has numbers for: those of customers, or those of any file."""

from __future__ import annotations

from syncengine.identity.anyfile.comparisons import FILE_COMPARISONS
from syncengine.identity.comparisons import COMPARISONS, Comparison
from syncengine.identity.model import Model


def comparisons_of(model: Model) -> tuple[Comparison, ...]:
    """The comparisons of the model, in the order of its evidence."""
    return FILE_COMPARISONS if "street" in model.levels else COMPARISONS
