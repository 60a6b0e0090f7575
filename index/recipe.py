"""What an index was made with. One made with something else is not opened."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from corpus import passages
from corpus.migrations import SCHEMA
from index import alignment, languages
from index.ports import Embedder, StaleIndex

FILE = "recipe.json"
REMEDY = "run: exchange refresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that decides which vectors and words an index holds."""

    engine: str
    embedder: str
    dimension: int
    split: str
    words: str
    alignment: str
    schema: int

    def write(self, folder: Path) -> None:
        """Keep it beside the index."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> Recipe:
    """The recipe of the index in `folder`. Raises StaleIndex where there is none to be read."""
    try:
        cells = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Recipe(**{field.name: cells[field.name] for field in fields(Recipe)})
    except FileNotFoundError as error:
        raise StaleIndex(f"there is no index in {folder}; {REMEDY}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StaleIndex(f"the recipe in {folder} cannot be read ({error}); {REMEDY}") from error


def now(engine: str, embedder: Embedder) -> Recipe:
    """The recipe that an index made by this program would have."""
    return Recipe(
        engine=engine,
        embedder=embedder.name,
        dimension=embedder.dimension,
        split=passages.RULES,
        words=languages.RULES,
        alignment=alignment.RULES,
        schema=SCHEMA,
    )


def check(made: Recipe, engine: str, embedder: Embedder) -> None:
    """Raises StaleIndex, naming the ingredient that differs, unless the index fits."""
    wanted = now(engine, embedder)
    for field in fields(Recipe):
        old, new = getattr(made, field.name), getattr(wanted, field.name)
        if old != new:
            raise StaleIndex(f"the index was made with {field.name} {old!r}, not {new!r}; {REMEDY}")
