from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0031_who_left'),
    ]

    operations = [
        migrations.AddField(
            model_name='accountfigures',
            name='open_returns',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='accountfigures',
            name='returns_ttm',
            field=models.IntegerField(default=0),
        ),
    ]
