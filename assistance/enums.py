"""States, kinds and reasons of assistance, with the words people see."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HardshipClass(TextChoices):
    """Classes in force since about 2020 (domain notes B1)."""

    DEEP = "deep", _("深度困难")
    RELATIVE = "relative", _("相对困难")
    ACCIDENTAL = "accidental", _("意外致困")


class FileLevel(TextChoices):
    NATIONAL = "national", _("全国级")
    PROVINCIAL = "provincial", _("省级")
    CITY = "city", _("市级")


class FileKind(TextChoices):
    EXISTING = "existing", _("存量")
    ADDED = "added", _("增量")
    RELAPSED = "relapsed", _("返困")


class Residence(TextChoices):
    """Which subsistence line applies to the household."""

    URBAN = "urban", _("城镇")
    RURAL = "rural", _("农村")


class Cause(TextChoices):
    """The ten main causes of the national form."""

    NO_ABILITY = "no_ability", _("无劳动能力")
    NO_JOB = "no_job", _("有劳动能力未就业")
    LAID_OFF = "laid_off", _("下岗失业")
    UNINSURED = "uninsured", _("未参加社会保险")
    UNPAID = "unpaid", _("社会保险待遇未落实")
    ILLNESS = "illness", _("本人或家属大病")
    DISASTER = "disaster", _("自然灾害")
    ACCIDENT = "accident", _("意外事故")
    SCHOOLING = "schooling", _("子女上学")
    OTHER = "other", _("其他")


class Relation(TextChoices):
    SPOUSE = "spouse", _("配偶")
    CHILD = "child", _("子女")
    PARENT = "parent", _("父母")
    OTHER = "other", _("其他")


class DossierState(TextChoices):
    ON_FILE = "on_file", _("在档")
    CLOSED = "closed", _("已退出")


class ExitReason(TextChoices):
    RECOVERED = "recovered", _("脱困")
    TRANSFERRED = "transferred", _("调离")
    DIED = "died", _("死亡")
    UNFIT = "unfit", _("核查不符")


class SchemeState(TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已停用")


class Delivery(TextChoices):
    BANK = "bank", _("银行转账")


class SubjectKind(TextChoices):
    HOUSEHOLD = "household", _("困难家庭")


class RoundKind(TextChoices):
    MAIN = "main", _("主轮次")
    SUPPLEMENTARY = "supplementary", _("补充轮次")


class RoundState(TextChoices):
    OPENED = "opened", _("已开启")
    COMPUTED = "computed", _("已测算")
    NOTICED = "noticed", _("公示中")
    RELEASED = "released", _("发放办理中")
    CLOSED = "closed", _("已办结")
    CANCELLED = "cancelled", _("已取消")


class Outcome(TextChoices):
    ELIGIBLE = "eligible", _("符合")
    INELIGIBLE = "ineligible", _("不符合")
    UNKNOWN = "unknown", _("待补材料")


class BatchKind(TextChoices):
    MAIN = "main", _("首发")
    FOLLOW_UP = "follow_up", _("退回重发")


class BatchState(TextChoices):
    DRAFTED = "drafted", _("待经办提交")
    SUBMITTED = "submitted", _("待复核")
    CHECKED = "checked", _("待审批")
    ENDORSING = "endorsing", _("待上级审批")
    APPROVED = "approved", _("待出纳发放")
    INSTRUCTED = "instructed", _("银行办理中")
    SETTLED = "settled", _("已对账")
    CANCELLED = "cancelled", _("已作废")


class SignatureStep(TextChoices):
    SUBMIT = "submit", _("经办提交")
    CHECK = "check", _("复核")
    APPROVE = "approve", _("审批")
    ENDORSE = "endorse", _("上级审批")
    PAY = "pay", _("出纳发放")


class PaymentState(TextChoices):
    PLANNED = "planned", _("待发放")
    HELD = "held", _("暂缓")
    WITHDRAWN = "withdrawn", _("已撤下")
    INSTRUCTED = "instructed", _("已送银行")
    IN_DOUBT = "in_doubt", _("待银行确认")
    PAID = "paid", _("已到账")
    RETURNED = "returned", _("被退回")
    ENDED = "ended", _("终止发放")


class PaymentEnd(TextChoices):
    """Why a returned payment is not tried again."""

    DECLINED = "declined", _("本人放弃")
    DIED = "died", _("已去世")
    UNREACHABLE = "unreachable", _("无法联系")


class AccountKind(TextChoices):
    FUNDING = "funding", _("来源")
    AVAILABLE = "available", _("可用")
    RESERVED = "reserved", _("已预留")
    COMMITTED = "committed", _("在途")
    SPENT = "spent", _("已支出")


class EntryKind(TextChoices):
    RECEIVE = "receive", _("筹集")
    TRANSFER = "transfer", _("下拨")
    RESERVE = "reserve", _("预留")
    COMMIT = "commit", _("送出")
    SPEND = "spend", _("支出")
    RELEASE = "release", _("退回可用")
    TAKE_BACK = "take_back", _("支出后退回")


class FileDirection(TextChoices):
    OUT = "out", _("发往银行")
    IN = "in", _("银行回盘")


class BankFileState(TextChoices):
    WRITTEN = "written", _("已生成")
    SENT = "sent", _("已送出")
    APPLIED = "applied", _("已入账")
    REFUSED = "refused", _("已拒收")


class ExportedList(TextChoices):
    """Lists that leave the portal; the value is the verb, the label the list's name."""

    DOSSIERS = "export_dossiers", _("困难职工档案")
    COUNTIES = "export_counties", _("分县合计")
    DETERMINATIONS = "export_determinations", _("认定清单")
    BATCH_LINES = "export_batch_lines", _("发放清单")
    BATCH_PRINT = "print_batch_list", _("发放清单（打印）")
    PAYMENTS = "export_payments", _("发放记录")


# The words of the audit trail.
VERBS = {
    "register_dossier": "建档",
    "recheck_dossier": "复核档案",
    "close_dossier": "退出档案",
    "reopen_dossier": "返困重开",
    "export_dossiers": "导出档案",
    "export_counties": "导出分县合计",
    "export_determinations": "导出认定清单",
    "export_batch_lines": "导出发放清单",
    "print_batch_list": "打印发放清单",
    "export_payments": "导出发放记录",
    "save_scheme_version": "保存方案",
    "publish_scheme_version": "发布方案",
    "withdraw_scheme_version": "停用方案",
    "open_round": "开启轮次",
    "compute_round": "测算",
    "divide_round": "分段重新测算",
    "compute_chunk": "测算一段",
    "publish_round_notice": "发布公示",
    "release_round": "生成批次",
    "close_round": "办结轮次",
    "cancel_round": "取消轮次",
    "decide_amount": "核定金额",
    "supersede_determination": "改作认定",
    "submit_batch": "提交复核",
    "check_batch": "复核通过",
    "approve_batch": "审批通过",
    "endorse_batch": "上级审批通过",
    "send_back_batch": "退回经办",
    "instruct_batch": "送银行",
    "settle_batch": "对账完成",
    "cancel_batch": "作废",
    "write_instruction": "写出银行文件",
    "import_return": "导入回盘",
    "draft_follow_up_batch": "生成重发批次",
    "hold_payment": "暂缓",
    "resume_payment": "恢复发放",
    "withdraw_payment": "撤下",
    "end_payment": "终止发放",
    "receive_funds": "筹集资金",
    "transfer_funds": "下拨资金",
    "reverse_entry": "冲销分录",
    "ask_about_determination": "提问",
    "answer_inquiry": "答复",
}
