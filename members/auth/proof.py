"""A phone proven by a code, kept for a stranger who is not on the register yet."""

from django.core import signing
from django.http import HttpRequest

from members.auth.actor import request_actor
from unionportal.core.actor import Actor
from unionportal.core.secrets import blind_index, seal, unseal

SALT = "members.auth.proof"
HALF_AN_HOUR = 30 * 60
# The page that goes on with a proven phone; without one it is joining.
AFTER_PROOF = "after_proof"
ASKED, PROVEN = "join_phone", "join_proven"


def keep_phone(request: HttpRequest, name: str, phone: str) -> None:
    """Write a phone into the session: sealed, and too old after half an hour."""
    request.session[name] = signing.dumps(seal(phone, context=SALT).hex(), salt=SALT)


def kept_phone(request: HttpRequest, name: str) -> str:
    """Return the phone, or nothing."""
    kept = str(request.session.get(name) or "")
    try:
        sealed = signing.loads(kept, salt=SALT, max_age=HALF_AN_HOUR)
    except signing.BadSignature:
        return ""
    return unseal(bytes.fromhex(sealed), context=SALT)


def applicant_of(request: HttpRequest) -> Actor | None:
    """The signed-in worker, or a stranger with a proven phone; staff are neither."""
    actor = request_actor(request)
    if actor.kind != "worker":
        return None
    if actor.person_id is not None:
        return actor
    phone = kept_phone(request, PROVEN)
    if not phone:
        return None
    index = blind_index(phone, kind="phone")
    return Actor(kind="worker", name="申请人本人", proven_phone_index=index)
