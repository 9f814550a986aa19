"""One answer for many conflicts: the same source wins the same field wherever the same sources disagree."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.audit import record
from accounts.catalogue import load
from accounts.frames import execute
from accounts.models import User
from syncengine.canonical import table
from syncengine.models import CanonicalAccount, StewardTask
from syncengine.steward.bindings import ACCOUNT
from syncengine.steward.settling import locked
from syncengine.steward.wake import wake_lane

# Open conflicts in the same field whose customer has a live value of the chosen source, the newest of several.
SIMILAR = """
    SELECT DISTINCT ON (t.id) t.id AS task_id, t.account_id, {value} AS value,
           (SELECT min(x.id) FROM accounts_accountcrosswalk x WHERE x.account_id = t.account_id) AS record_id
      FROM syncengine_stewardtask t JOIN accounts_accountcrosswalk x ON x.account_id = t.account_id
      JOIN {table} c ON c.crosswalk_id = x.id
     WHERE t.state = 'open' AND t.kind = 'conflict' AND t.field = %(field)s AND t.subject NOT LIKE 'write-back %%'
       AND c.live AND c.source_id = %(source)s AND {value} IS NOT NULL
     ORDER BY t.id, coalesce(c.modified_at, c.observed_at) DESC, c.crosswalk_id
"""


@transaction.atomic
def apply_to_similar(*, task: StewardTask, record_id: int, user: User, now: datetime) -> int:
    """Pin, for every open conflict like this one, what the record's source says; how many were settled."""
    task = locked(task)
    chosen = CanonicalAccount.objects.filter(pk=record_id, crosswalk__account=task.account_id).first()
    if chosen is None or task.field is None:
        raise ValidationError("That record is not one of this customer's.")
    given = {"field": task.field, "source": chosen.source_id, "user": user.pk, "now": now}
    execute("DROP TABLE IF EXISTS similar_conflicts")
    execute(f"CREATE TEMP TABLE similar_conflicts ON COMMIT DROP AS {_similar(task.field)}", given)
    execute(
        "UPDATE syncengine_pin p SET released_at = %(now)s, released_by_id = %(user)s FROM similar_conflicts s "
        "WHERE p.record_id = s.record_id AND p.field = %(field)s AND p.released_at IS NULL",
        given,
    )
    execute(
        "WITH pinned AS (INSERT INTO syncengine_pin (record_id, field, value, reason, pinned_by_id, pinned_at) "
        "SELECT record_id, %(field)s, value, 'one answer for all like it', %(user)s, %(now)s FROM similar_conflicts "
        "RETURNING id, record_id, value) "
        "UPDATE syncengine_stewardtask t SET state = 'done', outcome = 'pinned ' || p.value, pin_id = p.id, "
        "closed_by_id = %(user)s, closed_at = %(now)s FROM pinned p JOIN similar_conflicts s USING (record_id) "
        "WHERE t.id = s.task_id",
        given,
    )
    count = execute(
        f"INSERT INTO syncengine_dirty (object, record_id, cause, landed_at) SELECT {ACCOUNT}, record_id, "
        "'one answer for all like it', %(now)s FROM similar_conflicts",
        given,
    )
    record(user=user, action="pinned a value for many", object="account", row_id=task.account_id, at=now,
           detail={"task": task.pk, "field": task.field, "source": chosen.source_id, "tasks": count})  # fmt: skip
    wake_lane()
    return count


def _similar(field: int) -> str:
    spec = load()["account"].by_code[field]
    value = f"array_to_string(c.{spec.name}, ';')" if spec.type == "tags" else f"c.{spec.name}::text"
    return SIMILAR.format(value=value, table=table("account"))
