"""How often the quoted sentences hold the answer, on questions whose answers are known to the word.

python -m scripts.measure_quotes BENCH DOCUMENTS --keep FOLDER [--half tuning]

BENCH holds public question sets in BEIR's layout, DOCUMENTS the real documents; the questions and
their answers stand in tests/golden (spans.csv, document_questions.csv). The indexes are built by
the code that serves people and kept in FOLDER, so that a second run only asks.

The judge's threshold is set aside: every question is answered. A passage counts as found where one
of the first three hits is of the right source (and page) and holds the answer. The answer counts as
quoted where a quote of that source holds it, white space aside. Constants are chosen on the tuning
half, by rule: an even CRC-32 of the question's id, or of its text where it has none.
"""

import argparse
import csv
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot import app, upkeep
from bot.asking import DEPTH, answer
from bot.quoting import SHOWN
from bot.settings import Settings
from bot.wording import stands_in
from corpus.adding import Details
from corpus.document import Block, Document, Page
from corpus.library import CATALOGUE, Library
from corpus.passages import split
from corpus.source import Source
from index.calibration import QUESTIONS
from index.opened import Current, Opened
from index.ports import StaleIndex
from index.publish import publish

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and the words that answer it, one of which a quote should hold."""

    id: str
    text: str
    language: str
    source: str
    page: int | None
    answers: tuple[str, ...]

    @property
    def tunes(self) -> bool:
        """Whether constants may be chosen on it."""
        return zlib.crc32(self.id.encode()) % 2 == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one question."""

    asked: Asked
    found: bool
    quoted: bool
    first: bool  # the first hit holds the answer
    verified: bool
    length: int  # characters of all quotes


def main() -> None:
    """Ask everything and print a line a set and half."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("bench", type=Path)
    parser.add_argument("documents", type=Path)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--half", choices=("tuning", "reporting"), default="")
    parser.add_argument("--missed", action="store_true", help="print what was not quoted")
    given = parser.parse_args()
    print("set                half        found  first  quoted where found   95 %   characters")
    for name, asked, opened in _sets(given.bench, given.documents, given.keep):
        for half in (given.half,) if given.half else ("tuning", "reporting"):
            chosen = [one for one in asked if one.tunes == (half == "tuning")]
            outcomes = [outcome(opened, one) for one in chosen]
            print(_line(name, half, outcomes))
            if given.missed:
                _print_missed(outcomes)
    both, held, asked_for = comparisons(opened)
    print(f"questions that compare two things: both quoted {both} of {held} where both were found,")
    print(f"of {asked_for} asked; too few for halves")


def _sets(bench: Path, documents: Path, keep: Path) -> list[tuple[str, list[Asked], Opened]]:
    made = []
    for name, rows in spans(GOLDEN / "spans.csv").items():
        opened = beir_index(bench / name, keep / name)
        made.append((name, asked_of(bench / name, rows), opened))
    opened, sources = documents_index(documents, keep / "documents")
    made.append(("documents", document_questions(sources), opened))
    return made


def spans(path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """The answers by question's id, by set."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["set"]][row["id"]] = tuple(row["answers"].split("|"))
    return found


def asked_of(folder: Path, answers: dict[str, tuple[str, ...]]) -> list[Asked]:
    """The annotated questions of a BEIR set."""
    rows = (line.split("\t") for line in (folder / "qrels.tsv").read_text("utf-8").splitlines())
    place = {row[0]: row[1] for row in rows}
    queries = {row["id"]: row for row in _jsonl(folder / "queries.jsonl")}
    return [
        Asked(
            id=id,
            text=queries[id]["text"],
            language=queries[id]["lang"],
            source=place[id],
            page=None,
            answers=spans,
        )
        for id, spans in answers.items()
    ]


def document_questions(sources: dict[str, str]) -> list[Asked]:
    """The questions about the real documents. `sources` gives a file's source."""
    with (GOLDEN / "document_questions.csv").open(encoding="utf-8", newline="") as file:
        return [
            Asked(
                id=row["question"],
                text=row["question"],
                language=row["language"],
                source=sources[row["file"]],
                page=int(row["page"]) if row["page"] else None,
                answers=tuple(row["answers"].split("|")),
            )
            for row in csv.DictReader(file)
        ]


def _jsonl(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def beir_index(folder: Path, data: Path) -> Opened:
    """An index of a BEIR set's corpus, a source a passage; built where `data` holds none."""
    embedder = app.open_embedder(Settings(exchange_data=data))
    try:
        return Current(data, "local", embedder)()
    except StaleIndex:
        pass
    data.mkdir(parents=True, exist_ok=True)
    library = Library(":memory:")
    for row in _jsonl(folder / "corpus.jsonl"):
        library.put_source(Source(id=row["id"], title=row["title"], url=row["id"]), CATALOGUE)
        page = Page(number=None, blocks=(Block(text=row["text"]),))
        document = Document(media_type="text/plain", pages=(page,))
        parts = split(document, row["id"], row["lang"])
        library.put_document(
            document, parts, id=row["id"], source=row["id"], language=row["lang"], sha256=""
        )
    publish(data, library, embedder, "local", QUESTIONS, lambda *_: None)
    return Current(data, "local", embedder)()


def documents_index(folder: Path, data: Path) -> tuple[Opened, dict[str, str]]:
    """The starter library with the real documents, and the source of each file."""
    settings = Settings(exchange_data=data)
    with (GOLDEN / "document_questions.csv").open(encoding="utf-8", newline="") as file:
        names = list(dict.fromkeys(row["file"] for row in csv.DictReader(file)))
    paths = [str((folder / name).resolve()) for name in names]
    rows, _ = upkeep.add_documents(settings, paths, Details(), lambda *_: None, lambda _: None)
    opened = Current(data, "local", app.open_embedder(settings))()
    return opened, {name: row.source for name, row in zip(names, rows, strict=True)}


def outcome(opened: Opened, asked: Asked) -> Outcome:
    """Ask one question, the judge's threshold aside."""
    given = answer(_confident(opened), asked.text, asked.language)
    hits = opened.index.search(asked.text, asked.language, DEPTH)[:SHOWN]
    held = [
        hit.passage.source == asked.source
        and asked.page in (None, hit.passage.page)
        and holds(hit.passage.text, asked.answers)
        for hit in hits
    ]
    own = [quote.text for quote in given.quotes if quote.source == asked.source]
    page = opened.library.page_text
    return Outcome(
        asked=asked,
        found=any(held),
        first=held[:1] == [True],
        quoted=any(holds(text, asked.answers) for text in own),
        verified=all(stands_in(quote.text, page(quote.passage)) for quote in given.quotes),
        length=sum(len(quote.text) for quote in given.quotes),
    )


def comparisons(opened: Opened) -> tuple[int, int, int]:
    """Of the comparing questions: those of which both sides are quoted, found, and all."""
    with (GOLDEN / "comparing_questions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    both = held = 0
    for row in rows:
        sides = [row["one"].split("|"), row["other"].split("|")]
        hits = opened.index.search(row["question"], row["language"], DEPTH)
        if all(any(holds(hit.passage.text, side) for hit in hits) for side in sides):
            held += 1
            given = answer(_confident(opened), row["question"], row["language"])
            quoted = "\n".join(quote.text for quote in given.quotes)
            both += all(holds(quoted, side) for side in sides)
    return both, held, len(rows)


def _confident(opened: Opened) -> Opened:
    return replace(opened, judge=replace(opened.judge, threshold=0.0))


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether one of the answers stands in the text as a whole, white space aside."""
    flat = " ".join(text.split())
    return any(re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", flat) for answer in answers)


def _line(name: str, half: str, outcomes: Sequence[Outcome]) -> str:
    found = [one for one in outcomes if one.found]
    quoted = sum(one.quoted for one in found)
    low, high = interval(quoted, len(found))
    length = sum(one.length for one in outcomes) / max(1, len(outcomes))
    false = sum(not one.verified for one in outcomes)
    return (
        f"{name:18} {half:10} {len(found):3}/{len(outcomes):3}  {sum(o.first for o in outcomes):5}"
        f"  {quoted:3}/{len(found):3} = {quoted / max(1, len(found)):4.0%}"
        f"  {low:4.0%}–{high:4.0%}  {length:6.0f}{f'  {false} not verified' if false else ''}"
    )


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    return middle - reach, middle + reach


def _print_missed(outcomes: Sequence[Outcome]) -> None:
    for one in outcomes:
        if one.found and not one.quoted:
            print(f"    {one.asked.text}  →  {' | '.join(one.asked.answers)}")


if __name__ == "__main__":
    main()
