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


class Health(TextChoices):
    """How a person of a household is, as the national form asks."""

    HEALTHY = "healthy", _("健康")
    CHRONIC = "chronic", _("慢性病")
    SERIOUS = "serious", _("大病")
    DISABLED = "disabled", _("残疾")


class DossierState(TextChoices):
    ON_FILE = "on_file", _("在档")
    CLOSED = "closed", _("已退出")


class ExitReason(TextChoices):
    RECOVERED = "recovered", _("脱困")
    TRANSFERRED = "transferred", _("调离")
    DIED = "died", _("死亡")
    UNFIT = "unfit", _("核查不符")


class LeavingState(TextChoices):
    TOLD = "told", _("已告知，听取陈述")
    CLOSED = "closed", _("已退出")
    KEPT = "kept", _("保留在档")


class VisitPurpose(TextChoices):
    INTAKE = "intake", _("建档入户")
    RECHECK = "recheck", _("年度复核")
    CARE = "care", _("走访慰问")
    RETURN = "return", _("退出回访")


class SchemeState(TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已停用")


class Delivery(TextChoices):
    BANK = "bank", _("银行转账")


class SubjectKind(TextChoices):
    HOUSEHOLD = "household", _("困难家庭")
    PERSON = "person", _("个人")


class AidApplicationState(TextChoices):
    """How far an application for aid has come; the decision is the round's.

    One for a dossier goes on: visited, noticed, filed.
    """

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待受理")
    ASKED = "asked", _("待补材料")
    ACCEPTED = "accepted", _("已受理")
    VISITED = "visited", _("已入户")
    NOTICED = "noticed", _("建档公示中")
    FILED = "filed", _("已建档")
    REFUSED = "refused", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回")


class Beneficiary(TextChoices):
    """Whom the aid of an application is for."""

    SELF = "self", _("申请人本人")
    CHILD = "child", _("申请人的子女")


class ApplicationChannel(TextChoices):
    """Through which door an application came in."""

    WORKER = "worker", _("本人在线")
    UNION = "union", _("工会代办")
    SYSTEM = "system", _("县级系统")


class EvidenceWay(TextChoices):
    """How the union comes to know what a paper would prove (社会救助法 62)."""

    FETCHED = "fetched", _("工会自行核对")
    ASKED = "asked", _("请您提供")
    NEVER = "never", _("不用提供")


class StackingKind(TextChoices):
    """What a stacking rule says."""

    EXCLUSIVE = "exclusive", _("只享受一项")
    CAP = "cap", _("金额上限")


class StackedPer(TextChoices):
    """Whose grants a stacking rule adds up."""

    SUBJECT = "subject", _("受助人")
    PAYEE = "payee", _("收款人")


class Excess(TextChoices):
    """What becomes of a grant beyond a limit."""

    CUT = "cut", _("减去超出部分")
    REFUSE = "refuse", _("不予发放")


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
    IN_DOUBT = "in_doubt", _("存疑")
    PAID = "paid", _("已到账")
    RETURNED = "returned", _("被退回")
    ENDED = "ended", _("终止发放")


# Why a payment is held by itself: its payee's account was stopped or changed.
ACCOUNT_CHANGED = "account_changed"


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
    FEE = "fee", _("银行手续费")
    INTEREST = "interest", _("银行利息")


class SampleItemState(TextChoices):
    WAITING = "waiting", _("待核查")
    ANSWERED = "answered", _("已核实")
    MISSED = "missed", _("未能核实")


class CallChannel(TextChoices):
    PHONE = "phone", _("电话")
    VISIT = "visit", _("走访")


class CallOutcome(TextChoices):
    """What a payee said; the last two are no answer."""

    CONFIRMED = "confirmed", _("属实")
    AMOUNT_WRONG = "amount_wrong", _("金额不符")
    NOT_RECEIVED = "not_received", _("未收到")
    NO_ANSWER = "no_answer", _("未联系上")
    REFUSED = "refused", _("拒绝回答")


class FindingState(TextChoices):
    OPENED = "opened", _("待查处")
    ENDED = "ended", _("已了结")


class Resolution(TextChoices):
    """How a finding ended."""

    RECEIVED = "received", _("查实已收到")
    RETURNED = "returned", _("银行已退回，另行重发或终止")
    CORRECTED = "corrected", _("差额已补发或收回")
    REFERRED = "referred", _("移交经审或纪检")
    MISTAKEN = "mistaken", _("核查记录有误，已更正")


class LinkKind(TextChoices):
    """How instructions reach a union's bank."""

    FILE = "file", _("文件交换")
    DIRECT = "direct", _("银企直联")


class SendingOutcome(TextChoices):
    """What became of one sending over the direct link."""

    OPEN = "open", _("已发出，未得答复")
    ANSWERED = "answered", _("银行已答复")
    DOUBTFUL = "doubtful", _("答复不明")
    UNKNOWN = "unknown", _("银行确认未收到")


class DoubtVerdict(TextChoices):
    """What two officers found out at the bank's counter."""

    PAID = "paid", _("银行已付")
    UNPAID = "unpaid", _("银行未付")


class FileDirection(TextChoices):
    OUT = "out", _("发往银行")
    IN = "in", _("银行回盘")


class BankFileState(TextChoices):
    WRITTEN = "written", _("已生成")
    SENT = "sent", _("已送出")
    APPLIED = "applied", _("已入账")
    REFUSED = "refused", _("已拒收")


class Side(TextChoices):
    """Which way money moves, as the union sees its own account."""

    IN = "in", _("收入")
    OUT = "out", _("付出")


class LineKind(TextChoices):
    """What a line of a statement says of itself, by the bank's summary."""

    TRANSFER = "transfer", _("往来")
    FEE = "fee", _("手续费")
    INTEREST = "interest", _("利息")


class MatchMethod(TextChoices):
    """How lines and the books came together."""

    REFERENCE = "reference", _("按编号自动")
    BATCH = "batch", _("按批次合计自动")
    OFFSET = "offset", _("付出后冲回")
    CONFIRMED = "confirmed", _("人工确认")
    ENTERED = "entered", _("按对账单入账")


class OutstandingKind(TextChoices):
    """The four classes of 未达账项, each as it corrects the two balances."""

    BANK_RECEIVED = "bank_received", _("银行已收、企业未收")
    BANK_PAID = "bank_paid", _("银行已付、企业未付")
    BOOK_RECEIVED = "book_received", _("企业已收、银行未收")
    BOOK_PAID = "book_paid", _("企业已付、银行未付")


class ReconciliationState(TextChoices):
    OPEN = "open", _("核对中")
    PREPARED = "prepared", _("待审核")
    CLOSED = "closed", _("已关账")


class AccountingVoucherState(TextChoices):
    DRAWN = "drawn", _("待记账")
    NUMBERED = "numbered", _("已记账")
    VOID = "void", _("已作废")


class VoucherSide(TextChoices):
    DEBIT = "debit", _("借")
    CREDIT = "credit", _("贷")


class ChangeKind(TextChoices):
    """What a new version would mean for a subject, against the old one."""

    GAINS = "gains", _("增加")
    LOSES = "loses", _("减少")
    NEWLY = "newly", _("新纳入")
    NO_LONGER = "no_longer", _("不再符合")
    UNCHANGED = "unchanged", _("不变")
    UNKNOWN = "unknown", _("待补材料")


class Direction(TextChoices):
    """Which end of a value comes first; the unknown always comes last."""

    ASCENDING = "asc", _("小的先（日期早的先）")
    DESCENDING = "desc", _("大的先（日期晚的先、“是”先）")


class ExportedList(TextChoices):
    """Lists that leave the portal; the value is the verb, the label the list's name."""

    APPLICATIONS = "export_applications", _("帮扶申请")
    DOSSIERS = "export_dossiers", _("困难职工档案")
    COUNTIES = "export_counties", _("分县合计")
    DETERMINATIONS = "export_determinations", _("认定清单")
    BATCH_LINES = "export_batch_lines", _("发放清单")
    BATCH_PRINT = "print_batch_list", _("发放清单（打印）")
    PAYMENTS = "export_payments", _("发放记录")
    STATEMENT_LINES = "export_statement_lines", _("银行对账单明细")
    OUTSTANDING = "export_outstanding", _("未达账项")
    RECONCILIATION = "export_reconciliation", _("银行存款余额调节表")
    RECONCILIATION_PRINT = "print_reconciliation", _("银行存款余额调节表（打印）")
    VOUCHERS = "export_vouchers", _("记账凭证")
    VOUCHER_PRINT = "print_voucher", _("记账凭证（打印）")
    SAMPLE = "export_sample", _("核查清单")
    CALL_SHEET = "print_call_sheet", _("核查记录单（打印）")
    WHAT_IF = "export_what_if", _("方案试算变动名单")
    APPLICATION_FORM = "print_application_form", _("困难职工建档申请表（打印）")
    AID_FORM = "print_aid_form", _("帮扶申请表（打印）")
    VISIT_FORM = "print_visit_form", _("入户调查表（打印）")
    APPROVAL_FORM = "print_approval_form", _("审批表（打印）")


# The words of the audit trail.
VERBS = {
    "open_aid_window": "开放申请",
    "extend_aid_window": "延长申请期",
    "start_aid_application": "开始申请",
    "save_aid_answers": "填写申请",
    "add_aid_evidence": "提供材料",
    "submit_aid_application": "提交申请",
    "ask_for_more": "要求补充",
    "accept_aid_application": "受理申请",
    "refuse_aid_application": "不予受理",
    "put_household_member": "填写家庭成员",
    "drop_household_member": "删去家庭成员",
    "move_out_member": "登记迁出",
    "record_intake_visit": "登记建档入户",
    "announce_dossier": "公示建档",
    "file_dossier": "批准建档",
    "decline_dossier": "不予建档",
    "object_to_refusal": "申请复核",
    "withdraw_aid_application": "撤回申请",
    "look_at_aid_evidence": "查看申请材料",
    "export_applications": "导出帮扶申请",
    "register_dossier": "建档",
    "recheck_dossier": "复核档案",
    "close_dossier": "退出档案",
    "reopen_dossier": "返困重开",
    "tell_leaving": "告知拟退出",
    "hear_leaving": "登记陈述",
    "keep_on_file": "保留在档",
    "record_visit": "登记走访",
    "export_dossiers": "导出档案",
    "export_counties": "导出分县合计",
    "export_determinations": "导出认定清单",
    "export_batch_lines": "导出发放清单",
    "print_batch_list": "打印发放清单",
    "export_payments": "导出发放记录",
    "export_statement_lines": "导出对账单明细",
    "export_outstanding": "导出未达账项",
    "export_reconciliation": "导出余额调节表",
    "print_reconciliation": "打印余额调节表",
    "save_period": "登记期次",
    "save_fund_source": "登记资金来源",
    "set_subject_codes": "设置会计科目",
    "draw_accounting_voucher": "开具记账凭证",
    "number_accounting_voucher": "登记凭证字号",
    "unnumber_accounting_voucher": "撤回凭证字号",
    "void_accounting_voucher": "作废记账凭证",
    "export_vouchers": "导出记账凭证",
    "print_voucher": "打印记账凭证",
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
    "take_answer": "直联应答入账",
    "send_order": "直联发送",
    "doubt_order": "转为存疑",
    "ask_bank": "询问银行",
    "find_doubt": "登记核实结论",
    "confirm_doubt": "确认核实结论",
    "draft_follow_up_batch": "生成重发批次",
    "hold_payment": "暂缓",
    "hold_changed_account": "暂缓（收款账户变更）",
    "resume_changed_account": "恢复（收款账户已核验）",
    "resume_payment": "恢复发放",
    "withdraw_payment": "撤下",
    "end_payment": "终止发放",
    "set_paying_account": "设置付款账户",
    "receive_funds": "筹集资金",
    "transfer_funds": "下拨资金",
    "reverse_entry": "冲销分录",
    "import_statement": "导入对账单",
    "refuse_statement": "拒收对账单",
    "match_statement": "自动核对",
    "confirm_matches": "确认核对",
    "undo_match": "取消核对",
    "enter_bank_line": "按对账单入账",
    "explain_outstanding": "说明未达账项",
    "confirm_opening": "确认启用余额",
    "prepare_reconciliation": "编制余额调节表",
    "return_reconciliation": "退回重新核对",
    "close_reconciliation": "审核关账",
    "reopen_reconciliation": "重新打开",
    "draw_sample": "抽取核查样本",
    "waive_verification": "免予核查",
    "take_sample_items": "领取核查任务",
    "give_back_sample_item": "退还核查任务",
    "show_phone": "查看电话",
    "record_verification_call": "登记核查结果",
    "correct_verification_call": "更正核查结果",
    "end_finding": "了结核查问题",
    "export_sample": "导出核查清单",
    "request_what_if": "发起方案试算",
    "compute_what_if": "完成方案试算",
    "forget_what_if": "清除试算名单",
    "export_what_if": "导出试算变动名单",
    "print_call_sheet": "打印核查记录单",
    "print_application_form": "打印建档申请表",
    "print_aid_form": "打印帮扶申请表",
    "print_visit_form": "打印入户调查表",
    "print_approval_form": "打印审批表",
    "prove_books": "核对账目",
    "ask_about_determination": "提问",
    "answer_inquiry": "答复",
}
