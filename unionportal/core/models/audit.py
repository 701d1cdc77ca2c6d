"""The audit trail (审计记录) and the chain that makes a later change visible.

Entries are inserted by actions. At commit, after every other deferred check, a trigger
takes an advisory lock and links the entry into the chain: sequence, previous digest,
digest. Linking at commit keeps the sequence free of holes and in the order of commits;
linking last means that nothing waits for a row lock while it holds the chain.
"""

import pgtrigger
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgtrigger import compiler

from unionportal.core.guards import (
    APPEND_ONLY,
    FirmTrigger,
    FirmTriggerSql,
    append_only,
    literal,
    raise_sql,
)
from unionportal.core.verb_labels import verb_label

CHAIN_LOCK = 0x41554449  # "AUDI"; the advisory lock under which links are written
FIRST_PREVIOUS = "0" * 64

_UTC = "'YYYY-MM-DD\"T\"HH24:MI:SS.US'"
_CANONICAL_PARTS = (
    "{e}.id::text",
    f"to_char({{e}}.at AT TIME ZONE 'UTC', {_UTC})",
    "to_char({e}.\"on\", 'YYYY-MM-DD')",
    "{e}.verb",
    "{e}.actor_kind",
    "{e}.actor_name",
    "{e}.user_id::text",
    "{e}.person_id::text",
    "{e}.client_id",
    "{e}.subject_kind",
    "{e}.subject_id::text",
    "{e}.organisation_id::text",
    "{e}.changes::text",
    "{e}.reason",
)


def canonical_sql(alias: str) -> str:
    """Return SQL for the text of an entry over which its digest is taken.

    Every part is written with its length in bytes before it, ``~`` for NULL, so that
    no two different entries share a text.
    """
    parts = (part.format(e=alias) for part in _CANONICAL_PARTS)
    return " || ',' || ".join(
        f"COALESCE(octet_length({part})::text || ':' || {part}, '~')" for part in parts
    )


class DefinerTriggerSql(FirmTriggerSql):
    """Runs with its owner's rights; migrations refer to this class."""

    options = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"


class DefinerTrigger(FirmTrigger):
    """Writes at commit what the running role may not write itself."""

    when = pgtrigger.After
    operation = pgtrigger.Insert
    timing = pgtrigger.Deferred

    def compile(self, model: models.Model) -> compiler.Trigger:
        """Compile with the template that switches to the owner's rights."""
        firm = super().compile(model)
        return compiler.Trigger(
            name=self.name, sql=DefinerTriggerSql(**firm.sql.kwargs)
        )


_QUEUE_LINK = """
    INSERT INTO public.core_auditpending (entry_id) VALUES (NEW.id);
    RETURN NULL;
"""

_WRITE_LINK = f"""
    PERFORM pg_advisory_xact_lock({CHAIN_LOCK});
    SELECT l.seq, l.digest INTO last_seq, last_digest
        FROM public.core_auditlink l ORDER BY l.seq DESC LIMIT 1;
    last_seq := COALESCE(last_seq, 0) + 1;
    last_digest := COALESCE(last_digest, '{FIRST_PREVIOUS}');
    SELECT {canonical_sql("e")} INTO STRICT body
        FROM public.core_auditentry e WHERE e.id = NEW.entry_id;
    INSERT INTO public.core_auditlink (seq, entry_id, previous, digest)
        VALUES (last_seq, NEW.entry_id, last_digest, encode(sha256(convert_to(
            last_seq || E'\\n' || last_digest || E'\\n' || body, 'UTF8')), 'hex'));
    DELETE FROM public.core_auditpending WHERE entry_id = NEW.entry_id;
    RETURN NULL;
"""  # noqa: S608 - built from constants

_OWNER_ONLY = f"""
    IF pg_has_role(current_user, (SELECT c.relowner FROM pg_class c
            WHERE c.oid = TG_RELID), 'USAGE') THEN
        RETURN NEW;
    END IF;
    {raise_sql(APPEND_ONLY, literal("审计链由数据库自动登记，不能直接写入。"))}
"""  # noqa: S608 - built from constants


def _only_the_chain() -> pgtrigger.Trigger:
    return FirmTrigger(
        name="only_the_chain",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=_OWNER_ONLY,
    )


class AuditEntry(models.Model):
    """Who made what of which record, when, and why. Never changed, never removed."""

    append_only = True

    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    on = models.DateField(_("业务日期"))
    verb = models.CharField(_("动作"), max_length=60)
    actor_kind = models.CharField(_("身份"), max_length=10)
    actor_name = models.CharField(_("经办人"), max_length=80)
    user_id = models.BigIntegerField(_("用户"), null=True)
    person_id = models.BigIntegerField(_("职工"), null=True)
    client_id = models.CharField(_("接口客户端"), max_length=100, null=True)  # noqa: DJ001 - none is not the same as an empty name
    subject_kind = models.CharField(_("对象类型"), max_length=80)
    subject_id = models.BigIntegerField(_("对象编号"))
    organisation_id = models.BigIntegerField(_("工会"), null=True)
    changes = models.JSONField(_("变更"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("理由"), blank=True, default="")

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("subject_kind", "subject_id", "id"),
                name="core_audit_by_subject",
            ),
            models.Index(
                fields=("organisation_id", "id"), name="core_audit_by_organisation"
            ),
            models.Index(fields=("user_id", "id"), name="core_audit_by_user"),
        )
        triggers = (
            append_only(),
            FirmTrigger(
                name="database_clock",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="NEW.at := clock_timestamp(); RETURN NEW;",
            ),
            DefinerTrigger(name="queue_link", func=_QUEUE_LINK),
        )

    def __str__(self) -> str:
        return f"{self.on} {self.actor_name} {self.verb} {self.subject_kind}#{self.subject_id}"

    @property
    def verb_label(self) -> str:
        """The verb as people read it."""
        return verb_label(self.subject_kind, self.verb)

    @property
    def subject_label(self) -> str:
        """What kind of record it was done to, and its number."""
        return subject_label(self.subject_kind, self.subject_id)


def subject_label(kind: str, number: int) -> str:
    """The name of a kind of record as people read it, with the number where it has one."""
    try:
        name = str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        name = kind
    return f"{name} {number}" if number else name


class AuditLink(models.Model):
    """One link of the chain: the place of an entry and the digest up to it."""

    append_only = True

    seq = models.BigIntegerField(_("序号"), primary_key=True)
    entry = models.OneToOneField(
        AuditEntry,
        models.PROTECT,
        # The entry lies in the partition of its year and may be archived with it.
        db_constraint=False,
        related_name="link",
        verbose_name=_("审计记录"),
    )
    previous = models.CharField(_("前一摘要"), max_length=64)
    digest = models.CharField(_("摘要"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("审计链")
        verbose_name_plural = _("审计链")
        ordering = ("seq",)
        triggers = (append_only(), _only_the_chain())

    def __str__(self) -> str:
        return f"{self.seq} {self.digest[:12]}"


class AuditPending(models.Model):
    """Entries of a commit in progress that still wait for their link; else empty."""

    entry = models.OneToOneField(
        AuditEntry,
        models.PROTECT,
        primary_key=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("审计记录"),
    )

    class Meta:
        verbose_name = _("待入链记录")
        verbose_name_plural = _("待入链记录")
        triggers = (
            _only_the_chain(),
            DefinerTrigger(
                name="write_link",
                func=_WRITE_LINK,
                declare=[
                    ("last_seq", "bigint"),
                    ("last_digest", "text"),
                    ("body", "text"),
                ],
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
