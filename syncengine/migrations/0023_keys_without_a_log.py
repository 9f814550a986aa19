"""Match keys follow from the records: without a log they are written in half the time, and made anew after a fall."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("syncengine", "0022_few_of_many")]

    operations = [
        migrations.AlterField("matchkey", "key", models.BigIntegerField()),
        migrations.RunSQL(
            "ALTER TABLE syncengine_matchkey SET UNLOGGED", "ALTER TABLE syncengine_matchkey SET LOGGED"
        ),
        migrations.AddIndex(
            "matchkey", models.Index(fields=["key"], include=["crosswalk"], name="match_key_holders")
        ),
    ]
