"""A client works in the register or practises in its sandbox."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0022_person_by_group"),
    ]

    operations = [
        migrations.AddField(
            model_name="apiclient",
            name="kind",
            field=models.CharField(
                choices=[("real", "正式"), ("sandbox", "沙箱")],
                default="real",
                max_length=7,
                verbose_name="类别",
            ),
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["real", "sandbox"])),
                name="client_kind_known",
            ),
        ),
    ]
