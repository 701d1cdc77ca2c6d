"""The offline bundle installs with the network off, and only when it is whole.

The wheels of this test are made of three installed packages, so that it asks no index;
`make bundle` itself takes all of the lock.
"""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from unionportal.operations.bundle import (
    LIST,
    PORTAL,
    WHEELS,
    BundleFault,
    check_sums,
    pins_of,
    seal_bundle,
)

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("asgiref", "sqlparse", "tzdata")


def wheel_of(name: str, folder: Path) -> str:
    """Pack an installed package into a wheel again; return its pin."""
    found = distribution(name)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{found.version}-py3-none-any.whl"
    skipped = ("INSTALLER", "REQUESTED", "direct_url.json")
    with zipfile.ZipFile(path, "w") as packed:
        for each in found.files or ():
            outside = each.parts[0] == ".." or "__pycache__" in each.parts
            if not outside and each.name not in skipped:
                packed.write(str(each.locate()), each.as_posix())
    return f"{name}=={found.version} \\\n    --hash=sha256:{'0' * 64}\n    # via x\n"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    lock = "".join(wheel_of(name, folder / WHEELS) for name in PACKAGES)
    seal_bundle(ROOT, folder, lock=lock)
    return folder


def without_network() -> list[str]:
    """The words that start a command without any network; none if not permitted."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    for options in (["--net"], ["--map-root-user", "--net"]):
        tried = subprocess.run(
            [unshare, *options, "true"], check=False, capture_output=True
        )
        if tried.returncode == 0:
            return [unshare, *options]
    return []


def test_installs_with_the_network_off(bundle: Path, tmp_path: Path) -> None:
    target = tmp_path / "portal"
    ended = subprocess.run(
        [*without_network(), "sh", str(bundle / "install.sh"), str(target)],
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHON": sys.executable,
            "PIP_INDEX_URL": "http://127.0.0.1:1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert (target / "manage.py").exists()
    assert (target / "static" / "css" / "staff.css").exists()
    asked = "import asgiref, sqlparse, tzdata; print(asgiref.__file__)"
    said = subprocess.run(
        [str(target / ".venv" / "bin" / "python"), "-c", asked],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.startswith(str(target))


@pytest.mark.parametrize("harm", ["alter", "remove", "add"])
def test_a_bundle_that_is_not_whole_is_refused(
    bundle: Path, tmp_path: Path, harm: str
) -> None:
    folder = tmp_path / "harmed"
    shutil.copytree(bundle, folder)
    check_sums(folder)
    if harm == "alter":
        (folder / PORTAL).write_bytes(b"other")
    elif harm == "remove":
        (folder / LIST).unlink()
    else:
        (folder / WHEELS / "extra.whl").write_bytes(b"")
    with pytest.raises(BundleFault, match="不完整或被改动"):
        check_sums(folder)
    if harm != "add":
        ended = subprocess.run(
            ["/bin/sh", str(folder / "install.sh"), str(tmp_path / "target")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, (tmp_path / "target").exists()) == (1, False)


def test_every_locked_package_is_pinned_and_no_address_is_in_the_bundle(
    bundle: Path,
) -> None:
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    pins = pins_of(lock).splitlines()
    assert len(pins) == lock.count("==") - lock.count(" == ")
    assert "async-timeout==5.0.1 ; python_full_version < '3.11.3'" in pins
    for name in (LIST, "install.sh", "SHA256SUMS"):
        assert "://" not in (bundle / name).read_text("utf-8")
