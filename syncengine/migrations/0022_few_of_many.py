"""Indexes of what few of many open tasks are: due, sure, about money, put aside, waiting for another."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0037_near_names'),
        ('syncengine', '0021_task_kinds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='stewardtask',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['due_at'], name='steward_task_due'),
        ),
        migrations.AddIndex(
            model_name='stewardtask',
            index=models.Index(condition=models.Q(('kind', 'duplicate'), ('state', 'open')), fields=['confidence'], name='steward_task_sure'),
        ),
        migrations.AddIndex(
            model_name='stewardtask',
            index=models.Index(condition=models.Q(('both_open', True), ('state', 'open')), fields=['id'], name='steward_task_money'),
        ),
        migrations.AddIndex(
            model_name='stewardtask',
            index=models.Index(condition=models.Q(('snoozed_until__isnull', False)), fields=['snoozed_until'], name='steward_task_snoozed'),
        ),
        migrations.AddIndex(
            model_name='stewardtask',
            index=models.Index(condition=models.Q(('waiting_since__isnull', False)), fields=['waiting_since'], name='steward_task_waiting'),
        ),
    ]
