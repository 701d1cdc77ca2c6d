"""The facts the tests of the rule language speak about."""

from unionportal.core.formula.declare import FactDeclaration, FactType, vocabulary

KINDS = (("deep", "深度困难"), ("relative", "相对困难"), ("accident", "意外致困"))

DECLARATIONS = (
    FactDeclaration(
        name_en="income",
        name="家庭月人均净收入",
        type=FactType.NUMBER,
        unit="元",
        meaning="申请前十二个月家庭净收入除以人口再除以十二",
        reference="申请日",
    ),
    FactDeclaration(
        name_en="line", name="低保标准", type=FactType.NUMBER, unit="元", positive=True
    ),
    FactDeclaration(
        name_en="expense", name="自付费用", type=FactType.NUMBER, unit="元"
    ),
    FactDeclaration(
        name_en="people",
        name="家庭人口",
        type=FactType.NUMBER,
        unit="人",
        positive=True,
    ),
    FactDeclaration(name_en="children", name="子女数", type=FactType.NUMBER, unit="人"),
    FactDeclaration(name_en="months", name="月数", type=FactType.NUMBER, unit="月"),
    FactDeclaration(
        name_en="allowance", name="月津贴", type=FactType.NUMBER, unit="元/月"
    ),
    FactDeclaration(name_en="ratio", name="比例", type=FactType.NUMBER),
    FactDeclaration(
        name_en="kind", name="困难类别", type=FactType.CHOICE, choices=KINDS
    ),
    FactDeclaration(name_en="station", name="站点", type=FactType.TEXT),
    FactDeclaration(name_en="has_car", name="有机动车", type=FactType.BOOLEAN),
    FactDeclaration(name_en="born_on", name="出生日期", type=FactType.DATE),
    FactDeclaration(name_en="as_of", name="基准日", type=FactType.DATE),
)
WORDS = vocabulary(DECLARATIONS)
