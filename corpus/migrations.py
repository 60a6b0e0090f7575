"""The library's schema: one numbered function a change, run by themselves when it is opened."""

from collections.abc import Callable

from sqlite_utils import Database

from corpus.source import COLUMNS


def _1_first_schema(db: Database) -> None:
    sources = dict.fromkeys([*COLUMNS, "origin"], str)
    db.table("sources").create(sources, pk="id", if_not_exists=True)
    db.table("documents").create(
        {"id": str, "source": str, "title": str, "language": str, "media_type": str, "sha256": str},
        pk="id",
        foreign_keys=[("source", "sources", "id")],
        if_not_exists=True,
    )
    db.table("pages").create(
        {"document": str, "ordinal": int, "number": int, "label": str, "text": str},
        pk=("document", "ordinal"),
        if_not_exists=True,
    )
    db.table("passages").create(
        {
            "id": str,
            "document": str,
            "source": str,
            "ordinal": int,
            "page": int,
            "label": str,
            "headings": str,
            "language": str,
            "text": str,
            "summary": bool,
        },
        pk="id",
        if_not_exists=True,
    )
    db.table("passages").create_index(["document"], if_not_exists=True)


def _2_reading(db: Database) -> None:
    """What a refresh fetches by itself, and may take away again."""
    for table, column, kind in (
        ("sources", "read", str),
        ("sources", "work", str),
        ("documents", "fetched", bool),
    ):
        db.table(table).add_column(column, kind, not_null_default="" if kind is str else 0)


def _3_rules(db: Database) -> None:
    """By which rules a document was split: under other rules it is split anew."""
    db.table("documents").add_column("rules", str, not_null_default="words-80-180/1")


MIGRATIONS: tuple[Callable[[Database], None], ...] = (_1_first_schema, _2_reading, _3_rules)


SCHEMA = len(MIGRATIONS)  # names the schema: an index keeps it in its recipe


def migrate(db: Database) -> None:
    """Bring the schema up to date; each step is whole or not at all."""
    done = int(db.execute("pragma user_version").fetchone()[0])
    for number, change in enumerate(MIGRATIONS[done:], start=done + 1):
        with db.atomic():
            change(db)
            db.execute(f"pragma user_version = {number}")
