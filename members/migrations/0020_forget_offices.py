"""A forgotten person's name leaves his offices and ties, and their history."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0019_evidence_resealed"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "forget_offices.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION members_forget_offices(bigint);",
        )
    ]
