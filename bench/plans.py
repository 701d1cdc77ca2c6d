"""How the database finds people: the plans of the searches, as EXPLAIN tells them."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from members.models import Organisation, Person
from members.queries.filters import PersonFilter
from members.queries.person import persons_visible_to, search_conditions
from unionportal.core.actor import Actor, Seat
from unionportal.core.admin.keyset import PAGE_SIZE, Leg

WIDE = "350000"


def told_plans() -> Iterator[str]:
    """Each kind of search over a province: what is asked, and the plan with its times."""
    root = Organisation.objects.get(code=WIDE)
    actor = Actor(kind="staff", name="", seats=(Seat("maker", root.pk, root.path),))
    person = Person.objects.order_by("id")[Person.objects.count() // 2]
    typed = {
        "全部": "",
        "拼音": "chenzhi",
        "首字母": "czg",
        "姓名开头": person.name[:1],
        "身份证号": person.id_number,
        "手机号": person.phone or "",
    }
    for name, text in typed.items():
        for order, found in search_conditions(text):
            people: Any = persons_visible_to(actor).filter(found).values_list("pk")
            leg: Leg[Any] = Leg(people, order)
            yield f"\n{name}（按 {order}）"
            yield from _explained(leg.after(0)[: PAGE_SIZE + 1])
    for name, asked in (
        ("重点群体", {"group": "funeral"}),
        ("技能等级", {"skill": "one"}),
    ):
        people = persons_visible_to(actor).values_list("pk")
        yield f"\n{name}（按 pk）"
        leg = Leg(PersonFilter(asked, queryset=people).qs)
        yield from _explained(leg.after(0)[: PAGE_SIZE + 1])


def _explained(rows: QuerySet[Any]) -> Iterator[str]:
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) {sql}",
            params,
        )
        for (line,) in cursor.fetchall():
            yield str(line)
