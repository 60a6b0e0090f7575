"""Where paths are kept: those that come with the assistant, and the hub's own in the data folder.

A file is a path in one language. One of the hub's own stands in place of a built-in one of the
same name.
"""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.learning import cards
from bot.learning.parsing import LARGEST, named, parse
from bot.learning.path import BadPath, Fault, LearningPath, told
from bot.learning.verifying import unverified
from corpus.library import Library

BUILT_IN = Path(__file__).parent / "paths"
FOLDER = "paths"  # in the data folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file of a path, as staff see it."""

    name: str  # "listening.sw.md"
    own: bool  # the hub's, not built in
    path: LearningPath | None  # None: it cannot be read
    faults: tuple[Fault, ...]  # why nobody is shown it; none: it is in the list


def checked(name: str, data: bytes, library: Library) -> LearningPath:
    """The path in a file, every quote of it found in the library. Raises BadPath."""
    path = parse(name, data)
    if faults := _faults(path, library):
        raise BadPath(name, faults)
    return path


def _faults(path: LearningPath, library: Library) -> list[Fault]:
    return unverified(path, library) + cards.too_long(path, library)


class Shelf:
    """The paths. Files are read each time: a new one counts from the next moment on."""

    def __init__(self, data: Path) -> None:
        """`data`: the data folder; nothing is made there until a path is put in."""
        self.folder = data / FOLDER

    def find(self, id: str, language: str) -> LearningPath | None:
        """A path in this language, else in English, else in any; None where there is none.

        Its quotes are not looked at: who stands in the middle of it goes on.
        """
        files = {named(file.name)[1]: file for file in self._files() if named(file.name)[0] == id}
        for code in dict.fromkeys((language, "en", *sorted(files))):
            try:
                if code in files:
                    return parse(files[code].name, _bytes(files[code]))
            except (BadPath, OSError):  # staff see why: `found`
                continue
        return None

    def listed(self, language: str, library: Library) -> list[LearningPath]:
        """Each path once, in the language where it is held in it; only those that verify."""
        ids = sorted({named(file.name)[0] for file in self._files()})
        paths = (self.find(id, language) for id in ids)
        return [path for path in paths if path and not _faults(path, library)]

    def found(self, library: Library) -> list[Found]:
        """Every file, with what is wrong with it."""
        return [self._found(file, library) for file in self._files(bad=True)]

    def put(self, name: str, data: bytes, library: Library) -> LearningPath:
        """Keep a path of the hub's own, whole or not at all. Raises BadPath."""
        path = checked(name, data, library)
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f".{secrets.token_hex(4)}"
        fresh.write_bytes(data)
        os.replace(fresh, self.folder / name)
        return path

    def remove(self, name: str) -> None:
        """Take out a path of the hub's own; a built-in one of its name is back. Raises BadPath."""
        named(name)  # else it might lead anywhere
        (self.folder / name).unlink(missing_ok=True)

    def _found(self, file: Path, library: Library) -> Found:
        path, faults = None, list[Fault]()
        try:
            path = parse(file.name, _bytes(file))
            faults = _faults(path, library)
        except BadPath as error:
            faults = error.faults
        except OSError as error:
            faults = [Fault(line=1, why=f"cannot be read ({error.strerror}); mend its rights")]
        own = file.parent == self.folder
        return Found(name=file.name, own=own, path=path, faults=tuple(told(faults)))

    def _files(self, *, bad: bool = False) -> Iterator[Path]:
        """The files in use, by name; `bad`: also those whose name tells no path."""
        held: dict[str, Path] = {}
        for folder in (BUILT_IN, self.folder):
            if folder.is_dir():
                held |= {file.name: file for file in folder.glob("[!.]*.md") if file.is_file()}
        for name in sorted(held):
            if bad or _is_named(name):
                yield held[name]


def _is_named(name: str) -> bool:
    try:
        named(name)
    except BadPath:
        return False
    return True


def _bytes(file: Path) -> bytes:
    """The start of a file, one byte more than is taken: whoever made it, it may be huge."""
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)
