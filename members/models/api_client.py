"""API clients (接口客户端): a county union's own system and the reach it has."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import ClientKind

CLIENT_LIMIT = 600  # requests a minute, where a client has none of its own
LOWEST_LIMIT, HIGHEST_LIMIT = 10, 6_000


class ApiClient(models.Model):
    """Ties an OAuth2 client to a union; its reach is that union's subtree.

    A sandbox client belongs to the union that registered it and reaches nothing of it:
    its requests are answered from a database of its own (ADR 0019).
    """

    client = models.OneToOneField(
        "allauth_idp_oidc.Client",
        models.PROTECT,
        related_name="api_client",
        verbose_name=_("OAuth2 客户端"),
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="api_clients",
        verbose_name=_("工会"),
    )
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(
        _("类别"), max_length=7, choices=ClientKind.choices, default=ClientKind.REAL
    )
    # Empty: the limit of all clients (`CLIENT_LIMIT`).
    requests_per_minute = models.IntegerField(
        _("每分钟请求上限"), null=True, blank=True
    )
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("接口客户端")
        verbose_name_plural = _("接口客户端")
        ordering = ("organisation", "id")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=ClientKind.values), name="client_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(requests_per_minute=None)
                | models.Q(requests_per_minute__range=(LOWEST_LIMIT, HIGHEST_LIMIT)),
                name="client_limit_reasonable",
            ),
        )

    @property
    def is_sandbox(self) -> bool:
        """Whether it practises instead of working in the register."""
        return self.kind == ClientKind.SANDBOX

    @property
    def limit_in_force(self) -> int:
        """Requests a minute that it may send."""
        own = self.requests_per_minute
        return CLIENT_LIMIT if own is None else own

    def __str__(self) -> str:
        return self.name
