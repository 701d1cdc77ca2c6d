"""A claim names the human it is for, so that one human is paid once.

Claims made so far are of households, whose payee is the principal. It stops where two
live claims of one scheme and occurrence are for one human: look into those first.
"""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0018_forget_visits"),
        ("members", "0020_forget_offices"),
    ]

    operations = [
        migrations.AddField(
            model_name="paymentclaim",
            name="ended",
            field=models.BooleanField(default=False, verbose_name="已终止"),
        ),
        migrations.RunSQL(
            "ALTER TABLE assistance_paymentclaim ADD COLUMN human_id bigint",
            "ALTER TABLE assistance_paymentclaim DROP COLUMN human_id",
            state_operations=[
                migrations.AddField(
                    model_name="paymentclaim",
                    name="human",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="members.person",
                        verbose_name="受助人",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            (SQL / "claims_of_humans.sql").read_text("utf-8"),
            (SQL / "claims_of_humans_down.sql").read_text("utf-8"),
        ),
        migrations.AddConstraint(
            model_name="paymentclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended", False), ("released", False)),
                fields=("human", "scheme", "occurrence"),
                name="claim_one_per_human",
            ),
        ),
    ]
