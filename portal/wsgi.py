"""The web application as Granian serves it."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from portal.warming import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
warm_up()
