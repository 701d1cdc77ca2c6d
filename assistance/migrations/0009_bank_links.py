"""The direct link to a bank, its sendings, and what officers decide in doubt."""

from pathlib import Path

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import unionportal.core.fields
import unionportal.core.guards
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0008_close_empty_round"),
        ("members", "0002_api_client"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankSending",
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
                ("number", models.PositiveSmallIntegerField(verbose_name="第几次")),
                ("sha256", models.CharField(max_length=64, verbose_name="报文摘要")),
                ("line_count", models.PositiveIntegerField(verbose_name="行数")),
                ("sent_at", models.DateTimeField(verbose_name="发出时刻")),
                ("closes_at", models.DateTimeField(verbose_name="此后银行不再受理")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "已发出，未得答复"),
                            ("answered", "银行已答复"),
                            ("doubtful", "答复不明"),
                            ("unknown", "银行确认未收到"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                (
                    "outcome_at",
                    models.DateTimeField(null=True, verbose_name="结果时刻"),
                ),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="所见"),
                ),
            ],
            options={
                "verbose_name": "直联发送",
                "verbose_name_plural": "直联发送",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="DoubtDecision",
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
                ("number", models.PositiveSmallIntegerField(verbose_name="序号")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("paid", "银行已付"), ("unpaid", "银行未付")],
                        max_length=8,
                        verbose_name="核实结果",
                    ),
                ),
                ("line_count", models.PositiveIntegerField(verbose_name="笔数")),
                ("reason", models.CharField(max_length=200, verbose_name="依据")),
                ("found_on", models.DateField(verbose_name="核实日期")),
            ],
            options={
                "verbose_name": "存疑核实",
                "verbose_name_plural": "存疑核实",
                "ordering": ("id",),
            },
        ),
        migrations.AddField(
            model_name="payingaccount",
            name="endpoint",
            field=models.URLField(blank=True, default="", verbose_name="直联地址"),
        ),
        migrations.AddField(
            model_name="payingaccount",
            name="link",
            field=models.CharField(
                choices=[("file", "文件交换"), ("direct", "银企直联")],
                default="file",
                max_length=8,
                verbose_name="银行连接",
            ),
        ),
        migrations.AddField(
            model_name="payingaccount",
            name="secret",
            field=unionportal.core.fields.SealedTextField(
                blank=True, null=True, verbose_name="直联密钥"
            ),
        ),
        migrations.AddField(
            model_name="payingaccount",
            name="window_seconds",
            field=models.PositiveIntegerField(
                default=300,
                help_text="报文发出超过这个时间，银行不再受理",
                verbose_name="银行受理时限（秒）",
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="state",
            field=models.CharField(
                choices=[
                    ("planned", "待发放"),
                    ("held", "暂缓"),
                    ("withdrawn", "已撤下"),
                    ("instructed", "已送银行"),
                    ("in_doubt", "存疑"),
                    ("paid", "已到账"),
                    ("returned", "被退回"),
                    ("ended", "终止发放"),
                ],
                default="planned",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="payingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("link", "file"),
                    models.Q(
                        models.Q(("endpoint", ""), _negated=True),
                        ("secret__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="paying_account_direct_has_its_settings",
            ),
        ),
        migrations.AddConstraint(
            model_name="payingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("window_seconds__gte", 1)),
                name="paying_account_window",
            ),
        ),
        migrations.AddField(
            model_name="banksending",
            name="bank_file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sendings",
                to="assistance.bankfile",
                verbose_name="银行指令",
            ),
        ),
        migrations.AddField(
            model_name="doubtdecision",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="doubt_decisions",
                to="assistance.batch",
                verbose_name="批次",
            ),
        ),
        migrations.AddField(
            model_name="doubtdecision",
            name="confirms",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="confirmed_by",
                to="assistance.doubtdecision",
            ),
        ),
        migrations.AddField(
            model_name="doubtdecision",
            name="found_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="核实人",
            ),
        ),
        migrations.AddConstraint(
            model_name="banksending",
            constraint=models.UniqueConstraint(
                fields=("bank_file", "number"), name="sending_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="banksending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closes_at__gt", models.F("sent_at")), ("number__gte", 1)
                ),
                name="sending_window",
            ),
        ),
        migrations.AddConstraint(
            model_name="banksending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "open"), ("outcome_at", None)),
                    models.Q(
                        models.Q(("outcome", "open"), _negated=True),
                        ("outcome_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sending_outcome_has_its_time",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="banksending",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=unionportal.core.guards.FirmTriggerSql(
                    condition='WHEN (OLD."bank_file_id" IS DISTINCT FROM (NEW."bank_file_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."line_count" IS DISTINCT FROM (NEW."line_count") OR OLD."sent_at" IS DISTINCT FROM (NEW."sent_at") OR OLD."closes_at" IS DISTINCT FROM (NEW."closes_at"))',
                    func="RAISE EXCEPTION USING ERRCODE = '23U03', MESSAGE = '直联发送登记后不能修改。';",
                    hash="d3216acbef7a4fc024f5274198bd7e1039f7db54",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_a3600",
                    table="assistance_banksending",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="doubtdecision",
            constraint=models.UniqueConstraint(
                fields=("batch", "number"), name="doubt_decision_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="doubtdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="doubt_decision_says_why",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="doubtdecision",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=unionportal.core.guards.FirmTriggerSql(
                    func="RAISE EXCEPTION USING ERRCODE = '23U02', MESSAGE = '此类记录只能新增，不能修改或删除；更正请另行登记一条。';",
                    hash="fb9a64be12c55d5be1b9749d2c3606460927f1ff",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_98d04",
                    table="assistance_doubtdecision",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(
            (SQL / "sendings.sql").read_text(encoding="utf-8"),
            (SQL / "sendings_down.sql").read_text(encoding="utf-8"),
        ),
    ]
