"""The PDF files that published libraries were read from, so that every machine can show a page."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from psycopg import Connection

from corpus.library import Library
from corpus.originals import FOLDER, Originals
from index.editing import LIBRARY
from index.postgres.connecting import connected

PART = 4 << 20  # bytes of a file that are kept together


def parts(file: Path) -> Iterator[bytes]:
    """The bytes of a file, PART at a time: at least one, also of an empty file."""
    with file.open("rb") as opened:
        part = opened.read(PART)
        yield part
        while part := opened.read(PART):
            yield part


def wanted(folder: Path) -> list[str]:
    """The digests of the files that the library in `folder` was read from."""
    path = folder / LIBRARY
    if not path.exists():
        return []
    with closing(Library(path, read_only=True)) as library:
        return sorted(library.files())


def insert(connection: Connection[Any], digests: list[str], data: Path) -> None:
    """Keep those of the files in `data` that the database does not have yet."""
    sql = "select distinct sha256 from library_originals where sha256 = any (%s)"
    held = {str(sha) for (sha,) in connection.execute(sql, [digests]).fetchall()}
    here = Originals(data / FOLDER)
    sql = "insert into library_originals (sha256, part, content) values (%s, %s, %b)"
    for sha256 in digests:
        file = here.find(sha256)
        if file is not None and sha256 not in held:
            for number, part in enumerate(parts(file)):
                connection.execute(sql, [sha256, number, part])


def bring(dsn: str, digests: list[str], data: Path) -> None:
    """Those files that `data` lacks, where the database has them whole."""
    here = Originals(data / FOLDER)
    sql = "select content from library_originals where sha256 = %s order by part"
    for sha256 in digests:
        if here.find(sha256) is None:
            with connected(dsn) as connection:
                rows = connection.execute(sql, [sha256], binary=True).fetchall()
            content = b"".join(bytes(part) for (part,) in rows)
            if hashlib.sha256(content).hexdigest() == sha256:
                here.keep(sha256, content)
