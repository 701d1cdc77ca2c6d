"""A client may have a limit of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0023_client_kind"),
    ]

    operations = [
        migrations.AddField(
            model_name="apiclient",
            name="requests_per_minute",
            field=models.IntegerField(
                blank=True, null=True, verbose_name="每分钟请求上限"
            ),
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("requests_per_minute", None),
                    ("requests_per_minute__range", (10, 6000)),
                    _connector="OR",
                ),
                name="client_limit_reasonable",
            ),
        ),
    ]
