"""Verbs of API clients: register a county's system, stop it."""

from dataclasses import dataclass
from datetime import date

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from django.db import transaction

from members.models import ApiClient, Organisation
from members.permissions.access import can_manage_client, can_register_client
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

READ, WRITE = "read", "write"


@dataclass(frozen=True, slots=True)
class NewClient:
    """The client and its secret, which is shown this once and stored hashed."""

    api_client: ApiClient
    client_id: str
    secret: str


def register_client(
    *, organisation_id: int, name: str, on: date, by: Actor, may_write: bool = False
) -> NewClient:
    """Register a union's own system with the reach of that union.

    It reads; with `may_write` it also hands in unions, employers and people in bulk.
    """
    with transaction.atomic():
        organisation = Organisation.objects.get(pk=organisation_id)
        can_register_client(by, organisation).require()
        if not name.strip():
            raise Refusal("请填写客户端名称。", field="name")
        secret: str = get_adapter().generate_client_secret()
        client = Client(name=name.strip(), type=Client.Type.CONFIDENTIAL)
        scopes = [READ, WRITE] if may_write else [READ]
        client.set_scopes(scopes)
        client.set_default_scopes(scopes)
        client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
        client.set_response_types([])
        client.set_secret(secret)
        client.save()
        api_client = ApiClient.objects.create(
            client=client, organisation=organisation, name=name.strip()
        )
        record(
            by=by,
            verb="register_client",
            subject=api_client,
            on=on,
            organisation_id=organisation.pk,
            changes={"scopes": scopes},
        )
    return NewClient(api_client, str(client.pk), secret)


def stop_client(*, client_pk: int, reason: str, on: date, by: Actor) -> ApiClient:
    """Close a client for good; its tokens are refused at once. Needs a reason."""
    with transaction.atomic():
        api_client = (
            ApiClient.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .get(pk=client_pk)
        )
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
    return api_client
