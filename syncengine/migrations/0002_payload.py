"""Payloads, partitioned by month of landing, and one partial index for each blocking key."""

from __future__ import annotations

from django.db import migrations

PAYLOAD = """
CREATE TABLE syncengine_payload (
    landed_at timestamptz NOT NULL,
    record_id bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (record_id, landed_at)
) PARTITION BY RANGE (landed_at);
CREATE TABLE syncengine_payload_rest PARTITION OF syncengine_payload DEFAULT;
"""

KEYS = 16  # more than there are blocking rules; an index nobody fills costs nothing
MATCH_KEYS = "".join(
    f"CREATE INDEX match_record_key_{n} ON syncengine_matchrecord ((keys[{n}])) WHERE keys[{n}] IS NOT NULL;"
    for n in range(1, KEYS + 1)
)
DROP_KEYS = "".join(f"DROP INDEX match_record_key_{n};" for n in range(1, KEYS + 1))


class Migration(migrations.Migration):
    dependencies = [("syncengine", "0001_initial")]

    operations = [
        migrations.RunSQL(PAYLOAD, "DROP TABLE syncengine_payload"),
        migrations.RunSQL(MATCH_KEYS, DROP_KEYS),
    ]
