"""The words of an answer: what refused somebody, what is missing, what to bring."""

from assistance.rules.quota import QUOTA_CLAUSE, QUOTA_TITLE
from assistance.rules.scheme import Scheme
from assistance.rules.stacking import STACKED_CLAUSE, STACKED_TITLE
from unionportal.core.formula.declare import Vocabulary

# Answers that no rule of a scheme gives: a person decided, after an objection.
OBJECTION_CLAUSE = "objection_upheld"
REVIEW_FACT = "objection_review"
DECIDED_BY_PERSON = {OBJECTION_CLAUSE, REVIEW_FACT}
_REVIEW_NAME = "异议成立后的重新核查"
DECIDED = {
    OBJECTION_CLAUSE: "公示期间异议成立，核查后不符合",
    REVIEW_FACT: _REVIEW_NAME,
    # Given by the release, over all schemes of a group.
    STACKED_CLAUSE: STACKED_TITLE,
    # Given when a round is computed, over everybody it would take.
    QUOTA_CLAUSE: QUOTA_TITLE,
}

# What a worker can bring. A fact that the union fetches itself asks nothing of him
# (社会救助法 art. 62: what can be checked is not asked for).
_REMEDIES = {
    "account_verified": (
        "请提供本人名下的银行卡（卡号、开户行），在本页填写或拍照交工会；"
        "工会另一位同事核对后即可使用。"
    ),
    "homes_count": "请告知家庭住房套数，带房产证明；没有住房的写一份说明即可。",
    "has_vehicle": "请告知家庭有没有机动车；残疾人代步车不算。",
    "net_income_per_head": (
        "请提供申请前十二个月的家庭收入，以及医疗、教育、住房等支出的单据。"
    ),
    "yearly_income": "请提供申请前十二个月家庭各项收入的证明。",
    "yearly_rigid_cost": "请提供申请前十二个月医疗、教育、住房等支出的单据。",
    "illness_cost": "请提供申请前十二个月的医疗费单据或结算单。",
    "rechecked_on": "您不用准备材料：工会将上门或电话做年度复核，请保持电话畅通。",
    "subsistence_line": "您不用准备材料：当地低保标准由县级工会补录。",
    "home_city": "请带户口簿或身份证到工会登记户籍所在地。",
    REVIEW_FACT: "您不用准备材料：工会正在重新核查，需要时会联系您。",
}
# The same in a headline: the plain need, not the name of a fact.
_NEEDS = {
    "account_verified": "还缺您本人的银行卡",
    "homes_count": "还缺住房情况的说明",
    "has_vehicle": "还缺有没有机动车的说明",
    "net_income_per_head": "还缺家庭收入和支出的证明",
    "yearly_income": "还缺家庭收入的证明",
    "yearly_rigid_cost": "还缺家庭必要支出的单据",
    "illness_cost": "还缺医疗费的单据",
    "rechecked_on": "等工会做年度复核",
    "subsistence_line": "等工会补录低保标准",
    "home_city": "还缺户籍所在地的登记",
    REVIEW_FACT: "工会正在重新核查",
}
_ASK = "请联系您所在的县级工会，问清需要补充什么。"


def reason_title(scheme: Scheme, code: str) -> str:
    """What a clause demands, or what a person decided."""
    return DECIDED.get(code) or scheme.clause_title(code)


def fact_name(words: Vocabulary, fact: str) -> str:
    """The Chinese name of a missing fact."""
    declared = words.get(fact)
    return declared.name if declared else DECIDED.get(fact, fact)


def need(fact: str, name: str) -> str:
    """What keeps the answer open, as a worker would say it; `name` is the fact's."""
    return _NEEDS.get(fact) or f"还缺：{name}"


def remedy(fact: str) -> str:
    """What to bring, in plain words."""
    return _REMEDIES.get(fact, _ASK)


# What the bank's reasons mean to the person who waits for the money.
_RETURNS = {
    "closed": "这张卡已经销户",
    "frozen": "这张卡被冻结或限制收款",
    "name_mismatch": "卡上的户名与登记的姓名不一致",
    "not_found": "没有这个账号，可能有数字写错了",
    "account_changed": "收款账户在审批之后停用或变更，等另一位同事核验",
    "dormant": "这张卡长期不用，银行已停止收款",
    "unconfirmed": "经向银行核实，这笔款没有付出，工会将重新发放",
    "limit": "这张卡（二类或三类账户）超过收款限额",
}


def return_in_words(reason_code: str) -> str:
    """Why a payment came back, in plain words."""
    return _RETURNS.get(reason_code, "银行没有收下这笔款，请换一张本人的银行卡")
