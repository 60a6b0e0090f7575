"""How far each catalogue is: what is missing, fuzzy, or a draft that no native speaker reviewed."""

from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
TEMPLATE = "messages.pot"
SAFETY = "safety text"  # the comment in the template that marks what must never be missing
DRAFT = "draft, not reviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One catalogue against the template; each text by its English wording."""

    language: str
    missing: tuple[str, ...]
    fuzzy: tuple[str, ...]
    unreviewed: tuple[str, ...]
    unsafe: tuple[str, ...]  # safety texts among those missing or fuzzy


def states(folder: Path = FOLDER) -> list[State]:
    """The state of each catalogue in the folder, by language."""
    with (folder / TEMPLATE).open("rb") as file:
        wanted = {str(m.id): SAFETY in m.auto_comments for m in read_po(file) if m.id}
    return [_state(path, wanted) for path in sorted(folder.glob("*.po"))]


def _state(path: Path, wanted: dict[str, bool]) -> State:
    with path.open("rb") as file:
        held = {str(m.id): m for m in read_po(file, locale=path.stem) if m.id and m.string}
    missing = tuple(text for text in wanted if text not in held)
    fuzzy = tuple(text for text in wanted if text in held and held[text].fuzzy)
    return State(
        language=path.stem,
        missing=missing,
        fuzzy=fuzzy,
        unreviewed=tuple(t for t in wanted if t in held and DRAFT in held[t].user_comments),
        unsafe=tuple(text for text in (*missing, *fuzzy) if wanted[text]),
    )
