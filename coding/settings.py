"""Every setting, from the environment. What is missing or wrong stops the start with a sentence that says so."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from coding.lib.home import home, kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
LOAM_HOME = home()


def flag(name: str) -> bool:
    return os.environ.get(name, "") in {"1", "true", "yes", "on"}


def listed(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def port(name: str, default: str) -> int:
    text = os.environ.get(name, default)
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ImproperlyConfigured(f"{name} is “{text}”, which is no port. Set it to a number such as {default}.")
    return int(text)


DEBUG = flag("LOAM_DEBUG")
# Only `manage.py demo` and tests serve plain HTTP; everywhere else cookies are secure and HTTP redirects to HTTPS.
PLAIN_HTTP = DEBUG or flag("LOAM_PLAIN_HTTP")

SECRET_KEY = os.environ.get("LOAM_SECRET_KEY") or kept_secret() or ("debug-only" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "LOAM_SECRET_KEY is not set. Set it to a long random text, or run `python manage.py demo` once, "
        "which writes one into LOAM_HOME."
    )

ALLOWED_HOSTS = listed("LOAM_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if not host.startswith(("localhost", "127.", "["))]

# Rooms stand in the data's order; models and imports run upstream only (tests/test_rooms.py).
ROOMS = [
    "coding.people",
    "coding.incidents",
    "coding.codes",
    "coding.rounds",
    "coding.open_coding",
    "coding.axial_coding",
    "coding.selective_coding",
    "coding.memos",
    "coding.agreement",
    "coding.reconciliation",
    "coding.codebook",
    "coding.desk",
]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "coding.lib.apps.OurStaticFiles",
    "django.forms",
    "axes",
    "csp",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "coding.lib",
    *ROOMS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "coding.lib.charsets.OnlyUtf8Middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "coding.lib.refusals.RefusalMiddleware",
    "coding.lib.privacy.PrivateAnswersMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "coding.urls"
WSGI_APPLICATION = "coding.wsgi.application"

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
                "coding.people.context.chrome",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{LOAM_HOME / 'loam.sqlite3'}", conn_max_age=600
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    LOAM_HOME.mkdir(parents=True, exist_ok=True)
    # Durable and predictable: writers queue at BEGIN instead of failing at the first write.
    DATABASES["default"]["ENGINE"] = "coding.lib.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "coding.people.sign_in.Accounts"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "people:sign_in"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "people/locked_out.html"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = LOAM_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # no page names another, and to compress them is half of the first start
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "coding.lib.assets.HashedCompressedStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not PLAIN_HTTP
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "coding.people.sign_in"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if flag("LOAM_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "coding.desk.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# 50 MB uploads are the documented limit (safety.md); JSON bodies are limited to 5 MB by the API's parser.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

EMAIL_BACKEND = os.environ.get("LOAM_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = os.environ.get("LOAM_EMAIL_HOST", "localhost")
EMAIL_PORT = port("LOAM_EMAIL_PORT", "25")
EMAIL_HOST_USER = os.environ.get("LOAM_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("LOAM_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = flag("LOAM_EMAIL_TLS")
DEFAULT_FROM_EMAIL = os.environ.get("LOAM_EMAIL_FROM", "loam@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"without_texts": {"()": "coding.lib.logs.WithoutTexts"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "without_texts"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING"},
        "axes": {"handlers": ["console"], "level": "ERROR"},
    },
}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["coding.lib.api.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["coding.lib.api.LimitedJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "coding.people.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "coding.lib.api.Pages",
    "DEFAULT_SCHEMA_CLASS": "coding.lib.openapi.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "coding.lib.api.problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Loam",
    "DESCRIPTION": "The second door: every verb of the pages, for programs.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "RoundStage": "coding.rounds.models.Round.Stage",
        "RoundState": "coding.rounds.models.Round.State",
        "AssignmentState": "coding.rounds.models.Assignment.State",
        "ExampleKind": "coding.codes.models.Example.Kind",
        "MemoKind": "coding.memos.models.Memo.Kind",
        "MemberRole": "coding.people.models.Role",
        "RelationRole": "coding.codes.models.Relation.Role",
        "MarkKind": "coding.open_coding.models.Mark.Kind",
    },
    "AUTHENTICATION_WHITELIST": ["rest_framework.authentication.SessionAuthentication"],
    "SECURITY": [{"token": []}],
    "APPEND_COMPONENTS": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
}
