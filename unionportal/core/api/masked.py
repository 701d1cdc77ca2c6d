"""Personal values as county systems read them: the middle hidden."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from unionportal.core.masks import mask_id_number, mask_phone

MASKED = _("前四位和后三位，中间隐去")
MASKED_PHONE = _("前三位和后四位，中间隐去")


class MaskedIdNumber(serializers.CharField):
    """First four and last three signs only."""

    def to_representation(self, value: str) -> str:
        return mask_id_number(value)


class MaskedPhone(serializers.CharField):
    """First three and last four digits only."""

    def to_representation(self, value: str) -> str:
        return mask_phone(value)
