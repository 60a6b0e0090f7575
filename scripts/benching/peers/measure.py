"""Each peer and ourselves on the same texts and questions, each in processes of its own."""

import json
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

import numpy as np

from bot.app import open_embedder
from bot.evaluation.beir import Benchmark, read_beir, shelve
from bot.evaluation.ranking import values
from bot.settings import Settings
from corpus.library import Library
from index.calibration import QUESTIONS
from index.publish import publish
from index.vectors import VectorStore
from index.writing import passage_text
from scripts.benching import hub, runs
from scripts.benching.budgets import watched
from scripts.benching.peers import exchange

PEERS = (
    "exchange", "txtai_hybrid", "langchain_faiss", "haystack_hybrid", "semantic_search",
    "bm25s_words",
)  # fmt: skip
E5 = 384  # of a vector of ours, the part that peers are given
MOST = 400  # questions of a set


def measure(data: Path, corpora: list[Path], python: str) -> None:
    """All peers on all sets; `python` is the interpreter that has the peers installed."""
    sets = [(corpus.name, read_beir(corpus), data / corpus.name) for corpus in corpora]
    for _, benchmark, folder in sets:
        prepare(benchmark, folder, data / exchange.VECTORS)
    found = [_peer(name, sets, sys.executable if name == "exchange" else python) for name in PEERS]
    told = {
        "machine": hub.machine(),
        "sets": [
            {"name": name, "texts": _count(folder), "questions": len(_asked(benchmark))}
            for name, benchmark, folder in sets
        ],
        "peers": found,
    }
    runs.keep("peers", told)
    print(table(told))


def prepare(benchmark: Benchmark, folder: Path, vectors: Path) -> None:
    """A hub of the set in `folder`/exchange, and its passages, vectors and questions for peers.

    What is there is taken as it is.
    """
    if (folder / "questions.json").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    ours = folder / "exchange"
    ours.mkdir(parents=True)
    embedder, settings = open_embedder(Settings(exchange_data=ours)), Settings(exchange_data=ours)
    library = Library(ours / exchange.CORPUS)
    shelve(benchmark.texts, library)
    publish(ours, library, embedder, settings.engine, QUESTIONS, hub.told, vectors=vectors)
    (ours / exchange.VECTORS).symlink_to(vectors.resolve())
    passages, sources = list(library.passages()), library.sources()
    texts = [passage_text(passage, sources[passage.source]) for passage in passages]
    library.close()
    store = VectorStore(vectors)
    rows, _ = store.embed(texts, embedder.name, embedder.embed_passages, lambda _: None)
    store.close()
    rows = rows[:, :E5] / np.linalg.norm(rows[:, :E5], axis=1, keepdims=True)
    np.save(folder / "vectors.npy", rows)
    held = {
        "ids": [passage.id for passage in passages],
        "sources": {passage.id: passage.source for passage in passages},
        "texts": texts,
    }
    (folder / "texts.json").write_text(json.dumps(held), encoding="utf-8")
    questions = [case.question for case in _asked(benchmark)]
    (folder / "questions.json").write_text(json.dumps(questions), encoding="utf-8")


def _asked(benchmark: Benchmark) -> list[Any]:
    return [case for case in benchmark.questions.cases if case.expected][:MOST]


def _count(folder: Path) -> int:
    return len(json.loads((folder / "texts.json").read_text(encoding="utf-8"))["ids"])


def _peer(name: str, sets: list[tuple[str, Benchmark, Path]], python: str) -> dict[str, Any]:
    """Times and memory on the first set, quality on all."""
    quality: list[float] = []
    times: dict[str, Any] = {}
    for _, benchmark, folder in sets:
        built = _run(python, "build", name, folder)["build"]
        asked = _run(python, "answer", name, folder)
        quality.append(_quality(benchmark, folder, asked["all"]["found"]))
        if not times:
            waits = asked["all"]["waits"]
            times = {
                "version": built["version"], "settings": built["settings"],
                "build": built["build"], "update": built["update"],
                "first": asked["first"]["after"], "memory": asked["all"]["resident"],
                "p50": statistics.median(waits) * 1000,
                "p95": statistics.quantiles(waits, n=20)[18] * 1000, "rate": asked["all"]["rate"],
            }  # fmt: skip
    rounded = {
        key: round(value, 2) if isinstance(value, float) else value for key, value in times.items()
    }
    return rounded | {"name": name, "quality": [round(one, 3) for one in quality]}


def _run(python: str, what: str, name: str, folder: Path) -> dict[str, dict[str, Any]]:
    return watched([python, "-m", f"scripts.benching.peers.{name}", what, str(folder.resolve())])


def _quality(benchmark: Benchmark, folder: Path, found: list[list[str]]) -> float:
    """Mean nDCG@10 over the documents."""
    sources = json.loads((folder / "texts.json").read_text(encoding="utf-8"))["sources"]
    cases = _asked(benchmark)
    rankings = {
        case.id: list(dict.fromkeys(sources[id] for id in ids if id in sources))
        for case, ids in zip(cases, found, strict=True)
    }
    return statistics.mean(values(cases, rankings)["nDCG@10"].values())


def table(told: dict[str, Any]) -> str:
    """A run as Markdown: ours in figures, peers in figures and as a ratio to ours."""
    ours = told["peers"][0]
    sets = "".join(f" nDCG@10 {one['name']} |" for one in told["sets"])
    rows = [
        f"| | first answer, s | memory, MB | a question p50 / p95, ms | questions a second |"
        f" build, s | one more document, s |{sets}",
        "|---|---|---|---|---|---|---|" + "---|" * len(told["sets"]),
    ]
    for peer in told["peers"]:
        cells = (
            _cell(peer, ours, "first"), _cell(peer, ours, "memory"),
            f"{_cell(peer, ours, 'p50')} / {peer['p95']:g}", _cell(peer, ours, "rate"),
            _cell(peer, ours, "build"), _cell(peer, ours, "update"),
            *(f"{one:.3f}" for one in peer["quality"]),
        )  # fmt: skip
        rows.append(f"| {peer['version']} | {' | '.join(cells)} |")
    settings = "; ".join(f"{peer['version']}: {peer['settings']}" for peer in told["peers"])
    first = told["sets"][0]
    return "\n".join(
        [
            *rows, "",
            f"Measured by `python -m scripts.bench peers`: {told['machine']}; times and memory on"
            f" {first['name']}, {first['texts']:,} passages and {first['questions']} questions;"
            " in brackets the ratio to ours. Peers are given vectors of multilingual-e5-small and"
            " embed each question with it, so building leaves embedding out for all. Settings:"
            f" {settings}.",
        ]
    )  # fmt: skip


def _cell(peer: dict[str, Any], ours: dict[str, Any], what: str) -> str:
    ratio = "" if peer is ours else f" (×{peer[what] / ours[what]:.2g})"
    return f"{peer[what]:g}{ratio}"
