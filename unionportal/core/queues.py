"""Work queues (待办): what waits for the posts of an actor."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from unionportal.core.actor import Actor
from unionportal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One thing that waits for somebody of a role, since when and until when."""

    title: str
    detail: str
    url: str
    organisation_name: str
    waiting_since: date
    due_on: date | None
    role: str

    def is_overdue(self, on: date) -> bool:
        """Tell whether the due date has passed."""
        return self.due_on is not None and self.due_on < on


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """A kind of waiting work, and how to find it for an actor on a day."""

    code: str
    title: str
    items: Callable[[Actor, date], list[QueueItem]]


_registered: Registry[WorkQueue] = Registry("work queue")


def register_queue(queue: WorkQueue) -> WorkQueue:
    """Register a queue; called in ``AppConfig.ready()``."""
    _registered.add(queue.code, queue)
    return queue


def queues() -> tuple[WorkQueue, ...]:
    """Return all queues in the order of registration."""
    return tuple(_registered)


def waiting_for(actor: Actor, on: date) -> list[tuple[WorkQueue, list[QueueItem]]]:
    """Return the queues in which something waits for an actor, most urgent first.

    Items of one queue are ordered by due date, then by how long they have waited.
    """
    found = [
        (queue, sorted(queue.items(actor, on), key=_urgency)) for queue in queues()
    ]
    return sorted(
        ((queue, items) for queue, items in found if items),
        key=lambda pair: _urgency(pair[1][0]),
    )


def _urgency(item: QueueItem) -> tuple[date, date]:
    return (item.due_on or date.max, item.waiting_since)
