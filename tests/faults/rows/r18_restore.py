"""R18: a wrong DELETE; back to the moment before, with files, proofs and keys apart."""

import json
import subprocess
import sys

from tests.faults.ground import Ground
from tests.faults.place import CHECKOUT
from tests.faults.table import Chance, fault


@fault(
    row="R18", title="误删后恢复到前一刻，账、链、文件、密钥俱核对", in_ci=1, tries=5
)
def wrong_delete_is_undone(ground: Ground, chance: Chance) -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "restore_drill", "--json", "--dossiers", "40"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    found = json.loads(ended.stdout)
    assert int(found["ledger"]["payments"]) > 0
    assert found["bank_files"] > 0
    assert found["rpo_seconds"] <= 60
    ground.recovered(found["seconds"]["恢复到误操作之前"], within=30)
