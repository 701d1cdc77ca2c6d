"""What was found at a forgotten person's home goes with the address."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("assistance", "0017_visits")]

    operations = [
        migrations.RunSQL(
            (SQL / "forget_visits.sql").read_text(encoding="utf-8"),
            (SQL / "forget_household.sql").read_text(encoding="utf-8"),
        )
    ]
