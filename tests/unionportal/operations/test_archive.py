"""A year goes out of the running tables and comes back; the proofs never lose it."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from assistance.actions.rounds import cancel_round
from assistance.models import Determination, Payment, Round
from assistance.queries.ledger import ledger_proof
from tests.assistance import builders as make
from tests.settings import CLONE
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import audit_head, verify_chain
from unionportal.core.models import ArchivedYear, AuditEntry
from unionportal.embedded import SUPERUSER, Engines

ROOT = Path(__file__).resolve().parents[3]
YEAR = 2025


def archive_year(environment: dict[str, str], *options: str) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "manage.py", "archive_year", str(YEAR), *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def as_superuser(engines: Engines, *statements: str) -> None:
    session = psycopg2.connect(engines.addresses.database(role=SUPERUSER, name=CLONE))
    session.autocommit = True
    for statement in statements:
        session.cursor().execute(statement)
    session.close()


@pytest.fixture
def settled_year(committed_db: None) -> Round:
    """A year with entries and answers, nothing of it open."""
    make.standard()
    make.dossier()
    return make.computed_round()


def test_a_year_is_archived_read_and_brought_back(
    settled_year: Round, child_environment: dict[str, str], running_engines: Engines
) -> None:
    code, said = archive_year(child_environment, "--detach")
    assert (code, "轮次没有办结" in said) == (1, True)
    assert ArchivedYear.objects.count() == 0
    # Its answers stay for this test: an owner's hand ends the round without losing them.
    as_superuser(
        running_engines,
        "ALTER TABLE assistance_round DISABLE TRIGGER USER",
        "UPDATE assistance_round SET state = 'closed', closed_on = '2025-12-31'",
        "ALTER TABLE assistance_round ENABLE TRIGGER USER",
    )
    proof, head, entries = ledger_proof(), audit_head(), AuditEntry.objects.count()
    answers = list(Determination.objects.order_by("id").values())
    assert answers

    code, said = archive_year(child_environment, "--detach")

    assert code == 0, said
    assert not Determination.objects.exists()
    assert not AuditEntry.objects.filter(on__year=YEAR).exists()
    assert ledger_proof() == proof
    report = verify_chain(expected_head=head)
    assert (report.fault, report.head_known) == ("", True)
    assert report.count == entries + 1
    exported = sorted((settings.VAR_DIR / "archive" / str(YEAR)).iterdir())
    assert [path.name for path in exported] == [
        "assistance_determination.copy.gz",
        "assistance_payment.copy.gz",
        "core_auditentry.copy.gz",
        "manifest.json",
    ]
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM archive.assistance_determination_2025")
    with pytest.raises(DatabaseError, match="已归档"), transaction.atomic():
        make.opened_round(at=make.CITY, version=settled_year.version)

    code, said = archive_year(child_environment, "--attach")

    assert code == 0, said
    assert list(Determination.objects.order_by("id").values()) == answers
    assert ledger_proof() == proof
    assert verify_chain().count == entries + 2
    assert ArchivedYear.objects.count() == 0


def test_what_changed_in_the_archive_does_not_come_back_and_what_is_gone_is_named(
    settled_year: Round, child_environment: dict[str, str], running_engines: Engines
) -> None:
    cancel_round(round_id=settled_year.pk, reason="有误", on=make.ON, by=SYSTEM)
    assert archive_year(child_environment, "--detach")[0] == 0
    table = f"archive.core_auditentry_{YEAR}"
    as_superuser(
        running_engines,
        f"UPDATE {table} SET reason = '改了' WHERE verb = 'cancel_round'",
    )

    code, said = archive_year(child_environment, "--attach")
    assert (code, "与归档时不一致" in said) == (1, True)
    assert "改动" in verify_chain().fault

    as_superuser(running_engines, f"DROP TABLE {table} CASCADE")
    assert "2025 年已归档，且不在库中" in verify_chain().fault
    assert "先挂回" in ledger_proof().problems[0].sentence

    code, said = archive_year(child_environment, "--attach")
    assert code == 0, said
    assert verify_chain().fault == ""
    assert ledger_proof().problems == ()


def plan_of(queryset: object) -> str:
    return str(queryset.explain())  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_question_about_one_year_reads_one_partition() -> None:
    with connection.cursor() as cursor:
        for year in (2024, 2025, 2026):
            cursor.execute("SELECT assistance_ensure_year(%s)", [year])
    for model in (Determination, Payment):
        plan = plan_of(model.objects.filter(year=2025))
        table = model._meta.db_table
        assert f"{table}_2025" in plan
        assert f"{table}_2024" not in plan
        assert f"{table}_2026" not in plan
    this_year = AuditEntry.objects.earliest("id").on.year
    days = (date(this_year, 1, 1), date(this_year, 12, 31))
    plan = plan_of(AuditEntry.objects.filter(on__range=days))
    assert f"core_auditentry_{this_year}" in plan
    assert f"core_auditentry_{this_year + 1}" not in plan
    assert "core_auditentry_other" not in plan
