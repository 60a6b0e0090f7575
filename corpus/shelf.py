"""What was fetched and read before, so that an unchanged document costs nothing.

It is a memory only: thrown away, the next refresh fetches and reads everything again.
"""

import json
import sqlite3
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from sqlite_utils import Database

from corpus.document import Document, revived
from corpus.originals import PDF, Originals

READERS = "readers/1"  # names the rules of all readers; another name reads everything anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a server said of a document when it was last fetched whole."""

    url: str
    etag: str = ""
    last_modified: str = ""
    sha256: str  # of its bytes


class Shelf:
    """A SQLite file of validators by address and of documents by the digest of their bytes."""

    def __init__(self, path: Path | str, originals: Originals | None = None) -> None:
        """Open or make the shelf at `path`. `originals` keeps the PDF files; None: nobody does."""
        self._originals = originals
        self._db = Database(sqlite3.connect(path, timeout=30))
        self._db.execute("pragma secure_delete = on")  # what is erased is overwritten
        self._db.table("known").create(
            dict.fromkeys((f.name for f in fields(Known)), str), pk="url", if_not_exists=True
        )
        self._db.table("documents").create(
            {"key": str, "document": str}, pk="key", if_not_exists=True
        )

    def close(self) -> None:
        """Let go of the file."""
        self._db.conn.close()

    def known(self, url: str) -> Known | None:
        """What is known of an address, where all that it gave can still be had here."""
        for row in self._db.query("select * from known where url = ?", [url]):
            known = Known(**row)
            document = self.document(known.sha256)
            return known if document is not None and self._whole(known.sha256, document) else None
        return None

    def _whole(self, sha256: str, document: Document) -> bool:
        """Whether the file of a PDF is held beside what was read of it."""
        if self._originals is None or document.media_type != PDF:
            return True
        return self._originals.find(sha256) is not None

    def learn(self, known: Known) -> None:
        """Remember what a server said."""
        with self._db.atomic():
            self._db.table("known").upsert(asdict(known), pk="url")

    def document(self, sha256: str) -> Document | None:
        """The document that these bytes gave, as today's readers read it."""
        sql = "select document from documents where key = ?"
        for row in self._db.query(sql, [f"{READERS} {sha256}"]):
            return revived(json.loads(row["document"]))
        return None

    def keep_file(self, sha256: str, document: Document, data: bytes) -> None:
        """Keep the bytes themselves, where they are a PDF."""
        if self._originals is not None and document.media_type == PDF:
            self._originals.keep(sha256, data)

    def keep(self, sha256: str, document: Document) -> None:
        """Remember what these bytes gave."""
        text = json.dumps(asdict(document), ensure_ascii=False)
        with self._db.atomic():
            row = {"key": f"{READERS} {sha256}", "document": text}
            self._db.table("documents").upsert(row, pk="key")

    def forget(self, sha256: str) -> None:
        """Erase what these bytes gave."""
        with self._db.atomic():
            self._db.table("documents").delete_where("key = ?", [f"{READERS} {sha256}"])
