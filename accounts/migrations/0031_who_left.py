"""People who left a customer are found by where they were before: the log's rows of contacts, by that customer."""

from django.db import migrations

# 2 is the catalogue's code of contacts.
LEFT = "CREATE INDEX accounts_change_left ON accounts_change ((before ->> 'account_id')) WHERE object = 2"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0030_copies'),
    ]

    operations = [
        migrations.RunSQL(LEFT, "DROP INDEX accounts_change_left"),
    ]
