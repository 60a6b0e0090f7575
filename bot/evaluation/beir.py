"""Question sets in the layout of BEIR (Thakur et al. 2021), and their corpus as a library.

A folder with corpus.jsonl {_id or id, title, text, lang}, queries.jsonl {_id or id, text, lang,
answers} and qrels.tsv or qrels/test.tsv (question, document, relevance; with or without heading).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.evaluation.sets import BadSet, Case, QuestionSet, two_letters
from corpus.document import Document
from corpus.errors import UnreadableDocument
from corpus.keeping import digest
from corpus.library import ADDED, Library
from corpus.passages import split
from corpus.readers import text as text_reader
from corpus.source import Source
from index.languages import detect

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", ("qrels.tsv", "qrels/test.tsv")
_SAMPLE = 3_000  # characters, enough to tell a language by
_LAYOUT = f"a BEIR folder holds {CORPUS}, {QUERIES} and {' or '.join(QRELS)}"

Qrels = dict[str, dict[str, int]]  # question to document to relevance, 0: judged and not relevant


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One document of a corpus."""

    id: str
    title: str  # may be empty
    text: str
    language: str  # ISO 639-1; empty: not said


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A corpus and the questions that are asked of it."""

    questions: QuestionSet
    texts: tuple[Text, ...]


def read_beir(folder: Path) -> Benchmark:
    """The set in `folder`. Raises BadSet, which names the file and the line."""
    path = next((folder / name for name in QRELS if (folder / name).is_file()), None)
    missing = [name for name in (CORPUS, QUERIES) if not (folder / name).is_file()]
    if missing or path is None:
        raise BadSet(f"{folder}: there is no {(missing or QRELS)[0]}; {_LAYOUT}")
    remarks: list[str] = []
    texts = {
        id: _text(id, row) for id, row in _records(folder / CORPUS, remarks) if _words(row, "text")
    }
    if not texts:
        raise BadSet(f"{folder / CORPUS}: holds no document with a text; {_LAYOUT}")
    queries = {
        id: row for id, row in _records(folder / QUERIES, remarks) if _words(row, "text").strip()
    }
    judged = _qrels(path)
    cases = tuple(_cases(queries, judged, texts))
    remarks += _unknown(judged, queries, texts, path, len(queries) - len(cases))
    if not cases:
        raise BadSet(f"{folder}: no question has a line in {path.name} that names a document here")
    name = folder.resolve().name
    return Benchmark(
        questions=QuestionSet(name=name, cases=cases, remarks=tuple(remarks)),
        texts=tuple(texts.values()),
    )


def _records(path: Path, remarks: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each object of a file of JSON lines with its id; of two with one id, the first."""
    seen: set[str] = set()
    twice = 0
    for number, line in enumerate(_lines(path), start=1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadSet(f"{path}, line {number}: is no JSON ({error})") from error
        id = row.get("_id", row.get("id")) if isinstance(row, dict) else None
        if id is None or id == "":
            raise BadSet(f"{path}, line {number}: has no id; {_LAYOUT}")
        if str(id) in seen:
            twice += 1
            continue
        seen.add(str(id))
        yield str(id), row
    if twice:
        remarks.append(f"{path.name}: {twice} ids stand twice; the first of each is taken")


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSet(f"{path}: cannot be read ({error}); save it in UTF-8") from error
    return [line for line in text.split("\n") if line.strip()]


def _text(id: str, row: Mapping[str, Any]) -> Text:
    title = " ".join(_words(row, "title").split())
    return Text(id=id, title=title, text=_words(row, "text"), language=_language(row))


def _words(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _language(row: Mapping[str, Any]) -> str:
    return two_letters(_words(row, "lang") or _words(row, "language"))


def _qrels(path: Path) -> Qrels:
    """By question; the heading line, and TREC's second column, are left out."""
    judged: Qrels = {}
    for number, line in enumerate(_lines(path), start=1):
        cells = line.strip().split("\t") if "\t" in line else line.split()
        if len(cells) == 4:
            cells = [cells[0], *cells[2:]]
        try:
            question, document, relevance = cells
            grade = max(0, int(float(relevance)))
        except (ValueError, OverflowError):  # OverflowError: infinity
            if number == 1:
                continue
            raise BadSet(
                f"{path}, line {number}: {line.strip()[:60]!r} is not question, document and"
                " relevance, with tabs between"
            ) from None
        judged.setdefault(question.strip(), {})[document.strip()] = grade
    return judged


def _cases(
    queries: Mapping[str, Mapping[str, Any]], judged: Qrels, texts: Mapping[str, Text]
) -> Iterator[Case]:
    """The questions that can be judged: with a relevant document here, or said to have none."""
    for id, row in queries.items():
        relevant = {name: grade for name, grade in judged.get(id, {}).items() if grade}
        expected = {name: grade for name, grade in relevant.items() if name in texts}
        unanswerable = row.get("answerable") is False or (id in judged and not relevant)
        if expected or unanswerable:
            yield Case(
                id=id,
                question=_words(row, "text").strip(),
                language=_language(row),
                expected={} if unanswerable else expected,
                same=_words(row, "same"),
                answers=tuple(_answers(row.get("answers"))),
            )


def _answers(value: object) -> Iterator[str]:
    for answer in value if isinstance(value, list) else [value]:
        if isinstance(answer, str) and answer.strip():
            yield answer


def _unknown(
    judged: Qrels, queries: Iterable[str], texts: Iterable[str], path: Path, unasked: int
) -> Iterator[str]:
    questions = sorted(set(judged) - set(queries))
    documents = sorted({name for named in judged.values() for name in named} - set(texts))
    for what, names in (("questions", questions), ("documents", documents)):
        if names:
            yield f"{path.name}: {len(names)} {what} are not in the set (first: {names[0]})"
    if unasked:
        yield f"{unasked} questions have no line in {path.name} that can be judged; not asked"


def shelve(texts: Iterable[Text], library: Library) -> list[str]:
    """Put a corpus into `library` as documents without pages.

    Twins are kept, each under its own id: a set may judge one of them only. Gives the ids of those
    that are left out, since no passage can be made of their few words.
    """
    bare: list[str] = []
    with library.changing():
        for text in texts:
            document = _document(text.text)
            language = text.language or detect(text.text[:_SAMPLE])
            passages = split(document, text.id, language) if document else []
            if document is None or not passages:
                bare.append(text.id)
                continue
            url = f"https://corpus.invalid/{quote(text.id)}"
            source = Source(id=text.id, title=text.title, url=url, link_language=language)
            library.put_source(source, ADDED)
            library.put_document(
                document,
                passages,
                id=f"{text.id}/text",
                source=text.id,
                language=language,
                sha256=digest(text.text.encode("utf-8", "replace")),
            )
    return bare


def _document(text: str) -> Document | None:
    """The text as the reader of plain text gives it; None where it finds nothing to read."""
    try:
        return text_reader.read(text.encode("utf-8", "replace"))
    except UnreadableDocument:
        return None
