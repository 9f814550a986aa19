"""Names near a text, as a function that is planned once a connection: planning one such statement, which asks
the thousand sampled names how much is like the text, took as long as finding the names."""

from django.db import migrations

LIVE = """
    SELECT a.id FROM accounts_account a WHERE a.id = s.account_id AND a.merged_into_id IS NULL
       AND (everything OR a.sales_territory_id = ANY(territories) OR a.id = ANY(shares)) OFFSET 0"""
# Three patterns by the index, all of them by looking; '%' is what every name holds and costs the index nothing.
HELD = """
    s.names LIKE coalesce(held[1], '%') AND s.names LIKE coalesce(held[2], '%') AND s.names LIKE coalesce(held[3], '%')
    AND s.names LIKE ALL (held || beside)"""
FOUND = f"""
    RETURN QUERY SELECT s.account_id, s.names FROM accounts_accountsearch s CROSS JOIN LATERAL ({LIVE}) live
     WHERE {{near}} {HELD} LIMIT most;"""
FUNCTION = f"""
CREATE FUNCTION near_names(
    wrong text, held text[], beside text[], most integer, everything boolean, territories bigint[], shares bigint[]
) RETURNS TABLE (account_id bigint, names text) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF wrong = '' THEN {FOUND.format(near="")}
    ELSE {FOUND.format(near="wrong <% s.names AND")}
    END IF;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [("accounts", "0036_sampled_names")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION near_names")]
