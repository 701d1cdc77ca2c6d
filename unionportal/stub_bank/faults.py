"""How the stub bank misbehaves, as data: a fault strikes a batch once, or all batches.

Written on the command line as ``name`` or ``name:batch``; several may be given.
"""

from dataclasses import dataclass, field
from pathlib import Path

FAULTS = {
    "timeout-after-paying": "已付款，迟迟不应答（文件：重新开门之前不给回盘）",
    "cut-after-paying": "直联：已付款，应答前断开连接",
    "cut-before-paying": "直联：收到报文未受理就断开连接",
    "error-after-paying": "直联：已付款，应答 HTTP 500",
    "answer-late": "先答办理中，三次询问之后（文件：--late 秒之后）才给结果",
    "answer-twice": "同一结果给两遍",
    "pieces": "直联：应答只给一半；文件：分两份给",
    "duplicates": "应答中有重复的行",
    "wrong-total": "应答的合计不对",
    "wrong-encoding": "应答的编码不对",
    "wrong-signature": "直联：应答的签名不对",
    "wrong-account": "直联：应答中的收款账号不是指令里的",
    "return-after-success": "付款成功之后又退回一笔（文件：--late 秒之后）",
    "cannot-say": "直联：已付款，应答 500，此后一直查不出结果",
}
FAULTS_FILE = "faults"
LASTING = frozenset({"cannot-say", "answer-late"})


@dataclass(slots=True)
class Faults:
    """What was asked for, and what has struck already."""

    wanted: tuple[str, ...] = ()
    told_in: Path | None = None
    """A file of further ones, a line each, that may grow while the bank is open."""
    _struck: set[tuple[str, str]] = field(default_factory=set)

    def strikes(self, name: str, batch: str) -> bool:
        """Whether a fault strikes now; the next time it no longer does."""
        if not self.concerns(name, batch) or (name, batch) in self._struck:
            return False
        self._struck.add((name, batch))
        return True

    def concerns(self, name: str, batch: str) -> bool:
        """Whether a fault was asked for this batch, now or earlier."""
        wanted = (*self.wanted, *lines_of(self.told_in))
        return name in wanted or f"{name}:{batch}" in wanted


def lines_of(path: Path | None) -> list[str]:
    """What was told in a file; nothing where there is none."""
    if path is None or not path.exists():
        return []
    return path.read_text(encoding="utf-8").split()


def read_faults(wanted: list[str], told_in: Path | None = None) -> Faults:
    """Read the options. Refuses an unknown name, naming those that exist."""
    for each in wanted:
        if each.partition(":")[0] not in FAULTS:
            message = f"没有差错“{each}”；可用的有：{'、'.join(FAULTS)}。"
            raise ValueError(message)
    return Faults(tuple(wanted), told_in)
