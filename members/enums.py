"""States, kinds and roles of the members app, with the words people see."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DivisionLevel(TextChoices):
    PROVINCE = "province", _("省级")
    PREFECTURE = "prefecture", _("地市级")
    COUNTY = "county", _("县级")
    TOWNSHIP = "township", _("乡镇级")


class OrganisationLevel(TextChoices):
    PROVINCE = "province", _("省级总工会")
    PREFECTURE = "prefecture", _("市级总工会")
    COUNTY = "county", _("县级总工会")
    TOWNSHIP = "township", _("乡镇（街道）工会")
    BASIC = "basic", _("基层工会")


class Role(TextChoices):
    """What a post allows; maker, checker and payer of one batch are never one person."""

    MAKER = "maker", _("经办")
    CHECKER = "checker", _("复核")
    APPROVER = "approver", _("审批")
    PAYER = "payer", _("出纳")
    AUDITOR = "auditor", _("审计")
    ADMINISTRATOR = "administrator", _("管理员")


class Sex(TextChoices):
    MALE = "male", _("男")
    FEMALE = "female", _("女")


class Residence(TextChoices):
    """Which of the two subsistence lines of a county is meant."""

    URBAN = "urban", _("城镇")
    RURAL = "rural", _("农村")


class StandardKind(TextChoices):
    SUBSISTENCE_LINE = "subsistence_line", _("最低生活保障标准（元/月）")
    MINIMUM_WAGE = "minimum_wage", _("最低工资标准（元/月）")


class AccountState(TextChoices):
    PENDING = "pending", _("待核验")
    VERIFIED = "verified", _("使用中")
    STOPPED = "stopped", _("已停用")


class NoticeState(TextChoices):
    OPEN = "open", _("公示中")
    ENDED = "ended", _("公示期满")
    CANCELLED = "cancelled", _("已撤销")


class ObjectionState(TextChoices):
    OPEN = "open", _("待核查")
    UPHELD = "upheld", _("异议成立")
    DISMISSED = "dismissed", _("异议不成立")


class ObjectionChannel(TextChoices):
    """How an objection reached the union."""

    WORKER = "worker", _("职工本人在线提出")
    STAFF = "staff", _("工会代为登记")
    ANONYMOUS = "anonymous", _("匿名提出")


# The words of the audit trail, by the kind of record where a verb is a common one.
VERBS = {
    "load_divisions": "载入区划",
    "load_organisations": "载入工会组织",
    "core.job:retry": "重新办理后台任务",
    "members.user:create": "开通账号",
    "members.user:sign_in": "登录",
    "members.user:reset_password": "重置密码",
    "members.user:deactivate": "停用账号",
    "members.person:register": "登记人员",
    "members.person:change_phone": "变更手机号",
    "members.person:reveal": "查看完整信息",
    "members.organisation:found": "成立工会",
    "members.bankaccount:open": "登记账户",
    "members.bankaccount:verify": "核验账户",
    "members.bankaccount:stop": "停用账户",
    "members.post:appoint": "任命岗位",
    "members.post:deputise": "设置代理",
    "members.post:end": "结束岗位",
    "members.standard:set": "发布标准",
    "members.notice:publish": "发布公示",
    "members.notice:end": "结束公示",
    "members.notice:cancel": "撤销公示",
    "members.objection:file": "提出异议",
    "members.objection:uphold": "异议成立",
    "members.objection:dismiss": "异议不成立",
}
