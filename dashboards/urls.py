"""Addresses of the pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from dashboards.views import brief, customer, customers, entry, home, kept, queue, search, sync, undo, workspace

urlpatterns = [
    path("", home.home, name="home"),
    path("figures/", home.figures, name="home_figures"),
    path("attention/", home.attention_list, name="home_attention"),
    path("login/", entry.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/preferences/", entry.preferences, name="preferences"),
    path("account/keys/", entry.own_keys, name="own_keys"),
    path("account/password/", entry.ChangePassword.as_view(), name="password_change"),
    path("search/", search.search, name="search"),
    path("customers/", customers.customers, name="customers"),
    path("customers/totals/", customers.totals, name="customers_totals"),
    path("customers/groups/", customers.groups, name="customers_groups"),
    path("customers/columns/", customers.columns, name="customers_columns"),
    path("customers/bulk/", kept.bulk, name="customers_bulk"),
    path("customers/views/", kept.save, name="views"),
    path("customers/views/<int:id>/delete/", kept.delete, name="view_delete"),
    path("customers/briefs/", brief.briefs, name="briefs"),
    path("customers/export.csv", customers.export, name="customers_export"),
    path("customers/<int:id>/", customer.overview, name="customer"),
    path("customers/<int:id>/values/<slug:field>/", customer.lineage, name="lineage"),
    path("customers/<int:id>/panels/<slug:name>/", customer.panel, name="panel"),
    path("customers/<int:id>/brief/", brief.brief, name="brief"),
    path("customers/<int:id>/peek/", customer.peek, name="customer_peek"),
    path("customers/<int:id>/notes/", workspace.write_note, name="note_write"),
    path("customers/<int:id>/tasks/", workspace.create_task, name="task_create"),
    path("customers/<int:id>/follow/", workspace.follow, name="follow"),
    path("customers/<int:id>/report/", workspace.report, name="report"),
    path("customers/<int:id>/<slug:name>/", customer.tab, name="tab"),
    path("notes/<int:id>/<slug:act>/", workspace.change_note, name="note"),
    path("todo/<int:id>/<slug:act>/", workspace.change_task, name="todo"),
    path("undo/", undo.undo, name="undo_act"),
    path("queue/", queue.queue, name="queue"),
    path("queue/<int:id>/", queue.card, name="task"),
    path("queue/<int:id>/evidence/", queue.evidence, name="evidence"),
    path("queue/<int:id>/decide/", queue.decide, name="decide"),
    path("queue/<int:id>/resolve/", queue.resolve, name="resolve"),
    path("queue/<int:id>/undo/", queue.undo, name="undo"),
    path("sync/", sync.sources, name="sync"),
    path("sync/refused/", sync.refused, name="refused"),
    path("sync/replay/", sync.replay, name="replay"),
    path("sync/runs/<int:id>/", sync.run, name="run"),
    path("sync/<str:name>/", sync.source, name="source"),
]
