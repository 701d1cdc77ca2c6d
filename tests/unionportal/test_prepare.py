"""`prepare`: tables, rights and reference data; twice in a row changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from assistance.models import SchemeVersion
from members.models import Division
from tests.clones import APPS
from unionportal.core.models import AuditEntry
from unionportal.core.rights import append_only_tables

ROOT = Path(__file__).resolve().parent.parent.parent


def rights_of(table: str) -> set[str]:
    wanted = (
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "TRUNCATE",
        "REFERENCES",
        "TRIGGER",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, right_) FROM unnest(%s) AS right_",
            [table, list(wanted)],
        )
        held = [row[0] for row in cursor.fetchall()]
    return {name for name, holds in zip(wanted, held, strict=True) if holds}


def every_right() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relacl::text FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','p','S') "
            "ORDER BY relname"
        )
        return list(cursor.fetchall())


def test_preparing_again_changes_nothing(
    committed_db: None, child_environment: dict[str, str]
) -> None:
    rights = every_right()
    divisions = list(Division.objects.order_by("code").values())
    counts = []

    for _ in range(2):
        subprocess.run(
            [sys.executable, "manage.py", "prepare"],
            cwd=ROOT,
            env=child_environment,
            capture_output=True,
            check=True,
        )
        counts.append(AuditEntry.objects.count())

    (intake,) = SchemeVersion.objects.select_related("scheme")
    assert (intake.scheme.code, intake.state) == ("hardship_dossier", "published")
    assert every_right() == rights
    assert list(Division.objects.order_by("code").values()) == divisions
    assert counts[0] == counts[1]


def test_tests_run_as_the_restricted_role(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == ("unionportal_app", "unionportal_app")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine ()",
        "ALTER TABLE members_division ADD COLUMN mine int",
        "DROP TABLE members_division",
        "TRUNCATE members_division",
        "ALTER TABLE core_auditentry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SET ROLE unionportal_owner",
        "DELETE FROM django_migrations",
        "UPDATE core_auditentry SET reason = 'x'",
        "DELETE FROM core_auditentry",
    ],
)
def test_restricted_role_is_refused(db: None, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_restricted_role_may_stage_rows_in_a_temporary_table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE staged (line int)")
        cursor.execute("INSERT INTO staged VALUES (1)")


def test_append_only_tables_can_be_added_to_and_nothing_else(db: None) -> None:
    assert "core_auditentry" in append_only_tables()
    held = {table: rights_of(table) for table in append_only_tables()}

    assert held == {table: {"SELECT", "INSERT"} for table in append_only_tables()}


def test_ordinary_tables_can_be_written(db: None) -> None:
    assert rights_of("members_division") == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_partitions_are_reached_through_their_parent_only(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT assistance_ensure_year(2031)")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
        )
        partitions = [row[0] for row in cursor.fetchall()]

    assert "assistance_payment_2031" in partitions
    assert {table: rights_of(table) for table in partitions} == {
        table: set() for table in partitions
    }


def test_every_model_of_ours_has_its_table(db: None) -> None:
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor, include_views=True))

    ours = {
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.split(".")[0] in APPS
    }
    assert ours - existing == set()


def test_owner_alias_is_out_of_reach_of_a_test(db: None) -> None:
    with pytest.raises(Exception, match="owner"):
        Division.objects.using("owner").count()


def test_environment_of_children_names_the_same_clone(
    db: None, child_environment: dict[str, str]
) -> None:
    name = connection.settings_dict["NAME"]

    assert f"/{name}?" in child_environment["DATABASE_URL"]
    assert f"/{name}?" in child_environment["OWNER_DATABASE_URL"]
    assert os.environ["DATABASE_URL"] == child_environment["DATABASE_URL"]
