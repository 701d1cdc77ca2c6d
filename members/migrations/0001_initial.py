import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
import unionportal.core.fields
import unionportal.core.guards
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="User",
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
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="last login"
                    ),
                ),
                (
                    "username",
                    models.CharField(max_length=40, unique=True, verbose_name="用户名"),
                ),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                (
                    "is_staff",
                    models.BooleanField(default=False, verbose_name="工会工作人员"),
                ),
                (
                    "must_change_password",
                    models.BooleanField(default=False, verbose_name="须修改密码"),
                ),
            ],
            options={
                "verbose_name": "用户",
                "verbose_name_plural": "用户",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Notice",
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
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                (
                    "about_kind",
                    models.CharField(max_length=40, verbose_name="事项类型"),
                ),
                ("about_id", models.BigIntegerField(verbose_name="事项编号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "公示中"),
                            ("ended", "公示期满"),
                            ("cancelled", "已撤销"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="公示开始")),
                (
                    "working_days",
                    models.PositiveSmallIntegerField(verbose_name="工作日"),
                ),
                ("ends_on", models.DateField(verbose_name="公示结束")),
                (
                    "is_provisional",
                    models.BooleanField(default=False, verbose_name="结束日期暂定"),
                ),
                ("counted", models.JSONField(default=list, verbose_name="期限计算")),
                (
                    "line_count",
                    models.PositiveIntegerField(default=0, verbose_name="人数"),
                ),
                (
                    "published_by_name",
                    models.CharField(max_length=60, verbose_name="发布人"),
                ),
                (
                    "published_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="发布时间",
                    ),
                ),
                (
                    "closed_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="实际结束日期"
                    ),
                ),
                (
                    "closed_by_name",
                    models.CharField(blank=True, max_length=60, verbose_name="结束人"),
                ),
                (
                    "cancel_reason",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="撤销原因"
                    ),
                ),
            ],
            options={
                "verbose_name": "公示",
                "verbose_name_plural": "公示",
                "ordering": ("-starts_on", "-id"),
            },
        ),
        migrations.CreateModel(
            name="BankAccount",
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
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("bank_name", models.CharField(max_length=60, verbose_name="开户行")),
                (
                    "number",
                    unionportal.core.fields.SealedTextField(verbose_name="账号"),
                ),
                (
                    "number_index",
                    models.CharField(
                        editable=False, max_length=32, verbose_name="账号索引"
                    ),
                ),
                (
                    "number_last4",
                    models.CharField(max_length=4, verbose_name="账号后四位"),
                ),
                ("holder_name", models.CharField(max_length=60, verbose_name="户名")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "待核验"),
                            ("verified", "使用中"),
                            ("stopped", "已停用"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "created_by_name",
                    models.CharField(max_length=60, verbose_name="登记人"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="登记时间",
                    ),
                ),
                (
                    "verified_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="核验时间"
                    ),
                ),
                (
                    "stopped_by_name",
                    models.CharField(blank=True, max_length=60, verbose_name="停用人"),
                ),
                (
                    "stopped_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="停用时间"
                    ),
                ),
                (
                    "stop_reason",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="停用原因"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记用户",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核验人",
                    ),
                ),
            ],
            options={
                "verbose_name": "收款账户",
                "verbose_name_plural": "收款账户",
                "ordering": ("person", "-version"),
            },
        ),
        migrations.CreateModel(
            name="Division",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=9,
                        primary_key=True,
                        serialize=False,
                        verbose_name="代码",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("province", "省级"),
                            ("prefecture", "地市级"),
                            ("county", "县级"),
                            ("township", "乡镇级"),
                        ],
                        max_length=10,
                        verbose_name="层级",
                    ),
                ),
                (
                    "valid_from",
                    models.DateField(blank=True, null=True, verbose_name="启用日期"),
                ),
                (
                    "valid_to",
                    models.DateField(blank=True, null=True, verbose_name="停用日期"),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="members.division",
                        verbose_name="上级",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="members.division",
                        verbose_name="承继区划",
                    ),
                ),
            ],
            options={
                "verbose_name": "行政区划",
                "verbose_name_plural": "行政区划",
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="NoticeLine",
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
                    "about_kind",
                    models.CharField(max_length=40, verbose_name="对象类型"),
                ),
                ("about_id", models.BigIntegerField(verbose_name="对象编号")),
                ("name_masked", models.CharField(max_length=60, verbose_name="姓名")),
                ("unit_name", models.CharField(max_length=90, verbose_name="单位")),
                (
                    "note",
                    models.CharField(blank=True, max_length=60, verbose_name="类别"),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="lines",
                        to="members.notice",
                        verbose_name="公示",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示名单",
                "verbose_name_plural": "公示名单",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Organisation",
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
                ("path", models.CharField(max_length=255, unique=True)),
                ("depth", models.PositiveIntegerField()),
                ("numchild", models.PositiveIntegerField(default=0)),
                (
                    "code",
                    models.CharField(max_length=18, unique=True, verbose_name="代码"),
                ),
                ("name", models.CharField(max_length=90, verbose_name="名称")),
                ("short_name", models.CharField(max_length=60, verbose_name="简称")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("province", "省级总工会"),
                            ("prefecture", "市级总工会"),
                            ("county", "县级总工会"),
                            ("township", "乡镇（街道）工会"),
                            ("basic", "基层工会"),
                        ],
                        max_length=10,
                        verbose_name="层级",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.division",
                        verbose_name="所在区划",
                    ),
                ),
            ],
            options={
                "verbose_name": "工会组织",
                "verbose_name_plural": "工会组织",
                "ordering": ("path",),
            },
        ),
        migrations.AddField(
            model_name="notice",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="members.organisation",
                verbose_name="公示工会",
            ),
        ),
        migrations.CreateModel(
            name="OrganisationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("path", models.CharField(max_length=255)),
                ("depth", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=18, verbose_name="代码")),
                ("name", models.CharField(max_length=90, verbose_name="名称")),
                ("short_name", models.CharField(max_length=60, verbose_name="简称")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("province", "省级总工会"),
                            ("prefecture", "市级总工会"),
                            ("county", "县级总工会"),
                            ("township", "乡镇（街道）工会"),
                            ("basic", "基层工会"),
                        ],
                        max_length=10,
                        verbose_name="层级",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.division",
                        verbose_name="所在区划",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="members.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Person",
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
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                (
                    "name_pinyin",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="姓名拼音"
                    ),
                ),
                (
                    "name_initials",
                    models.CharField(
                        blank=True, max_length=30, verbose_name="拼音首字母"
                    ),
                ),
                (
                    "id_number",
                    unionportal.core.fields.SealedTextField(verbose_name="身份证号"),
                ),
                (
                    "id_number_index",
                    models.CharField(
                        editable=False, max_length=32, verbose_name="身份证号索引"
                    ),
                ),
                ("birth_date", models.DateField(verbose_name="出生日期")),
                (
                    "sex",
                    models.CharField(
                        choices=[("male", "男"), ("female", "女")],
                        max_length=6,
                        verbose_name="性别",
                    ),
                ),
                (
                    "phone",
                    unionportal.core.fields.SealedTextField(
                        blank=True, null=True, verbose_name="手机号"
                    ),
                ),
                (
                    "phone_index",
                    models.CharField(
                        blank=True,
                        default="",
                        editable=False,
                        max_length=32,
                        verbose_name="手机号索引",
                    ),
                ),
                (
                    "died_on",
                    models.DateField(blank=True, null=True, verbose_name="去世日期"),
                ),
                (
                    "division",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="members.division",
                        verbose_name="户籍区划",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="members.organisation",
                        verbose_name="所属工会",
                    ),
                ),
            ],
            options={
                "verbose_name": "人员",
                "verbose_name_plural": "人员",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Objection",
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
                    "channel",
                    models.CharField(
                        choices=[
                            ("worker", "职工本人在线提出"),
                            ("staff", "工会代为登记"),
                            ("anonymous", "匿名提出"),
                        ],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                ("text", models.TextField(max_length=1000, verbose_name="异议内容")),
                ("filed_on", models.DateField(verbose_name="提出日期")),
                (
                    "filed_by_name",
                    models.CharField(max_length=60, verbose_name="登记人"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待核查"),
                            ("upheld", "异议成立"),
                            ("dismissed", "异议不成立"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="核查结论"
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="核查时间"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核查人",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="members.noticeline",
                        verbose_name="涉及的人",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="members.notice",
                        verbose_name="公示",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="members.person",
                        verbose_name="提出人",
                    ),
                ),
            ],
            options={
                "verbose_name": "异议",
                "verbose_name_plural": "异议",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="BankAccountEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("bank_name", models.CharField(max_length=60, verbose_name="开户行")),
                (
                    "number_last4",
                    models.CharField(max_length=4, verbose_name="账号后四位"),
                ),
                ("holder_name", models.CharField(max_length=60, verbose_name="户名")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "待核验"),
                            ("verified", "使用中"),
                            ("stopped", "已停用"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "created_by_name",
                    models.CharField(max_length=60, verbose_name="登记人"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="登记时间",
                    ),
                ),
                (
                    "verified_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="核验时间"
                    ),
                ),
                (
                    "stopped_by_name",
                    models.CharField(blank=True, max_length=60, verbose_name="停用人"),
                ),
                (
                    "stopped_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="停用时间"
                    ),
                ),
                (
                    "stop_reason",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="停用原因"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记用户",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="members.bankaccount",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核验人",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.person",
                        verbose_name="持有人",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="members.person",
                verbose_name="持有人",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="person",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="user",
                to="members.person",
                verbose_name="本人",
            ),
        ),
        migrations.CreateModel(
            name="PersonEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                (
                    "name_pinyin",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="姓名拼音"
                    ),
                ),
                (
                    "name_initials",
                    models.CharField(
                        blank=True, max_length=30, verbose_name="拼音首字母"
                    ),
                ),
                ("birth_date", models.DateField(verbose_name="出生日期")),
                (
                    "sex",
                    models.CharField(
                        choices=[("male", "男"), ("female", "女")],
                        max_length=6,
                        verbose_name="性别",
                    ),
                ),
                (
                    "died_on",
                    models.DateField(blank=True, null=True, verbose_name="去世日期"),
                ),
                (
                    "division",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.division",
                        verbose_name="户籍区划",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.organisation",
                        verbose_name="所属工会",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="members.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Post",
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
                    "role",
                    models.CharField(
                        choices=[
                            ("maker", "经办"),
                            ("checker", "复核"),
                            ("approver", "审批"),
                            ("payer", "出纳"),
                            ("auditor", "审计"),
                            ("administrator", "管理员"),
                        ],
                        max_length=14,
                        verbose_name="角色",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="任职日期")),
                (
                    "ends_on",
                    models.DateField(blank=True, null=True, verbose_name="离任日期"),
                ),
                (
                    "deputy_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deputies",
                        to="members.post",
                        verbose_name="代理岗位",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="members.organisation",
                        verbose_name="工会",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "verbose_name": "岗位",
                "verbose_name_plural": "岗位",
                "ordering": ("organisation", "role", "id"),
            },
        ),
        migrations.CreateModel(
            name="PostEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("maker", "经办"),
                            ("checker", "复核"),
                            ("approver", "审批"),
                            ("payer", "出纳"),
                            ("auditor", "审计"),
                            ("administrator", "管理员"),
                        ],
                        max_length=14,
                        verbose_name="角色",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="任职日期")),
                (
                    "ends_on",
                    models.DateField(blank=True, null=True, verbose_name="离任日期"),
                ),
                (
                    "deputy_of",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.post",
                        verbose_name="代理岗位",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.organisation",
                        verbose_name="工会",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="members.post",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Standard",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("subsistence_line", "最低生活保障标准（元/月）"),
                            ("minimum_wage", "最低工资标准（元/月）"),
                        ],
                        max_length=20,
                        verbose_name="种类",
                    ),
                ),
                (
                    "residence",
                    models.CharField(
                        choices=[("urban", "城镇"), ("rural", "农村")],
                        max_length=8,
                        verbose_name="户口类型",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, verbose_name="金额（元）"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="施行日期")),
                (
                    "valid_to",
                    models.DateField(blank=True, null=True, verbose_name="终止日期"),
                ),
                ("document", models.CharField(max_length=200, verbose_name="依据文件")),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standards",
                        to="members.division",
                        verbose_name="县级区划",
                    ),
                ),
            ],
            options={
                "verbose_name": "标准",
                "verbose_name_plural": "标准",
                "ordering": ("kind", "division", "residence", "-valid_from"),
            },
        ),
        migrations.CreateModel(
            name="StandardEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("subsistence_line", "最低生活保障标准（元/月）"),
                            ("minimum_wage", "最低工资标准（元/月）"),
                        ],
                        max_length=20,
                        verbose_name="种类",
                    ),
                ),
                (
                    "residence",
                    models.CharField(
                        choices=[("urban", "城镇"), ("rural", "农村")],
                        max_length=8,
                        verbose_name="户口类型",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, verbose_name="金额（元）"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="施行日期")),
                (
                    "valid_to",
                    models.DateField(blank=True, null=True, verbose_name="终止日期"),
                ),
                ("document", models.CharField(max_length=200, verbose_name="依据文件")),
                (
                    "division",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.division",
                        verbose_name="县级区划",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="members.standard",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="division",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[0-9]{6}([0-9]{3})?$")),
                name="division_code_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="division",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("level", "province"), ("parent", None)),
                    models.Q(
                        models.Q(("level", "province"), _negated=True),
                        ("parent__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="division_parent_unless_province",
            ),
        ),
        migrations.AddConstraint(
            model_name="division",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None),
                    ("valid_to", None),
                    ("valid_to__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="division_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="division",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("successor", None), ("valid_to__isnull", False), _connector="OR"
                ),
                name="division_successor_after_end",
            ),
        ),
        migrations.AddIndex(
            model_name="noticeline",
            index=models.Index(fields=["notice", "id"], name="line_by_notice"),
        ),
        migrations.AddConstraint(
            model_name="noticeline",
            constraint=models.UniqueConstraint(
                fields=("about_kind", "about_id", "notice"), name="line_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="noticeline",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=unionportal.core.guards.FirmTriggerSql(
                    func="RAISE EXCEPTION USING ERRCODE = '23U02', MESSAGE = '公示名单发布后不能修改；有误请撤销公示后重新发布。';",
                    hash="bde5ea2691719f6347f72db88efabcda7f260a4e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_87ff0",
                    table="members_noticeline",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True),
                    models.Q(("short_name", ""), _negated=True),
                    models.Q(("code", ""), _negated=True),
                ),
                name="organisation_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("level", "basic"), ("division__isnull", False), _connector="OR"
                ),
                name="organisation_placed_unless_basic",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organisation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_organisationevent" ("code", "depth", "division_id", "id", "level", "name", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name") SELECT old_values."code", old_values."depth", old_values."division_id", old_values."id", old_values."level", old_values."name", old_values."path", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."short_name" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."depth" IS DISTINCT FROM (new_values."depth") OR old_values."division_id" IS DISTINCT FROM (new_values."division_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."level" IS DISTINCT FROM (new_values."level") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."path" IS DISTINCT FROM (new_values."path") OR old_values."short_name" IS DISTINCT FROM (new_values."short_name")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e18efa79e461b1366641ba36451c0001cdea7a8a",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f4b2a",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_organisation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organisation",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_organisationevent" ("code", "depth", "division_id", "id", "level", "name", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name") SELECT old_values."code", old_values."depth", old_values."division_id", old_values."id", old_values."level", old_values."name", old_values."path", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."short_name" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="5672042ccdec73be21c0d0d4e4899695a1609005",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_5a0df",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_organisation",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                fields=["about_kind", "about_id"], name="notice_by_about"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["state", "ends_on"], name="notice_by_end"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("organisation", "about_kind", "about_id"),
                name="notice_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__gte", models.F("starts_on")), ("working_days__gte", 1)
                ),
                name="notice_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_by_name", ""), ("closed_on", None), ("state", "open")
                    ),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("closed_on__isnull", False),
                        models.Q(("closed_by_name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="notice_closed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "cancelled"),
                        models.Q(("cancel_reason", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "cancelled"), _negated=True),
                        ("cancel_reason", ""),
                    ),
                    _connector="OR",
                ),
                name="notice_cancelled_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ended"), _negated=True),
                    ("closed_on__gt", models.F("ends_on")),
                    _connector="OR",
                ),
                name="notice_ended_after_its_last_day",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notice",
            trigger=pgtrigger.compiler.Trigger(
                name="state_guard",
                sql=unionportal.core.guards.FirmTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                IF COALESCE(NEW.\"state\" = ANY(ARRAY['open']::text[]), FALSE) THEN RETURN NEW; END IF;\n                RAISE EXCEPTION USING ERRCODE = '23U01', MESSAGE = '新建的公示不能是“' || CASE NEW.\"state\" WHEN 'open' THEN '公示中' WHEN 'ended' THEN '公示期满' WHEN 'cancelled' THEN '已撤销' ELSE COALESCE(NEW.\"state\", '空') END || '”；请从流程的第一步办起。';\n            END IF;\n            IF (OLD.\"state\" IS NOT DISTINCT FROM NEW.\"state\" OR COALESCE(OLD.\"state\" || '>' || NEW.\"state\" = ANY(ARRAY['open>ended', 'open>cancelled']::text[]), FALSE)) THEN RETURN NEW; END IF;\n            RAISE EXCEPTION USING ERRCODE = '23U01', MESSAGE = '公示不能从“' || CASE OLD.\"state\" WHEN 'open' THEN '公示中' WHEN 'ended' THEN '公示期满' WHEN 'cancelled' THEN '已撤销' ELSE COALESCE(OLD.\"state\", '空') END || '”改为“' || CASE NEW.\"state\" WHEN 'open' THEN '公示中' WHEN 'ended' THEN '公示期满' WHEN 'cancelled' THEN '已撤销' ELSE COALESCE(NEW.\"state\", '空') END || '”；请刷新后按流程办理。';\n        ",
                    hash="f9d7e6ddd64683eadfa5bcf36b96a0c63485de9e",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_state_guard_a7f0b",
                    table="members_notice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notice",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=unionportal.core.guards.FirmTriggerSql(
                    condition='WHEN (OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."about_kind" IS DISTINCT FROM (NEW."about_kind") OR OLD."about_id" IS DISTINCT FROM (NEW."about_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."working_days" IS DISTINCT FROM (NEW."working_days") OR OLD."published_by_name" IS DISTINCT FROM (NEW."published_by_name") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at"))',
                    func="RAISE EXCEPTION USING ERRCODE = '23U03', MESSAGE = '公示发布后内容不能修改；有误请撤销后重新发布。';",
                    hash="da538a96cae4416c7873d75a2b86b0fc0e648c86",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_8215a",
                    table="members_notice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notice",
            trigger=pgtrigger.compiler.Trigger(
                name="keep",
                sql=unionportal.core.guards.FirmTriggerSql(
                    condition='WHEN (OLD."working_days" >= 0)',
                    func="RAISE EXCEPTION USING ERRCODE = '23U03', MESSAGE = '公示不能删除；有误请撤销。';",
                    hash="18f7f059a6ac0da91f037c390177340a03de9bd6",
                    operation="DELETE",
                    pgid="pgtrigger_keep_c3b17",
                    table="members_notice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organisationevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f0940d56f7878a532c9da5a37546ecb83029cac4",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_02a5d",
                    table="members_organisationevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("phone_index", ""), _negated=True),
                fields=["phone_index"],
                name="person_by_phone",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["organisation", "name_pinyin", "id"], name="person_by_pinyin"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["organisation", "name_initials"], name="person_by_initials"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name"], name="person_by_name"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                fields=("id_number_index",), name="person_once_per_id_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="person_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phone__isnull", True), ("phone_index", "")),
                    models.Q(
                        ("phone__isnull", False),
                        models.Q(("phone_index", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="person_phone_with_index",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("died_on", None),
                    ("died_on__gte", models.F("birth_date")),
                    _connector="OR",
                ),
                name="person_died_after_birth",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="person",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_personevent" ("birth_date", "died_on", "division_id", "id", "name", "name_initials", "name_pinyin", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sex") SELECT old_values."birth_date", old_values."died_on", old_values."division_id", old_values."id", old_values."name", old_values."name_initials", old_values."name_pinyin", old_values."organisation_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."sex" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."birth_date" IS DISTINCT FROM (new_values."birth_date") OR old_values."died_on" IS DISTINCT FROM (new_values."died_on") OR old_values."division_id" IS DISTINCT FROM (new_values."division_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."name_initials" IS DISTINCT FROM (new_values."name_initials") OR old_values."name_pinyin" IS DISTINCT FROM (new_values."name_pinyin") OR old_values."organisation_id" IS DISTINCT FROM (new_values."organisation_id") OR old_values."sex" IS DISTINCT FROM (new_values."sex")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="c3f7924a560651c9ebfacd8c9e2059a302241ebf",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a133a",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_person",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="person",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_personevent" ("birth_date", "died_on", "division_id", "id", "name", "name_initials", "name_pinyin", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sex") SELECT old_values."birth_date", old_values."died_on", old_values."division_id", old_values."id", old_values."name", old_values."name_initials", old_values."name_pinyin", old_values."organisation_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."sex" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="229a57c435a88cea29855e25a08e2711b5eb2280",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b4a8d",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_person",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="objection_has_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", "anonymous"), ("person", None)),
                    models.Q(("channel", "worker"), ("person__isnull", False)),
                    ("channel", "staff"),
                    _connector="OR",
                ),
                name="objection_person_by_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("state", "open"),
                        ("verdict", ""),
                    ),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("verdict", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="objection_decided_by_somebody",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="state_guard",
                sql=unionportal.core.guards.FirmTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                IF COALESCE(NEW.\"state\" = ANY(ARRAY['open']::text[]), FALSE) THEN RETURN NEW; END IF;\n                RAISE EXCEPTION USING ERRCODE = '23U01', MESSAGE = '新建的异议不能是“' || CASE NEW.\"state\" WHEN 'open' THEN '待核查' WHEN 'upheld' THEN '异议成立' WHEN 'dismissed' THEN '异议不成立' ELSE COALESCE(NEW.\"state\", '空') END || '”；请从流程的第一步办起。';\n            END IF;\n            IF (OLD.\"state\" IS NOT DISTINCT FROM NEW.\"state\" OR COALESCE(OLD.\"state\" || '>' || NEW.\"state\" = ANY(ARRAY['open>upheld', 'open>dismissed']::text[]), FALSE)) THEN RETURN NEW; END IF;\n            RAISE EXCEPTION USING ERRCODE = '23U01', MESSAGE = '异议不能从“' || CASE OLD.\"state\" WHEN 'open' THEN '待核查' WHEN 'upheld' THEN '异议成立' WHEN 'dismissed' THEN '异议不成立' ELSE COALESCE(OLD.\"state\", '空') END || '”改为“' || CASE NEW.\"state\" WHEN 'open' THEN '待核查' WHEN 'upheld' THEN '异议成立' WHEN 'dismissed' THEN '异议不成立' ELSE COALESCE(NEW.\"state\", '空') END || '”；请刷新后按流程办理。';\n        ",
                    hash="959f0235dab0f2e930fab6b003b8218e7cfa4651",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_state_guard_c3644",
                    table="members_objection",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=unionportal.core.guards.FirmTriggerSql(
                    condition='WHEN (OLD."notice_id" IS DISTINCT FROM (NEW."notice_id") OR OLD."line_id" IS DISTINCT FROM (NEW."line_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."filed_on" IS DISTINCT FROM (NEW."filed_on") OR OLD."filed_by_name" IS DISTINCT FROM (NEW."filed_by_name"))',
                    func="RAISE EXCEPTION USING ERRCODE = '23U03', MESSAGE = '异议登记后内容不能修改；请在核查结论中说明。';",
                    hash="d65440b9fe229a3a84ebf04a3ea49b1ba30dc7bc",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_99df4",
                    table="members_objection",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="keep",
                sql=unionportal.core.guards.FirmTriggerSql(
                    condition='WHEN (OLD."notice_id" IS NOT NULL)',
                    func="RAISE EXCEPTION USING ERRCODE = '23U03', MESSAGE = '异议不能删除；请作出核查结论。';",
                    hash="6684505eba05579ac44e12d706c4160bcfb4324a",
                    operation="DELETE",
                    pgid="pgtrigger_keep_07631",
                    table="members_objection",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankaccountevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a61b296713c35eb9e4381cb06797d8cc9b59d30f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_13871",
                    table="members_bankaccountevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="bankaccount",
            index=models.Index(fields=["number_index"], name="account_by_number"),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.UniqueConstraint(
                fields=("person", "version"), name="account_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "verified")),
                fields=("person",),
                name="account_one_in_use",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("number_last4__regex", "^[0-9]{4}$")),
                name="account_last4_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verified_at", None), ("verified_by", None)),
                    models.Q(
                        ("verified_at__isnull", False), ("verified_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="account_verified_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "pending"), ("verified_at", None)),
                    models.Q(("state", "verified"), ("verified_at__isnull", False)),
                    ("state", "stopped"),
                    _connector="OR",
                ),
                name="account_verified_with_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "stopped"),
                        ("stopped_at__isnull", False),
                        models.Q(("stopped_by_name", ""), _negated=True),
                        models.Q(("stop_reason", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "stopped"), _negated=True),
                        ("stop_reason", ""),
                        ("stopped_at", None),
                        ("stopped_by_name", ""),
                    ),
                    _connector="OR",
                ),
                name="account_stopped_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("created_by", None),
                    ("verified_by", None),
                    models.Q(("verified_by", models.F("created_by")), _negated=True),
                    _connector="OR",
                ),
                name="account_second_person_verifies",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankaccount",
            trigger=pgtrigger.compiler.Trigger(
                name="state_guard",
                sql=unionportal.core.guards.FirmTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                IF COALESCE(NEW.\"state\" = ANY(ARRAY['pending']::text[]), FALSE) THEN RETURN NEW; END IF;\n                RAISE EXCEPTION USING ERRCODE = '23U01', MESSAGE = '新建的收款账户不能是“' || CASE NEW.\"state\" WHEN 'pending' THEN '待核验' WHEN 'verified' THEN '使用中' WHEN 'stopped' THEN '已停用' ELSE COALESCE(NEW.\"state\", '空') END || '”；请从流程的第一步办起。';\n            END IF;\n            IF (OLD.\"state\" IS NOT DISTINCT FROM NEW.\"state\" OR COALESCE(OLD.\"state\" || '>' || NEW.\"state\" = ANY(ARRAY['pending>verified', 'pending>stopped', 'verified>stopped']::text[]), FALSE)) THEN RETURN NEW; END IF;\n            RAISE EXCEPTION USING ERRCODE = '23U01', MESSAGE = '收款账户不能从“' || CASE OLD.\"state\" WHEN 'pending' THEN '待核验' WHEN 'verified' THEN '使用中' WHEN 'stopped' THEN '已停用' ELSE COALESCE(OLD.\"state\", '空') END || '”改为“' || CASE NEW.\"state\" WHEN 'pending' THEN '待核验' WHEN 'verified' THEN '使用中' WHEN 'stopped' THEN '已停用' ELSE COALESCE(NEW.\"state\", '空') END || '”；请刷新后按流程办理。';\n        ",
                    hash="1d60a9b967a1b76dea324fc88978ebef400e4e6a",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_state_guard_1aa16",
                    table="members_bankaccount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankaccount",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=unionportal.core.guards.FirmTriggerSql(
                    condition='WHEN (OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."bank_name" IS DISTINCT FROM (NEW."bank_name") OR OLD."number_index" IS DISTINCT FROM (NEW."number_index") OR OLD."number_last4" IS DISTINCT FROM (NEW."number_last4") OR OLD."holder_name" IS DISTINCT FROM (NEW."holder_name") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."created_by_name" IS DISTINCT FROM (NEW."created_by_name") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at"))',
                    func="RAISE EXCEPTION USING ERRCODE = '23U03', MESSAGE = '收款账户登记后不能修改；换卡请另行登记新账户。';",
                    hash="87b2ccb44771cbf2dd13cee71033ac6edff7e8d0",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_15916",
                    table="members_bankaccount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankaccount",
            trigger=pgtrigger.compiler.Trigger(
                name="keep",
                sql=unionportal.core.guards.FirmTriggerSql(
                    condition='WHEN (OLD."version" >= 0)',
                    func="RAISE EXCEPTION USING ERRCODE = '23U03', MESSAGE = '收款账户不能删除；不再使用请停用。';",
                    hash="628f75ba69ab2ba974954ce50f1a0668e85858dc",
                    operation="DELETE",
                    pgid="pgtrigger_keep_590e1",
                    table="members_bankaccount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankaccount",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_bankaccountevent" ("bank_name", "created_at", "created_by_id", "created_by_name", "holder_name", "id", "number_last4", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "stop_reason", "stopped_at", "stopped_by_name", "verified_at", "verified_by_id", "version") SELECT old_values."bank_name", old_values."created_at", old_values."created_by_id", old_values."created_by_name", old_values."holder_name", old_values."id", old_values."number_last4", old_values."person_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."state", old_values."stop_reason", old_values."stopped_at", old_values."stopped_by_name", old_values."verified_at", old_values."verified_by_id", old_values."version" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."bank_name" IS DISTINCT FROM (new_values."bank_name") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."created_by_name" IS DISTINCT FROM (new_values."created_by_name") OR old_values."holder_name" IS DISTINCT FROM (new_values."holder_name") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."number_last4" IS DISTINCT FROM (new_values."number_last4") OR old_values."person_id" IS DISTINCT FROM (new_values."person_id") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."stop_reason" IS DISTINCT FROM (new_values."stop_reason") OR old_values."stopped_at" IS DISTINCT FROM (new_values."stopped_at") OR old_values."stopped_by_name" IS DISTINCT FROM (new_values."stopped_by_name") OR old_values."verified_at" IS DISTINCT FROM (new_values."verified_at") OR old_values."verified_by_id" IS DISTINCT FROM (new_values."verified_by_id") OR old_values."version" IS DISTINCT FROM (new_values."version")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="49bff4f5bf5fbda57d12860308e1f91119c29fe4",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_69a66",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_bankaccount",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankaccount",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_bankaccountevent" ("bank_name", "created_at", "created_by_id", "created_by_name", "holder_name", "id", "number_last4", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "stop_reason", "stopped_at", "stopped_by_name", "verified_at", "verified_by_id", "version") SELECT old_values."bank_name", old_values."created_at", old_values."created_by_id", old_values."created_by_name", old_values."holder_name", old_values."id", old_values."number_last4", old_values."person_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."state", old_values."stop_reason", old_values."stopped_at", old_values."stopped_by_name", old_values."verified_at", old_values."verified_by_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="b195f5f2a9d303b664842e0ae03b1cb68eb2ac77",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3f2b9",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_bankaccount",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_staff", True), ("person__isnull", False), _connector="OR"
                ),
                name="user_staff_or_person",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="personevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5ed038c33708a291246651c2dbd8e1fa862a6f04",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_53f61",
                    table="members_personevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deputy_of", None), ("ends_on", None)),
                fields=("user", "organisation", "role"),
                name="post_held_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="post_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deputy_of", None), ("ends_on__isnull", False), _connector="OR"
                ),
                name="post_deputy_for_a_time",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_postevent" ("deputy_of_id", "ends_on", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "starts_on", "user_id") SELECT old_values."deputy_of_id", old_values."ends_on", old_values."id", old_values."organisation_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."role", old_values."starts_on", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="c08614ddda2a834628d88fb6821bdd8df2eb145c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ee5d0",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_post",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_postevent" ("deputy_of_id", "ends_on", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "starts_on", "user_id") SELECT old_values."deputy_of_id", old_values."ends_on", old_values."id", old_values."organisation_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."role", old_values."starts_on", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="663666652e14f9310b73dbf75b428a2b73fa5cad",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ccde5",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_post",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="postevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5d49286e745b821c86b146765d1c0bbb9b41eef7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a73e0",
                    table="members_postevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="standard",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=(
                    ("kind", "="),
                    ("division", "="),
                    ("residence", "="),
                    (
                        models.Func(
                            models.F("valid_from"),
                            models.F("valid_to"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ),
                name="standard_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="standard",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="standard_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="standard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None),
                    ("valid_to__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="standard_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="standard",
            constraint=models.CheckConstraint(
                condition=models.Q(("document", ""), _negated=True),
                name="standard_has_document",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="standard",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_standardevent" ("amount", "division_id", "document", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "residence", "valid_from", "valid_to") SELECT old_values."amount", old_values."division_id", old_values."document", old_values."id", old_values."kind", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."residence", old_values."valid_from", old_values."valid_to" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="93b444e638dfee6615b48068102cd33e464cd809",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1ac5b",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_standard",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="standard",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_standardevent" ("amount", "division_id", "document", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "residence", "valid_from", "valid_to") SELECT old_values."amount", old_values."division_id", old_values."document", old_values."id", old_values."kind", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."residence", old_values."valid_from", old_values."valid_to" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="eae68b71abba974805294e7bd80a58dcf5cc36f6",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_62ad2",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_standard",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="standardevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="dd964615fb0b6757a9442657c07eb2757389a3fd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_55daf",
                    table="members_standardevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
