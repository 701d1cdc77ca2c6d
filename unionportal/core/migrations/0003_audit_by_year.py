"""The audit trail by business year, and the list of archived years."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("core", "0002_upload")]

    operations = [
        migrations.CreateModel(
            name="ArchivedYear",
            fields=[
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        primary_key=True, serialize=False, verbose_name="年度"
                    ),
                ),
                ("archived_on", models.DateField(verbose_name="归档日期")),
                ("tables", models.JSONField(verbose_name="内容")),
            ],
            options={
                "verbose_name": "归档年度",
                "verbose_name_plural": "归档年度",
                "ordering": ("year",),
            },
        ),
        migrations.AlterField(
            model_name="auditlink",
            name="entry",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="link",
                to="core.auditentry",
                verbose_name="审计记录",
            ),
        ),
        migrations.RunSQL(
            (SQL / "audit_by_year.sql").read_text("utf-8"), migrations.RunSQL.noop
        ),
    ]
