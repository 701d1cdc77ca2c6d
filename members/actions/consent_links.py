"""The link of a family member, texted to the phone that it was made for."""

from django.conf import settings
from django.utils.module_loading import import_string

from members.models import ConsentInvitation
from unionportal.core.messages import SmsBackend, SmsInDoubt, SmsRefused

TEXT = (
    "【工会服务】您的家人在办一项工会服务，要您本人决定是否同意使用您的信息：{link} 。"
    "打开后用短信验证码确认是您本人；以后撤回也用这个链接。"
)


def send_consent_link(invitation_id: int) -> str:
    """Text the link; says how it went. Sent again, the provider knows the reference.

    Not sent: a link that a later one has replaced. What the provider refuses, or does
    not answer, ends here: staff see the link and can hand it over.
    """
    link = ConsentInvitation.objects.get(pk=invitation_id)
    if link.ended_on is not None:
        return "ended"
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    address = f"{settings.PUBLIC_ORIGIN}/consent/{link.token}/"
    try:
        backend.send(
            link.phone,
            TEXT.format(link=address),
            reference=f"consent-link-{link.pk}",
        )
    except (SmsRefused, SmsInDoubt) as error:
        return "refused" if isinstance(error, SmsRefused) else "in_doubt"
    return "sent"
