"""A model's largest tables in files instead of in memory: a text needs little of them.

Packed models are unpacked as a whole. Mapping the file would not do: the system maps what lies
around each row that is read, until all of the table counts as the process's memory.
"""

import os
import tempfile
import weakref
from array import array
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = "/var/tmp"  # by custom on a disk, whereas /tmp is often in memory itself


def on_disk(table: NDArray[Any]) -> "NDArray[Any] | Rows":
    """`table`, (n, width), in an unnamed file where TMPDIR says; itself where none can be made."""
    try:
        handle = _unnamed(table, os.environ.get("TMPDIR", FOLDER))
        return Rows(handle, table.dtype, table.shape[1])
    except OSError:
        return table


def numbers_on_disk(numbers: "array[int]") -> "array[int] | Numbers":
    """The same for a plain array of numbers."""
    try:
        return Numbers(_unnamed(numbers, os.environ.get("TMPDIR", FOLDER)), numbers.typecode)
    except OSError:
        return numbers


class _Table:
    """A file that is open for reading until this is dropped."""

    def __init__(self, handle: int) -> None:
        self._file = handle
        weakref.finalize(self, os.close, handle)


def _unnamed(table: "NDArray[Any] | array[int]", folder: str) -> int:
    """A file without a name that holds `table`: it is gone once it is closed."""
    with tempfile.TemporaryFile(dir=folder) as file:
        table.tofile(file)
        return os.dup(file.fileno())


class Rows(_Table):
    """What is read of a table by its rows' numbers. Any thread may read."""

    def __init__(self, handle: int, kind: np.dtype[Any], width: int) -> None:
        super().__init__(handle)
        self._type, self._width = kind, width

    @classmethod
    def open(cls, path: Path, kind: np.dtype[Any], width: int) -> "Rows":
        """The table, (n, width), in a file of nothing else. Raises OSError."""
        return cls(os.open(path, os.O_RDONLY), kind, width)

    def __getitem__(self, numbers: NDArray[np.integer[Any]]) -> NDArray[Any]:
        """(len(numbers), width), read-only; `numbers` from 0 to n - 1."""
        size = self._width * self._type.itemsize
        rows = b"".join(os.pread(self._file, size, size * number) for number in numbers.tolist())
        return np.frombuffer(rows, self._type).reshape(len(numbers), self._width)


class Numbers(_Table):
    """What is read of an array one number at a time, in two microseconds. Any thread may read."""

    def __init__(self, handle: int, typecode: str) -> None:
        super().__init__(handle)
        self._form = Struct(typecode)

    @classmethod
    def open(cls, path: Path, typecode: str) -> "Numbers":
        """The array of this type code in a file of nothing else. Raises OSError."""
        return cls(os.open(path, os.O_RDONLY), typecode)

    def __getitem__(self, place: int) -> int:
        """The number at `place`, from 0 on."""
        form = self._form
        number: int = form.unpack(os.pread(self._file, form.size, form.size * place))[0]
        return number
