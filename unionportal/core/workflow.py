"""State tables: rows of (action, from, to), read by actions and by the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from unionportal.core.errors import Refusal


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed move: the action that makes it, and its name on a button."""

    action: str
    source: str
    target: str
    label: str


@dataclass(frozen=True)
class Workflow:
    """The whole life of one kind of record.

    ``labels`` gives the word people see for each state. ``final`` states are those
    that nothing leaves, unless named. A table that names an unknown state, that has a
    state nothing leads to, or in which one action leads from one state to two, is
    refused when it is written down.
    """

    name: str
    initial: str
    transitions: tuple[Transition, ...]
    labels: Mapping[str, object] = field(default_factory=dict, compare=False)
    final: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Check the table and work out the final states."""
        if not self.final:
            ends = frozenset(self.states) - {row.source for row in self.transitions}
            object.__setattr__(self, "final", ends)
        self._check_rows()

    def _check_rows(self) -> None:
        seen: dict[tuple[str, str], str] = {}
        for row in self.transitions:
            if seen.setdefault((row.action, row.source), row.target) != row.target:
                raise ValueError(
                    f"{self.name}: {row.action} 自 {row.source} 有两个去向"
                )
            if row.source in self.final:
                raise ValueError(f"{self.name}: 终态 {row.source} 之后还有动作")
        unreached = set(self.states) - self._reached()
        if unreached:
            raise ValueError(f"{self.name}: 到不了的状态 {sorted(map(str, unreached))}")
        unnamed = set(self.states) - set(self.labels)
        if self.labels and unnamed:
            raise ValueError(f"{self.name}: 没有名称的状态 {sorted(map(str, unnamed))}")

    def _reached(self) -> set[str]:
        reached, waiting = {self.initial}, [self.initial]
        while waiting:
            state = waiting.pop()
            for row in self.transitions:
                if row.source == state and row.target not in reached:
                    reached.add(row.target)
                    waiting.append(row.target)
        return reached

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order in which the table first names it."""
        ends = (s for row in self.transitions for s in (row.source, row.target))
        return tuple(dict.fromkeys((self.initial, *ends)))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every allowed (from, to), each once, leaving out rows that stay."""
        moves = ((str(r.source), str(r.target)) for r in self.transitions)
        return tuple(dict.fromkeys(move for move in moves if move[0] != move[1]))

    def label_of(self, state: str) -> str:
        """Return the word people see for a state."""
        return str(self.labels.get(state, state))

    def actions_from(self, state: str) -> tuple[str, ...]:
        """Return the actions that a record in this state allows, in table order."""
        return tuple(row.action for row in self.transitions if row.source == state)

    def sources_of(self, action: str) -> tuple[str, ...]:
        """Return the states in which an action is allowed, in table order."""
        return tuple(row.source for row in self.transitions if row.action == action)

    def action_label(self, action: str) -> str:
        """Return the name of an action as a button shows it."""
        return next(row.label for row in self.transitions if row.action == action)

    def target_of(self, action: str, state: str) -> str:
        """Return the state an action leads to.

        Refuses, naming the present state and those in which it is allowed; an action
        that the table does not know is a fault of the program.
        """
        sources = self.sources_of(action)
        if not sources:
            raise ValueError(f"{self.name}: 没有动作 {action}")
        for row in self.transitions:
            if row.action == action and row.source == state:
                return row.target
        allowed = "、".join(f"“{self.label_of(source)}”" for source in sources)
        raise Refusal(
            f"{self.name}现在是“{self.label_of(state)}”，不能“{self.action_label(action)}”；"
            f"只有{allowed}的才可以。请刷新页面后再试。",
            code="state",
        )
