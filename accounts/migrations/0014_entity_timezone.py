from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_health")]

    operations = [
        migrations.AddField(
            model_name="legalentity",
            name="timezone",
            field=models.TextField(blank=True, default=""),
        ),
    ]
