"""A year that was archived gets no second partition."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0006_verification"),
        ("core", "0003_audit_by_year"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "archived_years.sql").read_text("utf-8"), migrations.RunSQL.noop
        ),
    ]
