"""A forgotten person's address leaves the dossier and its history."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0012_account_changes"),
        ("members", "0018_privacy_request"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "forget_household.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION assistance_forget_household(bigint);",
        )
    ]
