"""Every setting of the portal. The environment is read here and nowhere else.

Nothing is started and nothing is connected to from here. What a production
installation must set is checked in `unionportal/checks.py`.
"""

import base64
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from members.rules.lockout import FAILURES, LOCK_MINUTES
from unionportal.logs import without_row_details

django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))


def database(url: str) -> dict[str, Any]:
    """A libpq address; `?host=/folder` names a Unix socket."""
    parsed: dict[str, Any] = env.db_url_config(url)
    options = parsed.setdefault("OPTIONS", {})
    parsed["HOST"] = options.pop("host", "") or parsed["HOST"]
    # A dropped line is noticed within a minute instead of two hours.
    options |= {"keepalives_idle": 30, "keepalives_interval": 10}
    return parsed | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def key_ring(text: str) -> dict[str, bytes]:
    """`k1:base64,k2:base64` → key id to key; the last one seals, all of them unseal."""
    pairs = (entry.split(":", 1) for entry in text.split(",") if entry)
    return {name.strip(): base64.b64decode(key) for name, key in pairs}


# --- what kind of installation this is

SAMPLE_SECRET_KEY = "sample-key-that-no-installation-may-keep"  # noqa: S105 - refused
SECRET_KEY = env.str("SECRET_KEY", default=SAMPLE_SECRET_KEY)
DEBUG = env.bool("DEBUG", default=False)
# Shows the sign-in names of the demonstration and relaxes HTTPS: invented people only.
DEMONSTRATION = env.bool("DEMONSTRATION", default=False)
# What `make run` loads into an empty database; the password is that of every post.
DEMO_PROVINCE = env.str("DEMO_PROVINCE", default="35")
DEMO_DOSSIERS = env.int("DEMO_DOSSIERS", default=2000)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="gonghui-2026")
# The day a demonstration plays on, YYYY-MM-DD; real money knows only today.
BUSINESS_DATE = (
    date.fromisoformat(env.str("BUSINESS_DATE"))
    if DEMONSTRATION and env.str("BUSINESS_DATE", default="")
    else None
)
HTTPS = env.bool("HTTPS", default=not (DEBUG or DEMONSTRATION))
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=["localhost", "127.0.0.1", "[::1]"] if DEBUG or DEMONSTRATION else [],
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# What people reach the portal by; links in messages begin with it.
PUBLIC_ORIGIN = next(iter(CSRF_TRUSTED_ORIGINS), "http://localhost:8000")

# Where `manage.py serve` listens, on this machine only.
SERVE_PORT = env.int("PORT", default=8000)

ROOT_URLCONF = "unionportal.urls"
WSGI_APPLICATION = "unionportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- apps

INSTALLED_APPS = [
    # Before the apps whose commands and templates it replaces.
    "unionportal",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unionportal.pages.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "axes",
    "treebeard",
    "pgtrigger",
    "pghistory",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_celery_beat",
    "django_structlog",
    "django_prometheus",
    "health_check",
    "csp",
    "unionportal.core",
    "unionportal.pages",
    "members",
    "assistance",
    "modelworkers",
    "competitions",
    "mediation",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "unionportal.logs.RequestLog",
    "csp.middleware.CSPMiddleware",
    # Before whatever reads: decides which database a report is read from.
    "unionportal.core.replica.ReplicaMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    # Says why on the sign-in page, so it stands behind the messages.
    "members.auth.gate.StaffGate",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    # Before the read-only one: writes down whose record a page has shown.
    "members.auth.looks.LookMiddleware",
    "unionportal.core.typed.UnstorableText",
    # Last: whatever answers a GET runs in a read-only transaction.
    "unionportal.core.readonly.ReadOnlyMiddleware",
]

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
                "members.auth.context.unread_messages",
                "unionportal.core.replica.freshness_shown",
            ],
        },
    }
]

# --- staff site: the order of the sidebar is the order of the day's work


OVERSEER = "unionportal.pages.staff.is_overseer"


def place(title: str, icon: str, name: str, shown_to: str = "") -> dict[str, Any]:
    """One line of the sidebar, shown to all or to those a function says yes to."""
    line = {"title": title, "icon": icon, "link": reverse_lazy(name)}
    return line | {"permission": shown_to} if shown_to else line


# The address of a static file may bear its hash, which is known once the apps are up.
late_static = lazy(static, str)

UNFOLD = {
    "SITE_TITLE": "工会服务门户",
    "SITE_HEADER": "工会服务门户",
    "SITE_SYMBOL": "diversity_3",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": late_static("css/icon.svg")}
    ],
    # The tokens are made for paper and sunlight: one look, and the trail of our own.
    "THEME": "light",
    "SHOW_HISTORY": False,
    "STYLES": [late_static("css/tokens.css"), late_static("css/staff.css")],
    "SCRIPTS": [late_static("js/staff.js")],
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "unionportal.pages.staff.environment_badge",
    "BORDER_RADIUS": "4px",
    "ACCOUNT": {
        "navigation": [
            {"title": "我的登录", "link": reverse_lazy("staff_access:own-sessions")},
            {"title": "双因素验证", "link": reverse_lazy("mfa_index")},
        ]
    },
    # The union's red in the theme's scale; errors have a red of their own.
    "COLORS": {
        "primary": {
            "50": "#fbeced",
            "100": "#f6d5d7",
            "200": "#edaeb1",
            "300": "#e08186",
            "400": "#cd4a51",
            "500": "#b5121b",
            "600": "#b5121b",
            "700": "#8f0e15",
            "800": "#720b11",
            "900": "#56080d",
            "950": "#380508",
        }
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": "",
                "items": [
                    place("待办", "inbox", "admin:index"),
                ],
            },
            {
                "title": "困难帮扶",
                "items": [
                    place("发放轮次", "sync_alt", "staff_assistance:rounds"),
                    place("发放批次", "fact_check", "staff_assistance:batches"),
                    place("发放记录", "payments", "staff_assistance:payments"),
                    place("银行文件", "description", "staff_assistance:bank-files"),
                    place("银行对账", "balance", "staff_assistance:statements"),
                    place("困难职工档案", "folder_shared", "staff_assistance:dossiers"),
                    place("帮扶申请", "edit_document", "staff_assistance:applications"),
                    place("申请窗口", "event_available", "staff_assistance:windows"),
                    place("帮扶方案", "rule", "staff_assistance:schemes"),
                    place("资金账户", "account_balance", "staff_assistance:funds"),
                    place("抽样核查", "phone_in_talk", "staff_assistance:sample-items"),
                    place("职工咨询", "contact_support", "staff_assistance:inquiries"),
                ],
            },
            {
                "title": "组织与人员",
                "items": [
                    place("工会组织", "account_tree", "staff_members:unions"),
                    place("用人单位", "factory", "staff_members:employers"),
                    place("建会指导", "handshake", "staff_members:organising"),
                    place("普查问题", "flag", "staff_members:flags"),
                    place("年度报表", "assignment", "staff_members:returns"),
                    place("组织建设指标", "monitoring", "staff_members:union-figures"),
                    place("个人信息授权", "verified_user", "staff_members:consents"),
                    place(
                        "个人信息请求", "contact_page", "staff_members:privacy-requests"
                    ),
                    place("查阅记录", "visibility", "staff_members:disclosures"),
                    place("人员", "group", "admin:members_person_changelist"),
                    place("会籍", "badge", "admin:members_membership_changelist"),
                    place(
                        "入会申请",
                        "person_add",
                        "admin:members_membershipapplication_changelist",
                    ),
                    place(
                        "转会",
                        "swap_horiz",
                        "admin:members_membershiptransfer_changelist",
                    ),
                    place(
                        "人员合并",
                        "join_inner",
                        "admin:members_personmerge_changelist",
                    ),
                    place("批量导入", "upload_file", "staff_imports:uploads"),
                    place(
                        "收款账户",
                        "credit_card",
                        "admin:members_bankaccount_changelist",
                    ),
                    place("公示", "campaign", "admin:members_notice_changelist"),
                    place("公示异议", "gavel", "admin:members_objection_changelist"),
                    place("通知短信", "sms", "staff_messages:messages"),
                    place("电话名单", "phone_forwarded", "staff_messages:calls"),
                    place(
                        "低保标准", "straighten", "admin:members_standard_changelist"
                    ),
                ],
            },
            {
                "title": "系统",
                "items": [
                    place("岗位", "badge", "admin:members_post_changelist"),
                    place("用户", "manage_accounts", "admin:members_user_changelist"),
                    place("登录日志", "login", "staff_access:sign-ins", OVERSEER),
                    place("操作日志", "history", "staff_access:operations", OVERSEER),
                    place("登录锁定", "lock_clock", "staff_access:locks", OVERSEER),
                    place("在线用户", "group_work", "staff_access:online", OVERSEER),
                    place("后台任务", "pending_actions", "staff_jobs:jobs"),
                    place("接口客户端", "api", "admin:members_apiclient_changelist"),
                    place("变化推送", "outbox", "admin:members_webhook_changelist"),
                    place(
                        "推送记录",
                        "mark_email_read",
                        "admin:members_webhookdelivery_changelist",
                    ),
                ],
            },
        ],
    },
}

# --- database: the portal runs as a role that owns nothing

DATABASE_URL = env.str("DATABASE_URL", default="postgresql:///unionportal")
OWNER_DATABASE_URL = env.str("OWNER_DATABASE_URL", default="")
DATABASES = {
    "default": database(DATABASE_URL),
    # Only `prepare` and `migrate` use this alias: it may change tables and rights.
    # Web server and worker are better off without its password.
    "owner": database(OWNER_DATABASE_URL or DATABASE_URL)
    | {"CONN_MAX_AGE": 0, "TEST": {"MIRROR": "default"}},
}
# A streaming copy of the database: the pages named here are answered from it.
REPLICA_URL = env.str("REPLICA_URL", default="")
if REPLICA_URL:
    DATABASES["replica"] = database(REPLICA_URL) | {"TEST": {"MIRROR": "default"}}
# Where sandbox clients practise: the database of the start state, on the same server, and
# a role that may create databases and owns nothing else. Empty: there are no sandboxes.
SANDBOX_DATABASE_URL = env.str("SANDBOX_DATABASE_URL", default="")
SANDBOX_START = ""
SANDBOX_SERVER: dict[str, Any] = {}
if SANDBOX_DATABASE_URL:
    SANDBOX_SERVER = database(SANDBOX_DATABASE_URL) | {"CONN_MAX_AGE": 0}
    SANDBOX_START = SANDBOX_SERVER["NAME"]
    # Databases are made and dropped from a third one, which every server has.
    SANDBOX_SERVER["NAME"] = "postgres"
DATABASE_ROUTERS = ["unionportal.core.replica.Router"]
REPLICA_PAGES = frozenset(
    f"staff_assistance:{name}"
    for name in (
        *("rounds", "round", "batches", "payments", "determinations"),
        *("dossiers", "funds", "bank-files", "certificate"),
    )
)
# The role that `prepare` grants its rights to.
RUNNING_ROLE = DATABASES["default"]["USER"]

# --- cache, sessions, background work: one Redis-protocol server

REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    },
    "sessions": {
        "BACKEND": "unionportal.core.forgiving_cache.ForgivingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "session",
    },
    "figures": {
        "BACKEND": "unionportal.core.forgiving_cache.ForgivingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "figure",
    },
}
# A lost cache server must not sign everybody out: the row in the database stays.
SESSION_CACHE_ALIAS = "sessions"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

JOB_TIME_LIMIT = 60 * 60
# A round with more subjects is computed in parts of about so many, by many workers.
ROUND_CHUNK_ROWS = env.int("ROUND_CHUNK_ROWS", default=250_000)
# Over the direct link: for how many days after it a payment is asked about again, for
# money comes back late; and how many seconds lie between two such questions.
BANK_LATE_DAYS = env.int("BANK_LATE_DAYS", default=30)
BANK_LATE_PAUSE_SECONDS = env.int("BANK_LATE_PAUSE_SECONDS", default=6 * 3600)
# Kombu spells the address of a Unix socket in its own way.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace(
    "?db=", "?virtual_host=", 1
)
# A worker that hoards messages takes them with it when it is killed.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# The truth about a job is its row in PostgreSQL; results in the broker are a second one.
CELERY_TASK_IGNORE_RESULT = True
# A handler that hangs is killed at this limit; its lease then runs out.
CELERY_TASK_TIME_LIMIT = JOB_TIME_LIMIT
# Messages are not kept for acknowledgement (unionportal/core/doorbell.py), so there is
# nothing to acknowledge late and nothing that could be delivered again.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A dead broker is noticed; the sweep in PostgreSQL goes on without it.
    "socket_timeout": 3,
    "socket_connect_timeout": 1,
    # A ring must not hold up the request that caused it: one try.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
# Work goes on when only the doorbell broke: the lease refuses a second runner.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# The worker waits for a broker that starts later or comes back, for ever: meanwhile
# its sweeper runs what is due without the broker.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# PDF rendering grows a process: replace it in good time.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Asia/Shanghai"
# The books are proved every night, when nobody changes them.
CELERY_BEAT_SCHEDULE = {
    "prove-books-nightly": {
        "task": "assistance.prove_books_nightly",
        "schedule": crontab(hour=2, minute=30),
    },
    # Who would have gained or lost in a trial is forgotten after a year.
    "forget-what-ifs-nightly": {
        "task": "assistance.forget_what_ifs_nightly",
        "schedule": crontab(hour=3, minute=10),
    },
    # An answer given under an idempotency key is kept for a week.
    "forget-replies-nightly": {
        "task": "core.forget_replies_nightly",
        "schedule": crontab(hour=3, minute=20),
    },
    "ask-sms-reports": {
        "task": "core.ask_sms_reports",
        "schedule": crontab(minute="*/2"),
    },
    # A notice opens and ends with its day, whoever is at his desk.
    "tend-notices": {
        "task": "members.tend_notices",
        "schedule": crontab(minute="*/10"),
    },
    "push-changes": {
        "task": "members.push_changes_around",
        "schedule": crontab(minute="*"),
    },
    "settle-phone-changes-nightly": {
        "task": "members.settle_phone_changes_nightly",
        "schedule": crontab(hour=0, minute=5),
    },
    # A membership moves on the day that both unions agreed on.
    "move-transfers-nightly": {
        "task": "members.move_transfers_nightly",
        "schedule": crontab(hour=0, minute=10),
    },
}
CELERY_BEAT_SCHEDULER = "unionportal.beat:VisibleScheduler"
# Our log lines stay JSON inside the worker.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- people

AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = [
    # Asked first: who is locked is not looked at.
    "members.auth.lockout.LockBackend",
    "members.auth.backends.StaffBackend",
    "members.auth.backends.PhoneCodeBackend",
]
# What GB/T 22239 asks of staff; a demonstration is for looking around.
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=30)
STAFF_PASSWORD_DAYS = env.int(
    "STAFF_PASSWORD_DAYS", default=0 if DEBUG or DEMONSTRATION else 90
)
STAFF_PASSWORD_LENGTH = env.int("STAFF_PASSWORD_LENGTH", default=10)
STAFF_PASSWORDS_REMEMBERED = env.int("STAFF_PASSWORDS_REMEMBERED", default=5)
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": STAFF_PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "members.auth.password_rules.MixedSigns"},
    {
        "NAME": "members.auth.password_rules.NotUsedBefore",
        "OPTIONS": {"count": STAFF_PASSWORDS_REMEMBERED},
    },
]
# Two factors, one of them cryptographic (GB/T 22239 8.1.4.1 d): an app or a passkey.
STAFF_MFA = env.bool("STAFF_MFA", default=not (DEBUG or DEMONSTRATION))
MFA_ADAPTER = "members.auth.second_factor.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# A province's own login: its OpenID Connect server, our name there, and which claim is
# the username here. Its redirect address is /staff/account/province/callback/.
PROVINCE_OIDC_URL = env.str("PROVINCE_OIDC_URL", default="")
PROVINCE_OIDC_NAME = env.str("PROVINCE_OIDC_NAME", default="统一认证")
PROVINCE_OIDC_CLAIM = env.str("PROVINCE_OIDC_CLAIM", default="preferred_username")
SOCIALACCOUNT_ADAPTER = "members.auth.province_sign_in.ProvinceAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "province",
                "name": PROVINCE_OIDC_NAME,
                "client_id": env.str("PROVINCE_OIDC_CLIENT_ID", default=""),
                "secret": env.str("PROVINCE_OIDC_SECRET", default=""),
                "settings": {"server_url": PROVINCE_OIDC_URL},
            }
        ]
        if PROVINCE_OIDC_URL
        else []
    }
}
# The button is a form of ours, so the layer's page of confirmation is skipped.
SOCIALACCOUNT_LOGIN_ON_GET = False
# Failed sign-ins are counted in the database, for all processes and whatever the cache
# forgets; when they lock is said in members/rules/lockout.py.
AXES_HANDLER = "members.auth.lockout.LockoutHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = FAILURES
AXES_COOLOFF_TIME = timedelta(minutes=LOCK_MINUTES)
AXES_CLIENT_IP_CALLABLE = "members.auth.address.address_or_none"
AXES_USERNAME_CALLABLE = "members.auth.lockout.plain_name"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = [
    # The sign-in page itself says that an account is locked.
    "axes.W002",
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
# Nobody here has an e-mail address.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "members.auth.identity.StaffAdapter"
# How many proxies of ours stand in front: else rate limits count the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
IDP_OIDC_PRIVATE_KEY = env.str("IDP_OIDC_PRIVATE_KEY", default="", multiline=True)

# --- language and time; no LocaleMiddleware: an English browser still reads Chinese

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文"))]
FILTERS_EMPTY_CHOICE_LABEL = _("全部")
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
# Bank files leave and come back through this folder.
BANK_EXCHANGE_DIR = Path(env.str("BANK_EXCHANGE_DIR", default=str(VAR_DIR / "bank")))
# Named by content and compressed for the public; on one's own machine that would cost
# the first start most of a minute, so there they are served where they lie.
COLLECT_STATIC = not (DEBUG or DEMONSTRATION)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECT_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not COLLECT_STATIC
WHITENOISE_AUTOREFRESH = DEBUG
# Uploads are personal papers: nobody else on the machine may read them.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- secrets

FIELD_KEYS = key_ring(env.str("FIELD_KEYS", default=""))
BLIND_INDEX_KEY = base64.b64decode(env.str("BLIND_INDEX_KEY", default=""))
# Full numbers: how long one look lasts, and at how many people a day.
UNMASK_MINUTES = env.int("UNMASK_MINUTES", default=30)
UNMASK_DAILY_LIMIT = env.int("UNMASK_DAILY_LIMIT", default=50)
# 个人信息权利请求的答复期限，工作日。
PRIVACY_ANSWER_DAYS = env.int("PRIVACY_ANSWER_DAYS", default=15)
# While the index key is changed: looked for as well, never written.
BLIND_INDEX_OTHER_KEY = base64.b64decode(env.str("BLIND_INDEX_OTHER_KEY", default=""))
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Opens the first-run page; without it the page writes a code of its own into the log.
SETUP_CODE = env.str("SETUP_CODE", default="")

# --- messages

SMS_BACKEND = env.str("SMS_BACKEND", default="unionportal.core.messages.ConsoleBackend")
# The gateway behind `unionportal.core.messages.gateway.HttpBackend`.
SMS_HTTP_URL = env.str("SMS_HTTP_URL", default="")
SMS_HTTP_KEY = env.str("SMS_HTTP_KEY", default="")
SMS_HTTP_SECRET = env.str("SMS_HTTP_SECRET", default="")
SMS_HTTP_SECONDS = env.float("SMS_HTTP_SECONDS", default=5.0)
# Whether the gateway sends nothing again when it is handed a known reference again.
SMS_HTTP_REPEATABLE = env.bool("SMS_HTTP_REPEATABLE", default=True)
# No text message at night, urgent ones excepted; there is no telephone in a
# demonstration. 0 means no limit.
SMS_QUIET_HOURS = env.str(
    "SMS_QUIET_HOURS", default="" if DEMONSTRATION else "21:00-08:00"
)
SMS_PER_PHONE_PER_DAY = env.int("SMS_PER_PHONE_PER_DAY", default=10)
SMS_PER_DAY = env.int("SMS_PER_DAY", default=0)
# After so many days without a delivery report a person is called; 0 means never.
SMS_REPORT_DAYS = env.int("SMS_REPORT_DAYS", default=3)
# WeChat's number for each of our templates, as JSON; empty until there is an account.
WECHAT_TEMPLATES = env.json("WECHAT_TEMPLATES", default={})

# Where the file back end writes; for trials without a provider.
SMS_FILE = Path(env.str("SMS_FILE", default=str(VAR_DIR / "sms.txt")))

# --- changes told to other systems

# Hosts that a county's system may be told of changes at, such as hooks.example.org;
# empty: nobody is told. The demonstration shows a receiver that does not answer.
WEBHOOK_HOSTS = env.list(
    "WEBHOOK_HOSTS", default=["http://127.0.0.1:9"] if DEMONSTRATION else []
)
WEBHOOK_SECONDS = env.float("WEBHOOK_SECONDS", default=5.0)
WEBHOOK_DAYS = env.int("WEBHOOK_DAYS", default=3)

# --- tests of crashes

# Where a test ends or stops the process: see unionportal/core/faults.py.
CRASHPOINT = env.str("CRASHPOINT", default="")

# --- security

SECURE_SSL_REDIRECT = HTTPS
# The health page is asked from inside, without a certificate.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
)
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Small drawings inside style sheets.
        "img-src": [SELF, "data:"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- API

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "unionportal.pages.outage.api_exception",
    "DEFAULT_SCHEMA_CLASS": "unionportal.core.api.schema.ErrorSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "工会服务门户接口",
    "VERSION": "1",
    "DESCRIPTION": (
        "县级工会自己的系统读写本工会及下级的工会、用人单位和人员，"
        "读取会籍、困难职工档案、发放轮次、认定和发放。"
        "先用客户端编号和密钥换取访问令牌，再以 `Authorization: Bearer …` 读取。"
        "列表按游标翻页：顺着 next 读到 null 为止。"
        "出错时返回统一格式：type、errors[code, detail, attr]。"
    ),
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": -1},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_standardized_errors.openapi_hooks.postprocess_schema_enums"
    ],
    "ENUM_NAME_OVERRIDES": {
        "ValidationErrorEnum": "drf_standardized_errors.openapi_serializers.ValidationErrorEnum.choices",
        "ClientErrorEnum": "drf_standardized_errors.openapi_serializers.ClientErrorEnum.choices",
        "ServerErrorEnum": "drf_standardized_errors.openapi_serializers.ServerErrorEnum.choices",
        **{
            f"ErrorCode{code}Enum": f"drf_standardized_errors.openapi_serializers.ErrorCode{code}Enum.choices"
            for code in (401, 403, 404, 405, 406, 415, 429, 500)
        },
        **{
            f"{name}Enum": f"assistance.enums.{name}.choices"
            for name in (
                "Cause",
                "DossierState",
                "LineKind",
                "PaymentState",
                "ReconciliationState",
                "RoundKind",
                "RoundState",
            )
        },
        **{
            f"{name}Enum": f"members.enums.{name}.choices"
            for name in (
                "EmployerSize",
                "IdKind",
                "MembershipState",
                "OrganisationForm",
                "OrganisationKind",
                "OrganisationLevel",
                "OrganisationState",
                "Ownership",
                "RecordKind",
                "Sex",
                "TargetGroup",
                "Trade",
            )
        },
    },
}

# --- logs: one JSON object a line, with the request's id and nobody's personal data

DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
shared_processors: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    without_row_details,
]
structlog.configure(
    processors=[
        *shared_processors,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": shared_processors,
        }
    },
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {
        "handlers": ["lines"],
        "level": env.str("LOG_LEVEL", default="INFO"),
    },
    "loggers": {
        # Its lines hold the whole address with its query; ours hold the path.
        "django.request": {"level": "CRITICAL"},
        "django.server": {"level": "WARNING"},
    },
}

# --- metrics

PROMETHEUS_EXPORT_MIGRATIONS = False
