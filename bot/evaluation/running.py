"""Asking a question set: of the hub's own index, or of one that is built for it and thrown away."""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from bot.app import open_embedder
from bot.assistant import Assistant
from bot.counts import Counts
from bot.evaluation import answers, ranking
from bot.evaluation.beir import Text, read_beir, shelve
from bot.evaluation.ranking import PARTS
from bot.evaluation.scorecard import Observation, Scorecard, figures
from bot.evaluation.sets import BadSet, Case, QuestionSet, half, read_set
from bot.messages import Answer
from bot.people import People
from bot.settings import Settings
from corpus.library import Library
from index import recipe, snapshots
from index.engines import open_engine
from index.languages import detect
from index.opened import Current
from index.publish import VECTORS, Progress, publish
from index.remembering import Remembering
from index.vectors import VectorStore

FOLDER = "evaluate"


def evaluate_sets(
    settings: Settings, paths: Sequence[Path], which: str, progress: Progress, data: Path
) -> list[Scorecard]:
    """The hub's current index, asked each set; without one, its golden questions.

    `which` half: a set that is named is asked whole, the calibration questions by their reporting
    half. Raises BadSet, StaleIndex, MissingLibrary.
    """
    ranking.check()
    if not paths and settings.golden is None:
        which = which or "reporting"
    paths = paths or [settings.golden or settings.calibration]
    asked = [_halved(read_set(path), which or "all") for path in paths]
    with _embedder(settings, data) as embedder:
        current = _current(settings, embedder)
        current()
        return [_ask(current, one, which or "all", progress) for one in asked]


def evaluate_beir(
    settings: Settings, folders: Sequence[Path], which: str, progress: Progress, data: Path
) -> list[Scorecard]:
    """Each folder's questions, asked of a hub of its corpus: all are read before one is asked.

    Raises BadSet, BadCalibration, MissingLibrary.
    """
    ranking.check()
    if not folders:
        raise BadSet("--beir needs a folder with corpus.jsonl, queries.jsonl and qrels.tsv")
    which = which or "reporting"
    benchmarks = [read_beir(folder) for folder in folders]
    asked = [_halved(benchmark.questions, which) for benchmark in benchmarks]
    return [
        _throw_away(settings, benchmark.texts, questions, which, progress, data)
        for benchmark, questions in zip(benchmarks, asked, strict=True)
    ]


def _throw_away(
    settings: Settings,
    texts: Sequence[Text],
    asked: QuestionSet,
    which: str,
    progress: Progress,
    data: Path,
) -> Scorecard:
    """A hub of `texts` in a temporary folder, made and asked by the code that serves people.

    Vectors are kept in the folder `data`, so a second run embeds nothing.
    """
    with (
        tempfile.TemporaryDirectory(prefix="exchange-") as made,
        _embedder(settings, data) as embedder,
    ):
        hub = settings.model_copy(update={"exchange_data": Path(made)})
        library = Library(Path(made) / "corpus.db")
        try:
            bare = shelve(texts, library)
            publish(
                hub.exchange_data, library, embedder, hub.engine, hub.calibration, progress,
                vectors=data / VECTORS, dsn=hub.dsn,
            )  # fmt: skip
        finally:
            library.close()
        if bare:
            note = f"{len(bare)} documents are too short for a passage (first: {bare[0]})"
            asked = replace(asked, remarks=(*asked.remarks, note))
        try:
            return _ask(_current(hub, embedder), asked, which, progress)
        finally:
            open_engine(hub.engine, hub.dsn).discard(snapshots.current(hub.exchange_data))


def _current(settings: Settings, embedder: Remembering) -> Current:
    return Current(settings.exchange_data, settings.engine, embedder, settings.dsn)


def _halved(questions: QuestionSet, which: str) -> QuestionSet:
    cases = half(questions.cases, which)
    if not cases:
        raise BadSet(f"{questions.name}: its {which} half is empty; try --half all")
    return replace(questions, cases=cases)


@contextmanager
def _embedder(settings: Settings, data: Path) -> Iterator[Remembering]:
    data.mkdir(parents=True, exist_ok=True)
    store = VectorStore(data / VECTORS)
    try:
        yield Remembering(open_embedder(settings), store)
    finally:
        store.close()


def _ask(current: Current, asked: QuestionSet, which: str, progress: Progress) -> Scorecard:
    """Every question, as a person who speaks its language would ask it."""
    started = time.monotonic()
    opened = current()
    rankings: dict[str, ranking.Rankings] = {part: {} for part in PARTS}
    given: dict[str, Answer] = {}
    with _nobody(current) as assistant:
        for number, case in enumerate(asked.cases, start=1):
            language = detect(case.question, case.language or None)
            hits = opened.index.search(case.question, language, ranking.DEPTH)
            for part in PARTS:
                rankings[part][case.id] = ranking.sources(hits, part)
            given[case.id] = assistant.answer(case.question, language)
            progress(f"asking, {asked.name}", number, len(asked.cases))
    seen = tuple(_observed(asked.cases, rankings, given, opened.library))
    made = recipe.read(opened.folder)
    return Scorecard(
        name=asked.name,
        half=which,
        questions=len(asked.cases),
        documents=len(opened.library.holdings()),
        passages=sum(1 for _ in opened.library.passages()),
        embedder=made.embedder,
        engine=made.engine,
        seconds=round(time.monotonic() - started, 1),
        remarks=asked.remarks,
        figures=figures(seen),
        observations=seen,
    )


@contextmanager
def _nobody(current: Current) -> Iterator[Assistant]:
    """An assistant whose people and counts are thrown away: they are never the hub's own."""
    with (
        tempfile.TemporaryDirectory(prefix="exchange-") as made,
        closing(People(Path(made))) as people,
        closing(Counts(Path(made))) as counts,
    ):
        yield Assistant(current, people, counts=counts)


def _observed(
    cases: Sequence[Case],
    rankings: Mapping[str, ranking.Rankings],
    given: Mapping[str, Answer],
    library: Library,
) -> Iterator[Observation]:
    spoken = {case.id: case.language or given[case.id].language for case in cases}
    for part in PARTS:
        for metric, values in ranking.values(cases, rankings[part]).items():
            for id, value in values.items():
                yield Observation(
                    section=part, metric=metric, question=id, language=spoken[id], value=value
                )
    for case in cases:
        yield from answers.observations(case, given[case.id], library)
    yield from answers.agreement(cases, given)
