"""The guard of payments calls a payment in doubt what the portal calls it: 存疑."""

from pathlib import Path

from django.db import migrations

NOW = (Path(__file__).with_name("sql") / "payment_guard_doubt.sql").read_text(
    encoding="utf-8"
)
BEFORE = NOW.replace("存疑", "待银行确认")


class Migration(migrations.Migration):
    dependencies = [("assistance", "0009_bank_links")]

    operations = [migrations.RunSQL(NOW, BEFORE)]
