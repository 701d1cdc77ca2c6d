"""Money at the bank has an account of its own, between reserved and spent."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "committed_money.sql"


class Migration(migrations.Migration):
    dependencies = [("assistance", "0002_quick_guards")]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("funding", "来源"),
                    ("available", "可用"),
                    ("reserved", "已预留"),
                    ("committed", "在途"),
                    ("spent", "已支出"),
                ],
                max_length=10,
                verbose_name="科目",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receive", "筹集"),
                    ("transfer", "下拨"),
                    ("reserve", "预留"),
                    ("commit", "送出"),
                    ("spend", "支出"),
                    ("release", "退回可用"),
                    ("take_back", "支出后退回"),
                ],
                max_length=10,
                verbose_name="事项",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
