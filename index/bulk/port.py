"""What workers and their parent ask of whatever holds the texts that wait."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from index.ports import Vectors


class LeaseStore(Protocol):
    """Texts by the key of their vector, which wait until that is kept; both in one transaction."""

    def put(self, texts: Sequence[str], space: str) -> int:
        """Let those of `texts` wait that have no vector in `space`, and tell how many wait."""

    def lease(self, worker: str, space: str, most: int) -> dict[str, str]:
        """Up to `most` texts by key, which are `worker`'s for LEASE seconds."""

    def store(self, vectors: Mapping[str, Vectors]) -> None:
        """Keep what was embedded, by key, and have it wait no more."""

    def release(self, worker: str) -> None:
        """Give what `worker` holds to others at once: it is known to be dead."""

    def left(self) -> int:
        """How many texts are not embedded yet, leased ones too."""

    def free(self) -> bool:
        """Whether there is a text that nobody holds."""

    def workers(self) -> set[str]:
        """Who holds texts now."""

    def clear(self) -> None:
        """Let nothing wait any more."""

    def close(self) -> None:
        """Let go of it."""


class SharedLeaseStore(LeaseStore, Protocol):
    """One for many machines, whose vectors are fetched from it."""

    def kept(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """The vectors of these texts as bytes of float32."""
