"""The audit trail: append-only, linked at commit, every single change found."""

import json
import threading
from datetime import date
from io import StringIO
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import audit_head, history_of, record, verify_chain
from unionportal.core.models import AuditEntry, AuditLink, AuditPending

ON = date(2014, 12, 1)
OFFICER = Actor(kind="staff", name="王经办", user_id=7)


def write(count: int = 1) -> list[AuditEntry]:
    with transaction.atomic():
        return [
            record(
                by=OFFICER,
                verb="approve_batch",
                subject=("assistance.batch", number),
                on=ON,
                changes={"state": ["checked", "approved"]},
                reason="材料齐全，“同意”",
            )
            for number in range(1, count + 1)
        ]


def as_superuser(statement: str) -> None:
    """What an intruder with every right may write, triggers switched off."""
    address = settings.DATABASES["default"]
    line = psycopg2.connect(
        host=address["HOST"], dbname=address["NAME"], user="postgres"
    )
    with line, line.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        number = line.info.backend_pid
    line.close()
    # Its end is not waited for by close(), but by whoever drops the database.
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [number])
            if cursor.fetchone() is None:
                break


@pytest.fixture
def empty_chain(committed_db: None) -> None:
    """Real commits, without the entries that loading reference data left."""
    as_superuser(
        "TRUNCATE core_auditlink, core_auditpending, core_auditentry RESTART IDENTITY"
    )


def test_record_keeps_who_what_and_why(db: None) -> None:
    entry = write()[0]
    entry.refresh_from_db()
    assert (entry.actor_name, entry.user_id, entry.verb) == (
        "王经办",
        7,
        "approve_batch",
    )
    assert entry.changes == {"state": ["checked", "approved"]}
    assert list(history_of(("assistance.batch", 1))) == [entry]


def test_record_accepts_a_model_as_subject(db: None) -> None:
    first = write()[0]
    with transaction.atomic():
        about = record(by=SYSTEM, verb="note", subject=first, on=ON)
    assert (about.subject_kind, about.subject_id) == ("core.auditentry", first.pk)


def test_record_takes_its_instant_from_the_database(db: None) -> None:
    with transaction.atomic():
        entry = AuditEntry.objects.create(
            at="1999-01-01T00:00:00Z",
            on=ON,
            verb="note",
            actor_kind="system",
            actor_name="系统",
            subject_kind="core.job",
            subject_id=1,
        )
    entry.refresh_from_db()
    assert entry.at.year > 1999


def test_record_refuses_outside_a_transaction(empty_chain: None) -> None:
    with pytest.raises(TransactionManagementError):
        record(by=SYSTEM, verb="note", subject=("core.job", 1), on=ON)
    assert AuditEntry.objects.count() == 0


def test_chain_is_linked_at_commit(empty_chain: None) -> None:
    assert audit_head() == "0" * 64
    with transaction.atomic():
        write(2)
        assert AuditLink.objects.count() == 0
    assert list(AuditLink.objects.values_list("seq", flat=True)) == [1, 2]
    assert AuditLink.objects.get(seq=2).digest == audit_head()
    assert AuditPending.objects.count() == 0


def test_chain_follows_commits_and_leaves_no_hole_after_a_rollback(
    empty_chain: None,
) -> None:
    first = write()[0]
    with transaction.atomic():
        write(3)
        transaction.set_rollback(True)
    last = write()[0]
    links = list(AuditLink.objects.values_list("seq", "entry_id"))
    assert links == [(1, first.pk), (2, last.pk)]
    assert last.pk == first.pk + 4
    assert verify_chain().fault == ""


def test_parallel_commits_leave_no_hole_and_no_fork(empty_chain: None) -> None:
    def act() -> None:
        for _turn in range(10):
            write(2)
        connection.close()

    threads = [threading.Thread(target=act) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = verify_chain()
    assert (report.count, report.fault) == (160, "")


def test_commit_on_an_old_view_of_the_chain_is_refused_and_forks_nothing(
    empty_chain: None,
) -> None:
    """Nothing of ours writes under REPEATABLE READ; who does so meets the link's key."""

    def act_meanwhile() -> None:
        write()
        connection.close()

    @transaction.atomic
    def act_on_an_old_view() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM core_auditlink")
        meanwhile = threading.Thread(target=act_meanwhile)
        meanwhile.start()
        meanwhile.join()
        write(2)

    with pytest.raises(IntegrityError, match="core_auditlink_pkey"):
        act_on_an_old_view()
    report = verify_chain()

    assert (report.count, report.fault) == (1, "")
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("model", [AuditEntry, AuditLink])
def test_running_role_cannot_change_or_remove(
    empty_chain: None, model: type[AuditEntry] | type[AuditLink]
) -> None:
    write(2)
    before = audit_head()
    column = "reason" if model is AuditEntry else "digest"
    table = model._meta.db_table
    for statement in (
        f"UPDATE {table} SET {column} = 'x'",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert audit_head() == before
    assert verify_chain().count == 2


def test_running_role_cannot_write_links(empty_chain: None) -> None:
    entry = write()[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditLink.objects.create(seq=2, entry=entry, previous="0" * 64, digest="1" * 64)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditPending.objects.create(entry=entry)
    assert verify_chain().count == 1


INSERTED_PAST_THE_TRIGGER = """
    INSERT INTO core_auditentry (id, at, "on", verb, actor_kind, actor_name,
        subject_kind, subject_id, changes, reason)
    VALUES (99, now(), now(), 'x', 'staff', 'x', 'x', 1, '{{}}', '')
"""


@pytest.mark.parametrize(
    ("statement", "place", "word"),
    [
        ("UPDATE core_auditentry SET reason = '' WHERE id = {e}", (3, 3), "改动"),
        ("UPDATE core_auditentry SET changes = '{{}}' WHERE id = {e}", (3, 3), "改动"),
        (
            "UPDATE core_auditentry SET at = at + interval '1 us' WHERE id = {e}",
            (3, 3),
            "改动",
        ),
        (
            "UPDATE core_auditlink SET previous = digest WHERE seq = 3",
            (3, 3),
            "改动",
        ),
        ("DELETE FROM core_auditentry WHERE id = {e}", (3, 3), "删除"),
        ("DELETE FROM core_auditlink WHERE seq = 3", (3, None), "删除"),
        (INSERTED_PAST_THE_TRIGGER, (None, 99), "绕过"),
    ],
)
def test_verify_names_the_row_that_breaks(
    empty_chain: None,
    statement: str,
    place: tuple[int | None, int | None],
    word: str,
) -> None:
    entries = write(5)
    assert verify_chain().fault == ""
    as_superuser(statement.format(e=entries[2].pk))
    report = verify_chain()
    assert word in report.fault
    assert (report.seq, report.entry_id) == place


def run_command(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_verify_command_prints_count_and_head(empty_chain: None) -> None:
    write(3)
    assert run_command() == f"已核对 3 条，链头 {audit_head()}\n"
    stated: dict[str, Any] = json.loads(run_command("--json"))
    assert (stated["count"], stated["head"], stated["sound"]) == (3, audit_head(), True)


def test_verify_command_finds_a_cut_tail_by_a_head_kept_elsewhere(
    empty_chain: None,
) -> None:
    write(2)
    kept = audit_head()
    assert run_command("--head", kept)
    as_superuser("DELETE FROM core_auditlink WHERE seq = 2")
    as_superuser("DELETE FROM core_auditentry WHERE subject_id = 2")
    assert run_command()
    with pytest.raises(CommandError, match="截断") as refused:
        run_command("--head", kept)
    assert refused.value.returncode == 1


def test_verify_command_ends_with_one_and_names_the_entry(empty_chain: None) -> None:
    entry = write(2)[1]
    as_superuser(f"UPDATE core_auditentry SET verb = 'x' WHERE id = {entry.pk}")
    with pytest.raises(CommandError, match=f"第 2 环，审计记录 {entry.pk}") as refused:
        run_command("--json")
    assert refused.value.returncode == 1


def test_chain_waits_for_nobody_s_row_lock(empty_chain: None) -> None:
    """The link is the last deferred check, after those of foreign keys."""
    with transaction.atomic(), connection.cursor() as cursor:
        write()
        cursor.execute("CREATE TEMP TABLE parent (id int PRIMARY KEY)")
        cursor.execute(
            "CREATE TEMP TABLE child (id int REFERENCES parent"
            " DEFERRABLE INITIALLY DEFERRED)"
        )
        cursor.execute(
            "CREATE FUNCTION pg_temp.count_links() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE NOTICE 'links %', (SELECT count(*) FROM core_auditlink);"
            " RETURN NULL; END $$"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON child DEFERRABLE INITIALLY"
            " DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.count_links()"
        )
        cursor.execute("INSERT INTO parent VALUES (1)")
        cursor.execute("INSERT INTO child VALUES (1)")
        fired = connection.connection.notices
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE child, parent")
    assert [line.strip() for line in fired if "links" in line] == ["NOTICE:  links 0"]
    assert AuditLink.objects.count() == 1
