"""What was told and said before an exit goes with the rest of a forgotten household."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("assistance", "0021_leavings")]

    operations = [
        migrations.RunSQL(
            (SQL / "forget_leavings.sql").read_text(encoding="utf-8"),
            (SQL / "forget_visits.sql").read_text(encoding="utf-8"),
        )
    ]
