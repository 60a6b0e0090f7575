"""What every engine does with a library before it makes an index of its own: embed it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.document import Passage
from corpus.library import Library
from corpus.sentences import sentences
from corpus.source import Source
from index import languages
from index.alignment import unit
from index.editing import LIBRARY
from index.ports import Embed, Vectors

SENTENCES, DIRECTION = "sentences.npy", "direction.npy"
AT_ONCE = 100_000  # sentences that are embedded together


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """All passages of a library in their order: what is at one place in each is of one."""

    passages: list[Passage]
    texts: list[str]  # what was embedded
    vectors: Vectors  # (passages, dimension)
    pieces: list[list[str]]  # the sentences

    def terms(self) -> Iterator[list[str]]:
        """The words that each is found by."""
        for passage, text in zip(self.passages, self.texts, strict=True):
            yield languages.words(text, passage.language)


def passage_text(passage: Passage, source: Source) -> str:
    """What is embedded for a passage: its words, after what a reader would know of the place."""
    if passage.summary:
        place = f"{source.title} – {source.publisher}, {source.year}. {source.region}"
    else:
        place = " – ".join([source.title, *passage.headings])
    return f"{place}\n{passage.text}" if place else passage.text


def write(library: Library, folder: Path, embed: Embed) -> Read:
    """Write into `folder` the library, its direction, and its sentences' vectors one after another.

    `embed` is called for all passages first.
    """
    library.copy_to(folder / LIBRARY)
    passages = list(library.passages())
    sources = library.sources()
    texts = [passage_text(passage, sources[passage.source]) for passage in passages]
    vectors = embed(texts)
    np.save(folder / DIRECTION, unit(vectors.mean(axis=0) if len(vectors) else vectors.sum(axis=0)))
    pieces = [sentences(passage.text, passage.language) for passage in passages]
    _write_sentences([sentence for piece in pieces for sentence in piece], folder, embed)
    return Read(passages=passages, texts=texts, vectors=vectors, pieces=pieces)


def _write_sentences(texts: Sequence[str], folder: Path, embed: Embed) -> None:
    """In 16 bits, and never all of a large library in 32 at once."""
    first = embed(texts[:AT_ONCE])
    shape = (len(texts), first.shape[1])
    if not texts:
        np.save(folder / SENTENCES, first.astype(np.float16))
        return
    rows = np.lib.format.open_memmap(folder / SENTENCES, "w+", np.float16, shape)
    rows[:AT_ONCE] = first
    for start in range(AT_ONCE, len(texts), AT_ONCE):
        rows[start : start + AT_ONCE] = embed(texts[start : start + AT_ONCE])
    rows.flush()
