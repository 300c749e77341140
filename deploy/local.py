"""A whole cluster on this machine, each part a process of its own: Postgres, Redis, the head and some workers.

    python deploy/local.py --home DIR            # runs until Ctrl-C, and says what to set in another terminal
    python deploy/local.py --home DIR --apart 3 --storage s3://bucket/films    # workers with homes of their own
    sparkle make --profile cluster "..."         # there

For trying and for tests; `docs/DEPLOY.md` tells how machines are joined. Everything answers on loopback, on free ports,
with passwords made for the occasion, and lies in one folder that goes when it ends. Needs Debian's `postgresql` and
`redis-server`, which need not run as services, and `pip install 'sparkle-motion[scale]'`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"
READY_S = 120.0
ROOT = Path(__file__).resolve().parents[1]


class NotThere(Exception):
    """A part of the cluster cannot be started; one line says why."""


class Cluster:
    """A context: everything runs in it. ``environment`` is what other processes need to take part."""

    def __init__(
        self,
        home: Path,
        *,
        workers: int = 3,
        profile: str = "cluster",
        cores: Sequence[int | None] = (),
        nice_head: bool = False,
        host: str = LOOPBACK,
        apart: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """``cores`` pins worker N to a core; ``nice_head`` lets workers go before the head.

        Postgres and Redis answer at ``host``. ``environment`` is added to that of every part: further services (an
        object store) are started beforehand, and told of in it. So many workers as ``apart`` says, the last ones, and
        whichever are started later, see nothing of ``home``: each has one of its own (:meth:`home_of`), and films
        reach it through the object store that SPARKLE_STORAGE names.
        """
        self.home = home
        self.profile = profile
        self.host = host
        self.folder = Path(tempfile.mkdtemp(prefix="sparkle-cluster-"))
        self.folder.chmod(0o755)  # Postgres runs as another user
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.ui_port = free_port()
        self._postgres_port, self._redis_port = free_port(), free_port()
        self._password = secrets.token_urlsafe(16)
        self._workers = workers
        self._apart = apart
        self._cores = cores
        self._nice_head = nice_head
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
            "SPARKLE_HOME": str(home),
            "SPARKLE_POSTGRES_URL": f"postgresql+psycopg2://sparkle:{self._password}@{host}:{self._postgres_port}/sparkle",
            "SPARKLE_BROKER_URL": f"redis://:{self._password}@{host}:{self._redis_port}/0",
            **(environment or {}),
        }

    def __enter__(self) -> Cluster:
        """Start everything and wait until it answers. Raises :class:`NotThere`."""
        try:
            self.start_postgres(fresh=True)
            self.start_redis()
            self.start_head()
            for number in range(self._workers):
                self.start_worker(number)
            if self._workers:
                self.wait_for_workers(self._workers)
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    # -- the parts -----------------------------------------------------------------------------------------------

    def start_postgres(self, *, fresh: bool = False) -> None:
        """Postgres, as a user that is not root; ``fresh``: with an empty database."""
        data = self.folder / "postgres"
        owner = _unprivileged()
        program = _postgres_programs()
        if fresh:
            data.mkdir()
            word = self.folder / "word"
            word.write_text(self._password, encoding="utf-8")
            if owner is not None:
                os.chown(data, owner.pw_uid, owner.pw_gid)
                os.chown(word, owner.pw_uid, owner.pw_gid)
            word.chmod(0o600)
            initialise = [program / "initdb", "-D", data, "-U", "sparkle", "-A", "scram-sha-256", "--pwfile", word]
            self._run_once([*map(str, initialise), "--no-sync", "-E", "UTF8", "--no-locale"], owner)
            word.unlink()
            with (data / "pg_hba.conf").open("a", encoding="utf-8") as allowed:
                allowed.write("host all all samenet scram-sha-256\n")
        command = [program / "postgres", "-D", data, "-h", self.host, "-p", self._postgres_port, "-k", data]
        self._start("postgres", [str(word) for word in command], owner)
        self._until("postgres", self._database_answers)

    def start_redis(self) -> None:
        """Redis, which writes down what waits, so that it survives a restart."""
        program = shutil.which("redis-server")
        if program is None:
            raise NotThere("redis-server is not installed (apt-get install redis-server)")
        data = self.folder / "redis"
        data.mkdir(exist_ok=True)
        arguments = ["--bind", self.host, "--port", str(self._redis_port), "--requirepass", self._password]
        self._start("redis", [program, *arguments, "--dir", str(data), "--appendonly", "yes", "--save", ""])
        self._until("redis", lambda: _connects(self.host, self._redis_port))

    def start_head(self) -> None:
        """Dagster's webserver, daemon and code server."""
        screening = free_port()
        ports = ["--port", str(self.ui_port), "--screening-port", str(screening)]
        nice = ["nice", "-n", "19"] if self._nice_head else []
        self._start("head", [*nice, *self._sparkle("ui", "--profile", self.profile, *ports)])
        self._until("head", lambda: _answers(f"http://{LOOPBACK}:{self.ui_port}/server_info"))

    def start_worker(
        self, number: int, *options: str, inside: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """A worker; give it a number that no running one has. ``inside`` is a command that runs it (``ip netns``)."""
        command = self._sparkle("worker", "--profile", self.profile, "--name", f"worker-{number}", *options)
        core = self._cores[number] if number < len(self._cores) else None
        if core is not None:
            command = ["taskset", "-c", str(core), *command]
        own = {"SPARKLE_HOME": str(self.home_of(number)), **(environment or {})}
        return self._start(f"worker-{number}", [*inside, *command], environment=own)

    def home_of(self, number: int) -> Path:
        """Where a worker keeps films."""
        shares = not self._apart or number < self._workers - self._apart
        return self.home if shares else self.folder / "homes" / str(number)

    def wait_for_workers(self, count: int) -> None:
        """Until ``count`` workers answer. Raises :class:`NotThere`."""
        first = next(name for name in self.running if name.startswith("worker"))
        self._until(first, lambda: len(self.workers_heard()) >= count)

    def workers_heard(self) -> set[str]:
        """Names of the workers that answer now."""
        from celery import Celery

        with Celery(broker=self.environment["SPARKLE_BROKER_URL"]) as app:
            return {name for answer in app.control.ping(timeout=1.0) for name in answer}

    def stop(self, name: str, number: int = signal.SIGTERM, *, wait_s: float = 30.0) -> None:
        """Send a signal to a part and all its processes, and wait until it has ended."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def end(self) -> None:
        """Stop everything, workers first, and remove the folder."""
        for name in sorted(self.running, key=lambda one: (not one.startswith("worker"), one != "head")):
            ending = signal.SIGQUIT if name.startswith("worker") else signal.SIGINT
            self.stop(name, ending, wait_s=20.0)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self, name: str) -> str:
        """What a part has written."""
        path = self.folder / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    # -- how they are run ----------------------------------------------------------------------------------------

    def _sparkle(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "sparkle_assets.cli", *arguments]

    def _start(
        self,
        name: str,
        command: list[str],
        owner: pwd.struct_passwd | None = None,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                env={**self.environment, **(environment or {})},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **_as(owner),
            )
        self.running[name] = process
        return process

    def _run_once(self, command: list[str], owner: pwd.struct_passwd | None) -> None:
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False, **_as(owner))
        if done.returncode:
            raise NotThere(f"{Path(command[0]).name}: {done.stderr.strip()[:300]}")

    def _until(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_S
        while not ready():
            if self.running[name].poll() is not None or time.monotonic() > deadline:
                raise NotThere(f"{name} did not start: {self.log(name)[-600:].strip()}")
            time.sleep(0.2)

    def _database_answers(self) -> bool:
        import psycopg2

        url = self.environment["SPARKLE_POSTGRES_URL"].replace("+psycopg2", "")
        try:
            with contextlib.closing(psycopg2.connect(url.removesuffix("/sparkle") + "/postgres")) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'sparkle'")
                    if cursor.fetchone() is None:
                        cursor.execute("CREATE DATABASE sparkle")
            return True
        except psycopg2.OperationalError:
            return False


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _connects(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _unprivileged() -> pwd.struct_passwd | None:
    """Who Postgres runs as; None for whoever we are, unless that is root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NotThere("Postgres does not run as root, and there is no user postgres or nobody")


def _as(owner: pwd.struct_passwd | None) -> dict[str, object]:
    return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _postgres_programs() -> Path:
    """Where initdb is: on the path, or where Debian puts it."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not versions:
        raise NotThere("Postgres is not installed (apt-get install postgresql)")
    return versions[-1].parent


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    yield


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description="A whole cluster on this machine, until Ctrl-C.")
    parser.add_argument("--home", type=Path, default=Path(".sparkle"), help="where films are kept (default: .sparkle)")
    parser.add_argument("--workers", type=int, default=3, help="how many (default: 3)")
    parser.add_argument("--profile", default="cluster", help="the cluster's profile (default: cluster)")
    parser.add_argument("--apart", type=int, default=0, help="so many workers have homes of their own (default: 0)")
    parser.add_argument("--storage", default="", metavar="URL", help="the object store through which they meet")
    arguments = parser.parse_args()
    if arguments.apart and not arguments.storage:
        parser.error("workers with homes of their own need an object store: --storage URL (docs/STORAGE.md)")
    environment = {"SPARKLE_STORAGE": arguments.storage} if arguments.storage else {}
    home = arguments.home.expanduser().absolute()
    home.mkdir(parents=True, exist_ok=True)
    with _ended_by_signals():
        try:
            print("starting (half a minute) ...", file=sys.stderr)
            kind = {"workers": arguments.workers, "profile": arguments.profile, "apart": arguments.apart}
            with Cluster(home, **kind, environment=environment) as cluster:
                path = home / "cluster" / "environment.sh"
                path.touch(mode=0o600)
                names = ("SPARKLE_HOME", "SPARKLE_POSTGRES_URL", "SPARKLE_BROKER_URL", *environment)
                path.write_text("".join(f"export {name}='{cluster.environment[name]}'\n" for name in names))
                print(f"Dagster:  http://{LOOPBACK}:{cluster.ui_port}", file=sys.stderr)
                print(f"in another terminal:  . {path}", file=sys.stderr)
                print(f'                      sparkle make --profile {cluster.profile} "..."', file=sys.stderr)
                while all(process.poll() is None for process in cluster.running.values()):
                    time.sleep(1.0)
                ended = [name for name, process in cluster.running.items() if process.poll() is not None]
                print(f"{ended[0]} ended by itself:\n{cluster.log(ended[0])[-2000:]}", file=sys.stderr)
                return 1
        except NotThere as error:
            print(error, file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("ended", file=sys.stderr)
            return 0


if __name__ == "__main__":
    sys.exit(main())
