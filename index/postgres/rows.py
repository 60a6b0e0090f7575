"""The rows of a library in the database: made whole in one transaction, and taken away whole."""

import itertools
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector, Vector
from pgvector.psycopg import register_vector
from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from index import words
from index.nearest import EXACT
from index.postgres import DatabaseFailed, migrating
from index.postgres.connecting import VECTORS, connected, told
from index.writing import SENTENCES, Read

FILE = "rows.json"
ROOM = "search"
PAUSE = "2min"  # that this program may take between two tables, on a busy machine
UNNAMED = "6 hours"  # after which rows are swept that no snapshot names: their maker is gone
_SQL = Path(__file__).parent / "sql"
_MIGRATIONS = Path(__file__).parent / "migrations" / ROOM

Row = Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Where the rows of an index are: all that its folder says of them."""

    id: str
    documents: int  # passages
    kind: str  # vector, in 32 bits: every one is compared; halfvec: the nearest are looked up

    def write(self, folder: Path) -> None:
        """Keep it in `folder`."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def sql(self, name: str, **values: int) -> Composed:
        """A file of statements, over these rows."""
        parts = {name: Literal(value) for name, value in values.items()}
        return _text(name).format(
            schema=Identifier(self.schema), kind=Identifier(self.kind), **parts
        )

    @property
    def schema(self) -> str:
        """The schema they lie in."""
        return schema(self.id)


def schema(id: str) -> str:
    """The schema in which the rows of this id lie."""
    return f"library_{id}"


def read(folder: Path) -> Rows:
    """Raises OSError, ValueError and KeyError where the folder does not say."""
    cells = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return Rows(id=cells["id"], documents=cells["documents"], kind=cells["kind"])


def ready(dsn: str) -> None:
    """Have the tables that name the rows. Raises DatabaseFailed, also where pgvector is missing."""
    with connected(dsn) as connection:
        sql = (
            "select coalesce(installed_version, default_version), installed_version is not null"
            " from pg_available_extensions where name = 'vector'"
        )
        found = connection.execute(sql).fetchone()
    oldest = ".".join(map(str, VECTORS))
    if found is None:
        raise DatabaseFailed(
            f"{told(dsn)} has no pgvector; install pgvector {oldest} or newer on its server,"
            " or set ENGINE=local"
        )
    version, installed = found
    if tuple(int(part) for part in version.split(".")[:2]) < VECTORS:
        remedy = "run there: alter extension vector update" if installed else "install a newer one"
        raise DatabaseFailed(f"{told(dsn)} has pgvector {version}, older than {oldest}; {remedy}")
    migrating.ready(dsn, ROOM, _MIGRATIONS)


def make(dsn: str, read: Read, folder: Path) -> None:
    """Put the rows of a library into the database, all or none; `folder` says where they are.

    It holds the sentences' vectors, one after another.
    """
    count, dimension = read.vectors.shape
    rows = Rows(
        id=secrets.token_hex(8), documents=count, kind="vector" if count <= EXACT else "halfvec"
    )
    rows.write(folder)  # first, so that who sweeps the folder finds them
    sentences = np.load(folder / SENTENCES, mmap_mode="r")
    posted = words.posted(read.terms())  # before there is a transaction that would rest meanwhile
    with connected(dsn) as connection:
        register_vector(connection)
        connection.execute(f"set local idle_in_transaction_session_timeout = '{PAUSE}'")
        connection.execute("insert into library_rows (id) values (%s)", [rows.id])
        connection.execute(rows.sql("make", dimension=dimension))
        _fill(connection, rows, read, sentences, posted)
        connection.execute("set local maintenance_work_mem = '512MB'")  # the graph while it is made
        if rows.kind == "halfvec":
            connection.execute(rows.sql("near"))
        connection.execute(rows.sql("finish"))


def drop(connection: Connection[Any], ids: Iterable[str]) -> None:
    """Take rows away, where they are there."""
    for id in ids:
        connection.execute(
            SQL("drop schema if exists {schema} cascade").format(schema=Identifier(schema(id)))
        )
        connection.execute("delete from library_rows where id = %s", [id])


def _fill(
    connection: Connection[Any],
    rows: Rows,
    read: Read,
    sentences: NDArray[np.float16],
    posted: words.Posted,
) -> None:
    """Without the log of what is written twice, and seen by all at once: the tables are new."""
    made = Vector if rows.kind == "vector" else HalfVector
    held = list(zip(read.passages, read.vectors, read.pieces, strict=True))
    _copy(
        connection, rows, "passages", ("int4", "text", "text[]"),
        ((n, passage.id, piece) for n, (passage, _, piece) in enumerate(held)),
    )  # fmt: skip
    _copy(
        connection, rows, "vectors", ("int4", "text", "text", rows.kind),
        (
            (n, passage.source, passage.language, made(vector))
            for n, (passage, vector, _) in enumerate(held)
        ),
    )  # fmt: skip
    places = ((n, place) for n, piece in enumerate(read.pieces) for place in range(len(piece)))
    _copy(
        connection, rows, "sentences", ("int4", "int2", "halfvec"),
        ((n, place, HalfVector(row)) for (n, place), row in zip(places, sentences, strict=True)),
    )  # fmt: skip
    _copy(connection, rows, "terms", ("text", "int4", "int4", "float4"), _terms(posted))
    numbers = itertools.chain.from_iterable(
        itertools.repeat(number, count) for number, count in enumerate(posted.counts.tolist())
    )
    postings = zip(numbers, posted.rows.tolist(), posted.weights.tolist(), strict=True)
    _copy(connection, rows, "postings", ("int4", "int4", "float4"), postings)


def _terms(posted: words.Posted) -> Iterator[Row]:
    for number, term in enumerate(posted.terms):
        first, count = int(posted.firsts[number]), int(posted.counts[number])
        yield term, number, count, float(posted.weights[first : first + count].max())


def _copy(
    connection: Connection[Any],
    rows: Rows,
    table: str,
    types: Sequence[str],
    values: Iterable[Row],
) -> None:
    name = Identifier(rows.schema, table)
    sql = SQL("copy {name} from stdin with (format binary, freeze)").format(name=name)
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.set_types(types)
        for value in values:
            copy.write_row(value)


def _text(name: str) -> SQL:
    return SQL((_SQL / f"{name}.sql").read_text(encoding="utf-8"))
