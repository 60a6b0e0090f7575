"""An index is made, asked the golden questions, and only then answers people."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from bot import app, gate
from bot.asking import answer
from bot.changing import Machines
from bot.desk.curated import check_kept
from bot.gate import Verdict
from bot.settings import Settings
from bot.storing import sweep_files
from corpus.library import Library
from index import calibration
from index.bulk.filling import Bulk
from index.calibration import Trial
from index.editing import held_library
from index.engines import open_engine
from index.opened import Opened, open_folder
from index.publish import VECTORS, Progress, Published, publish
from index.remembering import Remembering
from index.vectors import VectorStore
from index.withdrawn import Gone


class Examination:
    """The gate: asks a finished index the golden questions before it answers anybody."""

    def __init__(self, settings: Settings, force: bool) -> None:
        self._settings, self._force = settings, force
        self.verdict: Verdict | None = None

    def __call__(self, folder: Path) -> bool:
        """Whether the index in `folder` may be published; its results are kept beside it."""
        settings = self._settings
        with questioned(settings, folder) as opened:
            # Also those whose source is not held: a source that is gone is what a gate must see.
            results = gate.ask(
                golden(settings), lambda trial: answer(opened, trial.question, trial.language)
            )
        gate.write(folder, results)
        before, last, lost = held_library(settings.exchange_data), None, False
        try:
            last = gate.read(before.parent) if before else None
        except gate.LostResults:
            lost = True
        self.verdict = replace(gate.judge(last, results, settings.gate), lost=lost)
        return self.verdict.passed or self._force


@contextmanager
def questioned(settings: Settings, folder: Path, gone: Gone = frozenset) -> Iterator[Opened]:
    """The index in `folder`, to be asked what a hub asks itself: each question is embedded once."""
    data, engine = settings.exchange_data, open_engine(settings.engine, settings.dsn)
    with closing(VectorStore(data / VECTORS)) as store:
        embedder = Remembering(app.open_embedder(settings), store)
        opened = open_folder(folder, engine, embedder, gone)
        with closing(opened.library):
            yield opened


def golden(settings: Settings) -> list[Trial]:
    """The questions that the gate asks: the hub's own, else the half that sets no threshold."""
    if settings.golden is not None:
        return calibration.read_trials(settings.golden, "GOLDEN")
    return [t for t in calibration.read_trials(settings.calibration) if not t.tunes]


def publish_examined(
    settings: Settings,
    library: Library,
    progress: Progress,
    examine: Callable[[Path], bool],
    machines: Machines,
    bulk: Bulk | None = None,
) -> Published:
    """Publish an index of `library` that `examine` lets pass, and what follows from that."""
    published = publish(
        settings.exchange_data,
        library,
        app.open_embedder(settings),
        settings.engine,
        settings.calibration,
        progress,
        examine=examine,
        kept=settings.snapshots_kept,
        bulk=bulk,
        dsn=settings.dsn,
        pass_on=machines.put,
    )
    sweep_files(settings.exchange_data)
    if published.folder:
        check_kept(settings.exchange_data, published.folder, settings.dsn)
    return published
