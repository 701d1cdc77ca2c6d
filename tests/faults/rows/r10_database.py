"""R10: the database is lost at any statement; what was begun is whole or absent."""

from tests.faults.ground import Ground, wait_until
from tests.faults.table import Chance, fault


@fault(row="R10", title="数据库被杀，页面答复 503 后自行恢复", in_ci=1, tries=5)
def web_comes_back_with_the_database(ground: Ground, chance: Chance) -> None:
    ground.at("settled")
    web = ground.web()
    assert web.status("/") == 200
    ground.kill_database()
    assert web.status("/") == 503
    ground.mend_engines()
    back = wait_until(lambda: web.status("/") == 200, 30)
    ground.recovered(back, within=5)
    ground.check_invariants()
