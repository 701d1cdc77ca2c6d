"""The codes of refusals at the API: when each is given, and what helps.

A test reads the codes off the programme's source and holds this list complete;
`docs/api.md` bears the same table.
"""

from dataclasses import dataclass

ITEM = 200  # an item of a bulk answer, whose request as a whole was taken


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A code: the status it comes with, and words for whoever reads the log."""

    code: str
    status: int
    meaning: str
    remedy: str


CATALOGUE = (
    ErrorCode("parse_error", 400, "请求体不是正确的 JSON", "核对编码和括号"),
    ErrorCode("shape", 400, "类型、长度或取值不符合接口文档", "按 attr 所指的位置改正"),
    ErrorCode("required", 400, "缺少必需的一项", "补上 attr 所指的一项"),
    ErrorCode("unknown_field", 400, "有接口文档中没有的一项", "去掉，或核对拼写"),
    ErrorCode("unknown_parameter", 400, "没有这个查询参数", "核对拼写"),
    ErrorCode("unclear_parameter", 400, "查询参数是空的或重复", "不需要的不写"),
    ErrorCode("invalid", 400, "查询参数的值不对", "核对接口文档"),
    ErrorCode("invalid_choice", 400, "查询参数不在可选值中", "核对接口文档"),
    ErrorCode("cursor", 400, "游标不对", "原样使用上一次答复中的 cursor"),
    ErrorCode("idempotency_key", 400, "没有幂等键，或写法不对", "加上请求头"),
    ErrorCode("not_authenticated", 401, "没有令牌", "先获取访问令牌"),
    ErrorCode("authentication_failed", 401, "令牌无效、过期或客户端已停用", "重新获取"),
    ErrorCode("permission_denied", 403, "令牌不含所需范围", "登记为可写的客户端"),
    ErrorCode("forbidden", 403, "客户端无权办理", "联系上级工会管理员"),
    ErrorCode("not_found", 404, "没有，或不在本工会及下级", "核对编号"),
    ErrorCode("method_not_allowed", 405, "此地址不接受这个方法", "核对接口文档"),
    ErrorCode("not_acceptable", 406, "只提供 JSON", "改 Accept"),
    ErrorCode("key_reused", 409, "幂等键已用于别的内容", "换一个新的键"),
    ErrorCode("conflict", 409, "别处同时登记了相同记录", "用同一个键重新提交"),
    ErrorCode("order", 409, "该工会在更晚的日期已有变更", "核对后按日期先后办理"),
    ErrorCode("parent", 409, "上级工会找不到或互为上下级", "核对上级代码"),
    ErrorCode("cursor_lost", 409, "数据库已恢复或切换", "重新取游标并重读列表"),
    ErrorCode("webhook_host", 409, "推送地址不在允许的名单中", "请运行单位列入名单"),
    ErrorCode("sandbox", 409, "只供沙箱，或沙箱中没有", "换用另一类客户端"),
    ErrorCode("too_large", 413, "请求超过 8 MB", "分几次提交"),
    ErrorCode("unsupported_media_type", 415, "不是 JSON", "改 Content-Type"),
    ErrorCode("throttled", 429, "请求太多", "等 Retry-After 所说的秒数"),
    ErrorCode("error", 500, "系统出错", "稍后再试；仍不行请联系管理员"),
    ErrorCode("unavailable", 503, "暂时不可用", "几秒钟后用同一个幂等键再试"),
    ErrorCode("required", ITEM, "缺少这一项才能登记", "补上"),
    ErrorCode("unreadable", ITEM, "内容读不懂或含控制字符", "按说明改正"),
    ErrorCode("id_number", ITEM, "身份证号不对", "对照证件逐位核对"),
    ErrorCode("phone", ITEM, "手机号不对", "核对"),
    ErrorCode("uscc", ITEM, "统一社会信用代码不对", "对照证书逐位核对"),
    ErrorCode("repeated", ITEM, "同一条记录在请求中不止一项", "只留一项"),
    ErrorCode("repeated_external_id", ITEM, "外部编号在请求中重复", "各用各的编号"),
    ErrorCode("external_id_taken", ITEM, "外部编号已对应另一条记录", "核对"),
    ErrorCode("other_external_id", ITEM, "记录已有另一个外部编号", "沿用原编号"),
    ErrorCode("unknown", ITEM, "没有这个代码的工会或区划", "核对代码"),
    ErrorCode("outside", ITEM, "不在本工会及下级", "由所属工会或上级办理"),
    ErrorCode("state", ITEM, "工会在筹备或已注销", "核对代码"),
    ErrorCode("other_parent", ITEM, "工会隶属于另一个上级", "在页面办理隶属变更"),
    ErrorCode("future", ITEM, "日期晚于今天", "核对"),
    ErrorCode("outdated", ITEM, "系统中的人数比提交的新", "提交更新的数字"),
    ErrorCode("other_name", ITEM, "该证号登记的姓名不同", "核对；改名请单独更正"),
    ErrorCode("member_elsewhere", ITEM, "会籍在另一工会", "办理转会"),
    ErrorCode("moved", ITEM, "登记已并入 moved_to", "改用那一条"),
    ErrorCode("refused", ITEM, "不符合登记规则", "看 detail"),
)


def as_markdown() -> str:
    """The table as the documentation bears it."""
    lines = ["| 错误码 | 状态 | 何时 | 怎么办 |", "|---|---|---|---|"]
    lines += [
        f"| `{one.code}` | {_status(one.status)} | {one.meaning} | {one.remedy} |"
        for one in CATALOGUE
    ]
    return "\n".join(lines)


def _status(status: int) -> str:
    return "逐项" if status == ITEM else str(status)
