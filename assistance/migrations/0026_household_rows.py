"""The people of a household are named in the application, and stay the same rows."""

import django.db.models.deletion
import unionportal.core.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assistance", "0025_dossier_intakes")]

    operations = [
        migrations.AlterField(
            model_name="householdmember",
            name="dossier",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="assistance.householddossier",
                verbose_name="档案",
            ),
        ),
        migrations.AddField(
            model_name="householdmember",
            name="application",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="household",
                to="assistance.aidapplication",
                verbose_name="建档申请",
            ),
        ),
        migrations.AddField(
            model_name="householdmember",
            name="health",
            field=models.CharField(
                blank=True,
                choices=[
                    ("healthy", "健康"),
                    ("chronic", "慢性病"),
                    ("serious", "大病"),
                    ("disabled", "残疾"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="健康状况",
            ),
        ),
        migrations.AddField(
            model_name="householdmember",
            name="place",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=60,
                verbose_name="就读学校或工作单位",
            ),
        ),
        migrations.AddField(
            model_name="householdmember",
            name="yearly_income",
            field=models.DecimalField(
                decimal_places=2,
                max_digits=14,
                null=True,
                verbose_name="本人年收入",
            ),
        ),
        migrations.AddField(
            model_name="householdmember",
            name="phone",
            field=unionportal.core.fields.SealedTextField(
                null=True, verbose_name="手机号"
            ),
        ),
        migrations.AddField(
            model_name="householdmember",
            name="moved_out_on",
            field=models.DateField(null=True, verbose_name="迁出日期"),
        ),
        migrations.AddConstraint(
            model_name="householdmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("dossier__isnull", False),
                    ("application__isnull", False),
                    _connector="OR",
                ),
                name="household_member_of_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="householdmember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("id_number_index", ""), _negated=True),
                fields=("application", "id_number_index"),
                name="household_member_once",
            ),
        ),
    ]
