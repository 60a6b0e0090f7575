"""What a refresh found and did; the last one's report is kept for who was not there."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.gate import Verdict
from corpus.report import Row, counts
from index.publish import Published

FILE = "refresh.json"  # in the data folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh, or any other change of the library, found and did."""

    started: datetime
    seconds: float
    rows: tuple[Row, ...]
    published: Published | None  # None: there was nothing to publish, or it ended before
    verdict: Verdict | None  # None: the golden questions were not asked
    forced: bool = False
    files: int = 0  # bytes of the PDF files that are kept
    looked: bool = False  # nothing was to be published: somebody only wanted to see


def cells(done: Refreshed) -> dict[str, Any]:
    """The whole report as JSON's types."""
    published = done.published
    return {
        "started": done.started.isoformat(timespec="seconds"),
        "seconds": round(done.seconds, 2),
        "counts": counts(list(done.rows)),
        "rows": [asdict(row) for row in done.rows],
        "embedded": published.embedded if published else 0,
        "published": bool(published and published.switched),
        "refused": bool(published and not published.switched),
        "looked": done.looked,
        "files": done.files,
        "forced": done.forced,
        "golden": asdict(done.verdict) if done.verdict else None,
    }


def keep(done: Refreshed, data: Path) -> None:
    """Keep it as the last report in the folder `data`."""
    write_whole(data / FILE, json.dumps(cells(done), ensure_ascii=False))


def last(data: Path) -> dict[str, Any] | None:
    """The last report, as `cells` gives it; None where there is none that can be read."""
    try:
        held = json.loads((data / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return held if isinstance(held, dict) and "refused" in held else None


def write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever reads it sees the old text or the new."""
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
