"""Embeds the same texts in one of two ways, as a process that is measured from outside.

python -m scripts.benching.embedding alone|kept WORKERS FOLDER SPACE

alone: the model and nothing else, each of the processes with its even share of FOLDER/texts.json in
one call. kept: what a refresh does, into a store in FOLDER that is thrown away. SPACE is the
embedder's name: a process that leaves embedding to others need not open it for that.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from bot.app import open_embedder
from bot.settings import Settings
from index.bulk.filling import Bulk, fill
from index.vectors import VectorStore

STORE = "vectors.db"


def alone(texts: list[str], workers: int, folder: Path, space: str) -> None:
    """The model's bare speed."""
    if workers == 1:
        open_embedder(Settings()).embed_passages(texts)
        return
    threads = {"EMBED_THREADS": str(max(1, (os.cpu_count() or 1) // workers))}
    started = []
    for number in range(workers):
        share = folder / str(number)
        share.mkdir(exist_ok=True)
        (share / "texts.json").write_text(json.dumps(texts[number::workers]), encoding="utf-8")
        command = [sys.executable, "-m", "scripts.benching.embedding", "alone", "1"]
        started.append(
            subprocess.Popen(
                [*command, str(share), space],
                env=os.environ | threads,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # as workers are: sessions share a busy machine evenly
            )
        )
    if any(process.wait() for process in started):
        raise SystemExit("a process that was measured failed")


def kept(texts: list[str], workers: int, folder: Path, space: str) -> None:
    """Into a store, as a refresh does: by this process, or by so many."""
    settings, path = Settings(), folder / STORE
    path.unlink(missing_ok=True)
    store = VectorStore(path)
    if workers == 1:
        embedder = open_embedder(settings)
        store.embed(texts, space, embedder.embed_passages, lambda _: None)
    else:
        bulk = Bulk(embedder=settings.embedder, model=settings.embedder_model, workers=workers)
        fill(path, texts, space, bulk, lambda _: None)
    store.close()


def spent() -> float:
    """Seconds of processor time, of this process and of those it waited for."""
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Read the command line."""
    how, workers, place, space = sys.argv[1:]
    folder = Path(place)
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    {"alone": alone, "kept": kept}[how](texts, int(workers), folder, space)
    print(json.dumps({"phase": "done", "cpu": spent()}), flush=True)


if __name__ == "__main__":
    main()
