"""All settings, by subject. Values come from typed environment readers, never from a second settings file."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from portal import env, secret
from portal.logging import logging_config
from portal.services import places

# Place and mode
BASE_DIR = Path(__file__).resolve().parent.parent
HOME = places.prepared(env.folder("PORTAL_HOME", BASE_DIR / ".portal"))
DEBUG = env.flag("PORTAL_DEBUG")
HTTPS = env.flag("PORTAL_HTTPS")
PORT = env.integer("PORTAL_PORT", 8000, 1, 65535)
PUBLIC_URL = env.text("PORTAL_URL", f"http://localhost:{PORT}").rstrip("/")  # links in mails lead here
DEMO_CUSTOMERS = env.integer("PORTAL_DEMO_CUSTOMERS", 2000, 0, 10_000_000)

# Applications, highest room first, so that its templates and commands win
INSTALLED_APPS = [
    "portal",
    "dashboards",
    "syncengine",
    "accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "guardian",
    "django_celery_beat",
    "django_htmx",
]
MIDDLEWARE = [
    "portal.middleware.RequestIdMiddleware",
    "portal.middleware.ContentPolicyMiddleware",
    "portal.middleware.CompressPagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.OwnFieldsMiddleware",
    "dashboards.viewing.ViewAsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.UseMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

# Database
DATABASES = {"default": env.database("DATABASE_URL", places.database_url(HOME))}
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
OWN_DATABASE = not env.text("DATABASE_URL")  # known passwords and demo data only ever enter our own
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: who isn't logged in has no rights, so needs no row
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600

# Security
SECRET_KEY = env.text("SECRET_KEY") or secret.read_or_create(HOME)
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.names("PORTAL_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.names("PORTAL_ORIGINS")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes speak plain HTTP to the process itself
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("PORTAL_BEHIND_PROXY") else None
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = f"concord_{PORT}"  # cookies ignore ports: two portals on one machine must not share
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"concord_csrf_{PORT}"
CSRF_COOKIE_HTTPONLY = False  # htmx reads it to send the header
CSRF_FAILURE_VIEW = "dashboards.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)

# Pages
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = env.text("PORTAL_TIME_ZONE", "UTC")
USE_THOUSAND_SEPARATOR = False

# Static files: found where they lie, unless collectstatic has put hashed and compressed copies in place.
# Compressing at start is out of the question: plotly's bundle alone takes a minute.
STATIC_URL = "/static/"
STATIC_ROOT = env.text("PORTAL_STATIC_ROOT") or None
HASHED_STATIC = STATIC_ROOT is not None
STATICFILES_DIRS = [("plotly", str(Path(find_spec("plotly").origin).parent / "package_data"))]  # type: ignore[union-attr, arg-type]
WHITENOISE_USE_FINDERS = not HASHED_STATIC
WHITENOISE_MAX_AGE = 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "portal.hashed.HashedFiles"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = str(HOME / "files")

# Interface for programs
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.rest.problem",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Concord",
    "DESCRIPTION": "One customer, told by all systems.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    # The shipped hook is left out: a vocabulary stands with its field, not under a made-up name.
    "POSTPROCESSING_HOOKS": ["accounts.api.own_fields.describe"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# Work in the background: tasks carry ids only, may run twice, and are handed on when a worker dies
CELERY_BROKER_URL = env.broker("CELERY_BROKER_URL", places.broker_url(HOME))
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 6 * 3600, "queue_order_strategy": "priority"}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True  # rows are the truth
CELERY_RESULT_EXPIRES = None
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {  # one queue a kind of work: a long read never keeps a steward's decision waiting
    "syncengine.sync_stream": {"queue": "sync"},
    "syncengine.publish": {"queue": "publish"},
    "syncengine.sweep": {"queue": "publish"},
    "syncengine.take_events": {"queue": "publish"},
    "syncengine.send_outbox": {"queue": "send"},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_CONCURRENCY = env.integer("PORTAL_WORKERS", 2, 1, 256)
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
DJANGO_CELERY_BEAT_TZ_AWARE = True

# Mail: to the log until a server is named
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25, 1, 65535)
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_TLS")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if env.text('EMAIL_HOST') else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "portal@localhost")

# Logs
LOG_FORMAT = env.choice("PORTAL_LOG_FORMAT", "json", ("json", "console"))
LOG_LEVEL = env.choice("PORTAL_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING_CONFIG = "portal.logging.configure"
LOGGING = logging_config(LOG_FORMAT, LOG_LEVEL)
