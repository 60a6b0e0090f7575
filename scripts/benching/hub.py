"""The hub that is measured: the starter library and passages of a public corpus beside it."""

import os
import platform
import random
import sys
from dataclasses import dataclass
from pathlib import Path

from bot import upkeep
from bot.app import keep_models, open_embedder
from bot.evaluation.beir import read_beir, shelve
from bot.settings import Settings
from corpus.library import Library
from index import snapshots
from index.calibration import QUESTIONS, read_trials
from index.editing import LIBRARY, editing
from index.publish import publish

SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that somebody asks while we measure."""

    text: str
    language: str


def made(folder: Path, corpora: list[Path], count: int) -> Settings:
    """The hub in `folder`, built if it is not there, with `count` texts of BEIR folders beside it.

    What was embedded once is kept in `folder`/vectors.db.
    """
    settings = Settings(exchange_data=folder)
    keep_models(settings)  # as `exchange refresh` does
    if (folder / snapshots.CURRENT).exists():
        return settings
    upkeep.refresh(settings, told)
    texts = [text for corpus in corpora for text in read_beir(corpus).texts][:count]
    if len(texts) < count:
        raise SystemExit(f"the corpora hold {len(texts)} texts; --passages {count} needs more")
    with editing(folder) as library:
        shelve(texts, library)
        publish(
            folder, library, open_embedder(settings), settings.engine, settings.calibration, told
        )
    return settings


def told(what: str, done: int, total: int) -> None:
    """One line that is written over, so that a long wait is seen to go on."""
    end = "\n" if done == total else "\r"
    print(f"{what}: {done}/{total}", end=end, file=sys.stderr, flush=True)


def asked(count: int) -> list[Asked]:
    """Calibration questions in all languages, those too that nothing answers; always the same."""
    trials = read_trials(QUESTIONS)
    chosen = random.Random(SEED).sample(trials, min(count, len(trials)))
    return [Asked(text=trial.question, language=trial.language) for trial in chosen]


def library(settings: Settings) -> Library:
    """The library that answers now."""
    return Library(snapshots.current(settings.exchange_data) / LIBRARY, read_only=True)


def machine() -> str:
    """What the figures were measured on."""
    cores, python = os.cpu_count(), platform.python_version()
    return f"{cores} cores, {platform.system()} {platform.machine()}, Python {python}"
