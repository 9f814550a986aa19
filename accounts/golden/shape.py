"""What each object's table looks like to a set-based write, told by the catalogue and the models."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps

from accounts.catalogue import ObjectSpec, load, remembered

GOLDEN = ("account", "contact", "address", "product")
HEAD = ("source_id", "key", "source_version", "modified_at", "deleted_at")
CROSSWALK_CODE = 100  # a crosswalk stands in the change log under its object's code plus this

# The day a document stands for: it decides the exchange rate and the place in the timeline.
DOCUMENT_DATE = {
    "opportunity": "close_date",
    "quote": "quote_date",
    "order": "order_date",
    "shipment": "shipped_date",
    "invoice": "invoice_date",
    "payment": "payment_date",
    "credit_note": "credit_date",
    "goods_return": "return_date",
    "contract": "start_date",
}

# Parents before children, so that a reference mostly finds its row already there.
DOCUMENT_ORDER = (
    "price_book", "price_entry", "stock", "campaign", "opportunity", "opportunity_line", "quote", "quote_line",
    "order", "order_line", "shipment", "shipment_line", "invoice", "invoice_line", "payment", "credit_note",
    "settlement", "credit_note_line", "goods_return", "goods_return_line", "promise", "ticket", "activity",
    "contract", "insight", "usage", "campaign_member", "lead",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentShape:
    """A document table: plain value columns, references to golden records, references to documents."""

    spec: ObjectSpec
    table: str
    values: tuple[str, ...]
    golden: tuple[tuple[str, str], ...]
    documents: tuple[tuple[str, str], ...]

    @property
    def has_account(self) -> bool:
        """Whether the row caches the customer it belongs to."""
        return "account" in dict(self.golden)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns publish writes beside the source and key."""
        cache_column = ("account_id",) if self.has_account else ()
        rate = ("rate",) if self.base else ()
        return (
            *HEAD[2:],
            *self.values,
            *rate,
            *(f"{field}_ref_id" for field, _ in self.golden),
            *cache_column,
            *(column for field, _ in self.documents for column in (f"{field}_key", f"{field}_id")),
        )

    @property
    def base(self) -> tuple[tuple[str, str], ...]:
        """Pairs (base column, column it converts)."""
        return tuple((name, field.of) for name, field in self.spec.fields.items() if field.of)


def table_of(name: str) -> str:
    """Database table of an object of the catalogue."""
    return str(apps.get_model("accounts", load()[name].model)._meta.db_table)


def crosswalk_of(name: str) -> str:
    """Crosswalk table of a golden object."""
    return f"accounts_{name}crosswalk"


def lineage_of(name: str) -> str:
    """Lineage table of a golden object."""
    return f"accounts_{name}lineage"


@remembered
def document_shape(name: str) -> DocumentShape:
    """The shape of one document or line table."""
    spec = load()[name]
    references = [(field.name, field.to or "") for field in spec.fields.values() if field.type == "reference"]
    return DocumentShape(
        spec=spec,
        table=table_of(name),
        values=tuple(field.name for field in spec.fields.values() if field.type != "reference"),
        golden=tuple((field, to) for field, to in references if to in GOLDEN),
        documents=tuple((field, to) for field, to in references if to not in GOLDEN),
    )


def golden_values(name: str) -> tuple[str, ...]:
    """Value columns of a golden object, references left out."""
    return tuple(field.name for field in load()[name].fields.values() if field.type != "reference")


def waiting_for(name: str) -> list[tuple[str, str]]:
    """(table, field) of everything that refers to documents of this object."""
    shapes = [document_shape(other) for other in DOCUMENT_ORDER]
    return [(shape.table, field) for shape in shapes for field, to in shape.documents if to == name]
