"""Applications for a dossier walk on: visited, noticed, filed; forgotten with the rest."""

from pathlib import Path

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import unionportal.core.guards
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0024_used_once"),
        ("members", "0026_own_flag"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DossierIntake",
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
                ("visited_on", models.DateField(verbose_name="入户日期")),
                ("visitors", models.CharField(max_length=60, verbose_name="走访人")),
                (
                    "hardship_class",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("deep", "深度困难"),
                            ("relative", "相对困难"),
                            ("accidental", "意外致困"),
                        ],
                        max_length=12,
                        verbose_name="拟核定类别",
                    ),
                ),
                (
                    "class_reason",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        verbose_name="核定类别的理由",
                    ),
                ),
            ],
            options={
                "verbose_name": "建档办理",
                "verbose_name_plural": "建档办理",
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="aidapplication",
            name="state_guard",
        ),
        migrations.RemoveConstraint(
            model_name="aidapplication",
            name="aid_application_once_per_subject",
        ),
        migrations.RemoveConstraint(
            model_name="aidapplication",
            name="aid_application_paper_used_once",
        ),
        migrations.AlterField(
            model_name="aidapplication",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("submitted", "待受理"),
                    ("asked", "待补材料"),
                    ("accepted", "已受理"),
                    ("visited", "已入户"),
                    ("noticed", "建档公示中"),
                    ("filed", "已建档"),
                    ("refused", "不予受理"),
                    ("withdrawn", "已撤回"),
                ],
                default="draft",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aidapplication",
            trigger=pgtrigger.compiler.Trigger(
                name="state_guard",
                sql=unionportal.core.guards.FirmTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                IF COALESCE(NEW.\"state\" = ANY(ARRAY['draft']::text[]), FALSE) THEN RETURN NEW; END IF;\n                RAISE EXCEPTION USING ERRCODE = '23U01', MESSAGE = '新建的帮扶申请不能是“' || CASE NEW.\"state\" WHEN 'draft' THEN '草稿' WHEN 'submitted' THEN '待受理' WHEN 'asked' THEN '待补材料' WHEN 'accepted' THEN '已受理' WHEN 'refused' THEN '不予受理' WHEN 'withdrawn' THEN '已撤回' WHEN 'visited' THEN '已入户' WHEN 'noticed' THEN '建档公示中' WHEN 'filed' THEN '已建档' ELSE COALESCE(NEW.\"state\", '空') END || '”；请从流程的第一步办起。';\n            END IF;\n            IF (OLD.\"state\" IS NOT DISTINCT FROM NEW.\"state\" OR COALESCE(OLD.\"state\" || '>' || NEW.\"state\" = ANY(ARRAY['draft>submitted', 'submitted>asked', 'asked>submitted', 'submitted>accepted', 'submitted>refused', 'asked>refused', 'refused>submitted', 'draft>withdrawn', 'submitted>withdrawn', 'asked>withdrawn', 'accepted>withdrawn', 'accepted>visited', 'visited>noticed', 'noticed>filed', 'accepted>refused', 'visited>refused', 'noticed>refused', 'visited>withdrawn']::text[]), FALSE)) THEN RETURN NEW; END IF;\n            RAISE EXCEPTION USING ERRCODE = '23U01', MESSAGE = '帮扶申请不能从“' || CASE OLD.\"state\" WHEN 'draft' THEN '草稿' WHEN 'submitted' THEN '待受理' WHEN 'asked' THEN '待补材料' WHEN 'accepted' THEN '已受理' WHEN 'refused' THEN '不予受理' WHEN 'withdrawn' THEN '已撤回' WHEN 'visited' THEN '已入户' WHEN 'noticed' THEN '建档公示中' WHEN 'filed' THEN '已建档' ELSE COALESCE(OLD.\"state\", '空') END || '”改为“' || CASE NEW.\"state\" WHEN 'draft' THEN '草稿' WHEN 'submitted' THEN '待受理' WHEN 'asked' THEN '待补材料' WHEN 'accepted' THEN '已受理' WHEN 'refused' THEN '不予受理' WHEN 'withdrawn' THEN '已撤回' WHEN 'visited' THEN '已入户' WHEN 'noticed' THEN '建档公示中' WHEN 'filed' THEN '已建档' ELSE COALESCE(NEW.\"state\", '空') END || '”；请刷新后按流程办理。';\n        ",
                    hash="1d34ff39dc4c1f77164a86001ba3dcf1af4f8dae",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_state_guard_5bee3",
                    table="assistance_aidapplication",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="aidapplication",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ("submitted", "asked", "accepted", "visited", "noticed"),
                    )
                ),
                fields=("scheme", "occurrence", "id_number_index"),
                name="aid_application_once_per_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="aidapplication",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ("submitted", "asked", "accepted", "visited", "noticed"),
                    ),
                    models.Q(("used_once", ""), _negated=True),
                ),
                fields=("scheme", "used_once"),
                name="aid_application_paper_used_once",
            ),
        ),
        migrations.AddField(
            model_name="dossierintake",
            name="announced_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="公示人",
            ),
        ),
        migrations.AddField(
            model_name="dossierintake",
            name="application",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="intake",
                to="assistance.aidapplication",
                verbose_name="建档申请",
            ),
        ),
        migrations.AddField(
            model_name="dossierintake",
            name="dossier",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="intake",
                to="assistance.householddossier",
                verbose_name="档案",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dossierintake",
            trigger=pgtrigger.compiler.Trigger(
                name="keep",
                sql=unionportal.core.guards.FirmTriggerSql(
                    condition="WHEN (OLD.\"visitors\" >= '')",
                    func="RAISE EXCEPTION USING ERRCODE = '23U03', MESSAGE = '建档办理记录不能删除。';",
                    hash="54fd882fb7123da73ea164904b89a62b1835df64",
                    operation="DELETE",
                    pgid="pgtrigger_keep_f5497",
                    table="assistance_dossierintake",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(
            (SQL / "forget_intakes.sql").read_text(encoding="utf-8"),
            (SQL / "forget_applications.sql").read_text(encoding="utf-8"),
        ),
    ]
