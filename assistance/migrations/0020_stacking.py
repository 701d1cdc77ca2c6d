"""Groups of schemes, their terms, and what each human has of them."""

from pathlib import Path

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import unionportal.core.guards
from django.db import migrations, models


SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0019_claims_of_humans"),
        ("members", "0020_forget_offices"),
    ]

    operations = [
        migrations.CreateModel(
            name="StackedScheme",
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
                ("code", models.SlugField(max_length=40, verbose_name="叠加规则")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stacked",
                        to="assistance.schemeversion",
                        verbose_name="方案版本",
                    ),
                ),
            ],
            options={
                "verbose_name": "方案所属叠加规则",
                "verbose_name_plural": "方案所属叠加规则",
                "ordering": ("version", "code"),
            },
        ),
        migrations.CreateModel(
            name="StackingBalance",
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
                (
                    "code",
                    models.SlugField(
                        db_index=False, max_length=40, verbose_name="叠加规则"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("count", models.PositiveIntegerField(verbose_name="次数")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, verbose_name="金额"
                    ),
                ),
                (
                    "count_limit",
                    models.PositiveIntegerField(null=True, verbose_name="次数上限"),
                ),
                (
                    "amount_limit",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="金额上限",
                    ),
                ),
                (
                    "human",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="members.person",
                        verbose_name="受助人或收款人",
                    ),
                ),
            ],
            options={
                "verbose_name": "叠加占用",
                "verbose_name_plural": "叠加占用",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="StackingGroup",
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
                ("code", models.SlugField(max_length=40, verbose_name="代码")),
                ("since", models.PositiveSmallIntegerField(verbose_name="自年度")),
                ("covers", models.CharField(max_length=30, verbose_name="适用的资金")),
                (
                    "rule",
                    models.CharField(
                        choices=[("exclusive", "只享受一项"), ("cap", "金额上限")],
                        max_length=10,
                        verbose_name="规则",
                    ),
                ),
                (
                    "per",
                    models.CharField(
                        choices=[("subject", "受助人"), ("payee", "收款人")],
                        max_length=8,
                        verbose_name="按谁计算",
                    ),
                ),
                (
                    "per_time",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="每次上限",
                    ),
                ),
                (
                    "per_year",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="每年上限",
                    ),
                ),
                (
                    "excess",
                    models.CharField(
                        choices=[("cut", "减去超出部分"), ("refuse", "不予发放")],
                        max_length=6,
                        verbose_name="超出时",
                    ),
                ),
                ("document", models.CharField(max_length=60, verbose_name="依据文件")),
            ],
            options={
                "verbose_name": "叠加规则",
                "verbose_name_plural": "叠加规则",
                "ordering": ("code", "since"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "since"), name="stacking_group_terms"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("per_time", None),
                                ("per_year", None),
                                ("rule", "exclusive"),
                            ),
                            models.Q(
                                ("rule", "cap"),
                                models.Q(
                                    ("per_time__gt", 0),
                                    ("per_year__gt", 0),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="stacking_group_sums",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stackinggroup",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=unionportal.core.guards.FirmTriggerSql(
                    func="RAISE EXCEPTION USING ERRCODE = '23U02', MESSAGE = '叠加规则生效后不能修改；另定新的年度起点。';",
                    hash="9be35d90edbc24a6917cd2facfe21a9516346f70",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ebfa5",
                    table="assistance_stackinggroup",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="stackedscheme",
            constraint=models.UniqueConstraint(
                fields=("version", "code"), name="stacked_scheme_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stackingbalance",
            constraint=models.UniqueConstraint(
                fields=("human", "code", "year"), name="stacking_one_balance"
            ),
        ),
        migrations.AddConstraint(
            model_name="stackingbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("count_limit", None),
                    ("count__lte", models.F("count_limit")),
                    _connector="OR",
                ),
                name="stacking_within_count",
            ),
        ),
        migrations.AddConstraint(
            model_name="stackingbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gte", 0),
                    models.Q(
                        ("amount_limit", None),
                        ("amount__lte", models.F("amount_limit")),
                        _connector="OR",
                    ),
                ),
                name="stacking_within_amount",
            ),
        ),
        migrations.RunSQL(
            (SQL / "stacking.sql").read_text("utf-8"),
            (SQL / "stacking_down.sql").read_text("utf-8"),
        ),
    ]
