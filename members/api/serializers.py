"""Unions, employers, people and memberships as county systems read them."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework import serializers

from members.models import Employer, Membership, Organisation, Person
from unionportal.core.api.masked import (
    MASKED,
    MASKED_PHONE,
    MaskedIdNumber,
    MaskedPhone,
)
from unionportal.core.api.rows import PlainRows


def code_of(source: str, label: StrOrPromise) -> serializers.CharField:
    """Another record, by the code that both systems know it by."""
    return serializers.CharField(source=source, label=label)


def code_or_none(source: str, label: StrOrPromise) -> serializers.CharField:
    """The same, where there may be none."""
    return serializers.CharField(source=source, label=label, allow_null=True)


class ExternalIdField(serializers.CharField):
    """What the asking client calls the record; null for what it never handed in."""

    def __init__(self) -> None:
        """Always the same field."""
        super().__init__(
            label=_("外部编号"),
            help_text=_("本客户端批量写入时给的编号；没有写入过的为 null。"),
            allow_null=True,
        )


class OrganisationSerializer(serializers.ModelSerializer[Organisation]):
    external_id = ExternalIdField()
    parent = code_or_none("parent_code", _("上级工会代码"))  # type: ignore[assignment]  # a field of that name
    division = code_or_none("division_id", _("所在区划代码"))
    successor = serializers.IntegerField(
        source="successor_id", label=_("承继工会"), allow_null=True
    )

    class Meta:
        model = Organisation
        list_serializer_class = PlainRows
        fields = (
            *("id", "external_id", "code", "name", "short_name", "parent", "level"),
            *("form", "kind", "state", "since", "founded_on", "document"),
            *("dissolved_on", "successor", "division"),
        )
        extra_kwargs = {"kind": {"allow_blank": True}}


class EmployerSerializer(serializers.ModelSerializer[Employer]):
    external_id = ExternalIdField()
    division = code_of("division_id", _("所在区划代码"))
    keeper = code_of("keeper.code", _("责任工会代码"))
    organisation = code_or_none("organisation.code", _("覆盖工会代码"))

    class Meta:
        model = Employer
        list_serializer_class = PlainRows
        fields = (
            *("id", "external_id", "code", "name", "ownership", "size"),
            *("is_above_scale", "trade", "headcount", "counted_on", "division"),
            *("keeper", "organisation", "covered_on", "closed_on"),
        )
        extra_kwargs = {
            name: {"allow_blank": True} for name in ("ownership", "size", "trade")
        }


class PersonSerializer(serializers.ModelSerializer[Person]):
    external_id = ExternalIdField()
    id_number = MaskedIdNumber(label=_("身份证号"), help_text=MASKED)
    phone = MaskedPhone(label=_("手机号"), help_text=MASKED_PHONE, allow_null=True)
    organisation = code_of("organisation.code", _("所属工会代码"))
    division = code_or_none("division_id", _("户籍区划代码"))
    merged_into = serializers.IntegerField(
        source="merged_into_id", label=_("已合并到"), allow_null=True
    )

    class Meta:
        model = Person
        list_serializer_class = PlainRows
        fields = (
            *("id", "external_id", "name", "id_number", "id_kind", "birth_date"),
            *("sex", "phone", "organisation", "division", "target_groups"),
            *("died_on", "merged_into"),
        )


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    person = serializers.IntegerField(source="person_id", label=_("人员"))
    person_name = code_of("person.name", _("姓名"))
    organisation = code_of("organisation.code", _("会籍所在工会代码"))

    class Meta:
        model = Membership
        list_serializer_class = PlainRows
        fields = (
            *("id", "number", "person", "person_name", "organisation"),
            *("state", "joined_on", "since"),
        )


class MovedSerializer(serializers.Serializer[None]):
    """Where a record went that is none of its own any more."""

    moved_to = serializers.IntegerField(label=_("取代它的记录"))


class ItemErrorSerializer(serializers.Serializer[None]):
    code = serializers.CharField(label=_("错误码"))
    field = serializers.CharField(label=_("哪一项"))
    detail = serializers.CharField(label=_("说明"))


class ItemResultSerializer(serializers.Serializer[None]):
    external_id = serializers.CharField(label=_("外部编号"))
    result = serializers.ChoiceField(
        ["created", "updated", "unchanged", "refused"],
        label=_("结果"),
        help_text=_("新建、更新、没有变化、未接受"),
    )
    id = serializers.IntegerField(
        label=_("记录编号"), help_text=_("未接受的为 null。"), allow_null=True
    )
    moved_to = serializers.IntegerField(
        label=_("已并入的记录"),
        help_text=_("只因记录已并入另一条而未接受时，那一条的编号。"),
        allow_null=True,
    )
    errors = ItemErrorSerializer(many=True, label=_("未接受的原因"))  # type: ignore[assignment]  # a field of that name


class BulkAnswerSerializer(serializers.Serializer[None]):
    created = serializers.IntegerField(label=_("新建"))
    updated = serializers.IntegerField(label=_("更新"))
    unchanged = serializers.IntegerField(label=_("没有变化"))
    refused = serializers.IntegerField(label=_("未接受"))
    results = ItemResultSerializer(many=True, label=_("逐项结果，次序与提交的相同"))
