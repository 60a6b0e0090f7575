"""Whether the words that a path quotes stand in the library, as words in answers must."""

from bot.learning.path import Fault, LearningPath, Quoted
from bot.wording import stands_in
from corpus.document import Passage
from corpus.library import Library


def passage_of(quoted: Quoted, library: Library) -> Passage | None:
    """The passage of its source that says it, word for word; None where none does.

    The passage that holds the words comes before one that only shares a page with them.
    """
    try:
        library.source(quoted.source)
    except KeyError:  # unknown, or not given out any more
        return None
    held = list(library.passages(quoted.source))
    told = [passage for passage in held if stands_in(quoted.words, passage.text)]
    for passage in told or held:  # words that begin in one passage and end in the next
        if stands_in(quoted.words, library.page_text(passage.id)):
            return passage
    return None


def unverified(path: LearningPath, library: Library) -> list[Fault]:
    """Each quote that the library does not hold, with its source, step and line."""
    held = library.sources()
    faults = []
    for number, step in enumerate(path.steps, 1):
        said = step.quoted
        if said.source not in held:
            why = f"step {number}: source {said.source} is not in the library; see exchange library"
            faults.append(Fault(line=said.line, why=why))
        elif passage_of(said, library) is None:
            why = f"step {number}: source {said.source} does not say “{_short(said.words)}”"
            faults.append(Fault(line=said.line, why=f"{why}; copy its own words"))
    return faults


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
