"""A row a blocking key in place of an array with an index for each place."""

import django.db.models.deletion
from django.db import migrations, models

TAKE_OVER = """
INSERT INTO syncengine_matchkey (crosswalk_id, place, key)
SELECT m.crosswalk_id, k.place, k.key FROM syncengine_matchrecord m, unnest(m.keys) WITH ORDINALITY k (key, place)
WHERE m.live AND k.key IS NOT NULL ORDER BY 1, 2
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0030_copies'),
        ('syncengine', '0018_account_of_a_row'),
    ]

    operations = [
        migrations.CreateModel(
            name='MatchKey',
            fields=[
                ('pk', models.CompositePrimaryKey('crosswalk_id', 'place', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.BigIntegerField(db_index=True)),
                ('place', models.SmallIntegerField()),
                ('crosswalk', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.accountcrosswalk')),
            ],
        ),
        migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop),
        migrations.RemoveField(model_name='matchrecord', name='keys'),
    ]
