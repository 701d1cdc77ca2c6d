"""A held payment may say that its payee's account changed; those are found quickly."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("assistance", "0011_link_repeats")]

    operations = [
        migrations.RunSQL(
            (SQL / "account_changes.sql").read_text(encoding="utf-8"),
            (SQL / "account_changes_down.sql").read_text(encoding="utf-8"),
        )
    ]
