"""Settings, read from the environment (12-factor); every secret also as NAME_FILE. README.md lists them all."""

import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from jiminny_sync.embedded import embedded_broker, generated_secret, is_fernet_key, private_file, private_folder
from jiminny_sync.environment import LOOPBACK_SOURCES, Environment, is_this_machine, origin

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
VAR_DIR = private_folder(Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))))

IS_TEST_RUN = "pytest" in sys.modules
DEBUG = env.bool("DEBUG", default=True)
BASE_URL = env.address("BASE_URL", default="http://localhost:8000")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
IS_LOCAL = is_this_machine(BASE_URL)
if DEBUG and not IS_LOCAL:
    raise ImproperlyConfigured(
        f"DEBUG is on, and BASE_URL ({BASE_URL}) is an address that others reach: error pages would show them settings"
        " and mail. Set DEBUG=0."
    )
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", default=["127.0.0.1", "::1"])


def _secret(name: str) -> str:
    value: str = env.str(name, default="")
    if value:
        return value
    if not DEBUG:
        message = f"{name} is not set. Set it, or name a file that holds it in {name}_FILE."
        raise ImproperlyConfigured(message)
    return generated_secret(VAR_DIR, name)


def _fernet_keys(listed: str) -> list[str]:
    keys = [key.strip() for key in listed.split(",") if key.strip()]
    for place, key in enumerate(keys, start=1):
        if not is_fernet_key(key):
            message = f"FIELD_ENCRYPTION_KEYS: key {place} of {len(keys)} is not 32 bytes in URL-safe base64."
            raise ImproperlyConfigured(message)
    return keys


SECRET_KEY = _secret("SECRET_KEY")
FIELD_ENCRYPTION_KEYS = _fernet_keys(_secret("FIELD_ENCRYPTION_KEYS"))

INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_htmx",
    "core",
    "accounts",
    "crm",
    "timeline",
    "mailsync",
    "jiminny_sync",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionRulesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jiminny_sync.middleware.ContentSecurityPolicyMiddleware",
    "jiminny_sync.middleware.DirectionMiddleware",
    "jiminny_sync.middleware.UnreadableSecretMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jiminny_sync.reading.ReadingMiddleware",
]
ROOT_URLCONF = "jiminny_sync.urls"
WSGI_APPLICATION = "jiminny_sync.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"interface": "core.web.interface"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jiminny_sync.context_processors.frame",
            ],
        },
    },
]

# --- database: SQLite serves web, worker and beat at once in WAL mode with short immediate transactions
_database_url = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'db.sqlite3'}"
if not _database_url.startswith(("sqlite:", "mysql:")):
    raise ImproperlyConfigured("DATABASE_URL must begin with mysql:// (MariaDB) or sqlite:///.")
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(_database_url)}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    private_file(Path(_database["NAME"]))
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8192; "
        "PRAGMA secure_delete=ON;",
    }
else:
    _database["ENGINE"] = "jiminny_sync.mariadb"
    _database["OPTIONS"] = {
        "charset": "utf8mb4",
        "collation": "utf8mb4_bin",
        "isolation_level": "read committed",
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout=20",
        "connect_timeout": 5,
        "read_timeout": 60,
        "write_timeout": 60,
        **_database.get("OPTIONS", {}),
    }
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
    _database["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_bin"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.GuessLimitedBackend", "accounts.backends.MicrosoftBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/deals/"
LOGOUT_REDIRECT_URL = "/login/"
if IS_TEST_RUN:
    INSTALLED_APPS.append("zeal")  # notices rows read one by one, where a test asks it to
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# --- Microsoft
MICROSOFT_CLIENT_ID = env.str("MICROSOFT_CLIENT_ID", default="")
MICROSOFT_CLIENT_SECRET = env.str("MICROSOFT_CLIENT_SECRET", default="")
MICROSOFT_AUTHORITY = env.address("MICROSOFT_AUTHORITY", default="https://login.microsoftonline.com")
MICROSOFT_GRAPH_URL = env.address("MICROSOFT_GRAPH_URL", default="https://graph.microsoft.com/v1.0")
MICROSOFT_CA_BUNDLE = env.str("MICROSOFT_CA_BUNDLE", default="")
for _name, _url in (("MICROSOFT_AUTHORITY", MICROSOFT_AUTHORITY), ("MICROSOFT_GRAPH_URL", MICROSOFT_GRAPH_URL)):
    if not _url.startswith("https://"):
        raise ImproperlyConfigured(f"{_name} must begin with https://, not {_url!r}: it receives access tokens.")

PASSWORD_SIGN_IN = env.switch("PASSWORD_SIGN_IN", default=True)
if not PASSWORD_SIGN_IN and not MICROSOFT_CLIENT_ID:
    raise ImproperlyConfigured("PASSWORD_SIGN_IN is off, and without MICROSOFT_CLIENT_ID nobody could sign in.")

# --- search
ELASTICSEARCH_URL = env.str("ELASTICSEARCH_URL", default="").rstrip("/")
ELASTICSEARCH_INDEX_PREFIX = env.str("ELASTICSEARCH_INDEX_PREFIX", default="jiminny")
if ELASTICSEARCH_URL:
    INSTALLED_APPS.insert(INSTALLED_APPS.index("core"), "django_elasticsearch_dsl")
ELASTICSEARCH_DSL = {"default": {"hosts": ELASTICSEARCH_URL or "http://localhost:9200"}}
ELASTICSEARCH_DSL_AUTOSYNC = False  # the outbox writes the index, no signal per row does
ELASTICSEARCH_DSL_AUTO_REFRESH = False

# --- Celery
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or ("memory://" if IS_TEST_RUN else "filesystem://")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": 3 * 3600}
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = embedded_broker(VAR_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 2 * 3600
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = not CELERY_BROKER_URL.startswith("filesystem")
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TASK_ALWAYS_EAGER = False
CELERY_TIMEZONE = "UTC"

# --- cache: what is counted over all web processes
_PROCESS_CACHE = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "OPTIONS": {"MAX_ENTRIES": 20_000},
}
_DATABASE_CACHE = {"BACKEND": "jiminny_sync.cache.CountingDatabaseCache"}
_REDIS_CACHE = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": CELERY_BROKER_URL,
    "KEY_PREFIX": "jiminny",
    "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},  # seconds
}
CACHES: dict[str, dict[str, Any]] = {
    "default": _REDIS_CACHE if CELERY_BROKER_URL.startswith(("redis://", "rediss://")) else _DATABASE_CACHE,
    "process": _PROCESS_CACHE,  # counts on where the other one fails
}
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=1200)
API_ANONYMOUS_REQUESTS_PER_MINUTE = env.int("API_ANONYMOUS_REQUESTS_PER_MINUTE", default=120)
if IS_TEST_RUN:
    CACHES["default"] = _PROCESS_CACHE
    API_REQUESTS_PER_MINUTE = API_ANONYMOUS_REQUESTS_PER_MINUTE = 1_000_000

# --- email sync
SYNC_INTERVAL_MINUTES = max(1, env.int("SYNC_INTERVAL_MINUTES", default=15))
CLAIM_LEASE_SECONDS = 300
SYNC_MOST_AT_ONCE = env.int("SYNC_MOST_AT_ONCE", default=64)
SYNC_MOST_AT_ONCE_PER_ORGANIZATION = env.int("SYNC_MOST_AT_ONCE_PER_ORGANIZATION", default=16)
REQUEUE_SECONDS = 600

# --- web
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or IS_TEST_RUN
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG or IS_TEST_RUN  # found as asked for, not collected first
IS_HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_IDLE_MINUTES = max(1, env.int("SESSION_IDLE_MINUTES", default=480))
SESSION_COOKIE_AGE = 14 * 24 * 3600  # whoever is busy signs in again after two weeks all the same
_HOST_ALONE = "__Host-" if IS_HTTPS else ""  # browsers then refuse one that a neighbouring host or plain HTTP set
SESSION_COOKIE_NAME = f"{_HOST_ALONE}jiminny_session"
CSRF_COOKIE_NAME = f"{_HOST_ALONE}jiminny_csrf"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token, no script reads the cookie
SECURE_SSL_REDIRECT = IS_HTTPS and env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS and not DEBUG else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)  # other people's sites, maybe
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # the operator's own decision, for a whole domain
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "style-src": ["'self'"],
    "script-src": ["'self'"],
    # a browser holds the redirects after a form against it: "Connect Microsoft 365" leads there
    "form-action": ["'self'", origin(MICROSOFT_AUTHORITY), *(LOOPBACK_SOURCES if DEBUG else ())],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
}
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Email sync <noreply@localhost>")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.api.permissions.BelongsToOrganization",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttling.PerCaller"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsing.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.NewestFirst",
    "EXCEPTION_HANDLER": "core.api.problems.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Email sync for revenue teams",
    "DESCRIPTION": "Engagements, conversations and customers of one organization.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ParticipantRole": "timeline.api.serializers.PARTICIPANT_ROLES",
        "PersonRole": "mailsync.api.serializers.PERSON_ROLES",
        "EngagementKind": "timeline.api.serializers.KINDS",
        "ActivityKind": ["call", "meeting"],
        "RunKind": "mailsync.api.serializers.RUN_KINDS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.describe_problems",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
FORMAT_MODULE_PATH = ["jiminny_sync.formats"]
USE_TZ = True

from jiminny_sync.logs import logging_settings  # noqa: E402 - needs DEBUG

LOGGING = logging_settings(is_debug=DEBUG)
