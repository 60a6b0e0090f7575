"""The last run of each measurement, kept as a file so that the README's tables are made from it."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "runs"


def keep(name: str, found: dict[str, Any]) -> None:
    """Keep what a run found."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


def there(name: str) -> bool:
    """Whether there was a run of this measurement."""
    return (FOLDER / f"{name}.json").exists()


def last(name: str) -> dict[str, Any]:
    """What the last run of a measurement found. Raises FileNotFoundError where there was none."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found
