"""One-time codes: sent by SMS, kept hashed in the cache, five tries, five minutes.

A phone that nobody registered is treated alike, only that nothing is sent: the answer
does not tell whether a person is known.
"""

import logging
import secrets

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.module_loading import import_string

from members.auth.limits import attempts, count_attempt, forget_attempts
from members.queries.person import persons_by_phone
from members.rules.phone_number import read_phone_number
from unionportal.core.errors import Refusal
from unionportal.core.secrets import blind_index

logger = logging.getLogger(__name__)

LIFE_SECONDS = 5 * 60
RESEND_SECONDS = 60
HOUR = 60 * 60
TRIES = 5
PER_PHONE_AN_HOUR = 5
PER_ADDRESS_AN_HOUR = 60
TEXT = "【工会服务】您的验证码是 {code}，5 分钟内有效。工作人员不会向您索要验证码。"


def send_code(text: str, *, address: str, to_strangers: bool = False) -> str:
    """Send a fresh code and return the phone in its bare form.

    Who applies to join is not registered yet: `to_strangers` sends to any phone.

    Refuses a malformed number, a second code within a minute, and too many an hour
    from one phone or one address.
    """
    phone = read_phone_number(text)
    index = blind_index(phone, kind="phone")
    if attempts("code-address", address) >= PER_ADDRESS_AN_HOUR:
        raise Refusal("获取验证码过于频繁，请一小时后再试。", code="rate")
    if attempts("code-phone", index) >= PER_PHONE_AN_HOUR:
        raise Refusal("该手机号获取验证码过于频繁，请一小时后再试。", code="rate")
    if not cache.add(f"code-pause:{index}", 1, RESEND_SECONDS):
        raise Refusal("验证码已发送，请在 60 秒后重新获取。", code="rate")
    count_attempt("code-address", address, seconds=HOUR)
    count_attempt("code-phone", index, seconds=HOUR)
    code = f"{secrets.randbelow(10**6):06d}"
    forget_attempts("code-try", index)
    cache.set(_key(index), _digest(index, code), LIFE_SECONDS)
    if to_strangers or persons_by_phone(phone).exists():
        _hand_over(phone, TEXT.format(code=code))
    return phone


def _hand_over(phone: str, text: str) -> None:
    """Send now; a gateway that is down must not tell who is registered."""
    try:
        import_string(settings.SMS_BACKEND)().send(phone, text)
    except Exception as error:  # noqa: BLE001 - a provider may fail in any way
        logger.warning("sign-in code not sent: %s", type(error).__name__)


def check_code(phone: str, code: str) -> None:
    """Accept the code of a phone once. Refuses a wrong, used or expired one."""
    index = blind_index(phone, kind="phone")
    tried = count_attempt("code-try", index, seconds=LIFE_SECONDS)
    stored = cache.get(_key(index))
    if stored is None or tried > TRIES:
        cache.delete(_key(index))
        raise Refusal("验证码已失效，请重新获取。", code="code", field="code")
    if not constant_time_compare(stored, _digest(index, code.strip())):
        raise Refusal("验证码不正确，请核对短信后重新输入。", code="code", field="code")
    cache.delete(_key(index))


def _key(index: str) -> str:
    return f"code:{index}"


def _digest(index: str, code: str) -> str:
    return salted_hmac("members.auth.codes", f"{index}:{code}").hexdigest()
