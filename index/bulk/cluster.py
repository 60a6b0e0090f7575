"""The same batches on a Ray cluster: its machines embed, this process leases and keeps.

Ray is imported when it is asked for and never otherwise. Every machine of the cluster has this
project installed, and the same versions of Ray and Python as this one.
"""

import os
import socket
import time
from typing import Any

from index.bulk.crew import DEATHS, BulkFailed, Told
from index.bulk.leases import named
from index.bulk.port import LeaseStore
from index.bulk.worker import BATCH, embedded, open_named
from index.plugins import UnknownPart
from index.ports import Vectors

THREADS = {"OMP_NUM_THREADS": "1", "EMBED_THREADS": "1"}  # an actor is given one core
_PATIENCE = 10.0  # seconds


class Opened:
    """An actor: the embedder is opened once in each."""

    def __init__(self, embedder: str, model: str, space: str) -> None:
        self._embedder = open_named(embedder, model, space)

    def embed(self, leased: dict[str, str]) -> dict[str, Vectors]:
        """The vectors of what was leased, by key."""
        return embedded(self._embedder, leased)


class Cluster:
    """So many actors on the texts that wait in one store. Ray puts new ones where they die."""

    def __init__(self, leases: LeaseStore, size: int, address: str, space: str) -> None:
        """`address` as Ray takes it: host:port, ray://host:port, auto. Raises as `reached`."""
        self._leases, self._size, self._space = leases, size, space
        self._ray, self._me = reached(address), named(os.getpid())
        try:
            self._ray.init(address=address, runtime_env={"env_vars": THREADS}, log_to_driver=False)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise _unreached(address, error) from error

    def work(self, embedder: str, model: str, told: Told) -> None:
        """Until no text is left. Raises BulkFailed where actors die again and again."""
        actor = self._ray.remote(num_cpus=1, max_restarts=DEATHS, max_task_retries=DEATHS)(Opened)
        try:
            self._share(
                [actor.remote(embedder, model, self._space) for _ in range(self._size)], told
            )
        except self._ray.exceptions.RayError as error:
            reason = str(error).strip().split("\n")[-1]
            raise BulkFailed(
                f"the Ray cluster gave up ({reason}); {self._leases.left():,} texts are left, the"
                " others are kept. Run it again"
            ) from error
        finally:
            self._leases.release(self._me)
            self._ray.shutdown()

    def _share(self, idle: list[Any], told: Told) -> None:
        """Each actor has one batch at a time."""
        busy: dict[Any, Any] = {}
        while left := self._leases.left():
            told(left)
            while idle and (batch := self._leases.lease(self._me, self._space, BATCH)):
                actor = idle.pop()
                busy[actor.embed.remote(batch)] = actor
            if not busy:  # a worker of a run before this one is at the rest
                time.sleep(1)
                continue
            done, _ = self._ray.wait(list(busy), num_returns=1)
            for future in done:
                self._leases.store(self._ray.get(future))
                idle.append(busy.pop(future))
        told(0)


def reached(address: str) -> Any:  # noqa: ANN401 - not typed for us: it need not be installed
    """Ray, once something listens at `address`: Ray itself would try for minutes.

    Raises UnknownPart with what to install, BulkFailed.
    """
    try:
        import ray
    except ImportError as error:
        raise UnknownPart(
            "--ray needs Ray, here and on each machine of the cluster; install it with: pip install"
            " 'ask-the-exchange[ray]'"
        ) from error
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        if host:
            socket.create_connection((host, int(port)), _PATIENCE).close()
    except (OSError, ValueError) as error:
        raise _unreached(address, error) from error
    return ray


def _unreached(address: str, error: Exception) -> BulkFailed:
    reason = str(error).strip().split("\n")[0]
    told = "give host:port of its head, or auto on a machine of it"
    return BulkFailed(f"--ray {address}: no Ray cluster answers there ({reason}); {told}")
