"""What a message says in the target's own keys: values, the record's key, the lines; and what a first order needs."""

from __future__ import annotations

from datetime import timedelta

from psycopg import sql

from accounts.catalogue import FieldSpec, load
from accounts.catalogue.texts import text_of
from accounts.frames import rows
from accounts.golden.shape import GOLDEN, table_of
from accounts.models import Account, Address, Order
from syncengine.models import OutboxField, OutboxMessage
from syncengine.writeback.outbox import fields_of
from syncengine.writeback.references import NotThereYet, key_in
from syncengine.writeback.targets import Target

LOOK_AGAIN = timedelta(minutes=1)
# What an ERP needs before it can take a customer's first order, and the words for what is missing.
CHECKS = {
    "billing": ("street", "city", "country"),
    "tax": ("tax_id",),
    "terms": ("payment_terms", "currency"),
}


def told(message: OutboxMessage, target: Target) -> list[OutboxField]:
    """The message's values with every reference in the target's own keys. Raises NotThereYet."""
    spec = load().by_code[message.object].by_code
    fields = fields_of(message)
    for found in fields:
        if spec[found.field].type == "reference":
            found.value = key_in(target, spec[found.field], found.value)
            found.base = key_in(target, spec[found.field], found.base)
    return fields


def key_of(message: OutboxMessage, target: Target) -> None:
    """Give a change of a copied row the key its creation got. Raises NotThereYet."""
    if message.key or message.action == "create":
        return
    made = OutboxMessage.objects.filter(
        stream_id=message.stream_id, record_id=message.record_id, action="create", state="confirmed"
    )
    message.key = made.order_by("-pk").values_list("key", flat=True).first()
    if not message.key:
        raise NotThereYet(f"waits until it was created in {target.label}")
    OutboxMessage.objects.filter(pk=message.pk).update(key=message.key)


def lines_of(message: OutboxMessage, target: Target) -> list[dict[str, str | None]]:
    """The lines a document is created with, in the target's columns. Raises NotThereYet."""
    lines = target.copy.lines if target.copy else None
    if lines is None:
        return []
    spec = load()[lines.object]
    fields = [spec.fields[name] for name in lines.fields]
    picks = [_column(field) for field in fields]
    query = sql.SQL("SELECT {} FROM {} WHERE {} = %s AND deleted_at IS NULL ORDER BY position, id").format(
        sql.SQL(", ").join(sql.Identifier(pick) for pick in picks), sql.Identifier(table_of(lines.object)),
        sql.Identifier(f"{target.declared.object}_id"),
    )  # fmt: skip
    found = []
    for row in rows(query, [message.record_id]):
        values = {}
        for field, value in zip(fields, row, strict=True):
            text = None if value is None else str(value) if field.type == "reference" else text_of(field, value)
            text = key_in(target, field, text) if field.type == "reference" else text
            values[lines.fields[field.name].column] = text
        found.append(values)
    return found


def _column(field: FieldSpec) -> str:
    if field.type != "reference":
        return field.name
    return f"{field.name}_ref_id" if field.to in GOLDEN else f"{field.name}_id"


def check_first_order(message: OutboxMessage, target: Target) -> None:
    """A customer's first order waits for what billing it takes. Raises NotThereYet, naming what is missing."""
    if target.copy is None or not target.copy.first_order or message.account_id is None:
        return
    if Order.objects.filter(account=message.account_id, source=target.stream.source_id, deleted_at=None).exists():
        return
    missing = missing_for_first_order(Account.objects.get(pk=message.account_id))
    if missing:
        raise NotThereYet(f"a first order waits for its customer's {', '.join(missing)}")


def missing_for_first_order(account: Account) -> list[str]:
    """Which of billing, tax, terms and fulfilment data a customer still lacks."""
    labels = load()["account"].fields
    missing = [
        labels[name].label.lower() for names in CHECKS.values() for name in names if not getattr(account, name)
    ]  # fmt: skip
    if account.credit_hold:
        missing.append("credit hold to be lifted")
    place = Address.objects.filter(account=account, kind="shipping", merged_into=None).exists()
    if not place and not (account.street and account.city):
        missing.append("shipping address")
    return missing
