"""What a production installation must set, each with the sentence that helps.

With DEBUG off every finding is an error: commands, the web server and the worker
refuse to start.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
SHORTEST_SECRET = 32

TWO_ROLES = "请为建表与运行分别建立数据库用户，运行用户不得拥有表。"


def missing_settings() -> Iterator[tuple[str, str]]:
    """Number and sentence of each setting that is unsafe."""
    secret = settings.SECRET_KEY
    if secret == settings.SAMPLE_SECRET_KEY or len(secret) < SHORTEST_SECRET:
        yield (
            "E001",
            (
                "SECRET_KEY 未设置或仍是示例值：请设为至少 32 个随机字符，"
                "可运行 python -c 'import secrets; print(secrets.token_urlsafe(48))' 生成。"
            ),
        )
    keys = settings.FIELD_KEYS
    if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
        yield (
            "E002",
            (
                "FIELD_KEYS 缺失或长度不对：请设为“编号:base64”，密钥为 32 字节，"
                "可运行 openssl rand -base64 32 生成；多把密钥以逗号分隔，最后一把用于加密。"
            ),
        )
    if len(settings.BLIND_INDEX_KEY) != KEY_BYTES:
        yield (
            "E003",
            (
                "BLIND_INDEX_KEY 缺失或长度不对：请设为 32 字节密钥的 base64，"
                "可运行 openssl rand -base64 32 生成；投入使用后不得更换。"
            ),
        )
    yield from _missing_addresses()


def _missing_addresses() -> Iterator[tuple[str, str]]:
    if not settings.ALLOWED_HOSTS:
        yield "E004", "ALLOWED_HOSTS 未设置：请填写门户的域名，多个以逗号分隔。"
    if settings.OWNER_DATABASE_URL and not owner_is_apart():
        yield "E005", f"OWNER_DATABASE_URL 与 DATABASE_URL 是同一用户：{TWO_ROLES}"
    if not _sandboxes_are_beside():
        yield (
            "E006",
            (
                "SANDBOX_DATABASE_URL 与 DATABASE_URL 不在同一台数据库服务器，"
                "或就是正式库：请在同一台服务器上另取库名，或留空。"
            ),
        )


def _sandboxes_are_beside() -> bool:
    """On the server of the register, whose requests find them by name, and not in it."""
    place, here = settings.SANDBOX_SERVER, settings.DATABASES["default"]
    same = all(place.get(part) == here.get(part) for part in ("HOST", "PORT"))
    return not place or (same and here["NAME"] != settings.SANDBOX_START)


def owner_is_apart() -> bool:
    """Whether tables belong to another role than the one that runs the portal."""
    databases = settings.DATABASES
    return bool(databases["owner"]["USER"] != databases["default"]["USER"])


def production_settings(
    *,
    app_configs: Sequence[Any] | None,
    **options: object,
) -> list[checks.CheckMessage]:
    if settings.DEBUG:
        return []
    return [
        checks.Error(sentence, id=f"unionportal.{number}")
        for number, sentence in missing_settings()
    ]


def second_factor_enforced(
    *,
    app_configs: Sequence[Any] | None,
    **options: object,
) -> list[checks.CheckMessage]:
    """A warning, not a refusal: a trial without it may be meant."""
    if settings.DEBUG or settings.DEMONSTRATION or settings.STAFF_MFA:
        return []
    sentence = (
        "STAFF_MFA 已关闭：工作人员只凭密码登录，不符合等保三级“两种以上鉴别技术”的要求；"
        "正式运行请删去该设置或设为 1。"
    )
    return [checks.Warning(sentence, id="unionportal.W001")]


def refuse_unsafe_settings() -> None:
    """For doors that do not run Django's checks: the web server and the worker."""
    if settings.DEBUG:
        return
    found = [sentence for _, sentence in missing_settings()]
    if found:
        raise ImproperlyConfigured("\n".join(["拒绝启动：", *found]))
