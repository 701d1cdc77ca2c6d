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


class OrganisationForm(TextChoices):
    """What a union is by its statute (工会法 10–11)."""

    GENERAL_UNION = "general_union", _("总工会")
    COMMITTEE = "committee", _("工会委员会")
    JOINT = "joint", _("联合工会")
    FEDERATION = "federation", _("工会联合会")
    INDUSTRIAL = "industrial", _("产业工会")
    BRANCH = "branch", _("分会")
    GROUP = "group", _("工会小组")


class OrganisationKind(TextChoices):
    """Whom a union covers; the union of a division is of none of these kinds."""

    SINGLE = "single", _("单独建会")
    JOINT = "joint", _("联合建会")
    STREET = "street", _("乡镇街道")
    PARK = "park", _("工业园区")
    TRADE = "trade", _("行业")
    GROUP = "group", _("集团")
    SYSTEM = "system", _("系统")
    BRANCH = "branch", _("分支")


class OrganisationState(TextChoices):
    FORMING = "forming", _("筹备")
    NORMAL = "normal", _("正常")
    LOCKED = "locked", _("锁定")
    DISSOLVED = "dissolved", _("注销")


class TieKind(TextChoices):
    """How somebody stands to an employer; each of them bars from its committee."""

    OWNER = "owner", _("主要负责人、出资人")
    PARTNER = "partner", _("合伙人")
    RELATIVE = "relative", _("其近亲属")


class FlagState(TextChoices):
    """What became of a flag that a census raised on a union."""

    OPEN = "open", _("待整改")
    EXPLAINING = "explaining", _("说明待复核")
    REPAIRED = "repaired", _("已整改")
    EXPLAINED = "explained", _("已说明")
    DISSOLVED = "dissolved", _("工会已撤销")
    GONE = "gone", _("已消失")


class OwnFlagState(TextChoices):
    """How far a flag of the staff's own has come."""

    WAITING = "waiting", _("待审核")
    IN_FORCE = "in_force", _("施行中")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已停用")


class OrganisingState(TextChoices):
    """How far the guidance of an employer towards a union has come."""

    GUIDING = "guiding", _("指导中")
    FOUNDED = "founded", _("已建会")
    ENDED = "ended", _("未建会结束")


class Office(TextChoices):
    """What somebody is at a union, by organ: committee, audit, women, supervision, staff."""

    CHAIR = "chair", _("主席")
    VICE_CHAIR = "vice_chair", _("副主席")
    MEMBER = "member", _("委员")
    TREASURER = "treasurer", _("财务人员")
    AUDIT_CHAIR = "audit_chair", _("经审委主任")
    AUDIT_MEMBER = "audit_member", _("经审委员")
    WOMEN_CHAIR = "women_chair", _("女工委主任")
    WOMEN_MEMBER = "women_member", _("女工委员")
    SUPERVISOR = "supervisor", _("劳动法律监督员")
    UNION_STAFF = "union_staff", _("工会专干")


class Ownership(TextChoices):
    STATE = "state", _("国有")
    COLLECTIVE = "collective", _("集体")
    PRIVATE = "private", _("私营")
    FOREIGN = "foreign", _("外商及港澳台")
    MIXED = "mixed", _("股份及其他")
    PUBLIC_BODY = "public_body", _("机关事业单位")
    SOCIAL_BODY = "social_body", _("社会组织")


class EmployerSize(TextChoices):
    LARGE = "large", _("大型")
    MEDIUM = "medium", _("中型")
    SMALL = "small", _("小型")
    MICRO = "micro", _("微型")


class Trade(TextChoices):
    """Sections of GB/T 4754-2017."""

    A = "A", _("农、林、牧、渔业")
    B = "B", _("采矿业")
    C = "C", _("制造业")
    D = "D", _("电力、热力、燃气及水生产和供应业")
    E = "E", _("建筑业")
    F = "F", _("批发和零售业")
    G = "G", _("交通运输、仓储和邮政业")
    H = "H", _("住宿和餐饮业")
    I = "I", _("信息传输、软件和信息技术服务业")  # noqa: E741 - the standard's letter
    J = "J", _("金融业")
    K = "K", _("房地产业")
    L = "L", _("租赁和商务服务业")
    M = "M", _("科学研究和技术服务业")
    N = "N", _("水利、环境和公共设施管理业")
    O = "O", _("居民服务、修理和其他服务业")  # noqa: E741 - the standard's letter
    P = "P", _("教育")
    Q = "Q", _("卫生和社会工作")
    R = "R", _("文化、体育和娱乐业")
    S = "S", _("公共管理、社会保障和社会组织")
    T = "T", _("国际组织")


class RecordKind(TextChoices):
    """What other systems know by ids of their own, and are told of when it changes."""

    ORGANISATION = "organisation", _("工会组织")
    EMPLOYER = "employer", _("用人单位")
    PERSON = "person", _("人员")
    MEMBERSHIP = "membership", _("会籍")


class Role(TextChoices):
    """What a post allows; maker, checker and payer of one batch are never one person."""

    MAKER = "maker", _("经办")
    CHECKER = "checker", _("复核")
    APPROVER = "approver", _("审批")
    PAYER = "payer", _("出纳")
    AUDITOR = "auditor", _("审计")
    ADMINISTRATOR = "administrator", _("管理员")


class DataScope(TextChoices):
    """What of the tree a post reaches; what may be done there is the role's matter."""

    ALL = "all", _("全部")
    CHOSEN = "chosen", _("指定工会及下级")
    OWN = "own", _("仅本级")
    BELOW = "below", _("本级及下级")
    SELF = "self", _("仅本人登记的")


class PhoneChangeState(TextChoices):
    WAITING = "waiting", _("等待生效")
    DONE = "done", _("生效")
    STOPPED = "stopped", _("撤销")


class SignInMethod(TextChoices):
    """By what somebody shows who he is."""

    PASSWORD = "password", _("用户名和密码")
    PHONE_CODE = "phone_code", _("手机验证码")
    PROVINCE = "province", _("统一认证")


class SignInOutcome(TextChoices):
    SUCCEEDED = "succeeded", _("成功")
    WRONG = "wrong", _("用户名或密码不对")
    LOCKED = "locked", _("已锁定，未核对")
    CODE_WRONG = "code_wrong", _("动态验证未通过")
    UNKNOWN = "unknown", _("没有对应的用户")
    LEFT = "left", _("退出")


class Sex(TextChoices):
    MALE = "male", _("男")
    FEMALE = "female", _("女")


class IdKind(TextChoices):
    """What a number of 18 signs stands on; each is read from the number itself."""

    RESIDENT = "resident", _("居民身份证")
    TAIWAN_HONGKONG_MACAU = "hmt_permit", _("港澳台居民居住证")
    FOREIGNER = "foreigner", _("外国人永久居留身份证")


class Education(TextChoices):
    PRIMARY = "primary", _("小学及以下")
    JUNIOR = "junior", _("初中")
    SENIOR = "senior", _("高中")
    VOCATIONAL = "vocational", _("中专（技校）")
    COLLEGE = "college", _("大专")
    BACHELOR = "bachelor", _("本科")
    GRADUATE = "graduate", _("研究生")


class PoliticalStatus(TextChoices):
    """政治面貌, GB/T 4762 in the words of the membership form."""

    PARTY = "party", _("中共党员")
    PROBATIONARY = "probationary", _("中共预备党员")
    LEAGUE = "league", _("共青团员")
    DEMOCRATIC = "democratic", _("民主党派")
    NONE = "none", _("群众")


class SkillGrade(TextChoices):
    """The grades of 新八级工 (人社部发〔2022〕14号)."""

    APPRENTICE = "apprentice", _("学徒工")
    FIVE = "five", _("五级（初级工）")
    FOUR = "four", _("四级（中级工）")
    THREE = "three", _("三级（高级工）")
    TWO = "two", _("二级（技师）")
    ONE = "one", _("一级（高级技师）")
    SPECIAL = "special", _("特级技师")
    CHIEF = "chief", _("首席技师")


class JobKind(TextChoices):
    CONTRACT = "contract", _("劳动合同用工")
    DISPATCHED = "dispatched", _("劳务派遣")
    PUBLIC = "public", _("机关事业单位在编")
    FLEXIBLE = "flexible", _("灵活就业")
    PLATFORM = "platform", _("平台用工")
    RETIRED = "retired", _("退休")
    UNEMPLOYED = "unemployed", _("失业")


class HukouKind(TextChoices):
    URBAN = "urban", _("城镇（非农业）")
    RURAL = "rural", _("农业")


class TargetGroup(TextChoices):
    """Groups that are counted, invited and cared for apart (重点群体)."""

    MIGRANT = "migrant", _("农民工")
    NEW_FORM = "new_form", _("新就业形态劳动者")
    SANITATION = "sanitation", _("环卫职工")
    BUS = "bus", _("公交职工")
    FUNERAL = "funeral", _("殡葬职工")
    WOMEN = "women", _("女职工")
    RETIRED = "retired", _("退休职工")
    DISABLED = "disabled", _("残疾职工")
    VETERAN = "veteran", _("退役军人")


class MembershipState(TextChoices):
    """What a member is to the union (会籍状态)."""

    MEMBER = "member", _("在籍")
    KEPT = "kept", _("保留会籍")
    RETIRED = "retired", _("退休会员")
    LEFT = "left", _("已退会")
    EXPELLED = "expelled", _("已开除会籍")


class ApplicationState(TextChoices):
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("待补充")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")


class CardState(TextChoices):
    VALID = "valid", _("有效")
    REVOKED = "revoked", _("已注销")


class TransferSide(TextChoices):
    """Who asked for a transfer."""

    WORKER = "worker", _("会员本人")
    OLD_UNION = "old_union", _("转出工会")
    NEW_UNION = "new_union", _("转入工会")


class TransferState(TextChoices):
    """asked: neither union has said yes; released, accepted: one has; agreed: both."""

    ASKED = "asked", _("待双方同意")
    RELEASED = "released", _("待转入工会接收")
    ACCEPTED = "accepted", _("待转出工会同意")
    AGREED = "agreed", _("已同意，待生效")
    COMPLETED = "completed", _("已转接")
    REFUSED = "refused", _("未同意")
    CANCELLED = "cancelled", _("已撤回")
    LAPSED = "lapsed", _("逾期未办")


class MergeState(TextChoices):
    PROPOSED = "proposed", _("待复核")
    MERGED = "merged", _("已合并")
    REFUSED = "refused", _("未合并")
    UNDONE = "undone", _("已还原")


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
    PLANNED = "planned", _("待开始")
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


class PrivacyRequestKind(TextChoices):
    CORRECT = "correct", _("更正")
    DELETE = "delete", _("删除")


class PrivacyRequestState(TextChoices):
    SUBMITTED = "submitted", _("待处理")
    ENDORSED = "endorsed", _("待复核")
    GRANTED = "granted", _("已办理")
    REFUSED = "refused", _("未同意")
    WITHDRAWN = "withdrawn", _("本人撤回")


class CorrectedField(TextChoices):
    """What the person cannot put right himself, for it takes a paper."""

    NAME = "name", _("姓名")
    ID_NUMBER = "id_number", _("身份证号")
    PHONE = "phone", _("手机号")


class DisclosureKind(TextChoices):
    """How somebody saw personal data."""

    VIEW = "view", _("打开档案")
    UNMASK = "unmask", _("查看完整号码")
    EXPORT = "export", _("导出名单")


class ConsentAct(TextChoices):
    GIVEN = "given", _("同意")
    WITHDRAWN = "withdrawn", _("撤回")


class ConsentChannel(TextChoices):
    """How somebody said it."""

    ONLINE = "online", _("本人登录后在线")
    LINK = "link", _("本人凭短信验证码")
    PAPER = "paper", _("纸质签署")


# The words of the audit trail, by the kind of record where a verb is a common one.
VERBS = {
    "core.message:call_person": "电话告知",
    "core.message:give_up": "不再联系",
    "core.message:resend": "重新发送",
    "core.message:show_phone": "显示号码",
    "core.messagewording:set_wording": "修改短信模板",
    "members.organisation:census": "普查",
    "members.unionflag:repair": "登记整改",
    "members.unionflag:explain": "提交说明",
    "members.unionflag:accept": "认可说明",
    "members.unionflag:return": "退回说明",
    "members.unionflag:dissolve": "登记撤销",
    "members.unionflag:look": "查看佐证材料",
    "members.ownflag:write": "编写自定普查问题",
    "members.ownflag:try": "试查",
    "members.ownflag:approve": "批准施行",
    "members.ownflag:refuse": "不予通过",
    "members.ownflag:withdraw": "停用自定普查问题",
    "members.organisingcase:start": "开始指导建会",
    "members.organisingcase:note": "记录指导情况",
    "members.organisingcase:hand_over": "转交或改期",
    "members.organisingcase:found": "登记建成",
    "members.organisingcase:end": "未建会结束",
    "members.notice:plan": "安排公示",
    "members.notice:open": "公示开始",
    "members.notice:extend": "延长公示",
    "members.notice:republish": "重新公示",
    "members.objection:look": "查看异议证据",
    "members.privacyrequest:ask": "提出个人信息请求",
    "members.privacyrequest:withdraw": "撤回请求",
    "members.privacyrequest:endorse": "提出处理意见",
    "members.privacyrequest:grant": "同意并办理",
    "members.privacyrequest:refuse": "不同意",
    "members.person:correct": "按本人请求更正",
    "members.person:forget": "按本人请求删除",
    "consent_given": "同意处理个人信息",
    "consent_withdrawn": "撤回个人信息同意",
    "consent_invite": "发出授权链接",
    "load_divisions": "载入区划",
    "load_organisations": "载入工会组织",
    "core.job:retry": "重新办理后台任务",
    "members.user:create": "开通账号",
    "members.user:sign_in": "登录",
    "members.user:reset_password": "重置密码",
    "members.user:deactivate": "停用账号",
    "members.user:change_password": "修改密码",
    "members.user:lift_lock": "解除登录锁定",
    "members.user:end_session": "结束登录",
    "members.user:reset_second_factor": "重置双因素验证",
    "members.user:enrol_second_factor": "启用双因素验证",
    "members.user:drop_second_factor": "移除双因素验证",
    "members.user:export_sign_ins": "导出登录日志",
    "members.user:export_operations": "导出操作日志",
    "members.person:register": "登记人员",
    "members.person:import": "接口批量写入人员",
    "members.person:change_phone": "变更手机号",
    "members.person:ask_phone_change": "申请更换手机号",
    "members.person:stop_phone_change": "撤销更换手机号",
    "members.person:reveal": "查看完整信息",
    "members.organisation:found": "直接设立工会",
    "members.organisation:apply": "申请筹备建会",
    "members.organisation:approve": "批准成立",
    "members.organisation:decline": "不予批准",
    "members.organisation:lock": "锁定",
    "members.organisation:unlock": "解除锁定",
    "members.organisation:rename": "更名",
    "members.organisation:move": "变更隶属关系",
    "members.organisation:merge": "并入",
    "members.organisation:dissolve": "注销",
    "members.organisation:succeed": "随区划调整",
    "members.organisation:lead_dues": "变更经费隶属",
    "members.organisation:certify": "登记法人资格证书",
    "members.organisation:elect": "登记换届",
    "members.organisation:delay": "批准延期换届",
    "members.organisation:take_office": "任职",
    "members.organisation:leave_office": "卸任",
    "members.organisation:file_return": "填报年度报表",
    "members.organisation:import": "批量导入工会",
    "members.yearlyreturn:import": "批量导入年度报表",
    "members.employer:register": "登记用人单位",
    "members.employer:change": "变更用人单位",
    "members.employer:close": "登记停业",
    "members.employer:cover": "登记建会",
    "members.employer:import": "批量导入用人单位",
    "export_list": "导出名单",
    "members.employer:tie": "登记关系人",
    "members.employer:untie": "解除关系人",
    "members.person:employ": "登记就业",
    "members.person:leave_employer": "登记离职",
    "members.person:describe": "更正实名信息",
    "members.membership:join": "入会",
    "members.membership:keep": "保留会籍",
    "members.membership:resume": "恢复会籍",
    "members.membership:retire": "转为退休会员",
    "members.membership:leave": "退会",
    "members.membership:lapse": "按退会办理",
    "members.membership:expel": "开除会籍",
    "members.membership:rejoin": "重新入会",
    "members.membership:transfer": "转会",
    "members.membership:renew_card": "换发会员证",
    "members.membershipapplication:submit": "申请入会",
    "members.membershipapplication:resubmit": "补充后再次提交",
    "members.membershipapplication:ask_more": "要求补充",
    "members.membershipapplication:approve": "批准入会",
    "members.membershipapplication:refuse": "不予批准",
    "members.membershipapplication:withdraw": "撤回申请",
    "members.membershiptransfer:ask": "申请转会",
    "members.membershiptransfer:release": "同意转出",
    "members.membershiptransfer:accept": "同意接收",
    "members.membershiptransfer:complete": "转会生效",
    "members.membershiptransfer:refuse": "不同意转会",
    "members.membershiptransfer:cancel": "撤回转会",
    "members.membershiptransfer:lapse": "转会逾期",
    "members.personmerge:propose": "提出合并",
    "members.personmerge:merge": "合并人员",
    "members.personmerge:refuse": "不予合并",
    "members.personmerge:undo": "还原合并",
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


class ClientKind(TextChoices):
    """Whether a county's system works in the register or practises in its sandbox."""

    REAL = "real", _("正式")
    SANDBOX = "sandbox", _("沙箱")


class DeliveryState(TextChoices):
    """Where news for a county's system stands."""

    WAITING = "waiting", _("待发送")
    RETRYING = "retrying", _("未送达，稍后再试")
    HELD = "held", _("推送已停用，未送达")
    DELIVERED = "delivered", _("已送达")
