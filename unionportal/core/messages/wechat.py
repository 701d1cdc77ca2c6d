"""The shape of a WeChat template message (公众号模板消息), for when there is an account.

``settings.WECHAT_TEMPLATES`` says, for a template of ours, WeChat's number of its own
and which of its keywords each of our names fills in. What a name may hold is WeChat's
rule: ``thing`` 20 signs, ``date`` a day, ``phrase`` 5 Chinese signs.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from unionportal.core.errors import Refusal
from unionportal.core.messages.wordings import SECRET_NAMES, template_of

LONGEST = {"thing": 20, "phrase": 5, "character_string": 32, "date": 32, "time": 32}


def wechat_shape(
    template: str, context: Mapping[str, object], *, openid: str, url: str
) -> dict[str, Any] | None:
    """Return the body of WeChat's ``message/template/send``; nothing without a template.

    Refuses a keyword of a kind that is not known here, a name that our own words do not
    fill in, and what no message may name: what WeChat shows is read by others too.
    """
    known = settings.WECHAT_TEMPLATES.get(template)
    if not known or not openid:
        return None
    offered = template_of(template).names
    for name in known["keywords"]:
        if name not in offered or name in SECRET_NAMES:
            raise Refusal(
                f"微信模板不能填“{name}”：短信模板里没有，或会透露帮扶情况。",
                code="wechat",
            )
    return {
        "touser": openid,
        "template_id": known["id"],
        "url": url,
        "data": {
            keyword: {"value": _cut(keyword, str(context[name]))}
            for name, keyword in known["keywords"].items()
        },
    }


def _cut(keyword: str, value: str) -> str:
    kind = keyword.rstrip("0123456789")
    if kind not in LONGEST:
        raise Refusal(f"微信模板的关键词“{keyword}”不是可用的种类。", code="wechat")
    longest = LONGEST[kind]
    return value if len(value) <= longest else value[: longest - 1] + "…"
