"""From a library to an index that answers: embed what is new, build, measure, switch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from corpus.library import Library
from index import alignment, calibration, recipe, snapshots
from index.alignment import Aligned, Alignment
from index.bulk.filling import Bulk, fill
from index.bulk.leases import forget
from index.calibration import Trial
from index.engines import open_engine
from index.judge import Judge
from index.ports import Embedder, Evidence, Vectors
from index.remembering import Remembering
from index.vectors import VectorStore

VECTORS = "vectors.db"  # in the data folder: what was ever embedded
Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all
Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of it."""

    folder: Path | None
    switched: bool  # False: it was refused, and is gone again
    embedded: int  # texts that were not in the store before
    judge: Judge


def publish(
    data: Path,
    library: Library,
    embedder: Embedder,
    engine: str,
    trials: Path,
    progress: Progress,
    *,
    examine: Callable[[Path], bool] = lambda folder: True,
    kept: int = snapshots.KEPT,
    vectors: Path | None = None,
    bulk: Bulk | None = None,
    dsn: str = "",
    pass_on: Callable[[Path], None] = lambda folder: None,
) -> Published:
    """Build an index of `library` beside the present one and switch to it.

    `examine` looks at the finished folder, may write into it, and may refuse it: then nothing is
    switched. `vectors` is the file that keeps what was embedded, if not the one in `data`; `bulk`
    says who embeds passages, if not this process alone. `dsn` is for an engine that needs one.
    `pass_on` hands the finished folder to other machines; where it raises, nothing is switched.
    Raises BadCalibration before anything is built where `trials` cannot be read, and what `fill`
    and `pass_on` raise.
    """
    store = vectors or data / VECTORS
    run = _Run(store, library, embedder, engine, trials, progress, bulk, dsn)

    def build(folder: Path) -> None:
        try:
            run.build(folder)
            if not examine(folder):
                raise _Refused
        except BaseException:
            run.engine.discard(folder)
            raise

    try:
        folder = snapshots.prepare(data, build)
    except _Refused:
        return Published(folder=None, switched=False, embedded=run.embedded, judge=run.judge)
    finally:
        run.store.close()
    try:
        pass_on(folder)
    except BaseException:
        snapshots.discard(folder)  # alone: what the engine keeps may have been passed on yet
        raise
    snapshots.switch(data, folder, kept)
    return Published(folder=folder, switched=True, embedded=run.embedded, judge=run.judge)


class _Refused(Exception):
    """What `examine` said no to."""


class _Run:
    """One publishing: holds the store open and counts."""

    def __init__(
        self,
        vectors: Path,
        library: Library,
        embedder: Embedder,
        engine: str,
        trials: Path,
        progress: Progress,
        bulk: Bulk | None,
        dsn: str,
    ) -> None:
        self._trials, self._named = calibration.read_calibration(trials), calibration.digest(trials)
        self.store, self._vectors, self._bulk = VectorStore(vectors), vectors, bulk
        forget(vectors)
        self.embedded = 0
        self.judge: Judge
        self._library, self._progress = library, progress
        self._embedder = Remembering(embedder, self.store)
        self.engine = open_engine(engine, dsn)

    def build(self, folder: Path) -> None:
        """Fill `folder` with an index, its alignment, its recipe and its judge."""
        self._hear_questions()
        made: Alignment | None = None

        def embed(texts: Sequence[str]) -> Vectors:
            """The first call brings all passages, whose mean is the library's; then sentences."""
            nonlocal made
            tick = self._phase("sentences" if made else "passages", len(texts))
            vectors = self._read(texts, tick)
            if made is None:
                made = alignment.learn(self._versions(), vectors, self._embedder.aligned)
            return made(vectors)

        self.engine.build(self._library, folder, embed)
        assert made is not None
        made.write(folder)
        recipe.now(self.engine.ENGINE, self._embedder).write(folder)
        self.judge = self._judge(folder, Aligned(self._embedder, made))
        self.judge.write(folder)

    def _hear_questions(self) -> None:
        """Have the vector of every trial's question kept: many at once, and told of."""
        tick = self._phase("questions", len(self._trials))
        for language, trials in _by_language(self._trials):
            self._listen([trial.question for trial in trials], language, tick)

    def _versions(self) -> list[Vectors]:
        """The parallel sentences, each language as questions and as passages."""
        versions = []
        parallel = alignment.sentences()
        tick = self._phase("languages", 2 * sum(map(len, parallel.values())))
        for language, texts in parallel.items():
            versions.append(self._listen(texts, language, tick))
            versions.append(self._read(texts, tick))
        return versions

    def _phase(self, what: str, total: int) -> Tick:
        """What to call with the number of texts done since its last call."""
        done = 0

        def tick(count: int) -> None:
            nonlocal done
            done += count
            self._progress(what, done, total)

        return tick

    def _read(self, texts: Sequence[str], tick: Tick) -> Vectors:
        """By many where that was asked for; then the store has them all, and they are told."""
        space = self._embedder.name
        fresh = 0
        if self._bulk and self._bulk.many:
            fresh = fill(self._vectors, texts, space, self._bulk, tick)
            self.embedded += fresh
        untold: Tick = (lambda done: None) if fresh else tick
        vectors, few = self.store.embed(texts, space, self._embedder.embed_passages, untold)
        self.embedded += few
        return vectors

    def _listen(self, texts: Sequence[str], language: str, tick: Tick) -> Vectors:
        vectors, fresh = self._embedder.embed_questions(texts, language, tick)
        self.embedded += fresh
        return vectors

    def _judge(self, folder: Path, embedder: Embedder) -> Judge:
        index = self.engine.open_index(folder, embedder)

        def best(trial: Trial) -> Evidence | None:
            hits = index.search(trial.question, trial.language, 1)
            return hits[0].evidence if hits else None

        held = self._library.sources()
        return calibration.measure(calibration.decidable(self._trials, held), best, self._named)


def _by_language(trials: list[Trial]) -> list[tuple[str, list[Trial]]]:
    ordered = sorted(trials, key=attrgetter("language"))
    return [(language, list(group)) for language, group in groupby(ordered, attrgetter("language"))]
