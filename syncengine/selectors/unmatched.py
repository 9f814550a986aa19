"""Documents whose customer has not arrived: kept and published, and shown by the key they name."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from accounts.frames import rows
from accounts.golden.shape import DOCUMENT_ORDER, document_shape
from accounts.models import User
from syncengine.models import Stream
from syncengine.selectors.sync import may_see_runs

SHOWN, SAMPLES = 20, 3


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A customer's key that documents of a stream name and no customer has, with a few of those documents' keys."""

    key: str
    count: int
    samples: tuple[str, ...]


def list_unmatched(user: User, stream: Stream) -> list[Unmatched]:
    """The keys that most documents name first; nothing for those whose business runs aren't."""
    if not may_see_runs(user) or stream.object not in DOCUMENT_ORDER:
        return []
    shape = document_shape(stream.object)
    if not shape.has_account:
        return []
    query = sql.SQL(
        "SELECT x.key, count(*), (array_agg(d.key ORDER BY d.id DESC))[1:{}] FROM {} d "
        "JOIN accounts_accountcrosswalk x ON x.id = d.account_ref_id "
        "WHERE d.account_id IS NULL AND d.deleted_at IS NULL AND d.source_id = %s AND x.account_id IS NULL "
        "GROUP BY x.key ORDER BY 2 DESC, 1 LIMIT {}"
    ).format(SAMPLES, sql.Identifier(shape.table), SHOWN)
    return [Unmatched(key, count, tuple(samples)) for key, count, samples in rows(query, [stream.source_id])]
