"""The change log, partitioned by month, with a default partition so that nothing can ever be lost."""

from __future__ import annotations

from django.contrib.postgres.operations import (
    BtreeGinExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations

CREATE = """
CREATE SEQUENCE accounts_change_id_seq AS bigint;
CREATE TABLE accounts_change (
    id bigint NOT NULL DEFAULT nextval('accounts_change_id_seq'),
    changed_at timestamptz NOT NULL,
    object smallint NOT NULL,
    row_id bigint NOT NULL,
    cause text NOT NULL,
    policy_version integer NOT NULL,
    before jsonb NOT NULL,
    PRIMARY KEY (changed_at, id)
) PARTITION BY RANGE (changed_at);
CREATE TABLE accounts_change_rest PARTITION OF accounts_change DEFAULT;
CREATE INDEX accounts_change_row ON accounts_change (object, row_id, changed_at);
"""

# Every row of the crosswalk is updated once, when its customer is found: room for that on the same page
# makes it one write instead of four.
ROOM = "ALTER TABLE accounts_accountcrosswalk SET (fillfactor = 50)"

FOLD = """
CREATE FUNCTION fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN lower(public.unaccent('public.unaccent', value));
CREATE INDEX account_search_names ON accounts_accountsearch USING gin (names gin_trgm_ops);
CREATE INDEX account_search_numbers ON accounts_accountsearch USING gin (numbers gin_trgm_ops);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        migrations.RunSQL(
            CREATE, "DROP TABLE accounts_change; DROP SEQUENCE accounts_change_id_seq"
        ),
        migrations.RunSQL(ROOM, "ALTER TABLE accounts_accountcrosswalk RESET (fillfactor)"),
        migrations.RunSQL(
            FOLD,
            "DROP INDEX account_search_numbers; DROP INDEX account_search_names; DROP FUNCTION fold(text)",
        ),
    ]
