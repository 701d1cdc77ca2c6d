"""The same request is carried out once: its reply is stored and given again."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from unionportal.core.errors import Refusal
from unionportal.core.models.idempotency import StoredReply


@dataclass
class Reply:
    """The answer under a key: found (``is_stored``), or to be given by ``store``."""

    status: int = 200
    body: Any = None
    is_stored: bool = False

    def store(self, body: Any, *, status: int = 200) -> None:  # noqa: ANN401 - any JSON
        """Set the answer that the same request gets from now on."""
        self.status = status
        self.body = body


def digest_of(body: bytes | str | Mapping[str, Any]) -> str:
    """Return the digest of a request's body; of a mapping, whatever its order."""
    if isinstance(body, Mapping):
        body = json.dumps(
            body, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder
        )
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    return hashlib.sha256(body).hexdigest()


@contextmanager
def once(*, key: str, scope: str, body_digest: str) -> Iterator[Reply]:
    """Run the block once for a key; a repetition finds the stored reply instead.

    The block looks at ``reply.is_stored``, and if not, acts and calls
    ``reply.store()``. Act and reply share one transaction; a block that raises leaves
    no trace, so the request may be repeated. A request under way elsewhere with the
    same key is waited for. Refuses (``key_reused``) the key with another body.
    """
    with transaction.atomic():
        row, created = StoredReply.objects.get_or_create(
            scope=scope, key=key, defaults={"body_digest": body_digest}
        )
        if row.body_digest != body_digest:
            raise Refusal(
                _("这个幂等键已用于另一个请求；请换一个新的键再提交。"),
                code="key_reused",
            )
        if not created:
            yield Reply(status=row.status, body=row.body, is_stored=True)
            return
        reply = Reply()
        yield reply
        row.status, row.body = reply.status, reply.body
        row.save(update_fields=["status", "body"])


def forget_replies(*, before: datetime) -> int:
    """Drop replies older than an instant; return how many. Keep at least seven days."""
    count, _deleted = StoredReply.objects.filter(created_at__lt=before).delete()
    return count
