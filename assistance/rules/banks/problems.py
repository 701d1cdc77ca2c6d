"""What is wrong with a file, where, and what to ask the bank for."""

from collections.abc import Iterable, Sequence

SHOWN = 10  # problems in a sentence; all of them are kept beside the file

Problem = tuple[int, str]
"""The number of the line, and a sentence."""


class Unreadable(Exception):  # noqa: N818 - what is wrong with a file, not a fault
    """A file that cannot be taken; carries every problem with its line number."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in the order of the lines."""
        self.problems = sorted(problems)
        super().__init__(len(self.problems))


def placed(problems: Iterable[Problem]) -> list[str]:
    """Each problem as people read it."""
    return [f"第 {number} 行：{sentence}" for number, sentence in problems]


def refusal_of_answer(name: str, problems: Sequence[Problem]) -> str:
    """Why a return file is refused whole, at which lines, and the way out."""
    lines = placed(problems)
    more = f"……共 {len(lines)} 处" if len(lines) > SHOWN else ""
    return (
        f"回盘文件“{name}”整份拒收，未作任何改动：{'；'.join(lines[:SHOWN])}"
        f"{more}。请与银行核对，由银行重新出具。"
    )
