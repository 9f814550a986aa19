from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_change_request")]

    operations = [
        migrations.AddField(
            model_name="legalentity",
            name="timezone",
            field=models.TextField(blank=True, default=""),
        ),
    ]
