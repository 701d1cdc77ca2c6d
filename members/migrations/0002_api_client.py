import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0001_initial"),
        ("allauth_idp_oidc", "0003_client_allow_uri_wildcards"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_client",
                        to="allauth_idp_oidc.client",
                        verbose_name="OAuth2 客户端",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_clients",
                        to="members.organisation",
                        verbose_name="工会",
                    ),
                ),
            ],
            options={
                "verbose_name": "接口客户端",
                "verbose_name_plural": "接口客户端",
                "ordering": ("organisation", "id"),
            },
        ),
    ]
