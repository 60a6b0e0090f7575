"""The PDF files themselves, so that a page can be shown as it was printed.

A file is named by the digest of its bytes: the same bytes are kept once, and a library that is
rolled back to finds its own. It stays while any library that is kept holds a document of it.
"""

import os
import tempfile
from collections.abc import Collection
from pathlib import Path

FOLDER = "originals"
PDF = "application/pdf"  # the only kind that is kept: the others have no pages to show
_NEW = ".new-"


class Originals:
    """A folder of PDF files. Any process may read; who changes the library writes."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made with the first file."""
        self._folder = folder

    def keep(self, sha256: str, data: bytes) -> None:
        """Keep some bytes under their digest, whole or not at all."""
        path = self._path(sha256)
        if path.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=_NEW, dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)  # mkstemp's 0600 would shut out a bot that runs as another user
        Path(name).replace(path)

    def find(self, sha256: str) -> Path | None:
        """The file of these bytes; None where it is not held."""
        path = self._path(sha256)
        return path if sha256 and path.is_file() else None

    def sweep(self, wanted: Collection[str]) -> None:
        """Take away all files but these, also what a killed run left half-written."""
        for path in self._files():
            if path.stem not in wanted:
                path.unlink(missing_ok=True)

    def bytes(self) -> int:
        """What they take of the disk."""
        return sum(path.stat().st_size for path in self._files())

    def _files(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.pdf"
