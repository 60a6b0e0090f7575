"""The library: sources, documents, pages and passages, in one SQLite file."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from sqlite_utils import Database

from corpus import passages as passages_module
from corpus.document import Document, Passage
from corpus.migrations import migrate
from corpus.originals import PDF
from corpus.source import Source

CATALOGUE, ADDED = "catalogue", "added"  # where a source comes from


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One document as it is held, for a list that people read."""

    id: str
    source: str
    title: str
    language: str
    media_type: str
    pages: int
    passages: int
    sha256: str  # of the bytes that were read, or of a card's text


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One document as it is held, to compare a new reading with."""

    source: str
    title: str  # of the source
    language: str
    sha256: str
    pages: tuple[tuple[int | None, str | None, str], ...]  # number, label, text


class Library:
    """What the hub holds. Any thread may read; one writer at a time."""

    def __init__(
        self,
        path: Path | str,
        *,
        read_only: bool = False,
        gone: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        """Open or make the library at `path`; ":memory:" gives one that is gone afterwards.

        `read_only` changes nothing of the file, not even an older schema: a published library
        stays as it was sealed. `gone` gives ids of sources that are not given out, nor their
        passages, although the file holds them.
        """
        self.path, self._gone = path, gone
        uri = f"{Path(path).resolve().as_uri()}?mode=ro" if read_only else str(path)
        connection = sqlite3.connect(uri, timeout=30, check_same_thread=False, uri=read_only)
        self._db = Database(connection)
        if read_only:
            self._db.execute("select 1 from sqlite_master").fetchone()  # is it one at all?
        else:
            migrate(self._db)

    def close(self) -> None:
        """Let go of the file."""
        self._db.conn.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """All the changes made inside, or none of them."""
        with self._db.atomic():
            yield

    def put_source(self, source: Source, origin: str) -> None:
        """Keep what is known of a source. `origin` is "catalogue" or "added"."""
        row = asdict(source) | {"key_points": json.dumps(source.key_points), "origin": origin}
        self._db.table("sources").upsert(row, pk="id")

    def put_document(
        self,
        document: Document,
        passages: Iterable[Passage],
        *,
        id: str,
        source: str,
        language: str,
        sha256: str,
        fetched: bool = False,
    ) -> None:
        """Keep a document in place of an earlier one of the same id, in one transaction."""
        with self._db.atomic():
            self.remove_document(id)
            title, kind = document.title or "", document.media_type
            self._db.table("documents").insert(
                {
                    "id": id,
                    "source": source,
                    "title": title,
                    "language": language,
                    "media_type": kind,
                    "sha256": sha256,
                    "fetched": fetched,
                    "rules": passages_module.RULES,
                }
            )
            self._db.table("pages").insert_all(
                {
                    "document": id,
                    "ordinal": ordinal,
                    "number": page.number,
                    "label": page.label,
                    "text": page.text,
                }
                for ordinal, page in enumerate(document.pages)
            )
            self._db.table("passages").insert_all(
                {
                    "id": passage.id,
                    "document": id,
                    "source": passage.source,
                    "ordinal": ordinal,
                    "page": passage.page,
                    "label": passage.label,
                    "headings": json.dumps(passage.headings, ensure_ascii=False),
                    "language": passage.language,
                    "text": passage.text,
                    "summary": passage.summary,
                }
                for ordinal, passage in enumerate(passages)
            )

    def remove_document(self, id: str) -> None:
        """Forget a document with its pages and passages; nothing happens where there is none."""
        with self._db.atomic():
            for table, column in (
                ("passages", "document"),
                ("pages", "document"),
                ("documents", "id"),
            ):
                self._db.table(table).delete_where(f"{column} = ?", [id])

    def remove_source(self, id: str) -> None:
        """Forget a source with all that is held of it."""
        with self._db.atomic():
            for row in list(self._db.query("select id from documents where source = ?", [id])):
                self.remove_document(row["id"])
            self._db.table("sources").delete_where("id = ?", [id])

    def fetched(self) -> set[str]:
        """The ids of the documents that a refresh brought."""
        return {row["id"] for row in self._db.query("select id from documents where fetched")}

    def outdated(self) -> dict[str, str]:
        """The documents that were split by other rules than today's: id to SHA-256."""
        sql = "select id, sha256 from documents where rules != ?"
        rows = self._db.query(sql, [passages_module.RULES])
        return {str(row["id"]): str(row["sha256"]) for row in rows}

    def sources(self) -> dict[str, Source]:
        """Every source by its id, in the order they were first put in."""
        rows, gone = self._db.query("select * from sources order by rowid"), self._gone()
        return {str(row["id"]): _source(row) for row in rows if row["id"] not in gone}

    def source(self, id: str) -> Source:
        """One source. Raises KeyError where there is none of this id."""
        for row in self._db.query("select * from sources where id = ?", [id]):
            if id not in self._gone():
                return _source(row)
        raise KeyError(id)

    def origins(self) -> dict[str, str]:
        """Where each source came from, by its id: "catalogue" or "added"."""
        return {
            row["id"]: row["origin"] for row in self._db.query("select id, origin from sources")
        }

    def passages(self, source: str = "") -> Iterator[Passage]:
        """Every passage, or those of one source, document by document, in reading order."""
        own = "where document in (select id from documents where source = ?)" if source else ""
        sql = f"select * from passages {own} order by document, ordinal"
        for row in self._db.query(sql, [source] if source else []):
            yield _passage(row)

    def passage(self, id: str) -> Passage:
        """One passage. Raises KeyError where there is none of this id."""
        for row in self._db.query("select * from passages where id = ?", [id]):
            if row["source"] not in self._gone():
                return _passage(row)
        raise KeyError(id)

    def page_text(self, passage: str) -> str:
        """The stored text of the pages that a passage may stand on, to check quotes against.

        Raises KeyError where there is no passage of this id.
        """
        sql = """
            select group_concat(pages.text, char(10)) as text from passages
            join pages on pages.document = passages.document
              and pages.number is passages.page and pages.label is passages.label
            where passages.id = ?
        """
        for row in self._db.query(sql, [passage]):
            if row["text"] is not None:
                return str(row["text"])
        raise KeyError(passage)

    def file_of(self, passage: str) -> str:
        """The digest of the PDF that a passage stands in; "" where it stands in none."""
        sql = """
            select documents.sha256 from passages
            join documents on documents.id = passages.document
            where passages.id = ? and documents.media_type = ?
        """
        return next((str(row["sha256"]) for row in self._db.query(sql, [passage, PDF])), "")

    def files_of(self, source: str) -> set[str]:
        """The digests of a source's PDF files."""
        sql = "select sha256 from documents where source = ? and media_type = ?"
        return {str(row["sha256"]) for row in self._db.query(sql, [source, PDF])}

    def files(self) -> set[str]:
        """The digests of all PDF files that documents were read from."""
        sql = "select sha256 from documents where media_type = ?"
        return {str(row["sha256"]) for row in self._db.query(sql, [PDF])}

    def held(self, id: str) -> Held | None:
        """The document of this id with its pages; None where it is not held."""
        return self._held("documents.id = ?", [id])

    def twin(self, sha256: str, id: str) -> Held | None:
        """A document of the same bytes under another id."""
        return self._held("documents.sha256 = ? and documents.id != ?", [sha256, id])

    def _held(self, where: str, values: list[str]) -> Held | None:
        sql = f"""
            select documents.*, sources.title as source_title from documents
            join sources on sources.id = documents.source where {where} limit 1
        """
        for row in self._db.query(sql, values):
            pages = self._db.query(
                "select number, label, text from pages where document = ? order by ordinal",
                [row["id"]],
            )
            return Held(
                source=row["source"],
                title=row["source_title"],
                language=row["language"],
                sha256=row["sha256"],
                pages=tuple((page["number"], page["label"], page["text"]) for page in pages),
            )
        return None

    def holdings(self) -> list[Holding]:
        """What is held, documents that were read before cards."""
        sql = """
            select documents.*, sources.title as source_title,
              (select count(*) from pages where document = documents.id) as pages,
              (select count(*) from passages where document = documents.id) as passages
            from documents join sources on sources.id = documents.source
            order by documents.media_type = 'text/x-card', documents.source
        """
        rows = (row | {"title": row["source_title"]} for row in self._db.query(sql))
        names = [field.name for field in fields(Holding)]
        return [Holding(**{name: row[name] for name in names}) for row in rows]

    def copy_to(self, path: Path) -> None:
        """Write a compact copy that shares nothing with this file."""
        self._db.execute("vacuum into ?", [str(path)])


def _source(row: dict[str, object]) -> Source:
    cells = {
        name: str(row[name]) for name in (f.name for f in fields(Source)) if name != "key_points"
    }
    return Source(key_points=tuple(json.loads(str(row["key_points"]))), **cells)


def _passage(row: dict[str, object]) -> Passage:
    cells = {f.name: row[f.name] for f in fields(Passage)}
    headings = tuple(json.loads(str(row["headings"])))
    return Passage(**cells | {"headings": headings, "summary": bool(row["summary"])})  # type: ignore[arg-type]
