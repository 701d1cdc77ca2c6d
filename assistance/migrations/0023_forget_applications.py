"""What a forgotten person applied for goes with him; the row stays for the figures."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("assistance", "0022_forget_leavings")]

    operations = [
        migrations.RunSQL(
            (SQL / "forget_applications.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION assistance_forget_applications(bigint);",
        )
    ]
