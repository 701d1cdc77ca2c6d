"""Verbs of API clients: register a county's system, limit it, stop it."""

from dataclasses import dataclass
from datetime import date

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from django.db import transaction

from members.enums import ClientKind
from members.models import ApiClient, Organisation
from members.models.api_client import HIGHEST_LIMIT, LOWEST_LIMIT
from members.permissions.access import can_manage_client, can_register_client
from unionportal.core import sandbox
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

READ, WRITE = "read", "write"
NO_SANDBOXES = "本门户没有设置沙箱：请由运行单位按运行手册设置 SANDBOX_DATABASE_URL。"


@dataclass(frozen=True, slots=True)
class NewClient:
    """The client and its secret, which is shown this once and stored hashed."""

    api_client: ApiClient
    client_id: str
    secret: str


def register_client(
    *,
    organisation_id: int,
    name: str,
    on: date,
    by: Actor,
    may_write: bool = False,
    kind: str = ClientKind.REAL,
) -> NewClient:
    """Register a union's own system with the reach of that union.

    It reads; with `may_write` it also hands in unions, employers and people in bulk.
    One of kind sandbox reaches a sandbox instead of the union; refused where the
    installation has none.
    """
    with transaction.atomic():
        organisation = Organisation.objects.get(pk=organisation_id)
        can_register_client(by, organisation).require()
        if not name.strip():
            raise Refusal("请填写客户端名称。", field="name")
        if kind == ClientKind.SANDBOX and not sandbox.is_set_up():
            raise Refusal(NO_SANDBOXES, field="kind")
        secret: str = get_adapter().generate_client_secret()
        scopes = [READ, WRITE] if may_write else [READ]
        client = oauth_client(name.strip(), scopes)
        client.set_secret(secret)
        client.save()
        api_client = ApiClient.objects.create(
            client=client, organisation=organisation, name=name.strip(), kind=kind
        )
        record(
            by=by,
            verb="register_client",
            subject=api_client,
            on=on,
            organisation_id=organisation.pk,
            changes={"scopes": scopes, "kind": str(kind)},
        )
    return NewClient(api_client, str(client.pk), secret)


def oauth_client(name: str, scopes: list[str]) -> Client:
    """An OAuth2 client that shows its own secret; not written yet."""
    client = Client(name=name, type=Client.Type.CONFIDENTIAL)
    client.set_scopes(scopes)
    client.set_default_scopes(scopes)
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    client.set_response_types([])
    return client


def limit_client(
    *, client_pk: int, per_minute: int | None, reason: str, on: date, by: Actor
) -> ApiClient:
    """Set how many requests a minute a client may send; None: as many as all others.

    Holds from its next request. Refuses a number out of bounds, one that is set
    already, and a change without a reason.
    """
    with transaction.atomic():
        api_client = _locked(client_pk)
        can_manage_client(by, api_client).require()
        if per_minute is not None and not LOWEST_LIMIT <= per_minute <= HIGHEST_LIMIT:
            raise Refusal(
                f"每分钟请求上限应为 {LOWEST_LIMIT} 至 {HIGHEST_LIMIT}。",
                field="per_minute",
            )
        if not reason.strip():
            raise Refusal("请填写调整原因。", field="reason")
        before = api_client.requests_per_minute
        if before == per_minute:
            raise Refusal("上限没有变化。", field="per_minute")
        api_client.requests_per_minute = per_minute
        api_client.save(update_fields=["requests_per_minute"])
        record(
            by=by,
            verb="limit_client",
            subject=api_client,
            on=on,
            organisation_id=api_client.organisation_id,
            changes={"requests_per_minute": [before, per_minute]},
            reason=reason.strip(),
        )
    return api_client


def stop_client(*, client_pk: int, reason: str, on: date, by: Actor) -> ApiClient:
    """Close a client for good; its tokens are refused at once. Needs a reason."""
    with transaction.atomic():
        api_client = _locked(client_pk)
        can_manage_client(by, api_client).require()
        if not reason.strip():
            raise Refusal("请填写停用原因。", field="reason")
        api_client.is_active = False
        api_client.save(update_fields=["is_active"])
        record(
            by=by,
            verb="stop_client",
            subject=api_client,
            on=on,
            organisation_id=api_client.organisation_id,
            changes={"is_active": [True, False]},
            reason=reason.strip(),
        )
        if api_client.is_sandbox:
            sandbox.end(api_client.pk)
    return api_client


def _locked(client_pk: int) -> ApiClient:
    rows = ApiClient.objects.select_for_update(of=("self",))
    return rows.select_related("organisation").get(pk=client_pk)
