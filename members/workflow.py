"""State tables of members: the actions and the database read the same rows."""

from members.enums import (
    AccountState,
    ApplicationState,
    CardState,
    FlagState,
    MembershipState,
    MergeState,
    NoticeState,
    ObjectionState,
    OrganisationState,
    OrganisingState,
    OwnFlagState,
    PrivacyRequestState,
    TransferState,
)
from unionportal.core.workflow import Transition, Workflow

ACCOUNT = Workflow(
    name="收款账户",
    initial=AccountState.PENDING,
    transitions=(
        Transition("verify", AccountState.PENDING, AccountState.VERIFIED, "核验"),
        Transition("stop", AccountState.PENDING, AccountState.STOPPED, "停用"),
        Transition("stop", AccountState.VERIFIED, AccountState.STOPPED, "停用"),
    ),
    labels=dict(AccountState.choices),
)

NOTICE = Workflow(
    name="公示",
    initial=NoticeState.PLANNED,
    transitions=(
        Transition("open", NoticeState.PLANNED, NoticeState.OPEN, "开始"),
        Transition("cancel", NoticeState.PLANNED, NoticeState.CANCELLED, "撤销"),
        Transition("extend", NoticeState.OPEN, NoticeState.OPEN, "延长"),
        Transition("end", NoticeState.OPEN, NoticeState.ENDED, "期满结束"),
        Transition("cancel", NoticeState.OPEN, NoticeState.CANCELLED, "撤销"),
    ),
    labels=dict(NoticeState.choices),
)

OBJECTION = Workflow(
    name="异议",
    initial=ObjectionState.OPEN,
    transitions=(
        Transition("uphold", ObjectionState.OPEN, ObjectionState.UPHELD, "成立"),
        Transition("dismiss", ObjectionState.OPEN, ObjectionState.DISMISSED, "不成立"),
    ),
    labels=dict(ObjectionState.choices),
)

ORGANISATION = Workflow(
    name="工会",
    initial=OrganisationState.FORMING,
    transitions=(
        Transition(
            "approve", OrganisationState.FORMING, OrganisationState.NORMAL, "批准成立"
        ),
        Transition(
            "decline",
            OrganisationState.FORMING,
            OrganisationState.DISSOLVED,
            "不予批准",
        ),
        Transition("lock", OrganisationState.NORMAL, OrganisationState.LOCKED, "锁定"),
        Transition(
            "unlock", OrganisationState.LOCKED, OrganisationState.NORMAL, "解除锁定"
        ),
        Transition(
            "merge", OrganisationState.NORMAL, OrganisationState.DISSOLVED, "并入"
        ),
        Transition(
            "merge", OrganisationState.LOCKED, OrganisationState.DISSOLVED, "并入"
        ),
        Transition(
            "dissolve", OrganisationState.NORMAL, OrganisationState.DISSOLVED, "注销"
        ),
        Transition(
            "dissolve", OrganisationState.LOCKED, OrganisationState.DISSOLVED, "注销"
        ),
    ),
    labels=dict(OrganisationState.choices),
)

# 中国工会章程第五条、第六条；工会会员会籍管理办法（总工办发〔2016〕30号）
MEMBERSHIP = Workflow(
    name="会籍",
    initial=MembershipState.MEMBER,
    transitions=(
        Transition("transfer", MembershipState.MEMBER, MembershipState.MEMBER, "转会"),
        Transition("transfer", MembershipState.KEPT, MembershipState.KEPT, "转会"),
        Transition(
            "transfer", MembershipState.RETIRED, MembershipState.RETIRED, "转会"
        ),
        Transition("keep", MembershipState.MEMBER, MembershipState.KEPT, "保留会籍"),
        Transition("resume", MembershipState.KEPT, MembershipState.MEMBER, "恢复会籍"),
        Transition(
            "retire", MembershipState.MEMBER, MembershipState.RETIRED, "转为退休会员"
        ),
        Transition(
            "retire", MembershipState.KEPT, MembershipState.RETIRED, "转为退休会员"
        ),
        Transition("leave", MembershipState.MEMBER, MembershipState.LEFT, "退会"),
        Transition("leave", MembershipState.KEPT, MembershipState.LEFT, "退会"),
        Transition("leave", MembershipState.RETIRED, MembershipState.LEFT, "退会"),
        Transition("lapse", MembershipState.MEMBER, MembershipState.LEFT, "按退会办理"),
        Transition(
            "expel", MembershipState.MEMBER, MembershipState.EXPELLED, "开除会籍"
        ),
        Transition("expel", MembershipState.KEPT, MembershipState.EXPELLED, "开除会籍"),
        Transition(
            "expel", MembershipState.RETIRED, MembershipState.EXPELLED, "开除会籍"
        ),
        Transition("rejoin", MembershipState.LEFT, MembershipState.MEMBER, "重新入会"),
        Transition(
            "rejoin", MembershipState.EXPELLED, MembershipState.MEMBER, "重新入会"
        ),
    ),
    labels=dict(MembershipState.choices),
)

APPLICATION = Workflow(
    name="入会申请",
    initial=ApplicationState.SUBMITTED,
    transitions=(
        Transition(
            "ask_more",
            ApplicationState.SUBMITTED,
            ApplicationState.RETURNED,
            "要求补充",
        ),
        Transition(
            "resubmit",
            ApplicationState.RETURNED,
            ApplicationState.SUBMITTED,
            "再次提交",
        ),
        Transition(
            "approve", ApplicationState.SUBMITTED, ApplicationState.APPROVED, "批准入会"
        ),
        Transition(
            "refuse", ApplicationState.SUBMITTED, ApplicationState.REFUSED, "不予批准"
        ),
        Transition(
            "withdraw", ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN, "撤回"
        ),
        Transition(
            "withdraw", ApplicationState.RETURNED, ApplicationState.WITHDRAWN, "撤回"
        ),
    ),
    labels=dict(ApplicationState.choices),
)

CARD = Workflow(
    name="会员证",
    initial=CardState.VALID,
    transitions=(Transition("revoke", CardState.VALID, CardState.REVOKED, "注销"),),
    labels=dict(CardState.choices),
)

_UNDER_WAY = (TransferState.ASKED, TransferState.RELEASED, TransferState.ACCEPTED)
TRANSFER = Workflow(
    name="转会",
    initial=TransferState.ASKED,
    transitions=(
        Transition("release", TransferState.ASKED, TransferState.RELEASED, "同意转出"),
        Transition("accept", TransferState.ASKED, TransferState.ACCEPTED, "同意接收"),
        Transition("release", TransferState.ACCEPTED, TransferState.AGREED, "同意转出"),
        Transition("accept", TransferState.RELEASED, TransferState.AGREED, "同意接收"),
        Transition("complete", TransferState.AGREED, TransferState.COMPLETED, "生效"),
        *(
            Transition("refuse", state, TransferState.REFUSED, "不同意")
            for state in _UNDER_WAY
        ),
        *(
            Transition("cancel", state, TransferState.CANCELLED, "撤回")
            for state in (*_UNDER_WAY, TransferState.AGREED)
        ),
        *(
            Transition("lapse", state, TransferState.LAPSED, "逾期")
            for state in _UNDER_WAY
        ),
    ),
    labels=dict(TransferState.choices),
)

MERGE = Workflow(
    name="人员合并",
    initial=MergeState.PROPOSED,
    transitions=(
        Transition("merge", MergeState.PROPOSED, MergeState.MERGED, "合并"),
        Transition("refuse", MergeState.PROPOSED, MergeState.REFUSED, "不予合并"),
        Transition("undo", MergeState.MERGED, MergeState.UNDONE, "还原"),
    ),
    labels=dict(MergeState.choices),
)

# A census opens, reopens and ends flags by itself; people answer for the open ones.
FLAG = Workflow(
    name="普查问题",
    initial=FlagState.OPEN,
    transitions=(
        Transition("repair", FlagState.OPEN, FlagState.REPAIRED, "登记整改"),
        Transition("explain", FlagState.OPEN, FlagState.EXPLAINING, "提交说明"),
        Transition("accept", FlagState.EXPLAINING, FlagState.EXPLAINED, "认可说明"),
        Transition("return", FlagState.EXPLAINING, FlagState.OPEN, "退回说明"),
        *(
            Transition("dissolve", state, FlagState.DISSOLVED, "登记撤销")
            for state in (FlagState.OPEN, FlagState.EXPLAINING, FlagState.EXPLAINED)
        ),
        *(
            Transition("vanish", state, FlagState.GONE, "不再出现")
            for state in (FlagState.OPEN, FlagState.EXPLAINING, FlagState.EXPLAINED)
        ),
        *(
            Transition("reopen", state, FlagState.OPEN, "再次出现")
            for state in (
                FlagState.REPAIRED,
                FlagState.EXPLAINED,
                FlagState.GONE,
                FlagState.DISSOLVED,
            )
        ),
    ),
    labels=dict(FlagState.choices),
)

OWN_FLAG = Workflow(
    name="自定普查问题",
    initial=OwnFlagState.WAITING,
    transitions=(
        Transition("approve", OwnFlagState.WAITING, OwnFlagState.IN_FORCE, "批准施行"),
        Transition("refuse", OwnFlagState.WAITING, OwnFlagState.REFUSED, "不予通过"),
        Transition("withdraw", OwnFlagState.WAITING, OwnFlagState.WITHDRAWN, "停用"),
        Transition("withdraw", OwnFlagState.IN_FORCE, OwnFlagState.WITHDRAWN, "停用"),
    ),
    labels=dict(OwnFlagState.choices),
)

ORGANISING = Workflow(
    name="建会指导",
    initial=OrganisingState.GUIDING,
    transitions=(
        Transition(
            "found", OrganisingState.GUIDING, OrganisingState.FOUNDED, "登记建成"
        ),
        Transition("end", OrganisingState.GUIDING, OrganisingState.ENDED, "未建会结束"),
    ),
    labels=dict(OrganisingState.choices),
)

_ASKED = (PrivacyRequestState.SUBMITTED, PrivacyRequestState.ENDORSED)
PRIVACY_REQUEST = Workflow(
    name="个人信息请求",
    initial=PrivacyRequestState.SUBMITTED,
    transitions=(
        Transition(
            "endorse",
            PrivacyRequestState.SUBMITTED,
            PrivacyRequestState.ENDORSED,
            "提出处理意见",
        ),
        *(
            Transition("grant", state, PrivacyRequestState.GRANTED, "同意并办理")
            for state in _ASKED
        ),
        *(
            Transition("refuse", state, PrivacyRequestState.REFUSED, "不同意")
            for state in _ASKED
        ),
        *(
            Transition("withdraw", state, PrivacyRequestState.WITHDRAWN, "撤回")
            for state in _ASKED
        ),
    ),
    labels=dict(PrivacyRequestState.choices),
)
