"""Taking the demo company away again: an empty portal with its tables, real users and nothing else."""

from __future__ import annotations

import shutil

from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection, transaction

from accounts.grants import DEMO_GROUP
from accounts.models import User
from syncengine.demo.install import REMOVED, company_folder
from syncengine.policies.beat import TASK

# What belongs to people, who stay unless the demo made them.
KEPT = ("accounts_user", "accounts_user_groups", "accounts_user_user_permissions", "accounts_apitoken")


def remove_company() -> None:
    """Empty all tables of customers, sources and rules, delete the demo's users, then its files."""
    with transaction.atomic():
        _empty_tables()
        User.objects.filter(is_demo=True).delete()
        Group.objects.filter(name=DEMO_GROUP).delete()
        apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()
    shutil.rmtree(company_folder(), ignore_errors=True)
    company_folder().mkdir(parents=True)
    (company_folder() / REMOVED).touch()


def _empty_tables() -> None:
    models = [model for app in ("accounts", "syncengine") for model in apps.get_app_config(app).get_models(True)]
    tables = sorted({model._meta.db_table for model in models} - set(KEPT))
    present = set(connection.introspection.table_names(include_views=False)) | _partitioned()
    names = ", ".join(connection.ops.quote_name(table) for table in tables if table in present)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be emptied
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")


def _partitioned() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'p'")
        return {name for (name,) in cursor.fetchall()}
